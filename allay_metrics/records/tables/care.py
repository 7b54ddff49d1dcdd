"""What therapists decide and note about the people they care for.

Client ids are made of family and name: where a client's bookings say another family or another
name, what is kept here moves along (derive.follow). None of these rows hangs on a client's own row,
which comes and goes with imports.
"""

from sqlalchemy import Index, Text, text

from allay_metrics.records.column_types import Flag, Instant, Key, LocalDate
from allay_metrics.records.name_masking import PrivateText
from allay_metrics.records.tables.base import column, table, version

care_closed = table(
    "care_closed",
    "A person closed the care of one client; a visit after that day opens it again",
    ("client_id",),
    column("client_id", Key, "The client"),
    column("closed_on", LocalDate, "Day care ended"),
    column(
        "reason",
        Text,
        "goals met, moved on to another service, aged out, family stopped, referred out or the "
        "baby died",
    ),
    column("closed_by", Text, "Who closed it: owner, or the therapist's name"),
    column("closed_at", Instant, "When it was closed"),
    version(),
    column(
        "death", Key, "Of a baby who died: what family_contact calls this death by", nullable=True
    ),
)

# Said of a family, kept by booking: bookings keep their ids when a family is merged, split, renamed
# or matched anew, and what was said goes along without anybody moving it; those that come in later
# have it noted when they are derived (derive.contact_floor). It hangs on no row: a booking that an
# undo takes away finds it again when it comes back. What each death asks for stands beside a
# person's own word, so that a death taken back leaves what was said before and since.
family_contact = table(
    "family_contact",
    "Contact with a family is not as usual: said of each booking it had then; the strictest counts",
    ("booking_id", "death"),
    column("booking_id", Key, "A booking of the family"),
    column("level", Text, "practical or none"),
    column("reason", Text, "asked, bereaved, hospital or other"),
    column("set_by", Text, "Who said so: owner, or the therapist's name"),
    column("set_at", Instant, "When"),
    version(),
    column(
        "death",
        Key,
        "The death that asks for it; empty for a person's own word",
        server_default=text("''"),
    ),
)

# By what such a booking is known again when a source gives it another id (derive.contact_match).
contact_match = table(
    "contact_match",
    "By what a booking in family_contact is known again when it has another id",
    ("match_id", "booking_id"),
    column(
        "match_id", Key, "Id of the family that one e-mail, phone, or name and address would make"
    ),
    column("booking_id", Key, "A booking that bore it, gone or not"),
)

client_note = table(
    "client_note",
    "What to remember for a client's next visit",
    ("client_id",),
    column("client_id", Key, "The client"),
    column("text", PrivateText, "The therapist's words; may be empty"),
    column("attention", Flag, "1 when marked: look at this one first"),
    column("written_by", Text, "Who wrote it last: owner, or the therapist's name"),
    column("written_at", Instant, "When"),
    version(),
)

client_tag = table(
    "client_tag",
    "A point of a client's history, such as C-section or NICU",
    ("client_id", "tag"),
    column("client_id", Key, "The client"),
    column("tag", Text, "The point, as shown"),
    column("tagged_at", Instant, "When it was added"),
    Index(None, "practice_id", "tag"),
)
