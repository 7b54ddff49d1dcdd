"""Check-ins from the practice's side: links made and sent, warning signs and words read.

What a parent does with a link is in parent_form.py.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, and_, insert, select, update

from allay_metrics.actions.care import family_to_write, writer
from allay_metrics.actions.courses import OpenEpisode, courses, today_in
from allay_metrics.actions.protocol import must_be_on
from allay_metrics.actions.tokens import new_token, token_hash
from allay_metrics.contact import must_allow
from allay_metrics.errors import Conflict, NotFound, QuestionProblem, choose_from
from allay_metrics.outcomes.asking import BASELINES, GRACE, MOMENTS, CheckInPeriod, askings
from allay_metrics.outcomes.wording import LANGUAGES
from allay_metrics.records import Scope
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import check_in, red_flag
from allay_metrics.records.tables.check_ins import FORM
from allay_metrics.records.types import now

PATH = "/c/"
# A first session that moves takes its check-ins along.
SAME_COURSE = timedelta(days=45)


@dataclass(frozen=True)
class Link:
    """A link that was made: its path, shown this once, and when it ends (seconds since 1970)."""

    check_in_id: str
    url_path: str
    expires_at: int


def make_link(scope: Scope, client_id: str, moment: str, language: str = "en") -> Link:
    """Make the link to one client's check-in of a moment; one made before for it is closed.

    A therapist makes those of her own families. Raises NotFound for a client who is not asked,
    Conflict while check-ins are off, where the moment is over or answered, or where the family is
    not contacted, QuestionProblem for a moment or language that is none.
    """
    if moment not in MOMENTS:
        raise QuestionProblem(choose_from("moment", moment, MOMENTS))
    if language not in LANGUAGES:
        raise QuestionProblem(choose_from("language", language, LANGUAGES))
    at = now()
    today = today_in(scope, datetime.fromtimestamp(at, UTC))
    with scope.write("ask a family", family_to_write(scope, [client_id])) as conn:
        must_be_on(conn, scope)
        course = _course(conn, scope, today.date(), client_id)
        asking = _asking(course, moment, today.date())
        ends = at + (_end(scope, course, asking) - int(today.timestamp()))
        if ends <= at:
            raise Conflict("It is too late to ask for that.")
        token = new_token()
        values = {
            "token_hash": token_hash(token),
            "language": language,
            "asked_at": at,
            "asked_by": writer(conn, scope),
            "sent_at": None,
            "expires_at": ends,
        }
        id_ = _keep(conn, scope, client_id, asking, values)
    return Link(id_, f"{PATH}{token}", ends)


def mark_sent(scope: Scope, check_in_id: str) -> None:
    """Keep that a link was e-mailed. Raises NotFound."""
    client_id = _client_of(scope, check_in_id)
    with scope.write("send a check-in", family_to_write(scope, [client_id])) as conn:
        _change(conn, scope, check_in_id, {"sent_at": now()})


def acknowledge(scope: Scope, check_in_id: str, sign: int, done: str) -> None:
    """Keep who read a warning sign, when, and what was done about it.

    A therapist acknowledges those of her own families. Raises QuestionProblem without a word on
    what was done, NotFound for no such sign, Conflict where somebody did before.
    """
    what = " ".join(done.split())
    if not what:
        raise QuestionProblem("Say in a few words what was done.")
    family = _family_to_acknowledge(scope, check_in_id)
    with scope.write("acknowledge a warning sign", family) as conn:
        this = and_(
            red_flag.c.practice_id == scope.practice_id,
            red_flag.c.check_in_id == check_in_id,
            red_flag.c.sign == sign,
        )
        row = conn.execute(select(red_flag.c.acknowledged_by, red_flag.c.done).where(this)).first()
        if row is None:
            raise NotFound("There is no such warning sign.")
        if (row.acknowledged_by, row.done) == (writer(conn, scope), what):
            return  # pressed twice
        if row.acknowledged_by is not None:
            raise Conflict(
                f"It was acknowledged before, by {row.acknowledged_by}: {row.done}. "
                f"What you wrote was not kept: {what}"
            )
        values = {"acknowledged_by": writer(conn, scope), "acknowledged_at": now(), "done": what}
        conn.execute(update(red_flag).where(this).values(version=red_flag.c.version + 1, **values))


def read_words(scope: Scope, check_in_id: str) -> None:
    """Keep who read the free text of a check-in, and when; the first reader stays.

    Raises NotFound.
    """
    client_id = _client_of(scope, check_in_id)
    with scope.write("read a parent's words", family_to_write(scope, [client_id])) as conn:
        values = {"words_read_by": writer(conn, scope), "words_read_at": now()}
        _change(conn, scope, check_in_id, values, check_in.c.words_read_at.is_(None))


def _same_moment(moment: str, due: date) -> Any:
    """Return the condition that a check-in of ours is the one of this moment, due about then."""
    return and_(
        check_in.c.source == FORM,
        check_in.c.moment == moment,
        check_in.c.due_on.between(due - SAME_COURSE, due + SAME_COURSE),
    )


def _course(conn: Connection, scope: Scope, today: date, client_id: str) -> OpenEpisode:
    client_courses = courses(conn, scope, today, [client_id])
    if not client_courses:
        raise NotFound("No care of this client is open: nobody is asked.")
    if client_courses[0].opted_out:
        raise Conflict("This family asked not to be asked again.")
    must_allow(client_courses[0].contact, "check-in")
    return client_courses[0]


def _asking(course: OpenEpisode, moment: str, today: date) -> CheckInPeriod:
    """Return the moment, which is now or still to come."""
    matches = [one for one in askings(course.first, course.booked_on) if one.moment == moment]
    if not matches or matches[0].closes < today:
        raise Conflict("It is too late to ask for that.")
    return matches[0]


def _end(scope: Scope, course: OpenEpisode, asking: CheckInPeriod) -> int:
    """Return when a link ends: a baseline's with the first session, else days after its window."""
    if asking.moment in BASELINES:
        return course.session
    last = datetime.combine(asking.closes + GRACE + timedelta(days=1), time(), scope.zone)
    return int(last.timestamp())


