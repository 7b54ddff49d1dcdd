"""What the queries of the owner's lists share: the practice as a parameter, rows as a frame."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import BindParameter, Select

from allay_metrics.records import Scope

# A practice id, or a bound parameter filled when the statement runs.
Practice = str | BindParameter[str]


def read_frame(scope: Scope, statement: Select[Any], columns: Sequence[str]) -> pd.DataFrame:
    """Return the rows of a statement as a frame with these column names."""
    with scope.read() as conn:
        rows = [tuple(row) for row in conn.execute(statement)]
    return pd.DataFrame(rows, columns=list(columns))


def localise_starts(table: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    """Return the frame with `starts` (epoch seconds) as datetimes in the practice's zone."""
    table["starts"] = [datetime.fromtimestamp(at, scope.zone) for at in table["starts"]]
    return table
