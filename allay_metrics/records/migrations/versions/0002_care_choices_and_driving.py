"""Care, choices and driving."""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "care_closed",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client"),
        sa.Column("closed_on", types.LocalDate(), nullable=False, comment="Day care ended"),
        sa.Column(
            "reason",
            sa.Text(),
            nullable=False,
            comment="goals met, moved on to another service, aged out, family stopped or "
            "referred out",
        ),
        sa.Column(
            "closed_by",
            sa.Text(),
            nullable=False,
            comment="Who closed it: owner, or the therapist's name",
        ),
        sa.Column("closed_at", types.Instant(), nullable=False, comment="When it was closed"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "client_id", name=op.f("pk_care_closed")),
        comment="A person closed the care of one client; a visit after that day opens it again",
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
        "client_note",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client"),
        sa.Column("text", sa.Text(), nullable=False, comment="The therapist's words; may be empty"),
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
        sa.Column("written_at", types.Instant(), nullable=False, comment="When"),
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
        sa.Column("tagged_at", types.Instant(), nullable=False, comment="When it was added"),
        sa.PrimaryKeyConstraint("practice_id", "client_id", "tag", name=op.f("pk_client_tag")),
        comment="A point of a client's history, such as C-section or NICU",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    with op.batch_alter_table("client_tag", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_client_tag_practice_id_tag"), ["practice_id", "tag"], unique=False
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
        sa.Column("made_at", types.Instant(), nullable=False, comment="When"),
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
        "own_profile",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name of the source in the records"),
        sa.Column(
            "toml", sa.Text(), nullable=False, comment="The profile, as a profile file says it"
        ),
        sa.Column("saved_at", types.Instant(), nullable=False, comment="When it was saved last"),
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
        "offered_hours",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("therapist_id", sa.Text(), nullable=False, comment="The therapist"),
        sa.Column("week", types.LocalDate(), nullable=False, comment="Monday of the week"),
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
    with op.batch_alter_table("daily", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "drive_minutes",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Estimated minutes of driving, where it can be told",
            )
        )
        batch_op.add_column(
            sa.Column(
                "driven",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Visits whose driving can be told",
            )
        )
        batch_op.add_column(
            sa.Column(
                "undriven",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Visits driven to on a day whose driving cannot be told",
            )
        )
        batch_op.add_column(
            sa.Column(
                "driven_minutes",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Booked minutes of completed visits among the driven",
            )
        )
        batch_op.add_column(
            sa.Column(
                "driven_cents",
                types.Cents(),
                server_default="0",
                nullable=False,
                comment="Sum of list prices of completed visits among the driven",
            )
        )
        batch_op.add_column(
            sa.Column(
                "lone",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Therapist-days of one visit only, and none close by",
            )
        )

    with op.batch_alter_table("daily_city", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "drive_minutes",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Estimated minutes of driving, where it can be told",
            )
        )
        batch_op.add_column(
            sa.Column(
                "driven",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Visits whose driving can be told",
            )
        )
        batch_op.add_column(
            sa.Column(
                "undriven",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Visits driven to on a day whose driving cannot be told",
            )
        )
        batch_op.add_column(
            sa.Column(
                "driven_minutes",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Booked minutes of completed visits among the driven",
            )
        )
        batch_op.add_column(
            sa.Column(
                "driven_cents",
                types.Cents(),
                server_default="0",
                nullable=False,
                comment="Sum of list prices of completed visits among the driven",
            )
        )
        batch_op.add_column(
            sa.Column(
                "lone",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Therapist-days of one visit only, and none close by",
            )
        )

    with op.batch_alter_table("practice", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "derived_by",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Version of the rules its visits were derived by; "
                "older ones are derived anew",
            )
        )

    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "covers_was",
                sa.Text(),
                nullable=True,
                comment="JSON of the days it was taken to cover before the owner corrected them",
            )
        )
        batch_op.add_column(
            sa.Column(
                "mends",
                sa.Text(),
                nullable=True,
                comment="The import whose rows set aside this one takes in; empty for a file",
            )
        )

    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "settled_by",
                sa.Text(),
                nullable=True,
                comment="The import that took the row in, mended or as it was",
            )
        )
        batch_op.add_column(
            sa.Column(
                "booking_id",
                sa.Text(),
                nullable=True,
                comment="The booking the row names, where its id, or client and start, can be read",
            )
        )
        batch_op.add_column(
            sa.Column(
                "dismissed_at",
                types.Instant(),
                nullable=True,
                comment="When the owner said that it is no visit",
            )
        )
        batch_op.create_index(
            batch_op.f("ix_set_aside_practice_id_booking_id"),
            ["practice_id", "booking_id"],
            unique=False,
        )

    with op.batch_alter_table("therapist", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "week_minutes",
                sa.Integer(),
                nullable=True,
                comment="Minutes she offers in a usual week",
            )
        )

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "drive_minutes",
                sa.Integer(),
                nullable=True,
                comment="Estimated minutes of driving to it and, for a day's last, back to the "
                "base; empty where nobody drove or it cannot be told",
            )
        )
        batch_op.add_column(
            sa.Column(
                "undriven",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="1 when driven to on a day whose driving cannot be told",
            )
        )
        batch_op.add_column(
            sa.Column(
                "lone",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="1 when it is her only one that day in its city, and none is close by",
            )
        )

    waiting, doubt = sa.text("next_on IS NULL AND closed_on IS NULL"), sa.text("doubt IS NOT NULL")
    op.create_index(
        "ix_family_waiting",
        "family",
        ["practice_id", "last_on"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_index(
        "ix_family_doubt",
        "family",
        ["practice_id"],
        sqlite_where=doubt,
        postgresql_where=doubt,
    )
    _say_anew()
    # Care was closed for whole families; it is now closed client by client.
    op.execute(
        sa.text(
            "INSERT INTO care_closed "
            "(practice_id, client_id, closed_on, reason, closed_by, closed_at) "
            "SELECT client.practice_id, client.id, family.closed_on, family.closed_reason, "
            "'owner', 0 FROM client JOIN family ON family.practice_id = client.practice_id "
            "AND family.id = client.family_id WHERE family.closed_on IS NOT NULL"
        )
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_index("ix_family_doubt", "family")
    op.drop_index("ix_family_waiting", "family")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("lone")
        batch_op.drop_column("undriven")
        batch_op.drop_column("drive_minutes")

    with op.batch_alter_table("therapist", schema=None) as batch_op:
        batch_op.drop_column("week_minutes")

    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_set_aside_practice_id_booking_id"))
        batch_op.drop_column("dismissed_at")
        batch_op.drop_column("booking_id")
        batch_op.drop_column("settled_by")

    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.drop_column("mends")
        batch_op.drop_column("covers_was")

    with op.batch_alter_table("practice", schema=None) as batch_op:
        batch_op.drop_column("derived_by")

    with op.batch_alter_table("daily_city", schema=None) as batch_op:
        batch_op.drop_column("lone")
        batch_op.drop_column("driven_cents")
        batch_op.drop_column("driven_minutes")
        batch_op.drop_column("undriven")
        batch_op.drop_column("driven")
        batch_op.drop_column("drive_minutes")

    with op.batch_alter_table("daily", schema=None) as batch_op:
        batch_op.drop_column("lone")
        batch_op.drop_column("driven_cents")
        batch_op.drop_column("driven_minutes")
        batch_op.drop_column("undriven")
        batch_op.drop_column("driven")
        batch_op.drop_column("drive_minutes")

    op.drop_table("offered_hours")
    op.drop_table("type_word")
    op.drop_table("type_name")
    op.drop_table("own_profile")
    op.drop_table("family_link")
    op.drop_table("drive_pair")
    with op.batch_alter_table("client_tag", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_tag_practice_id_tag"))

    op.drop_table("client_tag")
    op.drop_table("client_note")
    op.drop_table("city_alias")
    op.drop_table("care_closed")


def _say_anew() -> None:
    """Give columns that mean more now their comment; only PostgreSQL keeps comments."""
    if op.get_bind().dialect.name != "postgresql":
        return
    comments = {
        ("correction", "field"): "What is corrected: state, city or visit_type",
        ("correction", "value"): (
            "The person's word: for a state cancelled, deleted or kept; a city as shown; a visit "
            "type, or two joined by +"
        ),
        ("family", "closed_on"): "Derived: day the care of its last client was closed",
        ("family", "closed_reason"): "Derived: why, of that client",
    }
    for (table, column), comment in comments.items():
        op.alter_column(table, column, comment=comment)
