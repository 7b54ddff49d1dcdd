"""Who did what, and when: rows are added and never touched again."""

from sqlalchemy import Text

from allay_metrics.records.column_types import Count, Instant
from allay_metrics.records.tables.base import column, table

audit = table(
    "audit",
    "Who did what, and when: one chained line each, which no statement may change or delete",
    ("number",),
    column("number", Count, "1, 2, 3 and so on: one missing was taken out"),
    column("at", Instant, "When"),
    column("who", Text, "Id of the person or therapist; empty where nobody signs in"),
    column("role", Text, "owner, therapist, form or door"),
    column("action", Text, "What was done, in a few words"),
    column("about", Text, "Ids of what it was done to, never names; may be empty"),
    column("previous", Text, "Hash of the line before; empty for the first"),
    column("hash", Text, "SHA-256 of this line with the hash of the line before"),
    clustered=True,
)
