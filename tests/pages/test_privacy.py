"""The Privacy part of the Practice page: backup, retention, erasing, and who did what."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from allay_metrics.actions.backups import read_last_backup
from allay_metrics.actions.read_audit import record
from allay_metrics.actions.retention import read_retention
from allay_metrics.records.tables import family
from tests.support.on_page import page_of, run, text


@pytest.fixture
def page(small):  # noqa: ARG001 - open in the dashboard while this stands
    """The Privacy part of the small practice's page."""
    shown = page_of("practice/settings")
    shown.session_state["part"] = "Privacy"
    return run(shown)


def click(shown, key):
    shown.button(key=key).click()
    return run(shown)


def _families(scope):
    with scope.read() as conn:
        return conn.execute(select(func.count()).select_from(family)).scalar_one()


def test_without_a_backup_it_says_so_and_makes_one(small, page):
    assert "No backup so far" in text(page)
    click(page, "al-backup")
    assert "backed up into" in text(page)
    assert "Last backup" in text(page)
    name = read_last_backup(small).file_name
    assert any(path.name == name for path in Path(small.database_url[10:]).parent.rglob("*.allay"))


def test_how_long_answers_are_kept_is_saved(small, page):
    page.number_input(key="al-keep-check-ins").set_value(24)
    page.button(key="FormSubmitter:al-retention-Save").click()
    run(page)
    assert (read_retention(small).check_ins, read_retention(small).set_aside) == (24, None)
    assert "Saved: older ones are deleted" in text(page)


def _find(shown, name):
    shown.text_input(key="al-erase-find").set_value(name)
    return run(shown)


def test_a_family_is_erased_when_its_name_is_typed(small, page):
    before = _families(small)
    with small.read() as conn:
        name = conn.execute(select(family.c.name).limit(1)).scalar_one()
    _find(page, name)
    page.text_input(key="al-erase-typed").set_value("something else")
    page.button(key="al-erase").click().run()
    assert "This did not work" in text(page)
    assert _families(small) == before
    page.text_input(key="al-erase-typed").set_value(name.lower())
    click(page, "al-erase")
    assert "The family is erased" in text(page)
    assert "Earlier backups still contain it" in text(page)
    assert _families(small) == before - 1


def test_a_family_that_is_not_there_is_said(page):
    assert "No family on file has this name, e-mail or phone." in text(_find(page, "Nobody At All"))


def test_the_trail_says_who_did_what_to_whom(small, page):
    with small.read() as conn:
        row = conn.execute(select(family.c.id, family.c.name).limit(1)).one()
    record(small, "open a family's page", row.id)
    shown = text(run(page))
    assert "Unbroken." in shown
    assert "Owner, on this computer" in shown
    assert "Open a family's page" in shown
    assert row.name in shown


def test_the_trail_is_filtered_and_turned(small, page):
    for number in range(30):
        record(small, f"take export {number}")
    shown = run(page)
    assert "Take export 29" in text(shown)
    assert "Take export 2 " not in text(shown)
    click(shown, "al-trail-older")
    assert "Take export 2 " in text(shown)
    click(shown, "al-trail-newer")
    shown.selectbox(key="al-trail-kind").set_value("Check-ins")
    assert "Take export" not in text(run(shown))
