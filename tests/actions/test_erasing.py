"""An erased family is gone from tables, raw rows, files and numbers; no file brings it back."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from allay_metrics.actions.erased_registry import REASON
from allay_metrics.actions.family_erasure import erase_family
from allay_metrics.actions.notes import add_tag, save_client_note
from allay_metrics.actions.records_check import check_records
from allay_metrics.derive.city import find_city
from allay_metrics.errors import NotAllowed, NotFound
from allay_metrics.records import Viewer
from allay_metrics.records.tables import (
    answer,
    check_in,
    client,
    family,
    import_,
    metadata,
    set_aside,
)
from tests.support.exports import appointment
from tests.support.on_file import visits
from tests.support.postgres import find_programs

MONDAY, TUESDAY = "2026-03-09 08:00", "2026-03-10 08:00"
# What tells the family: words that stand nowhere else, in every place a source may have them.
# Each has a letter that no key or hash has, or ten digits: none is found by chance.
WHO = "Quillon Vexworthy"
SEEDED = (
    "Quillon", "Vexworthy", "Zephyrina", "Ottoline", "quillon.vexworthy@", "4155550177",
    "Wisteria Lane", "9917Q", "Gatecode", "doubtful-lump", "Marchbanks", "Peregrine", "Thistledown",
    "Umbrage", "Yarrowby", "Bexhill", "Crispinella", "Dunstable", "Everglot", "Fauntleroy",
)  # fmt: skip


def _theirs(key, start, **cells):
    told = {
        "phone": "415-555-0177",
        "address": "9917Q Wisteria Lane",
        "infants": "Zephyrina & Ottoline",
        "born": "2026-01-15",
        "notes": "Gatecode Dunstable",
        "heard": "Marchbanks",
    }
    return appointment(key, start, WHO, **(told | cells))


ROWS = [
    _theirs("1", "2026-03-02 10:00"),
    _theirs("2", "2026-03-05 10:00"),
    _theirs("3", "2026-03-06 10:00", price="Peregrine"),  # counts, with a warning
    _theirs("4", "2026-03-06 10:00") | {"start": "Thistledown"},  # set aside: no date
    appointment("5", "2026-03-03 10:00", "Bea Moss"),
    appointment("6", "2026-03-04 10:00", "Quill Moss") | {"start": "never"},  # another's, set aside
]
CHANGED = [_theirs("1", "2026-03-02 10:00", notes="Umbrage"), *ROWS[1:]]


@pytest.fixture
def told(desk):
    """A family told of twice, with all that people add to it, beside one that stays."""
    desk.take_in(ROWS, MONDAY)
    desk.take_in(CHANGED, TUESDAY)
    scope, infant = desk.scope, _client(desk.scope)
    save_client_note(scope, infant, "Yarrowby said: the doubtful-lump", 0)
    add_tag(scope, infant, "Bexhill")
    _check_in(scope, "asked", client_id=infant, words="Crispinella")
    _check_in(
        scope,
        "stray",
        respondent_email="quillon.vexworthy@example.org",
        respondent_details=json.dumps({"other": {"Fauntleroy": "Everglot"}}),
        doubt="Whose is it?",
    )
    return desk


def _client(scope):
    named = select(client.c.id).where(client.c.name == "Zephyrina")
    with scope.read() as conn:
        return conn.execute(named).scalar_one()


def _check_in(scope, key, *, words="", **told):
    ids = {"practice_id": scope.practice_id, "id": key, "source_key": key, "source": "form"}
    row = {"moment": "B0", "due_on": "2026-03-01", "language": "en", "in_totals": 1}
    with scope.write("put a check-in on file") as conn:
        conn.execute(insert(check_in), {**ids, **row, **told})
        given = {"measure": "words", "text": words, "saved_at": 1}
        keys = {"practice_id": scope.practice_id, "check_in_id": key}
        conn.execute(insert(answer), {**keys, **given})


def _family(scope):
    with scope.read() as conn:
        named = select(family.c.id).where(family.c.email == "quillon.vexworthy@example.org")
        return conn.execute(named).scalar_one()


def _in_tables(scope):
    """Return which seeded words stand in which table."""
    found = set()
    with scope.read() as conn:
        for table in metadata.sorted_tables:
            text = repr(conn.execute(select(table)).all())
            found |= {(table.name, word) for word in SEEDED if word.lower() in text.lower()}
    return found


def _in_files(scope):
    """Return which seeded words stand in the bytes below: the file and its log, or a dump."""
    url = scope.database_url
    if url.startswith("sqlite"):
        file = Path(url.removeprefix("sqlite:///"))
        held = b"".join(path.read_bytes() for path in file.parent.glob(f"{file.name}*"))
    else:
        plain = url.replace("postgresql+psycopg", "postgresql")
        dump = [find_programs() / "pg_dump", "--enable-row-security", plain]
        held = subprocess.run(dump, capture_output=True, check=True).stdout
    return {word for word in SEEDED if word.lower().encode() in held.lower()}


def test_everything_seeded_is_there_before(told):
    """Without this the next test would pass on nothing."""
    assert {word for _, word in _in_tables(told.scope)} == set(SEEDED)
    assert _in_files(told.scope) == set(SEEDED)


def test_an_erased_family_is_in_no_table_and_no_file(told, record_property):
    gone = erase_family(told.scope, _family(told.scope))
    assert (gone.rows, gone.check_ins, gone.aside) == (3, 2, 2)
    assert gone.scrubbed
    assert _in_tables(told.scope) == set()
    left = _in_files(told.scope)
    assert left == set()
    record_property("hardening", f"{len(left)} of {len(SEEDED)} seeded words")


def test_an_address_that_was_read_is_not_remembered(told):
    assert find_city.cache_info().currsize, "the import read addresses"
    erase_family(told.scope, _family(told.scope))
    assert find_city.cache_info().currsize == 0


def test_the_numbers_count_it_no_more_and_the_records_are_whole(told):
    erase_family(told.scope, _family(told.scope))
    assert visits(told.scope, "state") == [("completed",)]
    assert check_records(told.scope) == []


def test_another_familys_row_set_aside_stays(told):
    erase_family(told.scope, _family(told.scope))
    with told.scope.read() as conn:
        raw = conn.execute(select(set_aside.c.raw)).scalars().all()
    assert len(raw) == 2  # one a file
    assert all("Quill" in content for content in raw)


@pytest.mark.parametrize("again", [ROWS, [_theirs("9", "2026-03-20 10:00")]])
def test_the_same_family_in_a_newer_file_is_kept_out_row_by_row(told, again):
    erase_family(told.scope, _family(told.scope))
    report = told.take_in(again, "2026-03-11 08:00")
    out = [row for row in report.set_aside if row.reason == REASON]
    assert len(out) == sum(row["last"] == "Vexworthy" for row in again)
    counted = report.added + report.updated + report.unchanged + len(report.set_aside)
    assert report.rows_read == counted == len(again)
    assert _in_tables(told.scope) == set()
    assert check_records(told.scope) == []


def test_rows_kept_out_wait_for_nobody(told):
    erase_family(told.scope, _family(told.scope))
    told.take_in(ROWS, "2026-03-11 08:00")
    with told.scope.read() as conn:
        waiting = select(func.count()).where(
            set_aside.c.reason == REASON, set_aside.c.dismissed_at.is_(None)
        )
        assert conn.execute(waiting).scalar_one() == 0


def test_what_is_remembered_names_nobody_and_tells_others_apart(told):
    erase_family(told.scope, _family(told.scope))
    report = told.take_in([appointment("7", "2026-03-12 10:00", "Cal Reyes")], "2026-03-13 08:00")
    assert (report.added, len(report.set_aside)) == (1, 0)


def test_the_account_of_an_import_says_how_many_rows_were_taken_out(told):
    erase_family(told.scope, _family(told.scope))
    with told.scope.read() as conn:
        taken = conn.execute(select(import_.c.rows_read, import_.c.erased)).all()
    assert taken == [(6, 4), (6, 4)]


def test_a_family_is_erased_once_by_the_owner_alone(told):
    which = _family(told.scope)
    hers = replace(told.scope, viewer=Viewer("therapist", "maya"))
    with pytest.raises(NotAllowed):
        erase_family(hers, which)
    erase_family(told.scope, which)
    with pytest.raises(NotFound, match="erased already"):
        erase_family(told.scope, which)
