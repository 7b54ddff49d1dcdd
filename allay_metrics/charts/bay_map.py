"""The map of the Bay Area: county outlines and one bubble per city, without a map service."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from allay_metrics import formatting as fmt
from allay_metrics.charts.color_slots import ACCENT, COUNTY_LINE, INK, LAND, MUTED, WATER
from allay_metrics.charts.figure_base import HIDDEN_AXIS, Json, bold, figure, note, safe
from allay_metrics.charts.outlines import INLAND, county_outlines

HEIGHT = 340
NARROWEST = 330  # px of the map's width on a phone
STRETCH = 1.265  # 1 / cos(37.8 degrees): a degree of latitude is that much longer
LONGEST = 18  # characters of a city's name
CHARACTER = 6.5  # px, the mean width at 13 px
TOUCH = 25  # square px of overlap that is not noticed
MARGIN = 0.05  # degrees kept free around the outermost bubble
ENOUGH = 0.1  # share of all visits for which the view grows to hold a city at the rim
ALWAYS = 4  # this many of the largest cities are named even where it is crowded

# The default view, and how far it may grow. A city further out, or one near the edge with few
# visits, is drawn at the edge with an arrow: else the map would shrink for a single visit.
HOME = (-122.92, -121.55, 37.23, 38.04)
FARTHEST = (-123.35, -121.20, 36.90, 38.85)

COUNTIES = {
    "Marin": (-122.64, 38.0),
    "San Mateo": (-122.33, 37.33),
    "Santa Clara": (-121.69, 37.27),
    "Alameda": (-121.82, 37.645),
    "Contra Costa": (-121.83, 37.815),
    "Sonoma": (-122.75, 38.45),
    "Solano": (-121.93, 38.22),
    "Napa": (-122.33, 38.45),
}

# Preferred label sides where cities are close together; the others are tried when it is taken.
SIDES = {
    "Berkeley": "l",
    "San Francisco": "b",
    "San Mateo": "l",
    "Palo Alto": "l",
    "Daly City": "l",
}

Box = tuple[float, float, float, float]  # px: left, bottom, right, top
View = tuple[float, float, float, float]  # degrees: west, east, south, north


@dataclass(frozen=True)
class CityBubble:
    """A city with its coordinates (degrees) and the count its bubble shows."""

    name: str
    latitude: float
    longitude: float
    count: int


def bay_map(
    places: Sequence[CityBubble], *, noun: str = "visit", height: int = HEIGHT
) -> go.Figure:
    """Return the map with a bubble per city, its area by the count.

    The unknown city has no coordinates and so no bubble; nor has a city without visits. A bubble's
    customdata is [city].
    """
    shown = sorted((p for p in places if p.count > 0), key=lambda p: p.count, reverse=True)
    view = _view(shown)
    spots = [_spot(place, view, _bubble_scale(shown), height) for place in shown]
    labels = _spot_labels(spots, view, height)
    axis: Json = HIDDEN_AXIS | {"constrain": "range"}
    return figure(
        [*_land(), _bubbles(spots, noun)],
        height,
        plot_bgcolor=WATER,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        annotations=_county_names(spots, labels, view, height) + [label for label, _ in labels],
        xaxis=axis | {"range": list(view[:2])},
        yaxis=axis | {"range": list(view[2:]), "scaleanchor": "x", "scaleratio": STRETCH},
    )


def bay_map_alt(places: Sequence[CityBubble], *, noun: str = "visit", unknown: int = 0) -> str:
    """Return the content of `bay_map` as a sentence, with the `unknown` visits not on the map."""
    shown = sorted((p for p in places if p.count > 0), key=lambda p: p.count, reverse=True)
    parts = [f"{place.name} {fmt.number(place.count)}" for place in shown]
    sentence = f"Map of the Bay Area, a bubble per city: {', '.join(parts) or f'no {noun}s'}"
    if unknown:
        sentence += f"; {fmt.plural(unknown, noun)} without a known city"
    return sentence + "."


@dataclass(frozen=True)
class _Spot:
    """Where a city is drawn: at its coordinates, or at the edge with an arrow towards it."""

    place: CityBubble
    longitude: float
    latitude: float
    arrow: str
    x: float  # px from the left and from the bottom, as on a phone
    y: float
    diameter: float

    @property
    def box(self) -> Box:
        half = self.diameter / 2
        return self.x - half, self.y - half, self.x + half, self.y + half


def _view(places: Sequence[CityBubble]) -> View:
    """Return the view in degrees: the default view, grown for cities with enough visits."""
    west, east, south, north = HOME
    enough = ENOUGH * sum(place.count for place in places)
    for place in places:
        longitude = min(max(place.longitude, FARTHEST[0]), FARTHEST[1])
        latitude = min(max(place.latitude, FARTHEST[2]), FARTHEST[3])
        if place.count < enough or (longitude, latitude) != (place.longitude, place.latitude):
            continue
        west, east = min(west, longitude - MARGIN), max(east, longitude + MARGIN)
        south, north = min(south, latitude - MARGIN), max(north, latitude + MARGIN)
    return west, east, south, north


def _spot(place: CityBubble, view: View, scale: float, height: int) -> _Spot:
    west, east, south, north = view
    longitude = min(max(place.longitude, west + MARGIN), east - MARGIN)
    latitude = min(max(place.latitude, south + MARGIN), north - MARGIN)
    arrow = _arrow(place.longitude - longitude, place.latitude - latitude)
    x, y = _point(longitude, latitude, view, height)
    return _Spot(place, longitude, latitude, arrow, x, y, 7 + scale * math.sqrt(place.count))


def _arrow(right: float, up: float) -> str:
    """Return the arrow towards a city that was moved to the edge, "" for any other."""
    if abs(up) < MARGIN and abs(right) < MARGIN:
        return ""
    if abs(up) > abs(right):
        return " ↑" if up > 0 else " ↓"
    return " →" if right > 0 else " ←"


def _bubble_scale(places: Sequence[CityBubble]) -> float:
    """Return px of diameter per square root of a count, so that the largest is about 34 px."""
    most = max((place.count for place in places), default=0)
    return min(7.2, 27 / math.sqrt(most)) if most else 0.0


def _land() -> list[Json]:
    outlines = county_outlines()
    shared: Json = {"type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": LAND}
    quiet: Json = shared | {"hoverinfo": "skip"}
    inland = {"x": list(INLAND[0]), "y": list(INLAND[1]), "line": {"width": 0}}
    counties = {
        "x": outlines.longitudes,
        "y": outlines.latitudes,
        "line": {"color": COUNTY_LINE, "width": 1},
    }
    return [quiet | inland, quiet | counties]


def _bubbles(spots: Sequence[_Spot], noun: str) -> Json:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [spot.longitude for spot in spots],
        "y": [spot.latitude for spot in spots],
        "customdata": [[spot.place.name] for spot in spots],
        "hovertext": [
            f"{safe(spot.place.name)}: {fmt.plural(spot.place.count, noun)}"
            + (", outside this map" if spot.arrow else "")
            for spot in spots
        ],
        "hoverinfo": "text",
        "marker": {
            "size": [round(spot.diameter, 1) for spot in spots],
            "color": ACCENT,
            "opacity": 0.88,
            "line": {"color": LAND, "width": 2},
        },
        "unselected": {"marker": {"opacity": 0.4}},
    }


def _spot_labels(spots: Sequence[_Spot], view: View, height: int) -> list[tuple[Json, Box]]:
    """Place each name on a free side of its bubble, larger cities first.

    A name that would cover a bubble or another name on every side is omitted: it is still in the
    hover text and in the list beside the map. The largest few are always named, on the side that
    covers least. Sizes are those on a phone, where space is tightest.
    """
    right, top = _point(view[1], view[3], view, height)
    labels: list[tuple[Json, Box]] = []
    for rank, spot in enumerate(spots):
        taken = [other.box for other in spots if other is not spot] + [box for _, box in labels]
        preferred = SIDES.get(spot.place.name, "r")
        sides = (preferred, *(side for side in "rltb" if side != preferred))
        candidates = [_label(spot, side) for side in sides]
        costs = [
            sum(_overlap(box, other) for other in taken) + 50 * _outside(box, right, top)
            for _, box in candidates
        ]
        if min(costs) <= TOUCH or rank < ALWAYS:
            labels.append(
                next(
                    candidate
                    for candidate, cost in zip(candidates, costs, strict=True)
                    if cost <= max(TOUCH, min(costs))
                )
            )
    return labels


def _point(longitude: float, latitude: float, view: View, height: int) -> tuple[float, float]:
    west, east, south, north = view
    per_degree = min(NARROWEST / (east - west), height / ((north - south) * STRETCH))
    return (longitude - west) * per_degree, (latitude - south) * per_degree * STRETCH


def _label(spot: _Spot, side: str) -> tuple[Json, Box]:
    value = fmt.number(spot.place.count)
    name = spot.place.name
    wide = (min(len(name), LONGEST) + 1 + len(value) + len(spot.arrow)) * CHARACTER
    away = spot.diameter / 2 + 3
    x, y = spot.x, spot.y
    boxes: dict[str, tuple[Json, Box]] = {
        "r": ({"xanchor": "left", "xshift": away}, (x + away, y - 7, x + away + wide, y + 7)),
        "l": ({"xanchor": "right", "xshift": -away}, (x - away - wide, y - 7, x - away, y + 7)),
        "t": (
            {"yanchor": "bottom", "yshift": away - 3},
            (x - wide / 2, y + away, x + wide / 2, y + away + 16),
        ),
        "b": (
            {"yanchor": "top", "yshift": 3 - away},
            (x - wide / 2, y - away - 16, x + wide / 2, y - away),
        ),
    }
    anchor, box = boxes[side]
    text = f"{safe(name, LONGEST)} {bold(value)}{spot.arrow}"
    return note(text, 13, INK, x=spot.longitude, y=spot.latitude, **anchor), box


def _overlap(box: Box, other: Box) -> float:
    """Return the common area in square px."""
    wide = min(box[2], other[2]) - max(box[0], other[0])
    tall = min(box[3], other[3]) - max(box[1], other[1])
    return wide * tall if wide > 0 and tall > 0 else 0.0


def _outside(box: Box, right: float, top: float) -> float:
    """Return how far, in px, a box extends beyond the edge."""
    edge = 2  # px
    return (
        max(0, edge - box[0])
        + max(0, edge - box[1])
        + max(0, box[2] - right + edge)
        + max(0, box[3] - top + edge)
    )


def _county_names(
    spots: Sequence[_Spot], labels: Sequence[tuple[Json, Box]], view: View, height: int
) -> list[Json]:
    """Return the county names that cover neither a city's name nor a bubble."""
    taken = [box for _, box in labels] + [spot.box for spot in spots]
    right, top = _point(view[1], view[3], view, height)
    names = []
    for name, (longitude, latitude) in COUNTIES.items():
        x, y = _point(longitude, latitude, view, height)
        half = len(name) * 3.9
        box = (x - half, y - 7, x + half, y + 7)
        if not _outside(box, right, top) and not any(_overlap(box, other) for other in taken):
            names.append(note(name.upper(), 10.5, MUTED, x=longitude, y=latitude))
    return names
