"""A file of an export taken in, everything derived and rolled up; and the same file by pandas."""

from datetime import date
from pathlib import Path

import pandas as pd
from sqlalchemy import create_engine

from allay_metrics.actions.file_import import import_file
from allay_metrics.demo import write_exports
from allay_metrics.records import open_practice

UNTIL = date(2026, 11, 15)
# The newest kept export of an invented practice holds about nine in ten of its visits.
KEPT_SHARE = 0.915


def write_export(folder: Path, rows: int) -> Path:
    """Write an invented kept export of about this many rows and return its path."""
    files = write_exports(folder, visits=round(rows / KEPT_SHARE), seed=7, until=UNTIL)
    return next(file.path for file in files if file.path.name == "acuity_newest.csv")


def by_allay(export: str, database: str) -> int:
    """Take the export in; return the rows read."""
    scope = open_practice(f"sqlite:///{database}")
    report = import_file(scope, Path(export), holds="kept", as_of=1_794_758_520)
    return report.rows_read


def by_pandas(export: str, database: str) -> int:
    """Read the export as text and write it to a table, as pandas does; return the rows."""
    engine = create_engine(f"sqlite:///{database}")
    frame = pd.read_csv(export, dtype=str)
    frame.to_sql("export", engine, index=False)
    return len(frame)
