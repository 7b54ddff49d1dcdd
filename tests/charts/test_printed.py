"""The figure to hand on: everything that must be said stands in it, and nothing that must not."""

import html
import re
import tomllib
from pathlib import Path

import pytest
import vl_convert
from sqlalchemy import select

from allay_metrics.charts import printed
from allay_metrics.outcomes.measures import concerns
from allay_metrics.outcomes.research import CONTEXT
from allay_metrics.records.tables import client
from allay_metrics.review.concern import NO_HEADLINE
from allay_metrics.review.outcomes import review_outcomes
from allay_metrics.ui.outcomes.picture import TITLE, has_picture, picture, picture_pdf, picture_png
from tests.metrics.test_outcomes import END, practice_that_answered
from tests.support.practices import START

ROOT = Path(__file__).resolve().parents[2]


def _review(scope, *practice):
    practice_that_answered(scope, *practice)
    return review_outcomes(scope, START, END)


def _drawn(review):
    """Return every word that is drawn, in one line."""
    spec = printed.specification(*picture(review))
    svg = vl_convert.vegalite_to_svg(spec, vl_version=printed.VERSION)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", svg)).split())


def _row(review):
    return next(row for row in picture(review)[1] if row.name.startswith("Digestion"))


def test_n_response_interval_and_the_whole_context_stand_in_the_figure(sqlite_scope):
    review = _review(sqlite_scope, 14, 12, 5)
    words = _drawn(review)
    assert CONTEXT in words
    for said in (
        TITLE,
        "n 12 of 14 eligible (86% answered)",
        "12 of 12, 100% (76 to 100)",
        "mean change +5.0 (+5.0 to +5.0) of 10",
        "12 of 14 answered both times",
    ):
        assert said in words
    row = _row(review)
    assert (row.share, row.worst, row.best) == (1, 12 / 14, 1)


@pytest.mark.parametrize(("practice", "why"), [
    ((12, 10, 5), "too few to summarise"),
    ((12, 4, 5), "fewer than 5 families answered both times"),
    ((28, 11, 5), NO_HEADLINE),
])  # fmt: skip
def test_of_few_nothing_is_drawn_but_how_many_answered(sqlite_scope, practice, why):
    row = _row(_review(sqlite_scope, *practice))
    assert row.lines == (why,)
    assert {row.share, row.low, row.high, row.worst, row.best} == {None}
    assert row.answered.startswith(f"n {practice[1]} of {practice[0]} eligible")


def test_history_tags_are_not_charted_and_nobody_is_named(sqlite_scope):
    review = _review(sqlite_scope, 14, 12, 5)
    words = _drawn(review)
    with sqlite_scope.read() as conn:
        names = set(conn.execute(select(client.c.name)).scalars())
    told = set(words.replace(",", " ").split())
    assert names
    assert not names & told
    for tag in (concern for concern in concerns().values() if concern.kind == "history tag"):
        assert tag.label not in words


def test_without_anybody_eligible_there_is_no_figure(sqlite_scope):
    assert not has_picture(review_outcomes(sqlite_scope, START, END))


def test_it_is_drawn_as_png_and_pdf_in_our_own_typeface(sqlite_scope):
    review = _review(sqlite_scope, 14, 12, 5)
    png, pdf = picture_png(review), picture_pdf(review)
    assert png.startswith(b"\x89PNG")
    width = int.from_bytes(png[16:20], "big")
    assert width > 2_000
    assert pdf.startswith(b"%PDF")
    fonts = {part.split()[0] for part in pdf.split(b"/FontName /")[1:]}
    assert fonts
    assert all(b"HankenGrotesk" in font for font in fonts), fonts


def test_its_colours_are_those_of_the_light_theme():
    theme = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    slots = theme["theme"]["light"]["chartCategoricalColors"]
    drawn = (printed.ACCENT, printed.LAND, printed.LINE, printed.MUTED, printed.INK)
    assert drawn == (slots[4], *slots[6:10])
