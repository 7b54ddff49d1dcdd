"""What a person does with the pages: filters that stay, marks that open, a keyboard alone."""

import re
import time
from collections.abc import Callable
from functools import partial
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import PATIENCE, Watched, asks, settle
from tests.support.dashboard import (
    choose,
    chosen,
    close,
    digits,
    drawer,
    go,
    large,
    tile_value,
    visit,
    visits_listed,
    week,
)
from tests.support.server import Server

# Where Plotly drew the marks of a figure, and what each of them holds: a person sees the first,
# the test chooses by the second.
MARKS = """(figure) => {
    const plot = figure.querySelector('.js-plotly-plot');
    const {xaxis, yaxis} = plot._fullLayout;
    const box = plot.getBoundingClientRect();
    const marks = [];
    for (const trace of plot._fullData) {
        if (!trace.customdata) continue;
        trace.customdata.forEach((data, i) => {
            const middle = trace.type === 'bar' ? (trace.base ? trace.base[i] : 0) + trace.x[i] / 2
                : trace.x[i];
            marks.push({data, said: trace.hovertext && trace.hovertext[i],
                x: box.left + xaxis._offset + xaxis.l2p(middle),
                y: box.top + yaxis._offset + yaxis.l2p(trace.y[i])});
        });
    }
    return marks;
}"""
# Whether Plotly knows that the mouse is on a mark: a click before that is a click on nothing.
IS_ON_MARK = """(figure, data) =>
    (figure.querySelector('.js-plotly-plot')._hoverdata || []).some(
        point => JSON.stringify([point.customdata].flat()) === JSON.stringify(data))"""


def click_mark(page: Page, figure: Locator, *data: str) -> str:
    """Click a mark of a figure by mouse; return what it says on hover."""
    figure.scroll_into_view_if_needed()
    expect(figure.locator(".js-plotly-plot .main-svg").first).to_be_visible()
    settle(page)
    until = time.monotonic() + PATIENCE / 1_000
    while True:
        # The figure may still move, or be drawn anew under the mouse: then a click is on nothing.
        mark = next(mark for mark in figure.evaluate(MARKS) if mark["data"] == list(data))
        at = mark["x"], mark["y"]
        page.mouse.move(at[0] - 1, at[1])
        page.mouse.move(*at)
        page.evaluate("() => new Promise(requestAnimationFrame)")
        is_on_mark = figure.evaluate(IS_ON_MARK, list(data))
        if is_on_mark and asks(page, partial(page.mouse.click, *at)):
            return mark["said"]
        assert time.monotonic() < until, f"no click on {data} was heard"


