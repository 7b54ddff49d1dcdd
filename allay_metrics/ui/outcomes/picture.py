"""The Outcomes page as one figure to share, with the same withholding rules."""

from allay_metrics import formatting as fmt
from allay_metrics.charts import printed
from allay_metrics.charts.printed import FigureRow, FigureSheet
from allay_metrics.outcomes.research import CONTEXT, UNVALIDATED
from allay_metrics.outcomes.windows import WINDOWS
from allay_metrics.review.concern import ConcernReview
from allay_metrics.review.outcomes import OutcomesReview
from allay_metrics.ui.outcomes.outcome_labels import SHORT, STANDING, number_words, share_words

TITLE = "Reported change while in care"
HOW = (
    "Dot: share of families better past the measure's meaningful change, line: its 95% Wilson "
    "interval, pale bar: if nobody or everybody who did not answer had been better. Means are "
    "changes with their 95% t interval, positive where better, beside what age alone would bring. "
    "Under 11 families with both answers, or where under 40 % answered, nothing is summarised."
)


def has_picture(review: OutcomesReview) -> bool:
    """Return whether there is a concern to draw."""
    return bool(_shown_concerns(review))


def picture(review: OutcomesReview) -> tuple[FigureSheet, list[FigureRow]]:
    """Return the figure's texts and rows; it names no person, city or therapist."""
    eligible = sum(concern.summary.funnel.eligible for concern in _shown_concerns(review))
    paired = sum(concern.summary.funnel.paired for concern in _shown_concerns(review))
    answered = f"{fmt.number(paired)} of {fmt.number(eligible)} answered both times"
    period = f"Windows closed {fmt.span(review.first, review.last)} · {answered}"
    sheet = FigureSheet(TITLE, period, (HOW, UNVALIDATED), CONTEXT)
    return sheet, [_row(concern) for concern in _shown_concerns(review)]


def picture_png(review: OutcomesReview) -> bytes:
    """Return the figure as PNG."""
    return printed.as_png(*picture(review))


def picture_pdf(review: OutcomesReview) -> bytes:
    """Return the figure as PDF."""
    return printed.as_pdf(*picture(review))


def _shown_concerns(review: OutcomesReview) -> list[ConcernReview]:
    return [
        concern
        for concern in review.concerns
        if concern.charted and concern.summary.funnel.eligible
    ]


def _row(concern: ConcernReview) -> FigureRow:
    report, funnel = concern.report, concern.summary.funnel
    share = report.better
    name = SHORT.get(concern.concern.id, concern.concern.label)
    window = WINDOWS[concern.concern.primary_window].label
    shown = share is not None and share.share is not None
    return FigureRow(
        name=f"{name}, {window}",
        answered=f"n {funnel.paired} of {funnel.eligible} eligible "
        f"({fmt.percent(funnel.rate)} answered)",
        share=share.share if share and shown else None,
        low=share.low if share and shown else None,
        high=share.high if share and shown else None,
        worst=report.worst_case if shown else None,
        best=report.best_case if shown else None,
        lines=_row_lines(concern),
    )


def _row_lines(concern: ConcernReview) -> tuple[str, ...]:
    if concern.why_not:
        return (concern.why_not,)
    report, measure = concern.report, concern.summary.measure
    lines = [f"Better {share_words(report.better)}; worse {share_words(report.worse)}"]
    if report.mean and report.mean.low is not None and report.mean.high is not None:
        mean, *ends = (
            number_words(value, measure)
            for value in (report.mean.mean, report.mean.low, report.mean.high)
        )
        change = f"mean change {mean} ({' to '.join(ends)}) {measure.unit}"
        lines.append(f"{measure.label}: {change}")
    if report.expected is not None:
        expected, rest = (
            number_words(rate, measure) for rate in (report.expected, report.remainder)
        )
        lines.append(f"expected by age {expected}, remainder {rest} (n {report.covered})")
    if standing := STANDING[concern.summary.funnel.standing]:
        # The typeface has no diamond.
        lines.append(standing.strip("◆ "))
    return tuple(lines)
