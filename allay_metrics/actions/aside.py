"""Rows set aside, as they are read: those that are open, each once."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select

from allay_metrics.records.tables import import_, set_aside

Raw = dict[str, str]

IS_OPEN: ColumnElement[bool] = and_(
    set_aside.c.settled_by.is_(None), set_aside.c.dismissed_at.is_(None)
)
OF_IMPORT: ColumnElement[bool] = and_(
    import_.c.practice_id == set_aside.c.practice_id, import_.c.id == set_aside.c.import_id
)


@dataclass(frozen=True)
class Aside:
    """A row set aside, and what is to be known of the file it stands in."""

    import_id: str
    row_number: int
    raw: Raw
    raw_hash: str
    source: str
    file_name: str
    holds: str
    as_of: int


def open_aside(
    conn: Connection, practice_id: str, source: str, but: str | None = None
) -> list[Aside]:
    """Return the open rows of a source, each once as its newest file has it, not those of `but`."""
    statement = _aside_rows(practice_id).where(import_.c.source == source, IS_OPEN)
    rows_by_hash: dict[str, Aside] = {}
    for row in conn.execute(statement.order_by(import_.c.as_of.desc(), import_.c.sequence.desc())):
        rows_by_hash.setdefault(row.raw_hash, _aside(row))
    return [one for one in rows_by_hash.values() if one.import_id != but]


def aside_at(conn: Connection, practice_id: str, import_id: str, row: int) -> Aside | None:
    """Return the open row of this number, None where there is none."""
    statement = _aside_rows(practice_id).where(
        IS_OPEN, set_aside.c.import_id == import_id, set_aside.c.row_number == row
    )
    aside_row = conn.execute(statement).one_or_none()
    return None if aside_row is None else _aside(aside_row)


def imports_of(practice_id: str, source: str) -> Any:
    """Return the statement of the ids of the imports of a source."""
    return select(import_.c.id).where(
        import_.c.practice_id == practice_id, import_.c.source == source
    )


def _aside_rows(practice_id: str) -> Any:
    columns = (set_aside.c.import_id, set_aside.c.row_number, set_aside.c.raw, set_aside.c.raw_hash)
    import_columns = (import_.c.source, import_.c.file_name, import_.c.holds, import_.c.as_of)
    return (
        select(*columns, *import_columns)
        .select_from(set_aside.join(import_, OF_IMPORT))
        .where(set_aside.c.practice_id == practice_id, import_.c.undone_at.is_(None))
    )


def _aside(row: Row[Any]) -> Aside:
    return Aside(
        row.import_id,
        row.row_number,
        json.loads(row.raw),
        row.raw_hash,
        row.source,
        row.file_name,
        row.holds,
        row.as_of,
    )
