"""When a newer file proves that a recorded visit is gone, and when the owner is asked first.

Pure rules: which period a file covers, which bookings it shows to be absent, and the guard that
turns a mass disappearance into a question. The reasons: decision 51 in docs/decisions.md.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

DAY_SECONDS = 24 * 60 * 60
# A file whose last visit is at most this long before its export covers the time up to the export.
TAIL_SECONDS = 7 * DAY_SECONDS
# A visit that had been over for longer than this when last held is not cancelled later.
LONG_OVER_SECONDS = 14 * DAY_SECONDS
# The guard: from this many newly absent visits of a group, or of a whole file, the owner is asked.
GROUP_COUNT, GROUP_SHARE, HALF_COUNT, FILE_COUNT = 3, 0.05, 2, 10
# The moment of export is doubtful when the newest booking was made longer than this before it.
STALE_DAYS = 14
_WEEKS_LOOKED_AT, _WEEKS_BOOKED = 8, 6

Group = tuple[str, str]  # ("therapist", name), ("month", "2026-11") or ("type", "cst")
Span = tuple[int, int]  # first and last moment, both included, seconds since 1970 UTC


class AbsentVisit(NamedTuple):
    """A booking whose time a newer file covers, but which the file does not hold.

    `slot` is the same for all rows of one visit (twins in a row each). `is_long_over`: the visit
    had been over for more than 14 days in the last file that held it.
    """

    booking_id: str
    slot: tuple[str, str, int]
    therapist: str
    month: str
    visit_type: str
    is_long_over: bool

    @property
    def groups(self) -> tuple[Group, Group, Group]:
        """Return the groups in which the guard counts this visit."""
        return ("therapist", self.therapist), ("month", self.month), ("type", self.visit_type)


@dataclass(frozen=True)
class AbsenceAnswer:
    """The owner's answer to a file's question: the absent visits are gone, except some groups.

    `not_held` are the groups that the export did not include.
    """

    not_held: frozenset[Group] = frozenset()


@dataclass(frozen=True)
class KeptAnswer:
    """The stored answers to a file's questions, with the bookings each answer was about.

    `gone` are bookings confirmed as gone. `not_held` maps a group that the export did not include
    to the bookings of it that were asked about. Any other booking the file lacks is judged anew.
    """

    gone: frozenset[str] = frozenset()
    not_held: Mapping[Group, frozenset[str]] = field(default_factory=dict)

    def and_then(self, answer: AbsenceAnswer, absent_visits: Iterable[AbsentVisit]) -> "KeptAnswer":
        """Return these answers with one more, which was about these visits."""
        gone, not_held = set(self.gone), {group: set(ids) for group, ids in self.not_held.items()}
        for visit in absent_visits:
            left_out = answer.not_held.intersection(visit.groups)
            for group in left_out:
                not_held.setdefault(group, set()).add(visit.booking_id)
            if not left_out:
                gone.add(visit.booking_id)
        kept = {group: frozenset(ids) for group, ids in not_held.items()}
        return KeptAnswer(frozenset(gone), kept)

    def left_out_with(self, visit: AbsentVisit) -> list[frozenset[str]]:
        """Return the bookings asked about in each of the visit's groups that the file left out."""
        if visit.booking_id in self.gone:
            return []
        return [self.not_held[group] for group in visit.groups if group in self.not_held]


@dataclass(frozen=True)
class EvidenceFile:
    """A file, the bookings absent from it, and how many visits it holds by group.

    `is_doubted`: the owner has not confirmed yet when it was exported. `holds_again` are bookings
    in this file that belong to a group another export did not include.
    """

    import_id: str
    absent: Sequence[AbsentVisit]
    held: Mapping[Group, int] = field(default_factory=dict)
    is_doubted: bool = False
    answer: KeptAnswer = KeptAnswer()
    holds_again: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Absences:
    """By booking id: the import it is missing from, or the import whose question is open."""

    missing: Mapping[str, str]
    unanswered: Mapping[str, str]


def evidence_span(first_at: int, last_at: int, as_of: int, latest_known_before: int | None) -> Span:
    """Return the period a file covers: from its first visit to its last.

    A file that ends at most seven days before its export covers the time up to the export, unless
    an older file held visits after that moment (`latest_known_before` is the last of them): then
    the export was limited to a date range. All in seconds since 1970 UTC.
    """
    cut_by_date = latest_known_before is not None and latest_known_before > as_of
    if last_at < as_of <= last_at + TAIL_SECONDS and not cut_by_date:
        return first_at, as_of
    return first_at, last_at


