"""Tokens that open something to whoever holds them: links, invitations, sessions, devices."""

from hashlib import sha256
from secrets import token_urlsafe

_BYTES = 32


def new_token() -> str:
    """Return 256 random bits as letters that an address takes."""
    return token_urlsafe(_BYTES)


def hash_token(token: str) -> str:
    """Return what of a token is kept: its SHA-256 in hexadecimal digits."""
    return sha256(token.encode()).hexdigest()
