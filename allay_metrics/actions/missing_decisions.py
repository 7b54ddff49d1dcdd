"""The owner's decisions about missing visits: those that a newer export no longer contains."""

from collections.abc import Iterable
from typing import Literal, get_args

from sqlalchemy import Connection, delete, insert, select

from allay_metrics.derive import derive
from allay_metrics.errors import NotFound, QuestionProblem, choose_from
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.column_types import now
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import booking, correction

Decision = Literal["cancelled", "deleted", "kept"]


def decide_missing(scope: Scope, booking_ids: Iterable[str], decision: Decision) -> int:
    """Decide on missing bookings, derive what changes, and return how many were decided.

    `cancelled` counts them as cancelled by the family, `deleted` as never booked, `kept` with the
    state of the last export that contained them. A newer export that contains one again overrules
    the decision.
    Raises NotFound when one of them is not missing.
    """
    if decision not in get_args(Decision):
        raise QuestionProblem(choose_from("decision", decision, get_args(Decision)))
    ids = set(booking_ids)
    with scope.write("decide on missing visits") as conn:
        families = _read_families_of_missing(conn, scope.practice_id, ids)
        _delete_decisions(conn, scope.practice_id, ids)
        rows = [
            {
                "practice_id": scope.practice_id,
                "id": new_key(),
                "booking_id": id_,
                "field": "state",
                "value": decision,
                "made_at": now(),
            }
            for id_ in sorted(ids)
        ]
        conn.execute(insert(correction), rows)
        derive(conn, scope.practice_id, families)
    return len(ids)


def reopen_missing(scope: Scope, booking_ids: Iterable[str]) -> int:
    """Undo decisions: the bookings are missing and undecided again."""
    ids = set(booking_ids)
    with scope.write("take a decision back") as conn:
        families = _read_families_of_missing(conn, scope.practice_id, ids)
        _delete_decisions(conn, scope.practice_id, ids)
        derive(conn, scope.practice_id, families)
    return len(ids)


def _read_families_of_missing(conn: Connection, practice_id: str, ids: set[str]) -> set[str]:
    statement = select(booking.c.id, booking.c.family_id).where(
        booking.c.practice_id == practice_id,
        booking.c.id.in_(among(conn, ids)),
        booking.c.missing_from_import_id.is_not(None),
    )
    family_ids = {row.id: row.family_id for row in conn.execute(statement)}
    if not ids or family_ids.keys() != ids:
        raise NotFound("A visit to decide on is not missing any more: reload the list.")
    return set(family_ids.values())


def _delete_decisions(conn: Connection, practice_id: str, ids: set[str]) -> None:
    is_state_correction = (correction.c.practice_id == practice_id) & (
        correction.c.field == "state"
    )
    conn.execute(
        delete(correction).where(is_state_correction, correction.c.booking_id.in_(among(conn, ids)))
    )
