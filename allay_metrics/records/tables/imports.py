"""What sources told us: files, their rows, what they cover and what was set aside."""

from sqlalchemy import Index, Text, text

from allay_metrics.records.column_types import Cents, Count, Flag, Instant, Key, LocalDate
from allay_metrics.records.name_masking import (
    Handle,
    Name,
    PreviousValuesJson,
    PrivateContact,
    PrivateText,
    RawRowJson,
)
from allay_metrics.records.tables.base import belongs_to, column, table, version

import_ = table(
    "import",
    "One file taken in",
    ("id",),
    column("id", Key, "UUID"),
    column("sequence", Count, "Grows by one with every import of the practice"),
    column("source", Text, "Profile the file was read by"),
    column("file_name", Text, "Name of the file, without its folder"),
    column("file_hash", Text, "SHA-256 of its bytes"),
    column("holds", Text, "kept, all or cancelled: the visits it should hold; or answers"),
    column("as_of", Instant, "When it was exported"),
    column("covers_from", LocalDate, "First day it should hold every visit of", nullable=True),
    column("covers_to", LocalDate, "Last day it should hold every visit of", nullable=True),
    column("imported_at", Instant, "When it was taken in"),
    column("rows_read", Count, "Rows in the file: added + updated + unchanged + set aside"),
    column("added", Count, "Rows not known before"),
    column("updated", Count, "Rows that say something new of a known booking"),
    column("unchanged", Count, "Rows that say what was known"),
    column("set_aside", Count, "Rows that cannot be used"),
    column(
        "erased",
        Count,
        "Of its rows: taken out since, with an erased family or because they were old",
        server_default="0",
    ),
    column(
        "warnings",
        PreviousValuesJson,
        "JSON list of row, column, value, reason: parts of rows left out",
    ),
    column("undone_at", Instant, "When it was undone", nullable=True),
    column(
        "covers_before",
        Text,
        "JSON of the days it was taken to cover before the owner corrected them",
        nullable=True,
    ),
    column(
        "mends",
        Key,
        "The import whose rows set aside this one takes in; empty for a file",
        nullable=True,
    ),
    column(
        "one_therapist",
        Flag,
        "1 when its profile says that each file holds one therapist alone",
        server_default="0",
    ),
    column("covers_stated", Flag, "1 when a person said which days it covers", server_default="0"),
    column("first_at", Instant, "Start of its first visit", nullable=True),
    column("last_at", Instant, "Start of its last visit", nullable=True),
    column("evidence_from", Instant, "Derived: first moment it speaks of", nullable=True),
    column("evidence_to", Instant, "Derived: last moment it speaks of", nullable=True),
    column(
        "batch",
        Key,
        "Files taken in at once without a told as-of: none of them is newer than another",
        nullable=True,
    ),
    column(
        "as_of_doubt",
        Text,
        "Why its as-of waits to be confirmed: stale or older, and the day that says so",
        nullable=True,
    ),
    column(
        "absence_answer",
        Text,
        "JSON: bookings believed `gone`, and by group (kind, value) those `not_held` by it",
        nullable=True,
    ),
    version(),
    Index(None, "practice_id", "source", "as_of"),
)

import_group = table(
    "import_group",
    "How many visits a file holds of each therapist, month and type",
    ("import_id", "kind", "value"),
    column("import_id", Key, "The file"),
    column("kind", Text, "therapist, month or type"),
    column("value", Text, "Name as the source gives it, empty for none; a month as 2026-11"),
    column("visits", Count, "Visits of it in the file; rows of one slot are one"),
    belongs_to("import", "import_id"),
    clustered=True,
)

