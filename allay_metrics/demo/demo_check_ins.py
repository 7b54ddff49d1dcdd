"""The demo parents' check-ins, as a sheet of Google Forms answers."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from allay_metrics.demo.booking_form_answers import CONCERNS
from allay_metrics.demo.demo_families import Ints
from allay_metrics.demo.demo_practice import CST, LACTATION
from allay_metrics.demo.invented_names import BABIES
from allay_metrics.demo.invention import KEPT, InventedPractice
from allay_metrics.demo.measure_curves import CURVES, Numbers, draw_answers

# The questions in the words of data/reference/measures.csv, in the order of the form.
QUESTIONS: dict[str, str] = {
    "cry_min": "Yesterday, roughly how long in total did your baby cry or fuss? (minutes)",
    "settle": "In the last 24 hours, how hard was it to settle your baby?",
    "sleep_long": "Last night, what was the longest stretch your baby slept in one go?",
    "wakings": "Last night, how many times did your baby wake and need you?",
    "confidence": "Right now, how confident do you feel settling and caring for your baby?",
    "top_concern": "How much of a problem was this in the last 24 hours?",
    "feed_pain": "In the last 24 hours, how painful was breastfeeding at its worst?",
    "feed_ease": (
        "In the last 24 hours, how hard was it to get and keep a good latch (breast or bottle)?"
    ),
    "tummy": "In the last 24 hours, how bothered was your baby by gas, spit-up or straining?",
    "head_turn": (
        "When left alone, how much of the time does your baby keep the head turned or tilted "
        "to the same side?"
    ),
    "head_shape": "Looking from above, how flat or uneven is your baby's head?",
    "parent_pain": (
        "In the last 24 hours, how bad was the pain or tightness you came for, on average?"
    ),
}
PGIC = "Since the first visit, your main concern is: much worse ... no change ... much better"
HARMS = (
    "Since the last visit, has anything got worse or worried you? Any other treatment or change "
    "(formula, tongue-tie release, medicine, PT)?"
)
ABOUT: tuple[str, ...] = (
    "Timestamp", "E-mail", "Baby's name", "Baby's date of birth", "What is your main concern?",
)  # fmt: skip
EVERY_BABY = ("cry_min", "settle", "sleep_long", "wakings", "confidence", "top_concern")
BY_CONCERN: dict[str, tuple[str, ...]] = {
    "feeding": ("feed_pain", "feed_ease"),
    "jaw": ("feed_pain", "feed_ease"),
    "digestion": ("tummy",),
    "head_shape": ("head_turn", "head_shape"),
    "torticollis": ("head_turn",),
    "tension": ("head_turn",),
    "body_pain": ("parent_pain",),
}
# Days after the first visit, spread around them, and the share of families who answer.
OCCASIONS: tuple[tuple[int, int, float], ...] = (
    (-1, 0, 0.90), (7, 2, 0.76), (14, 3, 0.72), (28, 6, 0.74), (56, 12, 0.52),
)  # fmt: skip
WORDS = (
    "Much worse", "Worse", "A little worse", "No change", "A little better", "Better",
    "Much better",
)  # fmt: skip
WORRIES = (
    "Yes - started formula top-ups", "Yes - tongue-tie release on Monday",
    "Yes - cried more the evening after", "Yes - reflux medicine from the pediatrician",
    "Yes - saw a PT",
)  # fmt: skip


@dataclass(frozen=True)
class DemoForms:
    """One entry per form: birth, occasion, ordinal day and minute of the day."""

    birth: Ints
    occasion: Ints
    day: Ints
    minute: Ints


@dataclass(frozen=True)
class Form:
    """One answered form: values by measure, and from the second on the change and a worry."""

    birth: int
    occasion: int
    day: int
    minute: int
    concern: str
    values: dict[str, float]
    better: int | None
    worry: str


def write_check_ins(folder: Path, invented: InventedPractice) -> Path:
    """Write check_ins.csv, in the order of answering, and return its path.

    Times are wall times of the practice. Answers follow age and chance only; see measure_curves.py.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "check_ins.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        sheet = csv.writer(file)
        sheet.writerow([*ABOUT, *QUESTIONS.values(), PGIC, HARMS])
        sheet.writerows(_format_lines(invented, np.random.default_rng([invented.seed, 5])))
    return path


def _format_lines(invented: InventedPractice, rng: np.random.Generator) -> Iterator[list[str]]:
    """Yield one line per answered form."""
    births, families = invented.births, invented.families
    for form in _build_answered(invented, rng):
        yield [
            _stamp(form.day, form.minute),
            families.emails[int(births.family[form.birth])],
            BABIES[int(births.baby[form.birth])],
            datetime.fromordinal(int(births.day[form.birth])).strftime("%Y-%m-%d"),
            form.concern,
            *(f"{form.values[key]:g}" if key in form.values else "" for key in QUESTIONS),
            "" if form.better is None else WORDS[form.better + 3],
            "" if form.better is None else form.worry or "No",
        ]


