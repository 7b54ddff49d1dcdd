"""Files taken along: each person gets her own, on a laptop and on a phone, and a line says so."""

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from allay_metrics.records import open_practice
from tests.support.browser import Watched, settle
from tests.support.dashboard import choose, command, visit
from tests.support.server import ROOT, Server

# Two exports of one name and length whose first, middle and last parts are the same: what the
# server of files looks at of a large one. `same` gives both sessions the same word in the name.
TWO_PEOPLE = """
import sys
import streamlit as st
from allay_metrics import ui
from allay_metrics.spreadsheet import Export
from allay_metrics.ui import export, launch

def head(scope):
    who = st.query_params["week"]
    if "same" in st.query_params.get("from", ""):
        export._random_token = lambda: "same"
    rows = [(f"{n:07}", who if n == 30_000 else "x", "y" * 40) for n in range(120_000)]
    export.export_button(scope, "page", "all", lambda: Export((), ("n", "who", "y"), rows))
    st.html('<h1 class="al-title">Export</h1>')
    st.stop()

ui.week_head = head
launch.main(["--server.address", "127.0.0.1", "--server.port", sys.argv[-1]])
"""


def take(page: Page, kind: str, path: Path) -> str:
    """Click an export of the page; return the file's name."""
    page.get_by_role("button", name="Export", exact=True).first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name=kind).click()
    download.value.save_as(path)
    page.keyboard.press("Escape")
    return download.value.suggested_filename


@pytest.mark.parametrize(("same", "own"), [("", True), ("same", False)])
def test_two_people_take_exports_of_equal_length_and_each_gets_her_own(
    serve: Callable[..., Server],
    watch: Callable[..., Watched],
    tmp_path: Path,
    same: str,
    own: bool,
) -> None:
    """The second case shows that without the word in the name one would get the other's file."""
    url = f"sqlite:///{tmp_path / 'own.sqlite'}"
    open_practice(url, name="Own").close()
    program = tmp_path / "two.py"
    program.write_text(TWO_PEOPLE)
    python = str(ROOT / ".venv" / "bin" / "python")
    server = serve(url, command=(python, str(program)), environment={"PYTHONPATH": str(ROOT)})
    names, told = [], []
    for who in ("a", "b"):
        page = watch().page
        page.goto(f"{server.url}/?week={who}&from={same}")
        settle(page)
        path = tmp_path / f"{who}.csv"
        names.append(take(page, "CSV", path))
        assert path.stat().st_size > 1_048_576
        rows = csv.reader(io.StringIO(path.read_text("utf-8-sig")))
        told.append(next(row[1] for row in rows if row[0] == "0030000"))
    assert told == (["a", "b"] if own else ["a", "a"])
    assert (names[0] != names[1]) is own


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_page_is_taken_along_in_both_kinds_and_the_trail_says_so(
    own_demo: tuple[Server, str], watch: Callable[..., Watched], tmp_path: Path, size: str
) -> None:
    server, url = own_demo
    page = watch(size).page
    visit(page, server, "cities")
    take(page, "CSV", tmp_path / "cities.csv")
    take(page, "Excel workbook", tmp_path / "cities.xlsx")
    lines = list(csv.reader(io.StringIO((tmp_path / "cities.csv").read_text("utf-8-sig"))))
    assert "invented" in lines[3][0]
    assert lines[4][:2] == ["Part", "City"]
    told = {(row[1], row[4]): row[6] for row in lines[5:] if row[0] == "City by city"}
    (asked,) = command(url, "query", "completed", "--format", "json", "--where", "city=Oakland",
                       "--from", "2026-08-17", "--to", "2026-11-15")  # fmt: skip
    assert told["Oakland", "Completed visits"] == str(asked["completed"]["value"])
    assert zipfile.is_zipfile(tmp_path / "cities.xlsx")
    scope = open_practice(url)
    with scope.read() as conn:
        trail = conn.exec_driver_sql(
            "SELECT about FROM audit WHERE action = 'take an export'"
        ).all()
    scope.close()
    assert [about.rsplit(".")[-1] for (about,) in trail] == ["csv", "xlsx"]


def test_a_therapist_is_offered_no_export(
    demo: tuple[Server, str], watch: Callable[..., Watched]
) -> None:
    server, _ = demo
    page = watch().page
    visit(page, server)
    choose(page, "Look as", "Maya Lopez", exact=False)
    expect(page.get_by_role("button", name="Export")).to_have_count(0)
