"""What parents reported: check-ins, their answers, and the signs that come before any score.

Client ids are made of family and name: where a family's bookings move to another family, what is
kept here moves along, as in tables/care.py. None of it hangs on the client's own row.
"""

from sqlalchemy import Index, Text, UniqueConstraint

from allay_metrics.records.column_types import Count, Flag, Instant, Key, LocalDate, Real
from allay_metrics.records.name_masking import (
    Handle,
    Name,
    PreviousValuesJson,
    PrivateContact,
    PrivateText,
)
from allay_metrics.records.tables.base import belongs_to, column, table, version

FORM = "form"  # the source of a check-in whose link was made here

check_in = table(
    "check_in",
    "One form a parent was asked to answer, or did answer elsewhere",
    ("id",),
    column("id", Key, "UUID"),
    column("client_id", Key, "Who it is about; empty while the match is a question", nullable=True),
    column("moment", Text, "B0, B1, day7, day14, day28, week8, or other"),
    column("due_on", LocalDate, "Day it is meant for"),
    column("source", Text, "form, or the profile its answers were imported by"),
    column("source_key", Handle, "The source's own id, else made of person and moment answered"),
    column(
        "token_hash", Text, "SHA-256 of its link's token; the link is kept nowhere", nullable=True
    ),
    column("language", Text, "en or es"),
    column("asked_at", Instant, "When its link was made", nullable=True),
    column("asked_by", Text, "Who made it: owner, or the therapist's name", nullable=True),
    column("sent_at", Instant, "When it was e-mailed", nullable=True),
    column("expires_at", Instant, "When its link ends", nullable=True),
    column("answered_at", Instant, "When it was submitted", nullable=True),
    column("consented_at", Instant, "When the parent agreed to answer", nullable=True),
    column("screened_at", Instant, "When the warning signs were answered", nullable=True),
    column(
        "advice_read_at",
        Instant,
        "When the parent had read what a ticked sign asks for",
        nullable=True,
    ),
    column("in_totals", Flag, "1 when the parent agreed to be counted in the practice's totals"),
    column("words_read_by", Text, "Who read its free text", nullable=True),
    column("words_read_at", Instant, "When", nullable=True),
    column("import_id", Key, "The file it came by", nullable=True),
    column(
        "respondent_name",
        Name,
        "Name of the person as answered elsewhere; of a form, once its client is no longer on file",
        nullable=True,
    ),
    column(
        "respondent_email",
        PrivateContact,
        "E-mail as answered elsewhere, lower case; of a form, once its client is no longer on file",
        nullable=True,
    ),
    column(
        "doubt", PrivateText, "Question for the owner when the match is doubtful", nullable=True
    ),
    column(
        "respondent_details",
        Text,
        "JSON object of what else was answered elsewhere: parent, born, concern, other columns",
        nullable=True,
    ),
    version(),
    UniqueConstraint("practice_id", "source", "source_key"),
    UniqueConstraint("practice_id", "token_hash"),
    Index(None, "practice_id", "client_id"),
)

check_in_row = table(
    "check_in_row",
    "What became of each row of a file of answers; `before` is what undo brings back",
    ("import_id", "row_number"),
    column("import_id", Key, "The file"),
    column(
        "row_number", Count, "Number of the record in the file; the first after the header is 1"
    ),
    column("check_in_id", Key, "The check-in it told of"),
    column("outcome", Text, "added, updated or unchanged"),
    column(
        "before",
        PreviousValuesJson,
        "JSON of what this row changed, as it was before",
        nullable=True,
    ),
    belongs_to("import", "import_id"),
    belongs_to("check_in", "check_in_id"),
    Index(None, "practice_id", "check_in_id"),
    clustered=True,
)

answer = table(
    "answer",
    "One answer of a check-in; saved as it is given",
    ("check_in_id", "measure"),
    column("check_in_id", Key, "The check-in"),
    column("measure", Text, "Id of the measure, or words for the parent's free text"),
    column(
        "value",
        Real,
        "On the measure's scale; empty for free text, or rather not said",
        nullable=True,
    ),
    column("text", PrivateText, "The parent's words", nullable=True),
    column("saved_at", Instant, "When it was given"),
    belongs_to("check_in", "check_in_id"),
)

