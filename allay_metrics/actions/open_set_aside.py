"""Reads the open rows set aside, without repeats."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select

from allay_metrics.records.tables import import_, set_aside

Raw = dict[str, str]

IS_OPEN: ColumnElement[bool] = and_(
    set_aside.c.settled_by.is_(None), set_aside.c.dismissed_at.is_(None)
)


@dataclass(frozen=True)
class SetAsideRow:
    """A row set aside, with its file; `as_of` in epoch seconds."""

    import_id: str
    row_number: int
    raw: Raw
    raw_hash: str
    source: str
    file_name: str
    holds: str
    as_of: int


def read_open_aside(
    conn: Connection, practice_id: str, source: str, but: str | None = None
) -> list[SetAsideRow]:
    """Return the open rows of a source, each from its newest file, except those of import `but`."""
    statement = _select_aside(practice_id).where(import_.c.source == source, IS_OPEN)
    rows_by_hash: dict[str, SetAsideRow] = {}
    for row in conn.execute(statement.order_by(import_.c.as_of.desc(), import_.c.sequence.desc())):
        rows_by_hash.setdefault(row.raw_hash, _build_aside(row))
    return [aside for aside in rows_by_hash.values() if aside.import_id != but]


def read_aside(conn: Connection, practice_id: str, import_id: str, row: int) -> SetAsideRow | None:
    """Return the open row with this number in an import, None where there is none."""
    statement = _select_aside(practice_id).where(
        IS_OPEN, set_aside.c.import_id == import_id, set_aside.c.row_number == row
    )
    aside_row = conn.execute(statement).one_or_none()
    return None if aside_row is None else _build_aside(aside_row)


def select_imports(practice_id: str, source: str) -> Any:
    """Return the SELECT of the ids of all imports of a source."""
    return select(import_.c.id).where(
        import_.c.practice_id == practice_id, import_.c.source == source
    )


def _select_aside(practice_id: str) -> Any:
    columns = (set_aside.c.import_id, set_aside.c.row_number, set_aside.c.raw, set_aside.c.raw_hash)
    import_columns = (import_.c.source, import_.c.file_name, import_.c.holds, import_.c.as_of)
    return (
        select(*columns, *import_columns)
        .select_from(set_aside.join(import_))
        .where(set_aside.c.practice_id == practice_id, import_.c.undone_at.is_(None))
    )


def _build_aside(row: Row[Any]) -> SetAsideRow:
    return SetAsideRow(
        row.import_id,
        row.row_number,
        json.loads(row.raw),
        row.raw_hash,
        row.source,
        row.file_name,
        row.holds,
        row.as_of,
    )
