"""Who works here, who is cared for, and where they live."""

from sqlalchemy import Index, Text, UniqueConstraint, text

from allay_metrics.records.column_types import Count, Flag, Instant, Key, LocalDate, Real
from allay_metrics.records.name_masking import Handle, Name, PrivateContact, PrivateText
from allay_metrics.records.tables.base import belongs_to, column, table, version

_WAITING = text("next_on IS NULL AND closed_on IS NULL")
_DOUBT = text("doubt IS NOT NULL")

practice = table(
    "practice",
    "One in-home practice",
    (),
    column("name", Text, "Name shown on pages"),
    column("timezone", Text, "IANA name of the zone in which days and weeks are counted"),
    column("is_demo", Flag, "1 when every record here is invented"),
    column(
        "derived_by",
        Count,
        "Version of the rules its visits were derived by; older ones are derived anew",
        server_default="0",
    ),
    column("audit_number", Count, "Number of the last line of the audit trail", server_default="0"),
    column(
        "audit_hash", Text, "Hash of that line: a trail cut short shows", server_default=text("''")
    ),
    version(),
)

therapist = table(
    "therapist",
    "A person who visits families; found in the exports' calendar column",
    ("id",),
    column("id", Key, "UUID made of practice and name"),
    column("name", Text, "Name as the export's calendar says it; 'unknown' where it is blank"),
    column("email", Text, "Signs in with this address", nullable=True),
    column("base_city", Text, "City her working day starts and ends in", nullable=True),
    column("skills", Text, "Visit types she gives, comma separated", nullable=True),
    column("active_from", LocalDate, "First day she works here", nullable=True),
    column("active_to", LocalDate, "Last day she works here", nullable=True),
    column("week_minutes", Count, "Minutes she offers in a usual week", nullable=True),
    version(),
    UniqueConstraint("practice_id", "name"),
)

family = table(
    "family",
    "The household that books; matched by e-mail, else phone, else name and address",
    ("id",),
    column("id", Key, "UUID made of practice and match key"),
    column("match_key", Handle, "What its bookings have in common: e:, p: or n: and the value"),
    column("name", Name, "Family name of its newest booking"),
    column("email", PrivateContact, "E-mail of its bookings", nullable=True),
    column("phone", PrivateContact, "Newest phone, E.164", nullable=True),
    column(
        "doubt", PrivateText, "Question for the owner when the match is doubtful", nullable=True
    ),
    column("first_on", LocalDate, "Day of its first completed visit", nullable=True),
    column("last_on", LocalDate, "Day of its last completed visit", nullable=True),
    column("next_on", LocalDate, "Day of its next booked visit", nullable=True),
    column(
        "closed_on", LocalDate, "Derived: day the care of its last client was closed", nullable=True
    ),
    column("closed_reason", Text, "Derived: why, of that client", nullable=True),
    column(
        "contact",
        Text,
        "Derived: yes, practical or none: the strictest said of its bookings",
        server_default=text("'yes'"),
    ),
    column("contact_reason", Text, "Derived: why it is not yes", nullable=True),
    version(),
    UniqueConstraint("practice_id", "match_key"),
    Index(None, "practice_id", "last_on"),
    # What the Week asks for at every turn: families that wait for a next visit, and questions.
    Index(
        "ix_family_waiting",
        "practice_id",
        "last_on",
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    ),
    Index("ix_family_doubt", "practice_id", sqlite_where=_DOUBT, postgresql_where=_DOUBT),
)

client = table(
    "client",
    "The person cared for: an infant or a parent",
    ("id",),
    column("id", Key, "UUID made of family and name"),
    column("family_id", Key, "Her or his family"),
    column("name", Name, "Name as booked"),
    column("kind", Text, "infant or parent"),
    column("born_on", LocalDate, "Birth date of an infant, where the export tells", nullable=True),
    version(),
    belongs_to("family", "family_id"),
    Index(None, "practice_id", "family_id"),
)

episode = table(
    "episode",
    "One client, one concern: the first visit until care is closed or 60 days pass",
    ("id",),
    column("id", Key, "UUID made of client and first visit"),
    column("client_id", Key, "The client cared for"),
    column("concern", Text, "Primary concern as declared at intake", nullable=True),
    column("opened_on", LocalDate, "Day of its first completed visit"),
    column("last_on", LocalDate, "Day of its latest completed visit"),
    column("visits", Count, "Completed visits in it"),
    column("closed_on", LocalDate, "Day it ended; empty while it is open", nullable=True),
    column("starts_at", Instant, "Start of its first completed visit", server_default="0"),
    column("visit_type", Text, "Primary type of that visit", server_default="other"),
    belongs_to("client", "client_id"),
    Index(None, "practice_id", "client_id"),
    Index(None, "practice_id", "opened_on"),
)

city = table(
    "city",
    "A place visits happen in, as shown: a city, an ambiguous ZIP, virtual or unknown",
    ("name",),
    column("name", Text, "Name as shown"),
    column("kind", Text, "city, ambiguous, virtual or unknown"),
    column("county", Text, "County; virtual or unknown where there is none"),
    column("latitude", Real, "Degrees north, WGS 84", nullable=True),
    column("longitude", Real, "Degrees east, WGS 84", nullable=True),
    column("label_side", Text, "Side of the map bubble its name stands on: l, r, t or b"),
)
