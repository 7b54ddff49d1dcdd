"""Reported change: better, same or worse; every change; the mean beside the change by age."""

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.charts import ChangePanel
from allay_metrics.review.concern import ConcernReview
from allay_metrics.review.months import middle_share
from allay_metrics.review.outcomes import OutcomesReview
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.figure import figure
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.outcomes.outcome_labels import number_words, panel_name, share_words

TYPES = {"cst": "CST", "lactation": "Lactation", "massage": "Massage", "other": "Other"}


def better_card(review: OutcomesReview) -> None:
    """Draw better, about the same and worse with n and intervals, for eleven pairs or more."""
    shown = [concern for concern in review.concerns if concern.summary.funnel.paired]
    columns = ("Concern", "Better", "About the same", "Worse", "At best already", "Cannot tell")
    with card("outcomes-better"):
        head("Better, about the same, worse", "95% intervals in brackets")
        table(
            columns,
            [_verdict_cells(concern) for concern in shown],
            caption="Reported change, by concern",
        )
        if review.by_type:
            parts = [
                f"{TYPES[kind]} {share_words(share)}" for kind, share in review.by_type.items()
            ]
            note(f"Better, by the type of the first visit: {'; '.join(parts)}.")
        else:
            note(
                "Not shown by visit type until every type has eleven families, or where a concern "
                "with fewer could be worked out from it."
            )


def _verdict_cells(concern: ConcernReview) -> list[TableCell | str]:
    report = concern.report
    if concern.why_not:
        return [
            concern.concern.label,
            TableCell(fmt.DASH, reason=concern.why_not),
            *[fmt.DASH] * 4,
        ]
    shares = (report.better, report.same, report.worse)
    apart = (report.at_best_already, report.cannot_tell)
    return [concern.concern.label, *map(share_words, shares), *map(fmt.number, apart)]


def changes_card(review: OutcomesReview) -> None:
    """Draw every family's change, sorted, for five pairs or more."""
    panels = [
        ChangePanel(
            panel_name(concern),
            concern.changes,
            concern.summary.measure.threshold,
        )
        for concern in review.concerns
        if concern.charted and concern.summary.detail in ("dots", "summary")
    ]
    with card("outcomes-changes"):
        head("Every family's change", "up is better; grey is smaller than the change that matters")
        figure(charts.changes(panels), "outcomes-changes", charts.changes_alt(panels), select=False)


def means_card(review: OutcomesReview) -> None:
    """Draw mean, interval and median beside the change expected by age and the remainder."""
    shown = [
        concern
        for concern in review.concerns
        if concern.report.median is not None or concern.report.mean
    ]
    columns = ("Concern", "Mean", "95% interval", "Median", "Expected by age", "Remainder")
    with card("outcomes-means"):
        head("Mean and median change", "positive is better")
        table(
            columns,
            [_mean_cells(concern) for concern in shown],
            caption="Reported change, in numbers",
        )
        note(
            "The remainder still includes regression to the mean: families book on a bad day, and "
            "the "
            "next day is more ordinary. Babies who cry for over three hours a day are, by chance "
            "alone, expected to cry about 44 minutes less at the next look."
        )


def _mean_cells(concern: ConcernReview) -> list[TableCell | str]:
    report, measure = concern.report, concern.summary.measure
    mean = report.mean
    low, high = (mean.low, mean.high) if mean else (None, None)
    ends = fmt.DASH
    if low is not None and high is not None:
        ends = f"{number_words(low, measure)} to {number_words(high, measure)}"
    unknown = "" if report.expected is not None or report.reason else "no norms for this measure"
    some = report.expected is not None and report.covered < report.funnel.paired
    age = f"of {report.covered} within the table's ages" if some else ""
    return [
        f"{concern.concern.label} ({measure.unit})",
        TableCell(number_words(mean.mean if mean else None, measure), reason=report.reason),
        ends,
        number_words(report.median, measure),
        TableCell(number_words(report.expected, measure), of=age, reason=unknown),
        number_words(report.remainder, measure),
    ]


def months_card(review: OutcomesReview) -> None:
    """Draw the run chart by month, for twelve months or more; practices are never compared."""
    with card("outcomes-months"):
        head("Month by month", "share better of those with both answers, dotted: the median month")
        if not review.months:
            note("With twelve months of answers, a chart by month appears here.")
            return
        first = [month.month for month in review.months]
        shares = [month.better / month.pairs for month in review.months]
        drawn = charts.months(first, shares, middle_share(review.months) or 0)
        figure(drawn, "outcomes-months", charts.months_alt(first, shares), select=False)
        note("Each month has few families: points vary by chance. Look for runs, not points.")
