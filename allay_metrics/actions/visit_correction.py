"""The owner's correction of one visit: its types and its city."""

from allay_metrics.actions.city_spellings import build_city_rows
from allay_metrics.actions.overrides import OverrideChange, OverrideRow, save_overrides_in
from allay_metrics.actions.visit_type_overrides import build_type_rows
from allay_metrics.records import Scope


def correct_visit(
    scope: Scope, visit_id: str, *, types: str = "", city: str = ""
) -> OverrideChange:
    """Correct the types of a visit, its city, or both; an empty text keeps the value.

    Of twins booked as two rows both are corrected. Raises ConfigProblem, or NotFound for a visit
    that is not on file.
    """
    with scope.write("correct a visit") as conn:
        rows: list[OverrideRow] = []
        if types:
            rows += build_type_rows(conn, scope.practice_id, [visit_id], types)
        if city:
            rows += build_city_rows(conn, scope.practice_id, [visit_id], city)
        return save_overrides_in(conn, scope.practice_id, rows)
