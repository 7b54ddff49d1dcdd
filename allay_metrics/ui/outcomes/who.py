"""Who answered: from the families treated down to those with both answers."""

from allay_metrics import formatting as fmt
from allay_metrics.review.concern import ConcernReview
from allay_metrics.review.outcomes import OutcomesReview
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html_table import TableCell, table
from allay_metrics.ui.outcomes.outcome_labels import STANDING, bounds_words, rate_words

COLUMNS = (
    "Concern",
    "Eligible",
    "Asked",
    "Before",
    "Follow-up",
    "Both",
    "Answered both",
    "Better, worst to best case",
)


def who_card(review: OutcomesReview) -> None:
    """Draw the funnel of each concern, and the worst and best case of missing answers."""
    shown = [concern for concern in review.concerns if concern.summary.funnel.eligible]
    with card("outcomes-who"):
        head("Who answered", "episodes whose window closed in the period")
        if shown:
            table(COLUMNS, [_row(concern) for concern in shown], caption="Who answered, by concern")
        else:
            note("No window closed in this period: choose a longer one.")
        if review.undeclared:
            episodes = fmt.plural(review.undeclared, "episode")
            note(
                f"{episodes} that began in the period declared no concern and are not in any "
                "summary."
            )
        note(
            "Worst case: nobody who did not answer was better. Best case: all of them were. "
            "Marked ◆: so few answered that the rest could change the picture."
        )


def _row(concern: ConcernReview) -> list[TableCell | str]:
    funnel = concern.summary.funnel
    counts = (funnel.eligible, funnel.asked, funnel.baseline, funnel.followed_up, funnel.paired)
    standing = STANDING[funnel.standing]
    rate = TableCell(
        rate_words(funnel), marked=standing.startswith("◆"), reason=standing.strip("◆ ")
    )
    return [
        concern.concern.label,
        *(fmt.number(count) for count in counts),
        rate,
        bounds_words(concern),
    ]
