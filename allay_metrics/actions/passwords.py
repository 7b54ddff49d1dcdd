"""Passwords and PINs: hashing, verifying, and the rules for new ones."""

from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from allay_metrics.errors import QuestionProblem

SHORTEST, LONGEST = 12, 256
_LETTERS = 5
# One check takes 64 MiB, sixteen at once took 978 MB: only two run at a time.
_AT_ONCE = BoundedSemaphore(2)
_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Return the Argon2id hash of a password, with its salt and parameters."""
    with _AT_ONCE:
        return _hasher.hash(password)


def verify_password(hash_: str | None, password: str) -> bool:
    """Return whether the password matches the hash; False without a hash, after the same time."""
    with _AT_ONCE:
        try:
            _hasher.verify(hash_ or _dummy_hash(), password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
    return hash_ is not None


def check_new_password(password: str, *about: str) -> None:
    """Raise QuestionProblem for a password that is short, long, or easily guessed.

    `about` are the user's name and address, which a password must not consist of.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise QuestionProblem(f"A password has {SHORTEST} to {LONGEST} characters.")
    if len(set(password.lower())) < _LETTERS:
        raise QuestionProblem("This password repeats few characters: choose another one.")
    plain = password.lower()
    parts = {part for detail in about for part in detail.lower().replace("@", " ").split()}
    left = plain
    for part in sorted(parts, key=len, reverse=True):
        left = left.replace(part, "") if len(part) > 2 else left
    if len(left) < SHORTEST // 2:
        raise QuestionProblem("This password is made of your name or address: choose another one.")


@cache
def _dummy_hash() -> str:
    """Return a hash to verify against where there is none, so that it takes the same time."""
    return _hasher.hash("nobody has this password")
