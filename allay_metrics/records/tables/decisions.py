"""What people decide and write down: these survive every import and every deriving anew."""

from sqlalchemy import Index, Text

from allay_metrics.records.column_types import Instant, Key, LocalDate, Real
from allay_metrics.records.name_masking import PrivateText
from allay_metrics.records.tables.base import belongs_to, column, table, version

correction = table(
    "correction",
    "A person's word over what a source says, applied whenever visits are derived",
    ("id",),
    column("id", Key, "UUID"),
    column("booking_id", Key, "The booking corrected"),
    column("field", Text, "What is corrected: state, city or visit_type"),
    column(
        "value",
        Text,
        "The person's word: for a state cancelled, deleted or kept; a city as shown; a visit type, "
        "or two joined by +",
    ),
    column("made_at", Instant, "When"),
    version(),
    belongs_to("booking", "booking_id"),
    Index(None, "practice_id", "booking_id"),
)

goal = table(
    "goal",
    "What the owner aims for, per metric and week",
    ("metric",),
    column("metric", Text, "Key of the metric"),
    column("value", Real, "The aim, in the metric's unit; shares as 0 to 1"),
    version(),
)

setting = table(
    "setting",
    "The practice's own choices",
    ("name",),
    column("name", Text, "What is set"),
    column("value", Text, "JSON"),
    version(),
)

week_note = table(
    "week_note",
    "What the owner wants to remember about a week",
    ("week",),
    column("week", LocalDate, "Monday of the week"),
    column("text", PrivateText, "Her words"),
    version(),
)

week_snapshot = table(
    "week_snapshot",
    "The eight numbers as first told after a week's end",
    ("week",),
    column("week", LocalDate, "Monday of the week"),
    column("import_id", Key, "The import after which they were stored"),
    column("numbers", Text, "JSON object: metric to value, numerator, denominator"),
    column("taken_at", Instant, "When they were stored"),
    belongs_to("import", "import_id"),
)
