"""The whole schema of version 1.0, for both engines.

A later migration that makes the audit table anew has to make its triggers anew.
"""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import column_types

revision = "1000"
down_revision = None

_REFUSED = "the audit trail is only added to"
_BODY = f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"


def upgrade() -> None:
    """Create every table, and the triggers that refuse changes of the audit trail."""
    op.create_table(
        "audit",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="1, 2, 3 and so on: one missing was taken out",
        ),
        sa.Column("at", column_types.Instant(), nullable=False, comment="When"),
        sa.Column(
            "who",
            sa.Text(),
            nullable=False,
            comment="Id of the person or therapist; empty where nobody signs in",
        ),
        sa.Column("role", sa.Text(), nullable=False, comment="owner, therapist, form or door"),
        sa.Column("action", sa.Text(), nullable=False, comment="What was done, in a few words"),
        sa.Column(
            "about",
            sa.Text(),
            nullable=False,
            comment="Ids of what it was done to, never names; may be empty",
        ),
        sa.Column(
            "previous",
            sa.Text(),
            nullable=False,
            comment="Hash of the line before; empty for the first",
        ),
        sa.Column(
            "hash",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of this line with the hash of the line before",
        ),
        sa.PrimaryKeyConstraint("practice_id", "number", name=op.f("pk_audit")),
        comment="Who did what, and when: one chained line each, which no statement may change or delete",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "care_closed",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client"),
        sa.Column("closed_on", column_types.LocalDate(), nullable=False, comment="Day care ended"),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=False,
            comment="goals met, moved on to another service, aged out, family stopped, referred out or the baby died",
        ),
        sa.Column(
            "closed_by",
            sa.Text(),
            nullable=False,
            comment="Who closed it: owner, or the therapist's name",
        ),
        sa.Column(
            "closed_at", column_types.Instant(), nullable=False, comment="When it was closed"
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.Column(
            "death",
            sa.Text(),
            nullable=True,
            comment="Of a baby who died: what family_contact calls this death by",
        ),
        sa.PrimaryKeyConstraint("practice_id", "client_id", name=op.f("pk_care_closed")),
        comment="A person closed the care of one client; a visit after that day opens it again",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "check_in",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID"),
        sa.Column(
            "client_id",
            sa.Text(),
            nullable=True,
            comment="Who it is about; empty while the match is a question",
        ),
        sa.Column(
            "moment",
            sa.Text(),
            nullable=False,
            comment="B0, B1, day7, day14, day28, week8, or other",
        ),
        sa.Column(
            "due_on", column_types.LocalDate(), nullable=False, comment="Day it is meant for"
        ),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="form, or the profile its answers were imported by",
        ),
        sa.Column(
            "source_key",
            sa.Text(),
            nullable=False,
            comment="The source's own id, else made of person and moment answered",
        ),
        sa.Column(
            "token_hash",
            sa.Text(),
            nullable=True,
            comment="SHA-256 of its link's token; the link is kept nowhere",
        ),
        sa.Column("language", sa.Text(), nullable=False, comment="en or es"),
        sa.Column(
            "asked_at", column_types.Instant(), nullable=True, comment="When its link was made"
        ),
        sa.Column(
            "asked_by",
            sa.Text(),
            nullable=True,
            comment="Who made it: owner, or the therapist's name",
        ),
        sa.Column("sent_at", column_types.Instant(), nullable=True, comment="When it was e-mailed"),
        sa.Column(
            "expires_at", column_types.Instant(), nullable=True, comment="When its link ends"
        ),
        sa.Column(
            "answered_at", column_types.Instant(), nullable=True, comment="When it was submitted"
        ),
        sa.Column(
            "consented_at",
            column_types.Instant(),
            nullable=True,
            comment="When the parent agreed to answer",
        ),
        sa.Column(
            "screened_at",
            column_types.Instant(),
            nullable=True,
            comment="When the warning signs were answered",
        ),
        sa.Column(
            "advice_read_at",
            column_types.Instant(),
            nullable=True,
            comment="When the parent had read what a ticked sign asks for",
        ),
        sa.Column(
            "in_totals",
            sa.Integer(),
            nullable=False,
            comment="1 when the parent agreed to be counted in the practice's totals",
        ),
        sa.Column("words_read_by", sa.Text(), nullable=True, comment="Who read its free text"),
        sa.Column("words_read_at", column_types.Instant(), nullable=True, comment="When"),
        sa.Column("import_id", sa.Text(), nullable=True, comment="The file it came by"),
        sa.Column(
            "respondent_name",
            sa.Text(),
            nullable=True,
            comment="Name of the person as answered elsewhere; of a form, once its client is no longer on file",
        ),
        sa.Column(
            "respondent_email",
            sa.Text(),
            nullable=True,
            comment="E-mail as answered elsewhere, lower case; of a form, once its client is no longer on file",
        ),
        sa.Column(
            "doubt",
            sa.Text(),
            nullable=True,
            comment="Question for the owner when the match is doubtful",
        ),
        sa.Column(
            "respondent_details",
            sa.Text(),
            nullable=True,
            comment="JSON object of what else was answered elsewhere: parent, born, concern, other columns",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_check_in")),
        sa.UniqueConstraint(
            "practice_id",
            "source",
            "source_key",
            name=op.f("uq_check_in_practice_id_source_source_key"),
        ),
        sa.UniqueConstraint(
            "practice_id", "token_hash", name=op.f("uq_check_in_practice_id_token_hash")
        ),
        comment="One form a parent was asked to answer, or did answer elsewhere",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_check_in_practice_id_client_id"),
        "check_in",
        ["practice_id", "client_id"],
        unique=False,
    )
    op.create_table(
        "city",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as shown"),
        sa.Column("kind", sa.Text(), nullable=False, comment="city, ambiguous, virtual or unknown"),
        sa.Column(
            "county",
            sa.Text(),
            nullable=False,
            comment="County; virtual or unknown where there is none",
        ),
        sa.Column(
            "latitude",
            sa.Double().with_variant(sa.REAL(), "sqlite"),
            nullable=True,
            comment="Degrees north, WGS 84",
        ),
        sa.Column(
            "longitude",
            sa.Double().with_variant(sa.REAL(), "sqlite"),
            nullable=True,
            comment="Degrees east, WGS 84",
        ),
        sa.Column(
            "label_side",
            sa.Text(),
            nullable=False,
            comment="Side of the map bubble its name stands on: l, r, t or b",
        ),
        sa.PrimaryKeyConstraint("practice_id", "name", name=op.f("pk_city")),
        comment="A place visits happen in, as shown: a city, an ambiguous ZIP, virtual or unknown",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "city_alias",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "spelling",
            sa.Text(),
            nullable=False,
            comment="As typed, lower case without accents and punctuation",
        ),
        sa.Column("city", sa.Text(), nullable=False, comment="City as shown"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "spelling", name=op.f("pk_city_alias")),
        comment="A spelling the practice meets, and the city it means",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "client_before_link",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "link_id",
            sa.Text(),
            nullable=False,
            comment="Made of match key and name of the family_link",
        ),
        sa.Column(
            "kept",
            sa.Text(),
            nullable=False,
            comment="The table of what is kept; client: two clients of one name became one",
        ),
        sa.Column(
            "row_id",
            sa.Text(),
            nullable=False,
            comment="The check-in; else an id made of what the row says",
        ),
        sa.Column("was_client", sa.Text(), nullable=False, comment="The client it was of before"),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client it is of since"),
        sa.PrimaryKeyConstraint(
            "practice_id",
            "link_id",
            "kept",
            "row_id",
            "was_client",
            name=op.f("pk_client_before_link"),
        ),
        comment="Whose everything kept of clients was before two families were made one",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "client_detail",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client"),
        sa.Column(
            "born_on", column_types.LocalDate(), nullable=True, comment="Birth date as answered"
        ),
        sa.Column(
            "gestation_weeks",
            sa.Integer(),
            nullable=True,
            comment="Whole weeks of pregnancy at birth",
        ),
        sa.Column(
            "opted_out_at",
            column_types.Instant(),
            nullable=True,
            comment="When the family asked not to be asked again",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "client_id", name=op.f("pk_client_detail")),
        comment="What a family said of a client in a check-in",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "client_note",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client"),
        sa.Column(
            "text",
            sa.Text(),
            nullable=False,
            comment="The therapist's words; may be empty",
        ),
        sa.Column(
            "attention",
            sa.Integer(),
            nullable=False,
            comment="1 when marked: look at this one first",
        ),
        sa.Column(
            "written_by",
            sa.Text(),
            nullable=False,
            comment="Who wrote it last: owner, or the therapist's name",
        ),
        sa.Column("written_at", column_types.Instant(), nullable=False, comment="When"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "client_id", name=op.f("pk_client_note")),
        comment="What to remember for a client's next visit",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "client_tag",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client"),
        sa.Column("tag", sa.Text(), nullable=False, comment="The point, as shown"),
        sa.Column("tagged_at", column_types.Instant(), nullable=False, comment="When it was added"),
        sa.PrimaryKeyConstraint("practice_id", "client_id", "tag", name=op.f("pk_client_tag")),
        comment="A point of a client's history, such as C-section or NICU",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_client_tag_practice_id_tag"), "client_tag", ["practice_id", "tag"], unique=False
    )
    op.create_table(
        "contact_match",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "match_id",
            sa.Text(),
            nullable=False,
            comment="Id of the family that one e-mail, phone, or name and address would make",
        ),
        sa.Column(
            "booking_id", sa.Text(), nullable=False, comment="A booking that bore it, gone or not"
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "match_id", "booking_id", name=op.f("pk_contact_match")
        ),
        comment="By what a booking in family_contact is known again when it has another id",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "daily",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "day",
            column_types.LocalDate(),
            nullable=False,
            comment="Date of the start in the practice's zone",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Profile it came by"),
        sa.Column(
            "city",
            sa.Text(),
            nullable=False,
            comment="City as shown; virtual or unknown where there is none",
        ),
        sa.Column(
            "visit_type",
            sa.Text(),
            nullable=False,
            comment="Primary type: cst, lactation, massage or other",
        ),
        sa.Column(
            "second_type",
            sa.Text(),
            nullable=False,
            comment="Second type of a combined visit, else empty",
        ),
        sa.Column("therapist_id", sa.Text(), nullable=False, comment="Who visited"),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="Where it stands, see the definitions"
        ),
        sa.Column("week", column_types.LocalDate(), nullable=False, comment="Monday of its week"),
        sa.Column(
            "month", column_types.LocalDate(), nullable=False, comment="First day of its month"
        ),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="0 Monday to 6 Sunday"),
        sa.Column("visits", sa.Integer(), nullable=False, comment="Visits"),
        sa.Column(
            "assumed", sa.Integer(), nullable=False, comment="Of them completed by assumption"
        ),
        sa.Column("combined", sa.Integer(), nullable=False, comment="Of them with a second type"),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Booked minutes"),
        sa.Column(
            "price_cents", column_types.Cents(), nullable=False, comment="Sum of list prices"
        ),
        sa.Column("priced", sa.Integer(), nullable=False, comment="Visits with a price"),
        sa.Column(
            "first", sa.Integer(), nullable=False, comment="Families' first completed visits"
        ),
        sa.Column(
            "first_of_type",
            sa.Integer(),
            nullable=False,
            comment="Families' first completed visits of the type",
        ),
        sa.Column(
            "continued",
            sa.Integer(),
            nullable=False,
            comment="First visits with a second at most 21 days after",
        ),
        sa.Column(
            "bereaved",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="First visits at most 21 days before a baby of the family died",
        ),
        sa.Column(
            "rebooked",
            sa.Integer(),
            nullable=False,
            comment="Completed visits with a later one booked by the next day",
        ),
        sa.Column(
            "before_close",
            sa.Integer(),
            nullable=False,
            comment="Last completed visits before care was closed",
        ),
        sa.Column(
            "booked_ahead_1w",
            sa.Integer(),
            nullable=False,
            comment="Booked by the Sunday before the week, not cancelled",
        ),
        sa.Column(
            "booked_ahead_2w",
            sa.Integer(),
            nullable=False,
            comment="Booked by the Sunday a week earlier, not cancelled",
        ),
        sa.Column(
            "drive_minutes",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Estimated minutes of driving, where it can be told",
        ),
        sa.Column(
            "driven",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Visits whose driving can be told",
        ),
        sa.Column(
            "undriven",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Visits driven to on a day whose driving cannot be told",
        ),
        sa.Column(
            "driven_minutes",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Booked minutes of completed visits among the driven",
        ),
        sa.Column(
            "driven_cents",
            column_types.Cents(),
            server_default="0",
            nullable=False,
            comment="Sum of list prices of completed visits among the driven",
        ),
        sa.Column(
            "lone",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Therapist-days of one visit only, and none close by",
        ),
        sa.PrimaryKeyConstraint(
            "practice_id",
            "day",
            "source",
            "city",
            "visit_type",
            "second_type",
            "therapist_id",
            "state",
            name=op.f("pk_daily"),
        ),
        comment="Roll-up of visits: additive counts per day and group, recounted when touched",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_city",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "day",
            column_types.LocalDate(),
            nullable=False,
            comment="Date of the start in the practice's zone",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Profile it came by"),
        sa.Column(
            "city",
            sa.Text(),
            nullable=False,
            comment="City as shown; virtual or unknown where there is none",
        ),
        sa.Column(
            "visit_type",
            sa.Text(),
            nullable=False,
            comment="Primary type: cst, lactation, massage or other",
        ),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="Where it stands, see the definitions"
        ),
        sa.Column("week", column_types.LocalDate(), nullable=False, comment="Monday of its week"),
        sa.Column(
            "month", column_types.LocalDate(), nullable=False, comment="First day of its month"
        ),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="0 Monday to 6 Sunday"),
        sa.Column("visits", sa.Integer(), nullable=False, comment="Visits"),
        sa.Column(
            "assumed", sa.Integer(), nullable=False, comment="Of them completed by assumption"
        ),
        sa.Column("combined", sa.Integer(), nullable=False, comment="Of them with a second type"),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Booked minutes"),
        sa.Column(
            "price_cents", column_types.Cents(), nullable=False, comment="Sum of list prices"
        ),
        sa.Column("priced", sa.Integer(), nullable=False, comment="Visits with a price"),
        sa.Column(
            "first", sa.Integer(), nullable=False, comment="Families' first completed visits"
        ),
        sa.Column(
            "first_of_type",
            sa.Integer(),
            nullable=False,
            comment="Families' first completed visits of the type",
        ),
        sa.Column(
            "continued",
            sa.Integer(),
            nullable=False,
            comment="First visits with a second at most 21 days after",
        ),
        sa.Column(
            "bereaved",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="First visits at most 21 days before a baby of the family died",
        ),
        sa.Column(
            "rebooked",
            sa.Integer(),
            nullable=False,
            comment="Completed visits with a later one booked by the next day",
        ),
        sa.Column(
            "before_close",
            sa.Integer(),
            nullable=False,
            comment="Last completed visits before care was closed",
        ),
        sa.Column(
            "booked_ahead_1w",
            sa.Integer(),
            nullable=False,
            comment="Booked by the Sunday before the week, not cancelled",
        ),
        sa.Column(
            "booked_ahead_2w",
            sa.Integer(),
            nullable=False,
            comment="Booked by the Sunday a week earlier, not cancelled",
        ),
        sa.Column(
            "drive_minutes",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Estimated minutes of driving, where it can be told",
        ),
        sa.Column(
            "driven",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Visits whose driving can be told",
        ),
        sa.Column(
            "undriven",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Visits driven to on a day whose driving cannot be told",
        ),
        sa.Column(
            "driven_minutes",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Booked minutes of completed visits among the driven",
        ),
        sa.Column(
            "driven_cents",
            column_types.Cents(),
            server_default="0",
            nullable=False,
            comment="Sum of list prices of completed visits among the driven",
        ),
        sa.Column(
            "lone",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Therapist-days of one visit only, and none close by",
        ),
        sa.PrimaryKeyConstraint(
            "practice_id",
            "day",
            "source",
            "city",
            "visit_type",
            "state",
            name=op.f("pk_daily_city"),
        ),
        comment="The roll-up again without therapist and second type",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_daily_city_practice_id_city"), "daily_city", ["practice_id", "city"], unique=False
    )
    op.create_table(
        "drive_pair",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "city_a",
            sa.Text(),
            nullable=False,
            comment="City as shown; comes first in the alphabet, or is the same",
        ),
        sa.Column("city_b", sa.Text(), nullable=False, comment="City as shown"),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Minutes one way"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "city_a", "city_b", name=op.f("pk_drive_pair")),
        comment="Minutes of driving between two cities, as the owner knows them",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "erased",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "key_hash",
            sa.Text(),
            nullable=False,
            comment="Keyed hash of what its bookings were matched by",
        ),
        sa.Column("erased_at", column_types.Instant(), nullable=False, comment="When"),
        sa.PrimaryKeyConstraint("practice_id", "key_hash", name=op.f("pk_erased")),
        comment="A family that was erased: a newer file of the same source does not bring it back",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "family",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID made of practice and match key"),
        sa.Column(
            "match_key",
            sa.Text(),
            nullable=False,
            comment="What its bookings have in common: e:, p: or n: and the value",
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Family name of its newest booking"),
        sa.Column("email", sa.Text(), nullable=True, comment="E-mail of its bookings"),
        sa.Column("phone", sa.Text(), nullable=True, comment="Newest phone, E.164"),
        sa.Column(
            "doubt",
            sa.Text(),
            nullable=True,
            comment="Question for the owner when the match is doubtful",
        ),
        sa.Column(
            "first_on",
            column_types.LocalDate(),
            nullable=True,
            comment="Day of its first completed visit",
        ),
        sa.Column(
            "last_on",
            column_types.LocalDate(),
            nullable=True,
            comment="Day of its last completed visit",
        ),
        sa.Column(
            "next_on",
            column_types.LocalDate(),
            nullable=True,
            comment="Day of its next booked visit",
        ),
        sa.Column(
            "closed_on",
            column_types.LocalDate(),
            nullable=True,
            comment="Derived: day the care of its last client was closed",
        ),
        sa.Column(
            "closed_reason", sa.Text(), nullable=True, comment="Derived: why, of that client"
        ),
        sa.Column(
            "contact",
            sa.Text(),
            server_default=sa.text("'yes'"),
            nullable=False,
            comment="Derived: yes, practical or none: the strictest said of its bookings",
        ),
        sa.Column("contact_reason", sa.Text(), nullable=True, comment="Derived: why it is not yes"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_family")),
        sa.UniqueConstraint(
            "practice_id", "match_key", name=op.f("uq_family_practice_id_match_key")
        ),
        comment="The household that books; matched by e-mail, else phone, else name and address",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_family_doubt",
        "family",
        ["practice_id"],
        unique=False,
        sqlite_where=sa.text("doubt IS NOT NULL"),
        postgresql_where=sa.text("doubt IS NOT NULL"),
    )
    op.create_index(
        op.f("ix_family_practice_id_last_on"), "family", ["practice_id", "last_on"], unique=False
    )
    op.create_index(
        "ix_family_waiting",
        "family",
        ["practice_id", "last_on"],
        unique=False,
        sqlite_where=sa.text("next_on IS NULL AND closed_on IS NULL"),
        postgresql_where=sa.text("next_on IS NULL AND closed_on IS NULL"),
    )
    op.create_table(
        "family_contact",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("booking_id", sa.Text(), nullable=False, comment="A booking of the family"),
        sa.Column("level", sa.Text(), nullable=False, comment="practical or none"),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="asked, bereaved, hospital or other"
        ),
        sa.Column(
            "set_by",
            sa.Text(),
            nullable=False,
            comment="Who said so: owner, or the therapist's name",
        ),
        sa.Column("set_at", column_types.Instant(), nullable=False, comment="When"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.Column(
            "death",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="The death that asks for it; empty for a person's own word",
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "booking_id", "death", name=op.f("pk_family_contact")
        ),
        comment="Contact with a family is not as usual: said of each booking it had then; the strictest counts",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "family_link",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "match_key",
            sa.Text(),
            nullable=False,
            comment="Match key the bookings would have by themselves",
        ),
        sa.Column(
            "client_name",
            sa.Text(),
            nullable=False,
            comment="Only those booked in this name, lower case; empty for all",
        ),
        sa.Column(
            "into_key",
            sa.Text(),
            nullable=False,
            comment="Match key of the family they belong to; its own: kept as it is",
        ),
        sa.Column("made_at", column_types.Instant(), nullable=False, comment="When"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "match_key", "client_name", name=op.f("pk_family_link")
        ),
        comment="The owner's word on who is one family: these bookings belong to that family",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "goal",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("metric", sa.Text(), nullable=False, comment="Key of the metric"),
        sa.Column(
            "value",
            sa.Double().with_variant(sa.REAL(), "sqlite"),
            nullable=False,
            comment="The aim, in the metric's unit; shares as 0 to 1",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "metric", name=op.f("pk_goal")),
        comment="What the owner aims for, per metric and week",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "import",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID"),
        sa.Column(
            "sequence",
            sa.Integer(),
            nullable=False,
            comment="Grows by one with every import of the practice",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Profile the file was read by"),
        sa.Column(
            "file_name", sa.Text(), nullable=False, comment="Name of the file, without its folder"
        ),
        sa.Column("file_hash", sa.Text(), nullable=False, comment="SHA-256 of its bytes"),
        sa.Column(
            "holds",
            sa.Text(),
            nullable=False,
            comment="kept, all or cancelled: the visits it should hold; or answers",
        ),
        sa.Column("as_of", column_types.Instant(), nullable=False, comment="When it was exported"),
        sa.Column(
            "covers_from",
            column_types.LocalDate(),
            nullable=True,
            comment="First day it should hold every visit of",
        ),
        sa.Column(
            "covers_to",
            column_types.LocalDate(),
            nullable=True,
            comment="Last day it should hold every visit of",
        ),
        sa.Column(
            "imported_at", column_types.Instant(), nullable=False, comment="When it was taken in"
        ),
        sa.Column(
            "rows_read",
            sa.Integer(),
            nullable=False,
            comment="Rows in the file: added + updated + unchanged + set aside",
        ),
        sa.Column("added", sa.Integer(), nullable=False, comment="Rows not known before"),
        sa.Column(
            "updated",
            sa.Integer(),
            nullable=False,
            comment="Rows that say something new of a known booking",
        ),
        sa.Column(
            "unchanged", sa.Integer(), nullable=False, comment="Rows that say what was known"
        ),
        sa.Column("set_aside", sa.Integer(), nullable=False, comment="Rows that cannot be used"),
        sa.Column(
            "erased",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Of its rows: taken out since, with an erased family or because they were old",
        ),
        sa.Column(
            "warnings",
            sa.Text(),
            nullable=False,
            comment="JSON list of row, column, value, reason: parts of rows left out",
        ),
        sa.Column("undone_at", column_types.Instant(), nullable=True, comment="When it was undone"),
        sa.Column(
            "covers_before",
            sa.Text(),
            nullable=True,
            comment="JSON of the days it was taken to cover before the owner corrected them",
        ),
        sa.Column(
            "mends",
            sa.Text(),
            nullable=True,
            comment="The import whose rows set aside this one takes in; empty for a file",
        ),
        sa.Column(
            "one_therapist",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="1 when its profile says that each file holds one therapist alone",
        ),
        sa.Column(
            "covers_stated",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="1 when a person said which days it covers",
        ),
        sa.Column(
            "first_at", column_types.Instant(), nullable=True, comment="Start of its first visit"
        ),
        sa.Column(
            "last_at", column_types.Instant(), nullable=True, comment="Start of its last visit"
        ),
        sa.Column(
            "evidence_from",
            column_types.Instant(),
            nullable=True,
            comment="Derived: first moment it speaks of",
        ),
        sa.Column(
            "evidence_to",
            column_types.Instant(),
            nullable=True,
            comment="Derived: last moment it speaks of",
        ),
        sa.Column(
            "batch",
            sa.Text(),
            nullable=True,
            comment="Files taken in at once without a told as-of: none of them is newer than another",
        ),
        sa.Column(
            "as_of_doubt",
            sa.Text(),
            nullable=True,
            comment="Why its as-of waits to be confirmed: stale or older, and the day that says so",
        ),
        sa.Column(
            "absence_answer",
            sa.Text(),
            nullable=True,
            comment="JSON: bookings believed `gone`, and by group (kind, value) those `not_held` by it",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_import")),
        comment="One file taken in",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_import_practice_id_source_as_of"),
        "import",
        ["practice_id", "source", "as_of"],
        unique=False,
    )
    op.create_table(
        "own_measure",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="Id of the measure"),
        sa.Column(
            "definition",
            sa.Text(),
            nullable=False,
            comment="JSON object: the columns of measures.csv and measure_details.csv",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_own_measure")),
        comment="A measure the practice added, as data",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "own_profile",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name of the source in the records"),
        sa.Column(
            "toml", sa.Text(), nullable=False, comment="The profile, as a profile file says it"
        ),
        sa.Column(
            "saved_at", column_types.Instant(), nullable=False, comment="When it was saved last"
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "name", name=op.f("pk_own_profile")),
        comment="How the practice reads the files of a source, mapped on screen",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "person",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID"),
        sa.Column(
            "email", sa.Text(), nullable=False, comment="Address she signs in with, lower case"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as shown"),
        sa.Column("role", sa.Text(), nullable=False, comment="owner or therapist"),
        sa.Column(
            "therapist_id", sa.Text(), nullable=True, comment="Whose caseload a therapist sees"
        ),
        sa.Column(
            "password_hash", sa.Text(), nullable=True, comment="Argon2 hash with its parameters"
        ),
        sa.Column(
            "totp_secret",
            sa.Text(),
            nullable=True,
            comment="Secret shared with her authenticator app",
        ),
        sa.Column(
            "totp_step",
            sa.Integer(),
            nullable=True,
            comment="Last 30-second step a code was used of",
        ),
        sa.Column(
            "oidc_issuer",
            sa.Text(),
            nullable=True,
            comment="Who vouches for her: the provider's issuer",
        ),
        sa.Column(
            "oidc_subject", sa.Text(), nullable=True, comment="Her lasting id at that provider"
        ),
        sa.Column(
            "invite_hash", sa.Text(), nullable=True, comment="SHA-256 of the code of her invitation"
        ),
        sa.Column(
            "invite_expires_at",
            column_types.Instant(),
            nullable=True,
            comment="When the invitation ends",
        ),
        sa.Column(
            "invited_at",
            column_types.Instant(),
            nullable=False,
            comment="When she was first listed",
        ),
        sa.Column(
            "joined_at",
            column_types.Instant(),
            nullable=True,
            comment="When she first set up her sign-in",
        ),
        sa.Column(
            "disabled_at",
            column_types.Instant(),
            nullable=True,
            comment="Since when she may not sign in",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("practice_id", "email", name=op.f("uq_person_practice_id_email")),
        sa.UniqueConstraint(
            "practice_id", "invite_hash", name=op.f("uq_person_practice_id_invite_hash")
        ),
        sa.UniqueConstraint(
            "practice_id",
            "oidc_issuer",
            "oidc_subject",
            name=op.f("uq_person_practice_id_oidc_issuer_oidc_subject"),
        ),
        comment="A person the owner listed as one who may sign in",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "practice",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name shown on pages"),
        sa.Column(
            "timezone",
            sa.Text(),
            nullable=False,
            comment="IANA name of the zone in which days and weeks are counted",
        ),
        sa.Column(
            "is_demo", sa.Integer(), nullable=False, comment="1 when every record here is invented"
        ),
        sa.Column(
            "derived_by",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Version of the rules its visits were derived by; older ones are derived anew",
        ),
        sa.Column(
            "audit_number",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Number of the last line of the audit trail",
        ),
        sa.Column(
            "audit_hash",
            sa.Text(),
            server_default=sa.text("''"),
            nullable=False,
            comment="Hash of that line: a trail cut short shows",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", name=op.f("pk_practice")),
        comment="One in-home practice",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "safety_protocol",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "signed_at", column_types.Instant(), nullable=False, comment="When it was signed"
        ),
        sa.Column("signed_by", sa.Text(), nullable=False, comment="Name as signed"),
        sa.Column("reader", sa.Text(), nullable=False, comment="Who reads red flags"),
        sa.Column("within", sa.Text(), nullable=False, comment="Within what time"),
        sa.Column("text", sa.Text(), nullable=False, comment="The protocol as it was read"),
        sa.Column(
            "ended_at",
            column_types.Instant(),
            nullable=True,
            comment="When check-ins were switched off again",
        ),
        sa.Column(
            "within_minutes",
            sa.Integer(),
            nullable=True,
            comment="The same in minutes of reading hours; empty, with all below, where it was signed before mails were sent",
        ),
        sa.Column(
            "reader_email",
            sa.Text(),
            nullable=True,
            comment="Where the reader gets mail about a sign",
        ),
        sa.Column(
            "stand_in", sa.Text(), nullable=True, comment="Who reads in her place; empty for nobody"
        ),
        sa.Column(
            "stand_in_email", sa.Text(), nullable=True, comment="Where the stand-in gets mail"
        ),
        sa.Column(
            "read_days",
            sa.Text(),
            nullable=True,
            comment="Days of the week signs are read on: 1 (Monday) to 7",
        ),
        sa.Column(
            "read_from", sa.Integer(), nullable=True, comment="Hour of the day reading begins at"
        ),
        sa.Column(
            "read_until", sa.Integer(), nullable=True, comment="Hour of the day reading ends at"
        ),
        sa.Column(
            "step_1",
            sa.Text(),
            nullable=True,
            comment="What the reader does about a baby's sign of tier 1",
        ),
        sa.Column("step_2", sa.Text(), nullable=True, comment="The same for tier 2"),
        sa.Column("step_3", sa.Text(), nullable=True, comment="The same for tier 3"),
        sa.Column(
            "unmailed",
            sa.Integer(),
            nullable=True,
            comment="1 when signed in the knowledge that no mail can be sent",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.Column(
            "step_body_1",
            sa.Text(),
            nullable=True,
            comment="The same for a sign of a parent's body, tier 1; empty, with all below, where it was signed before it was asked for",
        ),
        sa.Column("step_body_2", sa.Text(), nullable=True, comment="The same for tier 2"),
        sa.Column(
            "step_mood_1", sa.Text(), nullable=True, comment="The same for a parent's mood, tier 1"
        ),
        sa.Column("step_mood_2", sa.Text(), nullable=True, comment="The same for tier 2"),
        sa.PrimaryKeyConstraint("practice_id", "signed_at", name=op.f("pk_safety_protocol")),
        comment="The practice's own safety protocol, read and signed; check-ins are off without one",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "setting",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="What is set"),
        sa.Column("value", sa.Text(), nullable=False, comment="JSON"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "name", name=op.f("pk_setting")),
        comment="The practice's own choices",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "therapist",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID made of practice and name"),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="Name as the export's calendar says it; 'unknown' where it is blank",
        ),
        sa.Column("email", sa.Text(), nullable=True, comment="Signs in with this address"),
        sa.Column(
            "base_city", sa.Text(), nullable=True, comment="City her working day starts and ends in"
        ),
        sa.Column(
            "skills", sa.Text(), nullable=True, comment="Visit types she gives, comma separated"
        ),
        sa.Column(
            "active_from",
            column_types.LocalDate(),
            nullable=True,
            comment="First day she works here",
        ),
        sa.Column(
            "active_to", column_types.LocalDate(), nullable=True, comment="Last day she works here"
        ),
        sa.Column(
            "week_minutes",
            sa.Integer(),
            nullable=True,
            comment="Minutes she offers in a usual week",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_therapist")),
        sa.UniqueConstraint("practice_id", "name", name=op.f("uq_therapist_practice_id_name")),
        comment="A person who visits families; found in the exports' calendar column",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "type_name",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "name",
            sa.Text(),
            nullable=False,
            comment="The service's name, lower case, spaces single",
        ),
        sa.Column(
            "visit_type", sa.Text(), nullable=False, comment="cst, lactation, massage or other"
        ),
        sa.Column(
            "second_type",
            sa.Text(),
            nullable=False,
            comment="Second type of a combined visit, else empty",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "name", name=op.f("pk_type_name")),
        comment="What one service's name means, whatever its words say",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "type_word",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("word", sa.Text(), nullable=False, comment="Word or phrase, lower case"),
        sa.Column(
            "visit_type",
            sa.Text(),
            nullable=False,
            comment="cst, lactation or massage; none where the word says nothing here",
        ),
        sa.Column("decides", sa.Text(), nullable=False, comment="always, unless_cst or alone"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "word", name=op.f("pk_type_word")),
        comment="A word that makes a visit type, over the words that come with the product",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "week_note",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("week", column_types.LocalDate(), nullable=False, comment="Monday of the week"),
        sa.Column("text", sa.Text(), nullable=False, comment="Her words"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "week", name=op.f("pk_week_note")),
        comment="What the owner wants to remember about a week",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "weekly",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("therapist_id", sa.Text(), nullable=False, comment="Who visited"),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="Where it stands, see the definitions"
        ),
        sa.Column("week", column_types.LocalDate(), nullable=False, comment="Monday of its week"),
        sa.Column("visits", sa.Integer(), nullable=False, comment="Visits"),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Booked minutes"),
        sa.Column(
            "drive_minutes",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Estimated minutes of driving, where it can be told",
        ),
        sa.Column(
            "undriven",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Visits driven to on a day whose driving cannot be told",
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "week", "therapist_id", "state", name=op.f("pk_weekly")
        ),
        comment="Roll-up of the daily roll-up: each therapist's weeks, recounted when touched",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_weekly_practice_id_therapist_id_week"),
        "weekly",
        ["practice_id", "therapist_id", "week"],
        unique=False,
    )
    op.create_table(
        "answer",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("check_in_id", sa.Text(), nullable=False, comment="The check-in"),
        sa.Column(
            "measure",
            sa.Text(),
            nullable=False,
            comment="Id of the measure, or words for the parent's free text",
        ),
        sa.Column(
            "value",
            sa.Double().with_variant(sa.REAL(), "sqlite"),
            nullable=True,
            comment="On the measure's scale; empty for free text, or rather not said",
        ),
        sa.Column("text", sa.Text(), nullable=True, comment="The parent's words"),
        sa.Column("saved_at", column_types.Instant(), nullable=False, comment="When it was given"),
        sa.ForeignKeyConstraint(
            ["practice_id", "check_in_id"],
            ["check_in.practice_id", "check_in.id"],
            name=op.f("fk_answer_practice_id_check_in_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "check_in_id", "measure", name=op.f("pk_answer")),
        comment="One answer of a check-in; saved as it is given",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "booking",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID made of source and source key"),
        sa.Column("source", sa.Text(), nullable=False, comment="Profile it came by"),
        sa.Column(
            "source_key",
            sa.Text(),
            nullable=False,
            comment="The source's own id, else made of client and start",
        ),
        sa.Column(
            "row_hash",
            sa.Text(),
            nullable=False,
            comment="Hash of what the source says; tells updated from unchanged",
        ),
        sa.Column(
            "family_id", sa.Text(), nullable=False, comment="Derived: the family it belongs to"
        ),
        sa.Column(
            "current_import_id",
            sa.Text(),
            nullable=False,
            comment="Derived: the newest import that holds it",
        ),
        sa.Column(
            "as_of",
            column_types.Instant(),
            nullable=False,
            comment="Derived: when that import's file was exported",
        ),
        sa.Column(
            "missing_from_import_id",
            sa.Text(),
            nullable=True,
            comment="Derived: a newer import that should hold it and does not",
        ),
        sa.Column(
            "unanswered_import_id",
            sa.Text(),
            nullable=True,
            comment="Derived: a newer import that lacks it and waits for an answer first",
        ),
        sa.Column(
            "unconfirmed",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Derived: 1 when not over when last held, with a newer file that is no evidence of it",
        ),
        sa.Column("starts_at", column_types.Instant(), nullable=False, comment="Start"),
        sa.Column("ends_at", column_types.Instant(), nullable=False, comment="End"),
        sa.Column(
            "day",
            column_types.LocalDate(),
            nullable=False,
            comment="Date of the start in the practice's zone",
        ),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Booked length"),
        sa.Column("client_name", sa.Text(), nullable=False, comment="Who booked or is booked"),
        sa.Column("email", sa.Text(), nullable=True, comment="Lower case"),
        sa.Column("phone", sa.Text(), nullable=True, comment="E.164"),
        sa.Column("infant_names", sa.Text(), nullable=True, comment="As answered"),
        sa.Column(
            "infant_born",
            column_types.LocalDate(),
            nullable=True,
            comment="Birth or due date as answered",
        ),
        sa.Column("therapist", sa.Text(), nullable=True, comment="As the source names her or him"),
        sa.Column("type_text", sa.Text(), nullable=False, comment="The service's name as typed"),
        sa.Column(
            "price_cents",
            column_types.Cents(),
            nullable=True,
            comment="List price; empty where missing",
        ),
        sa.Column(
            "booked_on", column_types.LocalDate(), nullable=True, comment="Day it was booked"
        ),
        sa.Column(
            "cancelled_at", column_types.Instant(), nullable=True, comment="When it was cancelled"
        ),
        sa.Column("cancelled_by", sa.Text(), nullable=True, comment="family or practice"),
        sa.Column(
            "marked",
            sa.Text(),
            nullable=False,
            comment="none, arrived, no_show, cancelled or rescheduled, as the source marks it",
        ),
        sa.Column("city_text", sa.Text(), nullable=True, comment="City as typed"),
        sa.Column("zip", sa.Text(), nullable=True, comment="ZIP as typed"),
        sa.Column("address", sa.Text(), nullable=True, comment="Address as typed"),
        sa.Column("notes", sa.Text(), nullable=True, comment="Parking, gate code, pets"),
        sa.Column("concern", sa.Text(), nullable=True, comment="Why the family came, as answered"),
        sa.Column(
            "referral_source",
            sa.Text(),
            nullable=True,
            comment="How the family heard of the practice, as answered",
        ),
        sa.Column(
            "extra",
            sa.Text(),
            nullable=True,
            comment="JSON object of all other columns that are not empty",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "family_id"],
            ["family.practice_id", "family.id"],
            name=op.f("fk_booking_practice_id_family_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_booking")),
        comment="One row of a source, as last told; visits are derived from these",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_booking_absent",
        "booking",
        ["practice_id", "missing_from_import_id"],
        unique=False,
        sqlite_where=sa.text("missing_from_import_id IS NOT NULL"),
        postgresql_where=sa.text("missing_from_import_id IS NOT NULL"),
    )
    op.create_index(
        "ix_booking_nameless",
        "booking",
        ["practice_id", "client_name"],
        unique=False,
        sqlite_where=sa.text("email IS NULL"),
        postgresql_where=sa.text("email IS NULL"),
    )
    op.create_index(
        op.f("ix_booking_practice_id_family_id"),
        "booking",
        ["practice_id", "family_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_booking_practice_id_phone"), "booking", ["practice_id", "phone"], unique=False
    )
    op.create_index(
        op.f("ix_booking_practice_id_source_as_of"),
        "booking",
        ["practice_id", "source", "as_of"],
        unique=False,
    )
    op.create_index(
        "ix_booking_unanswered",
        "booking",
        ["practice_id", "unanswered_import_id"],
        unique=False,
        sqlite_where=sa.text("unanswered_import_id IS NOT NULL"),
        postgresql_where=sa.text("unanswered_import_id IS NOT NULL"),
    )
    op.create_index(
        "ix_booking_unconfirmed",
        "booking",
        ["practice_id", "source"],
        unique=False,
        sqlite_where=sa.text("unconfirmed = 1"),
        postgresql_where=sa.text("unconfirmed = 1"),
    )
    op.create_table(
        "check_in_row",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("import_id", sa.Text(), nullable=False, comment="The file"),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="Number of the record in the file; the first after the header is 1",
        ),
        sa.Column("check_in_id", sa.Text(), nullable=False, comment="The check-in it told of"),
        sa.Column("outcome", sa.Text(), nullable=False, comment="added, updated or unchanged"),
        sa.Column(
            "before",
            sa.Text(),
            nullable=True,
            comment="JSON of what this row changed, as it was before",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "check_in_id"],
            ["check_in.practice_id", "check_in.id"],
            name=op.f("fk_check_in_row_practice_id_check_in_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "import_id"],
            ["import.practice_id", "import.id"],
            name=op.f("fk_check_in_row_practice_id_import_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "import_id", "row_number", name=op.f("pk_check_in_row")
        ),
        comment="What became of each row of a file of answers; `before` is what undo brings back",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_check_in_row_practice_id_check_in_id"),
        "check_in_row",
        ["practice_id", "check_in_id"],
        unique=False,
    )
    op.create_table(
        "client",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID made of family and name"),
        sa.Column("family_id", sa.Text(), nullable=False, comment="Her or his family"),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as booked"),
        sa.Column("kind", sa.Text(), nullable=False, comment="infant or parent"),
        sa.Column(
            "born_on",
            column_types.LocalDate(),
            nullable=True,
            comment="Birth date of an infant, where the export tells",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "family_id"],
            ["family.practice_id", "family.id"],
            name=op.f("fk_client_practice_id_family_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_client")),
        comment="The person cared for: an infant or a parent",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_client_practice_id_family_id"),
        "client",
        ["practice_id", "family_id"],
        unique=False,
    )
    op.create_table(
        "coverage",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("import_id", sa.Text(), nullable=False, comment="The file"),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="kept, cancelled, no_show, cancel_time, canceller, booked_on, attendance",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Profile the file was read by"),
        sa.Column(
            "first_day", column_types.LocalDate(), nullable=False, comment="First day covered"
        ),
        sa.Column("last_day", column_types.LocalDate(), nullable=False, comment="Last day covered"),
        sa.ForeignKeyConstraint(
            ["practice_id", "import_id"],
            ["import.practice_id", "import.id"],
            name=op.f("fk_coverage_practice_id_import_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "import_id", "kind", name=op.f("pk_coverage")),
        comment="What a file tells about, and for which days",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "device",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID"),
        sa.Column(
            "token_hash",
            sa.Text(),
            nullable=False,
            comment="Digest of the token in the device's cookie",
        ),
        sa.Column("person_id", sa.Text(), nullable=False, comment="Who remembered it"),
        sa.Column(
            "label", sa.Text(), nullable=False, comment="Browser and system, as shown in the list"
        ),
        sa.Column(
            "created_at", column_types.Instant(), nullable=False, comment="When it was remembered"
        ),
        sa.Column(
            "used_at",
            column_types.Instant(),
            nullable=True,
            comment="When it last opened a session",
        ),
        sa.Column(
            "revoked_at",
            column_types.Instant(),
            nullable=True,
            comment="Since when it opens nothing",
        ),
        sa.Column("pin_hash", sa.Text(), nullable=True, comment="Argon2 hash of its PIN"),
        sa.Column(
            "wrong_tries",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Wrong PINs since the last right one",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "person_id"],
            ["person.practice_id", "person.id"],
            name=op.f("fk_device_practice_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_device")),
        sa.UniqueConstraint(
            "practice_id", "token_hash", name=op.f("uq_device_practice_id_token_hash")
        ),
        comment="A device a person chose to remember: there a PIN does in place of the full sign-in",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_device_practice_id_person_id"),
        "device",
        ["practice_id", "person_id"],
        unique=False,
    )
    op.create_table(
        "import_group",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("import_id", sa.Text(), nullable=False, comment="The file"),
        sa.Column("kind", sa.Text(), nullable=False, comment="therapist, month or type"),
        sa.Column(
            "value",
            sa.Text(),
            nullable=False,
            comment="Name as the source gives it, empty for none; a month as 2026-11",
        ),
        sa.Column(
            "visits",
            sa.Integer(),
            nullable=False,
            comment="Visits of it in the file; rows of one slot are one",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "import_id"],
            ["import.practice_id", "import.id"],
            name=op.f("fk_import_group_practice_id_import_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "import_id", "kind", "value", name=op.f("pk_import_group")
        ),
        comment="How many visits a file holds of each therapist, month and type",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_table(
        "offered_hours",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("therapist_id", sa.Text(), nullable=False, comment="The therapist"),
        sa.Column("week", column_types.LocalDate(), nullable=False, comment="Monday of the week"),
        sa.Column(
            "minutes",
            sa.Integer(),
            nullable=False,
            comment="Minutes offered for visits and driving",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "therapist_id"],
            ["therapist.practice_id", "therapist.id"],
            name=op.f("fk_offered_hours_practice_id_therapist_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "therapist_id", "week", name=op.f("pk_offered_hours")
        ),
        comment="Time a therapist offers in one week, where it is not her usual one",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "recovery_code",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("person_id", sa.Text(), nullable=False, comment="Whose code it is"),
        sa.Column("code_hash", sa.Text(), nullable=False, comment="SHA-256 of the code"),
        sa.Column("made_at", column_types.Instant(), nullable=False, comment="When it was made"),
        sa.Column("used_at", column_types.Instant(), nullable=True, comment="When it was used"),
        sa.ForeignKeyConstraint(
            ["practice_id", "person_id"],
            ["person.practice_id", "person.id"],
            name=op.f("fk_recovery_code_practice_id_person_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "person_id", "code_hash", name=op.f("pk_recovery_code")
        ),
        comment="A code that stands in once for the authenticator app",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "red_flag",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("check_in_id", sa.Text(), nullable=False, comment="The check-in"),
        sa.Column(
            "sign",
            sa.Integer(),
            nullable=False,
            comment="Place of the sign in data/reference/red_flags.csv",
        ),
        sa.Column(
            "raised_at", column_types.Instant(), nullable=False, comment="When it was ticked"
        ),
        sa.Column(
            "acknowledged_by",
            sa.Text(),
            nullable=True,
            comment="Who read it: owner, or the therapist's name",
        ),
        sa.Column("acknowledged_at", column_types.Instant(), nullable=True, comment="When"),
        sa.Column("done", sa.Text(), nullable=True, comment="What was done about it"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "check_in_id"],
            ["check_in.practice_id", "check_in.id"],
            name=op.f("fk_red_flag_practice_id_check_in_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "check_in_id", "sign", name=op.f("pk_red_flag")),
        comment="A sign a parent ticked; stands on top of the pages until somebody acknowledges it",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "set_aside",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("import_id", sa.Text(), nullable=False, comment="The file"),
        sa.Column(
            "row_number", sa.Integer(), nullable=False, comment="Number of the record in the file"
        ),
        sa.Column(
            "column_name",
            sa.Text(),
            nullable=False,
            comment="Column at fault, as the file names it",
        ),
        sa.Column("value", sa.Text(), nullable=False, comment="Value at fault"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why the row cannot be used"),
        sa.Column("raw", sa.Text(), nullable=False, comment="JSON object: the whole row as text"),
        sa.Column(
            "raw_hash",
            sa.Text(),
            nullable=False,
            comment="Hash of the row: the same bad row in a newer file is the same",
        ),
        sa.Column(
            "settled_by",
            sa.Text(),
            nullable=True,
            comment="The import that took the row in, mended or as it was",
        ),
        sa.Column(
            "booking_id",
            sa.Text(),
            nullable=True,
            comment="The booking the row names, where its id, or client and start, can be read",
        ),
        sa.Column(
            "became",
            sa.Text(),
            nullable=True,
            comment="cancelled or deleted, where the row says that the booking is gone at its source",
        ),
        sa.Column(
            "dismissed_at",
            column_types.Instant(),
            nullable=True,
            comment="When the owner said that it is no visit",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "import_id"],
            ["import.practice_id", "import.id"],
            name=op.f("fk_set_aside_practice_id_import_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "import_id", "row_number", name=op.f("pk_set_aside")
        ),
        comment="A row that cannot be used, kept with its text and the reason",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_set_aside_practice_id_booking_id"),
        "set_aside",
        ["practice_id", "booking_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_set_aside_practice_id_raw_hash"),
        "set_aside",
        ["practice_id", "raw_hash"],
        unique=False,
    )
    op.create_table(
        "visit",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="Id of its first booking"),
        sa.Column("family_id", sa.Text(), nullable=False, comment="The family visited"),
        sa.Column(
            "day",
            column_types.LocalDate(),
            nullable=False,
            comment="Date of the start in the practice's zone",
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="Profile it came by"),
        sa.Column(
            "city",
            sa.Text(),
            nullable=False,
            comment="City as shown; virtual or unknown where there is none",
        ),
        sa.Column(
            "visit_type",
            sa.Text(),
            nullable=False,
            comment="Primary type: cst, lactation, massage or other",
        ),
        sa.Column(
            "second_type",
            sa.Text(),
            nullable=False,
            comment="Second type of a combined visit, else empty",
        ),
        sa.Column("therapist_id", sa.Text(), nullable=False, comment="Who visited"),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="Where it stands, see the definitions"
        ),
        sa.Column("week", column_types.LocalDate(), nullable=False, comment="Monday of its week"),
        sa.Column(
            "month", column_types.LocalDate(), nullable=False, comment="First day of its month"
        ),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="0 Monday to 6 Sunday"),
        sa.Column("starts_at", column_types.Instant(), nullable=False, comment="Start"),
        sa.Column("ends_at", column_types.Instant(), nullable=False, comment="End"),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Booked length"),
        sa.Column("row_count", sa.Integer(), nullable=False, comment="Bookings it is made of"),
        sa.Column(
            "assumed",
            sa.Integer(),
            nullable=False,
            comment="1 when completed is assumed: its source never marks attendance",
        ),
        sa.Column(
            "city_how", sa.Text(), nullable=False, comment="typed, zip, history, corrected or none"
        ),
        sa.Column(
            "price_cents",
            column_types.Cents(),
            nullable=True,
            comment="List price; empty where missing",
        ),
        sa.Column(
            "booked_on", column_types.LocalDate(), nullable=True, comment="Day it was booked"
        ),
        sa.Column("wait_days", sa.Integer(), nullable=True, comment="Days from booking to visit"),
        sa.Column(
            "as_of",
            column_types.Instant(),
            nullable=False,
            comment="When the newest file that holds it was exported",
        ),
        sa.Column(
            "referral_source",
            sa.Text(),
            nullable=False,
            comment="How the family heard of the practice; unknown where not told",
        ),
        sa.Column(
            "is_first",
            sa.Integer(),
            nullable=False,
            comment="1 for the family's first completed visit",
        ),
        sa.Column(
            "is_first_of_type",
            sa.Integer(),
            nullable=False,
            comment="1 for its first completed visit of this type",
        ),
        sa.Column(
            "is_last",
            sa.Integer(),
            nullable=False,
            comment="1 for the family's last completed visit",
        ),
        sa.Column(
            "continued",
            sa.Integer(),
            nullable=False,
            comment="1 for a first visit with a second at most 21 days after it",
        ),
        sa.Column(
            "bereaved",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="1 for a first visit at most 21 days before a baby of the family died",
        ),
        sa.Column(
            "rebooked",
            sa.Integer(),
            nullable=False,
            comment="1 when a later visit was booked by the day after this one",
        ),
        sa.Column(
            "before_close",
            sa.Integer(),
            nullable=False,
            comment="1 for the last completed visit before care was closed",
        ),
        sa.Column(
            "unconfirmed",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="1 when not over when last held, with a newer file that is no evidence about it",
        ),
        sa.Column(
            "booked_ahead_1w",
            sa.Integer(),
            nullable=False,
            comment="1 when booked by the Sunday before its week, and not cancelled",
        ),
        sa.Column(
            "booked_ahead_2w",
            sa.Integer(),
            nullable=False,
            comment="1 when booked by the Sunday a week earlier, and not cancelled",
        ),
        sa.Column(
            "drive_minutes",
            sa.Integer(),
            nullable=True,
            comment="Estimated minutes of driving to it and, for a day's last, back to the base; empty where nobody drove or it cannot be told",
        ),
        sa.Column(
            "undriven",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="1 when driven to on a day whose driving cannot be told",
        ),
        sa.Column(
            "lone",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="1 when it is her only one that day in its city, and none is close by",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "family_id"],
            ["family.practice_id", "family.id"],
            name=op.f("fk_visit_practice_id_family_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "therapist_id"],
            ["therapist.practice_id", "therapist.id"],
            name=op.f("fk_visit_practice_id_therapist_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_visit")),
        comment="One slot of one family with one therapist; twins' rows of one slot are one visit",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        "ix_visit_day",
        "visit",
        [
            "practice_id",
            "day",
            "state",
            "week",
            "family_id",
            "city",
            "visit_type",
            "second_type",
            "therapist_id",
        ],
        unique=False,
    )
    op.create_index(
        "ix_visit_first",
        "visit",
        [
            "practice_id",
            "day",
            "week",
            "wait_days",
            "state",
            "is_first",
            "continued",
            "bereaved",
            "city",
            "visit_type",
            "second_type",
            "therapist_id",
            "source",
            "referral_source",
        ],
        unique=False,
        sqlite_where=sa.text("is_first = 1"),
        postgresql_where=sa.text("is_first = 1"),
    )
    op.create_index(
        "ix_visit_last",
        "visit",
        ["practice_id", "day"],
        unique=False,
        sqlite_where=sa.text("is_last = 1"),
        postgresql_where=sa.text("is_last = 1"),
    )
    op.create_index(
        "ix_visit_lone",
        "visit",
        ["practice_id", "day"],
        unique=False,
        sqlite_where=sa.text("lone = 1"),
        postgresql_where=sa.text("lone = 1"),
    )
    op.create_index(
        "ix_visit_met", "visit", ["practice_id", "therapist_id", "family_id", "state"], unique=False
    )
    op.create_index(
        "ix_visit_missing",
        "visit",
        ["practice_id", "day"],
        unique=False,
        sqlite_where=sa.text("state = 'missing'"),
        postgresql_where=sa.text("state = 'missing'"),
    )
    op.create_index(
        op.f("ix_visit_practice_id_family_id"), "visit", ["practice_id", "family_id"], unique=False
    )
    op.create_index(
        "ix_visit_unconfirmed",
        "visit",
        ["practice_id", "day"],
        unique=False,
        sqlite_where=sa.text("unconfirmed = 1"),
        postgresql_where=sa.text("unconfirmed = 1"),
    )
    op.create_table(
        "week_snapshot",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("week", column_types.LocalDate(), nullable=False, comment="Monday of the week"),
        sa.Column(
            "import_id",
            sa.Text(),
            nullable=False,
            comment="The import after which they were stored",
        ),
        sa.Column(
            "numbers",
            sa.Text(),
            nullable=False,
            comment="JSON object: metric to value, numerator, denominator",
        ),
        sa.Column(
            "taken_at", column_types.Instant(), nullable=False, comment="When they were stored"
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "import_id"],
            ["import.practice_id", "import.id"],
            name=op.f("fk_week_snapshot_practice_id_import_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "week", name=op.f("pk_week_snapshot")),
        comment="The eight numbers as first told after a week's end",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "correction",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID"),
        sa.Column("booking_id", sa.Text(), nullable=False, comment="The booking corrected"),
        sa.Column(
            "field",
            sa.Text(),
            nullable=False,
            comment="What is corrected: state, city or visit_type",
        ),
        sa.Column(
            "value",
            sa.Text(),
            nullable=False,
            comment="The person's word: for a state cancelled, deleted or kept; a city as shown; a visit type, or two joined by +",
        ),
        sa.Column("made_at", column_types.Instant(), nullable=False, comment="When"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "booking_id"],
            ["booking.practice_id", "booking.id"],
            name=op.f("fk_correction_practice_id_booking_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_correction")),
        comment="A person's word over what a source says, applied whenever visits are derived",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_correction_practice_id_booking_id"),
        "correction",
        ["practice_id", "booking_id"],
        unique=False,
    )
    op.create_table(
        "episode",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID made of client and first visit"),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client cared for"),
        sa.Column(
            "concern", sa.Text(), nullable=True, comment="Primary concern as declared at intake"
        ),
        sa.Column(
            "opened_on",
            column_types.LocalDate(),
            nullable=False,
            comment="Day of its first completed visit",
        ),
        sa.Column(
            "last_on",
            column_types.LocalDate(),
            nullable=False,
            comment="Day of its latest completed visit",
        ),
        sa.Column("visits", sa.Integer(), nullable=False, comment="Completed visits in it"),
        sa.Column(
            "closed_on",
            column_types.LocalDate(),
            nullable=True,
            comment="Day it ended; empty while it is open",
        ),
        sa.Column(
            "starts_at",
            column_types.Instant(),
            server_default="0",
            nullable=False,
            comment="Start of its first completed visit",
        ),
        sa.Column(
            "visit_type",
            sa.Text(),
            server_default="other",
            nullable=False,
            comment="Primary type of that visit",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "client_id"],
            ["client.practice_id", "client.id"],
            name=op.f("fk_episode_practice_id_client_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_episode")),
        comment="One client, one concern: the first visit until care is closed or 60 days pass",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_episode_practice_id_client_id"),
        "episode",
        ["practice_id", "client_id"],
        unique=False,
    )
    op.create_index(
        op.f("ix_episode_practice_id_opened_on"),
        "episode",
        ["practice_id", "opened_on"],
        unique=False,
    )
    op.create_table(
        "import_row",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("import_id", sa.Text(), nullable=False, comment="The file"),
        sa.Column(
            "row_number",
            sa.Integer(),
            nullable=False,
            comment="Number of the record in the file; the first after the header is 1",
        ),
        sa.Column("booking_id", sa.Text(), nullable=False, comment="The booking it told of"),
        sa.Column("outcome", sa.Text(), nullable=False, comment="added, updated or unchanged"),
        sa.Column(
            "before",
            sa.Text(),
            nullable=True,
            comment="JSON of the booking before an update",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "booking_id"],
            ["booking.practice_id", "booking.id"],
            name=op.f("fk_import_row_practice_id_booking_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "import_id"],
            ["import.practice_id", "import.id"],
            name=op.f("fk_import_row_practice_id_import_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "import_id", "row_number", name=op.f("pk_import_row")
        ),
        comment="What became of each row of each file; `before` is what undo brings back",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_import_row_practice_id_booking_id"),
        "import_row",
        ["practice_id", "booking_id"],
        unique=False,
    )
    op.create_table(
        "login_session",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "id_hash", sa.Text(), nullable=False, comment="Digest of the id in the browser's cookie"
        ),
        sa.Column("person_id", sa.Text(), nullable=False, comment="Who signed in"),
        sa.Column(
            "device_id", sa.Text(), nullable=True, comment="The remembered device it was opened on"
        ),
        sa.Column("way", sa.Text(), nullable=False, comment="How: password, oidc or pin"),
        sa.Column(
            "label", sa.Text(), nullable=False, comment="Browser and system, as shown in the list"
        ),
        sa.Column(
            "created_at", column_types.Instant(), nullable=False, comment="When it was opened"
        ),
        sa.Column(
            "seen_at",
            column_types.Instant(),
            nullable=False,
            comment="When it was last used, to the minute",
        ),
        sa.Column("revoked_at", column_types.Instant(), nullable=True, comment="When it was ended"),
        sa.ForeignKeyConstraint(
            ["practice_id", "device_id"],
            ["device.practice_id", "device.id"],
            name=op.f("fk_login_session_practice_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "person_id"],
            ["person.practice_id", "person.id"],
            name=op.f("fk_login_session_practice_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id_hash", name=op.f("pk_login_session")),
        comment="One sign-in on one browser; asked for at every click",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_login_session_practice_id_person_id"),
        "login_session",
        ["practice_id", "person_id"],
        unique=False,
    )
    op.create_table(
        "outbox",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "id",
            sa.Text(),
            nullable=False,
            comment="Made of kind, check-in, sign and recipient: each is queued once",
        ),
        sa.Column(
            "kind",
            sa.Text(),
            nullable=False,
            comment="raised when a sign was ticked, overdue when its time has passed",
        ),
        sa.Column(
            "check_in_id",
            sa.Text(),
            nullable=False,
            comment="The check-in, opaque: all that the mail's link says",
        ),
        sa.Column(
            "sign", sa.Integer(), nullable=False, comment="Which of its signs; never in the mail"
        ),
        sa.Column(
            "recipient",
            sa.Text(),
            nullable=False,
            comment="Address of the reader, her stand-in or an owner",
        ),
        sa.Column("due_at", column_types.Instant(), nullable=False, comment="When it is to go out"),
        sa.Column(
            "attempts",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="How often it was tried",
        ),
        sa.Column(
            "next_at", column_types.Instant(), nullable=False, comment="When it may be tried next"
        ),
        sa.Column(
            "claimed_at",
            column_types.Instant(),
            nullable=True,
            comment="Since when somebody is sending it",
        ),
        sa.Column("claimed_by", sa.Text(), nullable=True, comment="Which sender that is"),
        sa.Column(
            "sent_at", column_types.Instant(), nullable=True, comment="When the mail server took it"
        ),
        sa.Column(
            "failed_at",
            column_types.Instant(),
            nullable=True,
            comment="When it last failed; empty once it went out",
        ),
        sa.Column(
            "error",
            sa.Text(),
            nullable=True,
            comment="Kind of the last failure, without its content",
        ),
        sa.Column(
            "uncertain",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Tries after which nobody knows whether it went out",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "check_in_id", "sign"],
            ["red_flag.practice_id", "red_flag.check_in_id", "red_flag.sign"],
            name=op.f("fk_outbox_practice_id_check_in_id_sign"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_outbox")),
        comment="A mail about a warning sign: to whom, when, and what became of it. It names nobody",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index(
        op.f("ix_outbox_practice_id_check_in_id"),
        "outbox",
        ["practice_id", "check_in_id"],
        unique=False,
    )
    op.create_table(
        "visit_client",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("visit_id", sa.Text(), nullable=False, comment="The visit"),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client"),
        sa.ForeignKeyConstraint(
            ["practice_id", "client_id"],
            ["client.practice_id", "client.id"],
            name=op.f("fk_visit_client_practice_id_client_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "visit_id"],
            ["visit.practice_id", "visit.id"],
            name=op.f("fk_visit_client_practice_id_visit_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "visit_id", "client_id", name=op.f("pk_visit_client")
        ),
        comment="Who was cared for in a visit; twins seen together are two",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index(
        op.f("ix_visit_client_practice_id_client_id"),
        "visit_client",
        ["practice_id", "client_id"],
        unique=False,
    )
    for statement in _triggers():
        op.execute(statement)


def _triggers() -> list[str]:
    """Return the statements of the engine that let lines only be added to the audit trail."""
    if op.get_bind().dialect.name == "sqlite":
        return [
            f"CREATE TRIGGER audit_no_{event} BEFORE {event} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            for event in ("update", "delete")
        ]
    refuse = "EXECUTE FUNCTION audit_refused()"
    return [
        f"CREATE FUNCTION audit_refused() RETURNS trigger LANGUAGE plpgsql AS {_BODY}",
        f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW {refuse}",
        f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT {refuse}",
    ]


def downgrade() -> None:
    """Drop every table."""
    op.drop_index(op.f("ix_visit_client_practice_id_client_id"), table_name="visit_client")
    op.drop_table("visit_client")
    op.drop_index(op.f("ix_outbox_practice_id_check_in_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_login_session_practice_id_person_id"), table_name="login_session")
    op.drop_table("login_session")
    op.drop_index(op.f("ix_import_row_practice_id_booking_id"), table_name="import_row")
    op.drop_table("import_row")
    op.drop_index(op.f("ix_episode_practice_id_opened_on"), table_name="episode")
    op.drop_index(op.f("ix_episode_practice_id_client_id"), table_name="episode")
    op.drop_table("episode")
    op.drop_index(op.f("ix_correction_practice_id_booking_id"), table_name="correction")
    op.drop_table("correction")
    op.drop_table("week_snapshot")
    op.drop_index(
        "ix_visit_unconfirmed",
        table_name="visit",
        sqlite_where=sa.text("unconfirmed = 1"),
        postgresql_where=sa.text("unconfirmed = 1"),
    )
    op.drop_index(op.f("ix_visit_practice_id_family_id"), table_name="visit")
    op.drop_index(
        "ix_visit_missing",
        table_name="visit",
        sqlite_where=sa.text("state = 'missing'"),
        postgresql_where=sa.text("state = 'missing'"),
    )
    op.drop_index("ix_visit_met", table_name="visit")
    op.drop_index(
        "ix_visit_lone",
        table_name="visit",
        sqlite_where=sa.text("lone = 1"),
        postgresql_where=sa.text("lone = 1"),
    )
    op.drop_index(
        "ix_visit_last",
        table_name="visit",
        sqlite_where=sa.text("is_last = 1"),
        postgresql_where=sa.text("is_last = 1"),
    )
    op.drop_index(
        "ix_visit_first",
        table_name="visit",
        sqlite_where=sa.text("is_first = 1"),
        postgresql_where=sa.text("is_first = 1"),
    )
    op.drop_index("ix_visit_day", table_name="visit")
    op.drop_table("visit")
    op.drop_index(op.f("ix_set_aside_practice_id_raw_hash"), table_name="set_aside")
    op.drop_index(op.f("ix_set_aside_practice_id_booking_id"), table_name="set_aside")
    op.drop_table("set_aside")
    op.drop_table("red_flag")
    op.drop_table("recovery_code")
    op.drop_table("offered_hours")
    op.drop_table("import_group")
    op.drop_index(op.f("ix_device_practice_id_person_id"), table_name="device")
    op.drop_table("device")
    op.drop_table("coverage")
    op.drop_index(op.f("ix_client_practice_id_family_id"), table_name="client")
    op.drop_table("client")
    op.drop_index(op.f("ix_check_in_row_practice_id_check_in_id"), table_name="check_in_row")
    op.drop_table("check_in_row")
    op.drop_index(
        "ix_booking_unconfirmed",
        table_name="booking",
        sqlite_where=sa.text("unconfirmed = 1"),
        postgresql_where=sa.text("unconfirmed = 1"),
    )
    op.drop_index(
        "ix_booking_unanswered",
        table_name="booking",
        sqlite_where=sa.text("unanswered_import_id IS NOT NULL"),
        postgresql_where=sa.text("unanswered_import_id IS NOT NULL"),
    )
    op.drop_index(op.f("ix_booking_practice_id_source_as_of"), table_name="booking")
    op.drop_index(op.f("ix_booking_practice_id_phone"), table_name="booking")
    op.drop_index(op.f("ix_booking_practice_id_family_id"), table_name="booking")
    op.drop_index(
        "ix_booking_nameless",
        table_name="booking",
        sqlite_where=sa.text("email IS NULL"),
        postgresql_where=sa.text("email IS NULL"),
    )
    op.drop_index(
        "ix_booking_absent",
        table_name="booking",
        sqlite_where=sa.text("missing_from_import_id IS NOT NULL"),
        postgresql_where=sa.text("missing_from_import_id IS NOT NULL"),
    )
    op.drop_table("booking")
    op.drop_table("answer")
    op.drop_index(op.f("ix_weekly_practice_id_therapist_id_week"), table_name="weekly")
    op.drop_table("weekly")
    op.drop_table("week_note")
    op.drop_table("type_word")
    op.drop_table("type_name")
    op.drop_table("therapist")
    op.drop_table("setting")
    op.drop_table("safety_protocol")
    op.drop_table("practice")
    op.drop_table("person")
    op.drop_table("own_profile")
    op.drop_table("own_measure")
    op.drop_index(op.f("ix_import_practice_id_source_as_of"), table_name="import")
    op.drop_table("import")
    op.drop_table("goal")
    op.drop_table("family_link")
    op.drop_table("family_contact")
    op.drop_index(
        "ix_family_waiting",
        table_name="family",
        sqlite_where=sa.text("next_on IS NULL AND closed_on IS NULL"),
        postgresql_where=sa.text("next_on IS NULL AND closed_on IS NULL"),
    )
    op.drop_index(op.f("ix_family_practice_id_last_on"), table_name="family")
    op.drop_index(
        "ix_family_doubt",
        table_name="family",
        sqlite_where=sa.text("doubt IS NOT NULL"),
        postgresql_where=sa.text("doubt IS NOT NULL"),
    )
    op.drop_table("family")
    op.drop_table("erased")
    op.drop_table("drive_pair")
    op.drop_index(op.f("ix_daily_city_practice_id_city"), table_name="daily_city")
    op.drop_table("daily_city")
    op.drop_table("daily")
    op.drop_table("contact_match")
    op.drop_index(op.f("ix_client_tag_practice_id_tag"), table_name="client_tag")
    op.drop_table("client_tag")
    op.drop_table("client_note")
    op.drop_table("client_detail")
    op.drop_table("client_before_link")
    op.drop_table("city_alias")
    op.drop_table("city")
    op.drop_index(op.f("ix_check_in_practice_id_client_id"), table_name="check_in")
    op.drop_table("check_in")
    op.drop_table("care_closed")
    op.drop_table("audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_refused")
