"""Check-ins from the practice's side: making and sending links, acknowledging signs, reading words.

What a parent does with a link is in parent_form.py.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from allay_metrics.actions.care_closing import find_family_to_write, writer_name
from allay_metrics.actions.open_episodes import OpenEpisode, local_now, read_open_episodes
from allay_metrics.actions.protocol import check_enabled
from allay_metrics.actions.tokens import hash_token, new_token
from allay_metrics.contact import check_allowed
from allay_metrics.errors import Conflict, NotFound, QuestionProblem, choose_from
from allay_metrics.outcomes.check_in_periods import (
    BASELINES,
    GRACE,
    MOMENTS,
    CheckInPeriod,
    build_check_in_periods,
)
from allay_metrics.outcomes.wording import LANGUAGES
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import check_in, red_flag
from allay_metrics.records.tables.check_ins import FORM

PATH = "/c/"
# Check-ins due this close to each other are the same one: its first session was moved.
SAME_COURSE = timedelta(days=45)


@dataclass(frozen=True)
class Link:
    """A new link: its path, shown only once, and when it ends (seconds since 1970 UTC)."""

    check_in_id: str
    url_path: str
    expires_at: int


def make_link(scope: Scope, client_id: str, moment: str, language: str = "en") -> Link:
    """Make the link to one client's check-in of a moment; it replaces an earlier link to that.

    A therapist: for her own families. Raises NotFound for a client without open care, Conflict
    while check-ins are off, where the moment is over or answered, or where the family is not to be
    contacted, QuestionProblem for an unknown moment or language.
    """
    if moment not in MOMENTS:
        raise QuestionProblem(choose_from("moment", moment, MOMENTS))
    if language not in LANGUAGES:
        raise QuestionProblem(choose_from("language", language, LANGUAGES))
    asked_at = now()
    today = local_now(scope, datetime.fromtimestamp(asked_at, UTC))
    with scope.write("ask a family", find_family_to_write(scope, [client_id])) as conn:
        check_enabled(conn, scope)
        episode = _open_episode(conn, scope, today.date(), client_id)
        period = _period(episode, moment, today.date())
        # In the demo `today` lies in the past: the link lives as long as it would there.
        ends_at = asked_at + (_compute_link_end(scope, episode, period) - int(today.timestamp()))
        if ends_at <= asked_at:
            raise Conflict("It is too late to ask for that.")
        token = new_token()
        values = {
            "token_hash": hash_token(token),
            "language": language,
            "asked_at": asked_at,
            "asked_by": writer_name(conn, scope),
            "sent_at": None,
            "expires_at": ends_at,
        }
        id_ = _save(conn, scope, client_id, period, values)
    return Link(id_, f"{PATH}{token}", ends_at)


def mark_sent(scope: Scope, check_in_id: str) -> None:
    """Record that a link was e-mailed. Raises NotFound."""
    client_id = _read_client_id(scope, check_in_id)
    with scope.write("send a check-in", find_family_to_write(scope, [client_id])) as conn:
        _update(conn, scope, check_in_id, {"sent_at": now()})


def acknowledge(scope: Scope, check_in_id: str, sign: int, done: str) -> None:
    """Record who read a warning sign, when, and what was done about it.

    A therapist: of her own families. Raises QuestionProblem where `done` is blank, NotFound for an
    unknown sign, Conflict where somebody acknowledged it before.
    """
    action_taken = " ".join(done.split())
    if not action_taken:
        raise QuestionProblem("Say in a few words what was done.")
    family = _find_family_to_acknowledge(scope, check_in_id)
    with scope.write("acknowledge a warning sign", family) as conn:
        this = and_(
            red_flag.c.practice_id == scope.practice_id,
            red_flag.c.check_in_id == check_in_id,
            red_flag.c.sign == sign,
        )
        row = conn.execute(select(red_flag.c.acknowledged_by, red_flag.c.done).where(this)).first()
        if row is None:
            raise NotFound("There is no such warning sign.")
        if (row.acknowledged_by, row.done) == (writer_name(conn, scope), action_taken):
            return  # clicked twice
        if row.acknowledged_by is not None:
            raise Conflict(
                f"It was acknowledged before, by {row.acknowledged_by}: {row.done}. "
                f"What you wrote was not kept: {action_taken}"
            )
        values = {
            "acknowledged_by": writer_name(conn, scope),
            "acknowledged_at": now(),
            "done": action_taken,
        }
        conn.execute(update(red_flag).where(this).values(version=red_flag.c.version + 1, **values))


def mark_words_read(scope: Scope, check_in_id: str) -> None:
    """Record who read the free text of a check-in, and when; the first reader stays.

    Raises NotFound.
    """
    client_id = _read_client_id(scope, check_in_id)
    with scope.write("read a parent's words", find_family_to_write(scope, [client_id])) as conn:
        values = {"words_read_by": writer_name(conn, scope), "words_read_at": now()}
        _update(conn, scope, check_in_id, values, check_in.c.words_read_at.is_(None))


def _same_moment(moment: str, due: date) -> Any:
    """Return the condition of a check-in by our form for this moment, due at about that day."""
    return and_(
        check_in.c.source == FORM,
        check_in.c.moment == moment,
        check_in.c.due_on.between(due - SAME_COURSE, due + SAME_COURSE),
    )


def _open_episode(conn: Connection, scope: Scope, today: date, client_id: str) -> OpenEpisode:
    episode = next(iter(read_open_episodes(conn, scope, today, [client_id])), None)
    if episode is None:
        raise NotFound("This client is not in care at the moment, so no check-in can be sent.")
    if episode.opted_out:
        raise Conflict("This family asked not to be asked again.")
    check_allowed(episode.contact, "check-in")
    return episode


def _period(episode: OpenEpisode, moment: str, today: date) -> CheckInPeriod:
    """Return the period of a moment. Raises Conflict where it is over."""
    matches = [
        period
        for period in build_check_in_periods(episode.first, episode.booked_on)
        if period.moment == moment
    ]
    if not matches or matches[0].closes < today:
        raise Conflict("It is too late to ask for that.")
    return matches[0]


def _compute_link_end(scope: Scope, episode: OpenEpisode, period: CheckInPeriod) -> int:
    """Return when a link ends: a baseline's at the first session, else days after its period."""
    if period.moment in BASELINES:
        return episode.session
    last = datetime.combine(period.closes + GRACE + timedelta(days=1), time(), scope.zone)
    return int(last.timestamp())


