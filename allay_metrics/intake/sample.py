"""The beginning of an unknown file: its header and some of its rows, as texts."""

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

ROWS = 5_000  # enough to find every word of a column of states


@dataclass(frozen=True)
class Sample:
    """A file's header and those of its first rows that fit it."""

    file_name: str
    headers: tuple[str, ...]
    records: tuple[Record, ...]

    def values(self, header: str) -> list[str]:
        """Return the values of a column in order, without blanks."""
        header_index = self.headers.index(header)
        return [
            record[header_index].strip() for record in self.records if record[header_index].strip()
        ]

    def read_by(self, profile: Profile, zone: ZoneInfo, n: int) -> Chunk:
        """Return the first `n` rows as the profile reads them. Raises FileProblem."""
        column_map = map_columns(list(self.headers), profile, Path(self.file_name))
        checker = Checker(profile, column_map, zone, profile.holds)
        return checker.check(Batch(list(self.records[:n])), 1)


def take_sample(path: Path) -> Sample:
    """Return the beginning of a file. Raises FileProblem if it is no table with a header."""
    table, _ = open_table(path)
    first = table.first()
    header_index = _find_header(first)
    if header_index is None:
        raise FileProblem(f"{path.name} has no line that could be a header.")
    headers = tuple(first[header_index])
    for batch in table.batches(header_index + 1, ROWS):
        matching_records = [record for record in batch.records if len(record) == len(headers)]
        return Sample(path.name, headers, tuple(matching_records))
    return Sample(path.name, headers, ())


def _find_header(records: list[Record]) -> int | None:
    """Return the index of the header: the first record with letters in most of its cells."""
    name_counts = [sum(any(map(str.isalpha, cell)) for cell in record) for record in records[:10]]
    most_names = max(name_counts, default=0)
    return next(
        (i for i, names in enumerate(name_counts) if most_names > 1 and names >= 0.8 * most_names),
        None,
    )
