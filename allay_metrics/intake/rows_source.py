"""Rows that came by another way than a file, read by a profile as a file's are."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from allay_metrics.intake.mapping import map_columns
from allay_metrics.intake.profile import Profile
from allay_metrics.intake.row_checks import Checker
from allay_metrics.intake.rows import Chunk
from allay_metrics.intake.table import Batch


class Source(Protocol):
    """What an import takes in: a file, or rows told by a system itself."""

    @property
    def file_name(self) -> str:
        """Return its name as shown."""
        ...

    @property
    def sha256(self) -> str:
        """Return the hash of what it is made of."""
        ...

    @property
    def modified_at(self) -> int:
        """Return when it was told, in seconds since 1970 UTC."""
        ...

    @property
    def source(self) -> str:
        """Return the source's name in the records."""
        ...

    @property
    def holds(self) -> str:
        """Return kept, all or cancelled."""
        ...

    @property
    def profile(self) -> Profile:
        """Return the profile it is read by."""
        ...

    @property
    def notes(self) -> list[str]:
        """Return what a person should know of how it was read."""
        ...

    @property
    def carries(self) -> frozenset[str]:
        """Return the kinds of coverage it can tell."""
        ...

    @property
    def untold(self) -> frozenset[str]:
        """Return the columns of rows it says nothing about."""
        ...

    @property
    def fraction_read(self) -> float:
        """Return how much of it was read, 0 to 1."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """Yield its rows, checked."""
        ...


class RowsSource:
    """Records with a header, all in memory, that hold kept and cancelled visits."""

    holds = "all"
    untold: frozenset[str] = frozenset()

    def __init__(
        self,
        name: str,
        table: tuple[Sequence[str], Sequence[list[str]]],
        *,
        profile: Profile,
        zone: ZoneInfo,
        sha256: str,
        modified_at: int,
    ) -> None:
        self.file_name = name
        self.profile = profile
        self.source = profile.name
        self.sha256 = sha256
        self.modified_at = modified_at
        self.notes: list[str] = []
        self.fraction_read = 0.0
        headers, self._records = table
        self._columns = map_columns(list(headers), profile, Path(name))
        self._zone = zone

    @property
    def carries(self) -> frozenset[str]:
        """Return the kinds of coverage such rows can tell."""
        return self.profile.carries.get(self.holds, frozenset())

    def chunks(self, size: int = 20_000) -> Iterator[Chunk]:
        """Yield the rows, checked, at most `size` records at a time."""
        checker = Checker(self.profile, self._columns, self._zone, self.holds)
        for start in range(0, len(self._records), size):
            part = list(self._records[start : start + size])
            yield checker.check(Batch(part), start + 1)
        self.fraction_read = 1.0
