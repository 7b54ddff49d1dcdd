"""The shape of the code: imports go downwards only, and each page is a guarded handful of lines."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import allay_metrics

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "allay_metrics"
MODULES = sorted(PACKAGE.rglob("*.py"))
PAGES = sorted((ROOT / "pages").rglob("*.py"))
LONGEST_PAGE = 60
# These pages may be opened by anybody who may open the dashboard at all.
OPEN_PAGES: set[str] = set()
OPENS_DATABASES = {"records"}
BUILDS_SQL = OPENS_DATABASES | {"metrics", "review", "caseload", "actions", "derive"}


def _layers() -> dict[str, int]:
    """Return each layer's place, 0 at the bottom, as the package's docstring lists them."""
    rows = re.findall(r"^    ([a-z_]+(?:, [a-z_]+)*) {2,}\S", allay_metrics.__doc__, re.MULTILINE)
    names = [row.split(", ") for row in reversed(rows)]
    return {name: place for place, row in enumerate(names) for name in row}


LAYERS = _layers()


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def _imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of everything a file imports, wherever it does."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively: name the package"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def _is(imported: str, *packages: str) -> bool:
    return any(imported == package or imported.startswith(f"{package}.") for package in packages)


def _offenders(allowed: set[str], *packages: str) -> list[str]:
    """Return the imports of `packages` by any layer that is not allowed them."""
    return [
        f"{_name(path)}:{line} {imported}"
        for path in MODULES
        if _layer(path) not in allowed
        for line, imported in _imports(path)
        if _is(imported, *packages)
    ]


def _uses(*names: str, allowed: set[str]) -> list[str]:
    """Return where other layers than the allowed take one of these names of anything."""
    return [
        f"{_name(path)}:{node.lineno} {node.attr}"
        for path in MODULES
        if _layer(path) not in allowed
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Attribute) and node.attr in names
    ] + [found for name in names for found in _offenders(allowed, f"os.{name}")]


def test_the_map_names_every_layer_and_no_other() -> None:
    there = {_layer(path) for path in MODULES} - {"__init__", "__main__"}
    assert there <= LAYERS.keys()
    assert LAYERS["errors"] == 0
    assert LAYERS["review"] == LAYERS["caseload"] > LAYERS["metrics"]


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_imports_go_downwards_only(path: Path) -> None:
    own = _layer(path)
    place = LAYERS.get(own, len(LAYERS))  # __main__ stands above all
    upwards = [
        f"{_name(path)}:{line} imports {imported}"
        for line, imported in _imports(path)
        if _is(imported, "allay_metrics")
        for layer in imported.split(".")[1:2]
        if layer != own and LAYERS.get(layer, -1) >= place
    ]
    assert upwards == []


def test_only_ui_knows_streamlit() -> None:
    found = _offenders({"ui"}, "streamlit")
    # The server runs Streamlit's own application object, and takes nothing else of it.
    assert [line for line in found if not _is_servers_app(line)] == []


def _is_servers_app(found: str) -> bool:
    return found.startswith("allay_metrics/server/") and found.endswith("starlette.App")


def test_only_records_opens_a_database() -> None:
    engines = ("sqlalchemy.create_engine", "sqlalchemy.engine", "sqlite3", "psycopg", "alembic")
    assert _offenders(OPENS_DATABASES, *engines) == []
    assert _offenders(OPENS_DATABASES, "allay_metrics.records.engine") == []
    assert _uses("create_engine", "engine", "_database", allowed=OPENS_DATABASES) == []


def test_only_these_layers_build_sql() -> None:
    assert _offenders(BUILDS_SQL, "sqlalchemy") == []
    assert _offenders(BUILDS_SQL, "allay_metrics.records.tables") == []


def test_nobody_uses_the_object_mapper() -> None:
    assert _offenders(set(), "sqlalchemy.orm", "sqlalchemy.ext") == []


def test_only_config_reads_the_environment() -> None:
    assert _uses("environ", "getenv", allowed={"config"}) == []


def test_pages_live_in_subfolders_only() -> None:
    # Streamlit's old routing would serve pages/*.py on a fresh server without sign-in.
    assert [_name(path) for path in PAGES if path.parent == ROOT / "pages"] == []


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_page_is_short_and_knows_only_streamlit_and_ui(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_PAGE
    foreign = [
        imported
        for _, imported in _imports(path)
        if not _is(imported, "streamlit", "allay_metrics.ui")
    ]
    assert foreign == []
    assert ast.get_docstring(_tree(path)), "a page says which question it answers"


@pytest.mark.parametrize("path", PAGES, ids=_name)
def test_a_private_page_is_guarded_by_its_first_statement(path: Path) -> None:
    if _name(path) in OPEN_PAGES:
        pytest.skip("open to anybody")
    first = next(
        node
        for node in _tree(path).body[1:]  # after the docstring
        if not isinstance(node, ast.Import | ast.ImportFrom)
    )
    assert ast.unparse(first).startswith("ui.guard("), ast.unparse(first)
