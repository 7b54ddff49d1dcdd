"""Questions are found by their text, and answers read on the measures' scales, never guessed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.errors import FileProblem
from allay_metrics.intake.questionnaires import (
    open_answers,
    read_questionnaire,
    shipped_questionnaires,
)
from allay_metrics.intake.questionnaires.questions import find_questions
from allay_metrics.intake.questionnaires.scales import NO_ANSWER, ScaleValue, read_answer
from allay_metrics.outcomes.measures import measures
from allay_metrics.outcomes.wording import LANGUAGES, wordings
from tests.support.answer_forms import length

PRACTICE_QUESTIONS = {
    "cry_min": "How many hours does your baby cry on a usual day?",
    "settle": "Over the last day, how difficult was it to soothe your little one? (0-10)",
    "sleep_long": "Longest stretch of sleep last night",
    "wakings": "How often did your baby wake up last night?",
    "feed_pain": "How much pain did you have while nursing?",
    "feed_ease": "How hard was latching?",
    "tummy": "How much did gas bother your baby?",
    "head_turn": "Is the head mostly turned to one side?",
    "parent_pain": "How bad is your pain or tightness?",
    "harms": "Did anything get worse?",
}


def _find(*headers, source="google_forms"):
    profile = next(profile for profile in shipped_questionnaires() if profile.name == source)
    return find_questions(["Timestamp", *headers], profile)


@pytest.mark.parametrize("measure", measures())
@pytest.mark.parametrize("language", LANGUAGES)
def test_our_own_wordings_are_known_in_both_languages(measure, language):
    questions = _find(f"<b>{wordings(language)[measure].question}</b> *")
    assert questions.measures == {measure: (1,)}
    assert questions.language == language


@pytest.mark.parametrize(("measure", "question"), PRACTICE_QUESTIONS.items())
def test_a_practices_own_words_are_known_loosely(measure, question):
    assert _find(question).measures == {measure: (1,)}


def test_a_question_on_another_scale_is_left_out_and_said():
    questions = _find("How hard was it to settle your baby (1-5)?")
    assert questions.measures == {}
    assert "goes from 0 to 10" in questions.notes[0]


def test_a_question_that_fits_two_measures_is_taken_for_neither():
    questions = _find("How hard was it to latch, and how hard was it to settle your baby?")
    assert questions.measures == {}
    assert "may ask Hard to settle or Hard to latch" in questions.notes[0]


def test_the_row_of_a_grid_says_which_measure_it_is():
    question = "In the last 24 hours, how hard was it"
    questions = _find(f"{question} [to settle your baby]", f"{question} [to get a good latch]")
    assert questions.measures == {"settle": (1,), "feed_ease": (2,)}


def test_who_answered_is_known_by_its_question():
    questions = _find(
        "Username", "Name of your baby", "Your name", "Baby's birthday", "Main concern"
    )
    assert questions.person == {
        "email": (1,),
        "baby": (2,),
        "parent": (3,),
        "born": (4,),
        "concern": (5,),
    }


@pytest.mark.parametrize(
    ("measure", "cell", "value"),
    [
        ("cry_min", "1 h 30 min", 90), ("cry_min", "8 h+", 480), ("cry_min", "8 h +", 480),
        ("cry_min", "1.5 h", 90), ("cry_min", "1,5 horas", 90), ("cry_min", "2:15", 135),
        ("cry_min", "about 45 minutes", 45), ("cry_min", "None", 0), ("cry_min", "90", 90),
        ("cry_min", "-0", 0), ("sleep_long", "3 h 30 min", 3.5), ("sleep_long", "12 h +", 12),
        ("sleep_long", "210 min", 3.5), ("sleep_long", "4", 4), ("settle", "7 / 10", 7),
        ("settle", "10 - very hard", 10), ("wakings", "15+", 15), ("wakings", "never", 0),
        ("head_turn", "about half the time", 2), ("head_turn", "Siempre", 4),
        ("head_shape", "2", 2), ("pgic", "No change", 0), ("pgic", "much worse", -3),
        ("pgic", "Un poco mejor", 1), ("pgic", "+2", 2), ("harms", "No", 0), ("harms", "Sí", 1),
    ],
)  # fmt: skip
def test_answers_are_read_on_the_measures_scale(measure, cell, value):
    assert read_answer(measures()[measure], cell) == ScaleValue(value)


@pytest.mark.parametrize("cell", ["", "  ", "N/A", "not breastfeeding", "prefer not to say", "-"])
@pytest.mark.parametrize("measure", measures())
def test_blank_is_no_value_and_never_nought(measure, cell):
    assert read_answer(measures()[measure], cell) == NO_ANSWER


@pytest.mark.parametrize(
    ("measure", "cell"),
    [
        ("settle", "11"), ("settle", "bad"), ("settle", "3-4 or so"), ("cry_min", "a lot"),
        ("cry_min", "3"), ("cry_min", "20 h"), ("head_turn", "1.5"), ("pgic", "5"),
        ("sleep_long", "210"), ("wakings", "3 or 4"),
    ],
)  # fmt: skip
def test_what_fits_no_scale_is_a_problem_and_not_a_value(measure, cell):
    answer = read_answer(measures()[measure], cell)
    assert answer.value is None
    assert answer.problem


def test_the_unit_of_a_bare_number_may_stand_in_the_question():
    cry = measures()["cry_min"]
    assert read_answer(cry, "3", "How many hours did your baby cry in 24 hours?") == ScaleValue(180)
    assert read_answer(cry, "3", "Crying in the last 24 hours (minutes)") == ScaleValue(3)


@pytest.mark.parametrize(
    ("cell", "value", "text"),
    [
        ("Yes - started formula", 1, "started formula"),
        ("Yes, cried more", 1, "cried more"),
        ("No change, but a rash", None, "No change, but a rash"),
        ("not sure", None, "not sure"),
    ],
)
def test_a_worry_keeps_its_words(cell, value, text):
    assert read_answer(measures()["harms"], cell) == ScaleValue(value, text)


@given(st.integers(0, 720))
def test_a_length_written_in_words_is_read_back(minutes):
    cell = length(minutes) or "0"
    assert read_answer(measures()["cry_min"], cell) == ScaleValue(float(minutes))


@given(st.text(max_size=30), st.sampled_from(sorted(measures())))
def test_no_text_gives_a_value_beyond_the_scale(cell, name):
    measure = measures()[name]
    value = read_answer(measure, cell).value
    assert value is None or measure.low <= value <= measure.high


def test_days_before_months_are_told_by_the_whole_file(tmp_path):
    path = tmp_path / "form.csv"
    path.write_text("Timestamp,How hard was it to settle your baby?\n3/4/2026 8:00,1\n"
                    "14/4/2026 8:00,2\n", encoding="utf-8")  # fmt: skip
    file = open_answers(path, timezone="America/Los_Angeles")
    assert [response.day for response in file.check().responses] == ["2026-04-03", "2026-04-14"]
    assert "its dates are written day before month" in file.notes


def test_a_table_that_asks_nothing_known_is_no_questionnaire(tmp_path):
    path = tmp_path / "form.csv"
    path.write_text("Timestamp,Colour\n3/4/2026 8:00,blue\n", encoding="utf-8")
    assert open_answers(path, timezone="America/Los_Angeles") is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('name = "x"\nanswered = "When"', "key kind"),
        ('kind = "answers"\nname = "x"', "key answered"),
        ('kind = "answers"\nanswered = "When"', "key name"),
        ('kind = "answers"\nname = "x"\nanswered = "When"\ncolour = 1', "key colour"),
        ('kind = "answers"\nname = "x"\nanswered = "W"\n[measures]\nluck = "l"', "key measures.l"),
        ('kind = "answers"\nname = "x"\nanswered = "W"\n[person]\nemail = "("', "key person.email"),
        ('kind = "answers"\nname = "x"\nanswered = 3', "key answered"),
        ('kind = "answers"\nname = "x"\nanswered = "W"\nin_totals = 1', "key in_totals"),
    ],
)  # fmt: skip
def test_a_wrong_profile_names_file_key_and_value(text, problem):
    with pytest.raises(FileProblem, match=f"own.toml, {problem}"):
        read_questionnaire("own.toml", text)


WHEN = 'kind = "answers"\nname = "x"\nanswered = "W"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('kind = "visits"', "key kind, value 'visits': it must be 'answers'."),
        ('kind = "answers"\nname = "x"\nanswered = []', "key answered, value '[]': a text is"),
        (f"{WHEN}measures = 3", "key measures, value '3': a table [measures] is needed."),
        (f"{WHEN}[signs]\n99 = 'x'", "key signs.99, value 'x': no such key; known are 1, 10,"),
        (f"{WHEN}[options]\nown_mood = 'x'", "key options.own_mood, value 'x': no such key;"),
        (f"{WHEN}[person]\nbaby = ['name', 3]", "key person.baby[2], value '3': a text is needed"),
        (f"{WHEN}days = '%H'", "key days, value '%H': %H is not one of %Y,"),
        (f"{WHEN}kind = 'answers'", "is not a TOML profile: Cannot overwrite a value"),
    ],
)
def test_one_sentence_says_what_is_wrong_with_a_profile(text, sentence):
    with pytest.raises(FileProblem) as caught:
        read_questionnaire("own.toml", text)
    assert str(caught.value).removeprefix("own.toml").lstrip(", ").startswith(sentence)


def test_an_empty_table_of_signs_says_that_a_form_asks_for_none():
    assert read_questionnaire("own.toml", WHEN).signs == shipped_questionnaires()[0].signs
    assert read_questionnaire("own.toml", f"{WHEN}[signs]").signs == {}


def test_of_a_profile_that_names_measures_no_other_is_guessed():
    text = 'kind = "answers"\nname = "x"\nanswered = "When"\n[measures]\nsettle = "^fussy$"'
    questions = find_questions(
        ["When", "Fussy", PRACTICE_QUESTIONS["wakings"]], read_questionnaire("x.toml", text)
    )
    assert questions.measures == {"settle": (1,)}
