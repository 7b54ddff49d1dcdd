"""The frame: who is let in, what stands around a page, and errors as sentences."""

import logging
import re
import sys
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from allay_metrics import config
from allay_metrics.errors import QuestionProblem
from allay_metrics.records import open_practice
from allay_metrics.ui import session
from tests.support.on_page import DASHBOARD, bodies, page_of, run, text

PAGES = (
    "owner/week",
    "owner/cities",
    "owner/visit_types",
    "practice/check_ins",
    "practice/records",
    "practice/definitions",
)


@pytest.fixture
def at(small):  # noqa: ARG001  on file before the page runs
    return AppTest.from_file(DASHBOARD, default_timeout=60)


@pytest.fixture
def open_to_all(monkeypatch):
    """A server that other computers reach."""
    real = st.get_option
    monkeypatch.setattr(
        st, "get_option", lambda name: "192.168.0.7" if name == "server.address" else real(name)
    )


@pytest.fixture
def demo(monkeypatch):
    """A demo practice without a visit: inventing one takes seconds and is tested elsewhere."""
    path = config.demo_database_path()
    path.parent.mkdir(parents=True)
    monkeypatch.delenv("ALLAY_DATABASE_URL", raising=False)
    open_practice(config.sqlite_url(path), name="Demo", is_demo=True).close()
    return path


@pytest.mark.parametrize("page", PAGES)
def test_this_computer_is_the_owners(small, page):  # noqa: ARG001  on file
    assert "not for you to see" not in text(run(page_of(page)))


@pytest.mark.usefixtures("small", "open_to_all")
@pytest.mark.parametrize("page", PAGES)
def test_on_any_other_address_nobody_is_let_in(page):
    at = page_of(page)
    at.run()
    assert "This page is not for you to see" in text(at)
    assert 'class="al-v"' not in bodies(at)
    assert not at.selectbox


@pytest.mark.usefixtures("open_to_all")
def test_the_demo_may_be_seen_by_everybody(demo):
    assert demo.exists()
    at = run(AppTest.from_file(DASHBOARD, default_timeout=60))
    assert "every family, visit and number here is invented" in text(at)
    assert "not for you to see" not in text(at)


@pytest.mark.usefixtures("demo")
def test_leaving_the_demo_is_one_click_and_leads_to_the_own_records():
    at = run(AppTest.from_file(DASHBOARD, default_timeout=60))
    at.button(key="al-leave-demo").click()
    run(at)
    assert "invented" not in text(at)
    assert "No visits yet" in text(at)
    assert not config.demo_database_path().exists()


@pytest.mark.parametrize(
    ("address", "ours"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("", False),
     ("10.0.0.7", False), ("box.example", False)],
)  # fmt: skip
def test_only_loopback_is_this_computer(monkeypatch, address, ours):
    monkeypatch.setattr(st, "get_option", lambda _name: address)
    assert session._only_this_computer() is ours


def test_a_proxy_in_front_is_not_this_computer(monkeypatch):
    asked = SimpleNamespace(headers={"X-Forwarded-For": "10.0.0.7"})
    monkeypatch.setattr(st, "get_option", lambda _name: "127.0.0.1")
    monkeypatch.setattr(st, "context", asked)
    assert session._only_this_computer() is False


def test_a_problem_of_ours_is_its_sentence(at, monkeypatch):
    _break(monkeypatch, QuestionProblem("There is no city '**Oz**'."))
    at.run()
    assert not at.exception
    assert [each.value for each in at.text] == ["There is no city '**Oz**'."]


def test_any_other_error_is_a_number_and_the_log_has_its_type_and_place(at, monkeypatch, caplog):
    _break(monkeypatch, ValueError("Rivera, 12 Elm Street"))
    with caplog.at_level(logging.ERROR):
        at.run()
    assert not at.exception
    (said,) = [each.value for each in at.text]
    assert "Rivera" not in said + text(at)
    number = said.split()[-1].rstrip(".")
    (logged,) = [record for record in caplog.records if number in record.getMessage()]
    assert re.search(
        r"ValueError at .*ui/week/head\.py:\d+ in .*test_frame\.py:\d+", logged.getMessage()
    )
    assert "Elm Street" not in caplog.text


def test_an_error_in_a_drawer_is_a_number_too(caplog):
    def opened():
        from allay_metrics import ui

        def broken():
            raise ValueError("Rivera, 12 Elm Street")

        ui.drawer("Drawer", broken)

    page = AppTest.from_function(opened).run()
    assert not page.exception
    assert "in the log as problem" in page.text[0].value
    assert "Elm Street" not in caplog.text


def _break(monkeypatch, error):
    def broken(*_arguments):
        raise error

    monkeypatch.setattr(sys.modules["allay_metrics.ui.week.head"], "week_of", broken)
