"""The same check-ins, by our own form or by a Google Forms file, are the same numbers."""

import csv
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import insert, select, update

from allay_metrics.actions import parent_form
from allay_metrics.actions.check_in_requests import acknowledge
from allay_metrics.actions.ingest import ingest_file
from allay_metrics.actions.tokens import hash_token
from allay_metrics.derive import derive_all
from allay_metrics.metrics.outcome_metrics import read_episodes
from allay_metrics.outcomes.wording import signs, wordings
from allay_metrics.records import open_practice
from allay_metrics.records.tables import booking, check_in, client
from allay_metrics.review.open_check_ins import read_open_flags
from allay_metrics.review.outcomes import outcome_rows, review_outcomes
from tests.support.asked import signed
from tests.support.exports import ZONE, Desk, appointment

FAMILIES = 12
FIRST = datetime.now(ZONE).date() - timedelta(days=36)  # day 28 and a week are over
ASKED = ("tummy", "settle")
MOMENTS = ((-1, "B1"), (28, "day28"))


def _value(family, day, measure):
    """Return what a family answers: most get better, some do not."""
    return 9 - family % 3 if day < 0 else (family * (2 if measure == "tummy" else 3)) % 8


@pytest.fixture
def practices(new_database, tmp_path):
    """Two practices with the same visits."""
    scopes = [open_practice(new_database(), name="Test practice") for _ in range(2)]
    rows = [
        appointment(str(n), f"{FIRST} 10:00", f"Ana Lee{chr(97 + n)}", infants="Mia",
                    born=f"{FIRST - timedelta(days=40)}")
        for n in range(FAMILIES)
    ]  # fmt: skip
    for scope in scopes:
        Desk(scope, tmp_path).take_in(rows, f"{datetime.now(ZONE):%Y-%m-%d %H:%M}")
        with scope.write("say why they came") as conn:
            conn.execute(update(booking).values(concern="gassy"))
            derive_all(conn, scope.practice_id)
        signed(scope)
    yield scopes
    for scope in scopes:
        scope.close()


def _at(day):
    return datetime.combine(FIRST + timedelta(days=day), time(18), ZONE)


def _by_form(scope, monkeypatch, ticked=None):
    """Answer every check-in through its link, at its own time; `ticked` are signs by place."""
    with scope.read() as conn:
        asked = select(client.c.id, booking.c.email).join(
            booking, booking.c.family_id == client.c.family_id
        )
        clients = sorted(set(map(tuple, conn.execute(asked))), key=lambda row: row[1])
    for place, (client_id, _) in enumerate(clients):
        for day, moment in MOMENTS:
            token = f"{place}-{moment}"
            at = int(_at(day).timestamp())
            row = {
                "practice_id": scope.practice_id, "id": token, "client_id": client_id,
                "moment": moment, "due_on": FIRST + timedelta(days=day), "source": "form",
                "source_key": token, "token_hash": hash_token(token), "language": "en",
                "asked_at": at - 60, "expires_at": at + 3_600, "in_totals": 0,
            }  # fmt: skip
            with scope.write("ask") as conn:
                conn.execute(insert(check_in), row)
            with monkeypatch.context() as patch:
                patch.setattr(parent_form, "now", lambda at=at: at)
                parent_form.save_consent(scope, token, in_totals=True, language="en")
                parent_form.save_signs(scope, token, (ticked or {}).get((place, day), ()))
                parent_form.confirm_advice(scope, token)
                for measure in ASKED:
                    parent_form.save_answer(scope, token, measure, _value(place, day, measure))
                parent_form.submit(scope, token)


def _by_file(scope, folder, ticked=None):
    """Take the same answers in as Google Forms writes them."""
    sign = signs("en")[7]
    head = ["Timestamp", "Email Address", "Baby's name",
            *(wordings("en")[measure].question for measure in ASKED), sign.question]  # fmt: skip
    with scope.read() as conn:
        emails = sorted(set(conn.execute(select(booking.c.email)).scalars()))
    rows = [
        [f"{_at(day):%m/%d/%Y %H:%M:%S}", email, "Mia",
         *(_value(place, day, measure) for measure in ASKED),
         "Yes" if (ticked or {}).get((place, day)) else "No"]
        for place, email in enumerate(emails)
        for day, _ in MOMENTS
    ]  # fmt: skip
    path = folder / "form.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    report = ingest_file(scope, path, as_of=int(datetime.now(ZONE).timestamp()))
    assert (report.added, report.set_aside, report.warnings) == (2 * FAMILIES, [], [])


def _numbers(scope):
    day = datetime.now(ZONE).date()
    review = review_outcomes(scope, FIRST, day)
    lines = sorted(line.points for concern in review.concerns for line in concern.lines)
    settle = review_outcomes(scope, FIRST, day, measure="settle")
    return outcome_rows(review), outcome_rows(settle), lines, review.by_type


def test_the_same_check_ins_are_the_same_numbers(practices, tmp_path, monkeypatch):
    form, file = practices
    _by_form(form, monkeypatch)
    _by_file(file, tmp_path)
    told = _numbers(form)
    assert told == _numbers(file)
    digestion = next(row for row in told[0] if row["concern"] == "digestion")
    assert digestion["paired"] == FAMILIES
    assert digestion["better"]["n"] > digestion["worse"]["n"]


def test_a_sign_holds_its_scores_back_by_either_way(practices, tmp_path, monkeypatch):
    form, file = practices
    ticked = {(3, 28): [8]}
    _by_form(form, monkeypatch, ticked)
    _by_file(file, tmp_path, ticked)
    for scope in practices:
        given = [answer for each in read_episodes(scope) for answer in each.answers]
        assert len(given) == (2 * FAMILIES - 1) * len(ASKED)
        (flag,) = read_open_flags(scope)
        acknowledge(scope, flag.check_in_id, flag.flag.id, "Called")
        given = [answer for each in read_episodes(scope) for answer in each.answers]
        assert len(given) == 2 * FAMILIES * len(ASKED)
    assert _numbers(form) == _numbers(file)
