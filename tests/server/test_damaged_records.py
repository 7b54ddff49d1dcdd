"""Records found damaged while they are served: one sentence on every page, and no traceback."""

import os
import shutil
from contextlib import closing
from dataclasses import replace

import pytest

from allay_metrics.outcomes.wording import phrases
from allay_metrics.records import DOOR, open_practice
from allay_metrics.server.auth_html import DAMAGED, DAMAGED_TITLE
from tests.support import damage
from tests.support.gated import ask
from tests.support.people import SECRET, ana
from tests.support.server import start_server

PUBLIC = "dashboard.example.test"
OVER_TLS = {"Host": PUBLIC, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}


@pytest.fixture(scope="module")
def served(sqlite_template, tmp_path_factory):
    """The address of a server and the file it serves, exchanged for a damaged one meanwhile."""
    folder = tmp_path_factory.mktemp("damaged")
    path = folder / "practice.sqlite"
    shutil.copy(sqlite_template, path)
    settings = {
        "ALLAY_SECRET": SECRET,
        "ALLAY_PUBLIC_URL": f"https://{PUBLIC}",
        "ALLAY_PROXY": "127.0.0.1",
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ALLAY_SECRET", SECRET)
        with closing(open_practice(f"sqlite:///{path}")) as scope:
            owner = ana(scope, replace(scope, viewer=DOOR))
    with start_server(folder, environment=settings) as server:
        assert ask(server.url, "/", token=owner.token).status == 200
        other = folder / "other.sqlite"
        shutil.copy(path, other)
        damage.truncated(other)
        os.replace(other, path)  # noqa: PTH105 - in one step, as a restored disk would
        yield server.url, path, owner.token
        (log,) = folder.glob("server-*.log")
        assert "Traceback" not in log.read_text(encoding="utf-8")


@pytest.mark.parametrize("address", ["/", "/caseload", "/login", "/account", "/join/some-code"])
def test_at_this_computer_a_page_names_the_file_and_the_way_back(served, address):
    url, path, token = served
    got = ask(url, address, token=token)
    assert got.status == 503
    assert DAMAGED_TITLE.encode() in got.body
    assert f"The records in {path} are damaged".encode() in got.body
    assert b"`restore FILE --replace`" in got.body


@pytest.mark.parametrize("address", ["/", "/login"])
def test_whoever_asks_from_elsewhere_is_told_no_more_than_that(served, address):
    url, path, _ = served
    got = ask(url, address, headers=OVER_TLS)
    assert (got.status, got.body) == (503, DAMAGED.encode())
    assert str(path.parent).encode() not in got.body


def test_a_parent_is_told_in_both_languages(served):
    url, path, _ = served
    got = ask(url, "/c/some-token")
    assert got.status == 503
    for language in ("en", "es"):
        assert phrases(language)["damaged_title"].encode() in got.body
    assert str(path.parent).encode() not in got.body


def test_the_log_says_which_file_and_how_a_backup_comes_back(served):
    url, path, _ = served
    ask(url, "/login")
    (log,) = path.parent.glob("server-*.log")
    said = log.read_text(encoding="utf-8")
    assert f"The records in {path} are damaged" in said
    assert "`restore FILE --replace`" in said
