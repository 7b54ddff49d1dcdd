"""A letter is handed to a real mail server, over TLS, or the sentence says why it could not be."""

import pytest

from allay_metrics import config
from allay_metrics.actions import mail_server as check_in_mail
from allay_metrics.actions.mail_server import SENTENCES, MailFailed, can_send, send_mail
from allay_metrics.actions.mail_settings import find_settings_gap, read_server
from allay_metrics.actions.outbox import CLAIM_LASTS
from allay_metrics.errors import ConfigProblem
from allay_metrics.records.engine import PATIENCE
from tests.support.mail_box import (
    SENDER,
    Box,
    dribbling_server,
    mail_server,
    name_server,
    own_certificate,
    silent_server,
)
from tests.support.ports import free_port

TO = "ana@example.org"
_OVER_TEXT = check_in_mail._OVER_TEXT


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch):
    """Wait half a second for a silent server, not twenty."""
    monkeypatch.setattr(check_in_mail, "_PATIENCE", 0.5)
    monkeypatch.setattr(check_in_mail, "_OVER_TEXT", 0.5)


@pytest.fixture
def far(monkeypatch):
    """The mail server, as if it stood on another computer."""
    monkeypatch.setattr(config, "is_loopback", lambda _host: False)


def failure():
    with pytest.raises(MailFailed) as failed:
        send_mail(TO, "Hello", "A text")
    assert str(failed.value) == SENTENCES[failed.value.kind]
    return failed.value.kind, failed.value.is_uncertain


def test_a_letter_arrives_with_a_date_and_an_id(box):
    send_mail(TO, "Two\nlines", ".A dot\nand é", message_id="abc")
    ((to, letter),) = box.letters
    assert (to, letter["From"], letter["To"]) == ([TO], SENDER, TO)
    assert (letter["Subject"], letter["Message-ID"]) == ("Two lines", "<abc@example.org>")
    assert letter["Date"] is not None
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().splitlines() == [".A dot", "and é"]


@pytest.mark.parametrize(
    ("fault", "kind", "is_uncertain"),
    [
        ("sender", "sender", False),
        ("recipient", "recipient", False),
        ("refuses", "refused", False),
        ("hangs up", "no answer", False),
        ("hangs", "no answer", False),
        ("drops after DATA", "broken off", True),
        ("hangs after DATA", "broken off", True),
    ],
)
def test_each_failure_has_its_sentence_and_whether_it_may_have_gone_out(
    box, fault, kind, is_uncertain
):
    box.fault = fault
    assert failure() == (kind, is_uncertain)
    assert bool(box.letters) == is_uncertain


def test_a_server_that_is_not_there_or_says_nothing(monkeypatch):
    name_server(monkeypatch, free_port())
    assert failure()[0] == "unreachable"
    with silent_server() as port:
        name_server(monkeypatch, port)
        assert failure()[0] == "no answer"


def test_a_server_that_takes_its_time_over_the_text_has_taken_the_letter(box, monkeypatch):
    monkeypatch.setattr(check_in_mail, "_OVER_TEXT", 30)
    box.fault = "slow after DATA"
    box.seconds = 1.5  # three times what any other step may take
    send_mail(TO, "Hello", "A text")
    assert box.recipients == [TO]


def test_a_server_that_speaks_one_letter_at_a_time_is_hung_up_on(monkeypatch):
    with dribbling_server(0.1) as port:
        name_server(monkeypatch, port)
        assert failure()[0] == "no answer"


def test_a_text_is_not_handed_over_once_the_steps_before_took_too_long(box, monkeypatch):
    monkeypatch.setattr(check_in_mail, "_BEFORE_TEXT", -1)
    assert failure() == ("no answer", False)
    assert box.letters == []


def test_a_conversation_is_over_before_its_claim_is():
    # What was begun just before the latest moment, and both answers about the text.
    longest = check_in_mail._BEFORE_TEXT + 2 * _OVER_TEXT + 1
    assert longest < check_in_mail.LONGEST
    # And whoever claimed has said what became of it, also where she waited for her turn to write.
    assert check_in_mail.LONGEST + PATIENCE + 30 <= CLAIM_LASTS


@pytest.mark.usefixtures("far")
def test_a_server_elsewhere_that_does_not_encrypt_is_sent_nothing(box):
    assert failure()[0] == "no encryption"
    assert box.letters == []


