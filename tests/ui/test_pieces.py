"""Bars, tiles and tables show what they are given, and say so when there is nothing."""

from datetime import date, timedelta

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.ui import html
from allay_metrics.ui.html_table import Score, TableCell, scorecard_html, table_html
from allay_metrics.ui.multiples import multiples_html
from allay_metrics.ui.shell import week_title
from allay_metrics.ui.tile import Face, face_html

MONDAYS = [date(2026, 8, 17) + timedelta(weeks=i) for i in range(13)]


def test_bars_start_at_zero_and_the_last_is_now():
    drawn = html.bars([26, 52], "Visits", goal=50)
    assert '<i class="" style="height:48.1%"></i>' in drawn
    assert '<i class="now" style="height:96.2%"></i>' in drawn
    assert '<s style="bottom:92.5%"></s>' in drawn


def test_a_missing_week_is_a_stub_not_a_zero():
    assert html.bars([None, 1], "Visits").count('class="no"') == 1


def test_bars_outside_the_usual_range_carry_the_signal():
    assert 'class="sig"' in html.bars([1, 9], "Visits", usual=(0, 5), signal=True)


def test_bars_of_zeros_and_of_nothing_are_drawn():
    assert "height:0.0%" in html.bars([0, 0], "Visits")
    assert 'role="img"' in html.bars([], "Visits")


def test_a_tile_shows_goal_usual_range_and_counts():
    face = Face(fmt.share(38, 40), series=[0.9, 0.95], usual=(0.86, 1), goal=0.95)
    drawn = face_html("Show rate", Face(**(vars(face) | {"show": fmt.percent})))
    assert ">95%</div>" in drawn
    assert "goal <b>95%</b>" in drawn
    assert "usual <b>86–100%</b>" in drawn  # noqa: RUF001
    assert "<b>38</b> of <b>40</b>" in drawn
    assert 'aria-label="Show rate, last 2 weeks: 90%, 95%"' in drawn


def test_a_tile_outside_the_usual_range_says_so_in_words():
    drawn = face_html("Wait", Face(fmt.count(3), series=[1, 3], usual=(0, 2), signal="above usual"))
    assert "<em>◆ above usual 0–2</em>" in drawn  # noqa: RUF001


def test_a_tile_without_goal_or_range_says_so():
    drawn = face_html("New", Face(fmt.count(3)))
    assert "no goal" in drawn
    assert "no usual range yet" in drawn


def test_a_tile_without_a_value_gives_the_reason_alone():
    drawn = face_html("Field use", Face(fmt.count(None, "no capacity on file"), unit="hours"))
    assert f">{fmt.DASH}</div>" in drawn
    assert "no capacity on file" in drawn
    assert "goal" not in drawn
    assert "hours" not in drawn


def test_a_table_names_rows_and_columns_and_keeps_counts_beside_rates():
    drawn = table_html(
        ["City", "Cancelled"], [["Oakland", TableCell("6%", "9 of 151")]], caption="Cities"
    )
    assert '<th scope="row">Oakland</th>' in drawn
    assert '<td data-label="Cancelled">6%<span class="of">9 of 151</span></td>' in drawn
    assert "<caption>Cities</caption>" in drawn


def test_a_table_sets_off_its_total_only_when_told():
    rows = [["Oakland", "1"], ["All", "1"]]
    assert table_html(["City", "n"], rows, caption="", total=True).count("class=tot") == 1
    assert "class=tot" not in table_html(["City", "n"], rows, caption="")


def test_a_dash_in_a_table_keeps_its_reason():
    drawn = table_html(
        ["City", "n"], [["Oakland", TableCell(fmt.DASH, reason="not covered")]], caption=""
    )
    assert 'title="not covered"' in drawn


def test_the_scorecard_keeps_four_weeks_on_a_phone():
    row = Score("Completed", [TableCell(str(i)) for i in range(13)], "40", "27–45")  # noqa: RUF001
    drawn = scorecard_html(MONDAYS, [row], caption="Scorecard")
    assert drawn.count('<td class="cur">') == 1
    assert drawn.count('<td class="near">') == 3
    assert '<td class="cur">12</td>' in drawn
    assert '<th scope="col" class="cur">9 Nov</th>' in drawn


def test_multiples_share_one_scale():
    drawn = multiples_html(
        MONDAYS, [charts.Trend("A", [10] * 13), charts.Trend("B", [5] * 13)], what="Visits"
    )
    assert "height:96.2%" in drawn
    assert "height:48.1%" in drawn


def test_the_week_is_named_from_monday_to_sunday():
    assert week_title(date(2026, 11, 9)) == ("Week of Mon 9 Nov", "to Sun 15 Nov 2026")


def test_a_number_that_opens_is_a_button_with_its_word():
    drawn = table_html(["City", "n"], [["Oakland", TableCell("12", opens='n|"x"|Bo')]], caption="")
    assert (
        '<button type="button" class="al-n" data-al-open="n|&quot;x&quot;|Bo">12</button>' in drawn
    )


def test_columns_that_open_name_their_own_word():
    drawn = html.bars([1, None, 2], "Visits", opens=["a", "b", "c"])
    assert 'data-al-open="a"' in drawn
    assert 'data-al-open="b"' not in drawn, "nothing was measured there"
