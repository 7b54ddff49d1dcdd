"""The demo of one fixed day, invented once for all its tests."""

import csv
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import pytest

from allay_metrics.demo import DemoFile, InventedPractice, invent, write_files

UNTIL = date(2026, 11, 22)
Row = dict[str, str]


@pytest.fixture(scope="session")
def invented() -> InventedPractice:
    return invent(until=UNTIL)


@pytest.fixture(scope="session")
def files(invented: InventedPractice, tmp_path_factory: pytest.TempPathFactory) -> list[DemoFile]:
    return write_files(tmp_path_factory.mktemp("demo"), invented)


def rows_of(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def older(files: list[DemoFile]) -> list[Row]:
    return rows_of(files[0].path)


@pytest.fixture(scope="session")
def newest(files: list[DemoFile]) -> list[Row]:
    """The newest kept rows that can be read."""
    return [row for row in rows_of(files[1].path) if is_readable(row)]


@pytest.fixture(scope="session")
def cancelled(files: list[DemoFile]) -> list[Row]:
    return rows_of(files[2].path)


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%B %d, %Y %I:%M %p")  # noqa: DTZ007  (wall times)


def is_readable(row: Row) -> bool:
    try:
        return moment(row["Start Time"]).hour >= 9
    except ValueError:
        return False


@pytest.fixture(scope="session")
def start() -> Callable[[Row], datetime]:
    return lambda row: moment(row["Start Time"])


@pytest.fixture(scope="session")
def end() -> Callable[[Row], datetime]:
    return lambda row: moment(row["End Time"])
