"""Answers kept as long as the records stay as they are."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from allay_metrics.records import Scope

Read = TypeVar("Read", bound=Callable[..., Any])

MOST = 64
_FORGETS: list[Callable[[], None]] = []


def cached_by_version(read: Read) -> Read:
    """Return `read`, whose first argument is the scope, answering from memory.

    It is asked anew as soon as anything was written. The scope is in the key, and with it the
    practice, its database and who asks: nobody is told what was read for somebody else. Arguments
    must be hashable, answers must not be changed: unlike st.cache_data this hands out the very
    same values, and copies nothing.
    """

    @lru_cache(maxsize=MOST)
    def kept(scope: Scope, _version: int, *arguments: Any) -> Any:
        return read(scope, *arguments)

    _FORGETS.append(kept.cache_clear)

    @wraps(read)
    def ask(scope: Scope, *arguments: Any) -> Any:
        return kept(scope, scope.data_version(), *arguments)

    return cast("Read", ask)


def clear_caches() -> None:
    """Forget every answer at once: nothing of a family that was erased stays in memory."""
    for forget in _FORGETS:
        forget()
