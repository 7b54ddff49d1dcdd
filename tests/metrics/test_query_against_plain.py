"""Every number twice: the roll-up and its flags against loops over visits, on random practices."""

import os
import shutil
from dataclasses import replace
from datetime import timedelta
from math import isclose

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from allay_metrics.errors import NotAllowed, QuestionProblem
from allay_metrics.metrics import METRICS, Question, query
from allay_metrics.metrics.days import GRAINS
from allay_metrics.metrics.left_out import visits_left_out
from allay_metrics.metrics.question import GROUPS
from allay_metrics.metrics.registry import REPORTED
from allay_metrics.records import Viewer, open_practice
from allay_metrics.records.keys import key_of
from allay_metrics.records.policies import NEVER_MET
from tests import plain
from tests.support.practices import START, plainly, practices, put_on_file

# What parents reported is judged in test_outcomes.py.
TOLD = [key for key in METRICS if key not in REPORTED]
VALUES = {
    "city": ("Oakland", "San Jose", "unknown"),
    "county": ("Alameda", "Santa Clara", "unknown"),
    "visit_type": ("cst", "lactation", "other"),
    "includes": ("cst", "lactation"),
    "therapist": ("Maya Lopez", "unknown"),
    "weekday": ("Mon", "Thu", "Sun"),
    "state": ("completed", "cancelled"),
    "referral_source": ("Doula", "unknown"),
}
filters = st.sampled_from([(key, value) for key, values in VALUES.items() for value in values])


@st.composite
def questions(draw):
    """Any question that has a meaning; each metric asked for alone or among others."""
    by = tuple(draw(st.lists(st.sampled_from(GROUPS), unique=True, max_size=2)))
    where = tuple(draw(st.lists(filters, max_size=2)))
    grain = draw(st.sampled_from((None, "week", *GRAINS)))
    first = START + timedelta(days=draw(st.integers(-20, 210)))
    last = first + timedelta(days=draw(st.sampled_from((0, 6, 13, 40, 120, 400))))
    if draw(st.booleans()):
        first -= timedelta(days=first.weekday())
        last += timedelta(days=6 - last.weekday())
    asked = (by, {key for key, _ in where}, grain)
    sensible = [key for key in TOLD if _makes_sense(METRICS[key], asked, first, last)]
    metrics = draw(st.lists(st.sampled_from(sensible), unique=True, min_size=1, max_size=6))
    given = {"by": by, "grain": grain, "first": first, "last": last, "where": where}
    return {"metrics": tuple(metrics), **given}


def _makes_sense(metric, asked, first, last):
    by, filtered, grain = asked
    if metric.kind == "stock":
        return grain is None
    if metric.key == "on_books":
        return grain == "week" or (grain is None and (first.weekday(), last.weekday()) == (0, 6))
    if metric.key == "field_utilisation":
        return set(by) <= {"therapist"} and "state" not in filtered
    return not (metric.is_ratio and "state" in {*by, *filtered})


def _agree(found, expected, by, grain):
    """Assert that the frame says what the plain implementation says, and nothing else."""
    seen = {}
    for row in found.to_dict("records"):
        group = tuple(row[name] for name in by)
        seen[group, row["period"] if grain else None, row["metric"]] = row
    assert len(seen) == len(found), "a row stands twice"
    assert seen.keys() == expected.keys()
    for place, (value, numerator, denominator, says) in expected.items():
        row = seen[place]
        for name, number in zip(
            ("value", "numerator", "denominator"), (value, numerator, denominator), strict=True
        ):
            same = row[name] is None if number is None else isclose(row[name], number, abs_tol=1e-9)
            assert same, f"{place} {name}: {row[name]}, plainly {number} ({row['reason']})"
        assert (row["reason"] == "small") == (says == "small"), place
        assert says in row["reason"], f"{place}: '{row['reason']}' does not mention '{says}'"
        assert row["value"] is not None or row["reason"], f"{place} does not say why"


def _compare(scope, practice, asked, therapist=None):
    for question in asked:
        if not scope.sees_money and any(METRICS[key].money for key in question["metrics"]):
            with pytest.raises(NotAllowed):
                query(Question(**question), scope)
            continue
        try:
            found = query(Question(**question), scope)
        except QuestionProblem:
            assert any(_is_nowhere(practice, *pair, therapist) for pair in question["where"])
            continue
        expected = plain.answer(practice, **question, therapist=therapist)
        _agree(found, expected, question["by"], question["grain"])
        _agree_on_what_is_left_out(scope, practice, question, therapist)


def _agree_on_what_is_left_out(scope, practice, question, therapist):
    told = Question(**question)
    starts = [bucket.start for bucket in told.buckets]
    found = {
        (place.group, starts[place.bucket]): (each.missing, each.unconfirmed, each.since)
        for place, each in visits_left_out(told, scope).items()
    }
    rest = {key: value for key, value in question.items() if key != "metrics"}
    assert found == plain.not_counted_or_confirmed(practice, **rest, therapist=therapist)


def _is_nowhere(practice, key, value, therapist):
    """Whether a name that is not on file was asked for: refused, rather than answered by zeros.

    To a therapist a source is on file where a visit tells of it that she may see: one of hers, or
    of a family of hers.
    """
    seen = practice.visits
    if therapist and key == "referral_source":
        own = [visit for visit in seen if visit.therapist == therapist]
        families = {visit.family for visit in own if visit.state not in NEVER_MET}
        seen = [visit for visit in seen if visit in own or visit.family in families]
    return key in ("therapist", "referral_source") and not any(
        visit.shown(key) == value for visit in seen
    )


def _copy(template, folder):
    for leftover in folder.glob("random.sqlite*"):
        leftover.unlink()
    shutil.copy(template, folder / "random.sqlite")
    return f"sqlite:///{folder / 'random.sqlite'}"


def _judge(url, invented, asked):
    scope = open_practice(url)
    try:
        put_on_file(invented, scope)
        practice = plainly(scope)
        _compare(scope, practice, asked)
        _compare(_as_therapist(scope, "Maya Lopez"), practice, asked, therapist="Maya Lopez")
    finally:
        scope.close()


def _as_therapist(scope, name):
    id_ = key_of(scope.practice_id, "therapist", name)
    return replace(scope, viewer=Viewer("therapist", id_))


several = st.lists(questions(), min_size=6, max_size=6)
quickly = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(practices(), several)
@settings(max_examples=60, suppress_health_check=quickly)
def test_query_agrees_with_the_plain_implementation(sqlite_template, tmp_path, invented, asked):
    _judge(_copy(sqlite_template, tmp_path), invented, asked)


@pytest.mark.postgres
@given(practices(), several)
@settings(max_examples=8, suppress_health_check=quickly, phases=[Phase.explicit, Phase.generate])
def test_query_agrees_on_postgresql_too(postgres_cluster, invented, asked):
    name = f"random_{os.getpid()}"
    try:
        _judge(postgres_cluster.create(name), invented, asked)
    finally:
        postgres_cluster.drop(name)
