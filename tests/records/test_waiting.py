"""One writer at a time: the others wait, and are told when it takes too long."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from allay_metrics.errors import Conflict
from allay_metrics.records import engine, open_practice


def test_a_writer_who_waited_long_enough_is_told_why(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = tuple(p for p in engine._PRAGMAS if "busy_timeout" not in p)
    monkeypatch.setattr(engine, "_PRAGMAS", (*impatient, "PRAGMA busy_timeout = 10"))
    scope = open_practice(sqlite_url)
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Conflict, match="Another import"), scope.write("keep a note"):
            pytest.fail("nobody else may write")
    scope.close()
