"""Maps the columns of a file to fields by a profile: by header, never by position."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from allay_metrics.errors import FileProblem
from allay_metrics.intake.rules import AsideRule, Profile, SkipRule
from allay_metrics.intake.texts import format_list, normalise_header

# Fields that may have several columns; for the others the first header in the file counts.
JOINED_FIELDS = frozenset({"address", "notes", "concern", "infant_names"})


@dataclass(frozen=True)
class Mark:
    """A column with words that mark the visit."""

    column: int
    matches: re.Pattern[str]
    mark: str


@dataclass(frozen=True)
class RowWord:
    """A column with words that skip the row or set it aside; see `SkipRule`, `AsideRule`."""

    column: int
    matches: re.Pattern[str]
    text: str
    became: str = ""


@dataclass(frozen=True)
class ColumnMap:
    """The positions of one file's columns: `fields` by field, `extra` without one.

    The last `added` columns are not the file's own: see extra_columns.py.
    """

    headers: tuple[str, ...]
    fields: dict[str, tuple[int, ...]]
    marks: tuple[Mark, ...]
    extra: tuple[int, ...]
    skip: tuple[RowWord, ...] = ()
    aside: tuple[RowWord, ...] = ()
    added: int = 0

    def name_of(self, field: str) -> str:
        """Return the file's own header of a field, '' where the file has none."""
        return self.headers[self.fields[field][0]] if field in self.fields else ""

    @property
    def has_cancelled_marks(self) -> bool:
        """Return whether a column marks the cancelled rows of a mixed file."""
        return any(mark.mark.endswith("cancelled") for mark in self.marks)


def map_columns(headers: list[str], profile: Profile, path: Path, added: int = 0) -> ColumnMap:
    """Return the positions. Raises FileProblem if a needed column is missing or repeated.

    The last `added` headers are those of columns added to the file's own.
    """
    names = [normalise_header(header) for header in headers]
    fields = _find_positions(names, profile)
    _add_questions(names, fields, profile)
    marks = tuple(
        Mark(names.index(normalise_header(column)), rule.matches, rule.mark)
        for rule in profile.marks
        for column in rule.columns
        if normalise_header(column) in names
    )
    used = {index for indexes in fields.values() for index in indexes}
    _refuse_repeated(headers, names, used | {mark.column for mark in marks}, path)
    _refuse_missing(headers, profile, path)
    return ColumnMap(
        headers=_make_unique(headers),
        fields=fields,
        marks=marks,
        extra=tuple(index for index in range(len(headers)) if index not in used),
        skip=_build_row_words(names, profile.skip),
        aside=_build_row_words(names, profile.aside),
        added=added,
    )


def find_missing_fields(headers: list[str], profile: Profile) -> list[str]:
    """Return the profile's headers of the needed columns that a file's header lacks."""
    names = [normalise_header(header) for header in headers]
    fields = _find_positions(names, profile)
    needs = {
        "start": {"start"} <= fields.keys() or {"start_date", "start_time"} <= fields.keys(),
        "end": bool({"end", "end_time", "minutes"} & fields.keys() or profile.defaults.minutes),
        "client_name": bool({"client_name", "first_name", "last_name"} & fields.keys()),
    }
    return [_first_header(need, profile) for need, is_mapped in needs.items() if not is_mapped]


def _build_row_words(
    names: list[str], rules: Sequence[SkipRule | AsideRule]
) -> tuple[RowWord, ...]:
    return tuple(
        RowWord(names.index(normalise_header(column)), rule.matches, rule.text, rule.became)
        for rule in rules
        for column in rule.columns
        if normalise_header(column) in names
    )


def _find_positions(names: list[str], profile: Profile) -> dict[str, tuple[int, ...]]:
    fields = {}
    for field, columns in profile.columns.items():
        positions = [
            names.index(normalise_header(column))
            for column in columns
            if normalise_header(column) in names
        ]
        if positions:
            fields[field] = tuple(positions) if field in JOINED_FIELDS else (positions[0],)
    return fields


def _add_questions(names: list[str], fields: dict[str, tuple[int, ...]], profile: Profile) -> None:
    """Map each free column to the field with the first pattern that fits its header."""
    taken = {index for indexes in fields.values() for index in indexes}
    for index, name in enumerate(names):
        field = profile.find_field(name)
        if index in taken or field is None or (field in fields and field not in JOINED_FIELDS):
            continue
        fields[field] = (*fields.get(field, ()), index)


def _refuse_repeated(headers: list[str], names: list[str], used: set[int], path: Path) -> None:
    counts = Counter(names)
    repeated = sorted({headers[index] for index in used if counts[names[index]] > 1})
    if repeated:
        raise FileProblem(
            f"{path.name}: the column {format_list(repeated)} stands in the header more than once, "
            "so it is unclear which one to read; rename or delete the others."
        )


def _refuse_missing(headers: list[str], profile: Profile, path: Path) -> None:
    missing = find_missing_fields(headers, profile)
    if missing:
        header_text = format_list([header for header in headers if header.strip()])
        raise FileProblem(
            f"{path.name}: read as {profile.label}, it lacks the column {' and '.join(missing)}; "
            f"its header has {header_text}."
        )


def _first_header(field: str, profile: Profile) -> str:
    names = profile.columns.get(field) or profile.columns.get("first_name") or (field,)
    return format_list([names[0]])


def _make_unique(headers: list[str]) -> tuple[str, ...]:
    """Return the headers, repeated ones numbered and blank ones named by position."""
    counts: Counter[str] = Counter()
    unique_names = []
    for position, header in enumerate(headers, 1):
        name = header.strip() or f"(column {position})"
        counts[name] += 1
        unique_names.append(name if counts[name] == 1 else f"{name} ({counts[name]})")
    return tuple(unique_names)
