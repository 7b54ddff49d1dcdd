"""What parents reported, as the page shows it: who answered first, then reported changes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from statistics import median
from typing import Any

from sqlalchemy import and_, select

from allay_metrics.actions.own_measures import own_measures
from allay_metrics.errors import NotAllowed, QuestionProblem, choose_from
from allay_metrics.metrics.coverage import read_records
from allay_metrics.metrics.outcomes import read_episodes
from allay_metrics.outcomes.funnel import (
    LINES_ONLY_UNDER,
    at_an_extreme,
    tells_on_one,
    withheld,
)
from allay_metrics.outcomes.intervals import Share, wilson
from allay_metrics.outcomes.measures import Concern, Measure, concerns, measures
from allay_metrics.outcomes.norms import age_weeks, band
from allay_metrics.outcomes.own import OwnMeasure
from allay_metrics.outcomes.summary import Episode, Judged, Summary, closes_on, summarise
from allay_metrics.outcomes.windows import WINDOWS
from allay_metrics.records import Scope
from allay_metrics.records.tables import answer, check_in, client

RUN_FROM = 12  # months a run chart needs
HISTORY = "a history tag: never charted as resolved"
WHOLE_PRACTICE = "These numbers are of the whole practice: for the owner to see."
LONGEST_WINDOW = max(one.closes(date.min) for one in WINDOWS.values()) - date.min
NO_HEADLINE = "under 40 % answered both times: no headline"


@dataclass(frozen=True)
class Line:
    """One client's answers to a measure: (weeks of age, or since the first visit, value)."""

    client_id: str
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class ConcernReview:
    """One concern: its summary, and what is drawn of it.

    `changes` are those of all pairs, smallest first, positive where better; `lines` are over age,
    or over weeks since the first visit for parents (`by_age` False). `band` is (age, low, mean,
    high) of babies of that age, empty where no norms are known. `extreme` names a floor or ceiling
    effect of the baselines. `charted` is False for history tags.
    """

    concern: Concern
    summary: Summary
    changes: tuple[float, ...]
    lines: tuple[Line, ...]
    by_age: bool
    band: tuple[tuple[float, float, float, float], ...]
    extreme: str
    charted: bool
    exploratory: bool

    @property
    def why_not(self) -> str:
        """Return why nothing is summarised of it, '' where a summary may be told."""
        if not self.charted:
            return HISTORY
        few = self.summary.funnel.standing == "no headline"
        return self.summary.reason or (NO_HEADLINE if few else "")

    @property
    def told(self) -> Summary:
        """Return the summary as page, export and command line tell it: what must not be, is None.

        Who answered always stands; so do worst and best case where they are known.
        """
        found = self.summary
        if not self.why_not:
            return found
        hushed = replace(
            found,
            mean=None,
            expected=None,
            remainder=None,
            better=None,
            same=None,
            worse=None,
            reliably_changed=None,
            reason=self.why_not,
        )
        if self.charted and found.detail == "dots":
            return hushed
        bounds = (found.worst_case, found.best_case) if self.charted else (None, None)
        return replace(hushed, median=None, worst_case=bounds[0], best_case=bounds[1])


@dataclass(frozen=True)
class Worry:
    """A parent's words, or a yes to *got worse or worried*: whose, when, and who read it."""

    client_id: str
    name: str
    on: date
    text: str
    got_worse: bool
    read_by: str


@dataclass(frozen=True)
class Month:
    """Pairs whose window closed in a month, and how many of them were better."""

    month: date
    better: int
    pairs: int


