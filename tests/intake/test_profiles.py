"""Profiles: those shipped, those a practice writes, and what is wrong with some."""

from pathlib import Path

import pytest

from allay_metrics.errors import FileProblem
from allay_metrics.intake.profile import (
    SHIPPED,
    read_profile,
    read_profile_text,
    shipped_profiles,
)
from allay_metrics.intake.questionnaires import is_questionnaire
from allay_metrics.intake.source_file import open_source
from tests.support.acuity import ZONE, read_all, write_export

TABLE = """Start,End,Client,Email,Visit type,Status,Cancelled by,Cancelled at,Price
2026-11-16 09:00,2026-11-16 10:00,Ada Moss,ada@example.com,CST,Completed,,,165
11/17/2026 1:00 PM,11/17/2026 2:00 PM,Ada Moss,,CST,Cancelled,Practice,2026-11-16 08:00,
11/18/2026 1:00 PM,11/18/2026 2:00 PM,Ada Moss,,CST,canceled,Client,,
11/19/2026 1:00 PM,11/19/2026 2:00 PM,Ada Moss,,CST,No-show,,,
11/20/2026 1:00 PM,11/20/2026 2:00 PM,Ada Moss,,CST,Rescheduled,,,
"""
OWN = """
name = "booker"
recognised_by = ["Who"]
[columns]
start_date = "Day"
start_time = "From"
minutes = "Length"
client_name = "Who"
city = "Town"
[formats]
day = "%d.%m.%Y"
[carries]
kept = "kept"
"""


def written(folder, text, name):
    path = folder / name
    path.write_text(text)
    return path


def test_every_shipped_profile_is_valid_and_named_like_its_file():
    names = [profile.name for profile in shipped_profiles()]
    assert sorted(names) == sorted(path.stem for path in SHIPPED.glob("*.toml"))
    assert names[-1] == "csv"


def test_a_plain_table_is_read_with_its_states(tmp_path):
    path = written(tmp_path, TABLE, "table.csv")
    file = open_source(path, timezone=ZONE, holds="all")
    rows = file.preview().rows
    assert file.source == "csv"
    assert list(rows["marked"]) == ["arrived", "cancelled", "cancelled", "no_show", "rescheduled"]
    assert list(rows["cancelled_by"]) == [None, "practice", "family", None, None]
    assert rows.loc[1, "cancelled_at"] == 1794844800
    assert file.carries == {"kept", "cancelled", "no_show", "cancel_time", "canceller"}


def test_a_mixed_table_taken_as_kept_says_so(tmp_path):
    file = open_source(written(tmp_path, TABLE, "table.csv"), timezone=ZONE)
    assert file.holds == "kept"
    assert "kept visits only" in file.notes[0]


def test_a_profile_of_ones_own_maps_any_table(tmp_path):
    profile = written(tmp_path, OWN, "booker.toml")
    path = written(tmp_path, "Day;From;Length;Who;Town\n16.11.2026;9:00;45;Ada;Oakland\n", "t.csv")
    file = open_source(path, timezone=ZONE, profile=profile)
    row = file.preview().rows.iloc[0]
    assert (file.source, row["minutes"], row["starts_at"]) == ("booker", 45, 1794848400)
    assert row["city_text"] == "Oakland"
    assert file.notes == ["values are parted by semicolons"]


def test_a_length_that_is_none_sets_its_row_aside(tmp_path):
    profile = written(tmp_path, OWN, "booker.toml")
    path = written(tmp_path, "Day;From;Length;Who\n16.11.2026;9:00;long;Ada\n", "t.csv")
    [bad] = read_all(path, profile=profile).set_aside
    assert (bad.column, bad.value) == ("Length", "long")


def test_a_source_told_beside_a_profile_names_the_records(tmp_path):
    profile = written(tmp_path, OWN, "booker.toml")
    path = written(tmp_path, "Day;From;Length;Who\n16.11.2026;9:00;45;Ada\n", "t.csv")
    assert open_source(path, timezone=ZONE, profile=profile, source="old").source == "old"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("name =", "nome ="), "key nome"),
        (('"booker"', '""'), "key name"),
        (("minutes =", "minuets ="), "key columns.minuets, value 'Length'"),
        (('"%d.%m.%Y"', '"%q"'), "key formats.day, value '%q'"),
        (('"%d.%m.%Y"', "7"), "key formats.day, value '7'"),
        (('kept = "kept"', 'kept = "all"'), "key carries.kept, value 'all'"),
        (("[carries]", '[questions]\ncity = "("\n[carries]'), "key questions.city"),
        (("[carries]", "[[marks]]\nmark = 'gone'\n[carries]"), "key marks[1].columns"),
        (('name = "booker"', 'name = "b"\nholds = "some"'), "key holds, value 'some'"),
        (('name = "booker"', 'name = "b"\nmarks_attendance = 1'), "key marks_attendance"),
        (("[columns]", "columns = 3\n[other]"), "key"),
        (("[columns]", "[columns"), "not a TOML profile"),
    ],
)
def test_a_profile_that_is_wrong_is_refused_with_file_key_and_value(tmp_path, change, says):
    path = written(tmp_path, OWN.replace(*change), "mine.toml")
    with pytest.raises(FileProblem) as caught:
        read_profile(path)
    assert str(caught.value).startswith("mine.toml")
    assert says in str(caught.value)


