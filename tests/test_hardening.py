"""The table of attacks names tests that are there, and the long ones only run when asked for."""

import ast
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROWS = tomllib.loads((ROOT / "tests" / "hard" / "rows.toml").read_text(encoding="utf-8"))["row"]


def test_every_row_is_named_once():
    keys = [row["key"] for row in ROWS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("row", [pytest.param(row, id=row["key"]) for row in ROWS])
def test_the_tests_of_an_attack_are_there(row):
    for test in row["tests"]:
        file, _, name = test.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        there = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        assert not name or name.split("[")[0] in there, test


def test_every_long_test_is_in_the_table():
    named = {test.partition("::")[0] for row in ROWS for test in row["tests"]}
    long = {f"tests/hard/{path.name}" for path in (ROOT / "tests" / "hard").glob("test_*.py")}
    assert long - named == set()
