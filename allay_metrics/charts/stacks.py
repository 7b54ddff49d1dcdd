"""Columns stacked by visit type: visits per week, the mix over time, infants' ages."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import plotly.graph_objects as go

from allay_metrics import formatting as fmt
from allay_metrics.charts.color_slots import CARD, INK, LAND, MUTED, TYPES
from allay_metrics.charts.figure_base import DIM, HIDDEN_AXIS, Json, bold, empty, figure, note

Parts = Mapping[str, Sequence[float]]
Show = Callable[[float], str]
HEIGHT = 290
FEWEST = 6  # the axis has room for this many columns, even for one week
NARROWEST = 230  # px left for the columns on a phone 390 px wide: labels must fit there too
EMPTY = "No visits in this period"


def weeks(
    mondays: Sequence[date],
    counts: Parts,
    *,
    usual: tuple[float, float] | None = None,
    goal: float | None = None,
    show: Show = fmt.number,
    short: Show | None = None,
    grain: str = "week",
) -> go.Figure:
    """Return columns per week (or month), stacked by type, with the usual range and the goal.

    `counts` maps a type's key to one value per Monday. `show` formats a value in hover text,
    `short` the same in the narrow space under a column. A mark's customdata is [ISO Monday, type].
    """
    if not mondays or not any(any(values) for values in counts.values()):
        return empty(EMPTY, HEIGHT)
    totals = _totals(counts, len(mondays))
    top = max([*totals, usual[1] if usual else 0, (goal or 0) * 1.08]) * 1.02
    traces = _columns(
        [monday.isoformat() for monday in mondays],
        counts,
        [_spoken(start, grain) for start in mondays],
        show,
    )
    labels, margin = _direct_labels(counts, top, HEIGHT - 38, short or show)
    names = [_short(start, grain) for start in mondays]
    ticks = _ticks(names, [(short or show)(t) for t in totals])
    return figure(
        traces,
        HEIGHT,
        bargap=0.28,
        margin={"l": 4, "r": margin, "t": 0, "b": 38},
        shapes=_range_shapes(len(mondays), usual, goal),
        annotations=labels + _goal_label(goal, totals, show),
        xaxis=_tick_axis(ticks),
        yaxis=HIDDEN_AXIS | {"range": [0, top]},
    )


def mix(
    starts: Sequence[date],
    values: Parts,
    *,
    measure: str = "visits",
    grain: str = "week",
) -> go.Figure:
    """Return the types over time in `visits`, `hours` or `value` (dollars), per week or month."""
    show, short = SPELLING[measure]
    return weeks(starts, values, show=show, short=short, grain=grain)


def ages(starts: Sequence[int], counts: Parts, *, height: int = 240) -> go.Figure:
    """Return visits by the infant's age: one column per age in weeks, stacked by type.

    `starts` are ages in whole weeks, in order. A mark's customdata is [age in weeks, type].
    """
    if not starts or not any(any(values) for values in counts.values()):
        return empty("No visit with a known birth date in this period", height)
    totals = _totals(counts, len(starts))
    top = max(totals) * 1.04
    names = [fmt.plural(age, "week") + " old" for age in starts]
    labels, margin = _keys(counts)
    every = max(1, math.ceil(len(starts) / 9))
    ticks = [str(age) if i % every == 0 else " " for i, age in enumerate(starts)]
    unit = note("weeks old", 12, MUTED, x=1, y=0, xref="paper", yref="paper", xshift=4)
    unit |= {"xanchor": "left", "yanchor": "top", "yshift": -2}
    return figure(
        _columns(list(starts), counts, names, fmt.number),
        height,
        bargap=0.12,
        margin={"l": 4, "r": margin, "t": 0, "b": 24},
        annotations=[*labels, unit],
        xaxis=_tick_axis(ticks),
        yaxis=HIDDEN_AXIS | {"range": [0, top]},
    )


def weeks_alt(
    mondays: Sequence[date],
    counts: Parts,
    *,
    usual: tuple[float, float] | None = None,
    goal: float | None = None,
    show: Show = fmt.number,
    what: str = "Visits",
    grain: str = "week",
) -> str:
    """Return the content of `weeks` as a sentence."""
    if not mondays:
        return f"{what} per {grain} by type: {EMPTY.lower()}."
    totals = _totals(counts, len(mondays))
    newest = mondays[-1]
    last_one = fmt.day(newest) if grain == "week" else _spoken(newest, grain)
    last = [f"{show(counts[key][-1])} {word}" for key, word, _ in TYPES if counts.get(key)]
    parts = [
        f"{what} per {grain} by type, {fmt.plural(len(mondays), grain)}",
        f"the last, of {last_one}, {show(totals[-1])} ({fmt.join_list(last)})",
        f"between {show(min(totals))} and {show(max(totals))} a {grain}",
    ]
    if usual:
        parts.append(f"usual range {fmt.value_range(*usual)}")
    if goal is not None:
        parts.append(f"goal {show(goal)}")
    return ", ".join(parts) + "."


def mix_alt(
    starts: Sequence[date], values: Parts, *, measure: str = "visits", grain: str = "week"
) -> str:
    """Return the content of `mix` as a sentence."""
    what = {"visits": "Visits", "hours": "Hours", "value": "Visit value"}[measure]
    return weeks_alt(starts, values, show=SPELLING[measure][0], what=what, grain=grain)


def ages_alt(starts: Sequence[int], counts: Parts) -> str:
    """Return the content of `ages` as a sentence."""
    totals = _totals(counts, len(starts))
    if not sum(totals):
        return "Infant's age at visit: no visit with a known birth date in this period."
    most = max(range(len(totals)), key=totals.__getitem__)
    return (
        f"Infant's age at visit, {fmt.plural(round(sum(totals)), 'visit')}: from {starts[0]} to"
        f" {starts[-1]} weeks, most at {starts[most]} weeks ({fmt.number(totals[most])})."
    )


def _spoken(start: date, grain: str) -> str:
    return f"{start:%B %Y}" if grain == "month" else f"week of {fmt.short_day(start)}"


def _short(start: date, grain: str) -> str:
    return f"{start:%b}" if grain == "month" else fmt.short_day(start)


def _short_dollars(value: float) -> str:
    return fmt.compact_number(value, "$")


def _hours(value: float) -> str:
    return f"{fmt.number(value, 1)} h"


SPELLING: dict[str, tuple[Show, Show]] = {
    "visits": (fmt.number, fmt.compact_number),
    "hours": (_hours, fmt.compact_number),
    "value": (fmt.dollars, _short_dollars),
}


def _totals(parts: Parts, length: int) -> list[float]:
    return [sum(values[i] for values in parts.values()) for i in range(length)]


def _columns(
    keys: Sequence[str | int], parts: Parts, names: Sequence[str], show: Show
) -> list[Json]:
    return [
        {
            "type": "bar",
            "x": list(range(len(keys))),
            "y": list(parts[kind]),
            "name": word,
            "marker": {"color": fill, "line": {"width": 1, "color": CARD}},
            "customdata": [[key, kind] for key in keys],
            "hovertext": [
                f"{show(value)} {word}, {name}"
                for value, name in zip(parts[kind], names, strict=True)
            ],
            "hoverinfo": "text",
            "unselected": DIM,
        }
        for kind, word, fill in TYPES
        if kind in parts
    ]


def _direct_labels(parts: Parts, top: float, height: int, show: Show) -> tuple[list[Json], int]:
    """Return labels at the right of the last column, at least a line's height apart."""
    present = [(word, fill, parts[key]) for key, word, fill in TYPES if any(parts.get(key, ()))]
    line = 18 * top / height
    middles: list[float] = []
    below = 0.0
    for _, _, values in present:
        middles.append(max(below + values[-1] / 2, middles[-1] + line if middles else line / 2))
        below += values[-1]
    ceiling = top - line / 2
    for i in reversed(range(len(middles))):
        middles[i] = min(middles[i], ceiling)
        ceiling = middles[i] - line
    notes: list[Json] = []
    widest = 0
    for (word, fill, values), y in zip(present, middles, strict=True):
        value = show(values[-1])
        widest = max(widest, len(value) + len(word))
        notes += _label(f"{bold(value)}  {word}", fill, {"y": y})
    return notes, 30 + round(widest * 6.9)


