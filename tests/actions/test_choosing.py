"""Whatever the owner chooses, every number follows at once, and taking it back brings all back."""

import os
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from allay_metrics.actions.city_spellings import correct_city, set_alias
from allay_metrics.actions.family_decisions import merge
from allay_metrics.actions.overrides import undo_overrides
from allay_metrics.actions.type_words import set_word
from allay_metrics.actions.visit_type_overrides import assign_type
from allay_metrics.derive import derive_all
from allay_metrics.errors import Conflict
from allay_metrics.metrics import Question, query
from allay_metrics.records import open_practice
from tests import plain, plain_choices
from tests.support.chosen import choices, choose, chosen, derived, told
from tests.support.on_file import fingerprint
from tests.support.practices import START, Invented, booked, plainly, practices, put_on_file
from tests.support.random_exports import a_desk

METRICS = ("bookings", "completed", "combined", "families_seen", "new_families", "new_to_type",
           "care_hours", "visit_value", "rebooked_rate", "lapsed_families")  # fmt: skip
PERIOD = {"first": START, "last": START + timedelta(days=240), "grain": None, "where": ()}


def numbers(scope):
    """Return every number, by city and type, as (group, metric) to numerator and denominator."""
    found = {}
    for by in ((), ("city", "visit_type")):
        asked = Question(metrics=METRICS, by=by, **PERIOD)
        for row in query(asked, scope).to_dict("records"):
            place = (*(row[name] for name in by), row["metric"])
            found[place] = _rounded(row["numerator"], row["denominator"])
    return found


def numbers_plainly(scope):
    practice = plainly(scope)
    return {
        (*group, metric): _rounded(numerator, denominator)
        for by in ((), ("city", "visit_type"))
        for (group, _, metric), (_, numerator, denominator, _) in plain.answer(
            practice, metrics=METRICS, by=by, **PERIOD
        ).items()
    }


def _rounded(*of):
    return tuple(None if each is None else round(each, 6) for each in of)


def _judge(scope, invented, wished):
    put_on_file(invented, scope)
    before = fingerprint(scope), numbers(scope)
    made = [(saved, derived(scope)) for wish in wished if (saved := choose(scope, wish))]
    assert derived(scope) == plain_choices.visits(told(scope), chosen(scope))
    assert numbers(scope) == numbers_plainly(scope)
    stood = fingerprint(scope)
    with scope.write("derive anew") as conn:
        derive_all(conn, scope.practice_id)
    assert fingerprint(scope) == stood
    for saved, stood in reversed(made):
        assert derived(scope) == stood
        assert undo_overrides(scope, saved.undo).visits == saved.visits
    assert (fingerprint(scope), numbers(scope)) == before


wishes = st.lists(choices, min_size=1, max_size=6)
quickly = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(practices(most=20), wishes)
@settings(phases=[Phase.explicit, Phase.generate], max_examples=25, suppress_health_check=quickly)
def test_a_choice_moves_visits_and_every_number_and_undo_brings_all_back(
    sqlite_template, tmp_path, invented, wished
):
    with a_desk(sqlite_template, tmp_path) as desk:
        _judge(desk.scope, invented, wished)


@pytest.mark.postgres
@given(practices(most=12), wishes)
@settings(max_examples=6, suppress_health_check=quickly, phases=[Phase.explicit, Phase.generate])
def test_choices_on_postgresql_too(postgres_cluster, invented, wished):
    name = f"chosen_{os.getpid()}"
    scope = open_practice(postgres_cluster.create(name))
    try:
        _judge(scope, invented, wished)
    finally:
        scope.close()
        postgres_cluster.drop(name)


def test_the_order_of_choices_does_not_matter(sqlite_template, tmp_path):
    """Choices of different things: made in any order, the same visits stand."""
    rows = [
        booked(who, START + timedelta(days=n), type_text=kind, city_text=city)
        for n, (who, kind, city) in enumerate(
            [("Adams", "Consult", "somewhere"), ("Brown", "Infant CST", None),
             ("Adams", "Prenatal massage", None), ("Chen", "CST + Lactation", "Oakland")]
        )
    ]  # fmt: skip
    wished = [
        (set_word, "prenatal", "lactation", "always"),
        (assign_type, "Consult", "massage"),
        (set_alias, "somewhere", "Berkeley"),
        (correct_city, [1], "San Jose"),
        (merge, 1, 0),
    ]
    stood = []
    for order in (wished, wished[::-1]):
        with a_desk(sqlite_template, tmp_path) as desk:
            put_on_file(Invented(rows), desk.scope)
            for wish in order:
                assert choose(desk.scope, wish)
            stood.append({key: value[1:] for key, value in derived(desk.scope).items()})
    assert stood[0] == stood[1]


def test_a_choice_changed_meanwhile_is_not_taken_back(sqlite_template, tmp_path):
    with a_desk(sqlite_template, tmp_path) as desk:
        saved = set_word(desk.scope, "taping", "massage")
        set_word(desk.scope, "taping", "cst")
        before = fingerprint(desk.scope)
        with pytest.raises(Conflict, match="The word 'taping' was changed meanwhile"):
            undo_overrides(desk.scope, saved.undo)
        assert fingerprint(desk.scope) == before
