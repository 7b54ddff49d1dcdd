"""When a newer file is evidence that a visit on file is gone, and when it has to ask first.

Pure rules: which moments a file speaks of, whose absence it shows, and the guard that turns a mass
disappearance into a question. Why they are so: decision 51 in docs/decisions.md.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

DAY_SECONDS = 24 * 60 * 60
# A file that ends at most this long before it was exported speaks of the time up to the export.
TAIL_SECONDS = 7 * DAY_SECONDS
# A visit that was over for longer than this when last held is not cancelled afterwards.
LONG_OVER_SECONDS = 14 * DAY_SECONDS
# The guard: so many newly absent visits of one group, or of the whole file, ask first.
GROUP_COUNT, GROUP_SHARE, HALF_COUNT, FILE_COUNT = 3, 0.05, 2, 10
# The moment of export is in doubt when the newest booking was made longer than this before it.
STALE_DAYS = 14
_WEEKS_LOOKED_AT, _WEEKS_BOOKED = 8, 6

Group = tuple[str, str]  # ("therapist", name), ("month", "2026-11") or ("type", "cst")
Span = tuple[int, int]  # first and last moment, both included, seconds since 1970 UTC


class AbsentVisit(NamedTuple):
    """A booking that a newer file speaks of and does not hold.

    `slot` is the same for rows of one visit (twins booked apart). `is_long_over`: it was over for
    more than 14 days when last held.
    """

    booking_id: str
    slot: tuple[str, str, int]
    therapist: str
    month: str
    visit_type: str
    is_long_over: bool

    @property
    def groups(self) -> tuple[Group, Group, Group]:
        """Return the groups the guard counts it in."""
        return ("therapist", self.therapist), ("month", self.month), ("type", self.visit_type)


@dataclass(frozen=True)
class AbsenceAnswer:
    """The owner's word on a file's question: absent visits are gone, but for these groups.

    The file did not hold the visits of the groups in `not_held`.
    """

    not_held: frozenset[Group] = frozenset()


@dataclass(frozen=True)
class KeptAnswer:
    """What is kept of the answers to a file's questions: the bookings each was about.

    `gone`: their absence was believed. `not_held`: by group the file did not hold, those of its
    bookings that were asked about. What else the file lacks is judged like any other absence.
    """

    gone: frozenset[str] = frozenset()
    not_held: Mapping[Group, frozenset[str]] = field(default_factory=dict)

    def and_then(self, answer: AbsenceAnswer, absent_visits: Iterable[AbsentVisit]) -> "KeptAnswer":
        """Return this with one more answer, about these visits."""
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
        """Return, for each group of the visit the file did not hold, the bookings asked about."""
        if visit.booking_id in self.gone:
            return []
        return [self.not_held[group] for group in visit.groups if group in self.not_held]


@dataclass(frozen=True)
class EvidenceFile:
    """A file, the visits it speaks of and does not hold, and how many it holds by group.

    `is_doubted`: the moment of its export waits to be confirmed. `holds_again` are the bookings it
    holds that another file was said not to hold.
    """

    import_id: str
    absent: Sequence[AbsentVisit]
    held: Mapping[Group, int] = field(default_factory=dict)
    is_doubted: bool = False
    answer: KeptAnswer = KeptAnswer()
    holds_again: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Absences:
    """By booking: the import it is missing from, and the import whose question it waits for."""

    missing: Mapping[str, str]
    unanswered: Mapping[str, str]


def evidence_span(first_at: int, last_at: int, as_of: int, latest_known_before: int | None) -> Span:
    """Return the moments a file speaks of: from its first visit to its last.

    One that ends at most seven days before its export speaks of the time up to the export, unless
    an older file held visits after the export (`latest_known_before` is the last of those): then
    it was cut by date. All in seconds since 1970 UTC.
    """
    cut_by_date = latest_known_before is not None and latest_known_before > as_of
    if last_at < as_of <= last_at + TAIL_SECONDS and not cut_by_date:
        return first_at, as_of
    return first_at, last_at


def resolve_absences(files: Iterable[EvidenceFile]) -> Absences:
    """Return which absent bookings are missing and which wait for an answer.

    `files` stand in the order of their exports. The first file that shows a booking's absence
    decides; an answered question is not asked again by the next file.
    """
    missing: dict[str, str] = {}
    unanswered: dict[str, str] = {}
    # By booking an earlier file was said not to hold: the others that this was said of.
    stands: dict[str, list[frozenset[str]]] = defaultdict(list)
    for file in files:
        absent = []
        for visit in file.absent:
            if visit.booking_id in file.answer.gone:
                missing.setdefault(visit.booking_id, file.import_id)
                unanswered.pop(visit.booking_id, None)
            elif visit.booking_id not in missing and visit.booking_id not in unanswered:
                absent.append(visit)
                if like := file.answer.left_out_with(visit):
                    stands[visit.booking_id] += like
        new = [visit for visit in absent if visit.booking_id not in stands]
        recent = [visit for visit in new if not visit.is_long_over]
        asks = file.is_doubted or asks_first(recent, file.held)
        for visit in new:
            waits = asks or visit.is_long_over
            (unanswered if waits else missing)[visit.booking_id] = file.import_id
        if not asks:
            for visit in _gone_after_all(absent, stands, file):
                missing[visit.booking_id] = file.import_id
    return Absences(missing, unanswered)


def _gone_after_all(
    absent: Sequence[AbsentVisit],
    stands: Mapping[str, Iterable[frozenset[str]]],
    file: EvidenceFile,
) -> list[AbsentVisit]:
    """Return visits an earlier file did not hold that this one, which holds their like, lacks.

    A file that holds none of what the earlier one left out is cut the same way.
    """
    recent = [visit for visit in absent if not visit.is_long_over]
    again = [
        visit
        for visit in recent
        if visit.booking_id in stands
        and not any(file.holds_again.isdisjoint(like) for like in stands[visit.booking_id])
    ]
    if not again or _visits(recent) > FILE_COUNT:
        return []
    left_out = suspicious_groups(recent, file.held)
    return [visit for visit in again if left_out.isdisjoint(visit.groups)]


def asks_first(absent: Sequence[AbsentVisit], held: Mapping[Group, int]) -> bool:
    """Return whether so many visits are absent that the file has to ask before they go."""
    return _visits(absent) > FILE_COUNT or bool(suspicious_groups(absent, held))


def suspicious_groups(absent: Iterable[AbsentVisit], held: Mapping[Group, int]) -> frozenset[Group]:
    """Return the groups that lose more than 3 and more than 5 % of their visits, or over half.

    Half counts from 2 visits on. The visits of a group are those held and those absent.
    """
    return frozenset(
        group
        for group, count in absent_by_group(absent).items()
        if _is_suspicious(count, count + held.get(group, 0))
    )


def absent_by_group(absent: Iterable[AbsentVisit]) -> Counter[Group]:
    """Return how many visits of each group are absent; rows of one slot are one visit."""
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
    """Return why a file was hardly exported on this day, and the day that says so, or None.

    `booked` are the days its visits were booked on, `newest_known` the newest such day of the same
    therapists in an older export. `stale`: its newest booking is more than 14 days old, although
    six of the eight weeks before saw bookings. `older`: an older export knows a later booking.
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
