"""A second report of the same source, joined to the visits of a file by common columns."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from allay_metrics import formatting as fmt
from allay_metrics.errors import FileProblem
from allay_metrics.intake.rules import JoinRule, Profile
from allay_metrics.intake.table import Record, Table
from allay_metrics.intake.texts import format_list, normalise_header, one_line

Key = tuple[str, ...]
# The number of a line of the report, its texts in the columns of `prefer`, and its cells.
ReportLine = tuple[int, Key, tuple[str, ...]]


class JoinedReports:
    """Adds the columns of second reports to a file. Their rows are kept in memory."""

    def __init__(
        self,
        profile: Profile,
        rule: JoinRule,
        headers: Record,
        reports: Sequence[tuple[Path, Table]],
    ) -> None:
        self._profile = profile
        self._rule = rule
        self._report_columns = tuple(name for names in rule.columns.values() for name in names)
        self.headers = tuple(rule.header(name) for name in self._report_columns)
        self._file_positions = _Positions(headers, f"read as {profile.label}, the file")
        self._lines_by_key: dict[Key, list[ReportLine]] = {}
        self._lines = 0
        for path, table in reports:
            self._read(path, table)
        self._name = " and ".join(path.name for path, _ in reports)
        self.begin()

    def begin(self) -> None:
        """Reset the counts of matched visits."""
        self._visits = self._match_count = self._differing = 0
        self._used: set[int] = set()

    def cells(self, record: Record) -> list[str]:
        """Return the report's cells for this record's visit; blank if its lines differ."""
        self._visits += 1
        (key,) = self._keys(record, self._file_positions, ours=True)
        lines = self._lines_by_key.get(key, [])
        preference = tuple(
            normalise_header(record[self._file_positions.of(name)]) for name in self._rule.prefer
        )
        preferred = {cells for _, prefers, cells in lines if prefers == preference}
        candidates = preferred or {cells for _, _, cells in lines}
        self._used.update(line for line, _, _ in lines)
        if len(candidates) == 1:
            self._match_count += 1
            return list(candidates.pop())
        self._differing += bool(candidates)
        return [""] * len(self.headers)

    def notes(self) -> list[str]:
        """Return how many rows were matched, and what of the report was not used."""
        visits = fmt.plural(self._visits, "row")
        notes = [f"the {self._rule.label} {self._name} matched {self._match_count:,} of {visits}"]
        if self._differing:
            rows = fmt.plural(self._differing, "row")
            notes.append(f"its lines for {rows} differ: nothing was read from them")
        unused = self._lines - len(self._used)
        if unused and self._visits:
            verb = "matches" if unused == 1 else "match"
            notes.append(f"{fmt.plural(unused, 'line')} of it {verb} no row of this file")
        return notes

    def _read(self, path: Path, table: Table) -> None:
        first_records = table.first()
        header_index = next(
            (i for i, record in enumerate(first_records) if is_report(record, self._rule)), None
        )
        if header_index is None:
            raise FileProblem(
                f"{path.name} is no {self._rule.label} of {self._profile.label}: it lacks one of "
                f"the columns {format_list(list(self._rule.recognised_by))}."
            )
        header = first_records[header_index]
        positions = _Positions(header, path.name)
        for record in _read_matching_records(table, header_index + 1, len(header)):
            cells = tuple(one_line(record[positions.of(name)]) for name in self._report_columns)
            prefers = tuple(
                normalise_header(record[positions.of(name)]) for name in self._rule.prefer.values()
            )
            if not any(cells):
                continue
            for key in self._keys(record, positions, ours=False):
                self._lines_by_key.setdefault(key, []).append((self._lines, prefers, cells))
            self._lines += 1

    def _keys(self, record: Record, positions: "_Positions", *, ours: bool) -> set[Key]:
        """Return the keys that join a row: one, or one per date in a row of the report."""
        same = tuple(
            normalise_header(record[positions.of(own if ours else other)])
            for own, other in self._rule.same.items()
        )
        keys: list[Key] = [same]
        for own, others in self._rule.same_day.items():
            days = {self._day(record[positions.of(name)]) for name in ((own,) if ours else others)}
            keys = [(*key, day) for key in keys for day in sorted(days)]
        return set(keys)

    def _day(self, text: str) -> str:
        read = self._profile.days.read(one_line(text))
        return normalise_header(text) if isinstance(read, str) else read.isoformat()


class _Positions:
    """Positions of columns by header; of a repeated header the first."""

    def __init__(self, headers: Record, subject: str) -> None:
        self._at = {normalise_header(name): i for i, name in reversed(list(enumerate(headers)))}
        self._subject = subject

    def of(self, name: str) -> int:
        """Return the position of a column. Raises FileProblem if it is missing."""
        try:
            return self._at[normalise_header(name)]
        except KeyError:
            raise FileProblem(f"{self._subject} lacks the column {format_list([name])}.") from None


def is_report(record: Record, rule: JoinRule) -> bool:
    """Return whether this record is the header of such a report."""
    return {normalise_header(name) for name in rule.recognised_by} <= {
        normalise_header(cell) for cell in record
    }


def _read_matching_records(table: Table, skip: int, width: int) -> Iterator[Record]:
    for batch in table.batches(skip, 20_000):
        yield from (record for record in batch.records if len(record) == width)
