"""From the demo to records of one's own: an export dropped in, read, taken in, taken back."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allay_metrics import formatting as fmt
from tests.support.axe import violations
from tests.support.browser import settle
from tests.support.dashboard import go, tile, tile_value, visit, week
from tests.support.exports import ZONE, appointment, write_export
from tests.support.server import Server

TODAY = datetime.now(ZONE).date()
LAST_MONDAY = TODAY - timedelta(days=TODAY.weekday() + 7)
CITIES = ("Oakland", "Berkeley", "San Jose")
FAMILIES = ("Ana Lee", "Bea Moss", "Cy Park", "Di Ruiz")


def calendar(last_week: int) -> list[dict[str, str]]:
    """Return half a year of visits, two a week, and so many in the last full week."""
    rows = [
        appointment(f"{week}-{n}", f"{LAST_MONDAY - timedelta(weeks=week) + timedelta(days=n)}"
                    f" {9 + n:02}:00", FAMILIES[(week + n) % 4], city=CITIES[n % 3])
        for week in range(1, 27)
        for n in range(2)
    ]  # fmt: skip
    return rows + [
        appointment(f"0-{n}", f"{LAST_MONDAY + timedelta(days=n % 5)} {8 + n:02}:00",
                    FAMILIES[n % 4], city=CITIES[n % 3])
        for n in range(last_week)
    ]  # fmt: skip


def drop(page: Page, file: Path) -> None:
    """Drop a file onto the Records page and wait for what it has to say."""
    page.get_by_test_id("stFileUploader").first.locator("input").set_input_files(file)


def equation(page: Page) -> str:
    """Return the account of a file's rows as it is read aloud."""
    return page.locator(".al-eq").first.get_attribute("aria-label")


def take_in(page: Page, file: Path) -> str:
    """Bring a file in and return what became of its rows."""
    drop(page, file)
    expect(page.get_by_role("heading", name="What will happen")).to_be_visible()
    foreseen = equation(page)
    page.locator(".st-key-al-import").get_by_role("button").click()
    expect(page.get_by_role("heading", name=f"{file.name} is in")).to_be_visible()
    settle(page)
    assert equation(page) == foreseen
    return foreseen


def shown_and_told(page: Page, url: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the counts on the Week's tiles, and the same of the command line."""
    told = week(url)["numbers"]
    counts = ("completed", "new_families", "on_books", "wait_days")
    return (
        {key: tile_value(page, key) for key in counts},
        {key: fmt.plain_number(told[key]["value"]) for key in counts},
    )


@pytest.fixture
def empty(own_demo: tuple[Server, str], page: Page) -> tuple[Page, str]:
    """A page whose demo was left with one click, and the URL of the records that begin."""
    server, _ = own_demo
    visit(page, server)
    page.get_by_role("button", name="Leave the demo").click()
    expect(page.get_by_role("heading", name="No visits yet")).to_be_visible()
    settle(page)
    return page, f"sqlite:///{server.data_dir / 'practice.sqlite'}"


def test_from_the_demo_to_an_export_and_back(empty: tuple[Page, str], tmp_path: Path) -> None:
    page, url = empty
    expect(page.get_by_text("invented")).to_have_count(0)
    assert violations(page) == []
    page.get_by_role("button", name="Go to Records").click()
    expect(page.get_by_test_id("stFileUploader").first).to_be_visible()

    # A row that cannot be read is set aside; all others count.
    rows = calendar(last_week=5)
    rows.append(appointment("bad", f"{LAST_MONDAY} 10:00") | {"start": "November 31, 2026 9:00 am"})
    first = write_export(tmp_path / "first.csv", rows)
    drop(page, first)
    expect(page.get_by_text("Recognised as Acuity Scheduling")).to_be_visible()
    expect(page.get_by_role("table", name="First rows")).to_be_visible()
    settle(page)
    assert violations(page) == []
    page.get_by_role("button", name="Not this file").click()
    expect(page.get_by_role("table", name="First rows")).to_have_count(0)
    settle(page)
    assert take_in(page, first) == (
        "58 rows read = 57 added + 0 updated + 0 unchanged + 1 set aside"
    )
    expect(page.get_by_text("this date does not exist").last).to_be_visible()
    page.get_by_role("button", name="See the week").click()
    expect(tile(page, "completed").locator(".al-v")).to_have_text("5")
    settle(page)
    shown, told = shown_and_told(page, url)
    assert shown == told

    # A newer export: four visits more, one of last week's gone.
    go(page, "Records")
    page.get_by_role("button", name="Bring in another file").click()
    second = write_export(
        tmp_path / "second.csv", [row for row in calendar(last_week=9) if row["key"] != "0-0"]
    )
    assert take_in(page, second) == (
        "60 rows read = 4 added + 0 updated + 56 unchanged + 0 set aside"
    )
    expect(page.get_by_text("1 visit on file is not in it any more")).to_be_visible()
    go(page, "Week")
    expect(tile(page, "completed").locator(".al-v")).to_have_text("8")
    shown, told = shown_and_told(page, url)
    assert shown == told

    # Undone, the former numbers are back.
    go(page, "Records")
    page.locator('[class*="st-key-al-undo-"]').first.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("The import of second.csv is undone.")).to_be_visible()
    go(page, "Week")
    expect(tile(page, "completed").locator(".al-v")).to_have_text("5")
    shown, told = shown_and_told(page, url)
    assert shown == told


