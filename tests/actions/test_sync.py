"""Acuity asked itself gives the same visits as its export, whatever happens on the way."""

import json
import shutil
import stat
from datetime import datetime, timedelta

import pytest

from allay_metrics import config
from allay_metrics.actions.file_import import import_file
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.sync import sync_acuity
from allay_metrics.cli import main
from allay_metrics.errors import ConfigProblem, FileProblem
from allay_metrics.intake.acuity_api import AcuityAccount, RequestPolicy
from allay_metrics.records import open_practice
from tests.support.acuity_server import KEY, USER, acuity
from tests.support.exports import ZONE, appointment, day, write_export
from tests.support.on_file import covered, states, visits

FIRST, LAST = day("2026-01-01"), day("2026-06-30")
DERIVED = (
    "id", "family_id", "therapist_id", "starts_at", "ends_at", "day", "minutes", "visit_type",
    "second_type", "state", "city", "city_how", "price_cents", "booked_on", "referral_source",
    "is_first", "rebooked", "wait_days",
)  # fmt: skip


def calendar():
    """Return half a year with days fuller than one answer's hundred may be, and all states."""
    rows = []
    for at in range(400):
        moment = datetime.fromisoformat("2026-01-05T08:00") + timedelta(days=at % 150, hours=at % 9)
        who = ("Ana Lee", "Bea Moss", "Cy Park", "Di Ruiz", "Eva Sol")[at % 5]
        row = appointment(str(1000 + at), moment.isoformat(" ", "minutes"), who)
        row |= {"city": ("Oakland", "Berkeley", "")[at % 3], "zip": "94010" if at % 3 == 2 else ""}
        row |= {"infants": "Mia & Leo", "born": "2025-12-01", "heard": "Doula"} if at % 4 else {}
        row |= {"phone": "+15105550101", "type": "Lactation visit"} if at % 7 == 0 else {}
        if at % 6 == 0:
            row |= {"canceled": "yes", "label": "no show" if at % 12 == 0 else ""}
        elif at % 5 == 0:
            row |= {"label": "Completed", "price": "1,150.00"}
        rows.append(row)
    return rows


@pytest.fixture
def waits():
    """Seconds that were waited, one after the other; nobody really waits."""
    return []


@pytest.fixture
def sync(sqlite_scope, waits):
    """A function that asks a server and takes in what it tells."""
    policy = RequestPolicy(sleep=waits.append)

    def run(told, key=KEY, **options):
        days = {"first": FIRST, "last": LAST} | options
        return sync_acuity(sqlite_scope, AcuityAccount(told.url, USER, key), policy=policy, **days)

    return run


def test_by_file_and_by_api_the_visits_are_the_same(sync, sqlite_scope, new_sqlite, tmp_path):
    rows = calendar()
    path = write_export(tmp_path / "all.csv", rows, without=())
    now = int(datetime.now(ZONE).timestamp())
    import_file(new_sqlite, path, holds="all", covers=(FIRST, LAST), as_of=now)
    with acuity(rows) as told:
        report = sync(told)
    assert (report.rows_read, report.added, report.source) == (400, 400, "acuity")
    assert states(sqlite_scope) == states(new_sqlite)
    assert {"completed", "cancelled", "no_show"} == set(states(sqlite_scope).values())
    told_by = [_derived(scope) for scope in (sqlite_scope, new_sqlite)]
    assert told_by[0] == told_by[1]
    assert covered(sqlite_scope) == covered(new_sqlite)
    assert check_records(sqlite_scope) == []


def _derived(scope):
    ids = {"id", "family_id", "therapist_id"}  # made of the practice's own
    return visits(scope, *(name for name in DERIVED if name not in ids))


@pytest.fixture
def new_sqlite(sqlite_template, tmp_path):
    """The scope of a second practice."""
    path = tmp_path / "second.sqlite"
    shutil.copy(sqlite_template, path)
    scope = open_practice(f"sqlite:///{path}")
    yield scope
    scope.close()


def test_asked_twice_nothing_changes_and_what_vanished_is_missing(sync, sqlite_scope):
    rows = calendar()
    with acuity(rows) as told:
        sync(told)
        again = sync(told)
        told.rows = told.rows[1:]
        less = sync(told, first=FIRST)
    assert (again.added, again.updated, again.unchanged) == (0, 0, 400)
    assert less.unchanged == 399
    assert check_records(sqlite_scope) == []


def test_an_answer_that_is_full_is_asked_for_in_halves(sync):
    with acuity(calendar()) as told:
        assert sync(told).added == 400
    assert all(int(asked["max"]) == 100 for asked in told.asked)
    assert len({(asked["minDate"], asked["maxDate"]) for asked in told.asked}) == len(told.asked)


def test_a_day_fuller_than_an_answer_is_refused_not_cut(sync):
    full = [appointment(str(at), "2026-03-02 10:00", f"Ana L{at}") for at in range(100)]
    with acuity(full) as told, pytest.raises(FileProblem, match="on 2026-03-02"):
        sync(told)


def test_slips_on_the_way_lose_nothing(sync, waits):
    with acuity(calendar(), {1: "429", 3: "drop", 5: "500"}) as told:
        assert sync(told).added == 400
    assert 7.0 in waits  # as Retry-After said


def test_it_goes_on_where_it_stopped_and_leaves_nothing_behind(sync, sqlite_scope):
    spool = config.data_dir() / "sync"
    with acuity(calendar(), dict.fromkeys(range(4, 9), "drop")) as told:
        with pytest.raises(FileProblem, match="5 times in a row"):
            sync(told)
        assert not sqlite_scope.has_records()
        kept = sorted(spool.glob("*/*.json"))
        assert len(kept) >= 1
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
        assert {stat.S_IMODE(path.parent.stat().st_mode) for path in kept} == {0o700}
        before = len(told.asked)
        assert sync(told).added == 400
    windows = [(asked["minDate"], asked["maxDate"]) for asked in told.asked]
    done = {json.dumps(window) for window in windows[:before]} - {json.dumps(windows[before - 1])}
    assert not done & {json.dumps(window) for window in windows[before:]}
    assert list(spool.glob("*")) == []


def test_a_wrong_key_is_one_sentence_without_the_key(sync, waits):
    with acuity([]) as told, pytest.raises(ConfigProblem) as refused:
        sync(told, key="wrong-secret")
    assert len(told.asked) == 1
    assert "wrong-secret" not in str(refused.value)
    assert waits == [RequestPolicy().pause]


def test_the_key_is_in_no_text_and_goes_nowhere_unsafe():
    account = AcuityAccount("https://acuityscheduling.com", USER, KEY)
    assert KEY not in f"{account} {account!r}"
    for url in ("http://acuityscheduling.com", "ftp://localhost", "acuityscheduling.com"):
        with pytest.raises(ConfigProblem, match="https"):
            AcuityAccount(url, USER, KEY)


def test_the_command_line_syncs(monkeypatch, capsys):
    args = ["sync", "acuity", "--from", "2026-03-01", "--to", "2026-03-07", "--json"]
    assert main(args) == 2
    assert "ALLAY_ACUITY_KEY" in capsys.readouterr().err
    with acuity([appointment("1", "2026-03-02 10:00")]) as told:
        monkeypatch.setenv("ALLAY_ACUITY_USER", USER)
        monkeypatch.setenv("ALLAY_ACUITY_KEY", KEY)
        monkeypatch.setenv("ALLAY_ACUITY_URL", told.url)
        assert main(args) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["added"] == 1
    assert KEY not in said.out + said.err
