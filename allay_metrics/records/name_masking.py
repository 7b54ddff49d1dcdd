"""Names hidden for a screen that others see: masked where a value leaves the database.

Columns that say who a family is have a type of their own. While a viewer hides names, `Scope.read`
hands their values out masked, whoever selects them and whatever becomes of them on the way to a
page, a drawer, a figure or a file; nothing has to remember to hide anything.
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
_SALT = token_bytes(16)  # a mask means nothing on another day
_hides: ContextVar[bool] = ContextVar("hides names", default=False)


@contextmanager
def hide_names(hide: bool) -> Iterator[None]:
    """Hand out masks instead of names within, if `hide`."""
    before = _hides.set(hide)
    try:
        yield
    finally:
        _hides.reset(before)


class _Private(TypeDecorator[str]):
    """A text that says who somebody is."""

    impl = Text
    cache_ok = True
    mask: Callable[[str], str | None]

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return the value, or its mask while names are hidden."""
        if not value or not _hides.get():
            return value
        return type(self).mask(value)


class Name(_Private):
    """A person's or family's name: hidden, its initials; several names keep their commas."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:
        """Return `A. M.` for `Ada Moss`."""
        return ", ".join(initials(part) for part in value.split(",") if part.strip())


class PrivateContact(_Private):
    """An address, e-mail or phone: hidden, there is none."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> None:  # noqa: ARG004
        """Return nothing: no link may lead there either."""
        return


class PrivateText(_Private):
    """What somebody wrote about a family: hidden, that there are words."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:  # noqa: ARG004
        """Return that it is hidden."""
        return HIDDEN


class Handle(_Private):
    """A key made of who somebody is: hidden, another that is told apart as well."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:
        """Return a short hash that nobody can guess back."""
        return blake2b(value.encode(), digest_size=6, key=_SALT).hexdigest()


class RawRowJson(_Private):
    """A row of a file as JSON: hidden, its columns with every text in them hidden."""

    cache_ok = True

    @staticmethod
    def mask(value: str) -> str:
        """Return JSON of the same shape."""
        return json.dumps({key: HIDDEN for key, text in json.loads(value).items() if text})


class PreviousValuesJson(_Private):
    """Columns of ours as they were, as JSON: hidden, what any of them says of a person."""

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