KNOWN_MARKS = "arrived, cancelled, late_cancelled, no_show, practice_cancelled, rescheduled"
JOINED = '[joined]\nrecognised_by = "Item"\n[joined.same]\nid = "Id"\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("name = 7", "key name, value '7': a text is needed."),
        ("label = 'b'", "key name, value '': this key is needed."),
        ("name = ' '", "key name, value '': a text is needed."),
        ("name = 'b'\ncolumns = 3", "key columns, value '3': a table [columns] is needed."),
        ("name = 'b'\nmarks = 3", "key marks, value '3': tables [[marks]] are needed."),
        ("name = 'b'\nmarks = [3]", "key marks[1], value '3': tables [[marks]] are needed."),
        (
            "name = 'b'\n[marks]\nmark = 'arrived'",
            "key marks, value '{'mark': 'arrived'}': tables [[marks]] are needed.",
        ),
        (
            "name = 'b'\n[columns]\nstart = ['From', 3]",
            "key columns.start[2], value '3': a text is needed.",
        ),
        (
            "name = 'b'\n[columns]\nnotes = ['Notes', 'notes ']",
            "key columns.notes, value '['Notes', 'notes ']': notes is listed twice.",
        ),
        (
            "name = 'b'\n[carries]\nkept = true",
            "key carries.kept, value 'True': a text or a list of texts is needed.",
        ),
        (
            "name = 'b'\n[carries]\nsome = 'kept'",
            "key carries.some, value 'kept': no such key; known are all, cancelled, kept.",
        ),
        (
            "name = 'b'\n[formats]\nday = ['%d.%m.%Y', '%H']",
            "key formats.day[2], value '%H': %H is not one of %Y, %y, %m, %B, %b, %d, %A, %a.",
        ),
        (
            "name = 'b'\n[defaults]\nminutes = true",
            "key defaults.minutes, value 'True': a whole number is needed.",
        ),
        (
            "name = 'b'\n[defaults]\nminutes = 1441",
            "key defaults.minutes, value '1441': a number of minutes from 0 to 1440 is needed.",
        ),
        (
            "name = 'b'\n[defaults]\ntime = 'noon'",
            "key defaults.time, value 'noon': a time of day such as 12:00 is needed.",
        ),
        (
            "name = 'b'\n[[marks]]\ncolumns = 'S'\nmatches = '.'\nmark = 'gone'",
            f"key marks[1].mark, value 'gone': must be one of {KNOWN_MARKS}.",
        ),
        (
            "name = 'b'\n[[marks]]\ncolumns = 'S'\nmark = 'arrived'",
            "key marks[1].matches, value '': this key is needed.",
        ),
        (
            "name = 'b'\n[[skip]]\ncolumns = 'S'\nmatches = '.'\nreason = 'a break'",
            "key skip[1].reason, value 'a break': no such key; known are columns, matches, what.",
        ),
        (
            "name = 'b'\n[[aside]]\ncolumns = 'S'\nmatches = '.'\nbecame = 'lost'",
            "key aside[1].became, value 'lost': must be one of cancelled, deleted.",
        ),
        (
            "name = 'b'\n[answers]\nquestion = 'q'\nanswer = 'a(.)'",
            "key answers.question, value 'q': one part in () is needed.",
        ),
        (
            "name = 'b'\n[answers]\nreply = 'a'",
            "key answers.reply, value 'a': no such key; known are answer, question.",
        ),
        (
            "name = 'b'\n[joined]\nrecognised_by = 'Item'",
            "key joined.same, value '': a pair of columns is needed.",
        ),
        (
            f"name = 'b'\n{JOINED}[joined.columns]\ncost = 'Fee'\n",
            "key joined.columns.cost, value 'Fee': no such key; known are address,",
        ),
        (
            "name = 'b'\n\"a colour\" = 'red'",
            "key 'a colour', value 'red': no such key; known are answers, aside,",
        ),
        (
            "name = 'b'\n[questions]\ncity = '(a'",
            "key questions.city, value '(a': it is not a usable pattern (missing ), unterminated",
        ),
        (
            f"name = 'b'\n[questions]\ncity = '{'(' * 9_000}'",
            f"key questions.city, value '{'(' * 79}…': it is not a usable pattern (nested",
        ),
        (
            f"name = 'b'\n[{'.'.join(['deep'] * 5_000)}]\na = 1",
            "key deep, value '{'deep': {'deep': ",
        ),
    ],
)
def test_one_sentence_names_file_key_and_value(text, sentence):
    with pytest.raises(FileProblem) as caught:
        read_profile_text("mine.toml", text)
    message = str(caught.value)
    assert message.startswith(f"mine.toml, {sentence}")
    assert message.endswith(".")
    assert "\n" not in message


def test_a_misspelt_key_is_named_before_the_one_that_is_missing():
    with pytest.raises(FileProblem, match="key nome, value 'b': no such key"):
        read_profile_text("mine.toml", "nome = 'b'\nholds = 'some'\n[columns]\nstrat = 'From'")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name = 'a'\nname = 'b'", "Cannot overwrite a value"),
        ("[columns]\nstart = 'a'\nstart = 'b'", "Cannot overwrite a value"),
        ("name: b", "Expected '=' after a key"),
        (f"name = {'[' * 9_000}", "it is nested too deeply"),
        (f"name = {'{a = ' * 9_000}", "it is nested too deeply"),
    ],
)
def test_a_text_that_is_not_toml_is_refused(text, reason):
    with pytest.raises(FileProblem) as caught:
        read_profile_text("mine.toml", text)
    assert str(caught.value).startswith(f"mine.toml is not a TOML profile: {reason}")
    assert not is_questionnaire(text)


def test_an_empty_table_of_answers_or_of_a_second_report_is_none():
    profile = read_profile_text("mine.toml", "name = 'b'\n[answers]\n[joined]")
    assert (profile.answers, profile.joined, profile.label) == (None, None, "b")


def test_a_profile_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileProblem, match="cannot be opened"):
        read_all(write_export(tmp_path, {}), profile=Path("/nowhere/p.toml"))
