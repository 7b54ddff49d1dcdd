"""What a newer file shows to be gone, what it asks first, and what nobody confirmed.

Random practices come in by the real importer and are judged by tests/plain_absence.py.
"""

import os
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from allay_metrics.actions.absence import mark_missing
from allay_metrics.actions.absence_answers import (
    answer_absence,
    read_absence_question,
    undo_absence_answer,
)
from allay_metrics.actions.missing_decisions import decide_missing
from allay_metrics.actions.records_check import check_records
from allay_metrics.actions.set_aside_edits import correct_row
from allay_metrics.actions.undo import undo_import
from allay_metrics.derive.absence_evidence import AbsenceAnswer
from allay_metrics.errors import Conflict, NotFound
from allay_metrics.records.tables import booking, import_
from tests import plain_absence as plain
from tests.support.exports import ZONE, appointment, day, instant
from tests.support.on_file import bookings, fingerprint, missing_ids, states, visits
from tests.support.random_exports import a_desk

EXAMPLES = settings(
    max_examples=12,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
THERAPISTS = ("Maya Lopez", "Ines Park", "Jen Park")
TYPES = {"cst": "Infant CST", "lactation": "Lactation", "massage": "Prenatal massage"}
FIRST_DAY = datetime(2026, 1, 5, tzinfo=ZONE)


def visit_row(number, days, hour, therapist=0, kind="cst"):
    """A row of the export: its start `days` after Monday 5 January."""
    start = FIRST_DAY + timedelta(days=days, hours=hour)
    return appointment(
        f"v{number}",
        f"{start:%Y-%m-%d %H:%M}",
        f"Fam Number{number}",
        therapist=THERAPISTS[therapist],
        type=TYPES[kind],
        booked="2026-01-01",
    )


@st.composite
def practices(draw, least=6, most=40, days=70):
    """Rows of a whole export: each visit a family of its own, at most one a therapist and hour."""
    places = draw(
        st.lists(
            st.tuples(st.integers(0, days), st.integers(8, 17), st.integers(0, 2)),
            min_size=least,
            max_size=most,
            unique=True,
        )
    )
    kinds = st.sampled_from(list(TYPES))
    return [
        visit_row(number, days, hour, therapist, draw(kinds))
        for number, (days, hour, therapist) in enumerate(sorted(places))
    ]


def start_of(row):
    return datetime.strptime(row["start"].upper(), "%B %d, %Y %I:%M %p").replace(tzinfo=ZONE)


def end_of(row):
    return start_of(row) + timedelta(hours=1)


def wall(moment):
    return f"{moment:%Y-%m-%d %H:%M}"


def marks(scope):
    """By key: the mark of each booking that is missing, waits for an answer or is unconfirmed."""
    columns = ("missing_from_import_id", "unanswered_import_id", "unconfirmed")
    found = bookings(scope, *columns)
    return {
        "missing": {key for key, (by, _, _) in found.items() if by},
        "asked": {key for key, (_, asks, _) in found.items() if asks},
        "unconfirmed": {key for key, (_, _, flag) in found.items() if flag},
    }


# Parts of one export


@st.composite
def parts_of_an_export(draw):
    """A whole export, and its parts in any order: by days, by therapist or by type."""
    rows = draw(practices())
    how = draw(st.sampled_from(("days", "therapist", "type")))
    if how == "days":
        cuts = draw(st.lists(st.integers(1, 69), min_size=1, max_size=3, unique=True))

        def part(row):
            return sum((start_of(row).date() - FIRST_DAY.date()).days >= cut for cut in cuts)

    else:

        def part(row):
            return row[how]

    parts = {}
    for row in rows:
        parts.setdefault(part(row), []).append(row)
    waits = st.integers(2, 40 * 24)
    files = [
        (theirs, max(map(end_of, theirs)) + timedelta(hours=draw(waits)))
        for theirs in parts.values()
    ]
    return rows, draw(st.permutations(files))


@EXAMPLES
@given(parts_of_an_export())
def test_parts_of_an_export_end_in_what_the_whole_says(sqlite_template, tmp_path, drawn):
    rows, files = drawn
    with a_desk(sqlite_template, tmp_path) as whole:
        whole.take_in(rows, wall(max(map(end_of, rows)) + timedelta(hours=3)))
        expected = states(whole.scope)
    with a_desk(sqlite_template, tmp_path) as desk:
        for part, as_of in files:
            desk.take_in(part, wall(as_of))
        assert states(desk.scope) == expected
        assert marks(desk.scope)["unconfirmed"] == set()


# A newer export that drops some


@st.composite
def exports_that_drop_a_few(draw):
    """An export with visits to come, and 1 to 3 of those that a newer one drops in its span."""
    rows = draw(practices(least=30, most=60))
    as_of = FIRST_DAY + timedelta(days=draw(st.integers(10, 40)), hours=20)
    ahead = [row for row in rows[1:-1] if end_of(row) > as_of]
    assume(len(ahead) >= 3)
    dropped = draw(st.lists(st.sampled_from(ahead), min_size=1, max_size=3, unique_by=id))
    newer = as_of + timedelta(days=draw(st.integers(1, 14)))
    return rows, as_of, [row["key"] for row in dropped], newer


@EXAMPLES
@given(exports_that_drop_a_few())
def test_a_few_visits_to_come_that_a_newer_export_drops_are_missing(
    sqlite_template, tmp_path, drawn
):
    rows, as_of, dropped, newer = drawn
    left = [row for row in rows if row["key"] not in dropped]
    gone = [row for row in rows if row["key"] in dropped]
    file = plain.File("newer", 1, [plain_row(row) for row in left])
    # Two or three may be over half of what a therapist has in a month: then it is asked.
    assume(not plain.blamed(file, [plain_row(row) for row in gone]))
    assume({row["therapist"] for row in gone} <= {row["therapist"] for row in left})
    with a_desk(sqlite_template, tmp_path) as desk:
        desk.take_in(rows, wall(as_of))
        report = desk.take_in(left, wall(newer))
        assert marks(desk.scope)["missing"] == set(dropped)
        assert (report.missing, report.missing_unconfirmed) == (len(dropped), 0)


@st.composite
def files_in_turn(draw):
    """Some exports, each any part of the practice, exported and taken in in any order.

    One may come in a second time, and may write its therapists in capital letters.
    """
    rows = draw(practices(least=3, most=14, days=40))
    files = []
    for _ in range(draw(st.integers(2, 4))):
        held = draw(st.lists(st.sampled_from(rows), min_size=1, unique_by=id))
        if draw(st.booleans()):
            held = [row | {"therapist": row["therapist"].upper()} for row in held]
        as_of = FIRST_DAY + timedelta(days=draw(st.integers(0, 50)), hours=19)
        files.append((held, as_of))
    again = draw(st.lists(st.sampled_from(files), max_size=1))
    answers = st.sampled_from((None, None, [], [("therapist", THERAPISTS[0])]))
    return [(*file, draw(answers)) for file in [*files, *again]]


@EXAMPLES
@given(files_in_turn())
def test_every_visit_stands_as_the_slow_rules_say(sqlite_template, tmp_path, files):
    with a_desk(sqlite_template, tmp_path) as desk:
        told = []
        for number, (rows, as_of, answer) in enumerate(files):
            given_answer = None if answer is None else AbsenceAnswer(frozenset(answer))
            name = f"{rows[0]['key']}-{as_of:%m%d}.csv"
            desk.take_in(rows, wall(as_of), name, answer=given_answer)
            plain_rows = list(map(plain_row, rows))
            file = plain.File(str(number), int(as_of.timestamp()), plain_rows)
            plain.take_in(told, file, answer and [(k, plain.same_name(v)) for k, v in answer])
        found, verdicts = marks(desk.scope), plain.judge(told, midnight_before)
        assert found["missing"] == set(verdicts.missing)
        assert found["asked"] == set(verdicts.asked)
        assert found["unconfirmed"] == verdicts.unconfirmed
        assert check_records(desk.scope) == []


def plain_row(row):
    kind = next(kind for kind, name in TYPES.items() if name == row["type"])
    start, end = start_of(row), end_of(row)
    return plain.Row(
        row["key"],
        row["email"],
        row["therapist"],
        kind,
        int(start.timestamp()),
        int(end.timestamp()),
        f"{start:%Y-%m}",
    )


def midnight_before(moment):
    local = datetime.fromtimestamp(moment, ZONE)
    return int(local.replace(hour=0, minute=0, second=0).timestamp())


# One by one

MONDAY, NEXT = "2026-01-19 08:00", "2026-01-26 08:00"
FORTNIGHT = [visit_row(number, number, 10) for number in range(21)]  # 5 to 25 January, one a day


def without(*keys):
    return [row for row in FORTNIGHT if row["key"] not in keys]


def test_a_mass_disappearance_asks_before_anything_is_missing(desk):
    desk.take_in(FORTNIGHT, MONDAY)
    report = desk.take_in(without("v15", "v16", "v17", "v18"), NEXT)
    assert (report.missing, report.missing_unconfirmed) == (0, 4)
    question = report.question
    assert question.visits == 4
    maya = next(count for count in question.groups if count.group[0] == "therapist")
    assert (maya.absent, maya.of, maya.is_suspicious) == (4, 21, True)
    assert set(states(desk.scope).values()) == {"completed", "booked"}


def test_three_may_go_unasked(sqlite_desk):
    sqlite_desk.take_in(FORTNIGHT, MONDAY)
    report = sqlite_desk.take_in(without("v15", "v16", "v17"), NEXT)
    assert (report.missing, report.missing_unconfirmed, report.question) == (3, 0, None)


def test_what_she_believes_is_missing(desk):
    desk.take_in(FORTNIGHT, MONDAY)
    asked = desk.take_in(without("v15", "v16", "v17", "v18"), NEXT)
    before = fingerprint(desk.scope)
    assert answer_absence(desk.scope, asked.import_id, AbsenceAnswer()).missing == 4
    assert states(desk.scope)["v15"] == "missing"
    assert undo_absence_answer(desk.scope, asked.import_id).unanswered == 4
    assert fingerprint(desk.scope) == before
    with pytest.raises(Conflict, match="No answer is recorded"):
        undo_absence_answer(desk.scope, asked.import_id)


def test_what_the_file_did_not_hold_stands_and_is_not_asked_again(desk):
    desk.take_in(FORTNIGHT, MONDAY)
    partial = without("v15", "v16", "v17", "v18")
    asked = desk.take_in(partial, NEXT)
    answer = AbsenceAnswer(frozenset({("month", "2026-01")}))
    assert answer_absence(desk.scope, asked.import_id, answer).missing == 0
    later = desk.take_in(partial, "2026-02-02 08:00")
    assert (later.missing, later.missing_unconfirmed) == (0, 0)
    with pytest.raises(NotFound, match="no open question"):
        answer_absence(desk.scope, later.import_id, answer)
    # One that holds their like and lacks a single one of them shows that this one is gone.
    whole = desk.take_in(without("v16"), "2026-02-03 08:00")
    assert (whole.missing, states(desk.scope)["v16"]) == (1, "missing")


def test_a_file_cut_the_same_way_is_no_evidence_about_what_the_other_left_out(sqlite_desk):
    """Ines loses 2 of 3, which asks; Maya's single visit, asked with them, is in no doubt alone."""
    ines = [visit_row(50 + number, 12 + number, 12, therapist=1) for number in range(3)]
    sqlite_desk.take_in(FORTNIGHT + ines, MONDAY)
    partial = [*without("v16"), ines[2]]
    asked = sqlite_desk.take_in(partial, NEXT)
    both = AbsenceAnswer(frozenset({("therapist", "Ines Park"), ("therapist", "Maya Lopez")}))
    assert answer_absence(sqlite_desk.scope, asked.import_id, both).unanswered == 0
    later = sqlite_desk.take_in(partial, "2026-01-27 08:00")
    assert (later.missing, later.missing_unconfirmed) == (0, 0)


def test_an_answer_is_about_the_visits_that_were_asked_about_alone(sqlite_desk):
    """What the file lacks beside them, once its days are changed, is asked about anew."""
    from allay_metrics.actions.coverage_changes import change_days

    desk = sqlite_desk
    desk.take_in(FORTNIGHT, MONDAY)
    narrow = [row for row in FORTNIGHT if row["key"] in ("v12", "v14", "v19")]
    asked = desk.take_in(narrow, NEXT)
    assert (
        answer_absence(desk.scope, asked.import_id, AbsenceAnswer()).missing
        == asked.question.visits
    )
    gone = marks(desk.scope)["missing"]
    change_days(desk.scope, asked.import_id, day("2026-01-05"), day("2026-01-25"))
    found = marks(desk.scope)
    assert found["missing"] == gone
    assert found["asked"] == {row["key"] for row in FORTNIGHT} - gone - {"v12", "v14", "v19"}
    answer_absence(desk.scope, asked.import_id, AbsenceAnswer(frozenset({("month", "2026-01")})))
    assert marks(desk.scope) == {"missing": gone, "asked": set(), "unconfirmed": set()}


def test_an_older_export_taken_in_after_a_confirmed_one_asks_about_what_only_it_holds(sqlite_desk):
    desk = sqlite_desk
    desk.take_in(without("v14", "v15", "v16", "v17"), NEXT, answer=AbsenceAnswer())
    report = desk.take_in(FORTNIGHT, MONDAY)
    assert (report.missing, report.missing_unconfirmed) == (0, 4)


def test_a_therapist_written_in_other_letters_is_the_same_one(sqlite_desk):
    desk = sqlite_desk
    desk.take_in(FORTNIGHT, MONDAY)
    shouted = [row | {"therapist": "MAYA  LOPEZ"} for row in without("v14", "v15", "v16", "v17")]
    report = desk.take_in(shouted, NEXT)
    assert (report.missing, report.missing_unconfirmed, report.silences) == (0, 4, [])
    maya = next(count for count in report.question.groups if count.group[0] == "therapist")
    assert (maya.group[1], maya.absent, maya.of) == ("Maya Lopez", 4, 21)
    left_out = AbsenceAnswer(frozenset({maya.group}))
    assert answer_absence(desk.scope, report.import_id, left_out).unanswered == 0
    # A spelling that comes in later is no new therapist either.
    later = desk.take_in([row | {"therapist": "maya lopez"} for row in shouted], "2026-01-27 08:00")
    assert (later.missing, later.missing_unconfirmed) == (0, 0)


def test_a_file_taken_in_again_and_believed_answers_for_the_first_time_too(sqlite_desk):
    sqlite_desk.take_in(FORTNIGHT, MONDAY)
    partial = without("v15", "v16", "v17", "v18")
    sqlite_desk.take_in(partial, NEXT, name="partial.csv")
    again = sqlite_desk.take_in(partial, NEXT, name="partial.csv", answer=AbsenceAnswer())
    assert (again.missing, again.missing_unconfirmed) == (4, 0)


def test_an_answer_goes_with_its_undone_import(desk):
    desk.take_in(FORTNIGHT, MONDAY)
    before = fingerprint(desk.scope)
    asked = desk.take_in(without("v15", "v16", "v17", "v18"), NEXT)
    answer_absence(desk.scope, asked.import_id, AbsenceAnswer())
    undo_import(desk.scope, asked.import_id)
    assert fingerprint(desk.scope) == before


def test_a_visit_long_over_when_last_held_is_asked_about(sqlite_desk):
    """Nobody cancels in February what took place on 6 January."""
    sqlite_desk.take_in(FORTNIGHT, "2026-02-02 08:00")
    report = sqlite_desk.take_in(without("v1", "v19"), "2026-02-03 08:00")
    found = marks(sqlite_desk.scope)
    assert (report.missing, found["missing"], found["asked"]) == (1, {"v19"}, {"v1"})


def test_another_therapists_file_is_no_evidence(sqlite_desk):
    ines = [visit_row(50 + number, number, 12, therapist=1) for number in range(21)]
    sqlite_desk.take_in(FORTNIGHT, MONDAY)
    report = sqlite_desk.take_in(ines, NEXT)
    assert (report.missing, report.missing_unconfirmed) == (0, 0)
    to_come = {f"v{number}" for number in range(14, 21)}
    assert marks(sqlite_desk.scope)["unconfirmed"] == to_come
    assert states(sqlite_desk.scope)["v15"] == "booked"


def test_another_types_file_is_no_evidence(sqlite_desk):
    massages = [visit_row(50 + number, number, 12, kind="massage") for number in range(21)]
    sqlite_desk.take_in(FORTNIGHT, MONDAY)
    report = sqlite_desk.take_in(massages, NEXT)
    assert (report.missing, report.missing_unconfirmed) == (0, 0)


def test_files_of_one_morning_confirm_each_other(sqlite_desk):
    ines = [visit_row(50 + number, number, 12, therapist=1) for number in range(21)]
    sqlite_desk.take_in(FORTNIGHT, MONDAY)
    sqlite_desk.take_in(ines, "2026-01-19 08:05")
    assert marks(sqlite_desk.scope)["unconfirmed"] == set()


def written_later(desk, rows):
    """One more export, by its own time a minute after those before."""
    path = desk.write(rows)
    moment = path.stat().st_mtime + 60
    os.utime(path, (moment, moment))
    return path


def test_files_given_together_without_a_moment_are_not_newer_than_each_other(sqlite_desk):
    from allay_metrics.actions.file_import import import_file

    desk = sqlite_desk
    import_file(desk.scope, desk.write(FORTNIGHT), batch="together")
    report = import_file(desk.scope, written_later(desk, without("v5")), batch="together")
    assert report.missing == report.missing_unconfirmed == 0


def test_files_given_together_twice_are_not_newer_than_each_other_either(sqlite_desk):
    """Each lacks what the other holds: two therapists' files of one hour, and a shared visit."""
    from allay_metrics.actions.file_import import import_file

    desk = sqlite_desk
    first = desk.write(FORTNIGHT[:11])
    second = written_later(desk, [FORTNIGHT[0], *FORTNIGHT[10:]])
    for batch in ("one", "two"):
        for path in (first, second):
            report = import_file(desk.scope, path, batch=batch)
            assert report.missing == report.missing_unconfirmed == 0
    alone = import_file(desk.scope, second)
    assert alone.missing == alone.missing_unconfirmed == 0


def test_a_mended_row_belongs_to_the_files_its_own_was_given_with(sqlite_desk):
    from allay_metrics.actions.file_import import import_file

    desk = sqlite_desk
    bad = FORTNIGHT[5] | {"end": "never"}
    first = import_file(desk.scope, desk.write([*without("v5"), bad]), batch="together")
    correct_row(desk.scope, first.import_id, 21, {"End Time": "January 10, 2026 11:00 am"})
    report = import_file(desk.scope, written_later(desk, without("v5")), batch="together")
    assert (states(desk.scope)["v5"], report.missing, report.missing_unconfirmed) == (
        "completed", 0, 0,
    )  # fmt: skip


def test_a_mended_row_in_other_letters_is_of_the_same_therapist(sqlite_desk):
    desk = sqlite_desk
    bad = FORTNIGHT[5] | {"end": "never", "therapist": "MAYA LOPEZ"}
    first = desk.take_in([*without("v5"), bad], MONDAY)
    correct_row(desk.scope, first.import_id, 21, {"End Time": "January 10, 2026 11:00 am"})
    report = desk.take_in(without("v5"), NEXT)
    assert (report.missing, marks(desk.scope)["missing"]) == (1, {"v5"})


def test_a_file_cut_before_its_export_says_nothing_of_the_days_after_its_last_visit(sqlite_desk):
    """An older file knew visits after the export, and this one has none of them."""
    desk = sqlite_desk
    desk.take_in(FORTNIGHT, "2026-01-14 08:00")
    cut = FORTNIGHT[:12]  # to 16 January
    report = desk.take_in(cut, "2026-01-20 08:00")
    assert (report.missing, report.missing_unconfirmed) == (0, 0)
    assert marks(desk.scope)["unconfirmed"] == {f"v{number}" for number in range(12, 21)}


def test_a_file_that_ends_just_before_its_export_speaks_of_the_time_up_to_it(sqlite_desk):
    desk = sqlite_desk
    desk.take_in(FORTNIGHT[:13], "2026-01-16 08:00")  # to Saturday 17 January
    report = desk.take_in(FORTNIGHT[:12], "2026-01-19 08:00")
    assert (report.missing, states(desk.scope)["v12"]) == (1, "missing")


def test_the_other_part_of_an_export_cut_by_date_is_not_missing(sqlite_desk):
    desk = sqlite_desk
    desk.take_in(FORTNIGHT[12:14], "2026-01-20 08:00")
    report = desk.take_in(FORTNIGHT[:12], "2026-01-20 08:10")
    assert (report.missing, report.missing_unconfirmed) == (0, 0)


def test_days_told_are_the_days_a_file_speaks_of(sqlite_desk):
    desk = sqlite_desk
    desk.take_in(FORTNIGHT, MONDAY)
    one_week = [row for row in FORTNIGHT if row["key"] in ("v14", "v16", "v17")]
    span = day("2026-01-19"), day("2026-01-22")
    report = desk.take_in(one_week, NEXT, covers=span)
    assert (report.missing, marks(desk.scope)["missing"]) == (1, {"v15"})


def test_a_kept_visit_is_the_owners_word_and_needs_no_confirmation(sqlite_desk):
    desk = sqlite_desk
    desk.take_in(FORTNIGHT, MONDAY)
    desk.take_in(without("v16"), NEXT)
    decide_missing(desk.scope, missing_ids(desk.scope), "kept")
    assert visits(desk.scope, "state", "unconfirmed").count(("booked", 1)) == 0


@pytest.mark.parametrize(
    ("left_out", "as_of"),
    [([], MONDAY), (["v3"], "2026-01-20 08:00")],
    ids=["the same file", "another old export"],
)
def test_a_decision_outlives_an_older_export_taken_in_later(
    sqlite_desk, monkeypatch, left_out, as_of
):
    desk = sqlite_desk
    moments = iter(range(instant("2026-02-01 08:00"), instant("2026-02-02 08:00"), 60))
    monkeypatch.setattr("allay_metrics.actions.import_accounting.now", lambda: next(moments))
    monkeypatch.setattr("allay_metrics.actions.missing_decisions.now", lambda: next(moments))
    desk.take_in(FORTNIGHT, MONDAY)
    desk.take_in(without("v16"), NEXT)
    decide_missing(desk.scope, missing_ids(desk.scope), "kept")
    desk.take_in(without(*left_out), as_of)
    assert states(desk.scope)["v16"] == "booked"
    assert check_records(desk.scope) == []
    # A newer one that holds it, and then lacks it, makes it a new case.
    desk.take_in(FORTNIGHT, "2026-01-27 08:00")
    desk.take_in(without("v16"), "2026-01-28 08:00")
    assert states(desk.scope)["v16"] == "missing"


def test_an_export_whose_newest_booking_is_old_waits_to_be_confirmed(sqlite_desk):
    """Without a told moment the file's own time counts, and its content contradicts it."""
    from allay_metrics.actions.file_import import import_file

    desk = sqlite_desk
    weekly = [
        row | {"booked": f"2025-{11 + number // 4:02}-{1 + 7 * (number % 4):02}"}
        for number, row in enumerate(FORTNIGHT[:8])
    ]
    desk.take_in([*weekly, *FORTNIGHT[8:]], "2026-01-10 08:00")
    path = desk.write([*weekly[:4], *weekly[5:]])
    report = import_file(desk.scope, path)  # written just now, months after its newest booking
    assert report.doubt == "stale 2025-12-22"
    assert report.missing == 0
    assert report.missing_unconfirmed == 1
    told = import_file(desk.scope, path, as_of=report.as_of + 60)
    assert told.doubt == ""


def test_an_older_export_that_knows_later_bookings_puts_the_moment_in_doubt(sqlite_desk):
    desk = sqlite_desk
    newer = FORTNIGHT[0] | {"booked": "2026-01-16"}
    desk.take_in([newer, *FORTNIGHT[1:]], MONDAY)
    report = desk.take_in(FORTNIGHT[1:], NEXT, is_as_of_certain=False)
    assert report.doubt == "older 2026-01-16"


def test_an_answer_taken_back_leaves_the_moment_in_doubt_as_before(sqlite_desk):
    desk = sqlite_desk
    newer = FORTNIGHT[0] | {"booked": "2026-01-16"}
    desk.take_in([newer, *FORTNIGHT[1:]], MONDAY)
    rows = [row for row in FORTNIGHT[1:] if row["key"] != "v5"]
    report = desk.take_in(rows, NEXT, is_as_of_certain=False)
    before = marks(desk.scope)
    assert (report.doubt, before["asked"]) == ("older 2026-01-16", {"v5"})
    answer_absence(desk.scope, report.import_id, AbsenceAnswer(frozenset({("type", "cst")})))
    assert marks(desk.scope)["asked"] == set()
    undo_absence_answer(desk.scope, report.import_id)
    assert marks(desk.scope) == before


def test_rows_without_a_therapist_in_a_file_of_one_therapist_are_no_evidence(sqlite_desk):
    """Whose file it is, such rows do not say."""
    desk = sqlite_desk
    nameless = [row | {"therapist": ""} for row in FORTNIGHT]
    desk.take_in(nameless, MONDAY)
    with desk.scope.write("mark files as one therapist's") as conn:
        conn.execute(import_.update().values(one_therapist=1))
    report = desk.take_in(nameless[:5] + nameless[6:], NEXT)
    with desk.scope.write("mark files as one therapist's") as conn:
        assert report.missing == 1
        conn.execute(import_.update().values(one_therapist=1))
        counts = mark_missing(conn, desk.scope.practice_id, "acuity")
        assert counts.missing == 0


def test_the_question_of_a_file_counts_its_groups(sqlite_desk):
    desk = sqlite_desk
    both = FORTNIGHT + [visit_row(50 + n, n, 12, therapist=1, kind="massage") for n in range(21)]
    desk.take_in(both, MONDAY)
    left = [row for row in both if row["key"] not in ("v15", "v16", "v17", "v18", "v66")]
    report = desk.take_in(left, NEXT)
    with desk.scope.read() as conn:
        question = read_absence_question(conn, desk.scope.practice_id, report.import_id)
    assert [(c.group, c.absent, c.of, c.is_suspicious) for c in question.groups] == [
        (("month", "2026-01"), 5, 42, True),
        (("therapist", "Ines Park"), 1, 21, False),
        (("therapist", "Maya Lopez"), 4, 21, True),
        (("type", "cst"), 4, 21, True),
        (("type", "massage"), 1, 21, False),
    ]


def test_old_imports_learn_what_they_hold_when_the_records_are_opened(sqlite_desk):
    """A database from before files' contents were kept."""
    from allay_metrics.actions.rederive import rederive_outdated
    from allay_metrics.records.tables import import_group, practice

    desk = sqlite_desk
    desk.take_in(FORTNIGHT, MONDAY)
    desk.take_in(without("v16"), NEXT)
    before = fingerprint(desk.scope)
    with desk.scope.write("forget what files hold") as conn:
        conn.execute(import_group.delete())
        empty = dict.fromkeys(("first_at", "last_at", "evidence_from", "evidence_to"))
        conn.execute(import_.update().values(empty))
        conn.execute(booking.update().values(missing_from_import_id=None))
        conn.execute(practice.update().values(derived_by=1))
    assert rederive_outdated(desk.scope)
    assert fingerprint(desk.scope) == before
    with desk.scope.read() as conn:
        assert conn.execute(select(import_.c.first_at)).scalars().first() == instant(
            "2026-01-05 10:00"
        )
