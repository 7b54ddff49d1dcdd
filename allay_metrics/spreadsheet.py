"""Tables as CSV and XLSX, without anything that a spreadsheet would execute.

The rule for text has two halves: `quote` when it is written, `unquote` when it is read again. A
text that begins like a formula, also behind spaces or quotation marks and in full-width letters,
gets an apostrophe; numbers, and phones that no spreadsheet would compute, are left as they are.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

_BEFORE = "\\s'\"\u2018\u2019\u201c\u201d\u00ab\u200b\ufeff"
_FORMULA = re.compile(f"[{_BEFORE}]*[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+|\d{1,3}(,\d{3})+)(\.\d+)?%?")
# A plus and digits, separated only by spaces and brackets after the first space: +1-415-555 would
# be computed.
_PHONE = re.compile(r"\+\d{7,15}|\+\d{1,3} [\d ().-]{5,18}")
_LONGEST_CELL = 32_767  # characters: the limit of a workbook's cell

Value = str | int | float | bool | date | datetime | None


@dataclass(frozen=True)
class Export:
    """A table to export; `about` describes it as (term, text), above it or on a second sheet."""

    about: tuple[tuple[str, str], ...]
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Value]]


def quote(text: str) -> str:
    """Return the text so that a spreadsheet shows it and executes nothing."""
    return f"'{text}" if _is_formula(text) else text


def unquote(text: str) -> str:
    """Return a text as it was before `quote`; also removes other programs' apostrophes."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text, 1) else text


def format_rows(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> str:
    """Return a header and rows as CSV; moments in ISO 8601 with their offset, no value empty."""
    return _lines([[quote(name) for name in columns]], ([*map(_format_value, row)] for row in rows))


def format_csv(export: Export) -> bytes:
    """Return the export as CSV that a spreadsheet reads by a double click.

    Its description is in lines of one cell above the header: our reader, like others, skips such
    lines and says so.
    """
    above = _lines([quote(f"{term}: {description}")] for term, description in export.about)
    return (above + format_rows(export.columns, export.rows)).encode("utf-8-sig")


def format_xlsx(export: Export) -> bytes:
    """Return the export as a workbook: the table and a sheet that describes it."""
    import xlsxwriter

    out = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(out, options) as book:
        head = book.add_format({"bold": True, "bottom": 1})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        sheet = book.add_worksheet("Table")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(export.columns):
            sheet.write_string(0, column, quote(name), head)
            sheet.set_column(column, column, min(max(len(name) + 2, 11), 40))
        for number, row in enumerate(export.rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, datetime):
                    sheet.write_datetime(number, column, value.replace(tzinfo=None), moment)
                elif isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                elif isinstance(value, bool):
                    sheet.write_boolean(number, column, value)
                elif isinstance(value, int | float):
                    sheet.write_number(number, column, value)
                elif value is not None:
                    sheet.write_string(number, column, quote(value)[:_LONGEST_CELL])
        about = book.add_worksheet("About")
        about.set_column(0, 0, 18)
        about.set_column(1, 1, 100)
        for number, (term, description) in enumerate(export.about):
            about.write_string(number, 0, quote(term), head)
            about.write_string(number, 1, quote(description)[:_LONGEST_CELL])
    return out.getvalue()


class _Unix(io.StringIO):
    """A file for csv.writer that makes it quote both line feeds and carriage returns."""

    def write(self, line: str, /) -> int:
        """Append one line."""
        return super().write(line.removesuffix("\r\n") + "\n")


def _lines(*parts: Iterable[Sequence[Value]]) -> str:
    out = _Unix()
    writer = csv.writer(out)
    for rows in parts:
        writer.writerows(rows)
    return out.getvalue()


def _is_formula(text: str) -> bool:
    if not _FORMULA.match(text):
        return False
    return not (_NUMBER.fullmatch(text) or _PHONE.fullmatch(text))


def _format_value(value: Value) -> Value:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return quote(value) if isinstance(value, str) else value
