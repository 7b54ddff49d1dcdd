"""Who reads warning signs is told of one by mail: once, again when its time has passed, by name
of nobody. Every mail goes to a real mail server on this computer.
"""

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from allay_metrics.actions import alerts
from allay_metrics.actions import outbox as queueing
from allay_metrics.actions.alerts import SUBJECT, AlertResult, read_undelivered, send_alerts
from allay_metrics.actions.check_in_requests import acknowledge, make_link
from allay_metrics.actions.family_erasure import erase_family
from allay_metrics.actions.ingest import ingest_file
from allay_metrics.actions.parent_form import save_consent, save_signs
from allay_metrics.actions.retention import remove_old, save_retention
from allay_metrics.actions.undo import undo_import
from allay_metrics.actions.users import disable, invite, invite_first_owner, reset_sign_in
from allay_metrics.errors import NotAllowed
from allay_metrics.outcomes.reading_hours import EVERY_DAY, ReadingHours
from allay_metrics.outcomes.safety import red_flags
from allay_metrics.outcomes.wording import signs
from allay_metrics.records import DOOR, open_practice
from allay_metrics.records.tables import check_in, outbox, red_flag, safety_protocol
from allay_metrics.review.open_check_ins import read_open_flags
from tests.support.asked import DUTY, READER, STAND_IN, in_care, seen, signed, token_of
from tests.support.exports import Desk
from tests.support.mail_box import PUBLIC, SENDER, Box, mail_server, name_server
from tests.support.on_file import client_ids, fingerprint, visits
from tests.support.people import ANA, MAYA, SECRET, Someone, ana

FEVER, LOW, LIMP = 3, 14, 1
NAMES = ("Mia", "Ana", "Lee", "Maya", "Lopez")
DAY = 86_400
ALONE = replace(DUTY, stand_in="", stand_in_email="")


class Died(BaseException):
    """The sender's process ended, as no handler of errors sees it."""


@pytest.fixture
def scope(sqlite_scope, tmp_path):
    """A practice that asks, with a family in care."""
    return practice_of(sqlite_scope, tmp_path)


def practice_of(scope, folder, duty=DUTY):
    in_care(Desk(scope, folder), seen("1", 7))
    signed(scope, duty)
    return scope


def tick(scope, *ticked):
    """Have Mia's parent tick signs in her form; return the id of the check-in."""
    with scope.read() as conn:
        whom = conn.execute(select(check_in.c.client_id)).scalars().first()
    if whom is None:
        ((family_id,),) = set(visits(scope, "family_id"))
        whom = client_ids(scope, family_id)["Mia"]
    token = token_of(make_link(scope, whom, "day7"))
    save_consent(scope, token, in_totals=True, language="en")
    save_signs(scope, token, ticked)
    with scope.read() as conn:
        return conn.execute(select(check_in.c.id)).scalar_one()