@dataclass(frozen=True)
class OutcomesReview:
    """The page of a period. `by_type` is empty unless every type holds enough; `undeclared`
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
        return sum(one.summary.funnel.eligible for one in self.concerns)

    @property
    def paired(self) -> int:
        """Return those with both answers."""
        return sum(one.summary.funnel.paired for one in self.concerns)


def review_outcomes(
    scope: Scope,
    first: date,
    last: date,
    *,
    measure: str | None = None,
    only: Sequence[str] = (),
) -> OutcomesReview:
    """Return what families reported whose windows closed in the period, both ends included.

    `measure` counts another measure than each concern's own, which is exploratory; `only` keeps
    these concerns. Raises NotAllowed for anybody but the owner, QuestionProblem for an unknown
    measure or concern.
    """
    if scope.viewer.role != "owner":
        raise NotAllowed(WHOLE_PRACTICE)
    own = own_measures(scope)
    asked = _asked_measure(measure, own)
    chosen = _chosen(only)
    with scope.read() as conn:
        as_of = read_records(conn, scope).newest
        episodes = read_episodes(scope, conn=conn)
        worries = _worries(conn, scope, first, last)
    day = as_of or last
    reviewed = [_concern(episodes, one, asked, (first, last), day) for one in chosen]
    return OutcomesReview(
        first=first,
        last=last,
        as_of=as_of,
        concerns=tuple(reviewed),
        undeclared=sum(not one.concern and first <= one.first <= last for one in episodes),
        by_type=_by_type(reviewed, episodes, (first, min(last, day))),
        worries=worries,
        months=_months(episodes, day),
        has_check_ins=any(one.asked for one in episodes),
        own=_own(episodes, own, (first, last), day),
    )


def _own(
    episodes: Sequence[Episode], own: Sequence[OwnMeasure], period: tuple[date, date], as_of: date
) -> tuple[ConcernReview, ...]:
    """Return each own measure with answers, by each of its concerns: exploratory, all of them."""
    reviewed = [
        _concern(episodes, concerns()[concern], one.measure, period, as_of)
        for one in own
        for concern in one.concerns
    ]
    return tuple(one for one in reviewed if one.summary.funnel.baseline or one.lines)


def reported_changes(scope: Scope, first: date, last: date) -> tuple[ConcernReview, ...]:
    """Return the concerns with pairs whose window closed in the period, most pairs first.

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
        _concern(episodes, one, None, (first, last), as_of or last)
        for one in concerns().values()
        if one.kind != "history tag"
    ]
    answered = [one for one in reviewed if one.summary.funnel.paired]
    return tuple(sorted(answered, key=lambda one: -one.summary.funnel.paired))


def _asked_measure(measure: str | None, own: Sequence[OwnMeasure]) -> Measure | None:
    if measure is None:
        return None
    known = {**measures(), **{one.id: one.measure for one in own}}
    countable = [id_ for id_, one in known.items() if one.kind in ("number", "ordinal")]
    if measure not in countable:
        raise QuestionProblem(choose_from("measure", measure, countable))
    return known[measure]


def _chosen(only: Sequence[str]) -> list[Concern]:
    for name in only:
        if name not in concerns():
            raise QuestionProblem(choose_from("concern", name, list(concerns())))
    return [one for one in concerns().values() if not only or one.id in only]


def _concern(
    episodes: Sequence[Episode],
    concern: Concern,
    measure: Measure | None,
    period: tuple[date, date],
    as_of: date,
) -> ConcernReview:
    summary, judged = summarise(episodes, concern, period, as_of, measure)
    counted = summary.measure
    by_age = concern.client != "parent" and counted.id != "parent_pain"
    lines = tuple(line for one in judged if (line := _line(one, counted, by_age=by_age)).points)
    ages = [age for line in lines for age, _ in line.points]
    starts = [one.before.answer.value for one in judged if one.before]
    drawn = band(counted.norm_metric, _steps(ages)) if by_age and counted.norm_metric else []
    return ConcernReview(
        concern=concern,
        summary=summary,
        changes=tuple(sorted(one.change.change for one in judged if one.change)),
        lines=lines,
        by_age=by_age,
        band=tuple(drawn),
        extreme=at_an_extreme(starts, counted.low, counted.high),
        charted=concern.kind != "history tag",
        exploratory=counted.id != concern.primary_measure,
    )


def _line(one: Judged, measure: Measure, *, by_age: bool) -> Line:
    episode = one.episode
    points = []
    for given in episode.answers:
        if given.measure != measure.id:
            continue
        if not by_age:
            points.append(((given.on - episode.first).days / 7, given.value))
        elif episode.born is not None:
            age = age_weeks(episode.born, given.on, episode.gestation_weeks)
            points.append((age, given.value))
    return Line(episode.client_id, tuple(points))


def _steps(ages: Sequence[float]) -> list[float]:
    """Return ages in half weeks from the youngest to the oldest, for a band to be drawn at."""
    if not ages:
        return []
    return [half / 2 for half in range(int(min(ages) * 2), int(max(ages) * 2) + 2)]


