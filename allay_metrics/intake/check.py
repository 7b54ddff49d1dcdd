"""From texts to checked rows, column by column; a row fails alone, in plain words.

Plain list work with a cache per distinct text: on exports, where most values repeat, it is faster
than vectorised frames, and a refusal can name its row, column and value.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import sha1
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from allay_metrics.intake import values
from allay_metrics.intake.clock import Clock, Moment
from allay_metrics.intake.mapping import ColumnMap
from allay_metrics.intake.profile import Profile
from allay_metrics.intake.rows import ROW_COLUMNS, Chunk, RowWarning, SetAside, rows_frame
from allay_metrics.intake.seen import SeenKeys
from allay_metrics.intake.table import Batch, Record
from allay_metrics.intake.texts import one_line, several_lines

_DISTINCT_TEXTS = 50_000
_LONGEST_MINUTES = 24 * 60
# Stronger marks win: a moved visit is counted where it landed, a no-show is more than cancelled.
_STRENGTH = ("none", "arrived", "cancelled", "no_show", "rescheduled")
_encode = json.JSONEncoder(ensure_ascii=False).encode

Column = Sequence[str]
Values = list[Any]


class Checker:
    """Checks the records of one file in their order. Keys met are remembered between batches."""

    def __init__(self, profile: Profile, columns: ColumnMap, zone: ZoneInfo, holds: str) -> None:
        self._columns = columns
        self._width = len(columns.headers)
        self._clock = Clock(zone, profile.moments)
        self._seen = SeenKeys()
        self._base_mark = "cancelled" if holds == "cancelled" else "none"
        self._text = lru_cache(_DISTINCT_TEXTS)(one_line)
        self._readers = _readers(profile)
        self._mark = lru_cache(_DISTINCT_TEXTS)(self._mark_of)
        self._extra = lru_cache(_DISTINCT_TEXTS)(self._extra_of)
        self._practice_words = profile.practice_words

    def check(self, batch: Batch, first_row: int) -> Chunk:
        """Return the batch as rows, rows set aside and warnings; its first row has this number."""
        set_aside: list[SetAside] = []
        records, numbers = self._whole_records(batch, first_row, set_aside)
        table: list[Column] = list(zip(*records, strict=True)) or [()] * self._width
        found = self._values(table, len(records))
        found["row_number"] = numbers
        bad = self._unusable(table, found)
        self._refuse_repeats(found, bad)
        for position, (column, value, reason) in bad.items():
            raw = self.raw(records[position])
            set_aside.append(SetAside(numbers[position], column, value, reason, raw))
        warnings = self._warnings(table, found, bad)
        frame = rows_frame(found)
        if bad:
            frame = frame.drop(index=list(bad)).reset_index(drop=True)
        set_aside.sort(key=lambda row: row.row)
        return Chunk(frame, set_aside, warnings, read=len(batch.records))

    def no_rows(self) -> pd.DataFrame:
        """Return a frame of no rows with all columns."""
        return rows_frame({name: [] for name in ROW_COLUMNS})

    def raw(self, record: Record) -> dict[str, str]:
        """Return a record's texts by the file's own headers, values too many included."""
        raw = dict(zip(self._columns.headers, record, strict=False))
        if len(record) > self._width:
            raw["(more values)"] = _encode(record[self._width :])
        return raw

    def _whole_records(
        self, batch: Batch, first_row: int, set_aside: list[SetAside]
    ) -> tuple[list[Record], list[int]]:
        """Part the records that fit the header from those that do not, which are never shifted."""
        records, numbers = [], []
        last = len(batch.records) - 1 if batch.cut else -1
        for position, record in enumerate(batch.records):
            reason = batch.cut if position == last else self._misfit(record)
            if reason:
                column = self._columns.headers[min(len(record), self._width) - 1]
                row = SetAside(first_row + position, column, record[-1], reason, self.raw(record))
                set_aside.append(row)
            else:
                records.append(record)
                numbers.append(first_row + position)
        return records, numbers

    def _misfit(self, record: Record) -> str:
        if len(record) != self._width:
            return f"the row has {len(record):,} values, the header {self._width:,}"
        return "" if any(record) else "the row is empty"

    # -- columns to values ---------------------------------------------------------------------

    def _values(self, table: list[Column], size: int) -> dict[str, Values]:
        zones = self._first(table, "zone", size)
        starts = self._moments(table, ("start", "start_date", "start_time"), zones)
        ends = self._ends(table, starts, zones)
        names = self._names(table, size)
        cancelled = self._optional_moments(table, "cancelled_at", zones)
        found: dict[str, Values] = {
            "starts": starts,
            "ends": ends,
            "starts_at": [start.epoch for start in starts],
            "ends_at": [end.epoch for end in ends],
            "day": [start.day for start in starts],
            "client_name": names,
            "cancelled_at": cancelled,
            "cancelled_by": [self._canceller(text) for text in self._one(table, "cancelled_by")],
            "marked": self._marks(table, size),
            "extra": self._extras(table, size),
            "type_text": self._first(table, "type", size),
        }
        found["minutes"] = [
            (end - start) // 60
            for start, end in zip(found["starts_at"], found["ends_at"], strict=True)
        ]
        found["source_key"] = self._keys(table, names, found["starts_at"], size)
        for field, reader in self._readers.items():
            name = "price_cents" if field == "price" else field
            found[name] = [reader(text) for text in self._one(table, field)] or [None] * size
        for ours, field in (("therapist", "therapist"), ("city_text", "city"), ("zip", "zip")):
            found[ours] = [text or None for text in self._first(table, field, size)]
        found["referral_source"] = _or_none(self._first(table, "referral_source", size))
        found["infant_names"] = _or_none(self._joined(table, "infant_names", " & ", size))
        found["address"] = _or_none(self._joined(table, "address", ", ", size))
        found["notes"] = _or_none(self._joined(table, "notes", "\n", size))
        found["concern"] = _or_none(self._joined(table, "concern", "; ", size))
        return found | {name: values or [None] * size for name, values in found.items()}

    def _one(self, table: list[Column], field: str) -> Column:
        """Return a field's column as it stands, empty where the file has none."""
        indexes = self._columns.fields.get(field)
        return table[indexes[0]] if indexes else ()

    def _first(self, table: list[Column], field: str, size: int) -> list[str]:
        text = self._text
        return [text(cell) for cell in self._one(table, field)] or [""] * size

    def _joined(self, table: list[Column], field: str, glue: str, size: int) -> list[str]:
        indexes = self._columns.fields.get(field, ())
        cleaned = [[several_lines(cell) for cell in table[index]] for index in indexes]
        if len(cleaned) < 2:
            return cleaned[0] if cleaned else [""] * size
        return [glue.join(filter(None, cells)) for cells in zip(*cleaned, strict=True)]

    def _moments(
        self, table: list[Column], fields: tuple[str, str, str], zones: list[str]
    ) -> list[Moment]:
        """Return the instants of one column, or of a date and a time in two."""
        whole, day, hour = (self._one(table, field) for field in fields)
        texts: Column = whole or [f"{d} {t}" for d, t in zip(day, hour, strict=True)]
        return list(map(self._clock.moment, texts, zones))

    def _ends(self, table: list[Column], starts: list[Moment], zones: list[str]) -> list[Moment]:
        fields = self._columns.fields
        if "end" in fields or ("end_time" in fields and "start_date" in fields):
            return self._moments(table, ("end", "start_date", "end_time"), zones)
        lengths = [values.minutes(text) for text in self._one(table, "minutes")]
        return [
            Moment(start.epoch + length * 60, "", "")
            if length is not None
            else Moment(0, "", "it is not a length in minutes")
            for start, length in zip(starts, lengths, strict=True)
        ]

    def _optional_moments(self, table: list[Column], field: str, zones: list[str]) -> Values:
        texts = self._one(table, field)
        moments = [self._clock.moment(text, zone) for text, zone in zip(texts, zones, strict=False)]
        return [None if moment.problem else moment.epoch for moment in moments]

    def _names(self, table: list[Column], size: int) -> list[str]:
        whole = self._first(table, "client_name", size)
        first = self._first(table, "first_name", size)
        last = self._first(table, "last_name", size)
        return [w or f"{f} {n}".strip() for w, f, n in zip(whole, first, last, strict=True)]

    def _keys(
        self, table: list[Column], names: list[str], starts: list[int], size: int
    ) -> list[str]:
        return [
            key or sha1(f"{name.casefold()}|{start}".encode(), usedforsecurity=False).hexdigest()
            for key, name, start in zip(
                self._first(table, "source_key", size), names, starts, strict=True
            )
        ]

    def _canceller(self, text: str) -> str | None:
        told = self._text(text)
        if not told:
            return None
        return "practice" if self._practice_words.search(told) else "family"

    def _marks(self, table: list[Column], size: int) -> list[str]:
        columns = sorted({mark.column for mark in self._columns.marks})
        if not columns:
            return [self._base_mark] * size
        return [self._mark(cells) for cells in zip(*(table[c] for c in columns), strict=True)]

    def _mark_of(self, cells: tuple[str, ...]) -> str:
        columns = sorted({mark.column for mark in self._columns.marks})
        texts = dict(zip(columns, map(one_line, cells), strict=True))
        met = [m.mark for m in self._columns.marks if m.matches.search(texts[m.column])]
        return max([self._base_mark, *met], key=_STRENGTH.index)

    def _extras(self, table: list[Column], size: int) -> list[str | None]:
        columns = [table[index] for index in self._columns.extra]
        return [self._extra(cells) for cells in zip(*columns, strict=True)] or [None] * size

    def _extra_of(self, cells: tuple[str, ...]) -> str | None:
        headers = self._columns.headers
        told = {
            headers[index]: cell
            for index, cell in zip(self._columns.extra, cells, strict=True)
            if cell.strip()
        }
        return _encode(told) if told else None

    # -- what cannot be used -------------------------------------------------------------------

    def _unusable(
        self, table: list[Column], found: dict[str, Values]
    ) -> dict[int, tuple[str, str, str]]:
        """Return position -> (column, value, reason) of the rows that fail, first column first."""
        bad: dict[int, tuple[str, str, str]] = {}
        for position, (start, end, length, name) in enumerate(
            zip(found["starts"], found["ends"], found["minutes"], found["client_name"], strict=True)
        ):
            if start.problem:
                bad[position] = self._blame(table, position, _START_FIELDS, start)
            elif end.problem:
                bad[position] = self._blame(table, position, _END_FIELDS, end)
            elif not 1 <= length <= _LONGEST_MINUTES:
                reason = "it ends no later than it starts" if length < 1 else "it is over 24 hours"
                bad[position] = self._blame(table, position, _END_FIELDS, Moment(0, "", reason))
            elif not any(map(str.isalnum, name)):
                who = Moment(0, "", "it does not say who the visit is for")
                bad[position] = self._blame(table, position, _WHO_FIELDS, who)
        return bad

    def _blame(
        self, table: list[Column], position: int, fields: tuple[str, ...], moment: Moment
    ) -> tuple[str, str, str]:
        if moment.in_zone:
            fields = ("zone",)
        for field in fields:
            if field in self._columns.fields:
                value = self._one(table, field)[position]
                return self._columns.name_of(field), value, moment.problem
        return "", "", moment.problem

    def _refuse_repeats(
        self, found: dict[str, Values], bad: dict[int, tuple[str, str, str]]
    ) -> None:
        good = [position for position in range(len(found["row_number"])) if position not in bad]
        keys = [found["source_key"][position] for position in good]
        rows = [found["row_number"][position] for position in good]
        column = self._columns.name_of("source_key") or self._columns.name_of("client_name")
        for place, earlier in self._seen.earlier_rows(keys, rows).items():
            reason = f"the same appointment stands already in row {earlier}"
            bad[good[place]] = (column, keys[place], reason)

    def _warnings(
        self,
        table: list[Column],
        found: dict[str, Values],
        bad: dict[int, tuple[str, str, str]],
    ) -> list[RowWarning]:
        """Return the values left out of rows that count, and leave birth dates to come out."""
        warnings = []
        for field, reason in _WARNED.items():
            name = "price_cents" if field == "price" else field
            for position, text in enumerate(self._one(table, field)):
                if found[name][position] is None and text.strip() and position not in bad:
                    row = found["row_number"][position]
                    column = self._columns.name_of(field)
                    warnings.append(RowWarning(row, column, one_line(text), reason))
        return sorted(warnings, key=lambda warning: warning.row)


_START_FIELDS = ("start", "start_date")
_END_FIELDS = ("end", "end_time", "minutes")
_WHO_FIELDS = ("client_name", "first_name", "last_name")
_WARNED = {
    "email": "it is not an e-mail address",
    "phone": "it is not a telephone number",
    "infant_born": "it is not a date in a known form",
    "price": "it is not an amount of money",
    "booked_on": "it is not a date in a known form",
    "cancelled_at": "it is not a date and time in a known form",
}


def _readers(profile: Profile) -> dict[str, Callable[[str], Any]]:
    """Return the reader of each optional field, each remembering the texts it has read."""

    def day(text: str) -> str | None:
        read = profile.days.read(one_line(text))
        return None if isinstance(read, str) else read.isoformat()

    def phone(text: str) -> str | None:
        return values.phone(text, profile.phone_region)

    plain: dict[str, Callable[[str], Any]] = {
        "email": values.email,
        "phone": phone,
        "infant_born": day,
        "price": values.cents,
        "booked_on": day,
    }
    return {field: lru_cache(_DISTINCT_TEXTS)(reader) for field, reader in plain.items()}


def _or_none(texts: Iterator[str] | list[str]) -> list[str | None]:
    return [text or None for text in texts]
