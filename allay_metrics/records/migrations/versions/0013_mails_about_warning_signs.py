"""Who is told of a warning sign, when it is read, and the mails that wait to go out."""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0013"
down_revision = "0012"

_WITHIN = (
    "The same in minutes of reading hours; empty, with all below, where it was signed before mails "
    "were sent"
)
_PROTOCOL = (
    ("within_minutes", sa.Integer(), _WITHIN),
    ("reader_email", sa.Text(), "Where the reader gets mail about a sign"),
    ("stand_in", sa.Text(), "Who reads in her place; empty for nobody"),
    ("stand_in_email", sa.Text(), "Where the stand-in gets mail"),
    ("read_days", sa.Text(), "Days of the week signs are read on: 1 (Monday) to 7"),
    ("read_from", sa.Integer(), "Hour of the day reading begins at"),
    ("read_until", sa.Integer(), "Hour of the day reading ends at"),
    ("step_1", sa.Text(), "What the reader does about a sign of tier 1"),
    ("step_2", sa.Text(), "The same for tier 2"),
    ("step_3", sa.Text(), "The same for tier 3"),
    ("unmailed", sa.Integer(), "1 when signed in the knowledge that no mail can be sent"),
)  # fmt: skip


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("safety_protocol", schema=None) as batch_op:
        for name, kind, comment in _PROTOCOL:
            batch_op.add_column(sa.Column(name, kind, nullable=True, comment=comment))
    op.create_table(
        "outbox",
        _text("practice_id", "The practice this row belongs to"),
        _text("id", "Made of kind, check-in, sign and recipient: each is queued once"),
        _text("kind", "raised when a sign was ticked, overdue when its time has passed"),
        _text("check_in_id", "The check-in, opaque: all that the mail's link says"),
        _count("sign", "Which of its signs; never in the mail"),
        _text("recipient", "Address of the reader, her stand-in or an owner"),
        _instant("due_at", "When it is to go out"),
        _count("attempts", "How often it was tried", server_default="0"),
        _instant("next_at", "When it may be tried next"),
        _instant("claimed_at", "Since when somebody is sending it", nullable=True),
        _text("claimed_by", "Which sender that is", nullable=True),
        _instant("sent_at", "When the mail server took it", nullable=True),
        _instant("failed_at", "When it last failed; empty once it went out", nullable=True),
        _text("error", "Kind of the last failure, without its content", nullable=True),
        _count(
            "uncertain", "Tries after which nobody knows whether it went out", server_default="0"
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "check_in_id", "sign"],
            ["red_flag.practice_id", "red_flag.check_in_id", "red_flag.sign"],
            name=op.f("fk_outbox_practice_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_outbox")),
        comment="A mail about a warning sign: to whom, when, and what became of it. It names "
        "nobody",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_index("ix_outbox_practice_id_check_in_id", "outbox", ["practice_id", "check_in_id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_table("outbox")
    with op.batch_alter_table("safety_protocol", schema=None) as batch_op:
        for name, _, _ in reversed(_PROTOCOL):
            batch_op.drop_column(name)


def _text(name: str, comment: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _count(name: str, comment: str, server_default: str | None = None) -> sa.Column[int]:
    return sa.Column(
        name, sa.Integer(), nullable=False, comment=comment, server_default=server_default
    )


def _instant(name: str, comment: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, types.Instant(), nullable=nullable, comment=comment)