def _save(
    conn: Connection, scope: Scope, client_id: str, period: CheckInPeriod, values: dict[str, Any]
) -> str:
    """Insert the check-in, or replace its link where it is on file; return its id."""
    stored = conn.execute(
        select(check_in.c.id, check_in.c.answered_at).where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.client_id == client_id,
            _same_moment(period.moment, period.due),
        )
    ).first()
    if stored is not None and stored.answered_at is not None:
        raise Conflict("This check-in is answered.")
    if stored is not None:
        _update(conn, scope, stored.id, {"due_on": period.due, **values})
        return str(stored.id)
    id_ = new_key()
    row = {
        "practice_id": scope.practice_id,
        "id": id_,
        "client_id": client_id,
        "moment": period.moment,
        "due_on": period.due,
        "source": FORM,
        "source_key": id_,
        "in_totals": 0,
    }
    conn.execute(insert(check_in), {**row, **values})
    return id_


def _find_family_to_acknowledge(scope: Scope, check_in_id: str) -> str | None:
    """Return the family for `Scope.write`; None for the owner, who sees unmatched ones too."""
    if scope.viewer.role == "owner":
        return None
    return find_family_to_write(scope, [_read_client_id(scope, check_in_id)])


def _read_client_id(scope: Scope, check_in_id: str) -> str:
    statement = select(check_in.c.client_id).where(_is_check_in(scope, check_in_id))
    with scope.read() as conn:
        client_id = conn.execute(statement).scalar_one_or_none()
    if client_id is None:
        raise NotFound("There is no such check-in, or none that you care for.")
    return str(client_id)


def _update(
    conn: Connection, scope: Scope, check_in_id: str, values: dict[str, Any], *only: Any
) -> None:
    this = and_(_is_check_in(scope, check_in_id), *only)
    conn.execute(update(check_in).where(this).values(version=check_in.c.version + 1, **values))


def _is_check_in(scope: Scope, check_in_id: str) -> Any:
    return and_(check_in.c.practice_id == scope.practice_id, check_in.c.id == check_in_id)
