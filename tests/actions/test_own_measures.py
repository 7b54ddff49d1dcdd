"""A measure of the practice's own: checked as it is added, asked, read from files, counted."""

import csv
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from allay_metrics.actions.check_in_requests import make_link
from allay_metrics.actions.ingest import ingest_file
from allay_metrics.actions.open_episodes import local_now, read_open_episodes
from allay_metrics.actions.own_measure_changes import (
    add_measure,
    change_measure,
    list_own_measures,
    retire_measure,
)
from allay_metrics.actions.parent_form import open_link, save_answer, save_consent, save_signs
from allay_metrics.caseload.parent_answers import read_answers
from allay_metrics.errors import AllayError, Conflict, NotAllowed, QuestionProblem
from allay_metrics.outcomes.check_in_periods import MOMENTS, choose_measures
from allay_metrics.outcomes.measures import concerns
from allay_metrics.records.tables import answer, booking, client
from allay_metrics.review.outcomes import outcome_rows, review_outcomes
from allay_metrics.server.form_pages import FormStep
from tests.metrics.test_outcomes import END, practice_that_answered
from tests.support.asked import in_care, seen, signed, token_of
from tests.support.exports import Desk, appointment, instant
from tests.support.on_file import given
from tests.support.own import ARCHING, MOOD
from tests.support.practices import START


@pytest.fixture
def desk(sqlite_scope, tmp_path):
    return Desk(sqlite_scope, tmp_path)


@pytest.mark.parametrize(("changed", "why"), [
    ({"label": "x"}, "3 to 40 letters"),
    ({"questions": {"en": ARCHING.questions["en"], "es": ""}}, "English and in Spanish"),
    ({"label": "EPDS item 3"}, "Edinburgh"),
    ({"basis": ""}, "comes from"),
    ({"low": 10, "high": 0}, "lower number to a higher"),
    ({"step": 0.1}, "at most 26 answers"),
    ({"higher_is": "sideways"}, "direction"),
    ({"threshold": 0}, "above nought"),
    ({"threshold": 11}, "within the scale"),
    ({"concerns": ()}, "at least one"),
    ({"concerns": ("nerves",)}, "concern"),
    ({"moments": ("B1",)}, "once after it"),
    ({"moments": ("day28",)}, "before the first visit"),
    ({"choices": {"en": ("a", "b", "c"), "es": ("a", "b")}}, "same number"),
    ({"choices": {"en": ("a", "b"), "es": ("a", "b")}}, "3 to 8 steps"),
    ({"choices": {"en": ("a", "b=", "c"), "es": ("a", "b", "c")}}, "3 to 8 steps"),
    ({"label": "Crying and fussing"}, "already"),
    ({"questions": {**ARCHING.questions, "en": "In the last 24 hours, how hard was it to settle "
      "your baby?"}}, "asks that already"),
])  # fmt: skip
def test_what_cannot_be_asked_or_counted_is_refused_in_a_sentence(sqlite_scope, changed, why):
    with pytest.raises(AllayError, match=why):
        add_measure(sqlite_scope, replace(ARCHING, **changed))
    assert list_own_measures(sqlite_scope) == ()


def test_it_comes_back_as_it_was_said(scope):
    assert add_measure(scope, ARCHING) == "own_arching"
    (own_measure,) = list_own_measures(scope)
    assert (own_measure.measure.low, own_measure.measure.high, own_measure.measure.better) == (
        0,
        10,
        -1,
    )
    assert (own_measure.measure.threshold, own_measure.measure.basis) == (2, ARCHING.basis)
    assert own_measure.words["es"].question == ARCHING.questions["es"]
    assert len(own_measure.words["en"].values) == 11
    add_measure(scope, MOOD)
    mood = list_own_measures(scope)[1]
    assert mood.measure.kind == "ordinal"
    assert mood.words["es"].choices == ((0, "Molesto"), (1, "Tranquilo"), (2, "Alegre"))
    with pytest.raises(QuestionProblem, match="already"):
        add_measure(scope, ARCHING)


def test_the_owner_alone_changes_measures(desk):
    in_care(desk)
    add_measure(desk.scope, ARCHING)
    hers = desk.scope.as_therapist("Maya Lopez")
    with pytest.raises(NotAllowed):
        add_measure(hers, MOOD)
    with pytest.raises(NotAllowed):
        retire_measure(hers, "own_arching", 1)
    assert len(list_own_measures(hers)) == 1, "she reads what is asked of her families"


def test_no_form_grows_beyond_eight_questions(sqlite_scope):
    """Feeding has room for one of its own, crying for three."""
    for number, concern in enumerate(["feeding", "crying", "crying", "crying"]):
        question = {"en": f"How was the night, number {number}?", "es": f"¿Qué tal, vez {number}?"}
        draft = replace(ARCHING, label=f"Night {number}", questions=question, concerns=(concern,))
        add_measure(sqlite_scope, draft)
    for concern in ("feeding", "crying"):
        question = {"en": "Is there room for another?", "es": "¿Queda sitio para otra?"}
        more = replace(ARCHING, label="More", questions=question, concerns=(concern,))
        with pytest.raises(QuestionProblem, match="eight questions"):
            add_measure(sqlite_scope, more)
    own = list_own_measures(sqlite_scope)
    for concern in concerns().values():
        client = "parent" if concern.client == "parent" else "infant"
        for moment in MOMENTS:
            asked = [
                measure.id
                for measure in choose_measures(concern.id, client, moment, taken=1, own=own)
            ]
            assert len(asked) + 1 <= 8
            assert asked[0] == concern.primary_measure or concern.client == "either"


