"""Write data/reference/zips.csv: which Bay Area cities a ZIP can mean, from the `zipcodes` table.

A ZIP with several cities is ambiguous: its main name alone would be wrong for a fifth to a third
of the homes there. Run it again after a new version of `zipcodes` or a change of cities.csv.
"""

import csv
from pathlib import Path

import zipcodes

REFERENCE = Path(__file__).parent.parent / "data" / "reference"
COUNTIES = frozenset({
    "Alameda", "Contra Costa", "Marin", "Napa", "San Francisco", "San Mateo", "Santa Clara",
    "Santa Cruz", "Solano", "Sonoma",
})  # fmt: skip

# Known to be shared between cities, whatever the table says of it.
SHARED = {
    "94010": ("Burlingame", "Hillsborough"),
    "94022": ("Los Altos", "Los Altos Hills"),
    "94024": ("Los Altos", "Los Altos Hills"),
    "94303": ("Palo Alto", "East Palo Alto"),
    "94305": ("Stanford", "Palo Alto"),
    "94404": ("San Mateo", "Foster City"),
    "94602": ("Oakland", "Piedmont"),
    "94608": ("Emeryville", "Oakland"),
    "94610": ("Oakland", "Piedmont"),
    "94611": ("Oakland", "Piedmont"),
    "94618": ("Oakland", "Piedmont"),
    "94706": ("Albany", "Berkeley", "Kensington"),
    "94920": ("Belvedere", "Tiburon"),
}


def main() -> None:
    """Write one line per ZIP, its main city first."""
    names = _names()
    path = REFERENCE / "zips.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("zip", "cities", "primary"))
        for row in sorted(zipcodes.filter_by(state="CA"), key=lambda row: row["zip_code"]):
            cities = _cities(row, names)
            if cities:
                writer.writerow((row["zip_code"], ";".join(cities), cities[0]))
    print(f"{path} written")


def _names() -> dict[str, str]:
    """Return our name of each city by every lower-case spelling of it."""
    names = {}
    for row in _read("cities.csv"):
        names[row["name"].lower()] = row["name"]
    for row in _read("city_aliases.csv"):
        names[row["alias"]] = row["city"]
    return names


def _cities(row: dict[str, object], names: dict[str, str]) -> tuple[str, ...]:
    if str(row["county"]).removesuffix(" County") not in COUNTIES:
        return ()
    if row["zip_code"] in SHARED:
        return SHARED[str(row["zip_code"])]
    told = [row["city"], *row["acceptable_cities"]]  # type: ignore[misc]
    found = [names[str(name).lower()] for name in told if names.get(str(name).lower())]
    return tuple(dict.fromkeys(found))


def _read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
