"""A profile made on screen: its TOML holds what was chosen, for any texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.intake.draft import ProfileDraft, build_source_name
from allay_metrics.intake.profile import read_profile_text
from allay_metrics.intake.rules import MARKS
from allay_metrics.intake.texts import one_line

COLUMNS = {"start": "When", "minutes": "Mins", "client_name": "Family"}
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    lambda text: bool(one_line(text))
)


def profile_of(**changes):
    draft = ProfileDraft(
        **{"name": "sheet", "label": "Sheet", "holds": "all", "columns": COLUMNS, **changes}
    )
    return read_profile_text("sheet.toml", draft.toml())


def test_what_was_chosen_stands_in_the_profile():
    profile = profile_of(day="dmy", minutes=45)
    assert profile.columns == {field: (header,) for field, header in COLUMNS.items()}
    assert profile.recognised_by == ("When", "Mins", "Family")
    assert profile.days.read("03/04/2026").isoformat() == "2026-04-03"
    assert profile.defaults.minutes == 45


@pytest.mark.parametrize(
    ("marks", "kinds"),
    [
        ({}, {"kept", "booked_on"}),
        ({"x": "arrived"}, {"kept", "booked_on", "attendance"}),
        ({"x": "no_show"}, {"kept", "booked_on", "no_show"}),
        (
            {"x": "cancelled"},
            {"kept", "booked_on", "cancelled", "cancel_time", "canceller"},
        ),
    ],
)
def test_a_file_tells_no_more_than_its_words_do(marks, kinds):
    states = {("State", word): mark for word, mark in marks.items()}
    assert profile_of(states=states).carries["all"] == kinds


def test_a_time_of_cancelling_cancels_where_no_word_does():
    columns = COLUMNS | {"cancelled_at": "Gone at"}
    [rule] = profile_of(columns=columns).marks
    assert (rule.columns, rule.mark) == (("Gone at",), "cancelled")
    worded = profile_of(columns=columns, states={("State", "off"): "cancelled"})
    assert [rule.columns for rule in worded.marks] == [("State",)]


@given(header=WORDS, label=WORDS, word=WORDS, mark=st.sampled_from(MARKS))
def test_any_words_come_back_as_they_were(header, label, word, mark):
    profile = profile_of(
        columns={**COLUMNS, "notes": header}, label=label, states={(header, word): mark}
    )
    assert profile.columns["notes"] == (header,)
    assert profile.label == label.strip()
    [rule] = profile.marks
    assert rule.matches.search(one_line(word))
    assert not rule.matches.search(one_line(word) + " x")


@given(WORDS)
def test_a_source_has_a_plain_name(label):
    assert build_source_name(label).replace("_", "").isalnum()


def test_a_name_that_is_taken_is_not_taken_again():
    assert build_source_name("Acuity", {"acuity"}) == "acuity_own"
    assert build_source_name("Square Appointments") == "square_appointments"
