"""What can be so is said in one place: what cannot is refused with a sentence."""

import math
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from allay_metrics import plausibility
from allay_metrics.actions.care_closing import Closing, close_care
from allay_metrics.actions.coverage_changes import change_days
from allay_metrics.actions.drive_times import set_drive_pair
from allay_metrics.actions.offered_hours import set_usual_minutes
from allay_metrics.actions.therapist_settings import Details, save_details, save_goals
from allay_metrics.cli import main
from allay_metrics.errors import AllayError, QuestionProblem
from allay_metrics.records.tables import therapist
from tests.support.exports import Desk, appointment
from tests.support.own import ARCHING

NEVER = (date(1, 1, 1), date(1989, 12, 31), date(2101, 1, 1), date(9999, 12, 31))


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("39", 39), (" 39 ", 39), ("007", 7), ("", None), ("-1", None), ("+1", None), ("1.0", None),
        ("9" * 10, None), ("9" * 5_000, None), ("²", None), ("٣٩", None), ("1_0", None),
        ("39\0", None), ("\ud800", None), ("nan", None), ("0x10", None),
    ],
)  # fmt: skip
def test_a_whole_number_is_plain_digits_and_not_too_many(text, number):
    assert plausibility.read_whole(text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0.5", 0.5), ("-2", -2.0), ("nan", None), ("inf", None), ("1e999", None), ("1e3", None),
        ("9" * 5_000, None), ("٤", None), ("\0", None), ("", None),
    ],
)  # fmt: skip
def test_a_decimal_number_is_finite(text, number):
    assert plausibility.read_decimal(text) == number


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-11-16", date(2026, 11, 16)), ("0001-01-01", None), ("9999-12-31", None),
        ("2026-02-30", None), ("20261116", None), ("2026-W46-1", None), ("٢٠٢٦-11-16", None),
        ("2026-11-16T00:00", None), ("1" * 5_000, None), ("", None),
    ],
)  # fmt: skip
def test_a_day_is_of_our_time_and_written_plainly(text, day):
    assert plausibility.read_day(text) == day


def test_an_infant_is_born_within_three_years_or_due_within_ten_months():
    births = plausibility.birth_days(date(2028, 2, 29))
    assert (births.first, births.last) == (date(2025, 2, 28), date(2028, 12, 30))
    assert "three years ago and ten months ahead" in births.sentence


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_in_no_range(value):
    assert not plausibility.AIM.holds(value)


@pytest.fixture
def desk(sqlite_scope, tmp_path):
    desk = Desk(sqlite_scope, tmp_path)
    desk.take_in([appointment("1", "2026-03-02 10:00")], "2026-03-09 08:00")
    return desk


def ids_and_names(scope):
    with scope.read() as conn:
        return conn.execute(select(therapist.c.id, therapist.c.name)).all()


@pytest.mark.parametrize("day", NEVER)
def test_a_page_keeps_no_day_outside_our_time(desk, day):
    sentence = plausibility.ANY_DAY.sentence
    with pytest.raises(QuestionProblem, match=sentence):
        close_care(desk.scope, [Closing("whoever", day, "goals met")])
    with pytest.raises(AllayError, match=sentence):
        change_days(desk.scope, "whichever", day, day)
    (maya,) = [id_ for id_, name in ids_and_names(desk.scope) if name == "Maya Lopez"]
    with pytest.raises(AllayError, match=sentence):
        save_details(desk.scope, maya, Details(active_from=day), version=1)


@pytest.mark.parametrize("aim", [-1, 1_000_001, math.nan, math.inf])
def test_a_goal_is_a_number_that_can_be(desk, aim):
    with pytest.raises(AllayError, match="A goal is from 0 to 1,000,000"):
        save_goals(desk.scope, {"completed": aim}, {})


def test_hours_and_drives_have_their_ranges(desk):
    with pytest.raises(AllayError, match="0 to 80 hours"):
        set_usual_minutes(desk.scope, "whoever", 80 * 60 + 1)
    with pytest.raises(AllayError, match="1 to 480 minutes"):
        set_drive_pair(desk.scope, "Oakland", "Berkeley", 10**30)


@pytest.mark.parametrize(
    "command",
    [
        ("query", "completed", "--from", "0001-01-01"),
        ("query", "completed", "--to", "9999-12-31"),
        ("week", "0001-01-01"),
        ("import", "x.csv", "--covers", "0001-01-01:9999-12-31"),
    ],
)
def test_a_command_says_which_days_there_are(desk, capsys, command):
    assert main(["--database", desk.scope.database_url, *command]) == 2
    assert plausibility.ANY_DAY.sentence in capsys.readouterr().err


def test_a_moment_outside_our_time_is_no_as_of(desk, capsys):
    file = desk.write([appointment("2", "2026-03-03 10:00")])
    for told in ("9999-12-31", "0001-01-01T00:00", "9999-12-31T23:59:59+00:00"):
        args = ["import", str(file), "--as-of", told]
        assert main(["--database", desk.scope.database_url, *args]) == 2
        assert plausibility.ANY_DAY.sentence in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"born": "2020-01-01"}, "over three years before the visit"),
        ({"price": "25000"}, "from $0 to $10,000"),
        ({"price": "9" * 5_000}, "not an amount of money"),
    ],
    ids=["birth", "price", "digits"],
)
def test_a_file_is_taken_without_what_cannot_be(desk, cells, reason):
    rows = [appointment("5", "2026-03-04 10:00", infants="Mia", **cells)]
    report = desk.take_in(rows, "2026-03-09 08:00")
    assert (report.added, len(report.set_aside)) == (1, 0)
    assert [reason in warning.reason for warning in report.warnings] == [True]


@pytest.mark.parametrize("number", [math.nan, math.inf, 1e308])
def test_a_scale_has_numbers_that_can_be_drawn(number):
    with pytest.raises(QuestionProblem, match="Numbers of a scale"):
        replace(ARCHING, high=number).definition()
