"""Visits that a newer file lacks: which are missing, which wait for an answer, which are kept."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    and_,
    func,
    or_,
    select,
    tuple_,
    union,
)

from allay_metrics.derive.absence_evidence import (
    LONG_OVER_SECONDS,
    Absences,
    AbsentVisit,
    EvidenceFile,
    Group,
    KeptAnswer,
    evidence_span,
    resolve_absences,
)
from allay_metrics.derive.matching import plain_name
from allay_metrics.derive.override_rules import read_overrides
from allay_metrics.derive.visit_type import VisitTypeWords, visit_types
from allay_metrics.records.bulk import among, update_rows
from allay_metrics.records.tables import booking, import_, import_group, import_row, practice

# A file of kept visits leaves out visits with these marks; that is no evidence.
CALLED_OFF = ("cancelled", "no_show", "rescheduled")
EVIDENCE = ("kept", "all")  # a file of cancelled visits alone is evidence against nothing


@dataclass(frozen=True)
class MissingCounts:
    """The bookings of a source that are missing, wait for an answer, or are not confirmed.

    `families` are those whose bookings changed.
    """

    families: set[str]
    missing: int
    unanswered: int
    unconfirmed: int


class Kinds:
    """How files spell a practice's therapists and visit types, and the one name of each.

    Spellings that differ in case or spacing alone are the same therapist.
    """

    def __init__(self, type_words: VisitTypeWords, therapists: Iterable[str]) -> None:
        """`therapists` are the names of all therapists, in every spelling."""
        self._type_words = type_words
        self._spellings: dict[str, set[str]] = defaultdict(set)
        for name in therapists:
            self._spellings[plain_name(name)].add(name)

    def other_spellings(self) -> list[tuple[str, str]]:
        """Return every ordered pair of two spellings of one therapist."""
        groups = self._spellings.values()
        return [pair for names in groups for pair in permutations(sorted(names), 2)]

    def therapist(self, written: str) -> str:
        """Return one of a therapist's spellings, the same for all of them; mixed case first."""
        names = self._spellings.get(plain_name(written), (written,))
        return min(names, key=lambda name: (name.isupper(), name.islower(), name))

    def visit_type(self, written: str) -> str:
        """Return the primary visit type of a text."""
        return visit_types(written, self._type_words)[0]

    def group(self, kind: str, written: str) -> Group:
        """Return the group that a file's text of this kind belongs to."""
        return self.canonical((kind, self.visit_type(written) if kind == "type" else written))

    def canonical(self, group: Group) -> Group:
        """Return a group under its present name: a therapist's chosen spelling."""
        kind, value = group
        return kind, self.therapist(value) if kind == "therapist" else value


def mark_missing(conn: Connection, practice_id: str, source: str) -> MissingCounts:
    """Mark the bookings of a source that newer files show to be gone, and unmark all others."""
    refresh_evidence(conn, practice_id, source)
    files = list(read_evidence_files(conn, practice_id, source))
    families = _write_absences(conn, practice_id, source, resolve_absences(files))
    families |= _mark_unconfirmed(conn, practice_id, source)
    of_source = and_(booking.c.practice_id == practice_id, booking.c.source == source)
    # Three counts, each answered by an index, instead of one scan of all bookings.
    counts = [
        conn.execute(
            select(func.count()).select_from(booking).where(of_source, condition)
        ).scalar_one()
        for condition in (
            booking.c.missing_from_import_id.is_not(None),
            booking.c.unanswered_import_id.is_not(None),
            booking.c.unconfirmed == 1,
        )
    ]
    return MissingCounts(families, *counts)


def refresh_evidence(conn: Connection, practice_id: str, source: str) -> None:
    """Recompute for each valid file of a source the time for which it is evidence."""
    rows = conn.execute(select_standing_files(practice_id, source)).all()
    zone = read_zone(conn, practice_id)
    changed = []
    for row in rows:
        span = _compute_evidence(row, rows, zone)
        if span != (row.evidence_from, row.evidence_to):
            changed.append((*span, row.id))
    update_rows(conn, import_, practice_id, ("evidence_from", "evidence_to"), changed)