def address(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_filter_stays_from_page_to_page_and_in_the_address(
    demo: tuple[Server, str], page: Page, watch: Callable[..., Watched]
) -> None:
    visit(page, demo[0])
    choose(page, "City", "Berkeley")
    choose(page, "Visit type", "CST")
    shown = tile_value(page, "completed")
    go(page, "Cities")
    chosen(page, "City", "Berkeley")
    assert address(page)["city"] == ["Berkeley"]
    table = page.get_by_role("table", name="Numbers by city")
    expect(table.locator("tbody tr")).to_have_count(1)
    go(page, "Visit types")
    chosen(page, "City", "Berkeley")
    go(page, "Week")
    assert address(page)["type"] == ["CST"]
    assert tile_value(page, "completed") == shown

    elsewhere = watch().page
    elsewhere.goto(page.url)
    chosen(elsewhere, "City", "Berkeley")
    assert tile_value(elsewhere, "completed") == shown


def test_a_therapist_stays_and_is_not_named_in_the_address(
    demo: tuple[Server, str], page: Page, watch: Callable[..., Watched]
) -> None:
    visit(page, demo[0])
    choose(page, "Therapist", "Grace Okafor")
    expect(page).to_have_url(re.compile("therapist="))
    shown = tile_value(page, "completed")
    go(page, "Records")
    go(page, "Week")
    chosen(page, "Therapist", "Grace Okafor")
    assert tile_value(page, "completed") == shown
    assert "okafor" not in page.url.lower()

    elsewhere = watch().page
    elsewhere.goto(page.url)
    chosen(elsewhere, "Therapist", "Grace Okafor")
    assert tile_value(elsewhere, "completed") == shown


def test_a_week_before_is_in_the_address_and_back_again(
    demo: tuple[Server, str], page: Page
) -> None:
    newest, _ = week(demo[1])["week"], visit(page, demo[0])
    title = page.locator("h1.al-title").inner_text()
    page.get_by_role("button", name="The week before").click()
    expect(page.locator("h1.al-title")).not_to_have_text(title)
    settle(page)
    assert address(page)["week"][0] < newest
    page.get_by_role("button", name="The week after").click()
    expect(page.locator("h1.al-title")).to_have_text(title)


def test_a_cell_of_the_grid_opens_its_visits(demo: tuple[Server, str], page: Page) -> None:
    grid = week(demo[1])["grid"]
    city, day, count = next(
        (city, day, n) for city, days in grid.items() for day, n in days.items() if n > 1
    )
    visit(page, demo[0])
    cell = page.get_by_role("button", name=f"{city}, {day}: {count:,} visits", exact=True)
    expect(cell).to_have_text(f"{count:,}")
    cell.focus()
    page.keyboard.press("Enter")
    opened = drawer(page)
    assert digits(large(opened)) == visits_listed(opened) == count
    assert opened.locator("tbody tr", has_text=city).count() == count
    assert opened.locator("tbody th", has_text=day).count() == count
    close(page)
    cell.click()  # once more
    assert visits_listed(drawer(page)) == count


def test_a_bubble_of_the_map_opens_its_city(demo: tuple[Server, str], page: Page) -> None:
    grid = week(demo[1])["grid"]
    city, count = max(
        ((city, sum(days.values())) for city, days in grid.items()), key=lambda each: each[1]
    )
    visit(page, demo[0])
    click_mark(page, page.locator(".st-key-al-card-week-map"), city)
    opened = drawer(page)
    assert digits(large(opened)) == visits_listed(opened) == count
    close(page)
    go(page, "Cities")
    click_mark(page, page.locator(".st-key-al-card-cities-map"), city)
    opened = drawer(page)
    expect(opened).to_contain_text(city)
    expect(opened).to_contain_text("completed visits")


def test_a_number_in_a_table_opens_its_visits(demo: tuple[Server, str], page: Page) -> None:
    visit(page, demo[0], "cities")
    row = page.get_by_role("table", name="Numbers by city").locator("tr", has_text="Berkeley")
    number = row.get_by_role("button").nth(2)
    said = number.inner_text()
    number.click()
    opened = drawer(page)
    assert large(opened) == said
    assert visits_listed(opened) == digits(said)


def test_the_week_by_keyboard_alone(demo: tuple[Server, str], page: Page) -> None:
    visit(page, demo[0])
    focus = "document.activeElement"
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(f"!!{focus}.closest('.st-key-al-tile-completed')"):
            break
    else:
        pytest.fail("Tab does not come to a tile.")
    seen = page.evaluate(
        """() => {
            const ringed = (each, part) => {
                const s = getComputedStyle(each, part);
                return (s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) > 0)
                    || s.boxShadow !== 'none';
            };
            const here = document.activeElement;
            return ringed(here, null) || ringed(here, '::after')
                || ringed(here.closest('.st-key-al-tile-completed'), null);
        }"""
    )
    assert seen, "where the keyboard is cannot be seen"
    page.keyboard.press("Enter")
    opened = drawer(page)
    assert page.evaluate(f"!!{focus}.closest('[role=dialog]')"), "the drawer has not the focus"
    assert large(opened) == tile_value(page, "completed")
    close(page)
    page.keyboard.press("Tab")
    assert page.evaluate(f"{focus} !== document.body"), "the keyboard is lost after the drawer"


def test_the_first_tab_skips_to_the_content(demo: tuple[Server, str], page: Page) -> None:
    visit(page, demo[0])
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to main content"
