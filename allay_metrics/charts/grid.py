"""The city by weekday grid: one bar per cell, because cells of a heat map cannot be clicked."""

import math
from collections.abc import Collection, Sequence

import plotly.graph_objects as go

from allay_metrics import words
from allay_metrics.charts.base import Json, bold, figure, note, nothing, room, safe
from allay_metrics.charts.slots import CLEAR, INK, LAND, MUTED, SIGNAL, STEPS

LONGEST = 13  # characters of a city's name
CELL = 0.92
EMPTY = "No visits in this period"


def grid(
    cities: Sequence[str],
    weekdays: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    flags: Collection[tuple[str, str]] = (),
    noun: str = "visit",
    total: str = "week",
) -> go.Figure:
    """Return cells of `counts[city][weekday]` with a total per city.

    `flags` are (city, weekday) pairs to outline. A cell's customdata is [city, weekday].
    """
    if not cities or not weekdays:
        return nothing(EMPTY)
    height = 26 + 34 * len(cities)
    left = room(list(cities), LONGEST)
    return figure(
        _cells(cities, weekdays, counts, noun),
        height,
        barmode="overlay",
        margin={"l": left, "r": 36, "t": 26, "b": 0},
        annotations=_heads(weekdays, total) + _sums(counts),
        shapes=_outlines(cities, weekdays, flags),
        xaxis={"visible": False, "range": [-0.04, len(weekdays) - 0.04], "fixedrange": True},
        yaxis={
            "range": [len(cities) - 0.5, -0.5],
            "tickvals": list(range(len(cities))),
            "ticktext": [safe(city, LONGEST) for city in cities],
            "tickfont": {"size": 13.5, "color": INK},
            "ticklabelstandoff": 6,
            "showgrid": False,
            "zeroline": False,
            "ticks": "",
            "fixedrange": True,
        },
    )


def grid_alt(
    cities: Sequence[str],
    weekdays: Sequence[str],
    counts: Sequence[Sequence[int]],
    *,
    flags: Collection[tuple[str, str]] = (),
    noun: str = "visit",
) -> str:
    """Return the sentence that stands for `grid`."""
    everything = sum(map(sum, counts))
    if not everything:
        return f"Cities by weekday: {EMPTY.lower()}."
    sums = sorted(
        ((sum(row), city) for city, row in zip(cities, counts, strict=True)), reverse=True
    )
    first = [f"{city} {words.number(value)}" for value, city in sums[:3]]
    by_day = [sum(row[j] for row in counts) for j in range(len(weekdays))]
    busiest = max(range(len(weekdays)), key=by_day.__getitem__)
    marked = [f"{city} on {day}" for city, day in sorted(flags)]
    return (
        f"{words.plural(everything, noun).capitalize()} by city and weekday: most in"
        f" {words.listed(first)}; busiest day {weekdays[busiest]} with {by_day[busiest]}"
        + (f"; outlined: {words.listed(marked)}." if marked else ".")
    )


def _step(value: int, most: int) -> tuple[str, str]:
    """Return (fill, text) of a cell: equal steps of the ramp from one to the most."""
    if value <= 0:
        return LAND, INK
    return STEPS[min(len(STEPS), math.ceil(value * len(STEPS) / most)) - 1]


def _cells(
    cities: Sequence[str], weekdays: Sequence[str], counts: Sequence[Sequence[int]], noun: str
) -> list[Json]:
    """Return the cells and, as a trace of its own, the numbers in them.

    Plotly fades the text of bars that are not selected until it cannot be read; text of its own
    keeps its colour when a colour for selected text is set.
    """
    most = max((value for row in counts for value in row), default=0)
    flat = [
        (i, j, value, *_step(value, most))
        for i, row in enumerate(counts)
        for j, value in enumerate(row)
    ]
    cells = {
        "type": "bar",
        "orientation": "h",
        "y": [i for i, *_ in flat],
        "base": [j for _, j, *_ in flat],
        "x": [CELL] * len(flat),
        "width": 0.86,
        "marker": {
            "color": [fill for *_, fill, _ in flat],
            "cornerradius": 5,
            "line": {"width": 0},
        },
        "customdata": [[cities[i], weekdays[j]] for i, j, *_ in flat],
        "hovertext": [
            f"{safe(cities[i])}, {weekdays[j]}: {words.plural(value, noun)}"
            for i, j, value, *_ in flat
        ],
        "hoverinfo": "text",
        "unselected": {"marker": {"opacity": 1}},
    }
    written = [cell for cell in flat if cell[2]]
    numbers = {
        "type": "scatter",
        "mode": "text",
        "x": [j + CELL / 2 for _, j, *_ in written],
        "y": [i for i, *_ in written],
        "text": [words.number(value) for _, _, value, *_ in written],
        "textfont": {"size": 13.5, "color": [text for *_, text in written]},
        "hoverinfo": "skip",
        "selected": {"textfont": {"color": INK}},
    }
    return [cells, numbers]


def _heads(weekdays: Sequence[str], total: str) -> list[Json]:
    above = {"y": 1, "yref": "paper", "yanchor": "bottom"}
    heads = [note(safe(day), 12, MUTED, x=j + CELL / 2, **above) for j, day in enumerate(weekdays)]
    side = {"x": 1, "xref": "paper", "xshift": 35, "xanchor": "right"}
    return [*heads, note(safe(total), 12, MUTED, **above, **side)]


def _sums(counts: Sequence[Sequence[int]]) -> list[Json]:
    side = {"x": 1, "xref": "paper", "xshift": 35, "xanchor": "right"}
    return [
        note(bold(words.number(sum(row))), 13.5, INK, y=i, **side) for i, row in enumerate(counts)
    ]


def _outlines(
    cities: Sequence[str], weekdays: Sequence[str], flags: Collection[tuple[str, str]]
) -> list[Json]:
    return [
        {
            "type": "rect",
            "x0": j - 0.02,
            "x1": j + CELL + 0.02,
            "y0": i - 0.47,
            "y1": i + 0.47,
            "line": {"color": SIGNAL, "width": 2},
            "fillcolor": CLEAR,
        }
        for i, city in enumerate(cities)
        for j, day in enumerate(weekdays)
        if (city, day) in flags
    ]
