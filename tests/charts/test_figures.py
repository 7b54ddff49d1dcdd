"""Every figure: valid for Plotly, small, true to its numbers, and calm when there are none."""

import itertools
import json
from datetime import date, timedelta

import plotly.graph_objects as go
import plotly.io as pio
import pytest

from allay_metrics import charts

MONDAYS = [date(2026, 8, 17) + timedelta(weeks=i) for i in range(13)]
CITIES = ["Oakland", "San Jose", "unknown"]
BY_TYPE = {"cst": [5, 2, 0], "lactation": [3, 1, 0], "massage": [0, 0, 0], "other": [0, 0, 2]}
WEEKLY = {"cst": list(range(13)), "lactation": [4] * 13, "massage": [0] * 13, "other": [1] * 13}
OAKLAND = charts.CityBubble("Oakland", 37.80, -122.27, 12)
SAN_JOSE = charts.CityBubble("San Jose", 37.34, -121.89, 4)
EVIL = '<a href="javascript:alert(1)">x</a>'
MANY = [f"Town number {i} with a very long name indeed" for i in range(20)]

FIGURES = {
    "weeks": lambda: charts.weeks(MONDAYS, WEEKLY, usual=(3, 15), goal=12),
    "weeks without range or goal": lambda: charts.weeks(MONDAYS, WEEKLY),
    "one week": lambda: charts.weeks(MONDAYS[:1], {"cst": [1]}),
    "no weeks": lambda: charts.weeks([], {}),
    "weeks of zeros": lambda: charts.weeks(MONDAYS, {"cst": [0] * 13}, usual=(0, 0), goal=0),
    "mix": lambda: charts.mix(MONDAYS, WEEKLY, measure="value"),
    "ages": lambda: charts.ages([2, 3, 4], {"cst": [1, 0, 2], "lactation": [3, 0, 0]}),
    "no ages": lambda: charts.ages([], {}),
    "map": lambda: charts.bay_map([OAKLAND, SAN_JOSE]),
    "map of nothing": lambda: charts.bay_map([]),
    "ranked": lambda: charts.ranked(CITIES, BY_TYPE),
    "ranked with a grey one": lambda: charts.ranked(CITIES, BY_TYPE, grey=CITIES[-1]),
    "ranked of 20 cities": lambda: charts.ranked(MANY, {"cst": list(range(20))}),
    "ranked of zeros": lambda: charts.ranked(CITIES, {"cst": [0, 0, 0]}),
    "no ranked": lambda: charts.ranked([], {}),
    "trends": lambda: charts.trends(MONDAYS, [charts.Trend(c, range(13), (2, 9)) for c in CITIES]),
    "nine trends": lambda: charts.trends(
        MONDAYS, [charts.Trend(c, [0] * 13) for c in MANY[:9]], columns=4
    ),
    "no trends": lambda: charts.trends([], []),
}


@pytest.fixture(params=FIGURES, ids=lambda name: name.replace(" ", "-"))
def figure(request):
    return FIGURES[request.param]()


def test_plotly_accepts_every_attribute(figure):
    # built without Plotly's own check, for speed: this is where it is made
    go.Figure(figure.to_dict())


def test_it_is_small_and_carries_no_template(figure):
    sent = pio.to_json(figure, validate=False)
    assert len(sent) < 30_000
    assert json.loads(sent)["layout"]["template"] == {}


def test_all_colours_are_slots(figure):
    sent = pio.to_json(figure, validate=False).replace("#000", "")
    assert "#" not in sent


def test_weeks_stack_types_in_their_order_with_keys_for_a_click():
    figure = charts.weeks(MONDAYS, dict(reversed(WEEKLY.items())))
    assert [trace.name for trace in figure.data] == ["CST", "Lactation", "Massage", "Other"]
    assert list(figure.data[0].y) == list(range(13))
    assert figure.data[1].customdata[12] == ["2026-11-09", "lactation"]


def test_weeks_write_totals_and_name_the_last_date():
    ticks = charts.weeks(MONDAYS, WEEKLY).layout.xaxis.ticktext
    assert ticks[-1] == "<b>17</b><br>9 Nov"
    assert ticks[-2] == "16<br> "


def test_weeks_thin_out_labels_that_would_collide_on_a_phone():
    year = [date(2025, 11, 17) + timedelta(weeks=i) for i in range(52)]
    ticks = charts.weeks(year, {"cst": [100] * 52}).layout.xaxis.ticktext
    assert ticks[-1] == "<b>100</b><br>9 Nov"
    assert sum(tick != " <br> " for tick in ticks) <= 7


def test_weeks_label_each_type_present_at_a_distance():
    figure = charts.weeks(MONDAYS, WEEKLY)
    labels = [a for a in figure.layout.annotations if "<b>" in a.text]
    assert [a.text for a in labels] == ["<b>12</b>  CST", "<b>4</b>  Lactation", "<b>1</b>  Other"]
    line = 18 * figure.layout.yaxis.range[1] / (figure.layout.height - 38)
    assert all(b.y - a.y >= line * 0.999 for a, b in itertools.pairwise(labels))


def test_weeks_draw_range_and_goal_only_where_known():
    assert len(charts.weeks(MONDAYS, WEEKLY, usual=(3, 15), goal=12).layout.shapes) == 2
    assert len(charts.weeks(MONDAYS, WEEKLY, goal=12).layout.shapes) == 1
    assert not charts.weeks(MONDAYS, WEEKLY).layout.shapes


def test_mix_spells_dollars():
    figure = charts.mix(MONDAYS, {"cst": [1450.0] * 13}, measure="value")
    assert figure.data[0].hovertext[0] == "$1,450 CST, week of 17 Aug"
    assert figure.layout.xaxis.ticktext[-1].startswith("<b>$1.5k</b>")


