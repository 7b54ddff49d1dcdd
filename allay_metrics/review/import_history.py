"""The Records page as plain values: imports, their outcome, the days they cover."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Row, Select, and_, func, or_, select

from allay_metrics import formatting as fmt
from allay_metrics.intake.profile import shipped_profiles
from allay_metrics.intake.questionnaires import shipped_questionnaires
from allay_metrics.metrics.coverage import Records
from allay_metrics.records import UNKNOWN, Scope
from allay_metrics.records.tables import booking, correction, family, import_

# The kinds of a coverage table, in this order.
KINDS = {"kept": "Kept visits", "cancelled": "Cancellations", "no_show": "No-shows"}
NOT_TOLD = "not told"

_IMPORT_COLUMNS = (
    "id", "sequence", "source", "file_name", "holds", "rows_read", "added", "updated", "unchanged",
    "set_aside",
)  # fmt: skip
_MOMENTS = ("as_of", "imported_at", "undone_at")


@dataclass(frozen=True)
class PastImport:
    """One import: rows_read = added + updated + unchanged + set_aside.

    Moments are in the practice's zone; `undone_at` is None unless it was undone.
    """

    id: str
    sequence: int
    source: str
    file_name: str
    holds: str
    rows_read: int
    added: int
    updated: int
    unchanged: int
    set_aside: int
    as_of: datetime
    imported_at: datetime
    undone_at: datetime | None


@dataclass(frozen=True)
class SaveKey:
    """Identifies equal imports: the same bytes imported with the same options."""

    file_hash: str
    source: str
    holds: str
    as_of: int


@dataclass(frozen=True)
class SourceCoverage:
    """The days a source covers, in words, one text per kind of KINDS."""

    source: str
    days: tuple[str, ...]


@dataclass(frozen=True)
class CoveringFile:
    """A file that lacks visits it should contain, or whose days the owner changed."""

    id: str
    sequence: int
    file_name: str
    first: date
    last: date
    missing: int
    changed: bool


def read_covering_files(scope: Scope) -> list[CoveringFile]:
    """Return the imports that lack visits on file, or whose days were changed, newest first."""
    lacks = (
        select(func.count())
        .where(
            booking.c.practice_id == scope.practice_id,
            booking.c.missing_from_import_id == import_.c.id,
        )
        .correlate(import_)
        .scalar_subquery()
    )
    statement = (
        select(import_, lacks.label("lacks"))
        .where(
            import_.c.practice_id == scope.practice_id,
            import_.c.undone_at.is_(None),
            import_.c.covers_from.is_not(None),
            or_(lacks > 0, import_.c.covers_before.is_not(None)),
        )
        .order_by(import_.c.sequence.desc())
    )
    with scope.read() as conn:
        return [
            CoveringFile(
                row.id,
                row.sequence,
                row.file_name,
                row.covers_from,
                row.covers_to,
                row.lacks,
                row.covers_before is not None,
            )
            for row in conn.execute(statement)
        ]


def past_imports(scope: Scope) -> list[PastImport]:
    """Return all imports, newest first, including undone ones."""
    statement = _imports(scope).order_by(import_.c.sequence.desc())
    with scope.read() as conn:
        return [_past(row, scope) for row in conn.execute(statement)]


def same_import(scope: Scope, key: SaveKey) -> PastImport | None:
    """Return the import, not undone, of the same file with the same options, if any."""
    statement = _imports(scope).where(
        import_.c.undone_at.is_(None),
        import_.c.file_hash == key.file_hash,
        import_.c.source == key.source,
        import_.c.holds == key.holds,
        import_.c.as_of == key.as_of,
    )
    with scope.read() as conn:
        row = conn.execute(statement.limit(1)).first()
    return _past(row, scope) if row else None


def absent_bookings(scope: Scope, source: str) -> int:
    """Return how many bookings of a source are missing, including decided ones."""
    statement = select(func.count()).where(
        booking.c.practice_id == scope.practice_id,
        booking.c.source == source,
        booking.c.missing_from_import_id.is_not(None),
    )
    with scope.read() as conn:
        return int(conn.execute(statement).scalar_one())


def decided_visits(scope: Scope) -> pd.DataFrame:
    """Return the missing bookings that were decided on, the latest decision first.

    Columns: booking_id, starts (datetime, practice zone), family, therapist (`unknown` where
    blank), type (the name as typed), decision (cancelled, deleted or kept). A deleted one
    belongs to no visit any more, so all values are the source's.
    """
    columns = ("booking_id", "starts", "family", "therapist", "type", "decision")
    decision = and_(
        correction.c.practice_id == booking.c.practice_id,
        correction.c.booking_id == booking.c.id,
        correction.c.field == "state",
    )
    statement = (
        select(
            booking.c.id,
            booking.c.starts_at,
            family.c.name,
            func.coalesce(booking.c.therapist, UNKNOWN),
            booking.c.type_text,
            correction.c.value,
        )
        .select_from(booking.join(correction, decision).join(family))
        .where(
            booking.c.practice_id == scope.practice_id,
            booking.c.missing_from_import_id.is_not(None),
        )
        .order_by(correction.c.made_at.desc(), booking.c.starts_at, booking.c.id)
    )
    with scope.read() as conn:
        rows = [tuple(row) for row in conn.execute(statement)]
    visits = pd.DataFrame(rows, columns=list(columns))
    visits["starts"] = [datetime.fromtimestamp(at, scope.zone) for at in visits["starts"]]
    return visits


def covered_days(records: Records) -> list[SourceCoverage]:
    """Return the days each source covers, by kind."""
    return [
        SourceCoverage(source, tuple(_days(records, source, kind) for kind in KINDS))
        for source in records.sources
    ]


def source_label(source: str) -> str:
    """Return a source's display name: `Acuity Scheduling` for acuity, else the name itself."""
    labels = {questionnaire.name: questionnaire.label for questionnaire in shipped_questionnaires()}
    labels |= {profile.name: profile.label for profile in shipped_profiles()}
    return labels.get(source, source)


def describe_undo(past: PastImport) -> str:
    """Return sentences on what undoing an import does."""
    added = fmt.plural(past.added, "row")
    sentences = [f"{added} added by it" if past.added else "Nothing was added by it"]
    sentences[0] += f" {'go' if past.added > 1 else 'goes'} out again." if past.added else "."
    if past.updated:
        changed = fmt.plural(past.updated, "changed row")
        says = "say again what they" if past.updated > 1 else "says again what it"
        sentences.append(f"{changed} {says} said before.")
    if past.set_aside:
        aside = fmt.plural(past.set_aside, "row")
        sentences.append(
            f"{aside} set aside {'leave' if past.set_aside > 1 else 'leaves'} the list."
        )
    return " ".join([*sentences, "Visits missing because of it do not wait any more."])


def _imports(scope: Scope) -> Select[Any]:
    columns = (import_.c[name] for name in (*_IMPORT_COLUMNS, *_MOMENTS))
    return select(*columns).where(import_.c.practice_id == scope.practice_id)


def _past(row: Row[Any], scope: Scope) -> PastImport:
    values = dict(row._mapping)  # noqa: SLF001 - its public name
    for name in _MOMENTS:
        at = values[name]
        values[name] = None if at is None else datetime.fromtimestamp(at, scope.zone)
    return PastImport(**values)


def _days(records: Records, source: str, kind: str) -> str:
    days = records.days(source, kind)
    return fmt.join_list(fmt.span(*each) for each in days) if days else NOT_TOLD
