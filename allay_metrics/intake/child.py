"""Has a workbook read by a child process with limits, and makes a message of its end."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from allay_metrics import config
from allay_metrics.errors import FileProblem

PROGRAM = ("-m", "allay_metrics.intake.sheet")
PATIENCE = 180  # seconds by the clock; the child's own limit is of processor time


@dataclass(frozen=True)
class Sheet:
    """A sheet's rows, each as the JSON text of a list of texts, and what has to be said of it."""

    rows: list[bytes]
    note: str


def read_sheet(path: Path) -> Sheet:
    """Return the first sheet of a workbook that holds anything.

    Raises FileProblem where there is none, or where the parser gave up, crashed, or wanted more
    memory or time than a table of visits needs.
    """
    words = [sys.executable, *PROGRAM, str(path.absolute())]
    try:
        # Nothing of our environment, secrets among it, goes along.
        done = subprocess.run(  # noqa: S603 our own interpreter and module, no shell
            words,
            cwd=config.ROOT,
            env={"PATH": os.defpath, "PYTHONPATH": str(config.ROOT)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _too_much(path) from None
    head, *rows = done.stdout.splitlines() or [b"{}"]
    told = json.loads(head)
    if "problem" in told:
        raise FileProblem(f"{path.name} {told['problem']}.")
    if done.returncode != 0 or "sheet" not in told:
        raise _too_much(path)
    several = told["sheets"] > 1
    note = f"read the sheet '{told['sheet']}' of {told['sheets']} sheets" if several else ""
    return Sheet(rows, note)


def _too_much(path: Path) -> FileProblem:
    return FileProblem(
        f"{path.name} cannot be read: it takes more memory or time than a table of visits needs; "
        "save it as CSV instead."
    )
