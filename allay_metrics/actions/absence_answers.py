"""The question before visits that a file lacks go missing, and the owner's answer."""

import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_, select, update

from allay_metrics.actions.absence import (
    CALLED_OFF,
    EVIDENCE,
    MissingCounts,
    count_held_by_group,
    mark_missing,
    parse_answer,
    read_batches,
    read_evidence_files,
    read_kinds,
    read_zone,
    select_standing_files,
)
from allay_metrics.derive import derive
from allay_metrics.derive.absence_evidence import (
    AbsenceAnswer,
    AbsentVisit,
    Group,
    absent_by_group,
    suspicious_groups,
)
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records import Scope
from allay_metrics.records.tables import booking, import_


@dataclass(frozen=True)
class GroupCount:
    """How many visits of a therapist, month or type a file lacks, of how many it should hold."""

    group: Group
    absent: int
    of: int
    is_suspicious: bool


@dataclass(frozen=True)
class AbsenceQuestion:
    """The question about one file, asked before the visits it lacks leave the numbers.

    `first_at` and `last_at` are its first and last visit, `as_of` its export (seconds since 1970
    UTC). `doubt` is why its as-of is in doubt (`stale 2026-01-31`), empty for no doubt.
    """

    import_id: str
    file_name: str
    as_of: int
    first_at: int
    last_at: int
    doubt: str
    visits: int
    groups: tuple[GroupCount, ...]


def read_absence_question(
    conn: Connection, practice_id: str, import_id: str
) -> AbsenceQuestion | None:
    """Return the open question about a file, None where no visit waits for its answer."""
    row = conn.execute(select(import_).where(_is_import(practice_id, import_id))).one()
    absent, held = _read_waiting(conn, practice_id, row)
    if not absent:
        return None
    return AbsenceQuestion(
        import_id,
        row.file_name,
        row.as_of,
        row.first_at,
        row.last_at,
        (row.as_of_doubt or "") if row.absence_answer is None else "",
        len({visit.slot for visit in absent}),
        _count_groups(absent, held),
    )


def _count_groups(absent: list[AbsentVisit], held: Mapping[Group, int]) -> tuple[GroupCount, ...]:
    counts, suspicious = absent_by_group(absent), suspicious_groups(absent, held)
    kinds = ("month", "therapist", "type")

    def position(group: Group) -> tuple[int, str]:
        kind, value = group
        return kinds.index(kind), value

    return tuple(
        GroupCount(group, counts[group], counts[group] + held.get(group, 0), group in suspicious)
        for group in sorted(counts, key=position)
    )


def _read_waiting(
    conn: Connection, practice_id: str, row: Row[Any]
) -> tuple[list[AbsentVisit], Mapping[Group, int]]:
    """Return the visits that wait for an answer about an import, and its visits by group."""
    waiting = select(booking.c.id).where(
        booking.c.practice_id == practice_id, booking.c.unanswered_import_id == row.id
    )
    ids = set(conn.execute(waiting).scalars())
    if not ids:
        return [], {}
    (file,) = read_evidence_files(conn, practice_id, row.source, only=row.id)
    return [visit for visit in file.absent if visit.booking_id in ids], file.held


def _save_answer(conn: Connection, practice_id: str, row: Row[Any], answer: AbsenceAnswer) -> None:
    """Store the owner's answer with the visits it is about; it confirms the as-of, too."""
    visits, _ = _read_waiting(conn, practice_id, row)
    kinds = read_kinds(conn, practice_id)
    canonical = AbsenceAnswer(frozenset(map(kinds.canonical, answer.not_held)))
    combined = parse_answer(row.absence_answer, kinds).and_then(canonical, visits)
    text = json.dumps(
        {
            "gone": sorted(combined.gone),
            "not_held": [[*group, sorted(ids)] for group, ids in sorted(combined.not_held.items())],
        }
    )
    is_import = _is_import(practice_id, row.id)
    conn.execute(update(import_).where(is_import).values(absence_answer=text))


def _is_import(practice_id: str, import_id: str) -> ColumnElement[bool]:
    return and_(import_.c.practice_id == practice_id, import_.c.id == import_id)


def answer_absence(scope: Scope, import_id: str, answer: AbsenceAnswer) -> MissingCounts:
    """Answer the question about a file and derive anew. Raises NotFound where none is open."""
    with scope.write("say what a file did not hold") as conn:
        row = _read_import(conn, scope, import_id)
        if read_absence_question(conn, scope.practice_id, import_id) is None:
            raise NotFound("There is no open question about this file any more: reload the list.")
        _save_answer(conn, scope.practice_id, row, answer)
        return _rederive(conn, scope, row.source)


