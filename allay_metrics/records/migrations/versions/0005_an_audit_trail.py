"""An audit trail whose lines nobody changes or deletes.

A later migration that makes the table anew has to make its triggers anew.
"""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0005"
down_revision = "0004"

_REFUSED = "the audit trail is only added to"
_BODY = f"$$ BEGIN RAISE EXCEPTION '{_REFUSED}'; END $$"


def upgrade() -> None:
    """Bring the schema forward."""
    with op.batch_alter_table("practice", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column(
                "audit_number",
                sa.Integer(),
                server_default="0",
                nullable=False,
                comment="Number of the last line of the audit trail",
            )
        )
        batch_op.add_column(
            sa.Column(
                "audit_hash",
                sa.Text(),
                server_default=sa.text("''"),
                nullable=False,
                comment="Hash of that line: a trail cut short shows",
            )
        )
    op.create_table(
        "audit",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "number",
            sa.Integer(),
            nullable=False,
            comment="1, 2, 3 and so on: one missing was taken out",
        ),
        sa.Column("at", types.Instant(), nullable=False, comment="When"),
        sa.Column(
            "who",
            sa.Text(),
            nullable=False,
            comment="Id of the person or therapist; empty where nobody signs in",
        ),
        sa.Column("role", sa.Text(), nullable=False, comment="owner, therapist, form or door"),
        sa.Column("action", sa.Text(), nullable=False, comment="What was done, in a few words"),
        sa.Column(
            "about",
            sa.Text(),
            nullable=False,
            comment="Ids of what it was done to, never names; may be empty",
        ),
        sa.Column(
            "previous",
            sa.Text(),
            nullable=False,
            comment="Hash of the line before; empty for the first",
        ),
        sa.Column(
            "hash",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of this line with the hash of the line before",
        ),
        sa.PrimaryKeyConstraint("practice_id", "number", name=op.f("pk_audit")),
        comment="Who did what, and when: one chained line each, which no statement may change or "
        "delete",
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    for statement in _triggers():
        op.execute(statement)


def _triggers() -> list[str]:
    if op.get_bind().dialect.name == "sqlite":
        return [
            f"CREATE TRIGGER audit_no_{what} BEFORE {what} ON audit "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSED}'); END"
            for what in ("update", "delete")
        ]
    refuse = "EXECUTE FUNCTION audit_refused()"
    return [
        f"CREATE FUNCTION audit_refused() RETURNS trigger LANGUAGE plpgsql AS {_BODY}",
        f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE ON audit FOR EACH ROW {refuse}",
        f"CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT {refuse}",
    ]


def downgrade() -> None:
    """Take it back."""
    op.drop_table("audit")
    if op.get_bind().dialect.name != "sqlite":
        op.execute("DROP FUNCTION audit_refused")
    with op.batch_alter_table("practice", schema=None) as batch_op:
        batch_op.drop_column("audit_hash")
        batch_op.drop_column("audit_number")
