"""The summary of one concern's episodes, withheld where they are too few."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import fmean, median

from allay_metrics.outcomes.change import Change, change_of
from allay_metrics.outcomes.funnel import Detail, Funnel, bounds, detail
from allay_metrics.outcomes.intervals import Mean, Share, mean_change, wilson
from allay_metrics.outcomes.measures import Concern, Measure, measures
from allay_metrics.outcomes.windows import WINDOWS, Answer, Baseline, baseline, in_window

TOO_FEW_TO_SHOW = "fewer than 5 families answered both times"
TOO_FEW_TO_SUMMARISE = "too few to summarise"
NOBODY = "no family whose window has closed answered both times"


@dataclass(frozen=True)
class Episode:
    """One client with one concern, and all answers about her or him.

    `session` is the start of the first visit (seconds since 1970 UTC), `first` its local day;
    `has_check_in` is whether a check-in was ever sent or answered, `visit_type` that of the first
    visit.
    """

    id: str
    client_id: str
    concern: str
    first: date
    session: int
    born: date | None
    gestation_weeks: int | None
    has_check_in: bool
    answers: tuple[Answer, ...]
    visit_type: str = ""


@dataclass(frozen=True)
class JudgedEpisode:
    """An episode whose primary window has closed, with its answers and change where known."""

    episode: Episode
    before: Baseline | None
    after: Answer | None
    change: Change | None


@dataclass(frozen=True)
class Summary:
    """One concern's numbers. Withheld numbers are None, and `reason` says why.

    `mean` holds mean, median and interval of the raw changes; `expected` and `remainder` are means
    over the `covered` pairs whose age the norms cover. `better`, `same` and `worse` are shares of
    the pairs with a verdict; `at_best_already` and `cannot_tell` are counted separately.
    `worst_case` and `best_case` bound the share better of all eligible.
    """

    concern: Concern
    measure: Measure
    funnel: Funnel
    detail: Detail
    mean: Mean | None
    median: float | None
    expected: float | None
    remainder: float | None
    covered: int
    better: Share | None
    same: Share | None
    worse: Share | None
    at_best_already: int
    cannot_tell: int
    reliably_changed: int | None
    worst_case: float | None
    best_case: float | None
    reason: str


def closes_on(episode: Episode, concern: Concern) -> date:
    """Return the day on which the episode's primary window closes, which decides its period."""
    return WINDOWS[concern.primary_window].closes(episode.first)


def judge(episode: Episode, concern: Concern, measure: Measure) -> JudgedEpisode:
    """Return an episode's baseline, its answer in the primary window, and the change."""
    before = baseline(episode.answers, measure.id, episode.session)
    after = in_window(
        episode.answers,
        measure.id,
        episode.first,
        episode.session,
        WINDOWS[concern.primary_window],
    )
    if before is None or after is None:
        return JudgedEpisode(episode, before, after, None)
    change = change_of(measure, before.answer, after, episode.born, episode.gestation_weeks)
    return JudgedEpisode(episode, before, after, change)


def summarise(
    episodes: Iterable[Episode],
    concern: Concern,
    period: tuple[date, date],
    as_of: date,
    measure: Measure | None = None,
) -> tuple[Summary, list[JudgedEpisode]]:
    """Return one concern's summary for the windows that closed in a period, both ends included.

    Only episodes of the concern whose window had closed by `as_of` are eligible; they are also
    returned with their changes, for drawing. A measure other than the concern's primary one is
    exploratory, and must be labelled so.
    """
    counted = measure or measures()[concern.primary_measure]
    first, last = period[0], min(period[1], as_of)
    judged = [
        judge(episode, concern, counted)
        for episode in episodes
        if episode.concern == concern.id and first <= closes_on(episode, concern) <= last
    ]
    return _summary(judged, concern, counted), judged


def _summary(judged: list[JudgedEpisode], concern: Concern, measure: Measure) -> Summary:
    changes = [judgement.change for judgement in judged if judgement.change is not None]
    funnel = Funnel(
        eligible=len(judged),
        asked=sum(judgement.episode.has_check_in for judgement in judged),
        baseline=sum(judgement.before is not None for judgement in judged),
        followed_up=sum(judgement.after is not None for judgement in judged),
        paired=len(changes),
    )
    shown = detail(len(changes))
    full = shown == "summary"
    verdicts = Counter(change.verdict for change in changes)
    verdict_count = sum(verdicts[name] for name in ("better", "same", "worse"))
    covered = [c for c in changes if c.expected is not None and c.remainder is not None]
    raw = [change.change for change in changes]
    limits = bounds(verdicts["better"], len(changes), len(judged)) if full else None
    reliable_flags = [change.reliable for change in changes if change.reliable is not None]
    age = full and measure.has_mean and bool(covered)
    return Summary(
        concern=concern,
        measure=measure,
        funnel=funnel,
        detail=shown,
        mean=mean_change(raw) if full and measure.has_mean else None,
        median=float(median(raw)) if shown in ("dots", "summary") else None,
        expected=fmean(c.expected or 0.0 for c in covered) if age else None,
        remainder=fmean(c.remainder or 0.0 for c in covered) if age else None,
        covered=len(covered),
        better=wilson(verdicts["better"], verdict_count) if full else None,
        same=wilson(verdicts["same"], verdict_count) if full else None,
        worse=wilson(verdicts["worse"], verdict_count) if full else None,
        at_best_already=verdicts["at_best_already"],
        cannot_tell=verdicts["cannot_tell"],
        reliably_changed=sum(reliable_flags) if full and reliable_flags else None,
        worst_case=limits[0] if limits else None,
        best_case=limits[1] if limits else None,
        reason={
            "nothing": NOBODY,
            "lines": TOO_FEW_TO_SHOW,
            "dots": TOO_FEW_TO_SUMMARISE,
            "summary": "",
        }[shown],
    )
