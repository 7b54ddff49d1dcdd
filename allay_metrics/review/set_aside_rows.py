"""Rows set aside: open ones, and dismissed ones."""

from typing import Any

import pandas as pd
from sqlalchemy import Select, func, select

from allay_metrics.records import Scope
from allay_metrics.records.tables import import_, set_aside
from allay_metrics.review.owner_lists import Practice, read_frame


def open_rows(scope: Scope) -> pd.DataFrame:
    """Return the open rows set aside without repeats, newest file first.

    Rows that were imported since, corrected, or dismissed are not open.

    Columns: import_id, file, row, column, value, reason, raw (JSON object of the row as text).
    """
    columns = ("import_id", "file", "row", "column", "value", "reason", "raw")
    return read_frame(scope, rows_set_aside(scope.practice_id), columns)


def dismissed_rows(scope: Scope) -> pd.DataFrame:
    """Return the dismissed rows, in the form of `open_rows`."""
    columns = ("import_id", "file", "row", "column", "value", "reason", "raw")
    return read_frame(scope, rows_set_aside(scope.practice_id, dismissed=True), columns)


def rows_set_aside(practice: Practice, *, dismissed: bool = False) -> Select[Any]:
    """Return each row set aside from the newest file that contains it."""
    at = set_aside.c.dismissed_at
    nth = func.row_number().over(
        partition_by=set_aside.c.raw_hash,
        order_by=(import_.c.as_of.desc(), import_.c.imported_at.desc(), set_aside.c.row_number),
    )
    rows = (
        select(
            set_aside.c.import_id,
            import_.c.file_name,
            set_aside.c.row_number,
            set_aside.c.column_name,
            set_aside.c.value,
            set_aside.c.reason,
            set_aside.c.raw,
            import_.c.as_of,
            nth.label("nth"),
        )
        .select_from(set_aside.join(import_))
        .where(
            set_aside.c.practice_id == practice,
            import_.c.undone_at.is_(None),
            set_aside.c.settled_by.is_(None),
            at.is_not(None) if dismissed else at.is_(None),
        )
        .subquery()
    )
    shown = [rows.c[name] for name in ("import_id", "file_name", "row_number", "column_name")]
    return (
        select(*shown, rows.c.value, rows.c.reason, rows.c.raw)
        .where(rows.c.nth == 1)
        .order_by(rows.c.as_of.desc(), rows.c.import_id, rows.c.row_number)
    )
