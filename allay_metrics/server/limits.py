"""How often something may be asked: counted in memory, forgotten after a minute."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock


class Limit:
    """At most `most` requests within `seconds` for one key; the oldest of many keys are dropped."""

    def __init__(
        self,
        most: int,
        seconds: float = 60,
        keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Count from now on."""
        self._most, self._seconds, self._keys, self._clock = most, seconds, keys, clock
        self._times: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def count(self, key: str) -> None:
        """Count one request."""
        with self._lock:
            self._recent(key).append(self._clock())

    def is_reached(self, key: str) -> bool:
        """Return whether no further request may pass now."""
        with self._lock:
            return len(self._recent(key)) >= self._most

    def passes(self, key: str) -> bool:
        """Count one request and return whether it may pass."""
        with self._lock:
            recent = self._recent(key)
            if len(recent) >= self._most:
                return False
            recent.append(self._clock())
            return True

    def _recent(self, key: str) -> deque[float]:
        recent = self._times.setdefault(key, deque(maxlen=self._most))
        self._times.move_to_end(key)
        while len(self._times) > self._keys:
            self._times.popitem(last=False)
        since = self._clock() - self._seconds
        while recent and recent[0] <= since:
            recent.popleft()
        return recent
