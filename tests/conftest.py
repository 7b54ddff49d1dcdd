"""Fixtures of all tests: a fresh migrated database on either engine, and nothing from outside."""

import itertools
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from allay_metrics.records import Scope, open_practice
from tests.support.cheap_passwords import hash_cheaply
from tests.support.compiled import compile_once
from tests.support.fixed_keys import SEED, fix_keys, keys_of
from tests.support.network import stay_inside
from tests.support.postgres import MIGRATED, OPENED, Cluster, shared_cluster
from tests.support.templates import (
    NAME,
    begin_practice,
    migrate_fully,
    migrate_once,
    sqlite_migrated,
    sqlite_opened,
)

# A busy machine is no reason to fail; on CI the same examples every time.
settings.register_profile(
    "allay",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("allay")
stay_inside()
compile_once()
fix_keys()
hash_cheaply()

_numbers = itertools.count()


def pytest_report_header() -> str:
    """Say which keys the tests draw."""
    return f"keys of seed {SEED} (ALLAY_TEST_SEED)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let a test draw the same keys in every run."""
    with keys_of(item.nodeid):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef, request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Let what is made for many tests draw the same keys, whichever test asks for it first."""
    if fixturedef.scope == "function":
        return (yield)
    with keys_of(f"{fixturedef.baseid}::{fixturedef.argname}[{request.param_index}]"):
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the long files first: the browser's, then those of random practices, then pages.

    A file's tests stay together, and files are handed out in this order (pyproject.toml): nobody
    is left with minutes of work when the others are done.
    """
    random = {item.path for item in items if hasattr(getattr(item, "obj", None), "hypothesis")}

    def turn(item: pytest.Item) -> int:
        if "browser" in item.keywords:
            return 0
        return 1 if item.path in random else 2 if "pages" in item.path.parts else 3

    items.sort(key=turn)


@pytest.fixture(scope="session", autouse=True)
def _no_real_records_for_the_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep what is made once for many tests away from the practice's own records."""
    os.environ.pop("ALLAY_DATABASE_URL", None)
    os.environ["ALLAY_DATA_DIR"] = str(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True)
def _no_real_records(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Give every test a data folder of its own."""
    monkeypatch.setenv("ALLAY_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of this run share."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session", autouse=True)
def _migrated_once(run_folder: Path) -> None:
    migrate_once(run_folder)


@pytest.fixture(scope="session")
def sqlite_template(run_folder: Path) -> Path:
    """An SQLite file at the newest schema, to be copied."""
    return sqlite_migrated(run_folder)


@pytest.fixture(scope="session")
def postgres_cluster(run_folder: Path) -> Cluster:
    """The test run's PostgreSQL cluster, with a template at the newest schema."""
    run_pid = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    return shared_cluster(run_folder, run_pid, migrate_fully, begin_practice)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine_kind(request: pytest.FixtureRequest) -> str:
    """Each engine the records are kept in, in turn."""
    return request.param


@pytest.fixture
def new_database(
    engine_kind: str, request: pytest.FixtureRequest, run_folder: Path, tmp_path: Path
) -> Iterator[Callable[..., str]]:
    """A function that returns the URL of one more fresh, migrated database.

    `opened`, it holds the empty practice of `scope` already.
    """
    if engine_kind == "sqlite":
        yield lambda *, opened=False: _copy(run_folder, tmp_path, opened=opened)
        return
    cluster: Cluster = request.getfixturevalue("postgres_cluster")
    made: list[str] = []

    def create(*, opened: bool = False) -> str:
        made.append(f"test_{os.getpid()}_{next(_numbers)}")
        return cluster.create(made[-1], template=OPENED if opened else MIGRATED)

    yield create
    for name in made:
        cluster.drop(name)


@pytest.fixture
def database_url(new_database: Callable[..., str], request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database; the test runs once on each engine."""
    return new_database(opened="scope" in request.fixturenames)


@pytest.fixture
def sqlite_url(run_folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated SQLite file, for what does not depend on the engine."""
    return _copy(run_folder, tmp_path, opened="sqlite_scope" in request.fixturenames)


@pytest.fixture
def scope(database_url: str) -> Iterator[Scope]:
    """The owner's scope of an empty practice; the test runs once on each engine."""
    yield from _open(database_url)


@pytest.fixture
def sqlite_scope(sqlite_url: str) -> Iterator[Scope]:
    """The owner's scope of an empty practice, for what does not depend on the engine."""
    yield from _open(sqlite_url)


def _open(url: str) -> Iterator[Scope]:
    scope = open_practice(url, name=NAME)
    yield scope
    scope.close()


def _copy(run_folder: Path, folder: Path, *, opened: bool) -> str:
    path = folder / f"{next(_numbers)}.sqlite"
    shutil.copy(sqlite_opened(run_folder) if opened else sqlite_migrated(run_folder), path)
    return f"sqlite:///{path}"
