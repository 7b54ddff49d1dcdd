"""Waiting times after wrong sign-ins: longer each time, with an upper limit.

Guessing somebody's password from elsewhere must not lock her out: a wait belongs to an account and
an address together, and an account that has signed in from an address before is not affected there
by tries from other addresses.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from allay_metrics.server.limits import Key, key_of

FREE = 5  # wrong tries of one account from one address
FREE_ANYWHERE = 50  # wrong tries of one account from all addresses
FIRST, LONGEST = 10, 15 * 60  # seconds
_FORGOTTEN = 3600  # seconds after the last wrong one
_KEYS = 10_000


class LoginThrottle:
    """Counts wrong tries in memory; a try counts as wrong until `clear_tries` is called.

    `account` is what is tried (an account, an invitation, a device), `client` the rate limit key of
    the client.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with no try counted."""
        self._clock = clock
        self._tries: OrderedDict[Key, tuple[int, float]] = OrderedDict()
        self._successful_keys: OrderedDict[Key, None] = OrderedDict()
        self._lock = Lock()

    def count_try(self, account: str, client: str) -> int:
        """Count a try and return 0, or return the seconds to wait without counting."""
        here, anywhere = _keys(account, client)
        with self._lock:
            left = self._left(here, FREE)
            if here not in self._successful_keys:
                left = max(left, self._left(anywhere, FREE_ANYWHERE))
            if left > 0:
                return int(left) + 1
            for key in (here, anywhere):
                self._tries[key] = (self._count(key) + 1, self._clock())
                self._tries.move_to_end(key)
            while len(self._tries) > _KEYS:
                self._tries.popitem(last=False)
            return 0

    def clear_tries(self, account: str, client: str) -> None:
        """Clear the wrong tries of an account from an address after a right one."""
        here, anywhere = _keys(account, client)
        with self._lock:
            self._tries.pop(here, None)
            count, at = self._tries.get(anywhere, (0, 0.0))
            if count:
                self._tries[anywhere] = (count - 1, at)
            self._successful_keys[here] = None
            self._successful_keys.move_to_end(here)
            while len(self._successful_keys) > _KEYS:
                self._successful_keys.popitem(last=False)

    def _count(self, key: Key) -> int:
        count, at = self._tries.get(key, (0, 0.0))
        return count if self._clock() - at < _FORGOTTEN else 0

    def _left(self, key: Key, free: int) -> float:
        count = self._count(key)
        if count < free:
            return 0
        wait = min(LONGEST, FIRST * 2 ** min(count - free, 20))
        return float(self._tries[key][1] + wait - self._clock())


def _keys(account: str, client: str) -> tuple[Key, Key]:
    """Return the keys of an account from one address, and from all addresses."""
    return key_of("here", account, client), key_of("anywhere", account)
