"""How a list for the owner is read: what a visit is joined to, and the rows as a frame."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import BindParameter, ColumnElement, Select, and_

from allay_metrics.records import Scope
from allay_metrics.records.tables import family, therapist, visit

# Given now, or by name when the statement runs.
Practice = str | BindParameter[str]


def of_family() -> ColumnElement[bool]:
    """Return the condition that joins a visit to its family."""
    return and_(family.c.practice_id == visit.c.practice_id, family.c.id == visit.c.family_id)


def visited_by() -> ColumnElement[bool]:
    """Return the condition that joins a visit to its therapist."""
    return and_(
        therapist.c.practice_id == visit.c.practice_id, therapist.c.id == visit.c.therapist_id
    )


def read_frame(scope: Scope, statement: Select[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a statement, under these names."""
    with scope.read() as conn:
        rows = [tuple(row) for row in conn.execute(statement)]
    return pd.DataFrame(rows, columns=list(columns))


def localise_starts(table: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Return the list with `starts` (seconds of UTC before) in the practice's zone."""
    table["starts"] = [datetime.fromtimestamp(at, scope.zone) for at in table["starts"]]
    return table
