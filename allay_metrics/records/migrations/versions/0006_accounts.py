"""Accounts: persons, their sessions, remembered devices and recovery codes."""

import sqlalchemy as sa
from alembic import op

from allay_metrics.records import types

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "person",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID"),
        sa.Column(
            "email", sa.Text(), nullable=False, comment="Address she signs in with, lower case"
        ),
        sa.Column("name", sa.Text(), nullable=False, comment="Name as shown"),
        sa.Column("role", sa.Text(), nullable=False, comment="owner or therapist"),
        sa.Column(
            "therapist_id", sa.Text(), nullable=True, comment="Whose caseload a therapist sees"
        ),
        sa.Column(
            "password_hash", sa.Text(), nullable=True, comment="Argon2 hash with its parameters"
        ),
        sa.Column(
            "totp_secret",
            sa.Text(),
            nullable=True,
            comment="Secret shared with her authenticator app",
        ),
        sa.Column(
            "totp_step",
            sa.Integer(),
            nullable=True,
            comment="Last 30-second step a code was used of",
        ),
        sa.Column(
            "oidc_issuer",
            sa.Text(),
            nullable=True,
            comment="Who vouches for her: the provider's issuer",
        ),
        sa.Column(
            "oidc_subject", sa.Text(), nullable=True, comment="Her lasting id at that provider"
        ),
        sa.Column(
            "invite_hash", sa.Text(), nullable=True, comment="SHA-256 of the code of her invitation"
        ),
        sa.Column(
            "invite_expires_at", types.Instant(), nullable=True, comment="When the invitation ends"
        ),
        sa.Column(
            "invited_at", types.Instant(), nullable=False, comment="When she was first listed"
        ),
        sa.Column(
            "joined_at", types.Instant(), nullable=True, comment="When she first set up her sign-in"
        ),
        sa.Column(
            "disabled_at", types.Instant(), nullable=True, comment="Since when she may not sign in"
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_person")),
        sa.UniqueConstraint("practice_id", "email", name=op.f("uq_person_practice_id_email")),
        sa.UniqueConstraint(
            "practice_id", "invite_hash", name=op.f("uq_person_practice_id_invite_hash")
        ),
        sa.UniqueConstraint(
            "practice_id",
            "oidc_issuer",
            "oidc_subject",
            name=op.f("uq_person_practice_id_oidc_issuer_oidc_subject"),
        ),
        comment="A person the owner listed as one who may sign in",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "device",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("id", sa.Text(), nullable=False, comment="UUID"),
        sa.Column(
            "token_hash",
            sa.Text(),
            nullable=False,
            comment="Digest of the token in the device's cookie",
        ),
        sa.Column("person_id", sa.Text(), nullable=False, comment="Who remembered it"),
        sa.Column(
            "label", sa.Text(), nullable=False, comment="Browser and system, as shown in the list"
        ),
        sa.Column("created_at", types.Instant(), nullable=False, comment="When it was remembered"),
        sa.Column(
            "used_at", types.Instant(), nullable=True, comment="When it last opened a session"
        ),
        sa.Column(
            "revoked_at", types.Instant(), nullable=True, comment="Since when it opens nothing"
        ),
        sa.Column("pin_hash", sa.Text(), nullable=True, comment="Argon2 hash of its PIN"),
        sa.Column(
            "wrong_tries",
            sa.Integer(),
            server_default="0",
            nullable=False,
            comment="Wrong PINs since the last right one",
        ),
        sa.Column(
            "version",
            sa.Integer(),
            server_default="1",
            nullable=False,
            comment="Grows by one with every save",
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "person_id"],
            ["person.practice_id", "person.id"],
            name=op.f("fk_device_practice_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id", name=op.f("pk_device")),
        sa.UniqueConstraint(
            "practice_id", "token_hash", name=op.f("uq_device_practice_id_token_hash")
        ),
        comment="A device a person chose to remember: there a PIN does in place of the full "
        "sign-in",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_device_practice_id_person_id"),
            ["practice_id", "person_id"],
            unique=False,
        )

    op.create_table(
        "recovery_code",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column("person_id", sa.Text(), nullable=False, comment="Whose code it is"),
        sa.Column("code_hash", sa.Text(), nullable=False, comment="SHA-256 of the code"),
        sa.Column("made_at", types.Instant(), nullable=False, comment="When it was made"),
        sa.Column("used_at", types.Instant(), nullable=True, comment="When it was used"),
        sa.ForeignKeyConstraint(
            ["practice_id", "person_id"],
            ["person.practice_id", "person.id"],
            name=op.f("fk_recovery_code_practice_id_person_id"),
        ),
        sa.PrimaryKeyConstraint(
            "practice_id", "person_id", "code_hash", name=op.f("pk_recovery_code")
        ),
        comment="A code that stands in once for the authenticator app",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    op.create_table(
        "login_session",
        sa.Column(
            "practice_id", sa.Text(), nullable=False, comment="The practice this row belongs to"
        ),
        sa.Column(
            "id_hash", sa.Text(), nullable=False, comment="Digest of the id in the browser's cookie"
        ),
        sa.Column("person_id", sa.Text(), nullable=False, comment="Who signed in"),
        sa.Column(
            "device_id", sa.Text(), nullable=True, comment="The remembered device it was opened on"
        ),
        sa.Column("way", sa.Text(), nullable=False, comment="How: password, oidc or pin"),
        sa.Column(
            "label", sa.Text(), nullable=False, comment="Browser and system, as shown in the list"
        ),
        sa.Column("created_at", types.Instant(), nullable=False, comment="When it was opened"),
        sa.Column(
            "seen_at",
            types.Instant(),
            nullable=False,
            comment="When it was last used, to the minute",
        ),
        sa.Column("revoked_at", types.Instant(), nullable=True, comment="When it was ended"),
        sa.ForeignKeyConstraint(
            ["practice_id", "device_id"],
            ["device.practice_id", "device.id"],
            name=op.f("fk_login_session_practice_id_device_id"),
        ),
        sa.ForeignKeyConstraint(
            ["practice_id", "person_id"],
            ["person.practice_id", "person.id"],
            name=op.f("fk_login_session_practice_id_person_id"),
        ),
        sa.PrimaryKeyConstraint("practice_id", "id_hash", name=op.f("pk_login_session")),
        comment="One sign-in on one browser; asked for at every click",
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_login_session_practice_id_person_id"),
            ["practice_id", "person_id"],
            unique=False,
        )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("login_session", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_login_session_practice_id_person_id"))

    op.drop_table("login_session")
    op.drop_table("recovery_code")
    with op.batch_alter_table("device", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_practice_id_person_id"))

    op.drop_table("device")
    op.drop_table("person")
