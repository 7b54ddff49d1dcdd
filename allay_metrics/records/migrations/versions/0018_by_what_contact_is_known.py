"""Bookings for which contact was set are known again by e-mail, phone, or name and address."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


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
    op.create_table(
        "client_before_link",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "link_id",
            sa.Text(),
            nullable=False,
            comment="Made of match key and name of the family_link",
        ),
        sa.Column(
            "kept",
            sa.Text(),
            nullable=False,
            comment="The table of what is kept; client: two clients of one name became one",
        ),
        sa.Column(
            "row_id",
            sa.Text(),
            nullable=False,
            comment="The check-in; else an id made of what the row says",
        ),
        sa.Column("was_client", sa.Text(), nullable=False, comment="The client it was of before"),
        sa.Column("client_id", sa.Text(), nullable=False, comment="The client it is of since"),
        sa.PrimaryKeyConstraint(
            "practice_id",
            "link_id",
            "kept",
            "row_id",
            "was_client",
            name=op.f("pk_client_before_link"),
        ),
        comment="Whose everything kept of clients was before two families were made one",
        sqlite_strict=True,
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("client_before_link")
    op.drop_table("contact_match")
