"""The safety protocol: what has to be named before check-ins are switched on."""

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from allay_metrics.actions.protocol import (
    TIMES,
    UnableReader,
    format_within,
    read_current_protocol,
    sign_protocol,
)
from allay_metrics.actions.users import invite_first_owner
from allay_metrics.errors import Conflict, QuestionProblem
from allay_metrics.outcomes.reader_steps import reader_step, reader_steps
from allay_metrics.outcomes.reading_hours import ReadingHours
from allay_metrics.outcomes.safety import red_flags
from allay_metrics.records import DOOR
from allay_metrics.records.tables import safety_protocol
from tests.support.asked import DUTY, READER, STAND_IN, signed
from tests.support.mail_box import name_server
from tests.support.people import ANA, SECRET, Someone


def unmailed(scope):
    with scope.read() as conn:
        return list(conn.execute(select(safety_protocol.c.unmailed)).scalars())


def test_what_is_signed_is_in_force_as_it_was_signed(scope):
    duty = replace(DUTY, within=30, hours=ReadingHours((1, 3, 5), 9, 17), steps=tuple("abcdefg"))
    signed(scope, duty)
    kept = read_current_protocol(scope)
    assert (kept.duty, kept.within, kept.duty.recipients) == (
        duty, "30 minutes", (READER, STAND_IN)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"reader": " "}, "who reads"),
        ({"reader_email": ""}, "reader's e-mail"),
        ({"reader_email": "ada at care.test"}, "'ada at care.test' is no e-mail address"),
        ({"stand_in": ""}, "stand-in"),
        ({"stand_in_email": ""}, "stand-in"),
        ({"stand_in_email": "bea@care"}, "no e-mail address"),
        ({"within": 7}, "within what time"),
        ({"hours": ReadingHours(())}, "at least one day"),
        ({"hours": ReadingHours((1,), 20, 8)}, "at least one day"),
        ({"steps": ("a", " ", *"cdefg")}, "what the reader does"),
        ({"steps": tuple("abc")}, "what the reader does"),
    ],
)
def test_what_is_missing_or_cannot_be_is_said(sqlite_scope, change, says):
    with pytest.raises(QuestionProblem, match=says):
        signed(sqlite_scope, replace(DUTY, **change))
    assert read_current_protocol(sqlite_scope) is None


def test_a_practice_of_one_has_nobody_to_stand_in(sqlite_scope):
    signed(sqlite_scope, replace(DUTY, stand_in="", stand_in_email=" "))
    assert read_current_protocol(sqlite_scope).duty.recipients == (READER,)


def test_without_a_mail_server_it_is_signed_only_by_who_knows_it(sqlite_scope, monkeypatch):
    with pytest.raises(QuestionProblem, match="nobody will be told"):
        sign_protocol(sqlite_scope, "Ada Owner", DUTY, "What we do.")
    assert read_current_protocol(sqlite_scope) is None
    sign_protocol(sqlite_scope, "Ada Owner", DUTY, "What we do.", unmailed=True)
    assert unmailed(sqlite_scope) == [1]
    name_server(monkeypatch, 25)
    sign_protocol(sqlite_scope, "Ada Owner", DUTY, "What we do now.")
    assert unmailed(sqlite_scope) == [1, 0]


def test_a_wrong_setting_of_mail_is_named_where_it_is_signed(sqlite_scope, monkeypatch):
    name_server(monkeypatch, 25, host="mail..example.org")
    with pytest.raises(QuestionProblem, match=r"ALLAY_SMTP_URL names no server.* or tick"):
        sign_protocol(sqlite_scope, "Ada Owner", DUTY, "What we do.")
    sign_protocol(sqlite_scope, "Ada Owner", DUTY, "What we do.", unmailed=True)
    assert unmailed(sqlite_scope) == [1]


def test_one_signed_meanwhile_is_not_replaced_unseen(sqlite_scope):
    signed(sqlite_scope)
    seen = read_current_protocol(sqlite_scope).signed_at
    signed(sqlite_scope, replace(DUTY, within=60), replaces=seen)
    with pytest.raises(Conflict, match="signed one meanwhile"):
        signed(sqlite_scope, replace(DUTY, within=30), replaces=seen)
    assert read_current_protocol(sqlite_scope).duty.within == 60


def test_one_signed_before_a_parents_signs_had_steps_counts_and_is_signed_again_as_new(scope):
    signed(scope)
    empty = dict.fromkeys(("step_body_1", "step_body_2", "step_mood_1", "step_mood_2"))
    with scope.write("make the protocol an old one") as conn:
        conn.execute(update(safety_protocol).values(step_2="Ours.", **empty))
    steps = read_current_protocol(scope).duty.steps
    shown = [reader_step(flag, steps) for flag in red_flags() if flag.tier == 2]
    assert set(shown) == {"Ours.", reader_steps()[4], reader_steps()[6]}
    filled = tuple(step or ours for step, ours in zip(steps, reader_steps(), strict=True))
    again = replace(DUTY, steps=filled)
    signed(scope, again)
    assert read_current_protocol(scope).duty == again
    assert all(read_current_protocol(scope).duty.steps)


@pytest.mark.parametrize("flag", red_flags(), ids=lambda flag: str(flag.id))
def test_only_a_sign_of_the_body_asks_for_a_doctor_before_a_visit(flag):
    step = reader_step(flag, reader_steps())
    assert ("before a doctor has said so" in step) == (flag.about != "mood" and flag.tier == 2)
    assert (flag.about == "baby") == (flag.who == "baby")
    assert "working day" not in step, "it would be later than the protocol's own time"
    if flag.about == "mood":
        assert "988" in step


def test_a_template_of_each_step_ships_and_every_time_has_words():
    assert all(len(step) > 40 for step in reader_steps())
    assert [format_within(minutes) for minutes in TIMES] == [
        "15 minutes", "30 minutes", "1 hour", "2 hours", "4 hours", "8 hours", "12 hours",
        "24 hours",
    ]  # fmt: skip


def test_an_address_of_nobody_who_may_sign_in_is_known_or_mended(sqlite_scope, monkeypatch):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    invited = invite_first_owner(sqlite_scope, ANA, "Ana Reyes")
    alone = replace(DUTY, reader_email=ANA.title(), stand_in="", stand_in_email="")
    with pytest.raises(UnableReader, match="nobody who may sign in now") as refused:
        signed(sqlite_scope, alone, unable=())
    assert refused.value.addresses == (ANA,), "she has yet to set up her sign-in"
    Someone(replace(sqlite_scope, viewer=DOOR), invited)
    signed(sqlite_scope, alone, unable=())
    with pytest.raises(UnableReader) as refused:
        signed(sqlite_scope, DUTY, unable=[READER])
    assert refused.value.addresses == (READER, STAND_IN)
    signed(sqlite_scope, DUTY, unable=[READER, STAND_IN])
    assert read_current_protocol(sqlite_scope).duty == DUTY


def test_where_nobody_signs_in_every_address_is_taken(sqlite_scope):
    signed(sqlite_scope, unable=())
    assert read_current_protocol(sqlite_scope).duty == DUTY
