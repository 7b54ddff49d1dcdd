"""Contact with a family, where it is not as usual."""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0014"
down_revision = "0013"

_REASON = "goals met, moved on to another service, aged out, family stopped"
_LEVEL = "Derived: yes, practical or none: the strictest said of its bookings"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "family_contact",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("booking_id", sa.Text(), nullable=False, comment="A booking of the family"),
        sa.Column("level", sa.Text(), nullable=False, comment="practical or none"),
        sa.Column(
            "reason", sa.Text(), nullable=False, comment="asked, bereaved, hospital or other"
        ),
        sa.Column(
            "set_by",
            sa.Text(),
            nullable=False,
            comment="Who said so: owner, or the therapist's name",
        ),
        sa.Column("set_at", types.Instant(), nullable=False, comment="When"),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "booking_id", name=op.f("pk_family_contact")),
        comment=(
            "Contact with a family is not as usual: said of each booking it had then; the "
            "strictest counts"
        ),
        sqlite_strict=True,
    )
    op.add_column(
        "family",
        sa.Column(
            "contact", sa.Text(), server_default=sa.text("'yes'"), nullable=False, comment=_LEVEL
        ),
    )
    op.add_column(
        "family",
        sa.Column("contact_reason", sa.Text(), nullable=True, comment="Derived: why it is not yes"),
    )
    _say_reasons(f"{_REASON}, referred out or the baby died")


def downgrade() -> None:
    """Take this step back."""
    _say_reasons(f"{_REASON} or referred out")
    op.drop_column("family", "contact_reason")
    op.drop_column("family", "contact")
    op.drop_table("family_contact")


def _say_reasons(comment: str) -> None:
    """Say for which reasons care is closed; only PostgreSQL keeps comments."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("care_closed", "reason", comment=comment)
