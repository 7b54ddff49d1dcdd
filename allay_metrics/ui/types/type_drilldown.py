"""The drilldowns of the Visit types page: the token of each number, and its question.

A token is `kind|what|which`. It opens a question, sometimes narrowed to certain visits, whose ids
are queried only when it is opened.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from allay_metrics import formatting as fmt
from allay_metrics.metrics import METRICS, Question
from allay_metrics.metrics.metric import MetricKey
from allay_metrics.records import Scope
from allay_metrics.review.paths import visits_of_step
from allay_metrics.review.visit_types import OLDEST_WEEKS, TypesReview, visits_of_age
from allay_metrics.ui.html import TYPE_WORDS

TOTAL, NEW, FAMILIES_SEEN, START, STEP, AGE, COMBINED = (
    "total",
    "new",
    "seen",
    "start",
    "step",
    "age",
    "combined",
)
OLDER, BEFORE_BIRTH, NO_BIRTHDAY = OLDEST_WEEKS + 1, -1, ""
MEASURES = {
    "visits": MetricKey.COMPLETED,
    "hours": MetricKey.CARE_HOURS,
    "value": MetricKey.VISIT_VALUE,
}
Find = Callable[[Scope], list[str]]


@dataclass(frozen=True)
class VisitTypeDrilldown:
    """An opened number: title, question, and which of its visits unless all."""

    title: str
    question: Question
    find: Find | None = None


def link(kind: str, what: object = "", which: object = "") -> str:
    """Return the token of a number."""
    return f"{kind}|{what}|{which}"


def find_drilldown(review: TypesReview, token: str) -> VisitTypeDrilldown | None:
    """Return what a token opens; None for a token this page does not offer."""
    kind, what, which = (*token.split("|", 2), "", "")[:3]
    if kind in (NEW, FAMILIES_SEEN):
        return _find_families(review, kind, what)
    if kind == AGE:
        return _find_age_token(review, what)
    if kind == TOTAL and what in review.metrics and which in ("", *TYPE_WORDS):
        return _find_total(review, what, which)
    if what not in TYPE_WORDS or which not in ("", *TYPE_WORDS):
        return None
    return {START: _find_start, STEP: _find_step, COMBINED: _find_pair}.get(kind, _find_nothing)(
        review, what, which
    )


def find_period_part(
    review: TypesReview, start: str, kind: str, measure: str
) -> VisitTypeDrilldown | None:
    """Return the drilldown of one part of one column of the mix."""
    days = _bucket(review, start)
    if days is None:
        return None
    question = _with_metric(
        replace(review.question, first=days[0], last=days[1]), MEASURES[measure]
    )
    title = f"{TYPE_WORDS[kind]}, {period_words(review, start)}"
    return VisitTypeDrilldown(title, question.only("visit_type", kind))


def find_age(review: TypesReview, age: int | None, kind: str = "") -> VisitTypeDrilldown:
    """Return the completed visits at one age in weeks; None is without a known birth date."""
    question = _with_metric(review.question, MetricKey.COMPLETED)
    question = question.only("visit_type", kind) if kind else question
    title = {
        None: "Visits without a known birth date",
        BEFORE_BIRTH: "Visits before birth",
        OLDER: "Visits to children over a year old",
    }.get(age, f"Visits at {fmt.plural(age or 0, 'week')} old")
    name = f"{TYPE_WORDS[kind]}: {title[0].lower()}{title[1:]}" if kind else title
    return VisitTypeDrilldown(name, question, lambda scope: visits_of_age(scope, question, age))


def _find_age_token(review: TypesReview, age_text: str) -> VisitTypeDrilldown | None:
    if age_text == NO_BIRTHDAY:
        return find_age(review, None)
    ages = (BEFORE_BIRTH, *review.ages.weeks, OLDER)
    return next((find_age(review, age) for age in ages if age_text == str(age)), None)


def period_words(review: TypesReview, start: str) -> str:
    """Return `week of 9 Nov` or `November 2026`."""
    day = next(day for day in review.mix.periods if day.isoformat() == start)
    return f"{day:%B %Y}" if review.mix.grain == "month" else f"week of {fmt.short_day(day)}"


def _with_metric(question: Question, metric: str) -> Question:
    return replace(question, metrics=(metric,), by=(), grain=None)


def _bucket(review: TypesReview, start: str) -> tuple[date, date] | None:
    over_time = replace(review.question, metrics=(MetricKey.COMPLETED,), grain=review.mix.grain)
    days = {str(bucket.start): (bucket.first, bucket.last) for bucket in over_time.buckets}
    return days.get(start)


def _find_total(review: TypesReview, metric: str, kind: str) -> VisitTypeDrilldown:
    question = _with_metric(review.question, metric)
    label = METRICS[metric].label
    if not kind:
        return VisitTypeDrilldown(label, question)
    name = f"{TYPE_WORDS[kind]}: {label[0].lower()}{label[1:]}"
    return VisitTypeDrilldown(name, question.only("visit_type", kind))


def _find_families(review: TypesReview, kind: str, start: str) -> VisitTypeDrilldown | None:
    days = _bucket(review, start)
    if days is None:
        return None
    metric = MetricKey.NEW_FAMILIES if kind == NEW else MetricKey.FAMILIES_SEEN
    question = _with_metric(replace(review.question, first=days[0], last=days[1]), metric)
    return VisitTypeDrilldown(f"{METRICS[metric].label}, {period_words(review, start)}", question)


def _find_start(review: TypesReview, kind: str, _: str) -> VisitTypeDrilldown:
    question = _with_metric(review.question, MetricKey.NEW_FAMILIES).only("visit_type", kind)
    return VisitTypeDrilldown(f"Families that started with {_mid_sentence(kind)}", question)


def _find_step(review: TypesReview, before: str, after: str) -> VisitTypeDrilldown | None:
    if not any((step.from_, step.to) == (before, after) for step in review.paths.steps):
        return None
    question = _with_metric(review.question, MetricKey.NEW_TO_TYPE)
    since = review.record_status.records.settled_from
    title = f"From {_mid_sentence(before)} to {_mid_sentence(after)}"
    return VisitTypeDrilldown(
        title, question, lambda scope: visits_of_step(scope, question, (before, after), since)
    )


def _find_pair(review: TypesReview, first: str, second: str) -> VisitTypeDrilldown:
    question = _with_metric(review.question, MetricKey.COMBINED).only("visit_type", first)
    question = replace(question, where=(*question.where, ("includes", second)))
    return VisitTypeDrilldown(f"{TYPE_WORDS[first]} with {_mid_sentence(second)}", question)


def _find_nothing(_review: TypesReview, _what: str, _which: str) -> None:
    return None


def _mid_sentence(kind: str) -> str:
    """Return a type's name for the middle of a sentence."""
    return TYPE_WORDS[kind] if kind == "cst" else TYPE_WORDS[kind].lower()
