"""Every number on a page is the command line's answer to the same question."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from allay_metrics import formatting as fmt
from allay_metrics.metrics import METRICS
from tests.support.dashboard import (
    choose,
    close,
    digits,
    drawer,
    large,
    numbers,
    tile,
    tile_value,
    visit,
    visits_listed,
    week,
)
from tests.support.server import Server

REPORTED = "improved_share"
OF_THE_WEEK = ("completed", "new_families", "show_rate", "rebooked_rate", "wait_days")


def said(key: str, cell: dict[str, Any]) -> str:
    """Return a value of the command line as a tile says it."""
    if key == REPORTED:
        return f"{cell['numerator']:g} of {cell['denominator']:g}"
    if METRICS[key].is_rate:
        return fmt.share(cell["numerator"], cell["denominator"], cell["reason"]).text
    return fmt.plain_number(cell["value"])


def test_the_tiles_of_the_newest_week(demo: tuple[Server, str], page: Page) -> None:
    server, url = demo
    told = week(url)
    visit(page, server)
    shown = {key: tile_value(page, key) for key in told["numbers"]}
    assert shown == {key: said(key, cell) for key, cell in told["numbers"].items()}
    assert fmt.DASH not in shown.values()
    expect(tile(page, REPORTED)).to_contain_text("answered both times")


def test_the_tiles_of_an_earlier_week(demo: tuple[Server, str], page: Page) -> None:
    server, url = demo
    monday = date.fromisoformat(week(url)["week"]) - timedelta(weeks=9)
    told = week(url, monday.isoformat())
    visit(page, server, f"?week={monday}")
    expect(page.locator("h1.al-title")).to_contain_text(f"Week of {fmt.day(monday)}")
    shown = {key: tile_value(page, key) for key in told["numbers"]}
    assert shown == {key: said(key, cell) for key, cell in told["numbers"].items()}
    assert shown["on_books"] == said("on_books", told["numbers"]["on_books"])


@pytest.mark.parametrize(
    ("label", "option", "where"),
    [
        ("City", "Oakland", {"city": "Oakland"}),
        ("City", "Unknown city", {"city": "unknown"}),
        ("Visit type", "Lactation", {"visit_type": "lactation"}),
        ("Therapist", "Grace Okafor", {"therapist": "Grace Okafor"}),
    ],
)
def test_the_tiles_under_a_filter(
    demo: tuple[Server, str], page: Page, label: str, option: str, where: dict[str, str]
) -> None:
    server, url = demo
    monday = date.fromisoformat(week(url)["week"])
    as_of = date.fromisoformat(next(iter(week(url)["as_of"].values()))[:10])
    visit(page, server)
    before = tile_value(page, "completed")
    choose(page, label, option)
    assert tile_value(page, "completed") != before
    told = numbers(
        url, ",".join(OF_THE_WEEK), str(monday), str(monday + timedelta(days=6)), **where
    )
    ahead = numbers(url, "booked", str(as_of), str(as_of + timedelta(days=13)), **where)
    shown = {key: tile_value(page, key) for key in (*OF_THE_WEEK, "on_books")}
    assert shown == {
        **{key: said(key, told[key]) for key in OF_THE_WEEK},
        "on_books": said("booked", ahead["booked"]),
    }


def test_a_tile_opens_as_many_visits_as_it_says(demo: tuple[Server, str], page: Page) -> None:
    server, url = demo
    visit(page, server, "?city=Oakland")
    for key, cell in week(url)["numbers"].items():
        if key == REPORTED:
            continue
        if key == "field_utilisation":
            expect(tile(page, key)).to_contain_text("offered by therapist, not by city")
            continue
        value = tile_value(page, key)
        tile(page, key).click(position={"x": 12, "y": 60})  # anywhere on it, not the words alone
        opened = drawer(page)
        assert large(opened) == value, key
        if METRICS[key].is_rate:
            assert visits_listed(opened) == _denominator(page, key), key
        elif key != "wait_days":
            assert visits_listed(opened) == digits(value), key
        # The newest week's tile tells what is on the books now: booked visits.
        title = METRICS["booked"].label if key == "on_books" else cell["label"]
        expect(opened.get_by_role("heading", name=title)).to_be_visible()
        close(page)


def test_the_cities_of_a_period(demo: tuple[Server, str], page: Page) -> None:
    server, url = demo
    visit(page, server, "cities")
    first, last = _full_weeks(url, 13)
    shown = {
        row.locator("th").inner_text(): row.locator("td").all_inner_texts()
        for row in page.get_by_role("table", name="Numbers by city").locator("tbody tr").all()
    }
    for name, where in (
        ("Oakland", {"city": "Oakland"}),
        ("Unknown", {"city": "unknown"}),
        ("All cities", {}),
    ):
        told = numbers(url, "bookings,completed,families_seen,new_families", first, last, **where)
        assert shown[name][:4] == [fmt.number(cell["value"]) for cell in told.values()], name


def test_the_visit_types_of_a_period(demo: tuple[Server, str], page: Page) -> None:
    server, url = demo
    visit(page, server, "types?period=4+weeks")
    first, last = _full_weeks(url, 4)
    shown = {
        row.locator("th").inner_text(): row.locator("td").all_inner_texts()
        for row in page.get_by_role("table", name="Numbers by visit type").locator("tbody tr").all()
    }
    for name, where in (("Massage", {"visit_type": "massage"}), ("All types", {})):
        told = numbers(url, "completed,care_hours,visit_value", first, last, **where)
        assert shown[name][:3] == [
            fmt.plain_number(told["completed"]["value"]),
            fmt.plain_number(told["care_hours"]["value"]),
            fmt.dollars(told["visit_value"]["value"]),
        ], name


def _denominator(page: Page, key: str) -> int:
    """Return the n of a rate, from its counts on the tile: `24 of 43`, or large if it is few."""
    return digits(tile(page, key).inner_text().split(" of ")[-1])


def _full_weeks(url: str, weeks: int) -> tuple[str, str]:
    monday = date.fromisoformat(week(url)["week"])
    return str(monday - timedelta(weeks=weeks - 1)), str(monday + timedelta(days=6))
