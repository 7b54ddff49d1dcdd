"""Cities ranked by visits, and the map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.records import UNKNOWN
from allay_metrics.review.cities import CitiesReview
from allay_metrics.review.visit_places import CityMap
from allay_metrics.ui.card import card, head
from allay_metrics.ui.cities.city_drilldown import VIRTUAL, CityDrilldown, find_part, format_city
from allay_metrics.ui.figure import figure
from allay_metrics.ui.practice.link import CITIES, draw_practice_link

MOST = 12
RANKED, MAP = "cities-ranked", "cities-map"


@dataclass(frozen=True)
class CityRows:
    """Cities as rows of a figure: the largest, the rest as one row, unknown ones as another.

    `members` maps a shown name to its cities, `rows` to its counts.
    """

    members: dict[str, tuple[str, ...]]
    rows: dict[str, tuple[int, ...]]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names shown, in their order."""
        return tuple(self.members)


def shorten(counts: Mapping[str, Sequence[int]], most: int = MOST) -> CityRows:
    """Return ranked counts per city in at most `most` rows, and one for the unknown."""
    city_names = [city for city in counts if city != UNKNOWN]
    kept = city_names if len(city_names) <= most else city_names[: most - 1]
    members: dict[str, tuple[str, ...]] = {format_city(city): (city,) for city in kept}
    rest = tuple(city_names[len(kept) :])
    if rest:
        members[fmt.plural(len(rest), "other")] = rest
    if UNKNOWN in counts:
        members[format_city(UNKNOWN)] = (UNKNOWN,)
    rows = {
        name: tuple(map(sum, zip(*(counts[city] for city in cities), strict=True)))
        for name, cities in members.items()
    }
    return CityRows(members, rows)


def draw_city_ranking(review: CitiesReview, *, fill: bool = True) -> CityDrilldown | None:
    """Draw the ranked bars; return the drilldown of a clicked bar."""
    by_city = {
        city: tuple(counts[i] for counts in review.by_type.values())
        for i, city in enumerate(review.cities)
    }
    few = shorten(by_city)
    parts = {
        kind: [few.rows[name][i] for name in few.names] for i, kind in enumerate(review.by_type)
    }
    with card("cities-ranked", fill=fill):
        head("Where we go", "completed visits by type")
        alt = charts.ranked_alt(few.names, parts, what="Completed visits")
        picked = figure(charts.ranked(few.names, parts, grey=format_city(UNKNOWN)), RANKED, alt)
        if UNKNOWN in review.cities:
            draw_practice_link(CITIES, "Place the visits of unknown cities")
    return _find_bar(review, few, picked) if picked else None


def _find_bar(
    review: CitiesReview, few: CityRows, picked: tuple[object, ...]
) -> CityDrilldown | None:
    name, kind = map(str, picked)
    cities = few.members.get(name)
    return find_part(review, name, cities, kind) if cities else None


def draw_city_map(review: CitiesReview) -> str | None:
    """Draw the map; return the city that was clicked."""
    places = [
        charts.CityBubble(place.name, place.latitude, place.longitude, place.visits)
        for place in review.map.places
    ]
    with card("cities-map", fill=True):
        head("Around the Bay", _unmapped_sentence(review.map))
        alt = charts.bay_map_alt(places, unknown=review.map.unknown)
        picked = figure(charts.bay_map(places), MAP, alt, fill=True)
    return str(picked[0]) if picked else None


def _unmapped_sentence(city_map: CityMap) -> str:
    """Return a sentence on visits without a bubble: unknown, virtual, ambiguous."""
    named = {
        city: city_map.elsewhere[city] for city in (UNKNOWN, VIRTUAL) if city in city_map.elsewhere
    }
    either = sum(city_map.elsewhere.values()) - sum(named.values())
    parts = [f"{fmt.number(visits)} {city}" for city, visits in named.items()]
    if either:
        parts.append(f"{fmt.number(either)} in one of two cities")
    return f"not on the map: {fmt.join_list(parts)}" if parts else "completed visits"


def two_columns() -> "st.delta_generator.DeltaGenerator":
    """Return two columns for cards, which stack where there is no room."""
    return st.grid(2, min_column_width=420, gap="small")
