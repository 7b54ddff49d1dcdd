"""Each therapist's weeks, rolled up."""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0007"
down_revision = "0006"

_COUNTED = """
INSERT INTO weekly
    (practice_id, week, therapist_id, state, visits, minutes, drive_minutes, undriven)
SELECT practice_id, week, therapist_id, state,
    sum(visits), sum(minutes), sum(drive_minutes), sum(undriven)
FROM daily
GROUP BY practice_id, week, therapist_id, state
"""


def upgrade() -> None:
    """Bring the schema forward, and count the weeks there are."""
    op.create_table(
        "weekly",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("therapist_id", sa.Text(), nullable=False, comment="Who visited"),
        sa.Column(
            "state", sa.Text(), nullable=False, comment="Where it stands, see the definitions"
        ),
        sa.Column("week", types.LocalDate(), nullable=False, comment="Monday of its week"),
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
    with op.batch_alter_table("weekly", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_weekly_practice_id_therapist_id_week"),
            ["practice_id", "therapist_id", "week"],
            unique=False,
        )
    op.execute(_COUNTED)


def downgrade() -> None:
    """Take it back."""
    op.drop_table("weekly")
