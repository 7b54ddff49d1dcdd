"""Reports that something got worse or worried parents, in their words. Owner only."""

from allay_metrics import formatting as fmt
from allay_metrics.review.outcomes import OutcomesReview
from allay_metrics.review.worries import Worry
from allay_metrics.ui.card import card, head, note
from allay_metrics.ui.html_table import TableCell, table

SHOWN = 25


def worries_card(review: OutcomesReview) -> None:
    """Draw the newest reports; unread ones are marked."""
    with card("outcomes-worries"):
        head("What got worse or worried parents", fmt.plural(len(review.worries), "answer"))
        if not review.worries:
            note("Nobody said so in this period.")
            return
        rows = [_row(worry) for worry in review.worries[:SHOWN]]
        table(("When", "Who", "In the parent's words", "Read by"), rows, left=(1, 2, 3),
              caption="What got worse or worried parents")  # fmt: skip
        if len(review.worries) > SHOWN:
            note(f"The newest {SHOWN} are shown: choose a shorter period to see others.")


def _row(worry: Worry) -> list[TableCell | str]:
    text = worry.text or "yes, without a word"
    read = worry.read_by or "read me"
    return [fmt.day(worry.on), worry.name, text, TableCell(read, marked=not worry.read_by)]