def select_standing_files(practice_id: str, source: str) -> Select[Any]:
    """Return the SELECT of a source's files that are evidence and not undone, oldest first."""
    return (
        select(import_)
        .where(
            import_.c.practice_id == practice_id,
            import_.c.source == source,
            import_.c.undone_at.is_(None),
            import_.c.mends.is_(None),
            import_.c.holds.in_(EVIDENCE),
        )
        .order_by(import_.c.as_of, import_.c.sequence)
    )


def _compute_evidence(
    row: Row[Any], rows: Iterable[Row[Any]], zone: ZoneInfo
) -> tuple[int | None, int | None]:
    if row.covers_stated:
        after = row.covers_to + timedelta(days=1)
        return _midnight(row.covers_from, zone), _midnight(after, zone) - 1
    if row.first_at is None:
        return None, None
    before = [
        older.last_at for older in rows if older.as_of < row.as_of and older.last_at is not None
    ]
    return evidence_span(row.first_at, row.last_at, row.as_of, max(before, default=None))


def _midnight(day: date, zone: ZoneInfo) -> int:
    return int(datetime.combine(day, time(), zone).timestamp())


def read_zone(conn: Connection, practice_id: str) -> ZoneInfo:
    """Return the practice's time zone."""
    statement = select(practice.c.timezone).where(practice.c.practice_id == practice_id)
    return ZoneInfo(conn.execute(statement).scalar_one())


def read_evidence_files(
    conn: Connection, practice_id: str, source: str, only: str | None = None
) -> Iterable[EvidenceFile]:
    """Yield the files that lack bookings they should hold, oldest export first.

    `only` limits them to one import.
    """
    kinds = read_kinds(conn, practice_id)
    absent = _read_absent_visits(conn, practice_id, source, kinds, only)
    if not absent:
        return
    held = count_held_by_group(conn, practice_id, absent, kinds)
    rows = [
        row for row in conn.execute(select_standing_files(practice_id, source)) if row.id in absent
    ]
    answers = {row.id: parse_answer(row.absence_answer, kinds) for row in rows}
    held_later = _find_contradicted(conn, practice_id, answers)
    for row in rows:
        yield EvidenceFile(
            row.id,
            _filter_by_only_type(absent[row.id], held[row.id]),
            held[row.id],
            row.as_of_doubt is not None and row.absence_answer is None,
            answers[row.id],
            held_later[row.id],
        )


def read_kinds(conn: Connection, practice_id: str) -> Kinds:
    """Return how the practice's files spell its therapists and visit types."""
    of_files = select(import_group.c.value).where(
        import_group.c.practice_id == practice_id, import_group.c.kind == "therapist"
    )
    # Rows fixed after they were set aside are in no file's groups.
    of_bookings = select(func.coalesce(booking.c.therapist, "")).where(
        booking.c.practice_id == practice_id
    )
    type_words = read_overrides(conn, practice_id).type_words
    return Kinds(type_words, conn.execute(union(of_files, of_bookings)).scalars())


def parse_answer(text: str | None, kinds: Kinds) -> KeptAnswer:
    """Return the answers stored with a file as JSON, an empty answer for None."""
    if text is None:
        return KeptAnswer()
    stored = json.loads(text)
    not_held = {
        kinds.canonical((kind, value)): frozenset(ids) for kind, value, ids in stored["not_held"]
    }
    return KeptAnswer(frozenset(stored["gone"]), not_held)


def _find_contradicted(
    conn: Connection, practice_id: str, answers: Mapping[str, KeptAnswer]
) -> dict[str, frozenset[str]]:
    """Return by import the bookings it holds although an answer says that a file did not."""
    left_out = {
        id_ for answer in answers.values() for ids in answer.not_held.values() for id_ in ids
    }
    booking_ids: dict[str, set[str]] = {id_: set() for id_ in answers}
    if left_out:
        holds = select(import_row.c.import_id, import_row.c.booking_id).where(
            import_row.c.practice_id == practice_id,
            import_row.c.booking_id.in_(among(conn, left_out)),
        )
        for row in conn.execute(holds):
            if row.import_id in booking_ids:
                booking_ids[row.import_id].add(row.booking_id)
    return {id_: frozenset(ids) for id_, ids in booking_ids.items()}


