"""Missing visits: a newer export no longer contains them, and they are not decided."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
from sqlalchemy import CTE, ScalarSelect, Select, and_, exists, select

from allay_metrics import formatting as fmt
from allay_metrics.actions.absence import parse_answer, read_kinds
from allay_metrics.actions.absence_answers import AbsenceQuestion, GroupCount, read_absence_question
from allay_metrics.derive.absence_evidence import Group, KeptAnswer
from allay_metrics.metrics.drilldown import TYPE_WORDS
from allay_metrics.records import Scope
from allay_metrics.records.states import State
from allay_metrics.records.tables import (
    booking,
    correction,
    family,
    import_,
    set_aside,
    therapist,
    visit,
)
from allay_metrics.review.owner_lists import (
    Practice,
    localise_starts,
    read_frame,
)

_GROUP_PHRASES = 3


def missing_visits(scope: Scope) -> pd.DataFrame:
    """Return the bookings to decide on, next first.

    Columns: booking_id, starts (datetime, practice zone), day, family, family_id, therapist, type
    (the name as typed), city, file (name of the newer export that lacks it), became (cancelled or
    deleted where a newer file says so, else empty) and proposed (the proposed decision: cancelled
    where no file says more, because exports just drop cancelled visits).
    """
    columns = (
        "booking_id",
        "starts",
        "day",
        "family",
        "family_id",
        "therapist",
        "type",
        "city",
        "file",
        "became",
    )
    statement = select_undecided(scope.practice_id)
    visits = localise_starts(read_frame(scope, statement, columns), scope)
    visits["became"] = visits["became"].fillna("")
    visits["proposed"] = visits["became"].replace("", "cancelled")
    return visits


def select_undecided(practice: Practice) -> Select[Any]:
    """Return the SELECT; it starts from the few absent bookings, or SQLite would scan visits."""
    absent = (
        select(booking)
        .where(booking.c.practice_id == practice, booking.c.missing_from_import_id.is_not(None))
        .cte("absent")
        .prefix_with("MATERIALIZED")
    )
    decided = exists().where(
        correction.c.practice_id == absent.c.practice_id,
        correction.c.booking_id == absent.c.id,
        correction.c.field == "state",
    )
    visit_of = and_(
        visit.c.practice_id == absent.c.practice_id,
        visit.c.family_id == absent.c.family_id,
        visit.c.starts_at == absent.c.starts_at,
    )
    newer = and_(
        import_.c.practice_id == absent.c.practice_id,
        import_.c.id == absent.c.missing_from_import_id,
    )
    return (
        select(
            absent.c.id,
            absent.c.starts_at,
            absent.c.day,
            family.c.name,
            family.c.id.label("family_id"),
            therapist.c.name.label("therapist"),
            absent.c.type_text,
            visit.c.city,
            import_.c.file_name,
            _became(absent),
        )
        .select_from(absent.join(visit, visit_of).join(family).join(therapist).join(import_, newer))
        .where(visit.c.state == State.MISSING, ~decided)
        .order_by(absent.c.starts_at, absent.c.id)
    )


def _became(absent: CTE) -> ScalarSelect[str]:
    """Return what the newest file that mentions an absent booking says about it."""
    return (
        select(set_aside.c.became)
        .join(import_)
        .where(
            set_aside.c.practice_id == absent.c.practice_id,
            set_aside.c.booking_id == absent.c.id,
            set_aside.c.became.is_not(None),
            import_.c.undone_at.is_(None),
            import_.c.as_of > absent.c.as_of,
        )
        .order_by(import_.c.as_of.desc(), import_.c.sequence.desc())
        .limit(1)
        .correlate(absent)
        .scalar_subquery()
    )


@dataclass(frozen=True)
class GroupChoice:
    """A month, therapist or type whose visits a file may not contain.

    `label` is `Jen Park · 8 of 9 visits`; `is_likely` where over half are absent.
    """

    group: Group
    label: str
    is_likely: bool


@dataclass(frozen=True)
class OpenQuestion:
    """The question a file raises before visits it lacks leave the numbers, in words.

    `summary` counts the visits and names the therapists and months of most of them. `reasons` are
    possible causes, as clauses without a full stop.
    """

    import_id: str
    file_name: str
    visits: int
    summary: str
    reasons: tuple[str, ...]
    choices: tuple[GroupChoice, ...]


def open_questions(scope: Scope) -> list[OpenQuestion]:
    """Return the open questions of imports about visits they lack, the newest export first."""
    asking = (
        select(import_.c.id)
        .where(
            import_.c.practice_id == scope.practice_id,
            import_.c.id.in_(
                select(booking.c.unanswered_import_id).where(
                    booking.c.practice_id == scope.practice_id,
                    booking.c.unanswered_import_id.is_not(None),
                )
            ),
        )
        .order_by(import_.c.as_of.desc(), import_.c.sequence.desc())
    )
    with scope.read() as conn:
        ids = conn.execute(asking).scalars().all()
        questions = [read_absence_question(conn, scope.practice_id, id_) for id_ in ids]
    return [describe_question(question, scope.zone) for question in questions if question]


@dataclass(frozen=True)
class AnsweredFile:
    """A file with an answered question; `words` is the answer: `it did not hold Jen Park`."""

    import_id: str
    file_name: str
    words: str


def answered_files(scope: Scope) -> list[AnsweredFile]:
    """Return imports, not undone, with an answered question, the newest export first."""
    answered = (
        select(import_.c.id, import_.c.file_name, import_.c.absence_answer)
        .where(
            import_.c.practice_id == scope.practice_id,
            import_.c.undone_at.is_(None),
            import_.c.absence_answer.is_not(None),
        )
        .order_by(import_.c.as_of.desc(), import_.c.sequence.desc())
    )
    with scope.read() as conn:
        kinds = read_kinds(conn, scope.practice_id)
        files = [(row, parse_answer(row.absence_answer, kinds)) for row in conn.execute(answered)]
    return [AnsweredFile(row.id, row.file_name, _answer_in_words(kept)) for row, kept in files]


def _answer_in_words(kept: KeptAnswer) -> str:
    verb = "is" if len(kept.gone) == 1 else "are"
    gone = f"{fmt.plural(len(kept.gone), 'visit')} it lacks {verb} gone"
    if not kept.not_held:
        return gone
    left_out = f"it did not hold {fmt.join_list(map(group_name, sorted(kept.not_held)))}"
    return f"{left_out}; {gone}" if kept.gone else left_out


def describe_question(question: AbsenceQuestion, zone: ZoneInfo) -> OpenQuestion:
    """Return a file's question in words, days in the practice's zone."""
    as_of, last = (datetime.fromtimestamp(at, zone) for at in (question.as_of, question.last_at))
    reasons = []
    if question.doubt:
        reasons.append(doubt_in_words(question.doubt, as_of.date()))
    if (as_of.date() - last.date()).days > 1:
        reasons.append(f"this file ends on {fmt.full_day(last.date())}")
    choices = [
        GroupChoice(
            each.group,
            f"{group_name(each.group)} · {fmt.number(each.absent)} of "
            f"{fmt.plural(each.of, 'visit')}",
            each.is_suspicious and each.absent * 2 > each.of,
        )
        for each in question.groups
    ]
    return OpenQuestion(
        question.import_id,
        question.file_name,
        question.visits,
        whose_visits(question.groups),
        tuple(reasons),
        tuple(choices),
    )


def whose_visits(groups: Iterable[GroupCount]) -> str:
    """Return of whom a file lacks most visits: `Maya Lopez 170 of 176, September 2026`."""
    group_counts = list(groups)
    therapists = sorted(
        (count for count in group_counts if count.group[0] == "therapist"),
        key=lambda count: (-count.absent, count.group[1]),
    )
    parts = [
        f"{group_name(count.group)} {fmt.number(count.absent)} of {fmt.number(count.of)}"
        for count in therapists[:_GROUP_PHRASES]
    ]
    if (more := len(therapists) - _GROUP_PHRASES) > 0:
        parts.append(fmt.plural(more, "more therapist"))
    months = sorted(count.group[1] for count in group_counts if count.group[0] == "month")
    return ", ".join([*parts, *([_months(months[0], months[-1])] if months else [])])


def _months(first: str, last: str) -> str:
    """Return `November 2026`, `September to November 2026` or `December 2025 to January 2026`."""
    ends = group_name(("month", last))
    if first == last:
        return ends
    begins = date.fromisoformat(f"{first}-01")
    return f"{begins:%B}{f' {begins.year}' if first[:4] != last[:4] else ''} to {ends}"


def doubt_in_words(doubt: str, exported_on: date) -> str:
    """Return why a file can hardly have been exported on this day, as a clause."""
    kind, _, text = doubt.partition(" ")
    booked = date.fromisoformat(text)
    if kind == "stale":
        days = fmt.plural((exported_on - booked).days, "day")
        return f"its newest booking was made on {fmt.full_day(booked)}, {days} before"
    return f"an older export knows of a booking made on {fmt.full_day(booked)}, this one does not"


def silence_in_words(kind: str, value: str) -> str:
    """Return why a file does not confirm a visit, as a clause: see `explain_unconfirmed`."""
    if kind == "therapist":
        return f"no row of {value}" if value else "no row without a therapist"
    if kind == "type":
        return f"all its rows are {TYPE_WORDS.get(value, value)}"
    return f"this file ends on {fmt.full_day(date.fromisoformat(value))}"


def group_name(group: Group) -> str:
    """Return `December 2025`, `Jen Park` or `Massage`."""
    kind, value = group
    if kind == "month":
        return f"{date.fromisoformat(f'{value}-01'):%B %Y}"
    if kind == "type":
        name = TYPE_WORDS.get(value, value)
        return f"{name[:1].upper()}{name[1:]}"
    return value or "no therapist named"