def test_once_answered_its_scale_stays_and_its_words_may_change(desk):
    scope = desk.scope
    add_measure(scope, ARCHING)
    change_measure(scope, "own_arching", replace(ARCHING, high=5), 1)
    clients = in_care(desk, seen("1", 7))
    assert clients
    _answer_one(scope, "own_arching", 3)
    with pytest.raises(QuestionProblem, match="retire it"):
        change_measure(scope, "own_arching", ARCHING, 2)
    change_measure(scope, "own_arching", replace(ARCHING, high=5, label="Back arching"), 2)
    with pytest.raises(Conflict):
        change_measure(scope, "own_arching", replace(ARCHING, high=5, label="Late"), 2)
    (own_measure,) = list_own_measures(scope)
    assert (own_measure.measure.label, own_measure.version) == ("Back arching", 3)
    retire_measure(scope, "own_arching", 3)
    assert list_own_measures(scope)[0].retired
    assert not list_own_measures(scope)[0].is_asked("digestion", "B1")
    retire_measure(scope, "own_arching", 4, retired=False)
    assert list_own_measures(scope)[0].is_asked("digestion", "B1")


def _answer_one(scope, measure, value):
    """Put one answer on file, in a check-in that was asked for."""
    signed(scope)
    with scope.read() as conn:
        (course, *_) = read_open_episodes(conn, scope, local_now(scope).date())
    link = make_link(scope, course.client_id, "day7")
    row = {"practice_id": scope.practice_id, "check_in_id": link.check_in_id, "measure": measure}
    with scope.write("answer") as conn:
        conn.execute(insert(answer), {**row, "value": value, "saved_at": 1})
    return course.client_id, link


def test_the_form_asks_it_in_both_languages_and_keeps_its_own_values_alone(desk):
    scope = desk.scope
    add_measure(scope, MOOD)
    clients = in_care(desk, seen("1", 7))
    with scope.write("say why they came") as conn:
        conn.execute(update(booking).values(concern="gassy and spits up"))
    signed(scope)
    token = token_of(make_link(scope, clients["Mia"], "day7"))
    save_consent(scope, token, in_totals=True, language="es")
    save_signs(scope, token, [])
    form = open_link(scope, token)
    assert "own_mood_at_waking" in form.measures
    page = FormStep(form, "es", "key").draw("own_mood_at_waking")
    assert MOOD.questions["es"] in page
    assert 'value="2"' in page
    assert ">Alegre</button>" in page
    with pytest.raises(QuestionProblem):
        save_answer(scope, token, "own_mood_at_waking", 3)
    save_answer(scope, token, "own_mood_at_waking", 2)
    assert given(scope)["own_mood_at_waking"] == (2.0, None)


def test_a_questionnaire_is_read_for_it_and_the_babys_page_shows_it(desk, tmp_path):
    scope = desk.scope
    add_measure(scope, MOOD)
    desk.take_in([appointment("1", "2026-03-02 10:00", infants="Mia")], "2026-04-09 08:00")
    path = tmp_path / "form.csv"
    rows = [
        ["Timestamp", "Email Address", "Baby's name", MOOD.questions["en"]],
        ["3/1/2026 18:00", "ana.lee@example.org", "Mia", "Cross"],
        ["3/30/2026 18:00", "ana.lee@example.org", "Mia", "Alegre"],
    ]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    report = ingest_file(scope, path, as_of=instant("2026-06-01 08:00"))
    assert (report.added, report.warnings) == (2, [])
    with scope.read() as conn:
        mia = conn.execute(select(client.c.id).where(client.c.name == "Mia")).scalar_one()
    (line,) = read_answers(scope, mia)
    assert (line.measure.label, [value for _, value in line.points]) == ("Mood at waking", [0, 2])


def test_it_is_summarised_as_exploratory_by_the_same_rules(sqlite_scope):
    scope = sqlite_scope
    practice_that_answered(scope, 14, 12, 5)
    add_measure(scope, ARCHING)
    with scope.write("answer") as conn:
        for number in range(24):
            key = {"practice_id": scope.practice_id, "check_in_id": f"c{number}"}
            told = {"measure": "own_arching", "value": 3 if number % 2 else 8, "saved_at": 1}
            conn.execute(insert(answer), {**key, **told})
    review = review_outcomes(scope, START, END)
    (own,) = review.own
    assert own.exploratory
    assert (own.report.mean.mean, own.report.better.count, own.report.better.n) == (5, 12, 12)
    asked = review_outcomes(
        scope, START, START + timedelta(days=300), measure="own_arching", only=["digestion"]
    )
    (row,) = outcome_rows(asked)
    assert (row["measure"], row["mean_change"], row["paired"]) == ("own_arching", 5, 12)
