"""What a person does with a row set aside: correct it, retry it, or dismiss it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, select, update

from allay_metrics.actions.absence import mark_missing
from allay_metrics.actions.current_imports import assign_from_set_aside
from allay_metrics.actions.open_set_aside import SetAsideRow, read_aside, read_open_aside
from allay_metrics.actions.profiles import read_own_profiles
from allay_metrics.actions.set_aside_retry import RetryResult, UsableRows, check_rows, import_rows
from allay_metrics.derive import derive
from allay_metrics.errors import FileProblem, NotFound
from allay_metrics.intake.profile import Profile, find_shipped_profile
from allay_metrics.intake.row_recheck import REMARK_COLUMNS
from allay_metrics.intake.rows import RowWarning, SetAside
from allay_metrics.records import Scope
from allay_metrics.records.column_types import now
from allay_metrics.records.tables import import_, set_aside


@dataclass(frozen=True)
class CorrectedRow:
    """A row that was imported: by which import, and whether added, updated or unchanged."""

    import_id: str
    outcome: str
    warnings: tuple[RowWarning, ...]


def correct_row(
    scope: Scope, import_id: str, row_number: int, changes: Mapping[str, str]
) -> CorrectedRow | SetAside:
    """Check an open row again with some cells changed, and import it where it is valid.

    `changes` maps the file's own columns to texts. The row becomes an import of its own, with the
    as-of of its file; undoing that opens the row again. A row that still cannot be used is returned
    with the reason, and nothing changes. Raises NotFound for a row that is not open, or a column it
    does not have, and FileProblem where its profile is not on file.
    """
    with scope.write("mend a row") as conn:
        was = _read_open_row(conn, scope, import_id, row_number)
        profile = _read_profile(scope, was.source)
        raw = {name: text for name, text in was.raw.items() if name not in REMARK_COLUMNS}
        if unknown := changes.keys() - raw.keys():
            raise NotFound(f"The row has no column {', '.join(sorted(unknown))}.")
        mended = SetAsideRow(**{**vars(was), "raw": raw | dict(changes)})
        usable, bad = check_rows(conn, scope.practice_id, profile, [mended], scope.zone)
        if bad:
            return bad[0]
        if not usable.were:
            return SetAside(row_number, "", "", "the profile of this source skips such rows", raw)
        again = RetryResult()
        name = f"mended: {was.file_name} row {was.row_number}"
        counts = import_rows(conn, scope.practice_id, usable, name, again)
        _derive(conn, scope, was.source, again)
        outcome = next(word for word in ("added", "updated", "unchanged") if getattr(counts, word))
        return CorrectedRow(again.imports[0], outcome, tuple(usable.warnings))


def retry_rows(scope: Scope, source: str) -> RetryResult:
    """Check all open rows of a source again, with its current profile and overrides.

    Usable rows are imported, as one import for each file they came from.
    """
    with scope.write("retry rows set aside") as conn:
        profile = _read_profile(scope, source)
        again = RetryResult()
        by_file: dict[str, list[SetAsideRow]] = {}
        for row in read_open_aside(conn, scope.practice_id, source):
            by_file.setdefault(row.import_id, []).append(row)
        for were in by_file.values():
            usable, _ = check_rows(conn, scope.practice_id, profile, were, scope.zone)
            if usable.were:
                _import_usable(conn, scope, usable, again)
        if again.rows:
            _derive(conn, scope, source, again)
        return again


def dismiss(scope: Scope, import_id: str, row_number: int) -> int:
    """Dismiss a row set aside as no visit, here and in newer files.

    Returns how many rows of files were dismissed. Raises NotFound for a row that is not open.
    """
    with scope.write("dismiss a row") as conn:
        row = _read_open_row(conn, scope, import_id, row_number)
        return _save_dismissal(conn, scope, row.raw_hash, row.source, now())


def undismiss(scope: Scope, import_id: str, row_number: int) -> int:
    """Undo a dismissal: the row is open again. Raises NotFound for one not dismissed."""
    with scope.write("open a row again") as conn:
        statement = select(set_aside.c.raw_hash, import_.c.source).join(
            import_, (import_.c.practice_id == scope.practice_id) & (import_.c.id == import_id)
        )
        which = _is_row(scope, import_id, row_number) & set_aside.c.dismissed_at.is_not(None)
        row = conn.execute(statement.where(which)).one_or_none()
        if row is None:
            raise NotFound("This row was not dismissed: reload the list.")
        return _save_dismissal(conn, scope, row.raw_hash, row.source, None)


def _import_usable(conn: Connection, scope: Scope, usable: UsableRows, again: RetryResult) -> None:
    name = f"retried: {usable.were[0].file_name}"
    import_rows(conn, scope.practice_id, usable, name, again)


def _read_open_row(conn: Connection, scope: Scope, import_id: str, row_number: int) -> SetAsideRow:
    aside = read_aside(conn, scope.practice_id, import_id, row_number)
    if aside is None:
        raise NotFound("This row is not open any more: reload the list.")
    return aside


def _read_profile(scope: Scope, source: str) -> Profile:
    own = {profile.name: profile for profile in read_own_profiles(scope)}
    if source in own:
        return own[source]
    try:
        return find_shipped_profile(source)
    except FileProblem:
        raise FileProblem(
            f"No import profile for '{source}' is saved: save one on the Records page first."
        ) from None


def _derive(conn: Connection, scope: Scope, source: str, again: RetryResult) -> None:
    families = again.families | assign_from_set_aside(conn, scope.practice_id)
    counts = mark_missing(conn, scope.practice_id, source)
    derive(conn, scope.practice_id, families | counts.families)


def _save_dismissal(
    conn: Connection, scope: Scope, raw_hash: str, source: str, at: int | None
) -> int:
    of_source = select(import_.c.id).where(
        import_.c.practice_id == scope.practice_id, import_.c.source == source
    )
    same = and_(
        set_aside.c.practice_id == scope.practice_id,
        set_aside.c.raw_hash == raw_hash,
        set_aside.c.settled_by.is_(None),
        set_aside.c.import_id.in_(of_source),
    )
    return conn.execute(update(set_aside).where(same).values(dismissed_at=at)).rowcount


def _is_row(scope: Scope, import_id: str, row_number: int) -> ColumnElement[bool]:
    return and_(
        set_aside.c.practice_id == scope.practice_id,
        set_aside.c.import_id == import_id,
        set_aside.c.row_number == row_number,
    )
