"""No test fails or passes by chance, as far as its words show it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PACKAGE = TESTS.parent / "allay_metrics"
FILES = sorted(path for path in TESTS.rglob("test_*.py") if not {"hard", "axe"} & set(path.parts))
# What reads as text that may hold keys, tokens, ports or dates beside what is looked for.
TEXTS = re.compile(
    r"\.(out|err|text|stdout|stderr|body|content)\b|"
    r"\b(str|repr|text|html|bodies|dumps|as_string|read_text|read_bytes|content|inner_text)\("
)
TIMED = re.compile(r"\b(wait_for_timeout|(time|asyncio)\.sleep|process_time|perf_counter)\(")


def lucky(source: str) -> Iterator[str]:
    """Yield each word that is not to be in a text and that a key or token may hold by chance."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.NotIn):
            continue
        if TEXTS.search(ast.unparse(node.comparators[0])):
            for word in _words(node.left, tree):
                # A UUID or hash is digits up to f; a token any three letters or digits.
                if re.fullmatch(r"[0-9a-fA-F-]{1,8}|\w{1,3}", word):
                    yield f"{node.lineno}: {word!r} not in {ast.unparse(node.comparators[0])}"


def _words(left: ast.expr, tree: ast.Module) -> Iterator[str]:
    """Yield the words that stand left of `not in`, or that a loop gives its name."""
    if isinstance(left, ast.Constant):
        yield left.value.decode() if isinstance(left.value, bytes) else str(left.value)
    for node in ast.walk(tree):
        if isinstance(node, ast.For | ast.comprehension) and isinstance(left, ast.Name):
            values = getattr(node.iter, "elts", [])
            if ast.unparse(node.target) == left.id:
                yield from (str(value.value) for value in values if isinstance(value, ast.Constant))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("assert '150' not in told.out", 1),
        ("assert b'9f3' not in page.body", 1),
        ("assert 'Ana' not in letter.as_string()", 1),
        ("for called in ('Foreign', '150'):\n    assert called not in told.out", 1),
        ("assert 'Quillon' not in told.out", 0),
        ("assert '$' not in text(page)", 0),
        ("assert '4' not in states", 0),
    ],
)
def test_a_word_that_chance_may_bring_is_found(source, found):
    assert len(list(lucky(source))) == found


def test_nothing_is_looked_for_that_chance_may_bring():
    found = {path.name: list(lucky(path.read_text(encoding="utf-8"))) for path in FILES}
    assert {name: words for name, words in found.items() if words} == {}


def test_no_text_is_forged_by_a_letter_that_may_stand_there_already():
    """A letter put in place of another is the same one in so many runs; forged.py takes another."""
    put_in = re.compile(
        r"\[:-\d+\]\}?\w"  # f"{mark[:-1]}0"
        r"|\[:-\d+\]\s*\+\s*[fbr]*[\"']"  # mark[:-1] + "0"
        r"|[\"']\s*\+\s*\w+\[\d+:\]"  # "0" + mark[1:]
        r"|\w[\"']?\{\w+\[\d+:\]\}"  # f"0{mark[1:]}"
    )
    others = [path for path in FILES if path != Path(__file__)]
    assert [path.name for path in others if put_in.search(path.read_text(encoding="utf-8"))] == []


CLOCKS = {"now", "datetime.now", "time.time", "today_in"}


def clock_readings(function: ast.FunctionDef) -> int:
    """Count the calls that read the clock; `today_in(scope, clock)` reads none."""
    return sum(
        isinstance(call, ast.Call)
        and ast.unparse(call.func) in CLOCKS
        and len(call.args) + len(call.keywords) < 2
        for call in ast.walk(function)
    )


def test_a_function_reads_the_clock_once():
    """Read twice, a second may pass between: two moments where one was meant."""
    twice = [
        f"{path.relative_to(PACKAGE)}: {node.name}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and clock_readings(node) > 1
    ]
    assert twice == []


def test_no_test_waits_for_time_or_measures_it():
    """States are waited for; what is quick is counted, or measured in benchmarks/."""
    others = [path for path in FILES if path != Path(__file__)]
    assert [path.name for path in others if TIMED.search(path.read_text(encoding="utf-8"))] == []


def test_a_click_in_a_browser_waits_for_its_answer():
    """A page that was not asked yet looks settled: what comes next would meet the old one."""
    hasty = re.compile(r"\.click\(\)\n +settle\(")
    browsers = sorted((TESTS / "browser").glob("*.py"))
    assert [path.name for path in browsers if hasty.search(path.read_text(encoding="utf-8"))] == []


def test_ports_come_from_one_place():
    """A port of the system's own choosing may be gone before a server listens on it."""
    others = [path for path in TESTS.rglob("*.py") if path.name != Path(__file__).name]
    given = re.compile(r"\.bind\(\(\"127\.0\.0\.1\", 0\)\)")
    bound = [path.name for path in others if given.search(path.read_text(encoding="utf-8"))]
    assert bound == ["test_running.py"]  # holds the port it was given
