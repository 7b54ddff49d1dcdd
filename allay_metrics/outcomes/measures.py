"""The measures and concerns of check-ins, read from data/reference/."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from allay_metrics import config
from allay_metrics.errors import ConfigProblem

KINDS = ("number", "ordinal", "words", "yes_no")


@dataclass(frozen=True)
class Measure:
    """One question with its scale.

    `low` and `high` are the ends of the scale, `better` is +1 where a higher answer is better and
    -1 where a lower one is. `threshold` is the change that matters, in `unit`; with `beyond_age` it
    applies beyond the change by age alone, according to the norms of `norm_metric`. `sd` and
    `reliability` define a reliable change, None where unknown. `asked_of`, `recall`, `cadence`,
    `basis` and `notes` quote the sources.
    """

    id: str
    label: str
    wording: str
    asked_of: str
    recall: str
    kind: str
    low: float
    high: float
    better: int
    step: float
    unit: str
    threshold: float
    beyond_age: bool
    norm_metric: str
    sd: float | None
    reliability: float | None
    cadence: str
    basis: str
    notes: str

    @property
    def best(self) -> float:
        """Return the best value of the scale."""
        return self.high if self.better > 0 else self.low

    @property
    def has_mean(self) -> bool:
        """Return whether answers may be averaged; an ordinal scale has no mean."""
        return self.kind == "number"

    def change(self, before: float, after: float) -> float:
        """Return the change from one answer to a later one; positive is better."""
        return (after - before) * self.better


@dataclass(frozen=True)
class Concern:
    """Why a family came, and its primary measure.

    `primary_window` is a key of `windows.WINDOWS`; `kind` is measured, ordinal or history tag: a
    tag is an exposure or a theory, never charted as resolved.
    """

    id: str
    label: str
    client: str
    primary_measure: str
    primary_window: str
    kind: str
    note: str


@cache
def measures() -> Mapping[str, Measure]:
    """Return the shipped measures by id, in the order of the table."""
    return read_measures(
        config.REFERENCE / "measures.csv", config.REFERENCE / "measure_details.csv"
    )


def read_measures(table: Path, details: Path) -> Mapping[str, Measure]:
    """Return the measures of two tables: the questions, and how their answers are counted.

    Raises ConfigProblem naming the table and the measure that is wrong.
    """
    counted = {row["id"]: row for row in _rows(details)}
    measures_by_id: dict[str, Measure] = {}
    for row in _rows(table):
        details_row = counted.get(row["id"])
        if details_row is None:
            raise ConfigProblem(f"{details.name} does not say how {row['id']} is counted.")
        try:
            measures_by_id[row["id"]] = measure_of(row, details_row)
        except (KeyError, ValueError) as error:
            raise ConfigProblem(f"{table.name}, measure {row['id']}: {error}.") from None
    return measures_by_id


def measure_of(row: Mapping[str, str], details_row: Mapping[str, str]) -> Measure:
    """Return a measure from one row of each table. Raises KeyError or ValueError."""
    if details_row["kind"] not in KINDS:
        raise ValueError(f"its kind {details_row['kind']!r} is none of {', '.join(KINDS)}")
    return Measure(
        id=row["id"],
        label=details_row["label"],
        wording=row["item_own_words"],
        asked_of=row["concerns"],
        recall=row["recall"],
        kind=details_row["kind"],
        low=float(row["min"]),
        high=float(row["max"]),
        better={"better": 1, "worse": -1}[row["higher_is"]],
        step=float(details_row["step"]),
        unit=details_row["unit"],
        threshold=float(details_row["threshold"]),
        beyond_age=details_row["beyond_age"] == "yes",
        norm_metric=details_row["norm_metric"],
        sd=float(details_row["sd"]) if details_row["sd"] else None,
        reliability=float(details_row["reliability"]) if details_row["reliability"] else None,
        cadence=row["cadence"],
        basis=row["change_basis"],
        notes=row["notes"],
    )


@cache
def concerns() -> Mapping[str, Concern]:
    """Return the concerns by id, in the order of the table."""
    return {row["id"]: Concern(**row) for row in _rows(config.REFERENCE / "concerns.csv")}


def measures_for(concern: Concern) -> tuple[Measure, ...]:
    """Return the measures of every check-in of a client with this concern, in order.

    Those of every baby, those of the concern, and the parent's own; without the follow-up
    questions (`pgic`, `harms`).
    """
    form_measures = [
        measure
        for measure in measures().values()
        if (measure.asked_of == "everyone" and measure.kind == "number")
        or (measure.asked_of == "all infants" and concern.client != "parent")
        or concern.id in measure.asked_of.split("|")
    ]
    return tuple(form_measures)


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
