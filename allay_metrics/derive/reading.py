"""Reads the bookings of some families as one frame, with what people decided about them."""

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Connection, select

from allay_metrics.records.bulk import among
from allay_metrics.records.tables import booking, correction, coverage

COLUMNS = (
    "id",
    "family_id",
    "source",
    "as_of",
    "absent_by",
    "held_by",
    "starts_at",
    "ends_at",
    "day",
    "minutes",
    "client_name",
    "email",
    "phone",
    "infant_names",
    "infant_born",
    "therapist",
    "type_text",
    "price_cents",
    "booked_on",
    "cancelled_at",
    "cancelled_by",
    "marked",
    "city_text",
    "zip",
    "address",
    "referral_source",
)


def read_bookings(conn: Connection, practice_id: str, families: Sequence[str]) -> pd.DataFrame:
    """Return the bookings of these families, one a row, in the order of their ids.

    Columns are COLUMNS plus `decided` (the owner's word on a missing one, else None) and
    `marks_attendance` (whether its source tells who came).
    """
    mine = booking.c.practice_id == practice_id
    asked = (
        select(*(booking.c[name] for name in COLUMNS))
        .where(mine, booking.c.family_id.in_(among(conn, families)))
        .order_by(booking.c.id)
    )
    columns = list(zip(*conn.execute(asked).all(), strict=True)) or [()] * len(COLUMNS)
    frame = pd.DataFrame(
        {
            name: pd.Series(values, dtype=object)
            for name, values in zip(COLUMNS, columns, strict=True)
        }
    )
    for name in ("starts_at", "ends_at", "minutes", "as_of"):
        frame[name] = frame[name].astype("int64")
    decided = _decisions(conn, practice_id)
    frame["decided"] = [decided.get(id_) for id_ in frame["id"]]
    marking = _imports_that_mark_attendance(conn, practice_id)
    frame["marks_attendance"] = [held_by in marking for held_by in frame["held_by"]]
    return frame


def _decisions(conn: Connection, practice_id: str) -> dict[str, str]:
    asked = (
        select(correction.c.booking_id, correction.c.value)
        .where(correction.c.practice_id == practice_id, correction.c.field == "state")
        .order_by(correction.c.made_at)
    )
    return {row.booking_id: row.value for row in conn.execute(asked)}


def _imports_that_mark_attendance(conn: Connection, practice_id: str) -> set[str]:
    asked = select(coverage.c.import_id).where(
        coverage.c.practice_id == practice_id, coverage.c.kind == "attendance"
    )
    return {row.import_id for row in conn.execute(asked)}