def _by_type(
    reviewed: Sequence[ConcernReview], episodes: Sequence[Episode], period: tuple[date, date]
) -> dict[str, Share]:
    """Return the share better by type of the first visit; nothing unless each type holds 11.

    The types together are a total of all concerns: nothing, too, where that would tell of a
    concern that is too small to be told.
    """
    told: dict[str, list[bool]] = defaultdict(list)
    for one in reviewed:
        if one.charted:
            _, judged = summarise(episodes, one.concern, period, period[1], one.summary.measure)
            for found in judged:
                if found.change is not None:
                    told[found.episode.visit_type].append(found.change.verdict == "better")
    pairs = {one.concern.id: one.summary.funnel.paired for one in reviewed if one.charted}
    if withheld({kind: len(found) for kind, found in told.items()}) or tells_on_one(pairs):
        return {}
    return {kind: wilson(sum(found), len(found)) for kind, found in sorted(told.items())}


def _months(episodes: Sequence[Episode], as_of: date) -> tuple[Month, ...]:
    """Return the whole months with five pairs or more; none before a run chart has enough."""
    found: dict[date, list[bool]] = defaultdict(list)
    for concern in concerns().values():
        if concern.kind == "history tag":
            continue
        _, judged = summarise(episodes, concern, (date.min, as_of.replace(day=1)), as_of)
        for one in judged:
            if one.change is not None:
                month = closes_on(one.episode, concern).replace(day=1)
                found[month].append(one.change.verdict == "better")
    whole = {month: told for month, told in found.items() if month < as_of.replace(day=1)}
    months = [
        Month(month, sum(told), len(told))
        for month, told in sorted(whole.items())
        if len(told) >= LINES_ONLY_UNDER
    ]
    return tuple(months[-24:]) if len(months) >= RUN_FROM else ()


def middle_share(months: Sequence[Month]) -> float | None:
    """Return the median of the months' shares: the line a run chart is read against."""
    return median(one.better / one.pairs for one in months) if months else None


def _worries(conn: Any, scope: Scope, first: date, last: date) -> tuple[Worry, ...]:
    """Return what got worse or worried parents, and their words, newest first."""
    asked = (
        select(
            check_in.c.client_id,
            client.c.name,
            check_in.c.answered_at,
            answer.c.measure,
            answer.c.value,
            answer.c.text,
            check_in.c.words_read_by,
        )
        .join(
            answer,
            and_(
                answer.c.practice_id == check_in.c.practice_id,
                answer.c.check_in_id == check_in.c.id,
            ),
        )
        .join(
            client,
            and_(
                client.c.practice_id == check_in.c.practice_id,
                client.c.id == check_in.c.client_id,
            ),
        )
        .where(
            check_in.c.practice_id == scope.practice_id,
            check_in.c.answered_at.is_not(None),
            answer.c.text.is_not(None) | ((answer.c.measure == "harms") & (answer.c.value == 1)),
        )
        .order_by(check_in.c.answered_at.desc(), check_in.c.id)
    )
    found = []
    for row in conn.execute(asked):
        on = datetime.fromtimestamp(row.answered_at, scope.zone).date()
        if first <= on <= last and (row.text or row.value):
            worse = row.measure == "harms" and bool(row.value)
            text, reader = row.text or "", row.words_read_by or ""
            found.append(Worry(row.client_id, row.name, on, text, worse, reader))
    return tuple(found)


def outcome_rows(review: OutcomesReview) -> list[dict[str, Any]]:
    """Return one plain row per concern, as the command line and the exports tell it.

    Changes are signed so that positive is better; what is withheld is None, and `reason` says why.
    """
    return [_row(one) for one in review.concerns]


def _row(one: ConcernReview) -> dict[str, Any]:
    found = one.told
    mean = found.mean
    return {
        "concern": one.concern.id,
        "measure": found.measure.id,
        "window": WINDOWS[one.concern.primary_window].id,
        "eligible": found.funnel.eligible,
        "asked": found.funnel.asked,
        "baseline": found.funnel.baseline,
        "paired": found.funnel.paired,
        "mean_change": mean.mean if mean else None,
        "median_change": found.median,
        "low": mean.low if mean else None,
        "high": mean.high if mean else None,
        "expected_change": found.expected,
        "remainder": found.remainder,
        "better": _share(found.better),
        "same": _share(found.same),
        "worse": _share(found.worse),
        "at_best_already": None if one.why_not else found.at_best_already,
        "worst_case_share": found.worst_case,
        "best_case_share": found.best_case,
        "reason": found.reason,
    }


def _share(share: Share | None) -> dict[str, float | int | None]:
    if share is None:
        return {"n": None, "share": None, "low": None, "high": None}
    return {"n": share.count, "share": share.share, "low": share.low, "high": share.high}
