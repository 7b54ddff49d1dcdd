"""An import that is killed leaves all of it or nothing, and taken in again gives the same rows."""

import random
import shutil
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import func, select

from allay_metrics.actions.records_check import check_records
from allay_metrics.records import compute_row_hashes, open_practice
from allay_metrics.records.tables import booking, import_
from tests.support.exports import appointment, write_export

ROOT = Path(__file__).resolve().parents[2]
MOMENTS = 40
ROWS = 1_500
# What is derived from the rows, whichever import brought them.
DERIVED = ("family", "client", "visit", "visit_client", "daily", "daily_city", "episode")


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """A file of 1,500 visits of 300 families."""
    names = [f"{first} {last}" for first in "ABCDEFGHIJKLMNO" for last in "ABCDEFGHIJKLMNOPQRST"]
    rows = [
        appointment(
            str(n), f"2026-{1 + n % 9:02}-{1 + n % 28:02} {8 + n % 9:02}:00", names[n % 300]
        )
        for n in range(ROWS)
    ]
    return write_export(tmp_path_factory.mktemp("killed") / "visits.csv", rows)


@pytest.fixture
def fresh(engine_kind, request, tmp_path):
    """A function that returns the URL of one more copy of the same empty practice."""
    if engine_kind == "sqlite":
        base = tmp_path / "base.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), base)
        open_practice(f"sqlite:///{base}").close()

        def copy(name):
            shutil.copy(base, tmp_path / f"{name}.sqlite")
            return f"sqlite:///{tmp_path}/{name}.sqlite"

        yield copy
        return
    cluster = request.getfixturevalue("postgres_cluster")
    open_practice(cluster.create("killed_base")).close()
    made = []

    def create(name):
        made.append(f"killed_{name}")
        return cluster.create(made[-1], template="killed_base")

    yield create
    for name in [*made, "killed_base"]:
        cluster.drop(name)


def _import(url, export):
    command = [sys.executable, "-m", "allay_metrics", "import", str(export), "--database", url]
    command += ["--as-of", "2026-11-16T08:02", "--json"]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _on_file(url):
    """Return rows and finished imports on file, and the hashes of what was derived."""
    with closing(open_practice(url)) as scope:
        with scope.read() as conn:
            rows = conn.execute(select(func.count()).select_from(booking)).scalar_one()
            imports = conn.execute(select(import_.c.rows_read)).scalars().all()
        hashes = compute_row_hashes(scope)
    return rows, imports, {name: hashes[name] for name in DERIVED}


def test_a_killed_import_leaves_all_or_nothing(fresh, export, engine_kind, record_property):
    began = time.monotonic()
    url = fresh("whole")
    assert _import(url, export).wait() == 0
    took = time.monotonic() - began
    whole = _on_file(url)
    assert (whole[0], whole[1]) == (ROWS, [ROWS])
    chance = random.Random(engine_kind)
    ended = {"none": 0, "all": 0}
    for number in range(MOMENTS):
        url = fresh(f"k{number}")
        running = _import(url, export)
        time.sleep(chance.uniform(0.25, 1.05) * took)
        running.kill()
        running.wait()
        rows, imports, _ = _on_file(url)
        assert (rows, imports) in ((0, []), (ROWS, [ROWS])), number
        ended["all" if rows else "none"] += 1
        if not number % 10:
            with closing(open_practice(url)) as scope:
                assert check_records(scope) == []
        assert _import(url, export).wait() == 0
        assert _on_file(url)[2] == whole[2], number
    assert ended["none"], "no moment fell before the end: the file is too small"
    record_property(
        "hardening",
        f"{engine_kind}: {ended['none']} of {MOMENTS} none, {ended['all']} all, 0 in between",
    )
