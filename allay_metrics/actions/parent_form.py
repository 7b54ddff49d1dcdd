"""What a parent does with a link: opens the form, saves answers, submits it, or opts out.

The holder of a link is anonymous and sees nothing of the practice: each function finds one check-in
by its token and touches only that one. A token that is wrong, used, expired, of a family that is
not contacted, or of a practice with check-ins switched off always raises the same NotFound.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from allay_metrics.actions.open_episodes import local_now
from allay_metrics.actions.open_form import (
    BIRTH,
    CLOSED,
    WORDS,
    OpenForm,
    ReadingPause,
    is_contact_allowed,
    is_of_practice,
    read_family_clients,
    read_form,
    read_ticked_signs,
)
from allay_metrics.actions.protocol import is_enabled, read_hours
from allay_metrics.actions.tokens import hash_token
from allay_metrics.errors import NotFound, QuestionProblem
from allay_metrics.outcomes.safety import red_flags
from allay_metrics.outcomes.wording import LANGUAGES
from allay_metrics.plausibility import WEEKS_AT_BIRTH, birth_days
from allay_metrics.records import Scope, Viewer
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import answer, check_in, client_detail, red_flag

# A viewer that can neither read nor write any family: the one of the form's routes.
NOBODY = Viewer("form")
LONGEST = 2_000
RESUBMIT_SECONDS = 600  # seconds in which the same submission counts as a repeated click
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True)
class FormEnd:
    """A form that has ended: the language of its last page, and its ticked warning signs."""

    language: str
    ticked: frozenset[int] = frozenset()
    reading: ReadingPause | None = None


def open_link(scope: Scope, token: str) -> OpenForm:
    """Return the check-in that a token opens. Raises NotFound."""
    own = _build_link_scope(scope, token)
    today = local_now(own).date()
    with own.read() as conn:
        form = read_form(conn, own, _read_open_row(conn, own, token), today)
        return replace(form, reading=_read_pause(conn, own))


def save_consent(scope: Scope, token: str, *, in_totals: bool, language: str) -> None:
    """Save that the parent agreed to answer, and whether she agreed to be counted in totals."""
    with _edit_form(scope, token) as (conn, row):
        values = {"consented_at": row.consented_at or now(), "in_totals": int(in_totals)}
        _update(conn, row, {**values, "language": _supported_language(language)})


def save_signs(scope: Scope, token: str, ticked: Iterable[int]) -> None:
    """Save the ticked warning signs, which the practice's pages show at once.

    A sign ticked before stays raised. Raises QuestionProblem for an unknown sign.
    """
    chosen = set(ticked)
    if not chosen <= {flag.id for flag in red_flags()}:
        raise QuestionProblem("There is no such sign.")
    with _edit_form(scope, token, agreed=True) as (conn, row):
        there, at = read_ticked_signs(conn, row), now()
        rows = [
            {"practice_id": row.practice_id, "check_in_id": row.id, "sign": sign, "raised_at": at}
            for sign in sorted(chosen - there)
        ]
        if rows:
            conn.execute(insert(red_flag), rows)
        news = {"advice_read_at": None} if rows else {}
        _update(conn, row, {"screened_at": at, **news})


def confirm_advice(scope: Scope, token: str) -> None:
    """Save that the parent has read what to do about the ticked signs."""
    with _edit_form(scope, token, agreed=True) as (conn, row):
        _update(conn, row, {"advice_read_at": now()})


def save_birth(scope: Scope, token: str, born_on: date | None, weeks: int | None) -> None:
    """Save birth date and weeks of pregnancy at birth; None for what was not answered.

    Raises QuestionProblem for implausible weeks or dates.
    """
    if weeks is not None and not WEEKS_AT_BIRTH.holds(weeks):
        raise QuestionProblem(WEEKS_AT_BIRTH.sentence)
    today = local_now(scope).date()
    births = birth_days(today)
    if born_on is not None and not births.holds(born_on):
        raise QuestionProblem(births.sentence)
    with _edit_form(scope, token, agreed=True) as (conn, row):
        if not read_form(conn, _build_link_scope(scope, token), row, today).asks_birth:
            raise QuestionProblem("This answer does not fit the question.")
        values = {"born_on": born_on, "gestation_weeks": weeks}
        _save_detail(
            conn,
            row,
            row.client_id,
            {key: value for key, value in values.items() if value is not None},
        )
        _save_answer(conn, row, BIRTH, None, None)


def save_answer(
    scope: Scope, token: str, measure: str, value: float | None, text: str = ""
) -> None:
    """Save one answer, replacing an earlier one; no value for "rather not say".

    Raises QuestionProblem for a measure this form does not ask, or a value outside its choices.
    """
    with _edit_form(scope, token, agreed=True) as (conn, row):
        own = _build_link_scope(scope, token)
        form = read_form(conn, own, row, local_now(own).date())
        is_asked = measure in form.measures
        if not is_asked or (value is not None and value not in form.words(measure, "en").values):
            raise QuestionProblem("This answer does not fit the question.")
        _save_answer(conn, row, measure, value, _clean_text(text))


def submit(scope: Scope, token: str, words: str = "") -> FormEnd:
    """Submit the form and close its link.

    Submitting again with the same words, because the first reply was lost, has no further effect.
    Raises QuestionProblem while the warning signs are not answered, or the advice not read.
    """
    if sent := _find_recent_submission(scope, token, _clean_text(words)):
        return sent
    with _edit_form(scope, token, agreed=True) as (conn, row):
        if row.screened_at is None or (row.advice_read_at is None and read_ticked_signs(conn, row)):
            raise QuestionProblem("The warning signs come first.")
        if text := _clean_text(words):
            _save_answer(conn, row, WORDS, None, text)
        _update(conn, row, {"answered_at": now()})
        return _build_end(conn, scope, row)


def stop_form(scope: Scope, token: str) -> FormEnd:
    """End the form after the advice on a ticked sign; answers so far and the sign are kept.

    Repeating it has no further effect. Raises QuestionProblem where no sign is ticked.
    """
    if stopped := _find_recent_submission(scope, token, ""):
        return stopped
    with _edit_form(scope, token, agreed=True) as (conn, row):
        if not read_ticked_signs(conn, row):
            raise QuestionProblem("No warning sign is ticked, so the form cannot end here.")
        at = now()
        _update(conn, row, {"advice_read_at": row.advice_read_at or at, "answered_at": at})
        return _build_end(conn, scope, row)


def _find_recent_submission(scope: Scope, token: str, words: str) -> FormEnd | None:
    """Return the end of a form that was submitted by this link, with these words, minutes ago.

    It is one query whatever the token, so that each refusal takes the same time.
    """
    is_words_answer = and_(
        answer.c.practice_id == check_in.c.practice_id,
        answer.c.check_in_id == check_in.c.id,
        answer.c.measure == WORDS,
    )
    statement = (
        select(check_in.c.practice_id, check_in.c.id, check_in.c.language, answer.c.text)
        .select_from(check_in.outerjoin(answer, is_words_answer))
        .where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.token_hash == hash_token(token),
            check_in.c.answered_at > now() - RESUBMIT_SECONDS,
        )
    )
    with _build_link_scope(scope, token).read() as conn:
        row = conn.execute(statement).first()
        if row is None or (row.text or "") != words:
            return None
        return _build_end(conn, scope, row)


def opt_out(scope: Scope, token: str) -> FormEnd:
    """Never ask this family again, and delete answers not submitted, of all its clients.

    Warning signs stay until they are acknowledged.
    """
    with _edit_form(scope, token) as (conn, row):
        with scope.elevate(conn, "opt out"):
            _end_all(conn, row)
        return _build_end(conn, scope, row)


def _end_all(conn: Connection, row: Row[Any]) -> None:
    """End every form of the family that was not submitted, and ask none of its clients again."""
    clients, at = read_family_clients(conn, row), now()
    for client_id in clients:
        _save_detail(conn, row, client_id, {"opted_out_at": at})
    theirs = check_in.c.client_id.in_(clients)
    unsent = is_of_practice(check_in, row, theirs, check_in.c.answered_at.is_(None))
    ids = select(check_in.c.id).where(unsent)
    conn.execute(delete(answer).where(is_of_practice(answer, row, answer.c.check_in_id.in_(ids))))
    ended = {"expires_at": at, "version": check_in.c.version + 1}
    conn.execute(update(check_in).where(unsent).values(ended))


def choose_language(scope: Scope, token: str, language: str) -> None:
    """Save the language of the form."""
    with _edit_form(scope, token) as (conn, row):
        _update(conn, row, {"language": _supported_language(language)})


@contextmanager
def _edit_form(
    scope: Scope, token: str, *, agreed: bool = False
) -> Iterator[tuple[Connection, Row[Any]]]:
    """Yield a transaction and the check-in of a token. Raises NotFound, also before consent.

    The link is looked up before the transaction, so that guesses never take the write lock.
    """
    own = _build_link_scope(scope, token)
    with own.read() as conn:
        _read_open_row(conn, scope, token)
    with own.write("take a parent's answers") as conn:
        row = _read_open_row(conn, scope, token)
        if agreed and row.consented_at is None:
            raise NotFound(CLOSED)
        yield conn, row


def _build_link_scope(scope: Scope, token: str) -> Scope:
    """Return the scope of one link: the database itself limits it to its check-in."""
    return replace(scope, viewer=Viewer("form", link=hash_token(token)))


def _read_open_row(conn: Connection, scope: Scope, token: str) -> Row[Any]:
    statement = select(check_in).where(
        check_in.c.practice_id == scope.practice_id, check_in.c.token_hash == hash_token(token)
    )
    row = conn.execute(statement).first()
    in_force = is_enabled(conn, scope)
    is_open = row is not None and row.answered_at is None and (row.expires_at or 0) > now()
    if row is None or not is_open or not in_force or not is_contact_allowed(scope, row):
        raise NotFound(CLOSED)
    return row


def _build_end(conn: Connection, scope: Scope, row: Any) -> FormEnd:
    """Return how the form of a row of `check_in` ended."""
    return FormEnd(
        str(row.language), frozenset(read_ticked_signs(conn, row)), _read_pause(conn, scope)
    )


def _read_pause(conn: Connection, scope: Scope) -> ReadingPause | None:
    """Return when answers are read next; None during reading hours, or where none are set."""
    hours = read_hours(conn, scope)
    moment = datetime.fromtimestamp(now(), scope.zone)
    if hours is None or hours.is_open(moment):
        return None
    return ReadingPause(moment, hours.next_opening(moment))


def _save_answer(
    conn: Connection, row: Row[Any], measure: str, value: float | None, text: str | None
) -> None:
    this = is_of_practice(answer, row, answer.c.check_in_id == row.id, answer.c.measure == measure)
    conn.execute(delete(answer).where(this))
    key = {"practice_id": row.practice_id, "check_in_id": row.id, "measure": measure}
    values = {"value": value, "text": text or None, "saved_at": now()}
    conn.execute(insert(answer), {**key, **values})


def _save_detail(conn: Connection, row: Row[Any], client_id: str, news: Mapping[str, Any]) -> None:
    this = is_of_practice(client_detail, row, client_detail.c.client_id == client_id)
    if conn.execute(select(client_detail.c.client_id).where(this)).first() is None:
        key = {"practice_id": row.practice_id, "client_id": client_id}
        conn.execute(insert(client_detail), {**key, **news})
        return
    values = {**news, "version": client_detail.c.version + 1}
    conn.execute(update(client_detail).where(this).values(values))


def _update(conn: Connection, row: Row[Any], values: Mapping[str, Any]) -> None:
    this = is_of_practice(check_in, row, check_in.c.id == row.id)
    grown = {**values, "version": check_in.c.version + 1}
    conn.execute(update(check_in).where(this).values(grown))


def _supported_language(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]


def _clean_text(text: str) -> str:
    """Return a parent's words without control characters, cut to the maximum length."""
    return _CONTROL.sub("", text.replace("\r\n", "\n")).strip()[:LONGEST]
