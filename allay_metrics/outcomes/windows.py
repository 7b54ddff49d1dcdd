"""When an answer counts: the baseline before the first session, and the windows after it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

B1_WITHIN = 48 * 3600  # seconds before session 1
B0_WITHIN = 14 * 86_400


@dataclass(frozen=True)
class FollowUpWindow:
    """`day` days after the first session, plus or minus `margin` days."""

    id: str
    label: str
    day: int
    margin: int

    def closes(self, first: date) -> date:
        """Return the last day on which an answer still counts."""
        return first + timedelta(days=self.day + self.margin)


WINDOWS = {
    window.id: window
    for window in (
        FollowUpWindow("day7", "day 7", 7, 2),
        FollowUpWindow("day14", "day 14", 14, 3),
        FollowUpWindow("day28", "day 28", 28, 7),
        FollowUpWindow("week8", "week 8", 56, 14),
    )
}


@dataclass(frozen=True)
class Answer:
    """One answer to one measure: when it was given (seconds since 1970 UTC, and local day)."""

    measure: str
    value: float
    at: int
    on: date


@dataclass(frozen=True)
class Baseline:
    """The baseline answer of an episode; `kind` is B1, or B0 where there is no B1."""

    answer: Answer
    kind: str


def baseline(answers: Iterable[Answer], measure: str, session: int) -> Baseline | None:
    """Return the baseline of a measure: the last answer in the 48 h before session 1, else B0.

    `session` is the start of the first session. B0 is the last answer in the 14 days before it.
    Answers after the start do not count. None where there is neither.
    """
    before = [answer for answer in answers if answer.measure == measure and answer.at < session]
    last = max(before, key=lambda answer: answer.at, default=None)
    if last is None or last.at < session - B0_WITHIN:
        return None
    return Baseline(last, "B1" if last.at >= session - B1_WITHIN else "B0")


def in_window(
    answers: Iterable[Answer], measure: str, first: date, session: int, window: FollowUpWindow
) -> Answer | None:
    """Return the answer nearest to the window's day, the earlier of two; None outside of it."""
    target = first + timedelta(days=window.day)
    near = [
        answer
        for answer in answers
        if answer.measure == measure
        and answer.at >= session
        and abs((answer.on - target).days) <= window.margin
    ]
    return min(near, key=lambda answer: (abs((answer.on - target).days), answer.at), default=None)


def latest(answers: Iterable[Answer], measure: str, session: int) -> Answer | None:
    """Return the newest answer after session 1: secondary, and must be labelled so."""
    after = [answer for answer in answers if answer.measure == measure and answer.at >= session]
    return max(after, key=lambda answer: answer.at, default=None)
