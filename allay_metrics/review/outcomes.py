"""The Outcomes page as plain values: who answered, then reported changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from allay_metrics.actions.own_measure_changes import list_own_measures
from allay_metrics.errors import NotAllowed, QuestionProblem, choose_from
from allay_metrics.metrics.coverage import read_records
from allay_metrics.metrics.outcome_metrics import read_episodes
from allay_metrics.outcomes.funnel import tells_on_one, withheld
from allay_metrics.outcomes.intervals import Share, wilson
from allay_metrics.outcomes.measures import Concern, Measure, concerns, measures
from allay_metrics.outcomes.own_measures import OwnMeasure
from allay_metrics.outcomes.summary import Episode, summarise
from allay_metrics.outcomes.windows import WINDOWS
from allay_metrics.records import Scope
from allay_metrics.review.concern import ConcernReview, review_concern
from allay_metrics.review.months import Month, compute_months
from allay_metrics.review.worries import Worry, read_worries

WHOLE_PRACTICE = "These numbers are of the whole practice: for the owner to see."
LONGEST_WINDOW = max(window.closes(date.min) for window in WINDOWS.values()) - date.min


@dataclass(frozen=True)
class OutcomesReview:
    """The page of a period. `by_type` is empty unless every type has enough pairs; `undeclared`
    counts episodes without a declared concern, which are in no summary. `own` are the practice's
    own measures, exploratory.
    """

    first: date
    last: date
    as_of: date | None
    concerns: tuple[ConcernReview, ...]
    undeclared: int
    by_type: Mapping[str, Share]
    worries: tuple[Worry, ...]
    months: tuple[Month, ...]
    has_check_ins: bool
    own: tuple[ConcernReview, ...] = ()

    @property
    def eligible(self) -> int:
        """Return the episodes whose window closed in the period."""
        return sum(concern.summary.funnel.eligible for concern in self.concerns)

    @property
    def paired(self) -> int:
        """Return those with both answers."""
        return sum(concern.summary.funnel.paired for concern in self.concerns)


def review_outcomes(
    scope: Scope,
    first: date,
    last: date,
    *,
    measure: str | None = None,
    only: Sequence[str] = (),
) -> OutcomesReview:
    """Return what families reported with windows that closed in the period, both ends included.

    `measure` counts another measure than each concern's own, which is exploratory; `only` keeps
    these concerns. Raises NotAllowed for anybody but the owner, QuestionProblem for an unknown
    measure or concern.
    """
    if scope.viewer.role != "owner":
        raise NotAllowed(WHOLE_PRACTICE)
    own = list_own_measures(scope)
    chosen_measure = _find_measure(measure, own)
    chosen = _find_concerns(only)
    with scope.read() as conn:
        as_of = read_records(conn, scope).newest
        episodes = read_episodes(scope, conn=conn)
        worries = read_worries(conn, scope, first, last)
    day = as_of or last
    reviewed = [
        review_concern(episodes, concern, chosen_measure, (first, last), day) for concern in chosen
    ]
    return OutcomesReview(
        first=first,
        last=last,
        as_of=as_of,
        concerns=tuple(reviewed),
        undeclared=sum(
            not episode.concern and first <= episode.first <= last for episode in episodes
        ),
        by_type=_by_type(reviewed, episodes, (first, min(last, day))),
        worries=worries,
        months=compute_months(episodes, day),
        has_check_ins=any(episode.has_check_in for episode in episodes),
        own=_own(episodes, own, (first, last), day),
    )


def _own(
    episodes: Sequence[Episode], own: Sequence[OwnMeasure], period: tuple[date, date], as_of: date
) -> tuple[ConcernReview, ...]:
    """Return each own measure with answers, by concern; all of them are exploratory."""
    reviewed = [
        review_concern(episodes, concerns()[concern], own_concern.measure, period, as_of)
        for own_concern in own
        for concern in own_concern.concerns
    ]
    return tuple(review for review in reviewed if review.summary.funnel.baseline or review.lines)


def reported_changes(scope: Scope, first: date, last: date) -> tuple[ConcernReview, ...]:
    """Return the concerns with pairs that closed in the period, most pairs first.

    Of the whole practice, for the owner: the same summaries as `review_outcomes`, read without
    the lines, the words and the months beside them. History tags are not among them. Raises
    NotAllowed.
    """
    if scope.viewer.role != "owner":
        raise NotAllowed(WHOLE_PRACTICE)
    opened = first - LONGEST_WINDOW, last
    with scope.read() as conn:
        as_of = read_records(conn, scope).newest
        episodes = read_episodes(scope, opened=opened, conn=conn)
    reviewed = [
        review_concern(episodes, concern, None, (first, last), as_of or last)
        for concern in concerns().values()
        if concern.kind != "history tag"
    ]
    answered = [concern for concern in reviewed if concern.summary.funnel.paired]
    return tuple(sorted(answered, key=lambda concern: -concern.summary.funnel.paired))


def _find_measure(measure: str | None, own: Sequence[OwnMeasure]) -> Measure | None:
    if measure is None:
        return None
    measures_by_id = {**measures(), **{own_measure.id: own_measure.measure for own_measure in own}}
    countable = [
        id_
        for id_, measure_of_id in measures_by_id.items()
        if measure_of_id.kind in ("number", "ordinal")
    ]
    if measure not in countable:
        raise QuestionProblem(choose_from("measure", measure, countable))
    return measures_by_id[measure]


def _find_concerns(only: Sequence[str]) -> list[Concern]:
    for name in only:
        if name not in concerns():
            raise QuestionProblem(choose_from("concern", name, list(concerns())))
    return [concern for concern in concerns().values() if not only or concern.id in only]


def _by_type(
    reviewed: Sequence[ConcernReview], episodes: Sequence[Episode], period: tuple[date, date]
) -> dict[str, Share]:
    """Return the share better by type of the first visit; nothing unless each type holds 11.

    The types together are a total of all concerns: nothing, too, where a concern that is too small
    to show could be worked out from it.
    """
    verdicts_by_type: dict[str, list[bool]] = defaultdict(list)
    for concern in reviewed:
        if concern.charted:
            _, judged = summarise(
                episodes, concern.concern, period, period[1], concern.summary.measure
            )
            for result in judged:
                if result.change is not None:
                    verdicts_by_type[result.episode.visit_type].append(
                        result.change.verdict == "better"
                    )
    pairs = {
        concern.concern.id: concern.summary.funnel.paired for concern in reviewed if concern.charted
    }
    if withheld({kind: len(result) for kind, result in verdicts_by_type.items()}) or tells_on_one(
        pairs
    ):
        return {}
    return {
        kind: wilson(sum(result), len(result)) for kind, result in sorted(verdicts_by_type.items())
    }


def outcome_rows(review: OutcomesReview) -> list[dict[str, Any]]:
    """Return one row of plain values per concern, for the command line and exports.

    Positive changes are better; a withheld value is None, with a `reason`.
    """
    return [_row(concern) for concern in review.concerns]


def _row(review: ConcernReview) -> dict[str, Any]:
    summary = review.report
    mean = summary.mean
    return {
        "concern": review.concern.id,
        "measure": summary.measure.id,
        "window": WINDOWS[review.concern.primary_window].id,
        "eligible": summary.funnel.eligible,
        "asked": summary.funnel.asked,
        "baseline": summary.funnel.baseline,
        "paired": summary.funnel.paired,
        "mean_change": mean.mean if mean else None,
        "median_change": summary.median,
        "low": mean.low if mean else None,
        "high": mean.high if mean else None,
        "expected_change": summary.expected,
        "remainder": summary.remainder,
        "better": _share(summary.better),
        "same": _share(summary.same),
        "worse": _share(summary.worse),
        "at_best_already": None if review.why_not else summary.at_best_already,
        "worst_case_share": summary.worst_case,
        "best_case_share": summary.best_case,
        "reason": summary.reason,
    }


def _share(share: Share | None) -> dict[str, float | int | None]:
    if share is None:
        return {"n": None, "share": None, "low": None, "high": None}
    return {"n": share.count, "share": share.share, "low": share.low, "high": share.high}
