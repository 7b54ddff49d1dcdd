"""The demo's files in the order of import: an older export, the newest, the cancelled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np

from allay_metrics.demo.acuity_export import (
    CsvRenderer,
    Rows,
    build_calendar_rows,
    find_rows_cancelled,
    find_rows_kept_at,
    write_csv,
)
from allay_metrics.demo.demo_families import Ints
from allay_metrics.demo.invention import (
    DEFAULT_VISITS,
    OLDER_EXPORT,
    InventedPractice,
    invent,
    last_booking_day,
)  # fmt: skip
from allay_metrics.demo.older_calendar import compute_days_at
from allay_metrics.demo.unreadable import unreadable_lines

OLDER_EXPORT_DAYS = 56


@dataclass(frozen=True)
class DemoFile:
    """One file to import: what it holds, and when it was exported (unix seconds, UTC)."""

    path: Path
    holds: Literal["kept", "cancelled"]
    as_of: int


def write_exports(
    folder: Path,
    *,
    visits: int = DEFAULT_VISITS,
    seed: int = 7,
    until: date,
    as_of: datetime | None = None,
) -> list[DemoFile]:
    """Write the demo's Acuity exports into the folder and return them in the order of import.

    First an export of two weeks earlier that reaches back eight weeks, then the newest with all
    kept appointments, then the cancelled ones. The same seed, day and size give the same bytes.
    """
    return write_files(folder, invent(visits, seed=seed, until=until, as_of=as_of))


def write_files(folder: Path, invented: InventedPractice) -> list[DemoFile]:
    """Write the exports of an existing invention; see `write_exports`."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = build_calendar_rows(invented)
    sheet = CsvRenderer(invented, rows)
    now, then = invented.as_of, invented.as_of - OLDER_EXPORT
    newest = chain(_newest_lines(invented, rows, sheet), unreadable_lines(invented, rows))
    return [
        _write_file(
            folder / "acuity_two_weeks_ago.csv", "kept", then, _older_lines(invented, rows, sheet)
        ),
        _write_file(folder / "acuity_newest.csv", "kept", now, newest),
        _write_file(
            folder / "acuity_cancelled.csv",
            "cancelled",
            now,
            _cancelled_lines(invented, rows, sheet),
        ),
    ]


def _write_file(
    path: Path, holds: Literal["kept", "cancelled"], as_of: datetime, lines: Iterator[str]
) -> DemoFile:
    """Write one file and return its description."""
    write_csv(path, lines)
    return DemoFile(path, holds, int(as_of.timestamp()))


def _older_lines(invented: InventedPractice, rows: Rows, sheet: CsvRenderer) -> Iterator[str]:
    """Return the lines of the export of two weeks ago, with moved visits on their earlier days."""
    then = invented.as_of - OLDER_EXPORT
    days = compute_days_at(invented, last_booking_day(then))
    earliest = (invented.until - OLDER_EXPORT - timedelta(days=OLDER_EXPORT_DAYS)).toordinal()
    held = find_rows_kept_at(invented, rows, last_booking_day(then)) & (
        days[rows.visit] >= earliest
    )
    chosen = np.flatnonzero(held)
    return sheet.lines(chosen, days[rows.visit[chosen]], then)


def _newest_lines(invented: InventedPractice, rows: Rows, sheet: CsvRenderer) -> Iterator[str]:
    """Return the lines of the newest export of kept visits, without the vanished ones."""
    held = find_rows_kept_at(invented, rows, last_booking_day(invented.as_of))
    return _current_lines(
        invented, rows, sheet, np.flatnonzero(held & ~invented.vanishes[rows.visit])
    )


def _cancelled_lines(invented: InventedPractice, rows: Rows, sheet: CsvRenderer) -> Iterator[str]:
    """Return the lines of the cancelled visits."""
    return _current_lines(
        invented, rows, sheet, np.flatnonzero(find_rows_cancelled(invented, rows))
    )


def _current_lines(
    invented: InventedPractice, rows: Rows, sheet: CsvRenderer, chosen: Ints
) -> Iterator[str]:
    """Return the lines of the chosen rows with their current days."""
    return sheet.lines(chosen, invented.visits.day[rows.visit[chosen]], invented.as_of)