def build_answered_forms(invented: InventedPractice) -> list[Form]:
    """Return the forms of the sheet, in the order of answering."""
    return list(_build_answered(invented, np.random.default_rng([invented.seed, 5])))


def build_unanswered_forms(invented: InventedPractice) -> DemoForms:
    """Return the forms due by today and never answered."""
    first, _ = _find_first_visits(invented)
    return _draw_forms(invented, first, np.random.default_rng([invented.seed, 5]))[1]


def _build_answered(invented: InventedPractice, rng: np.random.Generator) -> Iterator[Form]:
    first, kind = _find_first_visits(invented)
    forms, _ = _draw_forms(invented, first, rng)
    values = _draw_values(invented, forms, rng)
    better = rng.normal(0.8, 1.3, size=len(forms.day)).round().clip(-3, 3).astype(int)
    worried = rng.random(len(forms.day)) < 0.05
    for row, (birth, occasion) in enumerate(
        zip(forms.birth.tolist(), forms.occasion.tolist(), strict=True)
    ):
        concern = _find_concern(birth, int(kind[birth]))
        wanted = {*(() if concern == "body_pain" else EVERY_BABY), *BY_CONCERN.get(concern, ())}
        yield Form(
            birth=birth,
            occasion=occasion,
            day=int(forms.day[row]),
            minute=int(forms.minute[row]),
            concern=concern,
            values={key: float(values[key][row]) for key in QUESTIONS if key in wanted},
            better=int(better[row]) if occasion else None,
            worry=WORRIES[row % len(WORRIES)] if worried[row] and occasion else "",
        )


def _find_concern(birth: int, kind: int) -> str:
    """Return the concern that the booking of this birth's first visit named."""
    return CONCERNS[kind][birth * 5 % len(CONCERNS[kind])][1]


def _find_first_visits(invented: InventedPractice) -> tuple[Ints, Ints]:
    """Return per birth the place of the first kept visit (-1: none) and the kind that counts:
    that of the first visit with the baby where there is one.
    """
    visits, count = invented.visits, len(invented.births)
    kept = np.flatnonzero((invented.state == KEPT) & ~invented.vanishes)
    baby = np.isin(visits.kind[kept], (CST, LACTATION))
    # Later writes win: the earliest visit with the baby is written last.
    order = kept[np.lexsort((-visits.day[kept], baby))]
    first = np.full(count, -1, dtype=np.int64)
    first[visits.birth[order]] = order
    return first, np.where(first >= 0, visits.kind[first], CST)


def _draw_forms(
    invented: InventedPractice, first: Ints, rng: np.random.Generator
) -> tuple[DemoForms, DemoForms]:
    """Return the forms answered before today by families with an e-mail, in time order, and
    those that fell due and were not answered.
    """
    treated = np.flatnonzero(first >= 0)
    treated = treated[invented.families.has_email[invented.births.family[treated]]]
    birth = np.repeat(treated, len(OCCASIONS))
    occasion = np.tile(np.arange(len(OCCASIONS)), len(treated))
    after, spread, share = np.array(OCCASIONS)[occasion].T
    off = np.round((rng.random(len(birth)) - 0.5) * spread).astype(np.int64)
    day = invented.visits.day[first[birth]] + after.astype(np.int64) + off
    due = day < invented.until.toordinal()
    answered = (rng.random(len(birth)) < share) & due
    minute = rng.integers(6 * 60, 23 * 60, size=len(birth))

    def select_forms(is_selected: npt.NDArray[np.bool_]) -> DemoForms:
        order = np.flatnonzero(is_selected)
        order = order[np.lexsort((minute[order], day[order]))]
        return DemoForms(birth[order], occasion[order], day[order], minute[order])

    return select_forms(answered), select_forms(due & ~answered)


def _draw_values(
    invented: InventedPractice, forms: DemoForms, rng: np.random.Generator
) -> dict[str, Numbers]:
    """Return an answer to every measure for every form."""
    age = (forms.day - invented.births.day[forms.birth]) / 7
    baseline = (forms.occasion == 0).astype(np.float64)
    return {
        measure: draw_answers(
            measure, age, baseline, rng.normal(size=len(invented.births))[forms.birth], rng
        )
        for measure in CURVES
    }


def _stamp(day: int, minute: int) -> str:
    """Return a moment as Google Forms writes it, without the zone letters, which mislead."""
    moment = datetime.fromordinal(day) + timedelta(minutes=minute, seconds=minute * 7 % 60)
    hour = moment.hour % 12 or 12
    return f"{moment:%Y/%m/%d} {hour}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"
