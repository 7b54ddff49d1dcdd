"""Checks rows again that were set aside: after a correction, or with a changed profile."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pandas as pd

from allay_metrics.errors import FileProblem
from allay_metrics.intake.mapping import map_columns
from allay_metrics.intake.profile import Profile
from allay_metrics.intake.row_checks import Checker
from allay_metrics.intake.rows import (
    CUT_ROW,
    MORE_VALUES,
    ROW_COLUMNS,
    Chunk,
    SetAside,
    build_rows_frame,
)
from allay_metrics.intake.table import Batch

# Keys of `SetAside.raw` that are no columns of the record.
REMARK_COLUMNS = (MORE_VALUES, CUT_ROW)

Raw = Mapping[str, str]


def recheck_rows(profile: Profile, raws: Sequence[Raw], zone: ZoneInfo, holds: str) -> Chunk:
    """Return the rows as the profile reads them now, numbered from 1 in their order.

    They may come from files with different headers. A record with the key CUT_ROW, which did not
    fit its header, is set aside again.
    """
    by_header: dict[tuple[str, ...], list[int]] = defaultdict(list)
    chunks = []
    for position, raw in enumerate(raws):
        if CUT_ROW in raw:
            chunks.append(_build_set_aside(position, raw[CUT_ROW], raw))
        else:
            by_header[tuple(raw)].append(position)
    for headers, positions in by_header.items():
        chunks += _check(profile, headers, [raws[at] for at in positions], positions, zone, holds)
    return _merge_chunks(chunks)


def _check(  # noqa: PLR0917 - the arguments of a Checker and its rows
    profile: Profile,
    headers: tuple[str, ...],
    raws: Sequence[Raw],
    positions: Sequence[int],
    zone: ZoneInfo,
    holds: str,
) -> list[Chunk]:
    try:
        column_map = map_columns(list(headers), profile, Path("this row"))
    except FileProblem as problem:
        # The profile has changed and needs a column that these rows do not have.
        return [
            _build_set_aside(at, str(problem), raw) for at, raw in zip(positions, raws, strict=True)
        ]
    chunks = []
    for position, raw in zip(positions, raws, strict=True):
        # One checker per row: two rows of one appointment are no repeats of each other here.
        checker = Checker(profile, column_map, zone, holds)
        chunk = checker.check(Batch([list(raw.values())]), position + 1)
        chunks.append(
            replace(chunk, set_aside=[replace(r, raw=dict(raw)) for r in chunk.set_aside])
        )
    return chunks


def _build_set_aside(position: int, reason: str, raw: Raw) -> Chunk:
    row = SetAside(position + 1, "", "", reason, dict(raw))
    return Chunk(_empty_rows(), [row], [], 1)


def _merge_chunks(chunks: list[Chunk]) -> Chunk:
    frames = [chunk.rows for chunk in chunks if len(chunk.rows)]
    rows = (
        pd.concat(frames).sort_values("row_number", ignore_index=True) if frames else _empty_rows()
    )
    return Chunk(
        rows,
        sorted((row for chunk in chunks for row in chunk.set_aside), key=lambda row: row.row),
        [warning for chunk in chunks for warning in chunk.warnings],
        sum(chunk.read for chunk in chunks),
    )


def _empty_rows() -> pd.DataFrame:
    return build_rows_frame({name: [] for name in ROW_COLUMNS})
