"""The form's words: every measure and sign in both languages, and never another scale."""

import csv
import re
import string

import pytest

from allay_metrics import config
from allay_metrics.outcomes.measures import measures
from allay_metrics.outcomes.safety import CRISIS, EMERGENCY, SUPPORT, red_flags
from allay_metrics.outcomes.wording import LANGUAGES, phrases, signs, wordings

# What our English says in other words than the table's: it gives choices, or no parent reads it so.
SAID_OTHERWISE = {"cry_min", "head_turn", "top_concern", "pgic", "harms"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_measure_is_asked_on_its_whole_scale_or_part_of_it(language):
    asked = wordings(language)
    assert asked.keys() == measures().keys()
    for measure in measures().values():
        values = asked[measure.id].values
        assert min(values) >= measure.low
        assert max(values) <= measure.high
        assert all((value - measure.low) % measure.step == 0 for value in values)


def test_both_languages_offer_the_same_choices():
    english, spanish = (wordings(language) for language in LANGUAGES)
    for id_ in measures():
        assert [v for v, _ in english[id_].choices] == [v for v, _ in spanish[id_].choices]
        assert english[id_].question != spanish[id_].question


def test_the_english_questions_are_those_of_the_table():
    for measure in measures().values():
        if measure.id not in SAID_OTHERWISE:
            assert wordings("en")[measure.id].question == measure.wording


def test_every_sign_says_whom_to_call_and_a_tier_one_sign_an_emergency():
    for language in LANGUAGES:
        for flag, sign in zip(red_flags(), signs(language), strict=True):
            assert sign.id == flag.id
            assert set(sign.calls) <= {EMERGENCY, CRISIS, SUPPORT}
            if flag.tier == 1:
                assert EMERGENCY in sign.calls
                assert EMERGENCY in sign.action


def test_support_never_stands_without_the_crisis_line():
    for language in LANGUAGES:
        for sign in signs(language):
            if SUPPORT in sign.calls:
                assert CRISIS in sign.calls
                assert CRISIS in sign.action


def test_numbers_are_the_same_in_both_languages():
    def numbers(text):
        return sorted(re.findall(r"\d+(?:\.\d+)?", text))

    for english, spanish in zip(signs("en"), signs("es"), strict=True):
        assert numbers(english.question) == numbers(spanish.question)
        # The name of a line stands for its number in English.
        assert set(numbers(spanish.action)) == set(numbers(english.action))


def test_every_sentence_is_there_in_both_languages_with_the_same_parts():
    def parts(text):
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    english, spanish = (phrases(language) for language in LANGUAGES)
    for key, text in english.items():
        assert spanish[key].strip()
        assert parts(text) == parts(spanish[key])


def test_no_sentence_of_the_form_claims_an_effect():
    with (config.REFERENCE / "form_words.csv").open(encoding="utf-8", newline="") as file:
        said = " ".join(" ".join(row.values()) for row in csv.DictReader(file)).casefold()
    for word in ("effective", "success", "cured", "resolved", "eficaz", "éxito", "curad"):
        assert word not in said