def hence(seconds):
    """Return the moment so many seconds from now."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


def ahead(seconds):
    """Return a clock that goes so many seconds before ours."""
    return lambda: hence(seconds)


def rows(scope, *names):
    with scope.read() as conn:
        columns = [outbox.c[name] for name in names]
        return sorted(tuple(row) for row in conn.execute(select(*columns)))


def sign_the_old_way(scope):
    """Make the protocol in force one of before mails were sent."""
    empty = dict.fromkeys(
        ("within_minutes", "reader_email", "stand_in", "stand_in_email", "read_days", "read_from",
         "read_until", "step_1", "step_2", "step_3", "step_body_1", "step_body_2", "step_mood_1",
         "step_mood_2", "unmailed")
    )  # fmt: skip
    with scope.write("make the protocol an old one") as conn:
        conn.execute(update(safety_protocol).values(empty))


def test_reader_and_stand_in_are_told_at_once_and_once(scope, box):
    tick(scope, FEVER)
    assert send_alerts(scope) == AlertResult(2)
    assert sorted(box.recipients) == [READER, STAND_IN]
    assert send_alerts(scope) == AlertResult(0)
    assert send_alerts(scope, ahead(3_600)) == AlertResult(0)
    assert len(box.letters) == 2


def test_a_mail_says_nothing_but_that_a_check_in_needs_her_and_one_link(scope, box):
    id_ = tick(scope, FEVER, LIMP)
    send_alerts(scope)
    send_alerts(scope, ahead(DAY))
    assert len(box.letters) == 4
    for to, letter in box.letters:
        said = letter.as_string()
        assert letter["Subject"] == SUBJECT
        assert letter["From"] == SENDER
        assert f"{PUBLIC}/check-ins?sign={id_}" in letter.get_content().splitlines()
        assert said.count("http") == 1
        hushed = [*NAMES, "mergency", "tier", "doctor", "baby", "fever", "parent"]
        hushed += [text for flag in red_flags() for text in (flag.question, flag.action)]
        hushed += [text for sign in signs("en") for text in (sign.question, sign.action)]
        without = said.replace(to[0], "").replace(id_, "")
        assert [text for text in hushed if text in without] == []


@pytest.mark.usefixtures("box")
def test_several_signs_are_one_mail_to_each(scope):
    tick(scope, FEVER, LOW, LIMP)
    assert send_alerts(scope) == AlertResult(2)
    assert rows(scope, "sent_at") != []
    assert all(sent for (sent,) in rows(scope, "sent_at"))


@pytest.mark.usefixtures("box")
def test_a_sign_ticked_later_is_told_of_too(scope):
    tick(scope, FEVER)
    send_alerts(scope)
    tick(scope, FEVER, LIMP)
    assert send_alerts(scope) == AlertResult(2)


def test_when_its_time_has_passed_both_are_told_again_and_then_no_more(scope, box):
    tick(scope, FEVER)
    send_alerts(scope)
    assert send_alerts(scope, ahead(7_140)) == AlertResult(0)
    assert send_alerts(scope, ahead(7_260)) == AlertResult(2)
    assert "has passed" in box.letters[-1][1].get_content()
    assert send_alerts(scope, ahead(5 * DAY)) == AlertResult(0)


@pytest.mark.usefixtures("box")
def test_the_time_is_counted_in_the_readers_hours(sqlite_scope, tmp_path):
    """A sign of the night, read from 8 am within two hours, is late at 10 am."""
    office = replace(DUTY, hours=ReadingHours(EVERY_DAY, 8, 20))
    scope = practice_of(sqlite_scope, tmp_path, office)
    tick(scope, FEVER)
    night = datetime(2026, 11, 18, 3, tzinfo=scope.zone)
    with scope.write("move the sign to the night") as conn:
        conn.execute(update(red_flag).values(raised_at=int(night.timestamp())))
    assert send_alerts(scope, lambda: night) == AlertResult(2)
    assert send_alerts(scope, lambda: night.replace(hour=9, minute=59)) == AlertResult(0)
    assert send_alerts(scope, lambda: night.replace(hour=10, minute=1)) == AlertResult(2)


def test_an_acknowledged_sign_brings_no_mail_any_more(scope, box):
    id_ = tick(scope, FEVER)
    acknowledge(scope, id_, FEVER, "Called")
    assert send_alerts(scope) == AlertResult(0)
    tick(scope, FEVER, LIMP)
    assert send_alerts(scope) == AlertResult(2)
    acknowledge(scope, id_, LIMP, "Called")
    assert send_alerts(scope, ahead(DAY)) == AlertResult(0)
    assert len(box.letters) == 2


def test_a_mail_that_failed_is_not_tried_again_once_the_sign_is_acknowledged(scope, box):
    id_ = tick(scope, FEVER, LIMP)
    box.fault = "refuses"
    send_alerts(scope)
    box.fault = ""
    acknowledge(scope, id_, FEVER, "Called")
    assert send_alerts(scope, ahead(90)) == AlertResult(2)
    with scope.read() as conn:
        sent = select(outbox.c.sign).where(outbox.c.sent_at.is_not(None))
        assert set(conn.execute(sent).scalars()) == {LIMP}
    acknowledge(scope, id_, LIMP, "Called")
    assert send_alerts(scope, ahead(DAY)) == AlertResult(0)


@pytest.mark.parametrize("fault", ["refuses", "recipient", "hangs up"])
def test_what_fails_is_tried_again_ever_more_seldom_until_it_goes_out(scope, box, fault):
    tick(scope, FEVER)
    box.fault = fault
    assert send_alerts(scope).mails == 0
    assert send_alerts(scope).failure is None, "not tried again at once"
    assert send_alerts(scope, ahead(90)).failure is not None
    assert send_alerts(scope, ahead(150)).failure is None, "the second wait is longer"
    box.fault = ""
    assert send_alerts(scope, ahead(270)) == AlertResult(2)
    assert rows(scope, "attempts", "failed_at", "error") == [(3, None, None)] * 2


def test_waits_double_up_to_an_hour():
    assert [queueing.compute_retry_delay(n) for n in (1, 2, 3, 6, 7, 500)] == [
        60,
        120,
        240,
        1920,
        3600,
        3600,
    ]


def test_two_senders_at_once_send_one_mail(new_database, tmp_path, monkeypatch):
    url = new_database()
    first, second = (open_practice(url, name="Test practice") for _ in range(2))
    taken = Box()
    try:
        with mail_server(taken) as port:
            name_server(monkeypatch, port)
            practice_of(first, tmp_path, ALONE)
            tick(first, FEVER, LOW)
            for _ in range(3):
                with ThreadPoolExecutor(4) as senders:
                    sent = list(senders.map(send_alerts, (first, second, first, second)))
                assert sum(result.mails for result in sent) == len(taken.letters) == 1
                with first.write("as if none had gone out") as conn:
                    conn.execute(update(outbox).values(sent_at=None, attempts=0))
                taken.letters.clear()
    finally:
        first.close()
        second.close()


def test_a_claim_lasts_from_when_it_is_written_not_from_when_its_turn_was_waited_for(
    scope, box, monkeypatch
):
    """A long import writes meanwhile: the second sender comes a moment before the claim ends."""
    tick(scope, FEVER)
    signed(scope, ALONE)
    clock, write = Ticking(), type(scope).write

    def take_turns(self, reason, *rest):
        if reason.startswith("claim"):
            clock.move(55)
        return write(self, reason, *rest)

    def take(_to):
        monkeypatch.undo()
        name_server(monkeypatch, box.port)
        clock.move(queueing.CLAIM_LASTS - 1)
        assert send_alerts(scope, clock) == AlertResult(0)

    box.while_taking = take
    monkeypatch.setattr(type(scope), "write", take_turns)
    assert send_alerts(scope, clock) == AlertResult(1)
    assert box.recipients == [READER]


class Ticking:
    """A clock that stands until it is moved on."""

    def __init__(self):
        self.now = datetime.now(UTC)

    def __call__(self):
        return self.now

    def move(self, seconds):
        self.now += timedelta(seconds=seconds)


def test_a_slow_mail_server_is_no_reason_to_send_a_mail_twice(scope, box):
    """Each letter takes it four minutes; another sender looks while it takes the second."""
    tick(scope, FEVER)
    clock, begun = Ticking(), int(datetime.now(UTC).timestamp())

    def take(to):
        clock.move(240)
        if to == STAND_IN:
            assert send_alerts(scope, clock) == AlertResult(0)

    box.while_taking = take
    assert send_alerts(scope, clock) == AlertResult(2)
    assert sorted(box.recipients) == [READER, STAND_IN]
    assert rows(scope, "attempts", "uncertain") == [(1, 0), (1, 0)]
    waited = [sent - begun for (sent,) in rows(scope, "sent_at")]
    assert waited == pytest.approx([240, 480], abs=5), "sent is when the server took it"


def test_a_failure_is_kept_with_the_moment_it_came_at(scope, box):
    tick(scope, FEVER)
    signed(scope, ALONE)
    clock, box.fault = Ticking(), "refuses late"
    box.while_taking = lambda _to: clock.move(200)
    assert send_alerts(scope, clock).failure == "refused"
    ((failed, again),) = rows(scope, "failed_at", "next_at")
    assert (failed, again) == (int(clock.now.timestamp()), failed + 60)


def test_a_mail_that_went_out_is_kept_as_sent_also_by_a_sender_that_was_given_up(scope, box):
    tick(scope, FEVER)
    signed(scope, ALONE)
    clock = Ticking()

    def take(_to):
        box.while_taking = lambda _to: None
        clock.move(queueing.CLAIM_LASTS + 1)
        box.fault = "refuses"
        assert send_alerts(scope, clock).failure == "refused", "as if the first had died"
        box.fault = ""

    box.while_taking = take
    assert send_alerts(scope, clock) == AlertResult(1)
    assert send_alerts(scope, ahead(DAY / 24)) == AlertResult(0)
    assert len(box.letters) == 1
    assert [bool(sent) for (sent,) in rows(scope, "sent_at")] == [True]


def test_a_sign_ticked_while_the_server_takes_a_mail_goes_out_in_the_same_look(scope, box):
    tick(scope, FEVER)

    def take(_to):
        box.while_taking = lambda _to: None
        tick(scope, FEVER, LIMP)

    box.while_taking = take
    assert send_alerts(scope) == AlertResult(3), "what was claimed already goes out by itself"
    with scope.read() as conn:
        left = select(func.count()).select_from(outbox).where(outbox.c.sent_at.is_(None))
        assert conn.execute(left).scalar_one() == 0


def test_who_reads_from_now_on_is_told_by_a_look_that_began_before_she_was_named(scope, box):
    tick(scope, FEVER)

    def take(_to):
        box.while_taking = lambda _to: None
        signed(scope, replace(ALONE, reader="Cleo", reader_email="cleo@care.test"))

    box.while_taking = take
    assert send_alerts(scope) == AlertResult(2)
    assert box.recipients == [READER, "cleo@care.test"]


def test_whoever_cannot_be_reached_comes_last(scope, box):
    """Her mailbox keeps the server busy: the stand-in does not wait for it."""
    tick(scope, FEVER)
    box.fault = f"refuses {READER}"
    assert send_alerts(scope) == AlertResult(1, "recipient")
    box.tried.clear()
    tick(scope, FEVER, LIMP)
    send_alerts(scope, ahead(90))
    assert box.tried == [STAND_IN, READER]


def test_a_new_sign_does_not_wait_as_long_as_an_old_one_that_failed_often(scope, box):
    tick(scope, FEVER)
    box.fault = "refuses"
    for later in (0, 100, 300, 700, 1_500, 3_500):
        send_alerts(scope, ahead(later))
    with scope.write("make it an older one") as conn:
        conn.execute(update(red_flag).values(raised_at=red_flag.c.raised_at - 60))
    tick(scope, FEVER, LIMP)
    assert send_alerts(scope, ahead(3_600)).failure == "refused"
    box.fault = ""
    assert send_alerts(scope, ahead(3_670)) == AlertResult(2)
    assert send_alerts(scope, ahead(3_700)) == AlertResult(0), "the same mail told of the old one"


def test_once_its_time_has_passed_one_mail_tells_of_it_not_a_second_that_was_waiting(scope, box):
    tick(scope, FEVER)
    box.fault = "refuses"
    for later in (0, 100, 300, 700, 1_500, 3_500, 7_150):
        send_alerts(scope, ahead(later))
    box.fault = ""
    assert send_alerts(scope, ahead(7_260)) == AlertResult(2)
    assert send_alerts(scope, ahead(DAY)) == AlertResult(0)


def test_what_nobody_foresaw_about_one_mail_does_not_hold_up_the_next(scope, box, caplog):
    tick(scope, FEVER)
    send = alerts._send

    def go_wrong(claimed, practice):
        if claimed.recipient == READER:
            raise ValueError(READER)
        send(claimed, practice)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alerts, "_send", go_wrong)
        for later in (0, 1_000, 3_000):
            assert send_alerts(scope, ahead(later)).failure == "unreachable"
    assert box.recipients == [STAND_IN]
    assert READER not in caplog.text
    assert send_alerts(scope, ahead(5_000)) == AlertResult(1), "not a word of it had gone out"


WRONG_SETTINGS = [
    ("ALLAY_SMTP_URL", "smtp://mail..example.org"),
    ("ALLAY_SMTP_URL", "smtp://[mail.example.org"),
    ("ALLAY_SMTP_URL", "smtp://127.0.0.1:99999"),
    ("ALLAY_SMTP_URL", "smtps://care:p%C3%A4ss@127.0.0.1"),
    ("ALLAY_MAIL_FROM", "pr\u00fcfung@example.org"),
    ("ALLAY_MAIL_FROM", "care"),
    ("ALLAY_PUBLIC_URL", "care.example.org"),
]


@pytest.mark.parametrize(("name", "value"), WRONG_SETTINGS)
def test_a_mail_waits_for_the_setting_that_is_wrong_and_then_goes_out(
    scope, box, monkeypatch, name, value
):
    tick(scope, FEVER)
    with monkeypatch.context() as patch:
        patch.setenv(name, value)
        for later in (0, 3_700, 7_400):
            assert send_alerts(scope, ahead(later)) == AlertResult(failure="settings")
        assert name in alerts.format_reason(read_undelivered(scope, hence(7_400)).reason)
    assert send_alerts(scope, ahead(7_401)) == AlertResult(2), "at once"
    assert sorted(box.recipients) == [READER, STAND_IN]


def test_an_error_in_a_step_before_the_text_is_tried_as_long_as_the_sign_waits(
    scope, box, monkeypatch
):
    """Whatever it is: here a step of the conversation that nobody foresaw."""
    tick(scope, FEVER)
    signed(scope, ALONE)
    with monkeypatch.context() as patch:
        patch.setattr("smtplib.SMTP.rcpt", lambda *_: "\u00fc".encode("ascii"))
        for later in (0, 3_700, 7_400):
            assert send_alerts(scope, ahead(later)) == AlertResult(failure="unreachable")
    assert send_alerts(scope, ahead(11_100)) == AlertResult(1)
    assert box.recipients == [READER]


def test_a_line_break_behind_a_setting_is_no_part_of_it(scope, box, monkeypatch):
    tick(scope, FEVER)
    monkeypatch.setenv("ALLAY_MAIL_FROM", f"{SENDER}\n")
    assert send_alerts(scope) == AlertResult(2)
    assert {letter["From"] for _, letter in box.letters} == {SENDER}


def test_one_reader_in_other_letters_is_one_reader(scope, box):
    tick(scope, FEVER)
    signed(scope, replace(DUTY, stand_in_email=READER.upper()))
    assert send_alerts(scope) == AlertResult(1)
    signed(scope, replace(ALONE, reader_email=READER.title()))
    assert send_alerts(scope) == AlertResult(0)
    assert box.recipients == [READER]
    assert read_undelivered(scope) is None


def test_a_sender_that_dies_is_followed_by_one_and_then_by_none(scope, box):
    tick(scope, FEVER)
    signed(scope, ALONE)
    send = alerts._send

    def send_and_die(claimed, practice):
        send(claimed, practice)
        raise Died

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(alerts, "_send", send_and_die)
        with suppress(Died):
            send_alerts(scope)
        assert send_alerts(scope, ahead(60)) == AlertResult(0), "the claim stands"
        with suppress(Died):
            send_alerts(scope, ahead(queueing.CLAIM_LASTS + 1))
        assert len(box.letters) == 2, "a mail that comes twice is better than none"
        for later in (2 * queueing.CLAIM_LASTS + 2, 5_000):
            with suppress(Died):
                send_alerts(scope, ahead(later))
        assert len(box.letters) == 2
    assert len({letter["Message-ID"] for _, letter in box.letters}) == 1
    assert read_undelivered(scope, hence(2 * queueing.CLAIM_LASTS + 2)).reason == "broken off"


def test_a_server_that_drops_after_the_text_is_sent_to_twice_at_most(scope, box):
    tick(scope, FEVER)
    box.fault = "drops after DATA"
    for later in range(0, 7_000, 100):
        send_alerts(scope, ahead(later))
    assert sorted(box.recipients) == [READER, READER, STAND_IN, STAND_IN]
    assert read_undelivered(scope).reason == "broken off"


@pytest.mark.usefixtures("box")
def test_without_a_mail_server_nothing_is_lost(scope, monkeypatch):
    with monkeypatch.context() as patch:
        patch.delenv("ALLAY_SMTP_URL")
        tick(scope, FEVER)
        assert send_alerts(scope) == AlertResult(failure="unnamed")
        assert read_undelivered(scope).reason == "unnamed"
    assert send_alerts(scope) == AlertResult(2)
    assert read_undelivered(scope) is None


def test_under_an_old_protocol_every_owner_on_file_is_told(scope, box, monkeypatch):
    sign_the_old_way(scope)
    tick(scope, FEVER)
    assert send_alerts(scope) == AlertResult(failure="nobody")
    assert read_undelivered(scope).reason == "nobody"
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    ana(scope, replace(scope, viewer=DOOR))
    assert send_alerts(scope) == AlertResult(1)
    assert box.recipients == [ANA]
    assert send_alerts(scope, ahead(queueing.CLAIM_LASTS)) == AlertResult(0)
    assert send_alerts(scope, ahead(14_500)) == AlertResult(1)


def test_whoever_reads_from_now_on_is_told_of_what_waits_and_who_no_longer_does_is_not(scope, box):
    tick(scope, FEVER)
    box.fault = "refuses"
    send_alerts(scope)
    box.fault = ""
    signed(scope, replace(DUTY, reader="Cleo", reader_email="cleo@care.test"))
    send_alerts(scope, ahead(90))
    assert sorted(box.recipients) == [STAND_IN, "cleo@care.test"]


def test_an_invented_practice_mails_nobody(scope, box):
    tick(scope, FEVER)
    demo = replace(scope, is_demo=True)
    assert send_alerts(demo) == AlertResult(0)
    assert read_undelivered(demo) is None
    assert box.letters == []


@pytest.mark.usefixtures("box")
def test_a_sign_in_a_file_is_told_of_and_undo_leaves_no_trace(scope, tmp_path):
    path = tmp_path / "form.csv"
    path.write_text(
        "Timestamp,Email Address,Baby's name,Is your baby refusing to feed?\n"
        "3/30/2026 18:00,ana.lee@example.org,Mia,yes\n"
        "3/30/2026 19:00,nobody@example.org,Ivo,yes\n",
        encoding="utf-8",
    )
    before = fingerprint(scope)
    report = ingest_file(scope, path)
    assert len(read_open_flags(scope)) == 2
    assert send_alerts(scope) == AlertResult(2), "one mail to each tells of all"
    undo_import(scope, report.import_id)
    assert rows(scope, "id") == []
    assert fingerprint(scope) == before


@pytest.mark.usefixtures("box")
def test_mails_about_a_family_go_with_it(scope):
    tick(scope, FEVER)
    send_alerts(scope)
    ((family_id,),) = set(visits(scope, "family_id"))
    erase_family(scope, family_id)
    assert rows(scope, "id") == []


@pytest.mark.usefixtures("box")
def test_mails_about_old_check_ins_go_with_them(scope):
    id_ = tick(scope, FEVER)
    send_alerts(scope)
    acknowledge(scope, id_, FEVER, "Called")
    with scope.write("make it an old one") as conn:
        conn.execute(update(check_in).values(due_on=datetime(2020, 1, 1, tzinfo=UTC).date()))
    save_retention(scope, 12, None)
    assert remove_old(scope).check_ins == 1
    assert rows(scope, "id") == []


def test_a_therapist_knows_whether_anybody_was_told_of_her_families_but_not_who(scope, box):
    box.fault = "refuses"
    tick(scope, FEVER)
    send_alerts(scope)
    maya = scope.as_therapist("Maya Lopez")
    assert read_undelivered(maya).reason == "refused"
    with pytest.raises((NotAllowed, DBAPIError)), maya.read() as conn:
        conn.execute(select(outbox.c.recipient)).all()
    with maya.read() as conn:
        assert conn.execute(select(func.count()).select_from(outbox)).scalar_one() == 2
    stranger = replace(maya, viewer=replace(maya.viewer, therapist_id="somebody else"))
    assert read_undelivered(stranger) is None


def test_until_a_mail_went_out_or_the_sign_is_acknowledged_it_stands_that_nobody_was_told(
    scope, box
):
    id_ = tick(scope, FEVER)
    assert read_undelivered(scope) is None, "a moment is no delay"
    assert read_undelivered(scope, hence(400)).reason == "not sent"
    box.fault = "recipient"
    send_alerts(scope)
    found = read_undelivered(scope)
    assert (found.signs, found.reason) == (1, "recipient")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(box, "fault", "")
        assert send_alerts(scope, ahead(90)) == AlertResult(2)
    assert read_undelivered(scope, hence(100)) is None
    box.fault = "refuses"
    send_alerts(scope, ahead(DAY))
    assert read_undelivered(scope).reason == "refused", "the second mail went to nobody"
    acknowledge(scope, id_, FEVER, "Called")
    assert read_undelivered(scope) is None


def test_the_log_names_a_kind_of_failure_and_nothing_else(scope, box, caplog):
    id_ = tick(scope, FEVER)
    box.fault = "recipient"
    with caplog.at_level(logging.DEBUG, logger="allay_metrics"):
        send_alerts(scope)
    assert {message for message in caplog.messages if "mail" in message} == {
        "A mail about a check-in did not go out: recipient"
    }
    assert not any(word in caplog.text for word in (*NAMES, READER, STAND_IN, id_))


@pytest.fixture
def door(scope, monkeypatch):
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    return replace(scope, viewer=DOOR)


@pytest.fixture
def owner(scope, door):
    return ana(scope, door)


def read_by(scope, *addresses):
    """Have reader, and stand-in if there is a second address, be told there."""
    reader, stand_in = (*addresses, "")[:2]
    name = "Bea Moss" if stand_in else ""
    duty = replace(DUTY, reader_email=reader, stand_in=name, stand_in_email=stand_in)
    signed(scope, duty)


def maya_of(scope, door, name="Maya Lopez"):
    """Return a therapist who has joined: she sees the caseload of this name."""
    therapist_id = scope.as_therapist(name).viewer.therapist_id
    return Someone(door, invite(scope, MAYA, "Maya", "therapist", therapist_id))


@pytest.mark.usefixtures("owner")
def test_owners_are_told_where_the_reader_is_nobody_who_may_sign_in(scope, box):
    read_by(scope, "amy@care.test")
    tick(scope, FEVER)
    assert send_alerts(scope) == AlertResult(2)
    assert sorted(box.recipients) == ["amy@care.test", ANA]
    assert read_undelivered(scope) is None


@pytest.mark.usefixtures("owner")
def test_a_mail_to_nobody_who_may_sign_in_tells_nobody(scope, box):
    read_by(scope, "amy@care.test")
    tick(scope, FEVER)
    box.fault = f"refuses {ANA}"
    assert send_alerts(scope) == AlertResult(1, "recipient")
    assert read_undelivered(scope).reason == "recipient"
    assert read_undelivered(scope.as_therapist("Maya Lopez")).reason == "recipient"


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(
    "unable",
    [
        lambda scope, maya: disable(scope, maya.id),
        lambda scope, maya: reset_sign_in(scope, maya.id),
    ],
)
def test_who_is_shut_out_or_has_to_set_up_anew_is_stood_in_for_by_the_owners(scope, box, unable):
    maya = maya_of(scope, replace(scope, viewer=DOOR))
    read_by(scope, MAYA.title())
    tick(scope, FEVER)
    assert send_alerts(scope) == AlertResult(1)
    assert box.recipients == [MAYA]
    unable(scope, maya)
    assert read_undelivered(scope, hence(400)).reason == "not sent"
    assert send_alerts(scope) == AlertResult(1), "of a sign that still waits, at once"
    assert box.recipients == [MAYA, ANA]
    assert read_undelivered(scope) is None


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize(("name", "told"), [("Maya Lopez", [MAYA]), ("Ines Park", [ANA, MAYA])])
def test_a_therapist_is_enough_for_families_of_hers_alone(scope, tmp_path, box, name, told):
    tick(scope, FEVER)
    other = seen("9", 3, "Ida", who="Cleo Ray", therapist="Ines Park")
    in_care(Desk(scope, tmp_path), seen("1", 7), other)
    maya_of(scope, replace(scope, viewer=DOOR), name)
    read_by(scope, MAYA)
    send_alerts(scope)
    assert sorted(box.recipients) == told
    assert read_undelivered(scope) is None


def test_where_nobody_signs_in_every_address_counts(scope, box):
    read_by(scope, "amy@care.test")
    tick(scope, FEVER)
    assert send_alerts(scope) == AlertResult(1)
    assert box.recipients == ["amy@care.test"]
    assert read_undelivered(scope) is None


@pytest.mark.usefixtures("owner")
def test_one_who_can_is_enough(scope, box):
    read_by(scope, "amy@care.test", ANA.upper())
    tick(scope, FEVER)
    send_alerts(scope)
    assert sorted(box.recipients) == ["amy@care.test", ANA]
    assert read_undelivered(scope) is None


@pytest.mark.usefixtures("box")
@pytest.mark.parametrize("is_reset", [False, True])
def test_an_owner_who_can_open_nothing_is_told_of_nothing(scope, door, box, is_reset):
    """Invited and never joined, or reset since: only who may sign in stands in for the reader."""
    olga = invite_first_owner(scope, "olga@care.test", "Olga")
    if is_reset:
        olga = reset_sign_in(scope, Someone(door, olga).id)
    read_by(scope, "amy@care.test")
    tick(scope, FEVER)
    assert send_alerts(scope) == AlertResult(1, "nobody")
    assert box.recipients == ["amy@care.test"]
    assert read_undelivered(scope).reason == "nobody"
    Someone(door, olga)
    assert send_alerts(scope) == AlertResult(1)
    assert box.recipients == ["amy@care.test", "olga@care.test"]
    assert read_undelivered(scope) is None