def _keys(parts: Parts) -> tuple[list[Json], int]:
    """Return the legend at the top right, where parts end at different heights."""
    present = [(word, fill) for key, word, fill in reversed(TYPES) if any(parts.get(key, ()))]
    notes: list[Json] = []
    for i, (word, fill) in enumerate(present):
        place = {"y": 1, "yref": "paper", "yanchor": "top", "yshift": -20 * i}
        notes += _label(word, fill, place)
    return notes, 30 + round(max(len("weeks old"), *(len(word) for word, _ in present)) * 6.9)


def _label(text: str, fill: str, place: Json) -> list[Json]:
    side = {"x": 1, "xref": "paper", "xanchor": "left"} | place
    return [note(text, 13, INK, xshift=19, **side), note("■", 12, fill, xshift=3, **side)]


def _ticks(dates: Sequence[str], totals: Sequence[str]) -> list[str]:
    """Return each column's total and, where there is room, its date, counted from the last."""
    count = len(dates)
    per_column = NARROWEST / count
    every_total = _power_of_two(max(map(len, totals)) * 7.2 / per_column)
    every_date = max(4, every_total, _power_of_two(46 / per_column))
    out = []
    for i, (day, total) in enumerate(zip(dates, totals, strict=True)):
        back = count - 1 - i
        above = total if back % every_total == 0 else " "
        out.append(
            f"{bold(above) if back == 0 else above}<br>{day if back % every_date == 0 else ' '}"
        )
    return out


