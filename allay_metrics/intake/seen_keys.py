"""Which appointments of a file have been met already, at sixteen bytes each."""

import numpy as np
import numpy.typing as npt


class SeenKeys:
    """Remembers keys by a 64-bit hash, so that a file of any size fits."""

    def __init__(self) -> None:
        self._hashes: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._rows: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def earlier_rows(self, keys: list[str], rows: list[int]) -> dict[int, int]:
        """Take the keys in; return position -> row of the first one for those met before."""
        hashes = [hash(key) for key in keys]
        first = dict(zip(reversed(hashes), reversed(rows), strict=True))
        previous_rows = self._known(np.array(hashes, dtype=np.int64))
        repeated: dict[int, int] = {}
        if previous_rows.any() or len(first) < len(hashes):
            for position, (key, row) in enumerate(zip(hashes, rows, strict=True)):
                if previous_rows[position] or first[key] != row:
                    repeated[position] = int(previous_rows[position]) or first[key]
                if previous_rows[position]:
                    first.pop(key, None)
        self._add(first)
        return repeated

    def _known(self, hashes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return the row of each hash met in earlier chunks, 0 for none."""
        if not len(self._hashes):
            return np.zeros(len(hashes), dtype=np.int64)
        places = np.searchsorted(self._hashes, hashes).clip(max=len(self._hashes) - 1)
        met = self._hashes[places] == hashes
        return np.where(met, self._rows[places], 0)

    def _add(self, first: dict[int, int]) -> None:
        fresh = np.fromiter(first.keys(), dtype=np.int64, count=len(first))
        rows = np.fromiter(first.values(), dtype=np.int64, count=len(first))
        order = fresh.argsort()
        places = np.searchsorted(self._hashes, fresh[order])
        self._hashes = np.insert(self._hashes, places, fresh[order])
        self._rows = np.insert(self._rows, places, rows[order])
