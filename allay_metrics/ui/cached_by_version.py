"""A cache of query results that is valid until the records change."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from allay_metrics.records import Scope

Read = TypeVar("Read", bound=Callable[..., Any])

MOST = 64
_FORGETS: list[Callable[[], None]] = []


def cached_by_version(read: Read) -> Read:
    """Return `read`, a function whose first argument is the scope, with its results cached.

    Any write invalidates them. The key contains the scope, and so the practice, its database and
    the viewer: nobody gets results read for somebody else. Arguments must be hashable and results
    must not be mutated: unlike st.cache_data this returns the same objects without copying.
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
    """Clear every cache at once, so that nothing of an erased family stays in memory."""
    for forget in _FORGETS:
        forget()
