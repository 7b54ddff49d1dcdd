"""Labels of the Outcomes page: units, shares with intervals, who answered; and its export."""

from typing import Any

from allay_metrics import formatting as fmt
from allay_metrics.outcomes.funnel import Funnel
from allay_metrics.outcomes.intervals import Share
from allay_metrics.outcomes.measures import Measure
from allay_metrics.outcomes.research import CONTEXT
from allay_metrics.records import Scope
from allay_metrics.review.concern import ConcernReview
from allay_metrics.review.exports import export_header
from allay_metrics.review.outcomes import OutcomesReview, outcome_rows
from allay_metrics.review.record_status import read_record_status
from allay_metrics.spreadsheet import Export, Value

OF_EPISODES = "Outcomes, episodes whose window closed"
# The label of a concern above a small chart.
SHORT = {
    "crying": "Crying",
    "feeding": "Feeding",
    "jaw": "Jaw",
    "sleep": "Sleep",
    "digestion": "Digestion",
    "head_shape": "Head shape",
    "torticollis": "Torticollis",
    "tension": "Tension",
    "body_pain": "Body pain",
    "other": "Other",
}
STANDING = {
    "good": "",
    "amber": "◆ under 60 % answered both times: read with care",
    "no headline": "◆ under 40 % answered both times: no headline",
    "nobody": "no window closed",
}


def panel_name(concern: ConcernReview) -> str:
    """Return `Crying, min a day`."""
    return f"{SHORT.get(concern.concern.id, concern.concern.label)}, {concern.summary.measure.unit}"


def share_words(share: Share | None) -> str:
    """Return `7 of 11, 64% (35 to 85)`; a dash where it is withheld."""
    if share is None or share.share is None or share.low is None or share.high is None:
        return fmt.DASH
    ends = f"{round(share.low * 100)} to {round(share.high * 100)}"
    return f"{share.count} of {share.n}, {round(share.share * 100)}% ({ends})"


def number_words(value: float | None, measure: Measure) -> str:
    """Return a change in its measure's unit, signed; a dash for none."""
    if value is None:
        return fmt.DASH
    digits = 0 if measure.unit.startswith("min") else 1
    return f"{value:+.{digits}f}"


def rate_words(funnel: Funnel) -> str:
    """Return the share of eligible families with both answers."""
    return fmt.DASH if funnel.rate is None else fmt.percent(funnel.rate)


def bounds_words(concern: ConcernReview) -> str:
    """Return the worst and best case of the share better; a dash where withheld."""
    low, high = concern.report.worst_case, concern.report.best_case
    if low is None or high is None:
        return fmt.DASH
    return f"{round(low * 100)} to {round(high * 100)}%"


def outcomes_export(scope: Scope, review: OutcomesReview) -> Export:
    """Return the page's numbers with a header.

    Shares and their intervals follow the same rule as on the page; a concern too small for a
    summary shows how many answered and nothing else.
    """
    context_lines = export_header(
        scope, read_record_status(scope), OF_EPISODES, (review.first, review.last)
    )
    rows = [_flatten(row) for row in outcome_rows(review)]
    columns = tuple(rows[0]) if rows else ()
    return Export(
        (("Read this first", CONTEXT), *context_lines), columns, [(*row.values(),) for row in rows]
    )


def _flatten(row: dict[str, Any]) -> dict[str, Value]:
    flat: dict[str, Value] = {}
    summarised = isinstance(row["better"], dict) and row["better"]["n"] is not None
    for key, value in row.items():
        if isinstance(value, dict):
            flat |= {f"{key}_{end}": value[end] for end in ("n", "share", "low", "high")}
        elif key == "median_change" and not summarised:
            flat[key] = None
        else:
            flat[key] = value
    return flat
