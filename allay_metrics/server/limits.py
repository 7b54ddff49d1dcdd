"""Rate limits, counted in memory and forgotten after a minute.

Keys are stored as digests, so that memory does not depend on what a client sends.
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
    """Return the digest of a key: 16 bytes, however long its parts are."""
    digest = blake2b(digest_size=_BYTES)
    for part in parts:
        part_bytes = part.encode("utf-8", "surrogatepass")
        digest.update(len(part_bytes).to_bytes(8, "big") + part_bytes)
    return digest.digest()


class Limit:
    """At most `most` requests within `seconds` for one key; beyond `keys` the oldest are dropped.

    Memory: at most `keys` times `most` timestamps of 8 bytes.
    """

    def __init__(
        self,
        most: int,
        seconds: float = 60,
        keys: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Start with no request counted."""
        self._most, self._seconds, self._keys, self._clock = most, seconds, keys, clock
        self._times: OrderedDict[Key, array[float]] = OrderedDict()
        self._lock = Lock()

    def is_reached(self, name: str) -> bool:
        """Return whether the limit is reached now."""
        with self._lock:
            return len(self._recent(key_of(name))) >= self._most

    def passes(self, name: str) -> bool:
        """Count one request and return whether it may pass; a refused one is not counted."""
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
        """Return the timestamps that still count, without storing the key."""
        since = self._clock() - self._seconds
        return array("d", (at for at in self._times.get(key, ()) if at > since))
