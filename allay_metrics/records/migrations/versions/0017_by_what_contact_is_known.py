"""Bookings for which contact was set are known again by e-mail, phone, or name and address."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Bring the schema forward; deriving, which follows, fills the table."""
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
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("contact_match")
