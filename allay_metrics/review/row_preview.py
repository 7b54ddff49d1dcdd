"""The first rows of a file as they would count, before it is imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from allay_metrics.derive.city import find_city
from allay_metrics.derive.override_rules import Overrides, read_overrides
from allay_metrics.derive.state import state
from allay_metrics.derive.visit_type import visit_types
from allay_metrics.records import Scope


@dataclass(frozen=True)
class FirstRow:
    """One row as read: type as typed and as counted, city as placed.

    `became` is the row's state of the visit, or arrived, or empty.
    """

    number: int
    start: datetime
    minutes: int
    client: str
    typed: str
    types: tuple[str, str]
    therapist: str
    city: str
    price_cents: int | None
    became: str


def first_rows(scope: Scope, rows: pd.DataFrame) -> tuple[FirstRow, ...]:
    """Return rows of `intake.rows.Chunk`, read with the owner's overrides."""
    choices = _choices(scope)
    return tuple(_row(row, scope, choices) for row in rows.to_dict("records"))


def types_counted(scope: Scope, names: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return the types each service name counts as now: its first, and its second or ''."""
    words = _choices(scope).type_words
    return {name: visit_types(name, words) for name in names}


def _choices(scope: Scope) -> Overrides:
    with scope.read() as conn:
        return read_overrides(conn, scope.practice_id)


def _row(row: dict[Any, Any], scope: Scope, choices: Overrides) -> FirstRow:
    place_values = (row["city_text"], row["zip"], row["address"], row["notes"])
    return FirstRow(
        number=row["row_number"],
        start=datetime.fromtimestamp(row["starts_at"], scope.zone),
        minutes=row["minutes"],
        client=str(row["client_name"]),
        typed=str(row["type_text"]),
        types=visit_types(str(row["type_text"]), choices.type_words),
        therapist=str(row["therapist"] or ""),
        city=find_city(*place_values, choices.city_names).city,
        price_cents=row["price_cents"],
        became=_became(row),
    )


def _became(row: dict[Any, Any]) -> str:
    marked = str(row["marked"])
    if marked != "cancelled":
        return marked
    state_values = (row["cancelled_by"], row["cancelled_at"], row["starts_at"], row["ends_at"], 0)
    return state(marked, *state_values, absent=False, marks_attendance=False)[0]
