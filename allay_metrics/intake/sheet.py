"""Reads a workbook's sheet in a process that may use little; intake.child starts it.

The parser is not ours and the file may be hostile: here it can use up its own memory and time and
nobody else's. Out come lines of JSON: what was read, then a list of texts for each row.
"""

import json
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

Cell = int | float | str | bool | time | date | datetime | timedelta

MEMORY_BYTES = 2_000_000_000
CPU_SECONDS = 120


def main(path: Path) -> int:
    """Write the first sheet that holds anything; a sentence about what is wrong, and 1."""
    _limit()
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
            if any(cell != "" for row in rows for cell in row):
                _write(name, len(book.sheet_names), rows)
                return 0
    except BaseException as error:  # noqa: BLE001 a panic of the parser is no Exception
        _say({"problem": f"cannot be read as a workbook: {error}"})
        return 1
    _say({"problem": "is an empty workbook"})
    return 1


def _limit() -> None:
    try:
        import resource
    except ImportError:  # not on Windows: the parent's clock still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def _write(name: str, sheets: int, rows: list[list[Cell]]) -> None:
    _say({"sheet": name, "sheets": sheets})
    for row in rows:
        if any(cell != "" for cell in row):
            _say([_text(cell) for cell in row])


def _say(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")


def _text(cell: Cell) -> str:
    """Return a cell as a CSV export would have written it."""
    text = str(cell)  # dates and times in ISO order; a length of time as 9:00:00
    if isinstance(cell, bool):
        text = text.lower()
    elif isinstance(cell, float):
        text = str(int(cell)) if cell.is_integer() else repr(cell)
    elif isinstance(cell, datetime):
        text = str(cell.replace(microsecond=0))
    return text


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
