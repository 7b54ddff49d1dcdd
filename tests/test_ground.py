"""What must hold of the repository as a whole, whatever it is about."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from allay_metrics.records import open_engine
from tests.support.network import OutsideConnectionError

ROOT = Path(__file__).resolve().parent.parent
# Import names that differ from the name of their distribution.
IMPORTED_AS = {
    "argon2-cffi": "argon2",
    "oidc-provider-mock": "oidc_provider_mock",
    "python-calamine": "python_calamine",
    "pandas-stubs": "pandas",
    "protobuf": "google",
    "recurring-ical-events": "recurring_ical_events",
    "vl-convert-python": "vl_convert",
}
# Needed without an import of ours.
NEVER_IMPORTED = {
    "psycopg",  # SQLAlchemy loads the driver a database URL names
    "tzdata",  # zoneinfo reads it where the system has no zones
}
# Texts that come as they are from somebody else.
VENDORED = ("tests/browser/axe/", "static/fonts/", "LICENSE")


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def _texts(*suffixes: str) -> Iterator[tuple[str, str]]:
    """Yield name and text of our own files, of the given kinds or of all."""
    for path in _tracked():
        name = str(path.relative_to(ROOT))
        if name.startswith(VENDORED) or (suffixes and path.suffix not in suffixes):
            continue
        try:
            yield name, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a sheet


def _requirements(list_name: str) -> dict[str, str]:
    """Return each requirement's name with the reason beside it."""
    lines = (ROOT / list_name).read_text(encoding="utf-8").splitlines()
    asked = [line for line in lines if line and not line.startswith(("#", "-"))]
    return {re.split(r"[\[ ;]", line)[0]: line.partition("#")[2].strip() for line in asked}


def _third_party(*folders: str) -> set[str]:
    """Return the top-level names that the product's files import and Python does not carry."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    files += [path for path in [ROOT / "dashboard.py"] if path.exists()]
    found = set()
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.split(".")[0])
    return found - sys.stdlib_module_names - {"allay_metrics"}


@pytest.mark.parametrize("list_name", ["requirements.in", "requirements-dev.in"])
def test_every_requirement_says_why(list_name: str) -> None:
    assert [name for name, why in _requirements(list_name).items() if len(why) < 10] == []


def test_what_the_product_imports_is_required_and_the_other_way_round() -> None:
    required = {IMPORTED_AS.get(name, name) for name in _requirements("requirements.in")}
    imported = _third_party("allay_metrics", "pages")
    assert imported - required == set(), "imported, not required"
    assert required - NEVER_IMPORTED - imported == set(), "required, not imported"


@pytest.mark.parametrize("name", ["requirements", "requirements-dev"])
def test_the_lock_holds_every_requirement_with_hashes(name: str) -> None:
    locked = (ROOT / f"{name}.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==\S+[^\n]*\\\n    --hash=sha256:", locked, re.MULTILINE)
    assert _requirements(f"{name}.in").keys() <= set(pins)
    assert len(pins) == len(re.findall(r"^[\w.-]+==", locked, re.MULTILINE))


def test_no_file_names_an_index_or_somebodys_machine() -> None:
    # Each pattern is written so that it does not find itself.
    index = r"--(extra-)?index-url|--find-link[s]|pypi[.]org|npmjs[.]org|deb[.]debian"
    machine = r"(?:^|[\s\"'=(])/(?:home|Users|root|work|mnt)/\w"
    found = [
        f"{name}: {match.group().strip()}"
        for name, text in _texts()
        for match in re.finditer(f"{index}|{machine}", text, re.MULTILINE)
    ]
    assert found == []


def test_what_a_browser_reads_names_no_address_outside() -> None:
    found = [
        f"{name}: {address}"
        for name, text in _texts(".css", ".toml", ".html", ".svg", ".js")
        for address in re.findall(r"(?:https?:)?//[\w-]+\.[\w.-]+", text)
        if "www.w3.org" not in address  # the names of XML's own vocabularies are not fetched
    ]
    assert found == []


def test_the_theme_names_fonts_that_are_shipped_with_their_licence() -> None:
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    faces = [ROOT / face["url"].removeprefix("app/") for face in config["theme"]["fontFaces"]]
    assert faces
    assert all(face.read_bytes().startswith(b"wOF2") for face in faces)
    assert all((face.parent / "OFL.txt").exists() for face in faces)


def test_the_settings_are_ones_this_streamlit_knows() -> None:
    from streamlit import config as known

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    ours = [f"{part}.{key}" for part in config if part != "theme" for key in config[part]]
    assert [key for key in ours if key not in known.get_config_options()] == []


def test_a_fresh_database_has_tables_and_no_rows(database_url: str) -> None:
    engine = open_engine(database_url)
    with engine.connect() as connection:
        names = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        assert {"visit", "family", "daily"} <= names
        counts = {connection.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) for name in names}
    engine.dispose()
    assert counts == {0}


def test_two_databases_of_one_test_are_apart(new_database: Callable[[], str]) -> None:
    first, second = (open_engine(new_database()) for _ in range(2))
    with first.begin() as connection:
        connection.execute(sa.text("CREATE TABLE only_here (a INTEGER)"))
    assert not sa.inspect(second).has_table("only_here")
    first.dispose()
    second.dispose()


def test_no_test_can_reach_another_computer() -> None:
    import socket

    with socket.socket() as outside, pytest.raises(OutsideConnectionError):
        outside.connect(("192.0.2.1", 80))
