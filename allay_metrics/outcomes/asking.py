"""When a family is asked, and what: moments around the first session, the questions of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from allay_metrics.outcomes.measures import Concern, Measure, concerns, measures, measures_for
from allay_metrics.outcomes.own import OwnMeasure, of_concern
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
FOLLOW_UP = ("pgic", "harms")  # what got worse is asked always
STANDING = MOST - len(FOLLOW_UP)
# What is left out where a concern asks more of its own, before as after, so that no answer is
# without its pair: the longest sleep tells of the same night, crying of the same day. Confidence
# gives way to the practice's own measures alone.
_GIVE_WAY = ("wakings", "settle", "confidence")
_B0_DAYS = timedelta(seconds=B0_WITHIN)
_B1_DAYS = timedelta(seconds=B1_WITHIN)


@dataclass(frozen=True)
class CheckInPeriod:
    """One moment of a course of care: the days on which an answer counts, and the best of them."""

    moment: str
    opens: date
    due: date
    closes: date

    def is_open(self, on: date) -> bool:
        """Return whether to ask on this day."""
        return self.opens <= on <= self.closes


def askings(first: date, booked_on: date | None = None) -> tuple[CheckInPeriod, ...]:
    """Return every moment around the day of the first session, in order.

    B0 is asked from the booking on, at most 14 days ahead, until B1 takes its place 48 hours
    ahead; there is none for a visit booked later than that.
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


def asked_measures(
    concern: str | None,
    client: str,
    moment: str,
    *,
    taken: int = 0,
    own: Sequence[OwnMeasure] = (),
) -> tuple[Measure, ...]:
    """Return what is asked, that of the concern first; with what is `taken` eight at most.

    Where no concern was declared, what everybody is asked. `client` is infant or parent; a
    follow-up also asks how things changed and whether anything got worse. `taken` counts questions
    of the form that are no measures, such as that about birth: the anchor gives way to it. `own`
    are measures of the practice's own; what everybody is asked gives way to them.
    """
    concern_details = concerns()[concern or "other"]
    form_measures = [
        measure
        for measure in measures_for(concern_details)
        if client == "infant" or measure.asked_of != "all infants"
    ]
    form_measures.sort(key=lambda measure: measure.id != concern_details.primary_measure)
    most = max((len(of_concern(own, concern_details, one)) for one in MOMENTS), default=0)
    for name in _GIVE_WAY:
        if len(form_measures) + most > STANDING and name != concern_details.primary_measure:
            form_measures = [one for one in form_measures if one.id != name]
    form_measures += of_concern(own, concern_details, moment)
    if moment not in BASELINES:
        anchors = (
            FOLLOW_UP[-1:] if len(form_measures) + len(FOLLOW_UP) + taken > MOST else FOLLOW_UP
        )
        form_measures += [measures()[name] for name in anchors]
    return tuple(form_measures)


def room_for(concern: Concern) -> int:
    """Return how many measures of the practice's own a form for this concern has room for."""
    must = [
        one
        for one in measures_for(concern)
        if one.id == concern.primary_measure or one.id not in _GIVE_WAY
    ]
    return max(0, STANDING - len(must))
