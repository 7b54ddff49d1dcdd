"""Episodes as read for a viewer, and both numbers of check-ins, against loops over plain rows."""

import csv
import os
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from allay_metrics import config
from allay_metrics.metrics import Question, query
from allay_metrics.metrics.outcome_metrics import (
    NO_CHECK_INS,
    TOO_FEW_ANSWERED,
    WHOLE,
    read_episodes,
)
from allay_metrics.outcomes.concern_words import concern_of
from allay_metrics.outcomes.measures import concerns, measures
from allay_metrics.records import Viewer, open_practice
from allay_metrics.records.keys import key_of
from allay_metrics.records.tables import client
from tests import plain_outcomes
from tests.derive.test_episodes import babies
from tests.support.answered import (
    check_ins,
    died_plainly,
    put_babies_on_file,
    put_check_ins_on_file,
    stays_plainly,
)
from tests.support.practices import START, Invented, booked, plainly, practices

END = START + timedelta(days=400)
quickly = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


def _rules():
    """Return by measure (best, better, threshold, beyond age) and the rows of its norms."""
    with (config.REFERENCE / "norms.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["primary"] == "yes"]
    found = {}
    for id_, m in measures().items():
        theirs = sorted(
            (float(r["age_from_wk"]), float(r["age_to_wk"]), float(r["value"]))
            for r in rows
            if r["metric"] == m.norm_metric
        )
        best = m.high if m.better > 0 else m.low
        found[id_] = (best, m.better, m.threshold, m.beyond_age), theirs
    return found


def _concern(stay, kind):
    return concerns().get(concern_of(stay.text, kind) or "")


def _counted(scope):
    """Return (stay, born, measure, window) of every stay that is counted."""
    with scope.read() as conn:
        asked = select(client.c.id, client.c.kind, client.c.born_on)
        who = {row.id: row for row in conn.execute(asked)}
    died = died_plainly(scope)
    for stay in stays_plainly(scope):
        concern = _concern(stay, who[stay.client].kind)
        if concern is None or concern.kind == "history tag":
            continue
        if plain_outcomes.closed_before(stay, concern.primary_window, died):
            born = who[stay.client].born_on
            yield stay, born, concern.primary_measure, concern.primary_window


def _ask(scope, metric, first=START, last=END, **asked):
    question = Question(metrics=(metric,), first=first, last=last, **asked)
    return query(question, scope).to_dict("records")


def _judge(url, invented, named, drawn, days):
    scope = open_practice(url)
    try:
        put_babies_on_file(invented, named, scope)
        stays = stays_plainly(scope)
        told = put_check_ins_on_file(scope, stays, drawn)
        as_of = max(plainly(scope).as_of.values())
        first, last = START + timedelta(days=days[0]), START + timedelta(days=sum(days))
        counted = list(_counted(scope))
        top, pairs, eligible = plain_outcomes.improved(
            counted, told, _rules(), first, min(last, as_of)
        )
        (row,) = _ask(scope, "improved_share", first, last)
        if told and row["denominator"] is not None:
            assert (row["numerator"], row["denominator"]) == (top, pairs)
            shown = pairs > 10 and pairs >= 0.4 * eligible
            assert (row["value"] is not None) == shown
        (row,) = _ask(scope, "response_rate", first, last)
        answered, asked, early = plain_outcomes.responses(
            told, first, last, as_of, died_plainly(scope)
        )
        if told and row["denominator"] is not None:
            assert (row["numerator"], row["denominator"]) == (answered, asked)
            assert early == 0 or asked <= 4 or f"{early} too recent to tell" in row["reason"]
        _same_episodes(scope, stays, told)
    finally:
        scope.close()


def _same_episodes(scope, stays, told):
    """Every viewer reads every episode of his or her families, each with its answers."""
    hers = replace(
        scope, viewer=Viewer("therapist", key_of(scope.practice_id, "therapist", "Maya Lopez"))
    )
    with scope.read() as conn:
        families = dict(map(tuple, conn.execute(select(client.c.id, client.c.family_id))))
        kinds = dict(map(tuple, conn.execute(select(client.c.id, client.c.kind))))
        own = set(conn.execute(hers.own_families()).scalars())
    died = died_plainly(scope)

    def window(stay):
        concern = _concern(stay, kinds[stay.client])
        return concern.primary_window if concern else None

    for viewer, totals in ((scope, True), (scope, False), (hers, False)):
        mine = [s for s in stays if viewer is scope or families[s.client] in own]
        if totals:
            mine = [s for s in mine if plain_outcomes.closed_before(s, window(s), died)]
        expected = sorted(
            (s.client, s.first, s.session, sum(
                len(a.values)
                for a in told
                if a.client == s.client
                and a.at is not None
                and (a.in_totals or not totals)
                and plain_outcomes.belongs(s, a.on)
            ))
            for s in mine
        )  # fmt: skip
        found = read_episodes(viewer, totals=totals)
        read = sorted((e.client_id, e.first, e.session, len(e.answers)) for e in found)
        assert read == expected


periods = st.tuples(st.integers(-20, 150), st.sampled_from((30, 90, 400)))


@given(practices(), babies, check_ins, periods)
@settings(max_examples=40, suppress_health_check=quickly)
def test_reading_agrees_with_the_plain_implementation(  # noqa: PLR0917
    sqlite_template, tmp_path, invented, named, drawn, days
):
    for leftover in tmp_path.glob("random.sqlite*"):
        leftover.unlink()
    shutil.copy(sqlite_template, tmp_path / "random.sqlite")
    _judge(f"sqlite:///{tmp_path / 'random.sqlite'}", invented, named, drawn, days)


@pytest.mark.postgres
@given(practices(), babies, check_ins, periods)
@settings(max_examples=6, suppress_health_check=quickly, phases=[Phase.explicit, Phase.generate])
def test_reading_agrees_on_postgresql_too(postgres_cluster, invented, named, drawn, days):
    name = f"outcomes_{os.getpid()}"
    try:
        _judge(postgres_cluster.create(name), invented, named, drawn, days)
    finally:
        postgres_cluster.drop(name)


FORM = (9 * 3600, True, 1)


def practice_that_answered(scope, families, answering, after):
    """Put families with a baby that cries on file; the first `answering` go from 10 to `after`."""
    names = [f"F{number:02}" for number in range(families)]
    named = [(name, "Mia", None, "gassy") for name in names]
    put_babies_on_file(Invented([booked(name, START) for name in names]), named, scope)
    stays = stays_plainly(scope)
    zero = dict.fromkeys(("cry_min", "feed_ease", "parent_pain", "top_concern"), 0)
    drawn = []
    for place in range(answering):
        drawn += [(place, -1, *FORM, zero | {"tummy": 10}, "B1")]
        drawn += [(place, 28, *FORM, zero | {"tummy": after}, "day28")]
    put_check_ins_on_file(scope, stays, drawn)


def test_counts_alone_are_told_of_ten(scope):
    practice_that_answered(scope, 12, 10, 5)
    (row,) = _ask(scope, "improved_share")
    assert (row["value"], row["numerator"], row["denominator"]) == (None, 10, 10)
    assert row["reason"] == "small"


def test_a_share_is_told_of_eleven(scope):
    practice_that_answered(scope, 12, 11, 9)
    (row,) = _ask(scope, "improved_share")
    assert (row["value"], row["numerator"], row["denominator"]) == (0, 0, 11)


def test_no_share_where_under_two_fifths_answered(sqlite_scope):
    practice_that_answered(sqlite_scope, 28, 11, 5)
    (row,) = _ask(sqlite_scope, "improved_share")
    assert (row["value"], row["reason"]) == (None, TOO_FEW_ANSWERED)


def test_nothing_is_told_by_city_or_therapist_or_to_a_therapist(sqlite_scope):
    practice_that_answered(sqlite_scope, 12, 12, 5)
    assert _ask(sqlite_scope, "improved_share", by=("city",)) == []
    (row,) = _ask(sqlite_scope, "improved_share", where=(("therapist", "Maya Lopez"),))
    assert (row["value"], row["denominator"], row["reason"]) == (None, None, WHOLE)
    id_ = key_of(sqlite_scope.practice_id, "therapist", "Maya Lopez")
    hers = replace(sqlite_scope, viewer=Viewer("therapist", id_))
    (row,) = _ask(hers, "improved_share")
    assert (row["value"], row["denominator"], row["reason"]) == (None, None, WHOLE)
    (row,) = _ask(hers, "response_rate")
    assert row["denominator"] == 12, "those of the day before are not of the period"


def test_without_check_ins_it_waits(sqlite_scope):
    put_babies_on_file(Invented([booked("Lee", START)]), [], sqlite_scope)
    (row,) = _ask(sqlite_scope, "improved_share")
    assert (row["value"], row["reason"]) == (None, NO_CHECK_INS)
