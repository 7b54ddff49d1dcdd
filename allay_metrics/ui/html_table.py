"""HTML tables for reading: numbers right-aligned, hairlines only, not sortable.

On a narrow screen nothing scrolls sideways: the scorecard keeps its newest weeks, a plain table
turns each row into a small card with the column's name beside each value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.ui.html import bars, button, escape, mark


@dataclass(frozen=True)
class TableCell:
    """A cell: its text, the counts beside it, whether it is marked, and why it has no value.

    `opens` is the token that `clicked()` returns when the text is clicked; empty for plain text.
    """

    text: str
    of: str = ""
    marked: bool = False
    reason: str = ""
    opens: str = ""


@dataclass(frozen=True)
class Spark:
    """A cell of small columns; `label` describes them in words."""

    values: Sequence[float | None]
    label: str
    usual: tuple[float, float] | None = None


@dataclass(frozen=True)
class Score:
    """One number's row of the scorecard, a cell per week, oldest first."""

    label: str
    cells: Sequence[TableCell]
    goal: str = fmt.DASH
    usual: str = fmt.DASH


def table_html(
    columns: Sequence[str],
    rows: Sequence[Sequence[TableCell | Spark | str]],
    *,
    caption: str,
    total: bool = False,
    left: Sequence[int] = (),
    stack: bool = True,
) -> str:
    """Return a table whose first column names the row.

    `total` sets off the last row; `left` are the indexes of text columns; `stack` turns rows into
    small cards on narrow screens, which a few narrow columns do not need.
    """
    head = "".join(
        f'<th scope="col"{_text_class(i, left)}>{escape(name)}</th>'
        for i, name in enumerate(columns)
    )
    body = "".join(
        _row(columns, row, left, total and i == len(rows) - 1) for i, row in enumerate(rows)
    )
    return (
        f'<div class="al-wrap"><table class="al{" stack" if stack else ""}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def scorecard_html(mondays: Sequence[date], rows: Sequence[Score], *, caption: str) -> str:
    """Return the numbers by week, the newest week last and set off."""
    names = ["Number", "goal", "usual", *(fmt.short_day(monday) for monday in mondays)]
    last = len(names) - 1
    head = "".join(
        f'<th scope="col" class="{_age_class(last - i)}">{escape(name)}</th>'
        if i > 2
        else f'<th scope="col"{" class=q" if i else ""}>{name}</th>'
        for i, name in enumerate(names)
    )
    body = "".join(_score_row_html(row, len(mondays)) for row in rows)
    return (
        f'<div class="al-wrap"><table class="al score"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def table(
    columns: Sequence[str],
    rows: Sequence[Sequence[TableCell | Spark | str]],
    *,
    caption: str,
    total: bool = False,
    left: Sequence[int] = (),
    stack: bool = True,
) -> None:
    """Draw `table_html`."""
    st.html(table_html(columns, rows, caption=caption, total=total, left=left, stack=stack))


def scorecard(mondays: Sequence[date], rows: Sequence[Score], *, caption: str) -> None:
    """Draw `scorecard_html`."""
    st.html(scorecard_html(mondays, rows, caption=caption))


def _text_class(index: int, left: Sequence[int]) -> str:
    return " class=w" if index in left else ""


def _row(
    columns: Sequence[str], row: Sequence[TableCell | Spark | str], left: Sequence[int], total: bool
) -> str:
    name, *rest = row
    cells = "".join(
        f'<td data-label="{escape(columns[i])}"{_text_class(i, left)}>{_cell_content(cell)}</td>'
        for i, cell in enumerate(rest, start=1)
    )
    return (
        f'<tr{" class=tot" if total else ""}><th scope="row">{_cell_content(name)}</th>{cells}</tr>'
    )


def _cell_content(cell: TableCell | Spark | str) -> str:
    if isinstance(cell, Spark):
        return bars(cell.values, cell.label, usual=cell.usual)
    if isinstance(cell, str):
        return escape(cell)
    text = mark(cell.text) if cell.marked else escape(cell.text)
    if cell.opens:
        text = button(text, cell.opens)
    if cell.reason:
        text = f'<span title="{escape(cell.reason)}">{text}</span>'
    return f'{text}<span class="of">{escape(cell.of)}</span>' if cell.of else text


def _age_class(weeks_ago: int) -> str:
    """Return the CSS class that hides older weeks on a narrow screen."""
    if weeks_ago == 0:
        return "cur"
    if weeks_ago < 4:
        return "near"
    return "mid" if weeks_ago < 8 else "far"


def _score_row_html(row: Score, weeks: int) -> str:
    cells = "".join(
        f'<td class="{_age_class(weeks - 1 - i)}">{_cell_content(cell)}</td>'
        for i, cell in enumerate(row.cells)
    )
    goal, usual = escape(row.goal), escape(row.usual)
    return (
        f'<tr><th scope="row">{escape(row.label)}</th>'
        f"<td class=q>{goal}</td><td class=q>{usual}</td>{cells}</tr>"
    )
