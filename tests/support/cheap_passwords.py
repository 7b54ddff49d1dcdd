"""Passwords hashed at the lowest cost that Argon2 knows: it takes 64 MiB and a tenth of a second.

What a hash is checked by stands in the hash, so servers that tests start check those made here as
cheaply. What is about the cost itself runs inside `at_own_cost`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from argon2 import PasswordHasher

from allay_metrics.actions import passwords

_own = passwords._hasher
_cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def hash_cheaply() -> None:
    """From now on let this process hash passwords and PINs at the lowest cost."""
    _hash_by(_cheap)


@contextmanager
def at_own_cost() -> Iterator[None]:
    """Hash as the product does."""
    _hash_by(_own)
    yield
    _hash_by(_cheap)


def _hash_by(hasher: PasswordHasher) -> None:
    passwords._hasher = hasher
    passwords._dummy_hash.cache_clear()
