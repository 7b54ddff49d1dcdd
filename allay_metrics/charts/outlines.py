"""County outlines of the Bay Area, read once from the shipped file."""

import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from allay_metrics import config

SOURCE = config.REFERENCE / "bay_area_counties.geojson"
Line = npt.NDArray[np.float32]

# The file has only the counties around the water. Without this polygon of land behind them the
# counties further inland would look like water.
INLAND = (
    (
        -122.9,
        -122.4,
        -121.95,
        -121.87,
        -121.85,
        -121.75,
        -121.6,
        -121.5,
        -121.45,
        -120,
        -120,
        -122.9,
    ),
    (38.85, 38.55, 38.28, 38.05, 37.93, 37.65, 37.2, 36.97, 36.2, 36.2, 39.5, 39.5),
)


@dataclass(frozen=True)
class Outlines:
    """All rings of all counties as one line: longitudes and latitudes, separated by NaN."""

    longitudes: Line
    latitudes: Line


@lru_cache(maxsize=1)
def county_outlines() -> Outlines:
    """Return the outlines; 32-bit floats are exact to a metre and half the size to send."""
    features = json.loads(SOURCE.read_text(encoding="utf-8"))["features"]
    gap = np.array([[np.nan, np.nan]])
    parts = [part for f in features for ring in _rings(f["geometry"]) for part in (ring, gap)]
    line = np.concatenate(parts).astype(np.float32)
    return Outlines(line[:, 0], line[:, 1])


def _rings(geometry: dict[str, Any]) -> list[npt.NDArray[np.float64]]:
    coordinates = geometry["coordinates"]
    polygons = [coordinates] if geometry["type"] == "Polygon" else coordinates
    return [np.array(polygon[0], dtype=float) for polygon in polygons]
