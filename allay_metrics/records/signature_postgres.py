"""Signs the session context for PostgreSQL with a key stored in the database for its owner.

`gate.told`, created by rules_postgres.py, verifies it there.
"""

import hmac
from dataclasses import dataclass
from hashlib import sha256

from allay_metrics.errors import NotAllowed
from allay_metrics.records.session_context import SessionContext

_APART = "\x1f"
PARTS = ("role", "practice", "therapist", "family", "link")


@dataclass(frozen=True)
class DatabaseSecret:
    """The secret stored in the database for its owner: the suffix of its roles, and the key."""

    id: str
    key: bytes

    def role(self, role: str) -> str:
        """Return the name of the database role of a viewer's role, or of the login."""
        return f"allay_{self.id}_{role}"

    @property
    def password(self) -> str:
        """Return the login's password, which is derived from the key."""
        return hmac.new(self.key, b"login", sha256).hexdigest()

    def sign(self, context: SessionContext, transaction: str) -> str:
        """Return the session context, signed for one transaction."""
        values = {"role": context.role, **context.scope_values}
        if any(_APART in value for value in values.values()):
            raise NotAllowed("That is no name of anybody who may ask.")
        payload = _APART.join(values[name] for name in PARTS)
        mac = hmac.new(self.key, f"{transaction}@{payload}".encode(), sha256)
        return mac.hexdigest() + payload
