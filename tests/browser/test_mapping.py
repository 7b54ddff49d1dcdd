"""A table with foreign column names: mapped on screen once, read by name ever after."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allay_metrics.records import open_practice
from tests.support.axe import violations
from tests.support.browser import press, settle
from tests.support.dashboard import choose, visit
from tests.support.server import ROOT, Server, start_server
from tests.support.sources import JANE, JANE_SALES, jane, sale, write_table

HEADERS = ["Ref", "Wann", "Mins", "Customer", "Mail", "Staff", "Service", "Fee", "Outcome"]
ROWS = [
    ("1", "03/11/2025 09:00", "60", "Ada Moss", "ada@example.com", "Maya Lopez", "Infant CST",
     "$165.00", "Done"),
    ("2", "04/11/2025 11:00", "60", "Bea Lee", "bea@example.com", "Maya Lopez", "Home session",
     "$180.00", "Vorbei"),
    ("3", "05/11/2025 13:00", "75", "Cy Park", "cy@example.com", "Ines Park", "Home session",
     "$150.00", "CANCELLED_BY_SELLER"),
]  # fmt: skip


def table(path: Path, rows: list[tuple[str, ...]] = ROWS) -> Path:
    return write_table(path, HEADERS, [dict(zip(HEADERS, row, strict=True)) for row in rows])


def drop(page: Page, file: Path) -> None:
    page.get_by_test_id("stFileUploader").first.locator("input").set_input_files(file)
    settle(page)


def command_line(database: str, *arguments: object) -> list[dict[str, object]]:
    """Import on the command line and return its report."""
    told = [sys.executable, "-m", "allay_metrics", "import", *map(str, arguments), "--json"]
    ran = subprocess.run(
        [*told, "--database", database], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return json.loads(ran.stdout)


@pytest.fixture
def emptied(tmp_path: Path):
    """A server of a practice without records, and where these are kept."""
    folder = tmp_path / "data"
    folder.mkdir()
    url = f"sqlite:///{folder / 'practice.sqlite'}"
    open_practice(url, name="Rivera Family Care").close()
    with start_server(folder) as server:
        yield server, url


def test_a_foreign_table_becomes_a_profile_the_command_line_reads_by(
    emptied: tuple[Server, str], any_page: Page, tmp_path: Path
) -> None:
    server, url = emptied
    page = any_page
    visit(page, server, "records")
    drop(page, table(tmp_path / "bookings.csv"))
    expect(page.get_by_role("heading", name="Which column is which?")).to_be_visible()

    # Suggested: what names and values tell. The rest is said by hand.
    chosen = page.get_by_role("combobox", name="Client", exact=True)
    expect(chosen).to_have_value("Customer")
    expect(page.get_by_text("Ada Moss · Bea Lee · Cy Park")).to_be_visible()
    expect(page.get_by_text("Not yet:")).to_be_visible()
    page.get_by_role("textbox", name="What do you call this source?").fill("Front desk")
    page.keyboard.press("Enter")
    settle(page)
    choose(page, "Start, date and time", "Wann")
    rows = page.get_by_role("table", name="First rows")
    expect(rows).to_contain_text("11 Mar 2025")
    press(page.get_by_text("Day first", exact=True))
    expect(rows).to_contain_text("3 Nov 2025")
    choose(page, "Vorbei (1 row)", "They came")
    choose(page, "Home session (2 rows)", "Massage")
    expect(rows).to_contain_text("We cancelled")
    expect(rows).to_contain_text("Massage")
    settle(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    page.get_by_role("button", name="Save the profile and go on").click()
    expect(page.get_by_text("Recognised as Front desk")).to_be_visible()
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    page.locator(".st-key-al-import").get_by_role("button").click()
    expect(page.get_by_role("heading", name="bookings.csv is in")).to_be_visible()
    settle(page)
    server_says = page.locator(".al-eq").first.get_attribute("aria-label")
    assert server_says == "3 rows read = 3 added + 0 updated + 0 unchanged + 0 set aside"

    more = ("4", "06/11/2025 13:00", "60", "Di Ruiz", "", "Ines Park", "Infant CST", "", "Vorbei")
    (told,) = command_line(url, table(tmp_path / "next.csv", [*ROWS, more]))
    assert (told["source"], told["added"], told["unchanged"]) == ("front_desk", 1, 3)
    (told,) = command_line(url, table(tmp_path / "next.csv"), "--source", "front_desk")
    assert told["unchanged"] == 3


def test_a_sales_report_is_given_beside_the_appointments(
    emptied: tuple[Server, str], page: Page, tmp_path: Path
) -> None:
    server, _ = emptied
    rows = [jane(1, "2025-11-10 09:00", state="arrived")]
    visits = write_table(tmp_path / "appointments.csv", JANE, rows)
    sales = write_table(tmp_path / "sales.csv", JANE_SALES, [sale("2025-11-10", "165.00")])
    visit(page, server, "records")
    drop(page, visits)
    expect(page.get_by_text("Recognised as Jane")).to_be_visible()
    settle(page)
    second = page.locator('[class*="st-key-al-second-"]').locator("input")
    second.set_input_files(sales)
    expect(page.get_by_text("The sales report sales.csv matched 1 of 1 row")).to_be_visible()
    expect(page.get_by_role("table", name="First rows")).to_contain_text("$165.00")
    page.locator(".st-key-al-import").get_by_role("button").click()
    expect(page.get_by_role("heading", name="appointments.csv is in")).to_be_visible()
