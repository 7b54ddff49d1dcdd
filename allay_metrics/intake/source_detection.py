"""Detects the source of a file by its headers, and the position of its header."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from allay_metrics.errors import FileProblem
from allay_metrics.intake.joined_report import is_report
from allay_metrics.intake.mapping import find_missing_fields
from allay_metrics.intake.profile import Profile, shipped_profiles
from allay_metrics.intake.table import MAX_COLUMNS, Record, too_many_columns
from allay_metrics.intake.table_formats import open_table
from allay_metrics.intake.texts import format_list, normalise_header


class NotRecognised(FileProblem):
    """A table that no profile fits: a person can map its columns."""


class SecondReport(FileProblem):
    """A report that adds details to another file's visits and has none of its own."""


@dataclass(frozen=True)
class RecognisedTable:
    """The profile that fits; `skip` is how many records come before the first row of data."""

    profile: Profile
    headers: Record
    skip: int


def recognise(
    records: list[Record], path: Path, explicit_profile: Profile | None, own: Sequence[Profile] = ()
) -> RecognisedTable:
    """Return the profile and the header among the first records. Raises FileProblem.

    With an explicit profile only the header is searched. Otherwise the practice's own profiles
    come before the shipped ones, those with most columns in `recognised_by` first.
    """
    if not records:
        raise FileProblem(f"{path.name} holds no rows.")
    widest = max(records, key=len)
    if len(records[0]) > MAX_COLUMNS:
        raise too_many_columns(path, len(records[0]))
    candidates = (explicit_profile,) if explicit_profile else _sort_candidates(own)
    for position, record in enumerate(records):
        for profile in candidates:
            if _is_match(record, profile, explicit_profile is not None):
                return RecognisedTable(profile, record, position + 1)
    if explicit_profile:
        # The record that lacks fewest columns is the header, and the error names the rest.
        nearest = min(
            records, key=lambda record: len(find_missing_fields(record, explicit_profile))
        )
        header = widest if len(find_missing_fields(widest, explicit_profile)) == 3 else nearest
        return RecognisedTable(explicit_profile, header, records.index(header) + 1)
    for profile in candidates:
        if profile.joined and any(is_report(record, profile.joined) for record in records):
            raise _second_report_error(path, profile, profile.joined.label)
    raise _unrecognised_error(records, path)


def pair_reports(
    paths: Sequence[Path], own: Sequence[Profile] = (), explicit_profile: Profile | None = None
) -> list[tuple[Path, tuple[Path, ...]]]:
    """Return (file with visits, second reports of its source) for each file.

    A second report without a file of its source comes alone, and so does a file that cannot be
    read: opening it raises the error.
    """
    if len(paths) < 2:
        return [(path, ()) for path in paths]
    candidates = (explicit_profile,) if explicit_profile else _sort_candidates(own)
    kinds = {path: _find_kind(path, candidates) for path in paths}
    with_visits = {source for source, is_second in kinds.values() if not is_second}
    second_reports = {
        path: source
        for path, (source, is_second) in kinds.items()
        if is_second and source in with_visits
    }
    return [
        (path, tuple(other for other, source in second_reports.items() if source == kinds[path][0]))
        for path in paths
        if path not in second_reports
    ]


def _find_kind(path: Path, candidates: Sequence[Profile]) -> tuple[str, bool]:
    """Return a file's source, '' for none, and whether it is a second report."""
    try:
        records = open_table(path)[0].first()
    except FileProblem:
        return "", False
    for profile in candidates:
        if any(_is_match(record, profile, is_explicit=False) for record in records):
            return profile.name, False
        if profile.joined and any(is_report(record, profile.joined) for record in records):
            return profile.name, True
    return "", False


def _sort_candidates(own: Sequence[Profile]) -> tuple[Profile, ...]:
    first = sorted(own, key=lambda profile: (-len(profile.recognised_by), profile.name))
    return (*first, *shipped_profiles())


def _is_match(record: Record, profile: Profile, is_explicit: bool) -> bool:
    names = {normalise_header(cell) for cell in record}
    if (
        not is_explicit
        and not {normalise_header(header) for header in profile.recognised_by} <= names
    ):
        return False
    return bool(profile.recognised_by or is_explicit) and not find_missing_fields(record, profile)


def _second_report_error(path: Path, profile: Profile, label: str) -> SecondReport:
    return SecondReport(
        f"{path.name} is the {label} of {profile.label}: it only adds details to visits listed in "
        "another report. Import both files together."
    )


def _unrecognised_error(records: list[Record], path: Path) -> NotRecognised:
    """Return the error, with the nearest source and the columns it lacks."""
    best, lacking, header_record = "", [""] * 1000, max(records[:10], key=len)
    for profile in shipped_profiles():
        needed = {normalise_header(header): header for header in profile.recognised_by}
        for record in records:
            missing = [
                needed[name] for name in needed if name not in {normalise_header(c) for c in record}
            ]
            if len(missing) <= len(needed) / 2 and len(missing) < len(lacking):
                best, lacking, header_record = profile.label, missing, record
    nearest = f" It looks like {best} but lacks {format_list(lacking)}." if best else ""
    headers = format_list([cell for cell in header_record if cell.strip()]) or "nothing"
    return NotRecognised(
        f"{path.name} is not a table this dashboard knows: its header has {headers}.{nearest} "
        "Say once which column is which: on the Records page, or in a profile of your own."
    )