booking = table(
    "booking",
    "One row of a source, as last told; visits are derived from these",
    ("id",),
    column("id", Key, "UUID made of source and source key"),
    column("source", Text, "Profile it came by"),
    column("source_key", Handle, "The source's own id, else made of client and start"),
    column("row_hash", Text, "Hash of what the source says; tells updated from unchanged"),
    column("family_id", Key, "Derived: the family it belongs to"),
    column("current_import_id", Key, "Derived: the newest import that holds it"),
    column("as_of", Instant, "Derived: when that import's file was exported"),
    column(
        "missing_from_import_id",
        Key,
        "Derived: a newer import that should hold it and does not",
        nullable=True,
    ),
    column(
        "unanswered_import_id",
        Key,
        "Derived: a newer import that lacks it and waits for an answer first",
        nullable=True,
    ),
    column(
        "unconfirmed",
        Flag,
        "Derived: 1 when not over when last held, with a newer file that is no evidence of it",
        server_default="0",
    ),
    column("starts_at", Instant, "Start"),
    column("ends_at", Instant, "End"),
    column("day", LocalDate, "Date of the start in the practice's zone"),
    column("minutes", Count, "Booked length"),
    column("client_name", Name, "Who booked or is booked"),
    column("email", PrivateContact, "Lower case", nullable=True),
    column("phone", PrivateContact, "E.164", nullable=True),
    column("infant_names", Name, "As answered", nullable=True),
    column("infant_born", LocalDate, "Birth or due date as answered", nullable=True),
    column("therapist", Text, "As the source names her or him", nullable=True),
    column("type_text", Text, "The service's name as typed"),
    column("price_cents", Cents, "List price; empty where missing", nullable=True),
    column("booked_on", LocalDate, "Day it was booked", nullable=True),
    column("cancelled_at", Instant, "When it was cancelled", nullable=True),
    column("cancelled_by", Text, "family or practice", nullable=True),
    column(
        "marked", Text, "none, arrived, no_show, cancelled or rescheduled, as the source marks it"
    ),
    column("city_text", Text, "City as typed", nullable=True),
    column("zip", Text, "ZIP as typed", nullable=True),
    column("address", PrivateContact, "Address as typed", nullable=True),
    column("notes", PrivateText, "Parking, gate code, pets", nullable=True),
    column("concern", Text, "Why the family came, as answered", nullable=True),
    column(
        "referral_source", Text, "How the family heard of the practice, as answered", nullable=True
    ),
    column(
        "extra", RawRowJson, "JSON object of all other columns that are not empty", nullable=True
    ),
    belongs_to("family", "family_id"),
    Index(None, "practice_id", "family_id"),
    Index(None, "practice_id", "phone"),
    # What a newer file may have left out: bookings last held by an older one.
    Index(None, "practice_id", "source", "as_of"),
    Index(
        "ix_booking_absent",
        "practice_id",
        "missing_from_import_id",
        sqlite_where=text("missing_from_import_id IS NOT NULL"),
        postgresql_where=text("missing_from_import_id IS NOT NULL"),
    ),
    Index(
        "ix_booking_unanswered",
        "practice_id",
        "unanswered_import_id",
        sqlite_where=text("unanswered_import_id IS NOT NULL"),
        postgresql_where=text("unanswered_import_id IS NOT NULL"),
    ),
    Index(
        "ix_booking_unconfirmed",
        "practice_id",
        "source",
        sqlite_where=text("unconfirmed = 1"),
        postgresql_where=text("unconfirmed = 1"),
    ),
    # Only bookings without an e-mail are looked up by name.
    Index(
        "ix_booking_nameless",
        "practice_id",
        "client_name",
        sqlite_where=text("email IS NULL"),
        postgresql_where=text("email IS NULL"),
    ),
)

import_row = table(
    "import_row",
    "What became of each row of each file; `before` is what undo brings back",
    ("import_id", "row_number"),
    column("import_id", Key, "The file"),
    column(
        "row_number", Count, "Number of the record in the file; the first after the header is 1"
    ),
    column("booking_id", Key, "The booking it told of"),
    column("outcome", Text, "added, updated or unchanged"),
    column("before", PreviousValuesJson, "JSON of the booking before an update", nullable=True),
    belongs_to("import", "import_id"),
    belongs_to("booking", "booking_id"),
    Index(None, "practice_id", "booking_id"),
    clustered=True,
)

set_aside = table(
    "set_aside",
    "A row that cannot be used, kept with its text and the reason",
    ("import_id", "row_number"),
    column("import_id", Key, "The file"),
    column("row_number", Count, "Number of the record in the file"),
    column("column_name", Text, "Column at fault, as the file names it"),
    column("value", PrivateText, "Value at fault"),
    column("reason", Text, "Why the row cannot be used"),
    column("raw", RawRowJson, "JSON object: the whole row as text"),
    column("raw_hash", Text, "Hash of the row: the same bad row in a newer file is the same"),
    column(
        "settled_by", Key, "The import that took the row in, mended or as it was", nullable=True
    ),
    column(
        "booking_id",
        Key,
        "The booking the row names, where its id, or client and start, can be read",
        nullable=True,
    ),
    column(
        "became",
        Text,
        "cancelled or deleted, where the row says that the booking is gone at its source",
        nullable=True,
    ),
    column("dismissed_at", Instant, "When the owner said that it is no visit", nullable=True),
    belongs_to("import", "import_id"),
    Index(None, "practice_id", "raw_hash"),
    Index(None, "practice_id", "booking_id"),
)

coverage = table(
    "coverage",
    "What a file tells about, and for which days",
    ("import_id", "kind"),
    column("import_id", Key, "The file"),
    column("kind", Text, "kept, cancelled, no_show, cancel_time, canceller, booked_on, attendance"),
    column("source", Text, "Profile the file was read by"),
    column("first_day", LocalDate, "First day covered"),
    column("last_day", LocalDate, "Last day covered"),
    belongs_to("import", "import_id"),
)
