"""An error that holds a name: the person in front and the log get a number, a type and a place."""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from allay_metrics.records import open_practice
from tests.support.server import ROOT, Server

# A server whose Week breaks with a name in hand, and whose first button breaks as it is clicked.
BREAKS = """
import sys
import streamlit as st
from allay_metrics import ui
from allay_metrics.ui import launch
from allay_metrics.ui.week import head as week_head

def broken(*_):
    raise ValueError("no family Zqxwortley, 12 Elm Street")

def head(_scope):
    st.button("Break", on_click=broken)
    if st.query_params.get("week") == "now":
        broken()
    st.stop()

ui.week_head = head
launch.main(["--server.address", "127.0.0.1", "--server.port", sys.argv[-1]])
"""


def test_an_error_of_a_page_and_of_a_click_is_a_number_and_nowhere_a_name(
    serve: Callable[..., Server], page: Page, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    open_practice(url, name="Own").close()
    program = tmp_path / "breaks.py"
    program.write_text(BREAKS)
    command = (str(ROOT / ".venv" / "bin" / "python"), str(program))
    server = serve(url, command=command, environment={"PYTHONPATH": str(ROOT)})
    numbers = []
    page.goto(f"{server.url}/?week=now")
    said = page.get_by_text("in the log as problem")
    expect(said).to_be_visible()
    numbers += re.findall(r"problem (\w{8})", said.inner_text())
    page.goto(server.url)
    page.get_by_role("button", name="Break").click()
    said = page.get_by_text("in the log as problem")
    expect(said).to_be_visible()
    numbers += re.findall(r"problem (\w{8})", said.inner_text())
    assert len(set(numbers)) == 2
    assert "Zqxwortley" not in page.content()
    log = server.log.read_text()
    assert [number for number in numbers if number not in log] == []
    assert len(re.findall(r"Problem \w{8}: ValueError at .*breaks\.py:\d+", log)) == 2
    assert "Zqxwortley" not in log
    assert "Traceback" not in log