def test_the_mix_of_months_names_months():
    months = [date(2025, 12, 1), date(2026, 1, 1)]
    figure = charts.mix(months, {"cst": [3, 4]}, grain="month")
    assert figure.data[0].hovertext == ("3 CST, December 2025", "4 CST, January 2026")
    assert figure.layout.xaxis.ticktext[-1] == "<b>4</b><br>Jan"
    said = charts.mix_alt(months, {"cst": [3, 4]}, grain="month")
    assert said.startswith("Visits per month by type, 2 months, the last, of January 2026, 4")


def test_ages_carry_age_and_type():
    figure = FIGURES["ages"]()
    assert figure.data[1].customdata[0] == [2, "lactation"]
    assert figure.data[1].hovertext[0] == "3 Lactation, 2 weeks old"


def test_map_bubbles_carry_the_city_and_grow_with_visits():
    bubbles = charts.bay_map([SAN_JOSE, OAKLAND]).data[-1]
    assert list(bubbles.customdata) == [["Oakland"], ["San Jose"]]
    assert bubbles.marker.size[0] > bubbles.marker.size[1]


def test_map_has_no_bubble_without_visits():
    nothing = charts.CityBubble("Napa", 38.3, -122.29, 0)
    assert charts.bay_map([nothing]).data[-1].customdata == ()


def test_map_keeps_a_far_city_at_its_edge_with_an_arrow():
    far = charts.CityBubble("Gilroy", 37.0, -121.57, 1)
    figure = charts.bay_map([OAKLAND, far])
    south = figure.layout.yaxis.range[0]
    assert south < figure.data[-1].y[1] < south + 0.1
    assert "Gilroy <b>1</b> ↓" in [a.text for a in figure.layout.annotations]


def test_map_grows_for_a_city_at_the_rim_with_many_visits():
    rosa = charts.CityBubble("Santa Rosa", 38.44, -122.71, 6)
    assert charts.bay_map([OAKLAND, rosa]).layout.yaxis.range[1] > 38.44


def test_map_names_do_not_cover_each_other():
    crowd = [charts.CityBubble(f"Town {i}", 37.8 + i / 500, -122.2 + i / 500, 1) for i in range(12)]
    named = [a for a in charts.bay_map(crowd).layout.annotations if a.text.startswith("Town")]
    assert 4 <= len(named) < 12


def test_the_grey_city_is_one_bar_of_all_its_visits():
    *colored, grey = charts.ranked(["Oakland", "Unknown"], {"cst": [5, 1], "other": [0, 2]}).data
    assert grey.customdata[0] == ["Oakland", "other"], "unless told which one is grey"
    told = charts.ranked(["Oakland", "Unknown"], {"cst": [5, 1], "other": [0, 2]}, grey="Unknown")
    *colored, grey = told.data
    assert [tuple(bar.x) for bar in colored] == [(5, 0), (0, 0)]
    assert (grey.x[0], grey.y[0], grey.customdata[0]) == (3, 1, ["Unknown", ""])


def test_ranked_bars_carry_city_and_type_and_their_total():
    figure = charts.ranked(CITIES, BY_TYPE)
    assert figure.data[1].customdata[1] == ["San Jose", "lactation"]
    assert {a.text for a in figure.layout.annotations} >= {"<b>8</b>", "<b>3</b>", "<b>2</b>"}


def test_trends_share_one_scale_and_carry_name_and_week():
    figure = charts.trends(MONDAYS, [charts.Trend("A", range(13)), charts.Trend("B", [1] * 13)])
    assert figure.layout.yaxis.range == figure.layout.yaxis2.range
    assert figure.data[1].customdata[12] == ["B", "2026-11-09"]


@pytest.mark.parametrize(
    "build",
    [
        lambda: charts.ranked([EVIL], {"cst": [1]}),
        lambda: charts.bay_map([charts.CityBubble(EVIL, 37.8, -122.27, 1)]),
        lambda: charts.trends(MONDAYS[:1], [charts.Trend(EVIL, [1])]),
    ],
)
def test_names_from_outside_are_never_markup(build):
    figure = build().to_dict()
    for trace in figure["data"]:
        trace.pop("customdata", None)  # a key, never drawn
    assert "<a " not in json.dumps(figure, default=str)


def test_each_figure_has_its_sentence():
    assert charts.weeks_alt(MONDAYS, WEEKLY, usual=(3, 15), goal=12) == (
        "Visits per week by type, 13 weeks, the last, of Mon 9 Nov, 17 (12 CST, 4 Lactation,"
        " 0 Massage and 1 Other), between 5 and 17 a week, usual range 3–15, goal 12."  # noqa: RUF001
    )
    assert charts.bay_map_alt([SAN_JOSE, OAKLAND], unknown=2) == (
        "Map of the Bay Area, a bubble per city: Oakland 12, San Jose 4; 2 visits without a"
        " known city."
    )
    assert charts.ranked_alt(CITIES, BY_TYPE) == (
        "Visits by city, 13 in all: Oakland 8, San Jose 3, unknown 2."
    )
    assert charts.ages_alt([2, 3], {"cst": [1, 3]}) == (
        "Infant's age at visit, 4 visits: from 2 to 3 weeks, most at 3 weeks (3)."
    )


def test_the_sentences_survive_nothing():
    told = [
        charts.weeks_alt([], {}),
        charts.mix_alt([], {}),
        charts.ages_alt([], {}),
        charts.bay_map_alt([]),
        charts.ranked_alt([], {}),
        charts.trends_alt([], []),
    ]
    assert all(" no visit" in sentence for sentence in told)
