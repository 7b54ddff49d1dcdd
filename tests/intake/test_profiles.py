"""Profiles: those shipped, those a practice writes, and what is wrong with some."""

from pathlib import Path

import pytest

from allay_metrics.errors import FileProblem
from allay_metrics.intake.profile import SHIPPED, read_profile, shipped_profiles
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


def test_a_profile_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(FileProblem, match="cannot be opened"):
        read_all(write_export(tmp_path, {}), profile=Path("/nowhere/p.toml"))
