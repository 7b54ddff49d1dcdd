"""What a schedule does not hold: closed care, and answers that follow age and chance."""

import csv
from collections import defaultdict
from datetime import date, datetime
from statistics import mean

import pytest

from allay_metrics.demo import choose_closed_care, write_check_ins
from allay_metrics.demo.demo_care import REASONS
from allay_metrics.demo.demo_check_ins import OCCASIONS, QUESTIONS
from allay_metrics.demo.measure_curves import CURVES
from tests.demo.conftest import UNTIL


@pytest.fixture(scope="module")
def sheet(invented, tmp_path_factory):
    path = write_check_ins(tmp_path_factory.mktemp("answers"), invented)
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_care_is_closed_after_the_last_visit_with_a_known_reason(invented, newest, start):
    last = {row["Appointment ID"]: start(row).date() for row in newest}
    closed = choose_closed_care(invented)
    assert {care.reason for care in closed} == set(REASONS)
    assert all(last[care.last_appointment] < care.day < UNTIL for care in closed)


def test_a_family_with_a_next_visit_stays_in_care(invented, newest, start):
    ahead = {row["Email"] for row in newest if row["Email"] and start(row).date() >= UNTIL}
    assert not ahead & {care.email for care in choose_closed_care(invented)}


def test_nobodys_care_is_closed_twice(invented):
    closed = [care.last_appointment for care in choose_closed_care(invented)]
    assert len(closed) == len(set(closed))


def test_answers_stay_on_their_scales(sheet):
    for row in sheet:
        for measure, question in QUESTIONS.items():
            curve = CURVES[measure]
            assert row[question] == "" or curve.low <= float(row[question]) <= curve.high


def test_answers_come_in_time_order_before_today(sheet):
    moments = [
        datetime.strptime(row["Timestamp"], "%Y/%m/%d %I:%M:%S %p")  # noqa: DTZ007
        for row in sheet
    ]
    assert moments == sorted(moments)
    assert moments[-1].date() < UNTIL


def test_no_family_answers_more_often_than_it_is_asked(sheet):
    forms = defaultdict(int)
    for row in sheet:
        forms[row["E-mail"], row["Baby's date of birth"]] += 1
    assert max(forms.values()) <= len(OCCASIONS)


def test_crying_is_near_the_norm_of_the_age(sheet):
    weeks = defaultdict(list)
    for row in sheet:
        if row[
            "Since the first visit, your main concern is: much worse ... no change ... much better"
        ]:
            born = date.fromisoformat(row["Baby's date of birth"])
            when = datetime.strptime(row["Timestamp"][:10], "%Y/%m/%d").date()  # noqa: DTZ007
            if row[QUESTIONS["cry_min"]]:
                weeks[(when - born).days // 7].append(float(row[QUESTIONS["cry_min"]]))
    assert mean(weeks[5] + weeks[6]) == pytest.approx(133, abs=25)
    assert mean(weeks[11] + weeks[12]) == pytest.approx(68, abs=25)
