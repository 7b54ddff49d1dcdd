"""A visit that a newer export should hold and does not is in no number until the owner decides."""

from pathlib import Path

import pytest

from allay_metrics.actions import import_accounting, missing_decisions
from allay_metrics.actions.missing_decisions import decide_missing, reopen_missing
from allay_metrics.actions.undo import undo_import
from allay_metrics.errors import NotFound
from allay_metrics.intake import profile as intake_profile
from tests.support.exports import appointment, day, instant
from tests.support.on_file import decided, fingerprint, missing_ids, states

MONDAY, TUESDAY, LATER = "2026-03-09 08:00", "2026-03-10 08:00", "2026-03-20 08:00"
ONE = appointment("1", "2026-03-02 10:00")
GONE = appointment("gone", "2026-03-10 10:00")
LAST = appointment("last", "2026-03-16 10:00")
APRIL = day("2026-04-01")


@pytest.fixture
def with_one_gone(desk):
    """A practice whose visit 'gone' was in Monday's export and is not in that of the 20th."""
    desk.take_in([ONE, GONE, LAST], MONDAY)
    assert desk.take_in([ONE, LAST], LATER).missing == 1
    return desk.scope


def test_a_visit_that_vanished_is_missing(with_one_gone):
    assert states(with_one_gone) == {"1": "completed", "gone": "missing", "last": "completed"}


@pytest.mark.parametrize(
    ("why", "newer", "options"),
    [
        ("the newer file begins after it", [LAST], {}),
        ("it was told to cover later days", [ONE, LAST], {"covers": (day("2026-03-11"), APRIL)}),
        ("a file of cancelled visits makes nothing missing", [ONE, LAST], {"holds": "cancelled"}),
    ],
)
def test_a_visit_is_not_missing_when(sqlite_desk, why, newer, options):
    sqlite_desk.take_in([ONE, GONE, LAST], MONDAY)
    assert sqlite_desk.take_in(newer, LATER, **options).missing == 0, why


def test_a_visit_is_not_missing_from_another_source(sqlite_desk, tmp_path):
    other = tmp_path / "north.toml"
    acuity = Path(intake_profile.__file__).with_name("profiles") / "acuity.toml"
    other.write_text(
        acuity.read_text(encoding="utf-8").replace('name = "acuity"', 'name = "north"'),
        encoding="utf-8",
    )
    sqlite_desk.take_in([ONE, GONE, LAST], MONDAY)
    report = sqlite_desk.take_in([ONE, LAST], LATER, profile=other)
    assert (report.source, report.added, report.missing) == ("north", 2, 0)


def test_a_visit_is_not_missing_from_a_file_as_old_as_its_own(desk):
    """An export in two parts has one as-of."""
    desk.take_in([ONE, GONE], MONDAY)
    assert desk.take_in([ONE, LAST], MONDAY).missing == 0


def test_a_visit_is_missing_from_the_day_covered_on(desk):
    noon = appointment("noon", "2026-03-10 12:00")
    desk.take_in([GONE, noon], MONDAY)
    march_10 = day("2026-03-10"), day("2026-03-10")
    assert desk.take_in([noon], TUESDAY, covers=march_10).missing == 1


def test_an_empty_file_is_evidence_of_nothing(sqlite_desk):
    """It may be another therapist's."""
    sqlite_desk.take_in([GONE], MONDAY)
    march_10 = day("2026-03-10"), day("2026-03-10")
    assert sqlite_desk.take_in([], TUESDAY, covers=march_10).missing == 0


def test_a_cancelled_visit_is_rightly_left_out_of_kept_ones(desk):
    desk.take_in([ONE, GONE | {"canceled": "yes"}, LAST], MONDAY, holds="all")
    assert desk.take_in([ONE, LAST], LATER).missing == 0
    assert states(desk.scope)["gone"] == "cancelled"


def test_a_cancelled_visit_is_missing_from_a_file_that_holds_all(desk):
    desk.take_in([ONE, GONE | {"canceled": "yes"}, LAST], MONDAY, holds="all")
    assert desk.take_in([ONE, LAST], LATER, holds="all").missing == 1


