"""Names masked for a screen that others can see: at the point where a value leaves the database.

Columns that identify a family have types of their own. While a viewer hides names, `Scope.read`
returns their values masked, whichever statement selects them and wherever they are shown: pages,
drawers, figures and files need no masking of their own.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import blake2b
from secrets import token_bytes
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

HIDDEN = "hidden"
_SALT = token_bytes(16)  # a mask is not stable across processes
_hides: ContextVar[bool] = ContextVar("hides names", default=False)


@contextmanager
def hide_names(hide: bool) -> Iterator[None]:
    """Return masks instead of names inside the block, if `hide`."""
    before = _hides.set(hide)
    try:
        yield
    finally:
        _hides.reset(before)


class _Private(TypeDecorator[str]):
    """A text that identifies somebody."""

    impl = Text
    cache_ok = True
    mask: Callable[[str], str | None]

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the value, or its mask while names are hidden."""
        if not value or not _hides.get():
            return value
        return type(self).mask(value)


class Name(_Private):
    """A name of a person or family; its mask is the initials, several names keep their commas."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:
        """Return `A. M.` for `Ada Moss`."""
        return ", ".join(initials(part) for part in value.split(",") if part.strip())


class PrivateContact(_Private):
    """An address, e-mail or phone; its mask is empty."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> None:  # noqa: ARG004
        """Return an empty text, so that no link leads there either."""
        return


class PrivateText(_Private):
    """Free text about a family; its mask says only that there is some."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:  # noqa: ARG004
        """Return a text that says it is hidden."""
        return HIDDEN


class Handle(_Private):
    """A key made of identifying parts; its mask is another distinct key."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:
        """Return a short keyed hash."""
        return blake2b(value.encode(), digest_size=6, key=_SALT).hexdigest()


class RawRowJson(_Private):
    """A raw row as JSON; in its mask every value is masked."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:
        """Return JSON of the same shape."""
        return json.dumps({key: HIDDEN for key, text in json.loads(value).items() if text})


class PreviousValuesJson(_Private):
    """Previous column values as JSON; in its mask identifying values are masked."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:
        """Return JSON of the same shape."""
        return json.dumps(_mask_content(json.loads(value)))


_SAYS_WHO = frozenset(
    "client_name email phone infant_names address notes source_key respondent_name "
    "respondent_email doubt text done value raw".split()
)


def initials(name: str) -> str:
    """Return `A. M.` for `Ada Moss`."""
    return " ".join(f"{word[0].upper()}." for word in name.split()) or name


def _mask_content(content: Any) -> Any:
    if isinstance(content, list):
        return [_mask_content(value) for value in content]
    if not isinstance(content, dict):
        return content
    return {key: _mask_field(key, value) for key, value in content.items()}


def _mask_field(key: str, value: Any) -> Any:
    if key == "extra":
        return "{}" if value else value
    if key in _SAYS_WHO:
        return HIDDEN if value else value
    return _mask_content(value)
