"""Reads a workbook's sheet in a process with limited resources; child_process.py starts it."""

import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

from allay_metrics.intake.child_process import limit_resources, write_line

SheetCell = int | float | str | bool | time | date | datetime | timedelta


def main(path: Path) -> int:
    """Write the first sheet with content to stdout and return 0; else a sentence, return 1."""
    limit_resources(path)
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=True)
            if any(cell != "" for row in rows for cell in row):
                _write(name, len(book.sheet_names), rows)
                return 0
    except BaseException as error:  # noqa: BLE001 a panic of the parser is no Exception
        write_line({"problem": f"cannot be read as a workbook: {error}"})
        return 1
    write_line({"problem": "is an empty workbook"})
    return 1


def _write(name: str, sheets: int, rows: list[list[SheetCell]]) -> None:
    write_line({"sheet": name, "sheets": sheets})
    for row in rows:
        if any(cell != "" for cell in row):
            write_line([_text(cell) for cell in row])


def _text(cell: SheetCell) -> str:
    """Return a cell as a CSV export writes it."""
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
