"""What is remembered of a family that was erased: nothing but that it was."""

from sqlalchemy import Text

from allay_metrics.records.column_types import Instant
from allay_metrics.records.tables.base import column, table

erased = table(
    "erased",
    "A family that was erased: a newer file of the same source does not bring it back",
    ("key_hash",),
    column("key_hash", Text, "Keyed hash of what its bookings were matched by"),
    column("erased_at", Instant, "When"),
    clustered=True,
)
