"""How often something may be asked: counted in memory, forgotten after a minute.

What is counted is kept as a digest: its memory does not depend on what a client sends.
"""

import time
from array import array
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock

Key = bytes
_BYTES = 16


def key_of(*parts: str) -> Key:
    """Return what a limit keeps of a key: 16 bytes, however long its parts are."""
    digest = blake2b(digest_size=_BYTES)
    for part in parts:
        part_bytes = part.encode("utf-8", "surrogatepass")
        digest.update(len(part_bytes).to_bytes(8, "big") + part_bytes)
    return digest.digest()


class Limit:
    """At most `most` requests within `seconds` for one key; the oldest of many keys are dropped.

    It holds `keys` times `most` moments of 8 bytes at most.
    """

    def __init__(
        self,
        most: int,
        seconds: float = 60,
        keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Count from now on."""
        self._most, self._seconds, self._keys, self._clock = most, seconds, keys, clock
        self._times: OrderedDict[Key, array[float]] = OrderedDict()
        self._lock = Lock()

    def is_reached(self, name: str) -> bool:
        """Return whether no further request may pass now."""
        with self._lock:
            return len(self._recent(key_of(name))) >= self._most

    def passes(self, name: str) -> bool:
        """Count one request and return whether it may pass; one that may not is not counted."""
        key = key_of(name)
        with self._lock:
            recent = self._recent(key)
            if len(recent) >= self._most:
                return False
            recent.append(self._clock())
            self._times[key] = recent
            self._times.move_to_end(key)
            while len(self._times) > self._keys:
                self._times.popitem(last=False)
            return True

    def _recent(self, key: Key) -> "array[float]":
        """Return the moments that still count; a key that has none is not kept for it."""
        since = self._clock() - self._seconds
        return array("d", (at for at in self._times.get(key, ()) if at > since))
