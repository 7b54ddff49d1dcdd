"""The demo parents' check-ins as stored: answered or unanswered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from allay_metrics.actions.answers import ReportedCheckIn
from allay_metrics.demo.demo_check_ins import Form, build_answered_forms, build_unanswered_forms
from allay_metrics.demo.demo_practice import CST, LACTATION, TIMEZONE
from allay_metrics.demo.invented_names import BABIES, FAMILY_NAMES, PARENTS
from allay_metrics.demo.invention import InventedPractice

MOMENTS = ("B1", "day7", "day14", "day28", "week8")
SINCE = timedelta(days=548)  # the practice began to ask a year and a half ago
READ_AFTER = timedelta(days=6)
ZONE = ZoneInfo(TIMEZONE)


def build_check_ins(invented: InventedPractice) -> Iterator[ReportedCheckIn]:
    """Yield every check-in since the practice began to send them; nobody in them exists."""
    since = (invented.until - SINCE).toordinal()
    people = _People(invented)
    for form in build_answered_forms(invented):
        if form.day >= since:
            yield people.answered(form)
    forms = build_unanswered_forms(invented)
    for birth, occasion, day in zip(
        forms.birth.tolist(), forms.occasion.tolist(), forms.day.tolist(), strict=True
    ):
        if day >= since:
            yield people.unanswered(birth, occasion, day)


class _People:
    """Determines whom a form is about: the baby, or the parent where no baby has visits."""

    def __init__(self, invented: InventedPractice) -> None:
        self._invented = invented
        visits = invented.visits
        with_baby = (visits.kind == CST) | (visits.kind == LACTATION)
        self._babies = set(visits.birth[with_baby].tolist())
        self._read_before = (invented.until - READ_AFTER).toordinal()

    def answered(self, form: Form) -> ReportedCheckIn:
        at = _at(form.day, form.minute)
        values = dict(form.values)
        texts: dict[str, str] = {}
        if form.better is not None:
            values |= {"pgic": float(form.better), "harms": float(bool(form.worry))}
            if form.worry:
                texts["harms"] = form.worry
        read = bool(texts) and form.day < self._read_before
        return replace(
            self.unanswered(form.birth, form.occasion, form.day),
            answered_at=at,
            values=values,
            texts=texts,
            read_by="owner" if read else None,
            read_at=at + 86_400 if read else None,
        )

    def unanswered(self, birth: int, occasion: int, day: int) -> ReportedCheckIn:
        births, families = self._invented.births, self._invented.families
        family = int(births.family[birth])
        baby = birth in self._babies
        parent = (
            f"{PARENTS[int(families.first[family])]} {FAMILY_NAMES[int(families.last[family])]}"
        )
        return ReportedCheckIn(
            source_key=f"{birth}/{MOMENTS[occasion]}",
            email=families.emails[family],
            name=BABIES[int(births.baby[birth])] if baby else parent,
            kind="infant" if baby else "parent",
            moment=MOMENTS[occasion],
            due_on=date.fromordinal(day),
            asked_at=_at(day, 6 * 60 - 30),
            # A few families do not want to be counted.
            in_totals=birth % 16 != 7,
            answered_at=None,
        )


def _at(day: int, minute: int) -> int:
    """Return a wall time of the practice in seconds since 1970 UTC."""
    midnight = datetime.combine(date.fromordinal(day), time(), ZONE)
    return int((midnight + timedelta(minutes=minute)).timestamp())
