"""Which appointments of a file came in an earlier row, at 16 bytes each."""

import numpy as np
import numpy.typing as npt


class SeenKeys:
    """Keeps keys as 64-bit hashes in sorted order, so that a file of any size fits."""

    def __init__(self) -> None:
        self._hashes: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        self._rows: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)

    def earlier_rows(self, keys: list[str], rows: list[int]) -> dict[int, int]:
        """Add the keys; return position -> first row of that key, for keys that came before."""
        hashes = [hash(key) for key in keys]
        first_rows = dict(zip(reversed(hashes), reversed(rows), strict=True))
        previous_rows = self._find_rows(np.array(hashes, dtype=np.int64))
        repeated: dict[int, int] = {}
        if previous_rows.any() or len(first_rows) < len(hashes):
            for position, (key, row) in enumerate(zip(hashes, rows, strict=True)):
                if previous_rows[position] or first_rows[key] != row:
                    repeated[position] = int(previous_rows[position]) or first_rows[key]
                if previous_rows[position]:
                    first_rows.pop(key, None)
        self._add(first_rows)
        return repeated

    def _find_rows(self, hashes: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Return for each hash its row in an earlier chunk, 0 for none."""
        if not len(self._hashes):
            return np.zeros(len(hashes), dtype=np.int64)
        places = np.searchsorted(self._hashes, hashes).clip(max=len(self._hashes) - 1)
        is_match = self._hashes[places] == hashes
        return np.where(is_match, self._rows[places], 0)

    def _add(self, first_rows: dict[int, int]) -> None:
        new_hashes = np.fromiter(first_rows.keys(), dtype=np.int64, count=len(first_rows))
        rows = np.fromiter(first_rows.values(), dtype=np.int64, count=len(first_rows))
        order = new_hashes.argsort()
        places = np.searchsorted(self._hashes, new_hashes[order])
        self._hashes = np.insert(self._hashes, places, new_hashes[order])
        self._rows = np.insert(self._rows, places, rows[order])
