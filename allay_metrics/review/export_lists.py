"""Exported lists: visits behind a number, miles driven, rows set aside, imports."""

import json
from datetime import date

import pandas as pd

from allay_metrics import formatting as fmt
from allay_metrics.intake.rows import CUT_ROW
from allay_metrics.metrics import Question, visits_behind
from allay_metrics.records import Scope
from allay_metrics.review.drive_lists import Mileage
from allay_metrics.review.exports import export_header
from allay_metrics.review.import_history import past_imports
from allay_metrics.review.record_status import read_record_status
from allay_metrics.review.set_aside_rows import open_rows
from allay_metrics.spreadsheet import Export, Value

# Named so that the file can be imported again as a table of visits.
_VISITS = {
    "visit_id": "Visit id",
    "starts_at": "Start",
    "minutes": "Minutes",
    "family": "Client",
    "city": "City",
    "visit_type": "Visit type",
    "therapist": "Therapist",
    "state": "State",
    "counted": "Counted",
    "price": "Price",
}
_LEGS = {
    "date": "Date",
    "from": "From",
    "to": "To",
    "miles": "Miles",
    "minutes": "Minutes",
    "note": "Note",
}
_IMPORTS = {
    "File": "file_name",
    "Source": "source",
    "Holds": "holds",
    "As of": "as_of",
    "Taken in": "imported_at",
    "Rows read": "rows_read",
    "Added": "added",
    "Updated": "updated",
    "Unchanged": "unchanged",
    "Set aside": "set_aside",
    "Undone": "undone_at",
}


def visits_export(
    scope: Scope, question: Question, title: str, only: list[str] | None = None
) -> Export:
    """Return all visits behind a number; with prices in dollars for viewers who see money."""
    visits = visits_behind(question, scope, limit=None, only=only)
    days = (question.first, question.last)
    return _of_frame(
        export_header(scope, read_record_status(scope), title, days, question.where),
        visits,
        _VISITS,
    )


def mileage_export(scope: Scope, name: str, month: date, mileage: Mileage) -> Export:
    """Return the legs of a therapist's month."""
    header = export_header(
        scope, read_record_status(scope), f"Mileage of {name}, {month:%B %Y}", None
    )
    estimate = ("An estimate", f"{fmt.plural(mileage.days_left_out, 'day')} left out")
    return _of_frame((*header, estimate), mileage.legs, _LEGS)


def set_aside_export(scope: Scope) -> Export:
    """Return the rows set aside: what is wrong, then every column of the row itself."""
    rows = open_rows(scope)
    problems = rows[["file", "row", "column", "value", "reason"]].reset_index(drop=True)
    raw = pd.DataFrame([json.loads(text) for text in rows["raw"]], dtype=object).fillna("")
    raw = raw.drop(columns=CUT_ROW, errors="ignore")  # the reason has a column of its own
    raw.columns = [f"row: {name}" for name in raw.columns]
    frame = pd.concat([problems, raw], axis=1)
    heads = {str(name): str(name).capitalize() for name in problems}
    heads |= {str(name): str(name) for name in raw}
    return _of_frame(
        export_header(scope, read_record_status(scope), "Rows set aside", None), frame, heads
    )


def imports_export(scope: Scope) -> Export:
    """Return every import with what became of its rows, newest first."""
    rows: list[tuple[Value, ...]] = [
        tuple(getattr(past_import, name) for name in _IMPORTS.values())
        for past_import in past_imports(scope)
    ]
    return Export(
        export_header(scope, read_record_status(scope), "Imports", None), tuple(_IMPORTS), rows
    )


def _of_frame(
    header: tuple[tuple[str, str], ...], frame: pd.DataFrame, heads: dict[str, str]
) -> Export:
    kept = [name for name in heads if name in frame.columns]
    columns = [[_plain(value) for value in frame[name].tolist()] for name in kept]
    return Export(header, tuple(heads[name] for name in kept), list(zip(*columns, strict=True)))


def _plain(value: object) -> Value:
    """Return a value of a frame as a Python type."""
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if value is None or isinstance(value, str | int | float | bool | date):
        return value
    return str(value)
