"""Builds the owner's corrections of bookings: one for each row of a slot, so for its visit."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, and_, func, select

from allay_metrics.actions.overrides import OverrideRow
from allay_metrics.errors import NotFound
from allay_metrics.records.bulk import among
from allay_metrics.records.column_types import now
from allay_metrics.records.keys import new_key
from allay_metrics.records.tables import booking, correction


def build_corrections(
    conn: Connection, practice_id: str, booking_ids: Iterable[str], field: str, value: str | None
) -> list[OverrideRow]:
    """Return the rows that correct one field of these bookings and of others in the same slot.

    None for `value` removes corrections. Raises NotFound for a booking that is not on file.
    """
    rows = []
    for booking_id, name in sorted(_read_slots(conn, practice_id, set(booking_ids)).items()):
        correction_id = _correction_id(conn, practice_id, booking_id, field)
        values: dict[str, Any] | None = (
            None if value is None else {"id": correction_id or new_key(), "value": value}
        )
        if values:
            values["made_at"] = now()
        rows.append(
            OverrideRow(
                correction, {"booking_id": booking_id, "field": field}, values, f"{name}'s visit"
            )
        )
    return rows


def _correction_id(conn: Connection, practice_id: str, booking_id: str, field: str) -> str | None:
    statement = select(correction.c.id).where(
        correction.c.practice_id == practice_id,
        correction.c.booking_id == booking_id,
        correction.c.field == field,
    )
    return conn.execute(statement).scalar()


def _read_slots(conn: Connection, practice_id: str, ids: set[str]) -> dict[str, Any]:
    """Return client names by id: of these bookings and all of the same family and slot."""
    wanted, other = booking.alias(), booking
    same = and_(
        other.c.practice_id == wanted.c.practice_id,
        other.c.family_id == wanted.c.family_id,
        other.c.starts_at == wanted.c.starts_at,
        func.coalesce(other.c.therapist, "") == func.coalesce(wanted.c.therapist, ""),
    )
    statement = (
        select(other.c.id, other.c.client_name)
        .select_from(wanted.join(other, same))
        .where(wanted.c.practice_id == practice_id, wanted.c.id.in_(among(conn, ids)))
    )
    client_names = {row.id: row.client_name for row in conn.execute(statement)}
    if not ids or not ids <= client_names.keys():
        raise NotFound("This visit is not on file any more: reload the list.")
    return client_names
