"""What a file is evidence about, the question it asks first, and visits nobody confirmed."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0012"
down_revision = "0011"

_UNANSWERED = sa.text("unanswered_import_id IS NOT NULL")
_UNCONFIRMED = sa.text("unconfirmed = 1")
_MISSING = sa.text("state = 'missing'")
_NOT_HELD_SINCE = "1 when not over when last held, with a newer file that is no evidence about it"


def _flag(name: str, comment: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), server_default="0", nullable=False, comment=comment)


def _empty(name: str, kind: sa.types.TypeEngine[Any], comment: str) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True, comment=comment)


def upgrade() -> None:
    """Bring the schema forward; what files hold is counted when the records are opened."""
    with op.batch_alter_table("import", schema=None) as batch_op:
        batch_op.add_column(
            _flag(
                "one_therapist", "1 when its profile says that each file holds one therapist alone"
            )
        )
        batch_op.add_column(_flag("covers_told", "1 when a person said which days it covers"))
        for name, comment in (
            ("first_at", "Start of its first visit"),
            ("last_at", "Start of its last visit"),
            ("evidence_from", "Derived: first moment it speaks of"),
            ("evidence_to", "Derived: last moment it speaks of"),
        ):
            batch_op.add_column(_empty(name, types.Instant(), comment))
        for name, comment in (
            (
                "batch",
                "Files taken in at once without a told as-of: none of them is newer than another",
            ),
            (
                "as_of_doubt",
                "Why its as-of waits to be confirmed: stale or older, and the day that says so",
            ),
            (
                "absence_answer",
                "JSON: bookings believed `gone`, and by group (kind, value) those `not_held` by it",
            ),
        ):
            batch_op.add_column(_empty(name, sa.Text(), comment))
    op.execute("UPDATE import SET covers_told = 1 WHERE covers_was IS NOT NULL")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(
            _empty(
                "unanswered_import_id",
                sa.Text(),
                "Derived: a newer import that lacks it and waits for an answer first",
            )
        )
        batch_op.add_column(
            _flag(
                "unconfirmed",
                "Derived: 1 when not over when last held, with a newer file that is no evidence "
                "of it",
            )
        )
    _partial_index("ix_booking_unanswered", "booking", "unanswered_import_id", _UNANSWERED)
    _partial_index("ix_booking_unconfirmed", "booking", "source", _UNCONFIRMED)
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(_flag("unconfirmed", _NOT_HELD_SINCE))
    _partial_index("ix_visit_unconfirmed", "visit", "day", _UNCONFIRMED)
    _partial_index("ix_visit_missing", "visit", "day", _MISSING)
    _create_import_group()


def _partial_index(name: str, table: str, column: str, rows: sa.TextClause) -> None:
    op.create_index(name, table, ["practice_id", column], sqlite_where=rows, postgresql_where=rows)


def _create_import_group() -> None:
    op.create_table(
        "import_group",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("import_id", sa.Text(), nullable=False, comment="The file"),
        sa.Column("kind", sa.Text(), nullable=False, comment="therapist, month or type"),
        sa.Column(
            "value",
            sa.Text(),
            nullable=False,
            comment="Name as the source gives it, empty for none; a month as 2026-11",
        ),
        sa.Column(
            "visits",
            sa.Integer(),
            nullable=False,
            comment="Visits of it in the file; rows of one slot are one",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "import_id"],
            ["import.practice_id", "import.id"],
            name=op.f("fk_import_group_practice_id_import_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "import_id", "kind", "value", name=op.f("pk_import_group")
        ),
        comment="How many visits a file holds of each therapist, month and type",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take this step back."""
    op.drop_table("import_group")
    op.drop_index("ix_visit_missing", "visit")
    op.drop_index("ix_visit_unconfirmed", "visit")
    op.drop_index("ix_booking_unconfirmed", "booking")
    op.drop_index("ix_booking_unanswered", "booking")
    for table, columns in (
        ("visit", ("unconfirmed",)),
        ("booking", ("unconfirmed", "unanswered_import_id")),
        (
            "import",
            (
                *("absence_answer", "as_of_doubt", "batch", "evidence_to", "evidence_from"),
                *("last_at", "first_at", "covers_told", "one_therapist"),
            ),
        ),
    ):
        with op.batch_alter_table(table, schema=None) as batch_op:
            for column in columns:
                batch_op.drop_column(column)
