"""What is remembered of families that were erased."""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "erased",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Of its rows: taken out since, with an erased family or because they were "
                "old",
            )
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
        sa.Column("erased_at", types.Instant(), nullable=False, comment="When"),
        sa.PrimaryKeyConstraint("practice_id", "key_hash", name=op.f("pk_erased")),
        comment="A family that was erased: a newer file of the same source does not bring it back",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take it back."""
    op.drop_table("erased")
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.drop_column("erased")
