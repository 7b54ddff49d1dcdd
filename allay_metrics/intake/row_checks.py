"""Checks which rows can be used. A bad row is set aside with column, value and reason."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from allay_metrics import formatting as fmt
from allay_metrics.intake.columns import Columns, TextTidier
from allay_metrics.intake.conversion import ConvertedColumns, Converter
from allay_metrics.intake.mapping import ColumnMap, RowWord
from allay_metrics.intake.rows import (
    CUT_ROW,
    MORE_VALUES,
    ROW_COLUMNS,
    Chunk,
    RowWarning,
    SetAside,
    build_rows_frame,
)
from allay_metrics.intake.rules import Profile
from allay_metrics.intake.seen_keys import SeenKeys
from allay_metrics.intake.table import Batch, Record
from allay_metrics.intake.texts import one_line
from allay_metrics.plausibility import PRICE_CENTS, earliest_birth

_LONGEST_MINUTES = 24 * 60
_NO_DATE = "it is not a date in a known form"
# Column of a chunk -> the field it is read from, and the reason for leaving a value out.
_WARNING_REASONS = {
    "email": ("email", "it is not an e-mail address"),
    "phone": ("phone", "it is not a telephone number"),
    "infant_born": ("infant_born", _NO_DATE),
    "price_cents": ("price", "it is not an amount of money"),
    "booked_on": ("booked_on", _NO_DATE),
    "cancelled_at": ("cancelled_at", "it is not a date and time in a known form"),
}
# A due date such as `due 12/24/2026` is no mistake: a baby not born yet has no birth date.
_DUE = re.compile(r"\b(due|edd|expect(ed|ing))\b", re.IGNORECASE)
_START = ("start", "start_date")
_END = ("end", "end_time", "minutes")
_WHO = ("client_name", "first_name", "last_name")
_ZONE = ("zone",)

# Position -> (fields to blame, reason).
BadRows = dict[int, tuple[tuple[str, ...], str]]


class Checker:
    """Checks the records of one file in their order; keys are compared across batches."""

    def __init__(self, profile: Profile, column_map: ColumnMap, zone: ZoneInfo, holds: str) -> None:
        self._column_map = column_map
        self._width = len(column_map.headers)
        self._defaults = profile.defaults
        self._converter = Converter(profile, column_map, zone, holds)
        self._tidy = TextTidier()
        self._earlier_keys = SeenKeys()
        self._skipped: Counter[str] = Counter()

    def check(self, batch: Batch, first_row: int) -> Chunk:
        """Return the batch as rows, rows set aside and warnings; rows count from `first_row`."""
        set_aside: list[SetAside] = []
        records, numbers = self._split_misfits(batch, first_row, set_aside)
        whole_count = len(records)
        if self._column_map.skip:
            records, numbers = self._drop_skipped(records, numbers)
        skipped = whole_count - len(records)
        columns = Columns(records, self._column_map, self._tidy)
        conversion = self._converter.convert(columns)
        conversion.columns["row_number"] = numbers
        bad = self._find_unusable(conversion)
        rules_by_position = self._find_set_aside(records) if self._column_map.aside else {}
        bad |= {
            position: ((), rule.text or one_line(records[position][rule.column]))
            for position, rule in rules_by_position.items()
        }
        self._refuse_repeats(conversion, bad)
        for position, (fields, reason) in bad.items():
            rule = rules_by_position.get(position)
            index, became = (rule.column, rule.became) if rule else (None, "")
            column, value = self._find_blamed_cell(fields, columns, position, index)
            raw = self._raw(records[position])
            key = self._appointment_key(conversion, columns, position)
            set_aside.append(SetAside(numbers[position], column, value, reason, raw, key, became))
        set_aside.sort(key=lambda row: row.row)
        warnings = self._build_warnings(columns, conversion, bad)
        frame = build_rows_frame(conversion.columns)
        if bad:
            frame = frame.drop(index=list(bad)).reset_index(drop=True)
        return Chunk(frame, set_aside, warnings, read=len(batch.records) - skipped)

    def notes(self) -> list[str]:
        """Return notes for a person on the rows checked so far."""
        notes = [f"skipped {fmt.plural(n, what)}" for what, n in sorted(self._skipped.items())]
        untimed = self._converter.without_time
        if untimed:
            rows = fmt.plural(untimed, "row")
            notes.append(f"{rows} without a time of day: {self._defaults.time} is assumed")
        if (
            self._defaults.minutes
            and not {"end", "end_time", "minutes"} & self._column_map.fields.keys()
        ):
            notes.append(
                f"the file has no end times: {self._defaults.minutes} minutes are assumed for "
                "each visit"
            )
        return notes

    def no_rows(self) -> Chunk:
        """Return the chunk of a file with a header only."""
        return Chunk(build_rows_frame({name: [] for name in ROW_COLUMNS}), [], [], 0)

    def _split_misfits(
        self, batch: Batch, first_row: int, set_aside: list[SetAside]
    ) -> tuple[list[Record], list[int]]:
        """Return the records that fit the header and their numbers; set aside the others."""
        records, numbers = [], []
        last = len(batch.records) - 1 if batch.cut else -1
        for position, record in enumerate(batch.records):
            reason = batch.cut if position == last else self._describe_misfit(record)
            if reason:
                column = self._column_map.headers[min(len(record), self._width) - 1]
                raw = self._raw(record) | {CUT_ROW: reason}
                row = SetAside(first_row + position, column, record[-1], reason, raw)
                set_aside.append(row)
            else:
                records.append(record)
                numbers.append(first_row + position)
        return records, numbers

    def _drop_skipped(
        self, records: list[Record], numbers: list[int]
    ) -> tuple[list[Record], list[int]]:
        """Return the records that are visits, and count the others by name."""
        kept = []
        for position, record in enumerate(records):
            rule = _first_match(self._column_map.skip, record)
            if rule is None:
                kept.append(position)
            else:
                self._skipped[rule.text] += 1
        return [records[position] for position in kept], [numbers[position] for position in kept]

    def _find_set_aside(self, records: list[Record]) -> dict[int, RowWord]:
        """Return position -> rule for the rows that a rule sets aside."""
        matches = (
            (at, _first_match(self._column_map.aside, record)) for at, record in enumerate(records)
        )
        return {position: rule for position, rule in matches if rule}

    def _describe_misfit(self, record: Record) -> str:
        if len(record) != self._width:
            own = self._width - self._column_map.added
            return f"the row has {len(record):,} values, the header {own:,}"
        return "" if any(record) else "the row is empty"

    def _raw(self, record: Record) -> dict[str, str]:
        """Return a record's texts by header, surplus values included."""
        raw = dict.fromkeys(self._column_map.headers, "")
        raw |= dict(zip(self._column_map.headers, record, strict=False))
        if len(record) > self._width:
            raw[MORE_VALUES] = json.dumps(record[self._width :], ensure_ascii=False)
        return raw

    def _appointment_key(
        self, conversion: ConvertedColumns, columns: Columns, position: int
    ) -> str:
        """Return a bad row's source key if it has an id, or client and start; else ''."""
        own = (columns.raw("source_key") or {position: ""})[position].strip()
        client = conversion.columns["client_name"][position]
        if own or (client and position not in conversion.starts.problems):
            return str(conversion.columns["source_key"][position])
        return ""

    def _find_unusable(self, conversion: ConvertedColumns) -> BadRows:
        """Return the bad rows, each blamed on its start, else its end, else its client."""
        bad: BadRows = {
            position: (_ZONE if moment.in_zone else _START, moment.problem)
            for position, moment in conversion.starts.problems.items()
        }
        for position, moment in conversion.ends.problems.items():
            bad.setdefault(position, (_END, moment.problem))
        for position, length in enumerate(conversion.columns["minutes"]):
            if length < 1:
                bad.setdefault(position, (_END, "it is not later than the start"))
            elif length > _LONGEST_MINUTES:
                bad.setdefault(position, (_END, "the visit would last over 24 hours"))
        for position, name in enumerate(conversion.columns["client_name"]):
            if not name[:1].isalnum() and not any(map(str.isalnum, name)):
                bad.setdefault(position, (_WHO, "it does not say who the visit is for"))
        return bad

    def _find_blamed_cell(
        self, fields: tuple[str, ...], columns: Columns, position: int, index: int | None
    ) -> tuple[str, str]:
        if index is not None:
            return self._column_map.headers[index], columns.at(index)[position]
        for field in fields:
            if field in self._column_map.fields:
                return self._column_map.name_of(field), columns.raw(field)[position]
        return "", ""

    def _refuse_repeats(self, conversion: ConvertedColumns, bad: BadRows) -> None:
        """Add to `bad` the rows with an appointment of an earlier row, as in re-saved exports."""
        keys, rows = conversion.columns["source_key"], conversion.columns["row_number"]
        good = [position for position in range(len(rows)) if position not in bad]
        earlier = self._earlier_keys.earlier_rows([keys[p] for p in good], [rows[p] for p in good])
        for place, row in earlier.items():
            reason = f"the same appointment stands already in row {row}"
            bad[good[place]] = (("source_key", *_WHO), reason)

    def _build_warnings(
        self, columns: Columns, conversion: ConvertedColumns, bad: BadRows
    ) -> list[RowWarning]:
        """Return warnings for values that could not be used, of rows that count without them."""
        rows = conversion.columns["row_number"]
        warnings = [
            RowWarning(rows[position], self._column_map.name_of(field), one_line(text), reason)
            for name, (field, reason) in _WARNING_REASONS.items()
            if field in self._column_map.fields and None in conversion.columns[name]
            for position, (value, text) in enumerate(
                zip(conversion.columns[name], columns.raw(field), strict=True)
            )
            if value is None and text.strip() and position not in bad
            if name != "infant_born" or not _DUE.search(text)
        ]
        warnings += self._clear_high_prices(conversion, bad)
        warnings += self._clear_future_births(conversion, bad)
        warnings += self._clear_old_births(conversion, bad)
        return sorted(warnings, key=lambda warning: warning.row)

    def _clear_future_births(self, conversion: ConvertedColumns, bad: BadRows) -> list[RowWarning]:
        """Clear birth dates after the visit, which would give a negative age; return warnings.

        A column that asks for a due date, too, gives no warning.
        """
        born, days = conversion.columns["infant_born"], conversion.columns["day"]
        later = [at for at, day in enumerate(days) if born[at] and born[at] > day > ""]
        column, rows = self._column_map.name_of("infant_born"), conversion.columns["row_number"]
        wrong = [] if _DUE.search(column) else set(later) - bad.keys()
        reason = "this birth date lies after the visit"
        warnings = [RowWarning(rows[at], column, born[at], reason) for at in wrong]
        for at in later:
            born[at] = None
        return warnings

    def _clear_old_births(self, conversion: ConvertedColumns, bad: BadRows) -> list[RowWarning]:
        """Clear birth dates too long before the visit for an infant; return warnings."""
        days = conversion.columns["day"]
        return self._clear(
            conversion,
            bad,
            lambda at, born: bool(days[at]) and born < earliest_birth(days[at]),
            "this birth date lies over three years before the visit",
            name="infant_born",
            field="infant_born",
        )

    def _clear_high_prices(self, conversion: ConvertedColumns, bad: BadRows) -> list[RowWarning]:
        return self._clear(
            conversion,
            bad,
            lambda _at, cents: not PRICE_CENTS.holds(cents),
            PRICE_CENTS.sentence.rstrip(".").replace("A price", "a price"),
            name="price_cents",
            field="price",
        )

    def _clear(
        self,
        conversion: ConvertedColumns,
        bad: BadRows,
        is_wrong: Callable[[int, Any], bool],
        reason: str,
        *,
        name: str,
        field: str,
    ) -> list[RowWarning]:
        """Clear the values of a column that are wrong; return a warning for each.

        `name` is the column of the chunk, `field` the field it is read from.
        """
        values, rows = conversion.columns[name], conversion.columns["row_number"]
        wrong = [at for at, value in enumerate(values) if value is not None and is_wrong(at, value)]
        column = self._column_map.name_of(field) if wrong else ""
        warnings = [
            RowWarning(rows[at], column, _format_value(name, values[at]), reason)
            for at in wrong
            if at not in bad
        ]
        for at in wrong:
            values[at] = None
        return warnings


def _format_value(name: str, value: Any) -> str:
    return f"${value / 100:,.2f}" if name == "price_cents" else str(value)


def _first_match(rules: tuple[RowWord, ...], record: Record) -> RowWord | None:
    """Return the first rule that matches the record, None for none."""
    matches = (rule for rule in rules if rule.matches.search(one_line(record[rule.column])))
    return next(matches, None)
