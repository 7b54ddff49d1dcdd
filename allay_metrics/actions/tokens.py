"""Bearer tokens: of links, invitations, sessions and devices."""

from hashlib import sha256
from secrets import token_urlsafe

_BYTES = 32


def new_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return token_urlsafe(_BYTES)


def hash_token(token: str) -> str:
    """Return the stored digest of a token: SHA-256 in hexadecimal digits."""
    return sha256(token.encode()).hexdigest()
