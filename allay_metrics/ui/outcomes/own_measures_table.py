"""The practice's own measures on the Outcomes page, labelled as exploratory."""

from allay_metrics import formatting as fmt
from allay_metrics.review.concern import ConcernReview
from allay_metrics.review.outcomes import OutcomesReview
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.outcomes.outcome_labels import SHORT, number_words, share_words

COLUMNS = ("Measure", "Both answered", "Better", "Worse", "Mean", "95% interval", "Median")


def own_card(review: OutcomesReview) -> None:
    """Draw each own measure with answers, by concern."""
    if not review.own:
        return
    with card("outcomes-own"):
        head("Your own measures", "exploratory: no concern is judged by them")
        table(
            COLUMNS,
            [_row(concern) for concern in review.own],
            caption="Reported change, own measures",
        )
        note(
            "Among many numbers one changes by chance. They follow the same rules for few families."
        )


def _row(concern: ConcernReview) -> list[TableCell | str]:
    report, measure, funnel = concern.report, concern.summary.measure, concern.summary.funnel
    name = f"{measure.label}, {SHORT.get(concern.concern.id, concern.concern.label).lower()}"
    both = f"{fmt.number(funnel.paired)} of {fmt.number(funnel.eligible)}"
    if concern.why_not and report.median is None:
        return [name, both, TableCell(fmt.DASH, reason=concern.why_not), *[fmt.DASH] * 4]
    mean = report.mean
    ends = [number_words(end, measure) for end in (mean.low, mean.high)] if mean else []
    return [
        name,
        both,
        TableCell(share_words(report.better), reason=concern.why_not),
        share_words(report.worse),
        number_words(mean.mean if mean else None, measure),
        " to ".join(ends) or fmt.DASH,
        number_words(report.median, measure),
    ]
