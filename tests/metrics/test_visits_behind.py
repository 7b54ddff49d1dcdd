"""Every number can be opened: the visits behind it are as many as it says."""

import shutil
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from allay_metrics.errors import NotAllowed, QuestionProblem
from allay_metrics.metrics import METRICS, Question, query, visits_behind
from allay_metrics.metrics.registry import REPORTED
from allay_metrics.records import open_practice
from tests.metrics.test_traps import as_therapist
from tests.support.practices import START, Invented, booked, practices, put_on_file

DAY = date(2026, 5, 4)
# Their values are hours and money, no numbers of visits: opened, they show every visit that adds
# to them.
NOT_VISITS = {"families_seen", "care_hours", "drive_hours", "visit_value", "booked_value"}
COUNTS = [key for key, m in METRICS.items() if m.is_count and key not in NOT_VISITS]
RATES = [
    *(key for key, m in METRICS.items() if m.kind == "rate" and key not in REPORTED),
    "wait_days",
]


@given(practices())
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_as_many_visits_as_the_number_says(sqlite_template, tmp_path, invented):
    for leftover in tmp_path.glob("behind.sqlite*"):
        leftover.unlink()
    shutil.copy(sqlite_template, tmp_path / "behind.sqlite")
    scope = open_practice(f"sqlite:///{tmp_path / 'behind.sqlite'}")
    try:
        put_on_file(invented, scope)
        for first, weeks in ((START, 30), (START + timedelta(days=112), 2)):
            _open_everything(scope, first, first + timedelta(days=7 * weeks - 1))
    finally:
        scope.close()


def _open_everything(scope, first, last):
    for key in COUNTS + RATES:
        question = Question(metrics=(key,), first=first, last=last)
        [number] = query(question, scope).to_dict("records")
        visits = visits_behind(question, scope, limit=None)
        shown = number["denominator" if key in RATES else "numerator"]
        assert len(visits) == (shown or 0), key
        if METRICS[key].is_rate:
            assert visits["counted"].sum() == (number["numerator"] or 0), key


def _on_file(scope, *rows):
    put_on_file(Invented(list(rows)), scope)


def _behind(scope, metric, **asked):
    question = Question(metrics=(metric,), first=DAY, last=DAY + timedelta(days=6), **asked)
    return visits_behind(question, scope)


def test_a_visit_is_shown_as_people_say_it(sqlite_scope):
    _on_file(sqlite_scope, booked("Chen", DAY, 9, type_text="CST + Lactation", price_cents=17_550))
    [shown] = _behind(sqlite_scope, "completed").to_dict("records")
    assert f"{shown['starts_at']:%a %H:%M %Z}" == "Mon 09:00 PDT"
    assert (shown["family"], shown["city"], shown["therapist"]) == ("Chen", "Oakland", "Maya Lopez")
    assert (shown["visit_type"], shown["state"]) == ("CST + lactation", "completed")
    assert (shown["minutes"], shown["price"], shown["counted"]) == (60, 175.5, True)


def test_a_rate_shows_its_denominator_and_marks_its_numerator(sqlite_scope):
    _on_file(sqlite_scope, booked("A", DAY), booked("B", DAY, marked="no_show"))
    visits = _behind(sqlite_scope, "show_rate")
    assert dict(zip(visits["state"], visits["counted"], strict=True)) == {
        "completed": True,
        "no_show": False,
    }


def test_filters_narrow_and_the_newest_come_first(sqlite_scope):
    days = [DAY + timedelta(days=n) for n in range(3)]
    _on_file(
        sqlite_scope, *(booked("A", day) for day in days), booked("B", DAY, city_text="Berkeley")
    )
    visits = _behind(sqlite_scope, "bookings", where=(("city", "Oakland"),))
    assert [moment.date() for moment in visits["starts_at"]] == days[::-1]


def test_no_more_than_the_limit_is_read(sqlite_scope):
    _on_file(sqlite_scope, *(booked("A", DAY, 8 + n) for n in range(4)))
    asked = Question(metrics=("bookings",), first=DAY, last=DAY)
    assert len(visits_behind(asked, sqlite_scope, limit=3)) == 3


def test_a_therapist_sees_her_own_visits_and_no_price(sqlite_scope):
    _on_file(sqlite_scope, booked("A", DAY), booked("B", DAY, therapist="Ines Park"))
    ines = as_therapist(sqlite_scope, "Ines Park")
    visits = _behind(ines, "bookings")
    assert visits["family"].tolist() == ["B"]
    assert "price" not in visits
    with pytest.raises(NotAllowed):
        _behind(ines, "visit_value")


def test_no_visits_have_the_same_columns(sqlite_scope):
    empty = _behind(sqlite_scope, "bookings")
    _on_file(sqlite_scope, booked("A", DAY))
    full = _behind(sqlite_scope, "bookings")
    assert (len(empty), len(full)) == (0, 1)
    assert empty.dtypes.to_dict() == full.dtypes.to_dict()


def test_only_one_metric_is_opened_at_a_time(sqlite_scope):
    asked = Question(metrics=("bookings", "completed"), first=DAY, last=DAY)
    with pytest.raises(QuestionProblem):
        visits_behind(asked, sqlite_scope)
