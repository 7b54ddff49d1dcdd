"""The Week page: its parts in order, and what a click opens."""

from allay_metrics.records import Scope
from allay_metrics.review.week import WeekReview
from allay_metrics.ui.cities.city_ranking import two_columns
from allay_metrics.ui.click_listener import clicked, record_unknown_token
from allay_metrics.ui.grid import GRID
from allay_metrics.ui.week.changed import week_changed
from allay_metrics.ui.week.needs import week_needs
from allay_metrics.ui.week.outcomes_card import week_outcomes
from allay_metrics.ui.week.score import SCORE, open_score, week_scorecard
from allay_metrics.ui.week.tiles import week_tiles
from allay_metrics.ui.week.week_map import open_cell, week_grid, week_map
from allay_metrics.ui.week.what import REFERRAL, open_referral, week_referrals, week_types


def week_page(scope: Scope, review: WeekReview) -> None:
    """Draw the page below its head; a click opens a drawer."""
    openers = [week_tiles(scope, review)]
    with two_columns():
        week_changed(scope, review)
        openers.append(week_needs(scope, review))
    with two_columns():
        week_grid(review)
        openers.append(week_map(scope, review))
    with two_columns():
        openers.append(week_types(scope, review))
        week_outcomes(scope, review)
    week_referrals(review)
    week_scorecard(review)
    token = clicked()
    if show := next(filter(None, openers), None):
        show()
    elif token:
        _open_token(scope, review, token)


def _open_token(scope: Scope, review: WeekReview, token: str) -> None:
    """Open the drawer of a token; tokens come from the browser and are not trusted."""
    kind, _, rest = token.partition("|")
    is_offered = False
    if kind == REFERRAL:
        is_offered = open_referral(scope, review, rest)
    elif kind in (SCORE, GRID):
        what, _, where = rest.partition("|")
        open_it = open_score if kind == SCORE else open_cell
        is_offered = open_it(scope, review, what, where)
    if not is_offered:
        record_unknown_token(scope, "week")
