"""Which practice is open: her own records win, the demo leaves for good."""

from pathlib import Path

import pytest
from sqlalchemy import update

from allay_metrics import config
from allay_metrics.demo import practice_choice
from allay_metrics.errors import Conflict, NotFound, Unreachable
from allay_metrics.records import open_practice
from allay_metrics.records.tables import practice
from tests.support.practices import START, Invented, booked, put_on_file


@pytest.fixture
def demo():
    """An empty practice where the demo lives: inventing one takes seconds."""
    url = config.sqlite_url(config.demo_database_path())
    open_practice(url, name="Demo", is_demo=True).close()


@pytest.fixture
def own():
    """The practice's own records, one visit on file."""
    put_on_file(Invented([booked("A", START)]), practice_choice.open_own_practice())


@pytest.mark.usefixtures("demo")
def test_the_demo_is_shown_until_there_are_records():
    assert practice_choice.open_active_practice().is_demo
    practice_choice.open_own_practice()
    assert practice_choice.open_active_practice().is_demo, (
        "an empty practice of her own is no reason to leave"
    )
    put_on_file(Invented([booked("A", START)]), practice_choice.open_own_practice())
    assert not practice_choice.open_active_practice().is_demo


@pytest.mark.usefixtures("demo", "own")
def test_a_named_database_wins():
    url = config.sqlite_url(config.demo_database_path())
    assert practice_choice.open_active_practice(url).is_demo


@pytest.mark.usefixtures("demo")
def test_leaving_the_demo_deletes_it_and_it_stays_gone():
    path = config.demo_database_path()
    practice_choice.open_active_practice().data_version()
    scope = practice_choice.leave_demo()
    assert not scope.is_demo
    assert [file.name for file in path.parent.iterdir() if file.name.startswith(path.name)] == []
    assert not practice_choice.open_active_practice().is_demo
    assert not practice_choice.open_recorded_practice().is_demo


def test_without_anything_a_script_is_told_so():
    with pytest.raises(NotFound, match="There are no records yet"):
        practice_choice.open_recorded_practice()
    assert not config.demo_database_path().exists()


def test_without_anything_a_demo_is_invented(monkeypatch):
    from allay_metrics.demo import load

    def invent(path, *, progress):
        progress(1)
        return open_practice(config.sqlite_url(path), name="Demo", is_demo=True)

    monkeypatch.setattr(load, "load_demo", invent)
    told = []
    assert practice_choice.open_active_practice(progress=told.append).is_demo
    assert told == [1]


@pytest.mark.usefixtures("demo")
def test_a_server_that_shows_the_demo_alone_keeps_it(monkeypatch):
    monkeypatch.setenv("ALLAY_DATABASE_URL", config.sqlite_url(config.demo_database_path()))
    assert practice_choice.is_demo_alone()
    with pytest.raises(Conflict):
        practice_choice.leave_demo()
    assert config.demo_database_path().exists()


@pytest.mark.usefixtures("own")
def test_a_practice_is_opened_once():
    assert practice_choice.open_active_practice() is practice_choice.open_active_practice()


@pytest.mark.usefixtures("own")
def test_a_file_made_anew_is_another_practice():
    before = practice_choice.open_own_practice()
    url = before._database.url
    before.close()
    path = Path(url.database)
    path.rename(path.with_suffix(".old"))
    with practice_choice.open_own_practice().write("name it") as conn:
        conn.execute(update(practice).values(name="Other"))
    assert practice_choice.open_own_practice().practice_id != before.practice_id


@pytest.mark.usefixtures("demo", "own")
def test_records_that_go_away_are_missed_and_never_stood_in_for(tmp_path):
    path = config.data_dir() / "practice.sqlite"
    scope = practice_choice.open_active_practice()
    assert not scope.is_demo
    away = path.rename(tmp_path / "elsewhere.sqlite")
    for opened in (
        practice_choice.open_active_practice,
        practice_choice.open_recorded_practice,
        practice_choice.open_own_practice,
        practice_choice.leave_demo,
    ):
        with pytest.raises(Unreachable, match="cannot be reached; nothing was saved"):
            opened()
    # What was opened before goes on with no file that has lost its name.
    with pytest.raises(Unreachable), scope.write("save") as conn:
        conn.execute(update(practice).values(name="Lost"))
    assert not path.exists()
    away.rename(path)
    assert practice_choice.open_active_practice().has_records()
    assert scope.has_records()


@pytest.mark.usefixtures("demo", "own")
def test_an_empty_practice_in_their_place_is_shown_as_that_and_the_demo_never():
    path = config.data_dir() / "practice.sqlite"
    practice_choice.open_active_practice().close()
    path.rename(path.with_name("elsewhere.sqlite"))
    open_practice(config.sqlite_url(path)).close()
    found = practice_choice.open_active_practice()
    assert (found.is_demo, found.has_records()) == (False, False)
