"""A small practice, taken in by the real importer once and copied for every test."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from allay_metrics.actions.file_import import import_file
from allay_metrics.records import Scope, open_practice
from tests.support.acuity import ZONE, write_export
from tests.support.components import search_once

search_once()

WEEK = date(2026, 11, 9)  # a Monday; the records are as of the Monday after it
HOSTILE = "<b>Bo</b>**x**[y](http://e.example)"


def at(day: date, hour: int = 9, **told: str) -> dict[str, str]:
    """Return a row of an export: one hour on a day."""
    start = f"{day:%B} {day.day}, {day.year}"
    family = told.pop("family", "Moss")
    who = f"{''.join(filter(str.isalpha, family)).lower()}@example.com"
    return {
        "Start Time": f"{start} {hour % 12 or 12}:00 {'am' if hour < 12 else 'pm'}",
        "End Time": f"{start} {(hour + 1) % 12 or 12}:00 {'am' if hour + 1 < 12 else 'pm'}",
        "Last Name": family,
        "Email": who,
        "Phone": "",
        "City": "Oakland",
        "Date Scheduled": (day - timedelta(days=3)).isoformat(),
        "Appointment ID": f"{day.isoformat()}-{hour}",
        **told,
    }


def rows() -> list[dict[str, str]]:
    """Return 20 weeks of four and five visits in turn, then the week, then two visits ahead."""
    past = [
        at(WEEK - timedelta(days=7 * back - n), family=f"Fam{'abcde'[n]}")
        for back in range(20, 0, -1)
        for n in range(4 + back % 2)
    ]
    berkeley = {"City": "Berkeley", "Type": "Lactation visit", "Calendar": "Ines Park"}
    week = [
        *(at(WEEK, hour, family=f"Fam{'abc'[hour - 9]}") for hour in (9, 10, 11)),
        at(WEEK + timedelta(days=1), family="New", **berkeley),
        at(WEEK + timedelta(days=2), family=HOSTILE, City="", Calendar="Ines Park"),
    ]
    ahead = [at(WEEK + timedelta(days=9 + n), family="Fama") for n in range(2)]
    return [*past, *week, *ahead]


GONE = at(WEEK + timedelta(days=3), 14, family="Gone")
UNREADABLE = {**at(WEEK, 15, family="Odd"), "Start Time": "soon"}


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of the small practice: two exports, the newer one without one visit."""
    folder = tmp_path_factory.mktemp("small")
    path = folder / "small.sqlite"
    scope = open_practice(f"sqlite:///{path}", name="Small practice")
    for day, held in ((15, [*rows(), GONE]), (16, [*rows(), UNREADABLE])):
        export = write_export(folder, *held)
        moment = datetime(2026, 11, day, 8, 2, tzinfo=ZoneInfo(ZONE))
        import_file(scope, export, as_of=int(moment.timestamp()))
    scope.close()
    return path


@pytest.fixture
def small(taken_in: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scope]:
    """The small practice, open in the dashboard and to the test."""
    path = tmp_path / "practice.sqlite"
    shutil.copy(taken_in, path)
    url = f"sqlite:///{path}"
    monkeypatch.setenv("ALLAY_DATABASE_URL", url)
    scope = open_practice(url)
    yield scope
    scope.close()


@pytest.fixture
def own_scope(sqlite_scope, monkeypatch):
    """An empty practice that the dashboard shows as the practice's own."""
    monkeypatch.setenv("ALLAY_DATABASE_URL", sqlite_scope.database_url)
    return sqlite_scope
