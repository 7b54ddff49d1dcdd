"""What parents report."""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Bring the schema forward."""
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
        sa.Column("due_on", types.LocalDate(), nullable=False, comment="Day it is meant for"),
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
        sa.Column("asked_at", types.Instant(), nullable=True, comment="When its link was made"),
        sa.Column(
            "asked_by",
            sa.Text(),
            nullable=True,
            comment="Who made it: owner, or the therapist's name",
        ),
        sa.Column("sent_at", types.Instant(), nullable=True, comment="When it was e-mailed"),
        sa.Column("expires_at", types.Instant(), nullable=True, comment="When its link ends"),
        sa.Column("answered_at", types.Instant(), nullable=True, comment="When it was submitted"),
        sa.Column(
            "consented_at",
            types.Instant(),
            nullable=True,
            comment="When the parent agreed to answer",
        ),
        sa.Column(
            "screened_at",
            types.Instant(),
            nullable=True,
            comment="When the warning signs were answered",
        ),
        sa.Column(
            "told_at",
            types.Instant(),
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
        sa.Column("words_read_at", types.Instant(), nullable=True, comment="When"),
        sa.Column("import_id", sa.Text(), nullable=True, comment="The file it came by"),
        sa.Column(
            "said_name",
            sa.Text(),
            nullable=True,
            comment="Name of the person as answered elsewhere",
        ),
        sa.Column(
            "said_email",
            sa.Text(),
            nullable=True,
            comment="E-mail as answered elsewhere, lower case",
        ),
        sa.Column(
            "doubt",
            sa.Text(),
            nullable=True,
            comment="Question for the owner when the match is doubtful",
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
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_check_in_practice_id_client_id"),
            ["practice_id", "client_id"],
            unique=False,
        )

    op.create_table(
        "client_detail",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client"),
        sa.Column("born_on", types.LocalDate(), nullable=True, comment="Birth date as answered"),
        sa.Column(
            "gestation_weeks",
            sa.Integer(),
            nullable=True,
            comment="Whole weeks of pregnancy at birth",
        ),
        sa.Column(
            "opted_out_at",
            types.Instant(),
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
        "own_measure",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="Id of the measure"),
        sa.Column(
            "told",
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
        "safety_protocol",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("signed_at", types.Instant(), nullable=False, comment="When it was signed"),
        sa.Column("signed_by", sa.Text(), nullable=False, comment="Name as signed"),
        sa.Column("reader", sa.Text(), nullable=False, comment="Who reads red flags"),
        sa.Column("within", sa.Text(), nullable=False, comment="Within what time"),
        sa.Column("text", sa.Text(), nullable=False, comment="The protocol as it was read"),
        sa.Column(
            "ended_at",
            types.Instant(),
            nullable=True,
            comment="When check-ins were switched off again",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "signed_at", name=op.f("pk_safety_protocol")),
        comment="The practice's own safety protocol, read and signed; check-ins are off "
        "without one",
        sqlite_strict=True,
        sqlite_with_rowid=True,
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
        sa.Column("saved_at", types.Instant(), nullable=False, comment="When it was given"),
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
        sa.Column("raised_at", types.Instant(), nullable=False, comment="When it was ticked"),
        sa.Column(
            "acknowledged_by",
            sa.Text(),
            nullable=True,
            comment="Who read it: owner, or the therapist's name",
        ),
        sa.Column("acknowledged_at", types.Instant(), nullable=True, comment="When"),
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
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "starts_at",
                types.Instant(),
                server_default="0",
                nullable=False,
                comment="Start of its first completed visit",
            )
        )
        batch_op.add_column(
            sa.Column(
                "visit_type",
                sa.Text(),
                server_default="other",
                nullable=False,
                comment="Primary type of that visit",
            )
        )
        batch_op.create_index(
            batch_op.f("ix_episode_practice_id_opened_on"),
            ["practice_id", "opened_on"],
            unique=False,
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("episode", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_episode_practice_id_opened_on"))
        batch_op.drop_column("visit_type")
        batch_op.drop_column("starts_at")

    op.drop_table("red_flag")
    op.drop_table("answer")
    op.drop_table("safety_protocol")
    op.drop_table("own_measure")
    op.drop_table("client_detail")
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_in_practice_id_client_id"))

    op.drop_table("check_in")
