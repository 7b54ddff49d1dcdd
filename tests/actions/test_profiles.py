"""Profiles a practice keeps of its own."""

import pytest

from allay_metrics.actions.profiles import (
    drop_profile,
    read_own_profiles,
    read_saved_profiles,
    save_profile,
)
from allay_metrics.errors import Conflict, FileProblem, NotFound

TOML = """name = "booker"
[columns]
start = "From"
minutes = "Length"
client_name = "Who"
"""


def test_a_profile_is_kept_changed_and_forgotten(scope):
    first = save_profile(scope, "booker", TOML)
    assert first.version == 1
    second = save_profile(scope, "booker", TOML.replace("Who", "Client"), first.version)
    assert read_saved_profiles(scope) == [second]
    [profile] = read_own_profiles(scope)
    assert profile.columns["client_name"] == ("Client",)
    drop_profile(scope, "booker")
    assert read_saved_profiles(scope) == []


def test_two_tabs_lose_no_profile(sqlite_scope):
    read = save_profile(sqlite_scope, "booker", TOML)
    save_profile(sqlite_scope, "booker", TOML.replace("Who", "Client"), read.version)
    with pytest.raises(Conflict, match="changed meanwhile"):
        save_profile(sqlite_scope, "booker", TOML, read.version)
    with pytest.raises(Conflict):
        save_profile(sqlite_scope, "booker", TOML)


@pytest.mark.parametrize(
    ("toml", "says"),
    [
        (TOML.replace("booker", "other"), "it must be 'booker'"),
        (TOML.replace("start", "begin"), "key columns.begin"),
        ("name = ", "not a TOML profile"),
    ],
)
def test_a_text_that_is_no_such_profile_is_refused(sqlite_scope, toml, says):
    with pytest.raises(FileProblem) as caught:
        save_profile(sqlite_scope, "booker", toml)
    assert says in str(caught.value)
    assert read_saved_profiles(sqlite_scope) == []


def test_a_profile_nobody_saved_cannot_be_forgotten(sqlite_scope):
    with pytest.raises(NotFound):
        drop_profile(sqlite_scope, "booker")
