"""Overrides of visit types: of a service's name, and of single visits."""

from collections.abc import Iterable

from sqlalchemy import Connection

from allay_metrics.actions.corrections import build_corrections
from allay_metrics.actions.overrides import (
    OverrideChange,
    OverrideRow,
    save_overrides,
    save_overrides_in,
)
from allay_metrics.derive.override_rules import types_of
from allay_metrics.derive.visit_type import VISIT_TYPES, service_name
from allay_metrics.errors import ConfigProblem, choose_from
from allay_metrics.records import Scope
from allay_metrics.records.tables import type_name

OTHER = "other"


def assign_type(
    scope: Scope, name: str, types: str, *, version: int | None = None
) -> OverrideChange:
    """Set the type of a service's exact name, for past visits as well; `cst+lactation` for two.

    `version` is the one that was read, 0 for none yet. Raises ConfigProblem, or Conflict when it
    was changed meanwhile.
    """
    first, second = _check_types(types)
    values = {"visit_type": first, "second_type": second}
    return save_overrides(scope, "assign a visit type", [_build_row(name, values, version)])


def unassign_type(scope: Scope, name: str, *, version: int | None = None) -> OverrideChange:
    """Delete the type set for a service's name: keywords decide again."""
    return save_overrides(scope, "assign a visit type", [_build_row(name, None, version)])


def correct_type(scope: Scope, booking_ids: Iterable[str], types: str | None) -> OverrideChange:
    """Set the types of these visits; None: their service names decide again.

    Raises ConfigProblem, or NotFound for a booking that is not on file.
    """
    with scope.write("correct visit types") as conn:
        rows = build_type_rows(conn, scope.practice_id, booking_ids, types)
        return save_overrides_in(conn, scope.practice_id, rows)


def build_type_rows(
    conn: Connection, practice_id: str, booking_ids: Iterable[str], types: str | None
) -> list[OverrideRow]:
    """Return the rows of `correct_type`. Raises what it raises."""
    if types is not None:
        _check_types(types)
    return build_corrections(conn, practice_id, booking_ids, "visit_type", types)


def _check_types(types: str) -> tuple[str, str]:
    first, second = types_of(types)
    for each in filter(None, (first or "nothing", second)):
        if each not in (*VISIT_TYPES, OTHER):
            raise ConfigProblem(choose_from("visit type", each, (*VISIT_TYPES, OTHER)))
    if second and (second == first or OTHER in (first, second)):
        raise ConfigProblem("Choose two different visit types, and not 'other'.")
    return first, second


def _build_row(name: str, values: dict[str, str] | None, version: int | None) -> OverrideRow:
    spelt = service_name(name)
    label = f"The service '{spelt}'" if spelt else "The service without a name"
    return OverrideRow(type_name, {"name": spelt}, values, label, version)
