"""Everything that draws pages: the only package that imports streamlit."""

from allay_metrics.ui.baby.page import baby_page
from allay_metrics.ui.cached_by_version import cached_by_version
from allay_metrics.ui.card import card, delta_row, empty_state, head, needs_row, note, say
from allay_metrics.ui.caseload.page import caseload_page
from allay_metrics.ui.check_ins.flags import red_flags
from allay_metrics.ui.check_ins.page import check_ins_page
from allay_metrics.ui.check_ins.safety_protocol import sign_again
from allay_metrics.ui.cities.page import cities_page
from allay_metrics.ui.definitions import definitions_page
from allay_metrics.ui.drawer import drawer
from allay_metrics.ui.empty import loading, no_records
from allay_metrics.ui.figure import figure, forget
from allay_metrics.ui.filters import choose_filters, filter_words
from allay_metrics.ui.frame import frame, to_caseload
from allay_metrics.ui.html_table import Score, Spark, TableCell, scorecard, table
from allay_metrics.ui.multiples import trends
from allay_metrics.ui.outcomes.page import outcomes_page
from allay_metrics.ui.own_page import own_page
from allay_metrics.ui.people.page import people_page
from allay_metrics.ui.period import choose_period, choose_week
from allay_metrics.ui.period_head import period_head
from allay_metrics.ui.practice.page import practice_page
from allay_metrics.ui.problem import problem, problems_shown
from allay_metrics.ui.records.page import records_page
from allay_metrics.ui.session import guard, is_therapist, leave, scope
from allay_metrics.ui.shell import banner_demo, body, page_head, style, thumb, top, week_title
from allay_metrics.ui.therapists.page import therapists_page
from allay_metrics.ui.tile import Face, tile, tile_grid
from allay_metrics.ui.types.page import types_page
from allay_metrics.ui.visit_drawer import open_number, visits_table
from allay_metrics.ui.week.head import as_of_items, as_of_line, week_head
from allay_metrics.ui.week.page import week_page

__all__ = [
    "Face",
    "Score",
    "Spark",
    "TableCell",
    "as_of_items",
    "as_of_line",
    "baby_page",
    "banner_demo",
    "body",
    "cached_by_version",
    "card",
    "caseload_page",
    "check_ins_page",
    "choose_filters",
    "choose_period",
    "choose_week",
    "cities_page",
    "definitions_page",
    "delta_row",
    "drawer",
    "empty_state",
    "figure",
    "filter_words",
    "forget",
    "frame",
    "guard",
    "head",
    "is_therapist",
    "leave",
    "loading",
    "needs_row",
    "no_records",
    "note",
    "open_number",
    "outcomes_page",
    "own_page",
    "page_head",
    "people_page",
    "period_head",
    "practice_page",
    "problem",
    "problems_shown",
    "records_page",
    "red_flags",
    "say",
    "scope",
    "scorecard",
    "sign_again",
    "style",
    "table",
    "therapists_page",
    "thumb",
    "tile",
    "tile_grid",
    "to_caseload",
    "top",
    "trends",
    "types_page",
    "visits_table",
    "week_head",
    "week_page",
    "week_title",
]
