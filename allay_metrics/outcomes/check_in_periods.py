"""The check-ins of a course of care: their moments around the first session, their questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from allay_metrics.outcomes.measures import Concern, Measure, concerns, measures, measures_for
from allay_metrics.outcomes.own_measures import OwnMeasure, of_concern
from allay_metrics.outcomes.windows import B0_WITHIN, B1_WITHIN, WINDOWS

BASELINES = ("B0", "B1")
MOMENTS = (*BASELINES, *WINDOWS)
LABELS = {
    "B0": "when booked",
    "B1": "before the first visit",
    **{window.id: window.label for window in WINDOWS.values()},
}
GRACE = timedelta(days=3)
MOST = 8  # questions of one form: under 90 seconds on a phone
FOLLOW_UP = ("pgic", "harms")  # harms: whether anything got worse is always asked
STANDING = MOST - len(FOLLOW_UP)
# Omitted in this order where a concern has more questions of its own, at baseline and follow-up
# alike so that every answer has its pair: the longest sleep describes the same night, crying the
# same day. Confidence gives way only to the practice's own measures.
_GIVE_WAY = ("wakings", "settle", "confidence")
_B0_DAYS = timedelta(seconds=B0_WITHIN)
_B1_DAYS = timedelta(seconds=B1_WITHIN)


@dataclass(frozen=True)
class CheckInPeriod:
    """One check-in of a course of care: the days on which an answer counts, and the due day."""

    moment: str
    opens: date
    due: date
    closes: date

    def is_open(self, on: date) -> bool:
        """Return whether a check-in may be sent on this day."""
        return self.opens <= on <= self.closes


def build_check_in_periods(first: date, booked_on: date | None = None) -> tuple[CheckInPeriod, ...]:
    """Return all check-ins around the day of the first session, in order.

    B0 opens with the booking, at most 14 days ahead, and ends when B1 opens 48 hours ahead; a visit
    booked later than that has no B0.
    """
    before = first - _B1_DAYS
    booked = max(booked_on or first - _B0_DAYS, first - _B0_DAYS)
    baselines = [CheckInPeriod("B1", before, before, first)]
    if booked < before:
        baselines.insert(0, CheckInPeriod("B0", booked, booked, before - timedelta(days=1)))
    later = [
        CheckInPeriod(
            window.id,
            first + timedelta(days=window.day - window.margin),
            first + timedelta(days=window.day),
            window.closes(first),
        )
        for window in WINDOWS.values()
    ]
    return (*baselines, *later)


def choose_measures(
    concern: str | None,
    client: str,
    moment: str,
    *,
    taken: int = 0,
    own: Sequence[OwnMeasure] = (),
) -> tuple[Measure, ...]:
    """Return the measures of one form, the concern's first; at most eight with those `taken`.

    Without a declared concern, those asked of everybody. `client` is infant or parent; a follow-up
    also asks how things changed and whether anything got worse. `taken` counts questions of the
    form that are not measures, such as the birth date: the question of change gives way to them.
    `own` are the practice's own measures; the questions to everybody give way to them.
    """
    concern_details = concerns()[concern or "other"]
    form_measures = [
        measure
        for measure in measures_for(concern_details)
        if client == "infant" or measure.asked_of != "all infants"
    ]
    form_measures.sort(key=lambda measure: measure.id != concern_details.primary_measure)
    most = max((len(of_concern(own, concern_details, each)) for each in MOMENTS), default=0)
    for name in _GIVE_WAY:
        if len(form_measures) + most > STANDING and name != concern_details.primary_measure:
            form_measures = [measure for measure in form_measures if measure.id != name]
    form_measures += of_concern(own, concern_details, moment)
    if moment not in BASELINES:
        anchors = (
            FOLLOW_UP[-1:] if len(form_measures) + len(FOLLOW_UP) + taken > MOST else FOLLOW_UP
        )
        form_measures += [measures()[name] for name in anchors]
    return tuple(form_measures)


def room_for(concern: Concern) -> int:
    """Return how many of the practice's own measures fit into a form for this concern."""
    required = [
        measure
        for measure in measures_for(concern)
        if measure.id == concern.primary_measure or measure.id not in _GIVE_WAY
    ]
    return max(0, STANDING - len(required))
