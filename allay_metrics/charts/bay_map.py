"""The map of the Bay: county outlines and one bubble per city, drawn without any map service."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from allay_metrics import words
from allay_metrics.charts.base import CHARACTER, Json, bold, figure, note, safe
from allay_metrics.charts.outlines import INLAND, county_outlines
from allay_metrics.charts.slots import ACCENT, COUNTY_LINE, INK, LAND, MUTED, WATER

HEIGHT = 340
STRETCH = 1.265  # 1 / cos(37.8 degrees): a degree of latitude is that much longer
LONGEST = 18  # characters of a city's name
MARGIN = 0.05  # degrees kept free around the outermost bubble

# What is always in view, and how far the view may grow for cities at the rim.
HOME = (-122.80, -121.55, 37.23, 38.04)
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

# Sides that read best where cities crowd the shore; the others are tried when these are taken.
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
class Place:
    """A city with its coordinates (degrees) and the count its bubble shows."""

    name: str
    latitude: float
    longitude: float
    count: int


def bay_map(places: Sequence[Place], *, noun: str = "visit", height: int = HEIGHT) -> go.Figure:
    """Return the map with a bubble per place, its area by the count.

    The unknown city has no place and so never a bubble. A place without visits, or outside the
    Bay Area, is left out. A bubble's customdata is [city].
    """
    shown = sorted(on_the_map(places), key=lambda place: place.count, reverse=True)
    view = _view(shown)
    scale = _bubble_scale(shown)
    labels = _place_labels(shown, view, scale, height)
    return figure(
        [*_land(), _bubbles(shown, scale, noun)],
        height,
        plot_bgcolor=WATER,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        annotations=_county_names(view, labels, height) + [label for label, _ in labels],
        xaxis={
            "visible": False,
            "range": list(view[:2]),
            "fixedrange": True,
            "constrain": "range",
        },
        yaxis={
            "visible": False,
            "range": list(view[2:]),
            "fixedrange": True,
            "scaleanchor": "x",
            "scaleratio": STRETCH,
            "constrain": "range",
        },
    )


def bay_map_alt(places: Sequence[Place], *, noun: str = "visit", unknown: int = 0) -> str:
    """Return the sentence that stands for `bay_map`; `unknown` visits are told, not drawn."""
    shown = sorted(on_the_map(places), key=lambda place: place.count, reverse=True)
    off = sum(place.count for place in places) - sum(place.count for place in shown)
    parts = [f"{place.name} {words.number(place.count)}" for place in shown]
    told = f"Map of the Bay Area, a bubble per city: {', '.join(parts) or 'no ' + noun + 's'}"
    if off:
        told += f"; {words.plural(off, noun)} outside the map"
    if unknown:
        told += f"; {words.plural(unknown, noun)} without a known city"
    return told + "."


def on_the_map(places: Sequence[Place]) -> list[Place]:
    """Return the places that have visits and lie in the Bay Area."""
    west, east, south, north = FARTHEST
    return [
        place
        for place in places
        if place.count > 0 and west <= place.longitude <= east and south <= place.latitude <= north
    ]


def _view(places: Sequence[Place]) -> View:
    """Return the window in degrees: the home view, grown to hold every bubble."""
    west, east, south, north = HOME
    for place in places:
        west, east = min(west, place.longitude - MARGIN), max(east, place.longitude + MARGIN)
        south, north = min(south, place.latitude - MARGIN), max(north, place.latitude + MARGIN)
    return west, east, south, north


def _bubble_scale(places: Sequence[Place]) -> float:
    """Return px of diameter per square root of a visit, so that the largest is about 34 px."""
    most = max((place.count for place in places), default=0)
    return min(7.2, 27 / math.sqrt(most)) if most else 0.0


def _diameter(place: Place, scale: float) -> float:
    return 7 + scale * math.sqrt(place.count)


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


def _bubbles(places: Sequence[Place], scale: float, noun: str) -> Json:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [place.longitude for place in places],
        "y": [place.latitude for place in places],
        "customdata": [[place.name] for place in places],
        "hovertext": [f"{safe(place.name)}: {words.plural(place.count, noun)}" for place in places],
        "hoverinfo": "text",
        "marker": {
            "size": [round(_diameter(place, scale), 1) for place in places],
            "color": ACCENT,
            "opacity": 0.88,
            "line": {"color": LAND, "width": 2},
        },
        "unselected": {"marker": {"opacity": 0.4}},
    }


def _place_labels(
    places: Sequence[Place], view: View, scale: float, height: int
) -> list[tuple[Json, Box]]:
    """Put each name on a free side of its bubble, larger cities first.

    A name that would cover a bubble or another name on every side is left out: its bubble still
    says it on hover, and the list beside the map holds it. Sizes are those on a phone, where it
    is tightest.
    """
    taken = [_bubble_box(place, view, scale, height) for place in places]
    labels: list[tuple[Json, Box]] = []
    for place in places:
        wish = SIDES.get(place.name, "r")
        for side in (wish, *(side for side in "rltb" if side != wish)):
            label, box = _label(place, side, view, scale, height)
            own = _bubble_box(place, view, scale, height)
            if _inside(box, view, height) and not any(
                _overlap(box, other) for other in taken if other != own
            ):
                taken.append(box)
                labels.append((label, box))
                break
    return labels


def _pixels_per_degree(view: View, height: int) -> float:
    west, east, south, north = view
    return min(330 / (east - west), height / ((north - south) * STRETCH))


def _point(longitude: float, latitude: float, view: View, height: int) -> tuple[float, float]:
    per_degree = _pixels_per_degree(view, height)
    return (longitude - view[0]) * per_degree, (latitude - view[2]) * per_degree * STRETCH


def _bubble_box(place: Place, view: View, scale: float, height: int) -> Box:
    x, y = _point(place.longitude, place.latitude, view, height)
    half = _diameter(place, scale) / 2
    return x - half, y - half, x + half, y + half


def _label(place: Place, side: str, view: View, scale: float, height: int) -> tuple[Json, Box]:
    value = words.number(place.count)
    text = f"{safe(place.name, LONGEST)} {bold(value)}"
    wide = (min(len(place.name), LONGEST) + 1 + len(value)) * (CHARACTER - 0.3)
    away = _diameter(place, scale) / 2 + 3
    x, y = _point(place.longitude, place.latitude, view, height)
    tall = 16
    boxes: dict[str, tuple[Json, Box]] = {
        "r": ({"xanchor": "left", "xshift": away}, (x + away, y - 8, x + away + wide, y + 8)),
        "l": ({"xanchor": "right", "xshift": -away}, (x - away - wide, y - 8, x - away, y + 8)),
        "t": (
            {"yanchor": "bottom", "yshift": away - 3},
            (x - wide / 2, y + away, x + wide / 2, y + away + tall),
        ),
        "b": (
            {"yanchor": "top", "yshift": 3 - away},
            (x - wide / 2, y - away - tall, x + wide / 2, y - away),
        ),
    }
    anchor, box = boxes[side]
    return note(text, 13, INK, x=place.longitude, y=place.latitude, **anchor), box


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _inside(box: Box, view: View, height: int) -> bool:
    right, top = _point(view[1], view[3], view, height)
    return box[0] >= 0 and box[1] >= 0 and box[2] <= right and box[3] <= top


def _county_names(view: View, labels: Sequence[tuple[Json, Box]], height: int) -> list[Json]:
    """Name the counties where no city's name stands."""
    names = []
    for name, (longitude, latitude) in COUNTIES.items():
        x, y = _point(longitude, latitude, view, height)
        half = len(name) * 3.9
        box = (x - half, y - 7, x + half, y + 7)
        if _inside(box, view, height) and not any(_overlap(box, taken) for _, taken in labels):
            names.append(note(name.upper(), 10.5, MUTED, x=longitude, y=latitude))
    return names