def _read_absent_visits(
    conn: Connection, practice_id: str, source: str, kinds: Kinds, only: str | None
) -> dict[str, list[AbsentVisit]]:
    """Return by import the bookings it should hold but lacks, of therapists it has rows of."""
    batches = read_batches(conn, practice_id, source)
    absent: dict[str, dict[str, AbsentVisit]] = defaultdict(dict)
    for row in conn.execute(_select_absent(practice_id, source, kinds, only)):
        if batches[row.import_id].isdisjoint(batches[row.current_import_id]):
            absent[row.import_id][row.id] = _build_absent_visit(row, kinds)
    return {import_id: list(visits.values()) for import_id, visits in absent.items()}


def read_batches(conn: Connection, practice_id: str, source: str) -> dict[str, set[str]]:
    """Return by import of a source the batches its file belonged to in any of its imports."""
    columns = (import_.c[name] for name in ("id", "file_hash", "as_of", "batch"))
    of_source = and_(import_.c.practice_id == practice_id, import_.c.source == source)
    rows = conn.execute(select(*columns).where(of_source)).all()
    batches_by_file: dict[tuple[str, int], set[str]] = defaultdict(set)
    for row in rows:
        if row.batch is not None:
            batches_by_file[row.file_hash, row.as_of].add(row.batch)
    return {row.id: batches_by_file[row.file_hash, row.as_of] for row in rows}


def _select_absent(practice_id: str, source: str, kinds: Kinds, only: str | None) -> Select[Any]:
    newer, holder = import_.alias(), import_.alias()
    therapist = func.coalesce(booking.c.therapist, "")
    is_therapist = import_group.c.value == therapist
    if pairs := kinds.other_spellings():
        is_therapist = or_(is_therapist, tuple_(therapist, import_group.c.value).in_(pairs))
    return (
        select(
            newer.c.id.label("import_id"),
            booking.c.id,
            booking.c.current_import_id,
            booking.c.family_id,
            booking.c.starts_at,
            therapist.label("therapist"),
            booking.c.day,
            booking.c.type_text,
            (booking.c.ends_at < booking.c.as_of - LONG_OVER_SECONDS).label("is_long_over"),
        )
        .select_from(booking)
        .join(newer, _same_practice(newer, booking))
        .join(
            holder,
            and_(_same_practice(holder, booking), holder.c.id == booking.c.current_import_id),
        )
        .join(
            import_group,
            and_(
                _same_practice(import_group, newer),
                import_group.c.import_id == newer.c.id,
                import_group.c.kind == "therapist",
                is_therapist,
            ),
        )
        .where(
            booking.c.practice_id == practice_id,
            booking.c.source == source,
            # Bookings of the newest file cannot be absent from a newer one.
            booking.c.as_of < _select_newest_export(practice_id, source),
            *_should_hold(newer, holder),
            *([newer.c.id == only] if only else []),
        )
    )


def _build_absent_visit(row: Row[Any], kinds: Kinds) -> AbsentVisit:
    therapist = kinds.therapist(row.therapist)
    return AbsentVisit(
        row.id,
        (row.family_id, therapist, row.starts_at),
        therapist,
        row.day.isoformat()[:7],
        kinds.visit_type(row.type_text),
        bool(row.is_long_over),
    )


def _should_hold(newer: FromClause, holder: FromClause) -> list[ColumnElement[bool]]:
    """Return the conditions under which `newer` should hold a booking that `holder` held last."""
    return [
        newer.c.source == booking.c.source,
        newer.c.undone_at.is_(None),
        newer.c.mends.is_(None),
        newer.c.as_of > booking.c.as_of,
        booking.c.starts_at.between(newer.c.evidence_from, newer.c.evidence_to),
        or_(
            newer.c.holds == "all",
            and_(newer.c.holds == "kept", booking.c.marked.not_in(CALLED_OFF)),
        ),
        # A file of one therapist alone is no evidence on rows without a therapist's name.
        or_(newer.c.one_therapist == 0, func.coalesce(booking.c.therapist, "") != ""),
        # Where `holder` begins after the end of `newer`, both are parts of one export cut by date.
        or_(
            booking.c.starts_at <= newer.c.last_at,
            newer.c.covers_stated == 1,
            func.coalesce(holder.c.first_at, 0) <= newer.c.last_at,
        ),
    ]


