"""A row set aside is mended on screen: it counts at once, the account holds, and undo opens it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.records_check import check_records
from allay_metrics.records import Scope, open_practice
from allay_metrics.review.snapshot import keep_due_snapshots
from tests.support.axe import violations
from tests.support.browser import settle
from tests.support.dashboard import close, drawer, go, tile, visit, week
from tests.support.exports import appointment, instant, write_export
from tests.support.server import Server, start_server

AS_OF = "2026-03-16 08:00"  # the Monday after the week looked at
BAD = appointment("bad", "2026-03-11 10:00", "Bea Moss") | {"end": "later"}
ROWS = [
    *(appointment(f"{n}", f"2026-03-{2 + n:02} 09:00") for n in range(12)),
    BAD,
]


@pytest.fixture
def practice(tmp_path: Path):
    """A server of a practice that has one row set aside, and its scope."""
    scope = open_practice(f"sqlite:///{tmp_path / 'practice.sqlite'}", name="Rivera Family Care")
    import_file(scope, write_export(tmp_path / "march.csv", ROWS), as_of=instant(AS_OF))
    keep_due_snapshots(scope)
    with start_server(tmp_path) as server:
        yield server, scope
    scope.close()


def test_a_mended_row_counts_and_undo_opens_it_again(
    practice: tuple[Server, Scope], page: Page
) -> None:
    server, scope = practice
    completed = week(scope.database_url)["numbers"]["completed"]["value"]
    visit(page, server, "records")
    page.get_by_role("button", name="Mend").click()
    opened = drawer(page)
    cell = opened.get_by_role("textbox", name="End Time")
    expect(cell).to_have_value("later")
    assert violations(page) == []
    cell.fill("March 11, 2026 9:00 am")
    opened.get_by_role("button", name="Save and retry").click()
    expect(opened).to_contain_text("it is not later than the start")
    expect(cell).to_have_value("March 11, 2026 9:00 am")
    cell.fill("March 11, 2026 11:00 am")
    opened.get_by_role("button", name="Save and retry").click()
    expect(opened).to_contain_text("It counts now: the visit is on file.")
    close(page)
    expect(page.get_by_text("mended: march.csv row 13")).to_be_visible()
    assert check_records(scope) == []
    go(page, "Week")
    expect(page.locator(".al-asof")).to_contain_text("13 rows")
    expect(tile(page, "completed").locator(".al-v")).to_have_text(str(int(completed) + 1))

    go(page, "Records")
    page.locator('[class*="st-key-al-undo-"]').first.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name="Undo this import").click()
    expect(page.get_by_text("The import of mended: march.csv row 13 is undone.")).to_be_visible()
    settle(page)
    expect(page.get_by_role("button", name="Mend")).to_be_visible()
    assert week(scope.database_url)["numbers"]["completed"]["value"] == completed