def resolve_absences(files: Iterable[EvidenceFile]) -> Absences:
    """Return which absent bookings are missing and which wait for an answer.

    `files` are in the order of their exports. The first file from which a booking is absent
    decides; the next file does not repeat a question that was answered.
    """
    missing: dict[str, str] = {}
    unanswered: dict[str, str] = {}
    # A booking that an earlier export did not include -> the bookings excluded together with it.
    excluded: dict[str, list[frozenset[str]]] = defaultdict(list)
    for file in files:
        absent = []
        for visit in file.absent:
            if visit.booking_id in file.answer.gone:
                missing.setdefault(visit.booking_id, file.import_id)
                unanswered.pop(visit.booking_id, None)
            elif visit.booking_id not in missing and visit.booking_id not in unanswered:
                absent.append(visit)
                if like := file.answer.left_out_with(visit):
                    excluded[visit.booking_id] += like
        new = [visit for visit in absent if visit.booking_id not in excluded]
        recent = [visit for visit in new if not visit.is_long_over]
        asks = file.is_doubted or asks_first(recent, file.held)
        for visit in new:
            waits = asks or visit.is_long_over
            (unanswered if waits else missing)[visit.booking_id] = file.import_id
        if not asks:
            for visit in _gone_after_all(absent, excluded, file):
                missing[visit.booking_id] = file.import_id
    return Absences(missing, unanswered)


def _gone_after_all(
    absent: Sequence[AbsentVisit],
    excluded: Mapping[str, Iterable[frozenset[str]]],
    file: EvidenceFile,
) -> list[AbsentVisit]:
    """Return excluded bookings that are gone: this file includes their group and still lacks them.

    A file that holds none of the bookings excluded before was limited in the same way.
    """
    recent = [visit for visit in absent if not visit.is_long_over]
    again = [
        visit
        for visit in recent
        if visit.booking_id in excluded
        and not any(file.holds_again.isdisjoint(like) for like in excluded[visit.booking_id])
    ]
    if not again or _visits(recent) > FILE_COUNT:
        return []
    left_out = suspicious_groups(recent, file.held)
    return [visit for visit in again if left_out.isdisjoint(visit.groups)]


def asks_first(absent: Sequence[AbsentVisit], held: Mapping[Group, int]) -> bool:
    """Return whether so many visits are absent that the owner must be asked first."""
    return _visits(absent) > FILE_COUNT or bool(suspicious_groups(absent, held))


def suspicious_groups(absent: Iterable[AbsentVisit], held: Mapping[Group, int]) -> frozenset[Group]:
    """Return the groups that lose more than 3 and more than 5 % of their visits, or over half.

    Over half counts from 2 absent visits on. A group's visits are those held plus those absent.
    """
    return frozenset(
        group
        for group, count in absent_by_group(absent).items()
        if _is_suspicious(count, count + held.get(group, 0))
    )


def absent_by_group(absent: Iterable[AbsentVisit]) -> Counter[Group]:
    """Return the number of absent visits by group; the rows of one slot are one visit."""
    slots = {(visit.slot, group) for visit in absent for group in visit.groups}
    return Counter(group for _, group in slots)


def _is_suspicious(count: int, of: int) -> bool:
    return (count > GROUP_COUNT and count > of * GROUP_SHARE) or (
        count >= HALF_COUNT and count * 2 > of
    )


def _visits(absent: Iterable[AbsentVisit]) -> int:
    return len({visit.slot for visit in absent})


def doubt_about_export(
    as_of: date, booked: Collection[date], newest_known: date | None
) -> tuple[str, date] | None:
    """Return why the moment of export is doubtful and the day that shows it, or None.

    `booked` are the days on which the file's visits were booked, `newest_known` the newest such
    day of the same therapists in an older export. `stale`: the newest booking is more than 14 days
    old, although six of the eight weeks before had bookings. `older`: an older export holds a
    later booking.
    """
    if not booked:
        return None
    newest = max(booked)
    weeks = {(newest - day).days // 7 for day in booked}
    weekly = len(weeks & set(range(_WEEKS_LOOKED_AT))) >= _WEEKS_BOOKED
    if weekly and as_of - newest > timedelta(days=STALE_DAYS):
        return "stale", newest
    if newest_known is not None and newest_known > newest:
        return "older", newest_known
    return None
