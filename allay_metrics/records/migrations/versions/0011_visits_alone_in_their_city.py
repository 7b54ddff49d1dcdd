"""An index of visits that are alone in their city that day: every Week asks for the long drives."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Bring the schema forward."""
    lone = sa.text("lone = 1")
    op.create_index(
        "ix_visit_lone", "visit", ["practice_id", "day"], sqlite_where=lone, postgresql_where=lone
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_index("ix_visit_lone", "visit")
