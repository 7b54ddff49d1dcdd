"""The cities of the demo: real names and ZIPs, invented street names.

`weight` is the share of families who live there, over all cities. `area` groups cities that a
therapist visits on one day.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """One city with its area, its share of families and some of its real ZIPs."""

    name: str
    area: str
    weight: float
    zips: tuple[str, ...]
    typed: tuple[str, ...] = ()


CITIES: tuple[City, ...] = (
    City(
        "San Francisco",
        "sf",
        22,
        ("94107", "94110", "94114", "94116", "94117", "94118", "94121", "94122", "94131", "94133"),
        ("SF", "S.F.", "San Fran", "san francisco", "San Fransisco"),
    ),
    City("Oakland", "east", 15, ("94601", "94605", "94606", "94607", "94612", "94619", "94610"),
         ("okland", "oakland", "OAKLAND")),
    City("Berkeley", "east", 10, ("94702", "94703", "94704", "94705", "94709"),
         ("Berkely", "berkeley")),
    City("San Mateo", "mid", 8, ("94401", "94402", "94403"), ("san mateo", "San Matteo")),
    City("Burlingame", "mid", 5, ("94010",), ("burlingame",)),
    City("Hillsborough", "mid", 2.5, ("94010",), ("Hilsborough",)),
    City("Palo Alto", "silicon", 6, ("94301", "94306", "94303"), ("palo alto", "Palo Atlo")),
    City("Los Altos", "silicon", 3, ("94022", "94024"), ("los altos",)),
    City("Sunnyvale", "south", 5, ("94085", "94086", "94087", "94089"), ("sunnyvale", "Sunyvale")),
    City("Cupertino", "south", 4, ("95014",), ("cupertino",)),
    City("San Jose", "south", 9, ("95112", "95116", "95120", "95123", "95125", "95126", "95129"),
         ("San José", "san jose", "SJ", "San Jsoe")),
    City("Alameda", "east", 2, ("94501", "94502")),
    City("Redwood City", "mid", 2, ("94061", "94062", "94063"), ("Redwood city",)),
    City("Menlo Park", "silicon", 1.5, ("94025",)),
    City("Mountain View", "silicon", 2, ("94040", "94041", "94043"), ("Mtn View",)),
    City("Walnut Creek", "valley", 1.2, ("94595", "94596", "94597", "94598")),
    City("Fremont", "valley", 1, ("94536", "94538", "94539")),
    City("Mill Valley", "marin", 0.8, ("94941",)),
)  # fmt: skip

CITY_INDEX: dict[str, int] = {city.name: number for number, city in enumerate(CITIES)}
AREAS: tuple[str, ...] = tuple(dict.fromkeys(city.area for city in CITIES))

STREETS: tuple[str, ...] = tuple(
    f"{name} {kind}"
    for name in (
        "Alderbrook", "Applegrove", "Bayberry Hill", "Bluewing", "Brightwater", "Candlewood",
        "Cedarbend", "Cloverleigh", "Copperfield", "Dovecote", "Driftwood Hollow", "Elderflower",
        "Fernhaven", "Foxtail", "Goldenrise", "Greystone", "Hawksnest", "Hazelmere",
        "Heronsgate", "Honeywell", "Juniper Bluff", "Lanternfish", "Larkhaven", "Lupinefield",
        "Marigold", "Millrace", "Moonpenny", "Nightingale", "Old Orchardgate", "Pebblebrook",
        "Quailwood", "Rosemead", "Saltgrass", "Silverfern", "Snowplover", "Sorrelwood",
        "Starling", "Sundrift", "Thistledown", "Windermoor",
    )
    for kind in ("Ave", "St", "Dr", "Way")
)  # fmt: skip

LANDMARKS: tuple[str, ...] = (
    "the blue house behind the farmers market",
    "my mother's place, next to the fire station",
    "Home",
    "across from the library, 2nd floor",
    "same as last time",
)
VIRTUAL: tuple[str, ...] = ("Zoom", "Virtual", "virtual - please send the link", "Zoom ")
