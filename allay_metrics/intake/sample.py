"""The beginning of a file nobody knows yet: its header, some of its rows, as texts."""

from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from allay_metrics.errors import FileProblem
from allay_metrics.intake.mapping import map_columns
from allay_metrics.intake.profile import Profile
from allay_metrics.intake.row_checks import Checker
from allay_metrics.intake.rows import Chunk
from allay_metrics.intake.table import Batch, Record
from allay_metrics.intake.table_formats import open_table

ROWS = 5_000  # enough to meet every word of a column of states


@dataclass(frozen=True)
class Sample:
    """A file's header and its first rows, those that fit the header."""

    file_name: str
    headers: tuple[str, ...]
    records: tuple[Record, ...]

    def values(self, header: str) -> list[str]:
        """Return what stands in a column, row by row, blanks left out."""
        at = self.headers.index(header)
        return [record[at].strip() for record in self.records if record[at].strip()]

    def read_by(self, profile: Profile, zone: ZoneInfo, n: int) -> Chunk:
        """Return the first `n` rows as the profile reads them. Raises FileProblem."""
        where = map_columns(list(self.headers), profile, Path(self.file_name))
        checker = Checker(profile, where, zone, profile.holds)
        return checker.check(Batch(list(self.records[:n])), 1)


def take_sample(path: Path) -> Sample:
    """Return the beginning of a file. Raises FileProblem where it is no table with a header."""
    table, _ = open_table(path)
    first = table.first()
    at = _find_header(first)
    if at is None:
        raise FileProblem(f"{path.name} has no line that could be a header.")
    headers = tuple(first[at])
    for batch in table.batches(at + 1, ROWS):
        fitting = [record for record in batch.records if len(record) == len(headers)]
        return Sample(path.name, headers, tuple(fitting))
    return Sample(path.name, headers, ())


def _find_header(records: list[Record]) -> int | None:
    """Return where the header stands: the first line that names most columns in words."""
    named = [sum(any(map(str.isalpha, cell)) for cell in record) for record in records[:10]]
    most = max(named, default=0)
    return next((i for i, names in enumerate(named) if most > 1 and names >= 0.8 * most), None)
