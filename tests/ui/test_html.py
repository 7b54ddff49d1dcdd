"""Names come from outside: whatever they hold is shown, never obeyed."""

from datetime import date, timedelta

import pytest

from allay_metrics import charts
from allay_metrics import formatting as fmt
from allay_metrics.ui import html
from allay_metrics.ui.html_table import Score, Spark, TableCell, scorecard_html, table_html
from allay_metrics.ui.multiples import multiples_html
from allay_metrics.ui.tile import Face, face_html

SCRIPT = "<script>alert(1)</script>"
IMAGE = '"><img src=x onerror=alert(1)>'
MONDAYS = [date(2026, 8, 17) + timedelta(weeks=i) for i in range(13)]

PIECES = [
    html.escape,
    html.rich,
    html.numbers_strong,
    html.mark,
    lambda bad: html.chip(bad, bad),
    lambda bad: html.chip("cst", bad),
    lambda bad: html.delta_row([(bad, bad)], [("cst", bad)]),
    lambda bad: html.bars([1, 2], bad),
    lambda bad: html.value(bad, bad),
    lambda bad: html.definition(bad, bad),
    lambda bad: table_html(
        [bad, bad], [[bad, TableCell(bad, bad, marked=True, reason=bad)]], caption=bad
    ),
    lambda bad: table_html(["a", "b"], [["x", Spark([1], bad)]], caption=""),
    lambda bad: scorecard_html(MONDAYS, [Score(bad, [TableCell(bad)] * 13, bad, bad)], caption=bad),
    lambda bad: face_html(
        bad, Face(fmt.DisplayValue(bad, bad, bad), bad, [1], (0, 1), 1, bad, bad)
    ),
    lambda bad: face_html(bad, Face(fmt.DisplayValue(fmt.DASH, "", bad))),
    lambda bad: multiples_html(MONDAYS, [charts.Trend(bad, [1] * 13)], what="Visits"),
]


@pytest.mark.parametrize("bad", [SCRIPT, IMAGE])
@pytest.mark.parametrize("piece", PIECES)
def test_markup_in_a_name_is_shown_as_text(piece, bad):
    drawn = piece(bad)
    assert "<script" not in drawn
    assert "<img" not in drawn
    assert "&lt;" in drawn


def test_rich_knows_strong_and_quiet():
    assert html.rich("a **b** ~~c~~ <") == "a <b>b</b> <span>c</span> &lt;"


def test_numbers_stand_out_and_entities_stay_whole():
    assert html.numbers_strong("38 of 1,041 rows' end") == (
        "<b>38</b> of <b>1,041</b> rows&#x27; end"
    )


@pytest.mark.parametrize(
    ("bad", "escaped"),
    [
        ("![x](http://e.x/a.png)", r"\!\[x\]\(http\:\/\/e\.x\/a\.png\)"),
        ("**b** _i_ `c`", r"\*\*b\*\* \_i\_ \`c\`"),
        ("$x$", r"\$x\$"),
        ("# A\n- b", r"\# A \- b"),
        (SCRIPT, r"\<script\>alert\(1\)\<\/script\>"),
    ],
)
def test_markdown_in_a_name_is_shown_as_text(bad, escaped):
    assert html.markdown(bad) == escaped


def test_markdown_breaks_icon_and_emoji_names():
    assert ":material" not in html.markdown(":material/face:").replace("\\", "")
    assert html.markdown("9:00").replace("\\", "") == "9:00"


def test_a_chip_says_its_type_in_words():
    assert html.chip("lactation", "+1") == ('<span class="al-chip lac">Lactation <b>+1</b></span>')


def test_the_signal_is_a_diamond_and_words():
    assert html.mark("84%") == "<mark>◆ 84%</mark>"