def _same_practice(left: FromClause, right: FromClause) -> ColumnElement[bool]:
    return left.c.practice_id == right.c.practice_id


def _select_newest_export(practice_id: str, source: str) -> Any:
    """Return the scalar subquery of the newest as-of of a source's files."""
    standing = select_standing_files(practice_id, source).order_by(None).subquery()
    return select(func.max(standing.c.as_of)).scalar_subquery()


def count_held_by_group(
    conn: Connection, practice_id: str, imports: Iterable[str], kinds: Kinds
) -> dict[str, dict[Group, int]]:
    """Return by import how many visits it holds of each therapist, month and visit type."""
    held: dict[str, dict[Group, int]] = {id_: defaultdict(int) for id_ in imports}
    statement = select(import_group).where(
        import_group.c.practice_id == practice_id,
        import_group.c.import_id.in_(among(conn, held)),
    )
    for row in conn.execute(statement):
        held[row.import_id][kinds.group(row.kind, row.value)] += row.visits
    return held


def _filter_by_only_type(absent: list[AbsentVisit], held: Mapping[Group, int]) -> list[AbsentVisit]:
    """Return the absent visits; only those of its type where a file holds a single type."""
    types = {value for kind, value in held if kind == "type"}
    return [visit for visit in absent if len(types) != 1 or visit.visit_type in types]


def _write_absences(
    conn: Connection, practice_id: str, source: str, absences: Absences
) -> set[str]:
    """Write the marks that changed; return the families of those bookings."""
    columns = ("missing_from_import_id", "unanswered_import_id")
    marked = select(booking.c.id, booking.c.family_id, *(booking.c[name] for name in columns))
    of_source = and_(booking.c.practice_id == practice_id, booking.c.source == source)
    to_mark = {*absences.missing, *absences.unanswered}
    # Separate statements: each is answered by a small index or by id.
    rows = [
        *conn.execute(marked.where(of_source, booking.c.missing_from_import_id.is_not(None))),
        *conn.execute(marked.where(of_source, booking.c.unanswered_import_id.is_not(None))),
        *conn.execute(marked.where(of_source, booking.c.id.in_(among(conn, to_mark)))),
    ]
    families, changed = set(), {}
    for row in rows:
        marks = absences.missing.get(row.id), absences.unanswered.get(row.id)
        if marks != (row.missing_from_import_id, row.unanswered_import_id):
            changed[row.id] = marks
            families.add(row.family_id)
    update_rows(
        conn, booking, practice_id, columns, [(*marks, id_) for id_, marks in changed.items()]
    )
    return families


def _mark_unconfirmed(conn: Connection, practice_id: str, source: str) -> set[str]:
    """Mark bookings that had not ended when last held, once an export of a later day is on file.

    Missing and cancelled ones are in no number and need no mark. Files of one day count as parts
    of one export. Returns the families of the bookings that changed.
    """
    newest = conn.execute(select(_select_newest_export(practice_id, source))).scalar_one()
    of_source = and_(booking.c.practice_id == practice_id, booking.c.source == source)
    since = 0
    if newest is not None:
        zone = read_zone(conn, practice_id)
        since = _midnight(datetime.fromtimestamp(newest, zone).date(), zone)
    is_unconfirmed = and_(
        booking.c.as_of < since,
        booking.c.ends_at > booking.c.as_of,
        booking.c.marked.not_in(CALLED_OFF),
        booking.c.missing_from_import_id.is_(None),
    )
    families: set[str] = set()
    for flag, differs in (
        (1, and_(is_unconfirmed, booking.c.unconfirmed == 0)),
        (0, and_(booking.c.unconfirmed == 1, ~is_unconfirmed)),
    ):
        rows = conn.execute(select(booking.c.id, booking.c.family_id).where(of_source, differs))
        changed = {row.id: row.family_id for row in rows}
        update_rows(conn, booking, practice_id, ("unconfirmed",), [(flag, id_) for id_ in changed])
        families |= set(changed.values())
    return families
