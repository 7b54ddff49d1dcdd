"""What an import reads from: the protocol of a source, and rows in memory as one."""

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
    """What an import reads: a file, or rows from the API of a system."""

    @property
    def file_name(self) -> str:
        """Return its name on screen."""
        ...

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of its content."""
        ...

    @property
    def modified_at(self) -> int:
        """Return when it was exported or received, in seconds since 1970 UTC."""
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
        """Return the profile that reads it."""
        ...

    @property
    def notes(self) -> list[str]:
        """Return notes for a person on how it was read."""
        ...

    @property
    def carries(self) -> frozenset[str]:
        """Return the kinds of coverage it can have."""
        ...

    @property
    def untold(self) -> frozenset[str]:
        """Return the columns of a chunk about which it has no information."""
        ...

    @property
    def fraction_read(self) -> float:
        """Return the share of it that was read, 0 to 1."""
        ...

    def chunks(self) -> Iterator[Chunk]:
        """Yield its checked rows."""
        ...


class RowsSource:
    """A header and records in memory, with kept and cancelled visits."""

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
        """Return the kinds of coverage such rows can have."""
        return self.profile.carries.get(self.holds, frozenset())

    def chunks(self, size: int = 20_000) -> Iterator[Chunk]:
        """Yield the checked rows, at most `size` records at a time."""
        checker = Checker(self.profile, self._columns, self._zone, self.holds)
        for start in range(0, len(self._records), size):
            part = list(self._records[start : start + size])
            yield checker.check(Batch(part), start + 1)
        self.fraction_read = 1.0
