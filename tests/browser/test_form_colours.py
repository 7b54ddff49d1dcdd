"""Every text of a parent's form stands out from what is behind it, in both schemes."""

from dataclasses import replace
from datetime import datetime

import pytest
from playwright.sync_api import Browser

from allay_metrics.outcomes.reading_hours import ReadingHours
from allay_metrics.server.form_html import CLOSED, DAMAGED, WAIT, away_page
from allay_metrics.server.form_routes import FormRoutes
from allay_metrics.server.site import Site
from tests.support.asked import DUTY, asked, request, signed
from tests.support.exports import ZONE, Desk
from tests.support.parent import Parent

FEVER, LOW = "3", "14"
LEAST = 4.5  # WCAG 2.2, of text of any size
# Every text with its ratio to the nearest background. axe tells nothing of text whose colour is
# that of its background: it takes it for hidden on purpose.
_RATIOS = """() => {
    const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
    const light = (colour) => parts(colour).slice(0, 3)
        .map((part) => part / 255)
        .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
    const behind = (element) => {
        const colour = getComputedStyle(element).backgroundColor;
        const isDrawn = (parts(colour)[3] ?? 1) > 0;
        return isDrawn ? colour : behind(element.parentElement);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const [low, high] = [getComputedStyle(element).color, behind(element)]
            .map(light).sort((one, other) => one - other);
        found.push([walker.currentNode.textContent, (high + 0.05) / (low + 0.05)]);
    }
    return found;
}"""


def pages(desk: Desk, language: str) -> list[str]:
    """Return the pages of the form for a parent who ticks two signs while nobody reads."""
    token = asked(desk)
    other_day = (datetime.now(ZONE).isoweekday() + 2) % 7 + 1
    signed(desk.scope, replace(DUTY, hours=ReadingHours((other_day,), 9, 10)))
    door = FormRoutes(lambda: desk.scope, Site("127.0.0.1", 8501), lambda: None)
    parent = Parent(door, token)
    found = [parent.page.text]
    parent.page = request(door, "GET", token, query=f"lang={language}")
    found += [parent.page.text, parent.press().text, parent.press(sign=["99"]).text]
    found += [parent.press(sign=[FEVER, LOW]).text, parent.press().text]
    while 'name="text" rows' not in parent.page.text or 'name="skip"' in parent.page.text:
        found.append(parent.press(skip="1").text)
    found += [parent.press(text="").text, request(door, "GET", token, query="at=leave").text]
    return [*found, CLOSED, DAMAGED, WAIT, away_page([("text", "Kept.")])]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_no_text_of_the_form_has_the_colour_of_its_background(
    browser: Browser, sqlite_scope, tmp_path, language, scheme
):
    shown = pages(Desk(sqlite_scope, tmp_path), language)
    assert sum('<p class="w">' in part and "class=act" in part for part in shown) == 1
    context = browser.new_context(viewport={"width": 390, "height": 844}, color_scheme=scheme)
    page = context.new_page()
    for shown_part in dict.fromkeys(shown):
        page.set_content(shown_part)
        ratios = page.evaluate(_RATIOS)
        assert ratios
        assert [text for text, ratio in ratios if text.strip() and ratio < LEAST] == []
    context.close()
