"""The owner's word on one visit: what it was, and where."""

from allay_metrics.actions.choosing import OverrideChange, OverrideRow, keep_in
from allay_metrics.actions.places import city_rows
from allay_metrics.actions.types import type_rows
from allay_metrics.records import Scope


def correct_visit(
    scope: Scope, visit_id: str, *, types: str = "", city: str = ""
) -> OverrideChange:
    """Say of one visit what it was, where it was, or both; an empty text leaves it as it is.

    Of twins booked as two rows both are corrected. Raises ConfigProblem, or NotFound for a visit
    that is not on file.
    """
    with scope.write("correct a visit") as conn:
        rows: list[OverrideRow] = []
        if types:
            rows += type_rows(conn, scope.practice_id, [visit_id], types)
        if city:
            rows += city_rows(conn, scope.practice_id, [visit_id], city)
        return keep_in(conn, scope.practice_id, rows)
