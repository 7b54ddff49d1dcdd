"""The pieces on a page: real buttons, clicks told once, a drawer with its definition."""

import json

import pytest
from streamlit.testing.v1 import AppTest

from tests.support.components import search_once

search_once()
PICKED = {"selection": {"points": [{"customdata": ["Oakland", "Mon"]}], "point_indices": [0]}}


@pytest.fixture
def app():
    return AppTest.from_function(_page, default_timeout=60)


def _page():
    import streamlit as st

    from allay_metrics import charts, ui
    from allay_metrics import formatting as fmt

    ui.style()
    ui.banner_demo(lambda: st.session_state.update(left=True))
    ui.page_head("Week of <b>", "to Sunday", ["Records as of **Mon 16 Nov**"])
    if ui.tile("completed", "Completed visits", ui.Face(fmt.count(38))):
        ui.drawer(
            "Completed visits",
            lambda: st.write("the visits"),
            value="38",
            definitions=[("What it counts", "Completed.")],
        )
    with ui.card("needs"):
        ui.needs_row("1", "Bo <script>", "![x](http://e.x/a.png)")
    one = charts.ranked(["Oakland"], {"cst": [2]})
    if picked := ui.figure(one, "ranked", "One bar"):
        st.write("opened", *picked)
    ui.empty_state("Nothing yet", "Bring in an export.", "Choose")


def test_every_click_target_is_a_button_with_harmless_words(app):
    labels = [button.label for button in app.run().button]
    assert not app.exception
    assert labels == [
        "Leave the demo",
        "Completed visits",
        r"**Bo \<script\>** \!\[x\]\(http\:\/\/e\.x\/a\.png\)",
        "Choose",
    ]


def test_leaving_the_demo_is_one_click(app):
    app.run().button(key="al-leave-demo").click().run()
    assert app.session_state["left"]


def test_a_tile_opens_its_drawer(app):
    app.run().button(key="al-open-completed").click().run()
    assert not app.exception
    assert [m.value for m in app.markdown] == ["the visits"]


def test_a_click_in_a_figure_is_told_once(app):
    app.run()
    key = "al-fig-ranked-light-0"
    app.session_state[key] = PICKED
    app.run()
    assert "Oakland" in " ".join(m.value for m in app.markdown)
    app.session_state[key] = PICKED
    app.run()
    assert not app.markdown


def test_the_figure_goes_out_with_its_sentence_and_without_a_template(app):
    (chart,) = app.run().get("plotly_chart")
    assert chart.proto.alt == "One bar"
    assert json.loads(chart.proto.spec)["layout"]["template"] == {}
