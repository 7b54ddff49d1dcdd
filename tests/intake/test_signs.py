"""Warning signs in another service's form: found by their words, ticked by any loose answer."""

import pytest

from allay_metrics.intake.questionnaires.questionnaire import (
    read_questionnaire,
    shipped_questionnaires,
)
from allay_metrics.intake.questionnaires.questionnaire_draft import (
    AnswersDraft,
    guess_meanings,
    meaning_choices,
)
from allay_metrics.intake.questionnaires.questions import find_questions
from allay_metrics.intake.questionnaires.signs import is_ticked, ticked_options
from allay_metrics.outcomes.safety import red_flags
from allay_metrics.outcomes.wording import LANGUAGES, signs, wordings
from tests.intake.test_questionnaires import PRACTICE_QUESTIONS

SHIPPED = next(profile for profile in shipped_questionnaires() if profile.name == "google_forms")
OWN_WORDS = {
    "1": "Is your baby blue, floppy or struggling to breathe?",
    "2": "Has your baby stopped breathing, even once?",
    "3": "Does your baby have a fever?",
    "4": "Is the crying high-pitched, or lasting hours: baby cannot be consoled?",
    "5": "Is the soft spot bulging?",
    "6": "Any green or bloody vomit?",
    "7": "Blood in the stool?",
    "8": "Is your baby refusing to feed?",
    "9": "Is the skin turning yellow (jaundice)?",
    "10": "Has your baby stopped gaining weight?",
    "11": "Is there a hard ridge on the skull?",
    "12": "Have you felt a lump in the neck?",
    "13": "Have you thought of hurting yourself or your baby?",
    "14": "Do you feel you can't cope?",
    "15": "Have you fainted or had chest pain?",
    "16": "Do you have a severe headache?",
    "any": "Please tick any of the following",
}


def _find(*headers):
    return find_questions(["Timestamp", *headers], SHIPPED)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", range(len(red_flags())))
def test_every_sign_is_known_by_our_own_words_in_both_languages(place, language):
    sign = signs(language)[place]
    assert _find(f"<b>{sign.question}</b> *").signs == {str(sign.id): (1,)}


@pytest.mark.parametrize(("sign", "question"), OWN_WORDS.items())
def test_a_practices_own_words_are_known_loosely(sign, question):
    questions = _find(question)
    assert questions.signs == {sign: (1,)}
    assert questions.has_known_questions
    assert questions.measures == {}


@pytest.mark.parametrize("question", [
    *PRACTICE_QUESTIONS.values(),
    *(wordings(language)[name].question for language in LANGUAGES for name in wordings(language)),
    "Anything else you want us to know?",
    "How anxious or depressed do you feel (0-10)?",
    "Has a doctor or physical therapist seen the torticollis?",
    "E-mail", "Baby's date of birth", "Main concern",
])  # fmt: skip
def test_no_other_question_is_taken_for_a_sign(question):
    assert _find(question).signs == {}


@pytest.mark.parametrize("cell", [
    "Yes", "yes, since noon", "sí", "TRUE", "1", "x", "a little", "100.4", "not sure", "maybe",
    "No, but a bit warm", "hardly ever", "Blue, grey, mottled or very pale skin",
])  # fmt: skip
def test_whatever_is_no_clear_no_is_ticked(cell):
    assert is_ticked(cell)


@pytest.mark.parametrize("cell", [
    "", "  ", "No", "no.", "NONE", "None of these", "Never", "0", "false", "N/A", "-",
    "Nada de esto", "no, thank you", "Not applicable",
])  # fmt: skip
def test_a_clear_no_is_not_ticked(cell):
    assert not is_ticked(cell)


def test_options_ticked_in_one_cell_are_found_and_unknown_ones_are_left_to_read():
    both = f"{signs('en')[2].question}, {signs('es')[7].question}"
    assert ticked_options(both) == ({3, 8}, "")
    assert ticked_options("She is not herself") == (frozenset(), "She is not herself")
    assert ticked_options("None of these") == (frozenset(), "")


def test_what_the_owner_says_of_a_column_is_what_counts():
    headers = ["Timestamp", "Is your baby refusing to feed?", "Room for you"]
    assert guess_meanings(headers, SHIPPED)[headers[1]] == "sign-8"
    assert {"sign-any", *(f"sign-{flag.id}" for flag in red_flags())} <= meaning_choices().keys()
    meanings = {headers[0]: "answered", headers[1]: "", headers[2]: "sign-13"}
    profile = read_questionnaire("own.toml", AnswersDraft("own", "Own", meanings).toml())
    assert find_questions(headers, profile).signs == {"13": (2,)}
    none = read_questionnaire(
        "own.toml", AnswersDraft("own", "Own", {headers[0]: "answered"}).toml()
    )
    assert find_questions(headers, none).signs == {}