def undo_absence_answer(scope: Scope, import_id: str) -> MissingCounts:
    """Delete an answer, which opens the question again. Raises Conflict where there is none."""
    with scope.write("take back what a file did not hold") as conn:
        row = _read_import(conn, scope, import_id)
        if row.absence_answer is None:
            raise Conflict(f"No answer is recorded for {row.file_name}.")
        is_import = _is_import(scope.practice_id, import_id)
        conn.execute(update(import_).where(is_import).values(absence_answer=None))
        return _rederive(conn, scope, row.source)


def answer_absence_at_import(
    conn: Connection, practice_id: str, source: str, file_hash: str, answer: AbsenceAnswer
) -> MissingCounts:
    """Answer the question about a file just imported, and those about its earlier imports."""
    same = select_standing_files(practice_id, source).where(import_.c.file_hash == file_hash)
    for row in conn.execute(same).all():
        visits, _ = _read_waiting(conn, practice_id, row)
        if visits:
            _save_answer(conn, practice_id, row, answer)
    return mark_missing(conn, practice_id, source)


def _read_import(conn: Connection, scope: Scope, import_id: str) -> Row[Any]:
    is_active = import_.c.undone_at.is_(None)
    statement = select(import_).where(_is_import(scope.practice_id, import_id), is_active)
    row = conn.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no such import on file.")
    return row


def _rederive(conn: Connection, scope: Scope, source: str) -> MissingCounts:
    counts = mark_missing(conn, scope.practice_id, source)
    derive(conn, scope.practice_id, counts.families)
    return counts


def explain_unconfirmed(
    conn: Connection, practice_id: str, import_id: str
) -> list[tuple[str, str, int]]:
    """Return why a file is no evidence on visits to come of its source: (kind, value, visits).

    Counted are visits that no newer file confirmed, and all those of a therapist without a row in
    this file: another file of the same day may hold them, so this one may not be the whole export.

    Kinds: `ends` (visits after the file's last one; the value is the day of that), `therapist` (no
    row of hers) and `type` (all rows are of this type). Most visits first.
    """
    row = conn.execute(select(import_).where(_is_import(practice_id, import_id))).one()
    if row.first_at is None or row.holds not in EVIDENCE:
        return []
    kinds = read_kinds(conn, practice_id)
    held = count_held_by_group(conn, practice_id, [import_id], kinds)[import_id]
    types = {value for kind, value in held if kind == "type"}
    last_day = f"{datetime.fromtimestamp(row.last_at, read_zone(conn, practice_id)):%Y-%m-%d}"
    batches = read_batches(conn, practice_id, row.source)
    slots: dict[tuple[str, str], set[tuple[str, str, int]]] = defaultdict(set)
    for booking_row in conn.execute(_select_not_in(practice_id, row)):
        if not batches[import_id].isdisjoint(batches[booking_row.current_import_id]):
            continue
        therapist = kinds.therapist(booking_row.therapist or "")
        visit_type = kinds.visit_type(booking_row.type_text)
        if ("therapist", therapist) not in held:
            why = ("therapist", therapist)
        elif not booking_row.unconfirmed:
            continue
        elif len(types) == 1 and visit_type not in types:
            why = ("type", next(iter(types)))
        elif booking_row.starts_at > row.last_at:
            why = ("ends", last_day)
        else:
            continue
        slots[why].add((booking_row.family_id, therapist, booking_row.starts_at))
    counts = [(kind, value, len(visits)) for (kind, value), visits in slots.items()]

    def by_visits(count: tuple[str, str, int]) -> tuple[int, str, str]:
        kind, value, visits = count
        return -visits, kind, value

    return sorted(counts, key=by_visits)


def _select_not_in(practice_id: str, file: Row[Any]) -> Select[Any]:
    """Return the SELECT of visits to come that a file does not hold and that are not missing."""
    columns = (
        "family_id",
        "therapist",
        "type_text",
        "starts_at",
        "unconfirmed",
        "current_import_id",
    )
    still_to_come = and_(
        booking.c.as_of <= file.as_of,
        booking.c.ends_at > file.as_of,
        booking.c.marked.not_in(CALLED_OFF),
        booking.c.missing_from_import_id.is_(None),
        booking.c.unanswered_import_id.is_(None),
    )
    return select(*(booking.c[name] for name in columns)).where(
        booking.c.practice_id == practice_id,
        booking.c.source == file.source,
        booking.c.current_import_id != file.id,
        or_(booking.c.unconfirmed == 1, still_to_come),
    )
