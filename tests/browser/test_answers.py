"""Answers of a form nobody knows: mapped, taken in, and a doubtful one given its family."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.ingest import ingest_file
from allay_metrics.records import open_practice
from tests.browser.test_mapping import drop
from tests.support.axe import violations
from tests.support.browser import press, settle
from tests.support.dashboard import choose, visit
from tests.support.exports import appointment, instant, write_export
from tests.support.server import Server, start_server

HEAD = "Filled in at,Mail of the family,Child,How upset was the little one from 0 to 10?"
LINES = (
    "3/9/2026 8:00,ana.lee@example.org,Mia,7",
    "3/9/2026 9:00,somebody@example.org,Mia,4",
)


@pytest.fixture
def with_visits(tmp_path: Path):
    """A server of a practice with one family, and its records."""
    folder = tmp_path / "data"
    folder.mkdir()
    url = f"sqlite:///{folder / 'practice.sqlite'}"
    scope = open_practice(url, name="Rivera Family Care")
    export = write_export(
        tmp_path / "visits.csv", [appointment("1", "2026-03-02 10:00", infants="Mia")]
    )
    import_file(scope, export, as_of=instant("2026-03-09 08:00"))
    with start_server(folder) as server:
        yield server, scope
    scope.close()


def test_an_unknown_form_is_mapped_taken_in_and_its_doubt_answered(
    with_visits: tuple[Server, object], any_page: Page, tmp_path: Path
) -> None:
    server, scope = with_visits
    page = any_page
    form = tmp_path / "our_form.csv"
    form.write_text("\n".join([HEAD, *LINES, ""]), encoding="utf-8")
    visit(page, server, "records")
    drop(page, form)
    press(page.get_by_text("Parents' answers", exact=True))
    expect(page.get_by_role("heading", name="Which question is which?")).to_be_visible()
    expect(page.get_by_text("Not yet:").first).to_be_visible()
    filled, mail, child, upset = HEAD.split(",")
    choose(page, filled, "when it was answered")
    choose(page, mail, "the family's e-mail")
    choose(page, child, "the baby's name")
    choose(page, upset, "Hard to settle")
    expect(page.get_by_role("table", name="First rows")).to_contain_text("Hard to settle 7")
    settle(page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    page.get_by_role("button", name="Save the profile and go on").click()
    expect(page.get_by_text("What each question is read as")).to_be_visible()
    page.locator(".st-key-al-import").get_by_role("button").click()
    expect(page.get_by_role("heading", name="our_form.csv is in")).to_be_visible()
    settle(page)
    expect(page.get_by_role("heading", name="Whose check-in is it?")).to_be_visible()
    choose(
        page,
        "Whose check-in of Mon 9 Mar, 9:00 am is it?",
        "Mia (Lee), visit Mon 2 Mar 2026 · same name",
    )
    assert violations(page) == []
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Kept: Mia (Lee)")).to_be_visible()

    report = ingest_file(scope, form)
    assert (report.source, report.unchanged) == ("our_form", 2)
    assert not any("nobody for certain" in note for note in report.notes)
