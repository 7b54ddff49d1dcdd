"""The domain as it starts."""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Bring the schema forward."""
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
        "daily",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "day",
            types.LocalDate(),
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
        sa.Column("week", types.LocalDate(), nullable=False, comment="Monday of its week"),
        sa.Column("month", types.LocalDate(), nullable=False, comment="First day of its month"),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="0 Monday to 6 Sunday"),
        sa.Column("visits", sa.Integer(), nullable=False, comment="Visits"),
        sa.Column(
            "assumed", sa.Integer(), nullable=False, comment="Of them completed by assumption"
        ),
        sa.Column("combined", sa.Integer(), nullable=False, comment="Of them with a second type"),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Booked minutes"),
        sa.Column("price_cents", types.Cents(), nullable=False, comment="Sum of list prices"),
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
            "told_1",
            sa.Integer(),
            nullable=False,
            comment="Booked by the Sunday before the week, not cancelled",
        ),
        sa.Column(
            "told_2",
            sa.Integer(),
            nullable=False,
            comment="Booked by the Sunday a week earlier, not cancelled",
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
            types.LocalDate(),
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
        sa.Column("week", types.LocalDate(), nullable=False, comment="Monday of its week"),
        sa.Column("month", types.LocalDate(), nullable=False, comment="First day of its month"),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="0 Monday to 6 Sunday"),
        sa.Column("visits", sa.Integer(), nullable=False, comment="Visits"),
        sa.Column(
            "assumed", sa.Integer(), nullable=False, comment="Of them completed by assumption"
        ),
        sa.Column("combined", sa.Integer(), nullable=False, comment="Of them with a second type"),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Booked minutes"),
        sa.Column("price_cents", types.Cents(), nullable=False, comment="Sum of list prices"),
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
            "told_1",
            sa.Integer(),
            nullable=False,
            comment="Booked by the Sunday before the week, not cancelled",
        ),
        sa.Column(
            "told_2",
            sa.Integer(),
            nullable=False,
            comment="Booked by the Sunday a week earlier, not cancelled",
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
    with op.batch_alter_table("daily_city", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_daily_city_practice_id_city"), ["practice_id", "city"], unique=False
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
            "first_on", types.LocalDate(), nullable=True, comment="Day of its first completed visit"
        ),
        sa.Column(
            "last_on", types.LocalDate(), nullable=True, comment="Day of its last completed visit"
        ),
        sa.Column(
            "next_on", types.LocalDate(), nullable=True, comment="Day of its next booked visit"
        ),
        sa.Column(
            "closed_on",
            types.LocalDate(),
            nullable=True,
            comment="Day its care was closed by a person",
        ),
        sa.Column("closed_reason", sa.Text(), nullable=True, comment="Why its care was closed"),
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
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_family_practice_id_last_on"), ["practice_id", "last_on"], unique=False
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
        sa.Column("as_of", types.Instant(), nullable=False, comment="When it was exported"),
        sa.Column(
            "covers_from",
            types.LocalDate(),
            nullable=True,
            comment="First day it should hold every visit of",
        ),
        sa.Column(
            "covers_to",
            types.LocalDate(),
            nullable=True,
            comment="Last day it should hold every visit of",
        ),
        sa.Column("imported_at", types.Instant(), nullable=False, comment="When it was taken in"),
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
            "warnings",
            sa.Text(),
            nullable=False,
            comment="JSON list of row, column, value, reason: parts of rows left out",
        ),
        sa.Column("undone_at", types.Instant(), nullable=True, comment="When it was undone"),
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
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_practice_id_source_as_of"),
            ["practice_id", "source", "as_of"],
            unique=False,
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
            "active_from", types.LocalDate(), nullable=True, comment="First day she works here"
        ),
        sa.Column("active_to", types.LocalDate(), nullable=True, comment="Last day she works here"),
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
        "week_note",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("week", types.LocalDate(), nullable=False, comment="Monday of the week"),
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
            "held_by", sa.Text(), nullable=False, comment="Derived: the newest import that holds it"
        ),
        sa.Column(
            "as_of",
            types.Instant(),
            nullable=False,
            comment="Derived: when that import's file was exported",
        ),
        sa.Column(
            "absent_by",
            sa.Text(),
            nullable=True,
            comment="Derived: a newer import that should hold it and does not",
        ),
        sa.Column("starts_at", types.Instant(), nullable=False, comment="Start"),
        sa.Column("ends_at", types.Instant(), nullable=False, comment="End"),
        sa.Column(
            "day",
            types.LocalDate(),
            nullable=False,
            comment="Date of the start in the practice's zone",
        ),
        sa.Column("minutes", sa.Integer(), nullable=False, comment="Booked length"),
        sa.Column("client_name", sa.Text(), nullable=False, comment="Who booked or is booked"),
        sa.Column("email", sa.Text(), nullable=True, comment="Lower case"),
        sa.Column("phone", sa.Text(), nullable=True, comment="E.164"),
        sa.Column("infant_names", sa.Text(), nullable=True, comment="As answered"),
        sa.Column(
            "infant_born", types.LocalDate(), nullable=True, comment="Birth or due date as answered"
        ),
        sa.Column("therapist", sa.Text(), nullable=True, comment="As the source names her or him"),
        sa.Column("type_text", sa.Text(), nullable=False, comment="The service's name as typed"),
        sa.Column(
            "price_cents", types.Cents(), nullable=True, comment="List price; empty where missing"
        ),
        sa.Column("booked_on", types.LocalDate(), nullable=True, comment="Day it was booked"),
        sa.Column("cancelled_at", types.Instant(), nullable=True, comment="When it was cancelled"),
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
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(
            "ix_booking_absent",
            ["practice_id", "absent_by"],
            unique=False,
            sqlite_where=sa.text("absent_by IS NOT NULL"),
            postgresql_where=sa.text("absent_by IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_booking_nameless",
            ["practice_id", "client_name"],
            unique=False,
            sqlite_where=sa.text("email IS NULL"),
            postgresql_where=sa.text("email IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_booking_practice_id_family_id"),
            ["practice_id", "family_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_booking_practice_id_phone"), ["practice_id", "phone"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_booking_practice_id_source_as_of"),
            ["practice_id", "source", "as_of"],
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
            types.LocalDate(),
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
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_client_practice_id_family_id"),
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
        sa.Column("first_day", types.LocalDate(), nullable=False, comment="First day covered"),
        sa.Column("last_day", types.LocalDate(), nullable=False, comment="Last day covered"),
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
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_set_aside_practice_id_raw_hash"),
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
            types.LocalDate(),
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
        sa.Column("week", types.LocalDate(), nullable=False, comment="Monday of its week"),
        sa.Column("month", types.LocalDate(), nullable=False, comment="First day of its month"),
        sa.Column("weekday", sa.Integer(), nullable=False, comment="0 Monday to 6 Sunday"),
        sa.Column("starts_at", types.Instant(), nullable=False, comment="Start"),
        sa.Column("ends_at", types.Instant(), nullable=False, comment="End"),
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
            "price_cents", types.Cents(), nullable=True, comment="List price; empty where missing"
        ),
        sa.Column("booked_on", types.LocalDate(), nullable=True, comment="Day it was booked"),
        sa.Column("wait_days", sa.Integer(), nullable=True, comment="Days from booking to visit"),
        sa.Column(
            "as_of",
            types.Instant(),
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
            "told_1",
            sa.Integer(),
            nullable=False,
            comment="1 when booked by the Sunday before its week, and not cancelled",
        ),
        sa.Column(
            "told_2",
            sa.Integer(),
            nullable=False,
            comment="1 when booked by the Sunday a week earlier, and not cancelled",
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
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(
            "ix_visit_day",
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
        batch_op.create_index(
            "ix_visit_first",
            [
                "practice_id",
                "day",
                "week",
                "wait_days",
                "state",
                "is_first",
                "continued",
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
        batch_op.create_index(
            "ix_visit_last",
            ["practice_id", "day"],
            unique=False,
            sqlite_where=sa.text("is_last = 1"),
            postgresql_where=sa.text("is_last = 1"),
        )
        batch_op.create_index(
            batch_op.f("ix_visit_practice_id_family_id"), ["practice_id", "family_id"], unique=False
        )

    op.create_table(
        "week_snapshot",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("week", types.LocalDate(), nullable=False, comment="Monday of the week"),
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
        sa.Column("taken_at", types.Instant(), nullable=False, comment="When they were stored"),
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
        sa.Column("field", sa.Text(), nullable=False, comment="What is corrected: state"),
        sa.Column(
            "value",
            sa.Text(),
            nullable=False,
            comment="The person's word: for a state cancelled, deleted or kept",
        ),
        sa.Column("made_at", types.Instant(), nullable=False, comment="When"),
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
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_correction_practice_id_booking_id"),
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
            types.LocalDate(),
            nullable=False,
            comment="Day of its first completed visit",
        ),
        sa.Column(
            "last_on",
            types.LocalDate(),
            nullable=False,
            comment="Day of its latest completed visit",
        ),
        sa.Column("visits", sa.Integer(), nullable=False, comment="Completed visits in it"),
        sa.Column(
            "closed_on",
            types.LocalDate(),
            nullable=True,
            comment="Day it ended; empty while it is open",
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
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_episode_practice_id_client_id"),
            ["practice_id", "client_id"],
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
            "before", sa.Text(), nullable=True, comment="JSON of the booking before an update"
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
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_import_row_practice_id_booking_id"),
            ["practice_id", "booking_id"],
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
    with op.batch_alter_table("visit_client", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_visit_client_practice_id_client_id"),
            ["practice_id", "client_id"],
            unique=False,
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("visit_client", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_client_practice_id_client_id"))

    op.drop_table("visit_client")
    with op.batch_alter_table("import_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_row_practice_id_booking_id"))

    op.drop_table("import_row")
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_episode_practice_id_client_id"))

    op.drop_table("episode")
    with op.batch_alter_table("correction", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_correction_practice_id_booking_id"))

    op.drop_table("correction")
    op.drop_table("week_snapshot")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_visit_practice_id_family_id"))
        batch_op.drop_index(
            "ix_visit_last",
            sqlite_where=sa.text("is_last = 1"),
            postgresql_where=sa.text("is_last = 1"),
        )
        batch_op.drop_index(
            "ix_visit_first",
            sqlite_where=sa.text("is_first = 1"),
            postgresql_where=sa.text("is_first = 1"),
        )
        batch_op.drop_index("ix_visit_day")

    op.drop_table("visit")
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_set_aside_practice_id_raw_hash"))

    op.drop_table("set_aside")
    op.drop_table("coverage")
    with op.batch_alter_table("client", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_practice_id_family_id"))

    op.drop_table("client")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_practice_id_source_as_of"))
        batch_op.drop_index(batch_op.f("ix_booking_practice_id_phone"))
        batch_op.drop_index(batch_op.f("ix_booking_practice_id_family_id"))
        batch_op.drop_index(
            "ix_booking_nameless",
            sqlite_where=sa.text("email IS NULL"),
            postgresql_where=sa.text("email IS NULL"),
        )
        batch_op.drop_index(
            "ix_booking_absent",
            sqlite_where=sa.text("absent_by IS NOT NULL"),
            postgresql_where=sa.text("absent_by IS NOT NULL"),
        )

    op.drop_table("booking")
    op.drop_table("week_note")
    op.drop_table("therapist")
    op.drop_table("setting")
    op.drop_table("practice")
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_practice_id_source_as_of"))

    op.drop_table("import")
    op.drop_table("goal")
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_practice_id_last_on"))

    op.drop_table("family")
    with op.batch_alter_table("daily_city", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_daily_city_practice_id_city"))

    op.drop_table("daily_city")
    op.drop_table("daily")
    op.drop_table("city")
