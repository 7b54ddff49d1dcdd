"""A heat map of counts as an HTML table: the more visits, the darker the cell.

It is a table, not a figure, so that the keyboard reaches every cell and a screen reader reads it
out with its city and day. Each cell opens its visits.
"""

import math
from collections.abc import Mapping, Sequence

from allay_metrics import formatting as fmt
from allay_metrics.ui.html import button, escape

GRID = "grid"  # the first part of a cell's token
STEPS = 6  # number of shades, each a class of the style sheet
EMPTY = "No visits in this period"


def grid_html(
    rows: Mapping[str, Sequence[int]], columns: Mapping[str, str], *, total: str = "week"
) -> str:
    """Return the visits of each row's name in each column, with a total per row.

    `columns` maps a column's key to its head. A cell's token is `grid|column|name`. `total` is the
    head of the totals.
    """
    if not rows or not columns:
        return f'<p class="al-sub">{EMPTY}.</p>'
    most = max((count for counts in rows.values() for count in counts), default=0)
    heads = "".join(f'<th scope="col">{escape(head)}</th>' for head in (*columns.values(), total))
    body = "".join(
        f'<tr><th scope="row">{escape(name)}</th>'
        + "".join(
            _cell_html(count, most, f"{GRID}|{column}|{name}", f"{name}, {head}")
            for (column, head), count in zip(columns.items(), counts, strict=True)
        )
        + f'<td class="sum">{fmt.number(sum(counts))}</td></tr>'
        for name, counts in rows.items()
    )
    caption = escape(grid_words(rows, tuple(columns.values())))
    return (
        f'<table class="al grid"><caption>{caption}</caption>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def grid_words(rows: Mapping[str, Sequence[int]], heads: Sequence[str]) -> str:
    """Return a sentence on the largest cells of a grid."""
    everything = sum(map(sum, rows.values()))
    if not everything:
        return f"{EMPTY}."
    ranked = sorted(((sum(counts), name) for name, counts in rows.items()), reverse=True)
    first = [f"{name} {fmt.number(count)}" for count, name in ranked[:3]]
    by_head = [sum(counts) for counts in zip(*rows.values(), strict=True)]
    busiest = max(range(len(heads)), key=by_head.__getitem__)
    return (
        f"{fmt.plural(everything, 'visit').capitalize()}: most in {fmt.join_list(first)}; "
        f"{heads[busiest]} has most, {fmt.number(by_head[busiest])}."
    )


def _cell_html(count: int, most: int, word: str, label: str) -> str:
    if count <= 0:
        return "<td></td>"
    # Equal steps from one to the most.
    step = min(STEPS, math.ceil(count * STEPS / most))
    opens = button(fmt.number(count), word, f"{label}: {fmt.plural(count, 'visit')}")
    return f'<td class="s{step}">{opens}</td>'
