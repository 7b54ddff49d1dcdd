"""From tidy texts to values, column by column, with a cache per distinct text.

It works on lists: most values of an export repeat, so that this is faster than pandas.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha1
from typing import Any
from zoneinfo import ZoneInfo

from allay_metrics.intake import values
from allay_metrics.intake.clock import Clock, Moment, Moments
from allay_metrics.intake.columns import DISTINCT_TEXTS, Columns
from allay_metrics.intake.mapping import ColumnMap
from allay_metrics.intake.rules import Profile
from allay_metrics.intake.texts import one_line
from allay_metrics.intake.times import split_moment
from allay_metrics.intake.visit_marks import Marks, build_extra_reader

Values = list[Any]


@dataclass(frozen=True)
class ConvertedColumns:
    """A batch's values by column of `rows.ROW_COLUMNS`, and its starts and ends with problems."""

    columns: dict[str, Values]
    starts: Moments
    ends: Moments


class Converter:
    """Turns the columns of one file into values."""

    def __init__(self, profile: Profile, column_map: ColumnMap, zone: ZoneInfo, holds: str) -> None:
        self._column_map = column_map
        self._clock = Clock(zone, profile.days)
        self._marks = Marks(column_map, profile, holds)
        self._extra = build_extra_reader(column_map)
        self._readers = _build_readers(profile)
        self._defaults = profile.defaults
        self.without_time = 0

    def convert(self, columns: Columns) -> ConvertedColumns:
        """Return all values of the batch; a time that cannot be read is instant 0."""
        zones = columns.line("zone")
        starts = self._moments(
            columns, ("start", "start_date", "start_time"), zones, self._defaults.time
        )
        ends = self._ends(columns, starts, zones)
        column_values = self._times(columns, starts, ends, zones) | _texts(columns)
        column_values["source_key"] = _keys(columns, column_values)
        column_values["cancelled_by"] = self._marks.read_cancelled_by(columns)
        column_values["marked"] = self._marks.read_marks(columns)
        self._marks.apply_details(column_values)
        column_values["extra"] = self._extra(columns)
        for name, (field, reader) in self._readers.items():
            column_values[name] = list(map(reader, columns.raw(field))) or [None] * columns.size
        return ConvertedColumns(column_values, starts, ends)

    def _times(
        self, columns: Columns, starts: Moments, ends: Moments, zones: list[str]
    ) -> dict[str, Values]:
        cancelled: list[int | None] = [None] * columns.size
        if "cancelled_at" in self._column_map.fields:
            read = self._clock.moments(columns.raw("cancelled_at"), zones)
            cancelled = [
                None if position in read.problems else epoch
                for position, epoch in enumerate(read.epochs)
            ]
        return {
            "starts_at": starts.epochs,
            "ends_at": ends.epochs,
            "day": starts.days,
            "minutes": [
                (end - start) // 60 for start, end in zip(starts.epochs, ends.epochs, strict=True)
            ],
            "cancelled_at": cancelled,
        }

    def _moments(
        self, columns: Columns, fields: tuple[str, str, str], zones: list[str], default: str = ""
    ) -> Moments:
        """Return the instants of one column, or of a date and a time in two."""
        whole, day, time = (columns.raw(field) for field in fields)
        texts = whole or [
            f"{day_text.strip()} {time_text.strip()}"
            for day_text, time_text in zip(day, time, strict=True)
        ]
        if default:
            texts = self._add_default_time(texts, default)
        return self._clock.moments(texts, zones)

    def _add_default_time(self, texts: Sequence[str], default: str) -> list[str]:
        """Return the texts, a date alone with this time of day added."""
        is_date_only = [
            bool(text.strip()) and not split_moment(one_line(text))[1] for text in texts
        ]
        self.without_time += sum(is_date_only)
        return [
            f"{text.strip()} {default}" if has_no_time else text
            for text, has_no_time in zip(texts, is_date_only, strict=True)
        ]

    def _ends(self, columns: Columns, starts: Moments, zones: list[str]) -> Moments:
        fields = self._column_map.fields
        if "end" in fields or {"end_time", "start_date"} <= fields.keys():
            return self._moments(columns, ("end", "start_date", "end_time"), zones)
        lengths: list[int | None] = [self._defaults.minutes] * columns.size
        if "minutes" in fields:
            lengths = [values.parse_minutes(text) for text in columns.raw("minutes")]
        no_length = Moment(0, "", "it is not a length in minutes")
        return Moments(
            epochs=[
                epoch + (length or 0) * 60
                for epoch, length in zip(starts.epochs, lengths, strict=True)
            ],
            days=starts.days,
            problems={at: no_length for at, length in enumerate(lengths) if length is None},
        )


def _texts(columns: Columns) -> dict[str, Values]:
    whole, first, last = (
        columns.line(field) for field in ("client_name", "first_name", "last_name")
    )
    return {
        "client_name": [
            name or f"{first_name} {last_name}".strip()
            for name, first_name, last_name in zip(whole, first, last, strict=True)
        ],
        "type_text": columns.line("type"),
        "therapist": columns.or_none("therapist"),
        "city_text": columns.or_none("city"),
        "zip": columns.or_none("zip"),
        "referral_source": columns.or_none("referral_source"),
        "infant_names": columns.joined("infant_names", " & "),
        "address": columns.joined("address", ", "),
        "notes": columns.joined("notes", "\n"),
        "concern": columns.joined("concern", "; "),
    }


def _keys(columns: Columns, column_values: dict[str, Values]) -> list[str]:
    """Return the source's own ids; without one, a hash of client and start."""
    ids = columns.raw("source_key") or [""] * columns.size
    return [
        key or sha1(f"{name.casefold()}|{start}".encode(), usedforsecurity=False).hexdigest()
        for key, name, start in zip(
            map(str.strip, ids),
            column_values["client_name"],
            column_values["starts_at"],
            strict=True,
        )
    ]


def _build_readers(profile: Profile) -> dict[str, tuple[str, Callable[[str], Any]]]:
    """Return column -> (field it is read from, cached function that reads its texts)."""

    def day(text: str) -> str | None:
        read = profile.days.read(one_line(text))
        return None if isinstance(read, str) else read.isoformat()

    def phone(text: str) -> str | None:
        return values.parse_phone(text, profile.phone_region)

    plain: dict[str, tuple[str, Callable[[str], Any]]] = {
        "email": ("email", values.parse_email),
        "phone": ("phone", phone),
        "price_cents": ("price", values.parse_cents),
        "infant_born": ("infant_born", day),
        "booked_on": ("booked_on", day),
    }
    return {
        name: (field, lru_cache(DISTINCT_TEXTS)(reader)) for name, (field, reader) in plain.items()
    }
