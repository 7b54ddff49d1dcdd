"""One chart per concern: each baby's line over the norm band by age."""

from allay_metrics import charts
from allay_metrics.charts import Panel
from allay_metrics.review.concern import ConcernReview
from allay_metrics.review.outcomes import OutcomesReview
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.figure import figure
from allay_metrics.ui.outcomes.outcome_labels import panel_name


def lines_card(review: OutcomesReview) -> None:
    """Draw the lines of every concern that may be charted."""
    panels = [_panel(concern) for concern in review.concerns if concern.charted and concern.lines]
    with card("outcomes-lines"):
        head("Each family's answers", "grey: mean and spread of babies of that age")
        figure(charts.lines(panels), "outcomes-lines", charts.lines_alt(panels), select=False)
        note("Under five families only their lines are shown, without any summary.")


def _panel(concern: ConcernReview) -> Panel:
    measure = concern.summary.measure
    across = "weeks of age" if concern.by_age else "weeks since the first visit"
    values = [value for line in concern.lines for _, value in line.points]
    top = max([*values, *(row[3] for row in concern.band)]) if measure.high > 12 else measure.high
    return Panel(
        panel_name(concern),
        across,
        [line.points for line in concern.lines],
        concern.band,
        (measure.low, top * 1.05),
    )