def test_import_pressed_twice_imports_once(empty: tuple[Page, str], tmp_path: Path) -> None:
    page, _ = empty
    go(page, "Records")
    file = write_export(tmp_path / "twice.csv", calendar(last_week=5))
    drop(page, file)
    button = page.locator(".st-key-al-import").get_by_role("button")
    expect(button).to_be_visible()
    settle(page)
    button.dblclick()
    expect(page.get_by_role("heading", name="twice.csv is in")).to_be_visible()
    settle(page)
    expect(page.locator('[class*="st-key-al-import-line-"]')).to_have_count(1)
    expect(page.get_by_text("newest first; 1 file on file")).to_be_visible()

    # The same file once more says that nothing is new.
    page.get_by_role("button", name="Bring in another file").click()
    assert take_in(page, file) == (
        "57 rows read = 0 added + 0 updated + 57 unchanged + 0 set aside"
    )
    expect(page.get_by_text("Nothing changed")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.csv", b""),
        ("picture.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\xff\xfe\x00" * 40),
        ("numbers.csv", b"1,2\r\n3,4\r\n"),
        ("cut.xlsx", b"PK\x03\x04" + b"\x00" * 200),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(
    emptied: tuple[Page, Server], tmp_path: Path, name: str, content: bytes
) -> None:
    page, server = emptied
    file = tmp_path / name
    file.write_bytes(content)
    visit(page, server, "records")
    drop(page, file)
    expect(page.get_by_role("heading", name="This did not work")).to_be_visible()
    settle(page)
    said = page.locator('[class*="st-key-al-card-problem"]').inner_text()
    assert name in said
    assert "Nothing was stored." in said
    assert "Traceback" not in page.content()
    assert "in the log as problem" not in said
    expect(page.locator(".st-key-al-import")).to_have_count(0)
    assert "Traceback" not in server.log.read_text()


@pytest.fixture(scope="module")
def emptied_server(tmp_path_factory: pytest.TempPathFactory):
    """A server of a practice that has no records and never had the demo."""
    from allay_metrics.records import open_practice
    from tests.support.server import start_server

    folder = tmp_path_factory.mktemp("empty")
    open_practice(f"sqlite:///{folder / 'practice.sqlite'}", name="Rivera Family Care").close()
    with start_server(folder) as server:
        yield server


@pytest.fixture
def emptied(emptied_server: Server, page: Page) -> tuple[Page, Server]:
    """A page, and the server of a practice without records."""
    return page, emptied_server
