"""Examines a database file: whether it is damaged, and what of it can still be read.

Files are opened read-only and never changed: a later examination may need them as they are.
"""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, text

from allay_metrics.errors import AllayError, RecordsDamaged
from allay_metrics.records.column_types import LocalDate
from allay_metrics.records.damage import build_damage_error, first_line, recognise_damage
from allay_metrics.records.engine import describe_place, list_opened_files
from allay_metrics.records.files import connect_file, driver_of, is_plain, key_for
from allay_metrics.records.migrate import find_schema_damage, is_newer
from allay_metrics.records.tables import metadata

LINES = 5  # of the engine's own check: enough to see the kind of damage
_NAMES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"


@dataclass(frozen=True)
class Examination:
    """First findings of the engine's check, row counts of readable tables, unreadable tables."""

    findings: tuple[str, ...] = ()
    rows: dict[str, int] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()


def find_damage(path: Path, *, thorough: bool = False) -> RecordsDamaged | None:
    """Return the damage of the records at `path`; None for intact ones, or for no file.

    With `thorough` the engine reads every page, about a second for 200 MB.
    """
    if not path.exists():
        return None
    if not path.is_file():
        return build_damage_error(path, "cannot be opened (this is a folder)")
    if not path.stat().st_size:
        return build_damage_error(path, "cannot be opened (the file is empty)")
    key = None
    try:
        key = None if is_plain(path) else key_for(path)
        with closing(connect_file(path, key, read_only=True)) as file:
            return _find_file_damage(file, path, key, thorough=thorough)
    except RecordsDamaged as damage:
        return damage
    except driver_of(key).Error as error:
        return recognise_damage(error, path) or build_damage_error(
            path, f"cannot be opened ({first_line(error)})"
        )


def find_unreported_damage(since: float) -> RecordsDamaged | None:
    """Return the damage of files opened since then (monotonic clock), checking every page.

    Used after an unforeseen error: a damaged value may reach our code before the engine notices.
    """
    files = dict.fromkeys(list_opened_files(since))
    results = (find_damage(path, thorough=True) for path in files)
    return next((damage for damage in results if damage is not None), None)


def refuse_damaged(conn: Connection) -> None:
    """Raise RecordsDamaged where SQLite's own check of the whole file finds something.

    The files of a server are checked by its own tools.
    """
    if conn.dialect.name != "sqlite":
        return
    for (finding,) in conn.execute(text("PRAGMA integrity_check(1)")).all():
        if finding != "ok":
            raise build_damage_error(describe_place(conn.engine), f"are damaged ({finding})")


def holds_records(path: Path) -> bool:
    """Return whether anything was imported into the records at `path`, which are not damaged.

    Those of a newer version count as having some, because their schema is unknown.
    """
    if not path.exists():
        return False
    with closing(connect_file(path, None if is_plain(path) else key_for(path))) as file:
        tables, revision = _read_schema(file)
        if is_newer(revision):
            return True
        return "import" in tables and bool(file.execute("SELECT 1 FROM import LIMIT 1").fetchone())


def read_revision(path: Path) -> str | None:
    """Return the schema of a database file, None where it has none or cannot be read."""
    rows = read_rows(path, "SELECT version_num FROM alembic_version")
    return str(rows[0][0]) if rows else None


def examine(path: Path) -> Examination:
    """Return what can be read of a damaged file; nothing where it cannot be opened."""
    key = None
    try:
        key = None if is_plain(path) else key_for(path)
        with closing(connect_file(path, key, read_only=True)) as file:
            return _read_examination(file, key)
    except AllayError:  # reported already
        return Examination()
    except driver_of(key).Error as error:
        return Examination((first_line(error),))


def _read_examination(file: Any, key: str | None) -> Examination:
    counted = {name: _count_rows(file, name, key) for name in _list_tables(file, key)}
    return Examination(
        _read_findings(file, key),
        {name: rows for name, rows in counted.items() if rows is not None},
        tuple(name for name, rows in counted.items() if rows is None),
    )


def read_rows(path: Path, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a statement on a file; none where it cannot be read."""
    key = None
    try:
        key = None if is_plain(path) else key_for(path)
        with closing(connect_file(path, key, read_only=True)) as file:
            return list(file.execute(statement))
    except (AllayError, driver_of(key).Error):
        return []


def _find_file_damage(
    file: Any, path: Path, key: str | None, *, thorough: bool
) -> RecordsDamaged | None:
    damage = find_schema_damage(path, *_read_schema(file))
    if damage is not None or not thorough:
        return damage
    findings = _read_findings(file, key) or tuple(_find_inconsistencies(file))
    return build_damage_error(path, f"are damaged ({findings[0]})") if findings else None


def _read_schema(file: Any) -> tuple[set[str], str | None]:
    tables = {name for (name,) in file.execute(_NAMES)}
    if "alembic_version" not in tables:
        return tables, None
    row = file.execute("SELECT version_num FROM alembic_version").fetchone()
    return tables, None if row is None else str(row[0])


def _read_findings(file: Any, key: str | None) -> tuple[str, ...]:
    """Return the first lines of the engine's own check; none without findings."""
    try:
        lines = [str(line) for (line,) in file.execute(f"PRAGMA integrity_check({LINES})")]
    except driver_of(key).Error as error:
        lines = [first_line(error)]
    findings = [finding for line in lines for finding in line.splitlines() if finding != "ok"]
    return tuple(findings[:LINES])


def _find_inconsistencies(file: Any) -> Iterator[str]:
    """Yield faults that the engine's check does not report: dangling references, invalid days."""
    for row in file.execute("PRAGMA foreign_key_check"):
        yield f"a row of {row[0]} refers to a row of {row[2]} that is not there"
    tables = _read_schema(file)[0]
    for column in (
        day_column
        for name in tables & metadata.tables.keys()
        for day_column in _list_day_columns(name)
    ):
        table, name = column.table.name, column.name
        none = f'FROM "{table}" WHERE date("{name}") IS NOT "{name}" LIMIT 1'
        if file.execute(f"SELECT 1 {none}").fetchone():
            yield f"a day in {table} is none"


def _list_day_columns(table: str) -> list[Column[Any]]:
    return [
        column for column in metadata.tables[table].columns if isinstance(column.type, LocalDate)
    ]


def _list_tables(file: Any, key: str | None) -> list[str]:
    """Return the names of the file's tables; of ours where they cannot be read."""
    try:
        return sorted(name for (name,) in file.execute(_NAMES))
    except driver_of(key).Error:
        return sorted(metadata.tables)


def _count_rows(file: Any, table: str, key: str | None) -> int | None:
    """Return the row count of a table, reading every row; None where one cannot be read."""
    try:
        rows = file.execute(f'SELECT * FROM "{table}" NOT INDEXED')  # noqa: S608 - a table's name
        return sum(1 for _ in rows)
    except driver_of(key).Error:
        return None
