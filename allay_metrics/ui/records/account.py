"""The account of a file's rows: the equation, and rows with their reasons."""

import json
from collections.abc import Iterable, Mapping
from typing import Protocol

import streamlit as st

from allay_metrics import formatting as fmt
from allay_metrics.intake.rows import CUT_ROW
from allay_metrics.ui.html import escape, mark


class RowCounts(Protocol):
    """Anything with the counts of a file's rows."""

    @property
    def rows_read(self) -> int:
        """Return the number of rows in the file."""
        ...

    @property
    def added(self) -> int:
        """Return the number of new rows."""
        ...

    @property
    def updated(self) -> int:
        """Return the number of rows with changed values."""
        ...

    @property
    def unchanged(self) -> int:
        """Return the number of rows without a change."""
        ...


def equation(account: RowCounts, set_aside: int) -> None:
    """Draw `303 rows read = 290 added + 0 updated + 0 unchanged + 13 set aside`."""
    st.html(equation_html(account, set_aside))


def equation_html(account: RowCounts, set_aside: int) -> str:
    """Return the equation as HTML, labelled with one sentence for screen readers."""
    parts = [
        (account.added, "added"),
        (account.updated, "updated"),
        (account.unchanged, "unchanged"),
        (set_aside, "set aside"),
    ]
    read = fmt.plural(account.rows_read, "row")
    sentence = f"{read} read = {' + '.join(f'{fmt.number(n)} {name}' for n, name in parts)}"
    shown = "".join(
        f"<div><i>{'+' if i else '='}</i>{_part(number, name, aside=name == 'set aside')}</div>"
        for i, (number, name) in enumerate(parts)
    )
    first = _part(account.rows_read, "row read" if account.rows_read == 1 else "rows read")
    return f'<div class="al-eq" role="img" aria-label="{escape(sentence)}">{first}{shown}</div>'


def account_words(account: RowCounts, set_aside: int) -> str:
    """Return `303 rows: 290 added, 13 set aside`, without zero counts."""
    parts = [
        (account.added, "added"),
        (account.updated, "updated"),
        (account.unchanged, "unchanged"),
        (set_aside, "set aside"),
    ]
    breakdown = ", ".join(f"{fmt.number(n)} {name}" for n, name in parts if n)
    return f"{fmt.plural(account.rows_read, 'row')}{': ' if breakdown else ''}{breakdown}"


def fault_html(
    row: int, column: str, value: str, reason: str, *, file: str = "", raw: str = ""
) -> str:
    """Return one row with its reason as HTML; `raw`, the row as a JSON object, opens below it."""
    where = f"Row {fmt.number(row)}" + (f" of {escape(file)}" if file else "")
    fault = f"{escape(column)}: <q>{escape(value)}</q>" if value else f"{escape(column)} is empty"
    line = f"<b>{where}</b> <span>{fault if column else ''}</span><small>{escape(reason)}</small>"
    if not raw:
        return f'<li class="al-row"><div>{line}</div></li>'
    record: Mapping[str, object] = json.loads(raw)
    cells = "".join(
        f"<div><dt>{escape(name)}</dt><dd>{escape(text)}</dd></div>"
        for name, text in record.items()
        if text and name != CUT_ROW
    )
    return f'<li class="al-row"><details><summary>{line}</summary><dl>{cells}</dl></details></li>'


def draw_faults(rows: Iterable[str]) -> None:
    """Draw rows made by `fault_html`."""
    st.html(f'<ul class="al-rows">{"".join(rows)}</ul>')


def _part(number: int, name: str, *, aside: bool = False) -> str:
    shown = fmt.number(number)
    number_html = mark(shown) if aside and number else f"<b>{shown}</b>"
    kind = "" if number else "none"
    return f'<span class="{kind}">{number_html}<small>{escape(name)}</small></span>'