def _power_of_two(least: float) -> int:
    """Return 1, 2, 4, 8...: nested steps, so that each date is under a total."""
    return 1 << max(0, math.ceil(math.log2(least)))


def _tick_axis(ticks: Sequence[str]) -> Json:
    return {
        "tickvals": list(range(len(ticks))),
        "ticktext": list(ticks),
        # few columns are as narrow as many
        "range": [min(-0.5, len(ticks) - 0.5 - FEWEST), len(ticks) - 0.5],
        "showgrid": False,
        "zeroline": False,
        "fixedrange": True,
        "tickangle": 0,
        # else Plotly drops the first label, which extends a little beyond the axis
        "ticklabeloverflow": "allow",
        "tickfont": {"size": 12.5, "color": MUTED},
        "ticks": "",
    }


def _range_shapes(count: int, usual: tuple[float, float] | None, goal: float | None) -> list[Json]:
    across = {"x0": -0.5, "x1": count - 0.5}
    shapes: list[Json] = []
    if usual:
        band = {"type": "rect", "y0": usual[0], "y1": usual[1], "fillcolor": LAND}
        shapes.append(band | across | {"line": {"width": 0}, "layer": "below"})
    if goal is not None:
        dotted = {"color": INK, "width": 1, "dash": "dot"}
        shapes.append({"type": "line", "y0": goal, "y1": goal, "line": dotted} | across)
    return shapes


def _goal_label(goal: float | None, totals: Sequence[float], show: Show) -> list[Json]:
    if goal is None:
        return []
    place: Json = {"x": -0.5, "y": goal, "xanchor": "left", "yanchor": "bottom"}
    if any(total > goal for total in totals[:3]):
        place |= {"bgcolor": CARD, "borderpad": 1}  # else the label would be on a column's colour
    return [note(f"goal {show(goal)}", 12, MUTED, **place)]
