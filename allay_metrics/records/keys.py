"""Keys are UUIDs made here, never by a database."""

from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

_ALLAY = uuid5(NAMESPACE_URL, "allay-metrics")


def new_key() -> str:
    """Return a random UUID as text."""
    return str(uuid4())


def key_of(*parts: str) -> str:
    """Return the UUID that belongs to these parts: the same parts always give the same key.

    Imports are idempotent because of it, and undo finds the rows it made.
    """
    return str(uuid5(_ALLAY, "\x1f".join(parts)))


def is_key(text: str) -> bool:
    """Return whether the text is a UUID."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
