"""caseload on the command line: her day and families, and nobody else's."""

import re

import pytest

from tests.caseload.conftest import AS_OF, ROWS
from tests.support.exports import write_export

PRICE = 7301.44  # of every visit


@pytest.fixture
def records(run, tmp_path):
    rows = [row | {"price": f"{PRICE:.2f}"} for row in ROWS]
    path = write_export(tmp_path / "export.csv", rows, without=())
    told = run("import", path, "--holds", "all", "--as-of", AS_OF.replace(" ", "T"))
    assert told.code == 0, told.err


@pytest.mark.usefixtures("records")
def test_the_json_holds_her_day_and_her_families_alone(run):
    told = run("caseload", "--as", "Maya Lopez", "--json")
    assert told.code == 0, told.err
    assert {family["family"] for family in told.json["families"]} == {
        "Rivera", "Shared", "Singh", "Lapsed",
    }  # fmt: skip
    assert told.json["as_of"] == "2026-06-01T08:00:00-07:00"
    held = set(_held(told.json))
    assert "Rivera" in held
    assert not [value for value in held if re.search("Foreign|Gone|price|cents|[$]", f"{value}")]
    assert not held & {PRICE, round(PRICE * 100), f"{PRICE:.2f}", f"{PRICE:,.2f}"}
    assert not [value for value in held if isinstance(value, int | float) and value > 1_000]


def _held(told):
    """Yield every name of a field and every value, however deep, as JSON has them."""
    if isinstance(told, dict):
        yield from told
        told = list(told.values())
    if isinstance(told, list):
        for line in told:
            yield from _held(line)
    else:
        yield told


@pytest.mark.usefixtures("records")
def test_the_text_reads_as_a_morning(run):
    told = run("caseload", "--as", "Maya Lopez").out
    assert told.startswith("Mon 1 Jun 2026, 2 visits, 2 cities, no driving estimate")
    assert " 9:00 am  Rivera (twins, 8 weeks): cst + lactation, Oakland, visit 3" in told
    assert "Gate 0417 Two dogs" in told
    assert "Lapsed: no next visit day 40" in told


@pytest.mark.usefixtures("records")
def test_somebody_unknown_is_a_sentence(run):
    told = run("caseload", "--as", "x@example.org")
    assert (told.code, told.out) == (2, "")
    assert "x@example.org" in told.err
