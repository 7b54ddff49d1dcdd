"""What the reader does about a parent's sign is kept apart from what she does about a baby's."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

_BODY = (
    "The same for a sign of a parent's body, tier 1; empty, with all below, where it was "
    "signed before it was asked for"
)
_STEPS = (
    (
        "step_body_1",
        _BODY,
    ),
    ("step_body_2", "The same for tier 2"),
    ("step_mood_1", "The same for a parent's mood, tier 1"),
    ("step_mood_2", "The same for tier 2"),
)


def upgrade() -> None:
    """Bring the schema forward."""
    for name, comment in _STEPS:
        op.add_column("safety_protocol", sa.Column(name, sa.Text(), nullable=True, comment=comment))
    _comment("a baby's sign", "a sign")


def downgrade() -> None:
    """Take it back."""
    _comment("a sign", "a baby's sign")
    for name, _ in reversed(_STEPS):
        op.drop_column("safety_protocol", name)


def _comment(about: str, before: str) -> None:
    template = "What the reader does about {} of tier 1"
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(
            "safety_protocol",
            "step_1",
            comment=template.format(about),
            existing_comment=template.format(before),
            existing_type=sa.Text(),
            existing_nullable=True,
        )