@pytest.mark.usefixtures("far")
def test_whoever_vouches_for_the_way_sends_in_the_open(box, monkeypatch):
    monkeypatch.setenv("ALLAY_SMTP_PLAIN", "1")
    send_mail(TO, "Hello", "A text")
    assert len(box.letters) == 1


def test_no_password_is_told_in_the_open_wherever(box, monkeypatch):
    monkeypatch.setenv("ALLAY_SMTP_PLAIN", "1")
    monkeypatch.setenv("ALLAY_SMTP_URL", config.mail()[0].replace("//", "//me:secret@"))
    with pytest.raises(ConfigProblem, match="password was not sent"):
        send_mail(TO, "Hello", "A text")
    assert box.letters == []


def test_a_certificate_that_nobody_vouches_for_is_refused(monkeypatch, tmp_path):
    context, taken = own_certificate(tmp_path), Box()
    with mail_server(taken, tls_context=context) as port:
        name_server(monkeypatch, port)
        assert failure()[0] == "certificate"
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
        send_mail(TO, "Hello", "A text")
    assert len(taken.letters) == 1


def test_an_address_no_server_understands_is_refused_here(box):
    with pytest.raises(MailFailed, match="recipient"):
        send_mail("aña@example.org", "Hello", "A text")
    assert box.letters == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ALLAY_SMTP_URL", "http://example.org"),
        ("ALLAY_SMTP_URL", "smtp://"),
        ("ALLAY_SMTP_URL", "example.org:25"),
        ("ALLAY_SMTP_URL", "smtp://example.org:port"),
        ("ALLAY_SMTP_URL", "smtp://example.org:0"),
        ("ALLAY_SMTP_URL", "smtp://mail example.org"),
        ("ALLAY_SMTP_URL", "smtp://mail..example.org"),
        ("ALLAY_SMTP_URL", "smtp://[mail.example.org"),
        ("ALLAY_SMTP_URL", "smtps://me:1/secret@example.org"),
        ("ALLAY_SMTP_URL", "smtps://me:s\u00fccret@example.org"),
        ("ALLAY_MAIL_FROM", "care"),
        ("ALLAY_MAIL_FROM", "pr\u00fcfung@example.org"),
        ("ALLAY_MAIL_FROM", "care@example.org\nBcc: all@example.org"),
        ("ALLAY_MAIL_FROM", "care@example.org, else@example.org"),
        ("ALLAY_MAIL_FROM", "Care <care@example.org"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named_before_anything_is_sent(
    box, monkeypatch, name, value
):
    assert find_settings_gap() == ""
    monkeypatch.setenv(name, value)
    assert name in find_settings_gap()
    assert "secret" not in find_settings_gap()
    assert not can_send()
    with pytest.raises(ConfigProblem, match=name):
        send_mail(TO, "Hello", "A text")
    assert box.letters == []


@pytest.mark.parametrize(
    ("sender", "address"),
    [("Care <care@example.org>", SENDER), ("Pr\u00fcfung <care@example.org>", SENDER)],
)
def test_a_sender_may_have_a_name(box, monkeypatch, sender, address):
    monkeypatch.setenv("ALLAY_MAIL_FROM", sender)
    send_mail(TO, "Hello", "A text", message_id="abc")
    ((_, letter),) = box.letters
    assert (letter["From"], letter["Message-ID"]) == (sender, "<abc@example.org>")
    assert letter["From"].addresses[0].addr_spec == address


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:25/", "smtps://[::1]", "smtp://m\u00fcller.de"])
def test_a_server_is_named_by_address_or_by_a_name_of_any_letters(url):
    assert read_server(url).port in (25, 465, 587)


def test_a_server_that_hangs_up_before_the_text_has_not_taken_it(box):
    """Asked whether it takes a text now: not a word of it was said yet."""
    box.fault = "drops at DATA"
    assert failure() == ("no answer", False)


def test_a_recipient_that_is_no_address_is_refused_here(box):
    with pytest.raises(MailFailed, match="recipient"):
        send_mail("ana@example.org\nBcc: all@example.org", "Hello", "A text")
    assert box.letters == []


def test_dots_and_lines_arrive_as_they_were_written(box):
    text = ".\n..two\n. \nlast"
    send_mail(TO, "Hello", text)
    assert box.letters[0][1].get_content().splitlines() == text.splitlines()
