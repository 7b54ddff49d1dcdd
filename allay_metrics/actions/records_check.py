"""Checks the integrity of the records: the database itself, derived rows, roll-ups."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, func, select, text

from allay_metrics import formatting as fmt
from allay_metrics.actions.backups import find_known_backup, read_last_backup
from allay_metrics.actions.current_imports import rebuild_current_imports
from allay_metrics.derive import derive_all
from allay_metrics.derive.matching import follow_links
from allay_metrics.derive.override_rules import read_overrides
from allay_metrics.errors import RecordsDamaged
from allay_metrics.records import Scope, audit_chain, compute_row_hashes, rollup
from allay_metrics.records.examination import Examination, examine, refuse_damaged
from allay_metrics.records.tables import check_in_row, city, import_, import_row, set_aside

# What a table is derived from, where that is not the bookings.
_ORIGINS = {"booking": "imports"}


class _CheckDone(Exception):
    """Rolls back what the check derived."""


def check_records(scope: Scope) -> list[str]:
    """Return one sentence for each problem, an empty list without problems.

    Raises RecordsDamaged where the database itself is damaged.

    Everything derived is derived again, compared and rolled back: the current and missing import of
    each booking from the imports, all else from the bookings.
    """
    findings: list[str] = []
    try:
        with scope.write("check the records") as conn:
            refuse_damaged(conn)
            findings += _check_references(conn)
            stored = compute_row_hashes(scope, conn)
            findings += _check_audit(scope)
            findings += _check_import_accounts(conn, scope.practice_id)
            findings += _check_roll_up(conn, scope.practice_id)
            findings += _check_overrides(conn, scope.practice_id)
            rebuild_current_imports(conn, scope.practice_id)
            derive_all(conn, scope.practice_id)
            derived = compute_row_hashes(scope, conn)
            raise _CheckDone  # noqa: TRY301 - the only way to leave a transaction without keeping it
    except _CheckDone:
        findings += [
            f"Table {name} differs from what its {_ORIGINS.get(name, 'bookings')} say."
            for name in stored
            if stored[name] != derived[name]
        ]
    return findings


def examine_damaged(damage: RecordsDamaged) -> list[str]:
    """Return sentences on what can still be read of damaged records, and on the newest backup."""
    path = Path(damage.place)
    if not path.exists():
        return []  # a database server: its own tools check its files
    backup = find_known_backup(path)
    newest = "No backup of them is recorded, and none is in their folder."
    if backup is not None:
        moment = fmt.moment(datetime.fromtimestamp(backup.made_at).astimezone())
        newest = f"The newest backup known is {backup.name}, made {moment}."
    examination = examine(path) if path.is_file() else Examination()
    sentences = [f"The database's own check says: {line}." for line in examination.findings]
    if examination.rows:
        tables = (
            f"{name} ({fmt.plural(count, 'row')})" for name, count in examination.rows.items()
        )
        sentences.append(f"These tables can be read: {', '.join(tables)}.")
    if examination.unreadable:
        sentences.append(
            f"These tables cannot be read in full: {', '.join(examination.unreadable)}."
        )
    return [*sentences, newest]


def _check_references(conn: Connection) -> Iterator[str]:
    if conn.dialect.name != "sqlite":
        return
    for row in conn.execute(text("PRAGMA foreign_key_check")).all():
        yield f"A row of {row.table} refers to a row of {row.parent} that is not there."


def _check_audit(scope: Scope) -> list[str]:
    """Check the committed audit trail, without the line of this check."""
    backup = read_last_backup(scope)
    with scope.read() as conn:
        return list(
            audit_chain.find_breaks(conn, scope.practice_id, backup.audit if backup else None)
        )


def _check_import_accounts(conn: Connection, practice_id: str) -> Iterator[str]:
    """Yield imports whose rows are not all recorded as imported, set aside or erased."""
    columns = (import_.c.rows_read, import_.c.id, import_.c.file_name, import_.c.erased)
    is_active = (import_.c.practice_id == practice_id) & import_.c.undone_at.is_(None)
    for row in conn.execute(select(*columns).where(is_active)).all():
        on_record = row.erased
        for table in (import_row, check_in_row, set_aside):
            of_import = (table.c.practice_id == practice_id) & (table.c.import_id == row.id)
            counted = select(func.count()).select_from(table).where(of_import)
            on_record += conn.execute(counted).scalar_one()
        if on_record != row.rows_read:
            yield f"{row.file_name}: {row.rows_read} rows read, but {on_record} on record."


def _check_roll_up(conn: Connection, practice_id: str) -> Iterator[str]:
    if rollup.read_rollup(conn, practice_id) != rollup.recount(conn, practice_id):
        yield "The roll-ups differ from the visits they count."


def _check_overrides(conn: Connection, practice_id: str) -> Iterator[str]:
    """Yield overrides with an unknown city, and family links that form a loop."""
    choices = read_overrides(conn, practice_id)
    places = select(city.c.name).where(city.c.practice_id == practice_id)
    city_names = set(conn.execute(places.where(city.c.kind.in_(("city", "virtual")))).scalars())
    for name in sorted({*choices.aliases.values(), *choices.cities.values()} - city_names):
        yield f"A spelling or a correction names {name}, which is no city on file."
    for match, name in sorted(choices.links):
        end = follow_links(match, name, choices.links)
        if follow_links(end, name, choices.links) != end:
            yield f"The family links that start at {match} form a loop."
