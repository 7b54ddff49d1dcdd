"""An index of the families each therapist met: every read of hers asks for them."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Bring the schema forward."""
    columns = ["practice_id", "therapist_id", "family_id", "state"]
    op.create_index("ix_visit_met", "visit", columns)


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_visit_met", "visit")
