"""The command for cron: what is due goes out once, and a failure is one sentence."""

import pytest

from allay_metrics.cli import main
from allay_metrics.server.form_routes import FormRoutes
from allay_metrics.server.site import Site
from tests.support.asked import asked
from tests.support.exports import Desk
from tests.support.mail_box import Box, mail_server, name_server
from tests.support.parent import Parent


@pytest.fixture
def url(sqlite_scope, tmp_path):
    """A practice in which a parent ticked a sign."""
    parent = Parent(
        FormRoutes(lambda: sqlite_scope, Site("127.0.0.1", 8501)),
        asked(Desk(sqlite_scope, tmp_path)),
    )
    parent.press()
    parent.press(sign="3")
    return sqlite_scope.database_url


def test_what_is_due_goes_out_once(url, monkeypatch, capsys):
    box = Box()
    with mail_server(box) as port:
        name_server(monkeypatch, port)
        assert main(["alerts", "--database", url]) == 0
        assert main(["alerts", "--database", url]) == 0
    assert capsys.readouterr().out == "2 mails sent.\nNo mail was sent.\n"
    assert len(box.letters) == 2


def test_what_did_not_go_out_is_a_sentence_and_an_exit_code(url, monkeypatch, capsys):
    assert main(["alerts", "--database", url]) == 2
    assert "No mail server is named" in capsys.readouterr().err
    box = Box()
    box.fault = "recipient"
    with mail_server(box) as port:
        name_server(monkeypatch, port)
        assert main(["alerts", "--database", url]) == 2
    said = capsys.readouterr()
    assert "The mail server refused the recipient" in said.err
    assert not any(name in said.err + said.out for name in ("Mia", "Lee", "care.test"))
