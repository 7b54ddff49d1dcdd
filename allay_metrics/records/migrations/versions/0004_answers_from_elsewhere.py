"""Answers from questionnaires given elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "said",
                sa.Text(),
                nullable=True,
                comment="JSON object of what else was answered elsewhere: parent, born, concern, "
                "other columns",
            )
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
    with op.batch_alter_table("check_in_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_check_in_row_practice_id_check_in_id"),
            ["practice_id", "check_in_id"],
            unique=False,
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("check_in_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_check_in_row_practice_id_check_in_id"))

    op.drop_table("check_in_row")
    with op.batch_alter_table("check_in", schema=None) as batch_op:
        batch_op.drop_column("said")
