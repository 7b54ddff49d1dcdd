"""Episodes on file: one per stay and client, with the concern declared, whatever is undone."""

import os
import shutil
from datetime import date

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select

from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.undo import undo_import
from allay_metrics.outcomes.concern_words import concern_of
from allay_metrics.records import open_practice
from allay_metrics.records.tables import check_in, client, episode
from tests.support.answered import put_babies_on_file, stays_plainly
from tests.support.exports import appointment, day
from tests.support.practices import FAMILIES, Invented, Told, booked, practices

CONCERNS = ("Colic, cries all evening", "tight jaw", "back pain", "something else", None)
babies = st.lists(
    st.tuples(
        st.sampled_from(FAMILIES),
        st.sampled_from((None, "Mia", "Mia & Leo")),
        st.none() | st.just(date(2026, 1, 2)),
        st.sampled_from(CONCERNS),
    ),
    max_size=6,
)


def episodes(scope):
    """Return (client, first day, last day, visits, concern, closed) of each episode, in order."""
    columns = ("client_id", "opened_on", "last_on", "visits", "concern", "closed_on")
    asked = select(*(episode.c[name] for name in columns))
    with scope.read() as conn:
        return sorted(map(tuple, conn.execute(asked)), key=lambda row: (row[0], row[1]))


def _plainly(scope):
    with scope.read() as conn:
        kinds = dict(map(tuple, conn.execute(select(client.c.id, client.c.kind))))
    return [
        (s.client, s.first, s.last, s.visits, concern_of(s.text, kinds[s.client]), s.closed)
        for s in sorted(stays_plainly(scope), key=lambda s: (s.client, s.first))
    ]


def _judge(url, invented, named):
    scope = open_practice(url)
    try:
        put_babies_on_file(invented, named, scope)
        assert episodes(scope) == _plainly(scope)
    finally:
        scope.close()


quickly = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@given(practices(), babies)
@settings(max_examples=40, suppress_health_check=quickly)
def test_episodes_agree_with_the_plain_implementation(sqlite_template, tmp_path, invented, named):
    for leftover in tmp_path.glob("random.sqlite*"):
        leftover.unlink()
    shutil.copy(sqlite_template, tmp_path / "random.sqlite")
    _judge(f"sqlite:///{tmp_path / 'random.sqlite'}", invented, named)


@pytest.mark.postgres
@given(practices(), babies)
@settings(max_examples=6, suppress_health_check=quickly, phases=[Phase.explicit, Phase.generate])
def test_episodes_agree_on_postgresql_too(postgres_cluster, invented, named):
    name = f"episodes_{os.getpid()}"
    try:
        _judge(postgres_cluster.create(name), invented, named)
    finally:
        postgres_cluster.drop(name)


def test_twins_have_an_episode_each_and_the_first_concern_told_counts(scope):
    first, second = date(2026, 2, 2), date(2026, 2, 9)
    invented = Invented([booked("Lee", first), booked("Lee", second)], [Told.all()])
    put_babies_on_file(invented, [("Lee", "Mia & Leo", None, "colic")], scope)
    assert [row[1:5] for row in episodes(scope)] == [(first, second, 2, "crying")] * 2


def test_nothing_declared_stays_nothing(scope):
    put_babies_on_file(Invented([booked("Lee", date(2026, 2, 2))]), [], scope)
    assert [row[4] for row in episodes(scope)] == [None]


def test_an_undone_import_takes_its_episodes_along(sqlite_desk):
    sqlite_desk.take_in([appointment("1", "2026-03-02 10:00", infants="Mia")], "2026-03-09 08:00")
    before = episodes(sqlite_desk.scope)
    rows = [appointment("2", "2026-06-02 10:00", infants="Mia")]
    report = sqlite_desk.take_in(rows, "2026-06-09 08:00", covers=(day("2026-06-01"),) * 2)
    assert len(episodes(sqlite_desk.scope)) == 2
    undo_import(sqlite_desk.scope, report.import_id)
    assert episodes(sqlite_desk.scope) == before
    assert check_records(sqlite_desk.scope) == []


def test_check_ins_follow_a_client_to_her_new_family(sqlite_desk):
    scope = sqlite_desk.scope
    row = appointment("1", "2026-03-02 10:00", infants="Mia")
    sqlite_desk.take_in([row], "2026-03-09 08:00")
    ((old,),) = _clients(scope)
    with scope.write("ask") as conn:
        asked = {"id": "c1", "client_id": old, "moment": "day28", "due_on": day("2026-03-30")}
        form = {"source": "form", "source_key": "k", "language": "en", "in_totals": 1}
        conn.execute(insert(check_in), {"practice_id": scope.practice_id, **asked, **form})
    moved = {**row, "email": "another@example.org"}
    sqlite_desk.take_in([moved], "2026-03-16 08:00")
    ((new,),) = _clients(scope)
    assert new != old
    with scope.read() as conn:
        assert conn.execute(select(check_in.c.client_id)).scalars().all() == [new]


def _clients(scope):
    with scope.read() as conn:
        return [tuple(row) for row in conn.execute(select(client.c.id))]
