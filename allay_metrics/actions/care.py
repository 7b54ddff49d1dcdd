"""Care is meant to end: a person closes it, with the day and the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select, update

from allay_metrics.derive import derive
from allay_metrics.records import Scope
from allay_metrics.records.bulk import among
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import booking, family


@dataclass(frozen=True)
class Closing:
    """The care of one family ended on `day`, because of `reason`."""

    family_id: str
    day: date
    reason: str


def close_care(scope: Scope, closings: Iterable[Closing]) -> None:
    """Close the care of these families: they are no longer looked for, and not lost."""
    rows: list[dict[str, Any]] = [
        {"who": closing.family_id, "day": closing.day, "why": closing.reason}
        for closing in closings
    ]
    if not rows:
        return
    with scope.write("close care") as conn:
        mine = (family.c.practice_id == scope.practice_id) & (family.c.id == bindparam("who"))
        kept = {
            "closed_on": bindparam("day"),
            "closed_reason": bindparam("why"),
            "version": family.c.version + 1,
        }
        conn.execute(update(family).where(mine).values(kept), rows)
        derive(conn, scope.practice_id, [row["who"] for row in rows])


def families_of_bookings(scope: Scope, source: str, source_keys: Iterable[str]) -> dict[str, str]:
    """Return the family's id by the source's own id of one of its bookings."""
    ids = [key_of(scope.practice_id, source, key) for key in source_keys]
    with scope.read() as conn:
        asked = select(booking.c.source_key, booking.c.family_id).where(
            booking.c.practice_id == scope.practice_id, booking.c.id.in_(among(conn, ids))
        )
        return {row.source_key: row.family_id for row in conn.execute(asked)}