def _keep(
    conn: Connection, scope: Scope, client_id: str, asking: CheckInPeriod, values: dict[str, Any]
) -> str:
    """Put the check-in on file, or a new link in place of the old; return its id."""
    there = conn.execute(
        select(check_in.c.id, check_in.c.answered_at).where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.client_id == client_id,
            _same_moment(asking.moment, asking.due),
        )
    ).first()
    if there is not None and there.answered_at is not None:
        raise Conflict("This check-in is answered.")
    if there is not None:
        _change(conn, scope, there.id, {"due_on": asking.due, **values})
        return str(there.id)
    id_ = new_key()
    row = {
        "practice_id": scope.practice_id,
        "id": id_,
        "client_id": client_id,
        "moment": asking.moment,
        "due_on": asking.due,
        "source": FORM,
        "source_key": id_,
        "in_totals": 0,
    }
    conn.execute(insert(check_in), {**row, **values})
    return id_


def _family_to_acknowledge(scope: Scope, check_in_id: str) -> str | None:
    """Return the family for `Scope.write`: none for the owner, whose are also unmatched answers."""
    if scope.viewer.role == "owner":
        return None
    return family_to_write(scope, [_client_of(scope, check_in_id)])


def _client_of(scope: Scope, check_in_id: str) -> str:
    statement = select(check_in.c.client_id).where(_this(scope, check_in_id))
    with scope.read() as conn:
        client_id = conn.execute(statement).scalar_one_or_none()
    if client_id is None:
        raise NotFound("There is no such check-in, or none that you care for.")
    return str(client_id)


def _change(
    conn: Connection, scope: Scope, check_in_id: str, values: dict[str, Any], *only: Any
) -> None:
    this = and_(_this(scope, check_in_id), *only)
    conn.execute(update(check_in).where(this).values(version=check_in.c.version + 1, **values))


def _this(scope: Scope, check_in_id: str) -> Any:
    return and_(check_in.c.practice_id == scope.practice_id, check_in.c.id == check_in_id)
