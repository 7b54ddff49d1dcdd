"""What a file says became of a booking whose row it sets aside."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "became",
                sa.Text(),
                nullable=True,
                comment=(
                    "cancelled or deleted, where the row says that the booking is gone at its "
                    "source"
                ),
            )
        )


def downgrade() -> None:
    """Take this step back."""
    with op.batch_alter_table("set_aside", schema=None) as batch_op:
        batch_op.drop_column("became")