def test_an_older_file_that_arrives_late_makes_nothing_newer_missing(desk):
    desk.take_in([ONE, GONE, LAST], LATER)
    assert desk.take_in([ONE, LAST], MONDAY).missing == 0


def test_a_file_of_cancelled_visits_names_what_was_missing(with_one_gone, desk):
    report = desk.take_in([GONE], LATER, holds="cancelled")
    assert report.missing == 0
    assert states(with_one_gone)["gone"] == "cancelled"


@pytest.mark.parametrize(
    ("decision", "state"),
    [("cancelled", "cancelled"), ("kept", "booked"), ("deleted", None)],
)
def test_the_owner_decides(with_one_gone, decision, state):
    """Kept as Monday's export said: then it lay ahead."""
    assert decide_missing(with_one_gone, missing_ids(with_one_gone), decision) == 1
    assert states(with_one_gone).get("gone") == state


def test_a_decision_replaces_the_one_before(with_one_gone):
    ids = missing_ids(with_one_gone)
    decide_missing(with_one_gone, ids, "deleted")
    decide_missing(with_one_gone, ids, "cancelled")
    assert decided(with_one_gone) == ["cancelled"]
    assert states(with_one_gone)["gone"] == "cancelled"


def test_a_decision_taken_back_waits_again(with_one_gone):
    before = fingerprint(with_one_gone)
    ids = missing_ids(with_one_gone)
    decide_missing(with_one_gone, ids, "deleted")
    assert reopen_missing(with_one_gone, ids) == 1
    assert fingerprint(with_one_gone) == before


def test_only_what_is_missing_is_decided_on(with_one_gone):
    before = fingerprint(with_one_gone)
    for ids in ([], ["nobody's"], [*missing_ids(with_one_gone), "nobody's"]):
        with pytest.raises(NotFound, match="not missing"):
            decide_missing(with_one_gone, ids, "cancelled")
    assert fingerprint(with_one_gone) == before


def test_a_newer_export_that_holds_it_overrules_the_decision(with_one_gone, desk):
    decide_missing(with_one_gone, missing_ids(with_one_gone), "deleted")
    desk.take_in([ONE, GONE, LAST], "2026-03-21 08:00")
    assert states(with_one_gone)["gone"] == "completed"


def test_a_decision_holds_while_more_exports_leave_it_out(with_one_gone, desk):
    decide_missing(with_one_gone, missing_ids(with_one_gone), "cancelled")
    desk.take_in([ONE, LAST], "2026-03-21 08:00")
    assert states(with_one_gone)["gone"] == "cancelled"


def test_a_visit_that_came_back_and_vanished_again_waits_for_a_new_decision(desk, monkeypatch):
    clock = iter(range(instant(LATER), instant(LATER) + 100))
    for module in (import_accounting, missing_decisions):
        monkeypatch.setattr(module, "now", lambda: next(clock))
    desk.take_in([ONE, GONE, LAST], MONDAY)
    desk.take_in([ONE, LAST], TUESDAY)
    decide_missing(desk.scope, missing_ids(desk.scope), "deleted")
    desk.take_in([ONE, GONE, LAST], LATER)
    again = desk.take_in([ONE, LAST], "2026-03-21 08:00")
    assert states(desk.scope)["gone"] == "missing"
    decide_missing(desk.scope, missing_ids(desk.scope), "cancelled")
    assert states(desk.scope)["gone"] == "cancelled"
    undo_import(desk.scope, again.import_id)
    assert states(desk.scope)["gone"] == "completed"


def test_nothing_is_missing_once_the_newer_import_is_undone(desk):
    desk.take_in([ONE, GONE, LAST], MONDAY)
    before = fingerprint(desk.scope)
    newer = desk.take_in([ONE, LAST], LATER)
    undo_import(desk.scope, newer.import_id)
    assert fingerprint(desk.scope) == before
