"""Has a file read by a child process with limits, and makes a message of its end.

The parsers are not ours and the file may be hostile: in a child it can use up its own memory and
time and nobody else's. Out come lines of JSON: what was read, then a list of texts for each row.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import ceil
from pathlib import Path
from time import process_time
from typing import Any

from allay_metrics import config
from allay_metrics.errors import FileProblem

PATIENCE = 180  # seconds by the clock; the child's own limit is of processor time
# What any file may use, and what each byte of it may add: a file of a kilobyte that wants more is
# an attack, a large one may be an honest year.
MEMORY_BYTES, MEMORY_A_BYTE, MOST_MEMORY = 200_000_000, 150, 2_000_000_000
CPU_SECONDS, BYTES_A_SECOND, MOST_CPU = 1, 50_000, 120  # beyond what starting took
_TOO_MUCH = (
    "cannot be read: it takes more memory or time than a file of its size needs; save it as CSV "
    "instead."
)
_LONGEST_PROBLEM = 300
_REMEMBERED = 64
_REFUSED: dict[tuple[str, ...], str] = {}


@dataclass(frozen=True)
class ChildOutput:
    """What the child said first, and each row as the JSON text of a list of texts."""

    head: dict[str, Any]
    rows: list[bytes]


def read_in_child(program: Sequence[str], path: Path, *words: str) -> ChildOutput:
    """Return what a program, run by our own interpreter, reads in a file.

    Raises FileProblem where there is nothing to read, or where the parser gave up, crashed, or
    wanted more memory or time than the file may need. A file once refused is not tried again: a
    page opens it several times over.
    """
    key = (*program, *words, sha256(path.read_bytes()).hexdigest())
    if key not in _REFUSED:
        result = _run(program, path, words)
        if isinstance(result, ChildOutput):
            return result
        _REFUSED[key] = result
        while len(_REFUSED) > _REMEMBERED:
            _REFUSED.pop(next(iter(_REFUSED)), None)
    raise FileProblem(f"{path.name} {_REFUSED[key]}")


def _run(program: Sequence[str], path: Path, words: Sequence[str]) -> ChildOutput | str:
    """Return what was read, or the sentence of why not, without its subject."""
    try:
        # Nothing of our environment, secrets among it, goes along.
        done = subprocess.run(  # noqa: S603 our own interpreter and module, no shell
            [sys.executable, *program, str(path.absolute()), *words],
            cwd=config.ROOT,
            env={"PATH": os.defpath, "PYTHONPATH": str(config.ROOT), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _TOO_MUCH
    head, *rows = done.stdout.splitlines() or [b"{}"]
    try:
        header = json.loads(head)
    except ValueError:  # cut off within its first line
        return _TOO_MUCH
    if "problem" in header:
        return f"{' '.join(header['problem'].split())[:_LONGEST_PROBLEM]}."
    return _TOO_MUCH if done.returncode != 0 or not header else ChildOutput(header, rows)


# What follows runs in the child.


def limit_resources(path: Path) -> None:
    """Take from this process what reading the file can never need."""
    try:
        import resource
    except ImportError:  # not on Windows: the parent's clock still holds
        return
    size = path.stat().st_size
    memory = min(MEMORY_BYTES + MEMORY_A_BYTE * size, MOST_MEMORY)
    seconds = ceil(process_time()) + min(CPU_SECONDS + size // BYTES_A_SECOND, MOST_CPU)
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def write_line(what: object) -> None:
    """Write one line for the parent."""
    sys.stdout.write(json.dumps(what) + "\n")
