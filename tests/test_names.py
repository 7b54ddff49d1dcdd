"""The language of the code: names, files and documents. What still breaks a rule only shrinks.

tests/exceptions.toml lists it; an entry that no longer breaks its rule fails, too, until it is
taken out.
"""

import ast
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import allay_metrics
from allay_metrics.cli.main import commands
from allay_metrics.metrics.registry import METRICS
from allay_metrics.records.tables import metadata

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "allay_metrics"
CODE = [*sorted(PACKAGE.rglob("*.py")), *sorted((ROOT / "pages").rglob("*.py"))]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
EXCEPTIONS = tomllib.loads((ROOT / "tests" / "exceptions.toml").read_text(encoding="utf-8"))
# Past participles and pronouns name nothing.
BANNED = frozenset("told asked found said seen known given hers mine whose".split())
# The funnel counts who was eligible, asked and answered: there it is the field's word.
FIELD_TERMS = {"allay_metrics/outcomes/funnel.py": {"asked"}}
# The same file names in every folder of a kind.
SHARED_FILE_NAMES = frozenset({"__init__", "queries", "commands", "page", "exports"})
# Made by the product on the machine it runs on.
MADE_AT_RUN_TIME = {"data/practice/"}
# Where a metric's key may decide: what a metric is, and which eight the Week shows.
KNOWS_METRICS = ("metrics/registry/", "review/scorecard.py")


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def names_bound(tree: ast.Module) -> Iterator[str]:
    """Yield each name that a file gives: variables, parameters, fields, functions, classes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg


def is_banned(name: str) -> bool:
    return name.strip("_").lower() in BANNED


def is_metric_key(node: ast.expr, keys: frozenset[str]) -> bool:
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "MetricKey"
    return isinstance(node, ast.Constant) and node.value in keys


def metric_branches(tree: ast.Module, keys: frozenset[str]) -> Iterator[int]:
    """Yield the lines that compare something with the key of a metric, or match it."""
    for node in ast.walk(tree):
        sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
        values = [node.value] if isinstance(node, ast.MatchValue) else []
        for side in [*sides, *values]:
            parts = side.elts if isinstance(side, ast.Tuple | ast.Set | ast.List) else [side]
            if any(is_metric_key(part, keys) for part in parts):
                yield node.lineno if isinstance(node, ast.Compare) else side.lineno


# States and metrics share some words: a comparison with those is one of states.
METRIC_KEYS = frozenset(METRICS) - {"completed", "booked", "no_show", "cancelled"}


@pytest.mark.parametrize(
    ("source", "banned"),
    [
        ("told = 1", ["told"]),
        ("def f(asked): ...", ["asked"]),
        ("for said in x: ...", ["said"]),
        ("class Told: found: int", ["Told", "found"]),
        ("self._known = 2", ["_known"]),
        ("x = [mine for mine in y]", ["mine"]),
        ("seen_at = families_seen = is_known = 1", []),
        ("print(told.asked)", []),
    ],
)
def test_a_banned_name_is_found_wherever_it_is_given(source, banned):
    assert sorted(filter(is_banned, names_bound(ast.parse(source)))) == sorted(banned)


def test_no_banned_word_is_a_name():
    counts = {
        name: sum(is_banned(bound) for bound in names_bound(tree_of(path)) if bound not in terms)
        for path in CODE
        for name in [name_of(path)]
        for terms in [FIELD_TERMS.get(name, set())]
    }
    assert {name: count for name, count in counts.items() if count} == EXCEPTIONS["banned_names"]


def test_a_class_name_means_one_thing():
    counts = Counter(
        node.name
        for path in CODE
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
    )
    twice = {name: count for name, count in counts.items() if count > 1}
    assert twice == EXCEPTIONS["class_names"]


def test_a_file_name_stands_once():
    counts = Counter(path.stem for path in PACKAGE.rglob("*.py"))
    twice = {name: n for name, n in counts.items() if n > 1 and name not in SHARED_FILE_NAMES}
    assert twice == EXCEPTIONS["file_names"]


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("if metric.key == 'wait_days': ...", [1]),
        ("x = key in ('bookings', 'no')", [1]),
        ("match key:\n    case 'show_rate': ...", [2]),
        ("if key == MetricKey.COMPLETED: ...", [1]),
        ("x = key in (MetricKey.DUE, 'no')", [1]),
        ("state == 'completed'", []),
        ("HEADS['wait_days']", []),
    ],
)
def test_a_branch_on_a_metric_is_found(source, lines):
    assert list(metric_branches(ast.parse(source), METRIC_KEYS)) == lines


def test_only_the_registry_and_the_scorecard_know_single_metrics():
    counts = {
        name_of(path): len(list(metric_branches(tree_of(path), METRIC_KEYS)))
        for path in CODE
        if not path.relative_to(ROOT)
        .as_posix()
        .removeprefix("allay_metrics/")
        .startswith(KNOWS_METRICS)
    }
    assert {name: n for name, n in counts.items() if n} == EXCEPTIONS["metric_branches"]


def test_every_layer_of_the_map_exists():
    rows = re.findall(r"^    ([a-z_]+(?:, [a-z_]+)*) {2,}\S", allay_metrics.__doc__, re.MULTILINE)
    layers = {name for row in rows for name in row.split(", ")}
    assert {name for name in layers if not list(PACKAGE.glob(f"{name}*"))} == set()


def paths_named(text: str) -> Iterator[str]:
    """Yield what a document names as a path: with a slash or an ending, in backticks or a link."""
    for match in re.finditer(r"`([\w./*-]+)`|\]\(([\w./-]+)\)", text):
        named = match[1] or match[2]
        is_path = "/" in named.strip("/") and not named.startswith(("/", "-"))
        if is_path or re.fullmatch(r"[\w-]+\.(py|md|toml|txt|in|sh|svg|csv)", named):
            yield named


def exists(named: str, document: Path) -> bool:
    bases = (ROOT, PACKAGE, document.parent)
    return any(list(base.glob(named.rstrip("/"))) for base in bases)


def test_every_path_in_a_document_exists():
    dead = {
        f"{name_of(document)}: {named}"
        for document in DOCUMENTS
        for named in paths_named(document.read_text(encoding="utf-8"))
        if named not in MADE_AT_RUN_TIME and ".." not in named and not exists(named, document)
    }
    assert dead == set()


def test_every_command_in_a_document_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    dead = []
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        dead += [
            f"make {name}" for name in re.findall(r"`make ([a-z-]+)", text) if name not in targets
        ]
        called = re.findall(r"python -m allay_metrics ([a-z-]+)", text)
        dead += [name for name in called if name not in commands.commands]
    assert dead == []


GLOSSARY = ROOT / "docs" / "glossary.md"
# What a stranger has to know before anything else reads.
WORDS = frozenset(
    "visit, booking, family, client, visit type, state, as of, coverage, missing, set aside, "
    "check-in, measure, concern, episode, usual range, scope, viewer, profile, override, roll-up"
    .split(", ")
)  # fmt: skip


def test_the_glossary_has_one_line_for_each_word():
    rows = re.findall(r"^\| ([^|]+?) \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    words = [word for word in rows if word not in {"word", "---"}]
    assert words == sorted(set(words))
    assert set(words) >= WORDS


def test_the_glossary_names_tables_that_exist():
    named = re.findall(r"`([a-z_, `]+)` tables?\b", GLOSSARY.read_text(encoding="utf-8"))
    tables = {name for names in named for name in re.findall(r"[a-z_]+", names)}
    assert len(tables) > 8
    assert tables <= set(metadata.tables)
