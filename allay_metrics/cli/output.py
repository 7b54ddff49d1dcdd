"""Answers as JSON, CSV and text tables."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from allay_metrics import formatting as fmt
from allay_metrics.metrics import METRICS, Metric, Question
from allay_metrics.metrics.aggregates import AggregateKey
from allay_metrics.metrics.left_out import LeftOut
from allay_metrics.spreadsheet import format_rows

VALUES = ("value", "numerator", "denominator", "reason")


def as_json(content: Any) -> str:
    """Return JSON text for stdout."""
    return json.dumps(content, indent=2, ensure_ascii=False, allow_nan=False)


def answer_json(answer: pd.DataFrame, by: Sequence[str], grain: str | None) -> list[dict[str, Any]]:
    """Return one object per group and period, with an object per metric in it.

    Money in dollars with two decimals, shares from 0 to 1.
    """
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for record in answer.to_dict("records"):
        row_start = {name: record[name] for name in by}
        if grain:
            row_start["period"] = record["period"].isoformat()
        row = rows.setdefault(tuple(row_start.values()), row_start)
        row[record["metric"]] = _metric_values(record)
    return list(rows.values())


def add_notes(
    rows: list[dict[str, Any]],
    question: Question,
    left_out: Mapping[AggregateKey, LeftOut],
    zone: ZoneInfo,
) -> list[dict[str, Any]]:
    """Add a `note` to the objects whose visits are not all counted or confirmed."""
    starts = [bucket.start for bucket in question.buckets]
    for row in rows:
        group = tuple(row[name] for name in question.by)
        period = date.fromisoformat(row["period"]) if question.grain else None
        omission = left_out.get(AggregateKey(group, starts.index(period)))
        if omission is not None:
            row["note"] = omission.note(zone)
    return rows


def answer_csv(answer: pd.DataFrame, by: Sequence[str], grain: str | None) -> str:
    """Return one line per group, period and metric; money with two decimals."""
    columns = [*by, *(["period"] if grain else []), "metric", *VALUES]
    rows = []
    for record in answer.to_dict("records"):
        cell = _metric_values(record)
        money = METRICS[record["metric"]].money
        values = [_format_csv_value(cell[name], money=money) for name in VALUES]
        rows.append([*(record[name] for name in columns[:-4]), *values])
    return format_rows(columns, rows)


def answer_table(answer: pd.DataFrame, by: Sequence[str], grain: str | None) -> str:
    """Return the answer as a text table: one line per group and period."""
    keys = list(dict.fromkeys(answer["metric"]))
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for record in answer.to_dict("records"):
        group = [str(record[name]) for name in by]
        if grain:
            group.append(record["period"].isoformat())
        text = _format_cell(METRICS[record["metric"]], _metric_values(record))
        rows.setdefault(tuple(group), {})[record["metric"]] = text
    heads = [*by, *([grain] if grain else []), *(METRICS[key].label for key in keys)]
    lines = [[*group, *(texts.get(key, fmt.DASH) for key in keys)] for group, texts in rows.items()]
    return format_table(heads, lines, left=len(by) + bool(grain))


def format_table(heads: Sequence[str], lines: Iterable[Sequence[str]], *, left: int = 1) -> str:
    """Return lines in columns; the first `left` columns are left-aligned, the others right."""
    rows = [list(heads), *(list(line) for line in lines)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(heads))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def format_value(
    metric: Metric, value: float | None, numerator: float | None, denominator: float | None
) -> str:
    """Return a formatted value, a rate with its counts; a dash for no value."""
    if metric.is_rate:
        shown = fmt.share(numerator, denominator)
        return f"{shown.text} {shown.of}".strip()
    if metric.money:
        return fmt.dollars(value)
    return fmt.plain_number(value)


def _format_cell(metric: Metric, cell: dict[str, Any]) -> str:
    shown = format_value(metric, cell["value"], cell["numerator"], cell["denominator"])
    return f"{shown} ({cell['reason']})" if shown == fmt.DASH and cell["reason"] else shown


def _metric_values(record: dict[Any, Any]) -> dict[str, Any]:
    money = METRICS[record["metric"]].money
    numbers = {name: _format_number(record[name], money=money) for name in VALUES[:-1]}
    return {**numbers, "reason": record["reason"]}


def _format_number(value: float | None, *, money: bool) -> float | int | None:
    """Return a whole number as int, and money rounded to two decimals."""
    if value is None:
        return None
    if money:
        return round(value, 2)
    return int(value) if float(value).is_integer() else value


def _format_csv_value(value: Any, *, money: bool) -> Any:
    if value is None:
        return ""
    return f"{value:.2f}" if money and isinstance(value, int | float) else value
