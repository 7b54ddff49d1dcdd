"""Cities ranked by visits, each bar divided by visit type."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from allay_metrics import formatting as fmt
from allay_metrics.charts.color_slots import CARD, INK, OTHER, TYPES
from allay_metrics.charts.figure_base import DIM, Json, bold, empty, figure, note, room, safe

LONGEST = 18  # characters of a city's name
WIDTHS = {"cst": 24, "lactation": 53, "massage": 51, "other": 33}  # px of the words, measured
EMPTY = "No visits in this period"


def ranked(
    cities: Sequence[str], counts: Mapping[str, Sequence[float]], *, grey: str = ""
) -> go.Figure:
    """Return one bar per city in the order given; `counts` maps a type to a value per city.

    The city `grey`, such as the unknown one, is a single grey bar. A mark's customdata is [city,
    type], that of the grey bar [city, ""].
    """
    if not cities:
        return empty(EMPTY)
    totals = _totals(counts, len(cities))
    colored = {
        kind: [0 if city == grey else value for city, value in zip(cities, values, strict=True)]
        for kind, values in counts.items()
    }
    longest = max(totals) or 1
    left = room(list(cities), LONGEST)
    return figure(
        [*_bars(cities, colored), *_grey_bar(cities, totals, grey)],
        28 + 37 * len(cities),
        bargap=0.36,
        # room for a total at the end of the longest bar, also on the narrowest phone
        margin={"l": left, "r": 12 + 9 * len(fmt.number(longest)), "t": 26, "b": 0},
        annotations=_sums(totals) + _types(colored, left),
        xaxis={"visible": False, "range": [0, longest], "fixedrange": True},
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


def ranked_alt(
    cities: Sequence[str], counts: Mapping[str, Sequence[float]], *, what: str = "Visits"
) -> str:
    """Return the content of `ranked` as a sentence."""
    if not cities:
        return f"{what} by city: {EMPTY.lower()}."
    totals = _totals(counts, len(cities))
    each = [f"{city} {fmt.number(value)}" for city, value in zip(cities, totals, strict=True)]
    rest = f" and {fmt.plural(len(each) - 6, 'more city', 'more cities')}" if len(each) > 6 else ""
    return f"{what} by city, {fmt.number(sum(totals))} in all: {', '.join(each[:6])}{rest}."


def _totals(counts: Mapping[str, Sequence[float]], length: int) -> list[float]:
    return [sum(values[i] for values in counts.values()) for i in range(length)]


def _bars(cities: Sequence[str], counts: Mapping[str, Sequence[float]]) -> list[Json]:
    return [
        {
            "type": "bar",
            "orientation": "h",
            "y": list(range(len(cities))),
            "x": list(counts[kind]),
            "name": word,
            "marker": {"color": fill, "line": {"width": 1, "color": CARD}},
            "customdata": [[city, kind] for city in cities],
            "hovertext": [
                f"{safe(city)}: {fmt.number(value)} {word}"
                for city, value in zip(cities, counts[kind], strict=True)
            ],
            "hoverinfo": "text",
            "unselected": DIM,
        }
        for kind, word, fill in TYPES
        if kind in counts
    ]


def _grey_bar(cities: Sequence[str], totals: Sequence[float], grey: str) -> list[Json]:
    if grey not in cities:
        return []
    at = cities.index(grey)
    return [
        {
            "type": "bar",
            "orientation": "h",
            "y": [at],
            "x": [totals[at]],
            "marker": {"color": OTHER, "line": {"width": 1, "color": CARD}},
            "customdata": [[grey, ""]],
            "hovertext": [f"{safe(grey)}: {fmt.number(totals[at])} of all types"],
            "hoverinfo": "text",
            "unselected": DIM,
        }
    ]


def _sums(totals: Sequence[float]) -> list[Json]:
    return [
        note(bold(fmt.number(value)), 13.5, INK, x=value, y=i, xanchor="left", xshift=7)
        for i, value in enumerate(totals)
    ]


def _types(counts: Mapping[str, Sequence[float]], left: int) -> list[Json]:
    """Return the legend: the types in one line above the bars, in the order of the parts."""
    notes: list[Json] = []
    shift = -float(left)
    above = {"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "paper"}
    for kind, word, fill in TYPES:
        if not any(counts.get(kind, ())):
            continue
        place = above | {"yanchor": "bottom"}
        notes.append(note("■", 12, fill, xshift=shift, **place))
        notes.append(note(word, 12.5, INK, xshift=shift + 15, **place))
        shift += 15 + WIDTHS[kind] + 10
    return notes
