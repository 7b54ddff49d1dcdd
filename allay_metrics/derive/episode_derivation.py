"""Episodes: the periods of care that each client's completed visits form, with their concern.

A client's last episode has a `closed_on` only if a person closed the care: whether 60 days have
passed since depends on the day of the question, and is decided when it is read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from allay_metrics.derive.closing import DIED
from allay_metrics.derive.facts import Booking, ClientRow, ClosedCare, Visit
from allay_metrics.outcomes.concern_words import concern_of
from allay_metrics.outcomes.episodes import build_stays
from allay_metrics.records.bulk import among, insert_rows
from allay_metrics.records.keys import key_of
from allay_metrics.records.states import State
from allay_metrics.records.tables import client, episode


class EpisodeRow(NamedTuple):
    """One row of `episode`; the field names are its columns, days as ISO text."""

    id: str
    client_id: str
    concern: str | None
    opened_on: str
    last_on: str
    visits: int
    closed_on: str | None
    starts_at: int
    visit_type: str


def derive_episodes(
    visits: Sequence[Visit],
    people: Mapping[str, ClientRow],
    visit_client_pairs: Iterable[tuple[str, str]],
    closed: Mapping[str, ClosedCare],
) -> list[EpisodeRow]:
    """Return one family's episodes.

    `visits` and `visit_client_pairs` (visit id, client id) are in the order of the visits' starts;
    `people` maps client ids to clients.
    """
    completed = {visit.id: visit for visit in visits if visit.state == State.COMPLETED}
    of_client: dict[str, list[Visit]] = defaultdict(list)
    for visit_id, client_id in visit_client_pairs:
        if visit_id in completed:
            of_client[client_id].append(completed[visit_id])
    return [
        row
        for client_id, client_visits in of_client.items()
        for row in _of_client(people[client_id], client_visits, closed.get(client_id))
    ]


def _of_client(
    who: ClientRow, visits: Sequence[Visit], closed: ClosedCare | None
) -> Iterable[EpisodeRow]:
    on = closed.day if closed else None
    if closed is not None and closed.reason == DIED:
        visits = [visit for visit in visits if visit.day <= closed.day]
        if not visits:
            return
    for stay in build_stays((visit.day for visit in visits), on, visits[-1].day):
        in_stay = [visit for visit in visits if stay.days[0] <= visit.day <= stay.days[-1]]
        first = in_stay[0]
        yield EpisodeRow(
            id=episode_id(who.id, stay.days[0]),
            client_id=who.id,
            concern=_concern(who, in_stay),
            opened_on=stay.days[0].isoformat(),
            last_on=stay.days[-1].isoformat(),
            visits=len(in_stay),
            closed_on=stay.closed_on.isoformat() if stay.closed_on else None,
            starts_at=first.starts_at,
            visit_type=first.visit_type,
        )


def episode_id(client_id: str, first: date) -> str:
    """Return the id of the client's episode that starts on this day."""
    return key_of("episode", client_id, first.isoformat())


def _concern(who: ClientRow, visits: Sequence[Visit]) -> str | None:
    """Return the concern stated in the earliest booking that states one; never guessed."""
    first: Booking | None = None
    for booking in (booking for visit in visits for booking in visit.bookings if booking.concern):
        if first is not None and booking.starts_at > first.starts_at:
            break
        if _is_of(booking, who) and (first is None or booking.id < first.id):
            first = booking
    return concern_of(first.concern, who.kind) if first is not None else None


def _is_of(booking: Booking, who: ClientRow) -> bool:
    """Return whether a booking is for this client: twins may have a row each."""
    return who.name.casefold() in f"{booking.infant_names or ''} {booking.client_name}".casefold()


def drop_episodes(conn: Connection, practice_id: str, families: Sequence[str]) -> None:
    """Delete the episodes of these families."""
    client_ids = select(client.c.id).where(
        client.c.practice_id == practice_id, client.c.family_id.in_(among(conn, families))
    )
    of_families = (episode.c.practice_id == practice_id) & episode.c.client_id.in_(client_ids)
    conn.execute(delete(episode).where(of_families))


def write_episodes(conn: Connection, practice_id: str, episodes: Iterable[EpisodeRow]) -> None:
    """Insert episodes; their clients must exist already."""
    rows = [(practice_id, *row) for row in episodes]
    insert_rows(conn, episode, ("practice_id", *EpisodeRow._fields), rows)
