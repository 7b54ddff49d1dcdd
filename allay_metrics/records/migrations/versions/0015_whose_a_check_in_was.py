"""A check-in says whose it was where the client is no longer on file: two comments say so."""

from alembic import op

revision = "0015"
down_revision = "0014"

_NAME = "Name of the person as answered elsewhere"
_EMAIL = "E-mail as answered elsewhere, lower case"
_GONE = "; of a form, once its client is no longer on file"


def upgrade() -> None:
    """Bring the schema forward."""
    _say(_NAME + _GONE, _EMAIL + _GONE)


def downgrade() -> None:
    """Take this step back."""
    _say(_NAME, _EMAIL)


def _say(name: str, email: str) -> None:
    """Say what the two columns hold; only PostgreSQL keeps comments."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("check_in", "said_name", comment=name)
        op.alter_column("check_in", "said_email", comment=email)
