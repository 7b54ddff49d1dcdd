"""What a baby's death asks for is kept beside what a person said, and apart from it."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

_KEY = "pk_family_contact"
_OF_FIRST = ["practice_id", "day", "week", "wait_days", "state", "is_first", "continued"]
_OF_FIRST_PLACES = ["city", "visit_type", "second_type", "therapist_id", "source"]
# A death of before carries its client's id.
_NAME_DEATHS = "UPDATE care_closed SET death = client_id WHERE reason = 'the baby died'"
# Each asks for what stands of contact by now: of two deaths the later one's word stood for both.
# Where nothing stands, for what is usual. 'none' sorts before 'practical'.
_ASK_FOR_DEATHS = """
    INSERT INTO family_contact
        (practice_id, booking_id, level, reason, set_by, set_at, version, death)
    SELECT care_closed.practice_id, booking.id,
        COALESCE(
            (
                SELECT MIN(family_contact.level)
                FROM family_contact
                JOIN booking AS theirs ON theirs.practice_id = family_contact.practice_id
                    AND theirs.id = family_contact.booking_id
                WHERE theirs.practice_id = client.practice_id
                    AND theirs.family_id = client.family_id
                    AND family_contact.death = ''
            ),
            CASE WHEN EXISTS (
                SELECT 1 FROM client AS other
                WHERE other.practice_id = client.practice_id
                    AND other.family_id = client.family_id
                    AND other.kind = 'infant'
                    AND NOT EXISTS (
                        SELECT 1 FROM care_closed AS shut
                        WHERE shut.practice_id = other.practice_id AND shut.client_id = other.id
                    )
            ) THEN 'practical' ELSE 'none' END
        ),
        'bereaved', care_closed.closed_by, care_closed.closed_at, 1, care_closed.death
    FROM care_closed
    JOIN client ON client.practice_id = care_closed.practice_id
        AND client.id = care_closed.client_id
    JOIN booking ON booking.practice_id = client.practice_id
        AND booking.family_id = client.family_id
    WHERE care_closed.death IS NOT NULL
"""
# What was set along with a death in the same second is the death's own; all else a person's.
_LEAVE_WORDS = """
    DELETE FROM family_contact
    WHERE death = '' AND reason = 'bereaved' AND EXISTS (
        SELECT 1 FROM family_contact AS other
        WHERE other.practice_id = family_contact.practice_id
            AND other.booking_id = family_contact.booking_id
            AND other.set_at = family_contact.set_at
            AND other.death <> ''
    )
"""
# One word of each booking is left on the way back: a strictest one.
_DROP_LOOSER = """
    DELETE FROM family_contact WHERE EXISTS (
        SELECT 1 FROM family_contact AS other
        WHERE other.practice_id = family_contact.practice_id
            AND other.booking_id = family_contact.booking_id
            AND (
                other.level < family_contact.level
                OR other.level = family_contact.level AND other.death > family_contact.death
            )
    )
"""


def upgrade() -> None:
    """Bring the schema forward."""
    op.add_column(
        "care_closed",
        sa.Column(
            "death",
            sa.Text(),
            nullable=True,
            comment="Of a baby who died: what family_contact calls this death by",
        ),
    )
    with op.batch_alter_table("family_contact", table_kwargs={"sqlite_strict": True}) as batch_op:
        batch_op.add_column(
            sa.Column(
                "death",
                sa.Text(),
                server_default=sa.text("''"),
                nullable=False,
                comment="The death that asks for it; empty for a person's own word",
            )
        )
        batch_op.drop_constraint(_KEY, type_="primary")
        batch_op.create_primary_key(_KEY, ["practice_id", "booking_id", "death"])
    op.execute(_NAME_DEATHS)
    op.execute(_ASK_FOR_DEATHS)
    op.execute(_LEAVE_WORDS)
    _bereaved("visit", "1 for a first visit")
    _bereaved("daily", "First visits")
    _bereaved("daily_city", "First visits")
    _index_first([*_OF_FIRST, "bereaved", *_OF_FIRST_PLACES, "referral_source"])


def downgrade() -> None:
    """Take this step back."""
    _index_first([*_OF_FIRST, *_OF_FIRST_PLACES, "referral_source"])
    for table in ("daily_city", "daily", "visit"):
        op.drop_column(table, "bereaved")
    op.execute(_DROP_LOOSER)
    with op.batch_alter_table("family_contact", table_kwargs={"sqlite_strict": True}) as batch_op:
        batch_op.drop_constraint(_KEY, type_="primary")
        batch_op.create_primary_key(_KEY, ["practice_id", "booking_id"])
        batch_op.drop_column("death")
    op.drop_column("care_closed", "death")


def _bereaved(table: str, what: str) -> None:
    op.add_column(
        table,
        sa.Column(
            "bereaved",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment=f"{what} at most 21 days before a baby of the family died",
        ),
    )


def _index_first(columns: list[str]) -> None:
    is_first = sa.text("is_first = 1")
    op.drop_index("ix_visit_first", "visit")
    op.create_index(
        "ix_visit_first", "visit", columns, sqlite_where=is_first, postgresql_where=is_first
    )