red_flag = table(
    "red_flag",
    "A sign a parent ticked; stands on top of the pages until somebody acknowledges it",
    ("check_in_id", "sign"),
    column("check_in_id", Key, "The check-in"),
    column("sign", Count, "Place of the sign in data/reference/red_flags.csv"),
    column("raised_at", Instant, "When it was ticked"),
    column("acknowledged_by", Text, "Who read it: owner, or the therapist's name", nullable=True),
    column("acknowledged_at", Instant, "When", nullable=True),
    column("done", PrivateText, "What was done about it", nullable=True),
    version(),
    belongs_to("check_in", "check_in_id"),
)

client_detail = table(
    "client_detail",
    "What a family said of a client in a check-in",
    ("client_id",),
    column("client_id", Key, "The client"),
    column("born_on", LocalDate, "Birth date as answered", nullable=True),
    column("gestation_weeks", Count, "Whole weeks of pregnancy at birth", nullable=True),
    column("opted_out_at", Instant, "When the family asked not to be asked again", nullable=True),
    version(),
)

safety_protocol = table(
    "safety_protocol",
    "The practice's own safety protocol, read and signed; check-ins are off without one",
    ("signed_at",),
    column("signed_at", Instant, "When it was signed"),
    column("signed_by", Text, "Name as signed"),
    column("reader", Text, "Who reads red flags"),
    column("within", Text, "Within what time"),
    column("text", Text, "The protocol as it was read"),
    column("ended_at", Instant, "When check-ins were switched off again", nullable=True),
    column(
        "within_minutes",
        Count,
        "The same in minutes of reading hours; empty, with all below, where it was signed before "
        "mails were sent",
        nullable=True,
    ),
    column("reader_email", Text, "Where the reader gets mail about a sign", nullable=True),
    column("stand_in", Text, "Who reads in her place; empty for nobody", nullable=True),
    column("stand_in_email", Text, "Where the stand-in gets mail", nullable=True),
    column("read_days", Text, "Days of the week signs are read on: 1 (Monday) to 7", nullable=True),
    column("read_from", Count, "Hour of the day reading begins at", nullable=True),
    column("read_until", Count, "Hour of the day reading ends at", nullable=True),
    column("step_1", Text, "What the reader does about a baby's sign of tier 1", nullable=True),
    column("step_2", Text, "The same for tier 2", nullable=True),
    column("step_3", Text, "The same for tier 3", nullable=True),
    column(
        "unmailed", Flag, "1 when signed in the knowledge that no mail can be sent", nullable=True
    ),
    version(),
    column(
        "step_body_1",
        Text,
        "The same for a sign of a parent's body, tier 1; empty, with all below, where it was "
        "signed before it was asked for",
        nullable=True,
    ),
    column("step_body_2", Text, "The same for tier 2", nullable=True),
    column("step_mood_1", Text, "The same for a parent's mood, tier 1", nullable=True),
    column("step_mood_2", Text, "The same for tier 2", nullable=True),
)

outbox = table(
    "outbox",
    "A mail about a warning sign: to whom, when, and what became of it. It names nobody",
    ("id",),
    column("id", Key, "Made of kind, check-in, sign and recipient: each is queued once"),
    column("kind", Text, "raised when a sign was ticked, overdue when its time has passed"),
    column("check_in_id", Key, "The check-in, opaque: all that the mail's link says"),
    column("sign", Count, "Which of its signs; never in the mail"),
    column("recipient", Text, "Address of the reader, her stand-in or an owner"),
    column("due_at", Instant, "When it is to go out"),
    column("attempts", Count, "How often it was tried", server_default="0"),
    column("next_at", Instant, "When it may be tried next"),
    column("claimed_at", Instant, "Since when somebody is sending it", nullable=True),
    column("claimed_by", Text, "Which sender that is", nullable=True),
    column("sent_at", Instant, "When the mail server took it", nullable=True),
    column("failed_at", Instant, "When it last failed; empty once it went out", nullable=True),
    column("error", Text, "Kind of the last failure, without its content", nullable=True),
    column(
        "uncertain", Count, "Tries after which nobody knows whether it went out", server_default="0"
    ),
    belongs_to("red_flag", "check_in_id", "sign", key=("check_in_id", "sign")),
    Index(None, "practice_id", "check_in_id"),
)

own_measure = table(
    "own_measure",
    "A measure the practice added, as data",
    ("id",),
    column("id", Text, "Id of the measure"),
    column("definition", Text, "JSON object: the columns of measures.csv and measure_details.csv"),
    version(),
)
