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
        first: dict[int, int] = {}
        repeated: dict[int, int] = {}
        hashes = [hash(key) for key in keys]
        known = self._known(np.array(hashes, dtype=np.int64))
        for position, (key, row, before) in enumerate(zip(hashes, rows, known, strict=True)):
            if before:
                repeated[position] = before
            elif key in first:
                repeated[position] = first[key]
            else:
                first[key] = row
        self._add(first)
        return repeated

    def _known(self, hashes: npt.NDArray[np.int64]) -> list[int]:
        """Return the row of each hash met in earlier chunks, 0 for none."""
        if not len(self._hashes):
            return [0] * len(hashes)
        places = np.searchsorted(self._hashes, hashes).clip(max=len(self._hashes) - 1)
        met = self._hashes[places] == hashes
        return [int(row) for row in np.where(met, self._rows[places], 0)]

    def _add(self, first: dict[int, int]) -> None:
        fresh = np.array(sorted(first), dtype=np.int64)
        rows = np.array([first[int(key)] for key in fresh], dtype=np.int64)
        places = np.searchsorted(self._hashes, fresh)
        self._hashes = np.insert(self._hashes, places, fresh)
        self._rows = np.insert(self._rows, places, rows)
