"""Reads the open episodes: which clients are in care and since when."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from allay_metrics.contact import ContactPermission, parse_contact
from allay_metrics.derive.closing import DIED
from allay_metrics.derive.facts import ClosedCare
from allay_metrics.outcomes.check_in_periods import build_check_in_periods
from allay_metrics.outcomes.concern_words import concern_of
from allay_metrics.outcomes.episodes import build_stays
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.states import State
from allay_metrics.records.tables import (
    booking,
    care_closed,
    client,
    client_detail,
    family,
    import_,
    visit,
    visit_client,
)

_CARED_FOR = (State.COMPLETED, State.BOOKED)
_LONGEST = build_check_in_periods(date(2000, 1, 1))[-1].closes - date(2000, 1, 1)


@dataclass(frozen=True)
class OpenEpisode:
    """One client's current episode, or one that begins with a booked visit.

    `first` is the day of its first session and `session` the start of that session (epoch
    seconds). `concern` is the one the family named, None without one. `contact` is whether and for
    what the family may be contacted.
    """

    client_id: str
    family_id: str
    name: str
    kind: str
    family: str
    email: str | None
    phone: str | None
    born_on: date | None
    first: date
    session: int
    booked_on: date | None
    concern: str | None
    opted_out: bool
    contact: ContactPermission


def local_now(scope: Scope, clock: datetime | None = None) -> datetime:
    """Return the current moment in the practice's zone; tests pass it as `clock`.

    In the demo practice it is always the moment of the newest export.
    """
    here = (clock or datetime.now(UTC)).astimezone(scope.zone)
    if not scope.is_demo:
        return here
    newest = select(func.max(import_.c.as_of)).where(
        import_.c.practice_id == scope.practice_id,
        import_.c.undone_at.is_(None),
        import_.c.holds != "answers",
    )
    with scope.read() as conn:
        as_of = conn.execute(newest).scalar_one()
    return here if as_of is None else datetime.fromtimestamp(as_of, scope.zone)


def read_open_episodes(
    conn: Connection, scope: Scope, today: date, clients: Iterable[str] | None = None
) -> list[OpenEpisode]:
    """Return the open episodes in the viewer's families, sorted by the client's name.

    Of these `clients`; without `clients`, of all whose last visit is recent enough for a check-in,
    or who have a visit booked.
    """
    is_wanted = (
        _is_recent(scope, today) if clients is None else client.c.id.in_(among(conn, set(clients)))
    )
    visits_by_client: dict[str, list[Any]] = defaultdict(list)
    for row in conn.execute(_select_visits(scope).where(is_wanted)):
        visits_by_client[row.client_id].append(row)
    closed = _read_closed(conn, scope)
    candidates = [
        _open_episode(rows, closed.get(id_), today) for id_, rows in visits_by_client.items()
    ]
    return sorted(
        (episode for episode in candidates if episode is not None),
        key=lambda episode: (episode.name, episode.client_id),
    )


def _select_visits(scope: Scope) -> Any:
    """Return the SELECT of visits of clients in the viewer's families, in order of their start."""
    in_practice = client.c.practice_id == scope.practice_id
    joined = (
        client.join(family)
        .join(visit_client)
        .join(visit)
        .outerjoin(booking, _is_same_practice(booking) & (booking.c.id == visit.c.id))
        .outerjoin(
            client_detail,
            _is_same_practice(client_detail) & (client_detail.c.client_id == client.c.id),
        )
    )
    return (
        select(
            client.c.id.label("client_id"),
            client.c.family_id,
            client.c.name,
            client.c.kind,
            func.coalesce(client.c.born_on, client_detail.c.born_on).label("born_on"),
            client_detail.c.opted_out_at,
            family.c.name.label("family"),
            family.c.email,
            family.c.phone,
            family.c.contact,
            family.c.contact_reason,
            visit.c.day,
            visit.c.starts_at,
            visit.c.booked_on,
            booking.c.concern,
        )
        .select_from(joined)
        .where(
            in_practice, client.c.family_id.in_(scope.own_families()), visit.c.state.in_(_CARED_FOR)
        )
        .order_by(visit.c.starts_at)
    )


def _is_same_practice(table: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = table.c.practice_id == client.c.practice_id
    return same


def _is_recent(scope: Scope, today: date) -> ColumnElement[bool]:
    since = today - _LONGEST - timedelta(days=1)
    lately = (
        select(visit_client.c.client_id)
        .select_from(visit_client.join(visit))
        .where(
            visit.c.practice_id == scope.practice_id,
            visit.c.day >= since,
            visit.c.state.in_(_CARED_FOR),
        )
    )
    return client.c.id.in_(lately)


def _read_closed(conn: Connection, scope: Scope) -> dict[str, ClosedCare]:
    in_practice = care_closed.c.practice_id == scope.practice_id
    columns = (care_closed.c.client_id, care_closed.c.closed_on, care_closed.c.reason)
    rows = conn.execute(select(*columns).where(in_practice))
    return {row.client_id: ClosedCare(row.closed_on, row.reason) for row in rows}


def _open_episode(rows: list[Any], closed: ClosedCare | None, today: date) -> OpenEpisode | None:
    """Return the client's last episode; None where it ended or the baby died."""
    if closed is not None and closed.reason == DIED:
        return None
    stay = build_stays((row.day for row in rows), closed.day if closed else None, today)[-1]
    if stay.closed_on is not None:
        return None
    own = [row for row in rows if row.day >= stay.days[0]]
    first = own[0]
    concern_text = next((row.concern for row in own if row.concern and row.concern.strip()), None)
    return OpenEpisode(
        client_id=first.client_id,
        family_id=first.family_id,
        name=first.name,
        kind=first.kind,
        family=first.family,
        email=first.email,
        phone=first.phone,
        born_on=first.born_on,
        first=first.day,
        session=first.starts_at,
        booked_on=first.booked_on,
        concern=concern_of(concern_text, first.kind),
        opted_out=first.opted_out_at is not None,
        contact=parse_contact(first.contact, first.contact_reason),
    )
