"""Reads a file in a child process with limits, and turns its failure into a sentence.

The parsers are not ours and the file may be hostile: in a child it can use up only its own memory
and time. The child writes lines of JSON: a header, then a list of texts for each row.
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

PATIENCE = 180  # seconds of wall time; the child limits its processor time
# What any file may use, and what each byte may add: a file of a kilobyte that needs more is an
# attack, a large one may be a whole year of visits.
MEMORY_BYTES, MEMORY_A_BYTE, MOST_MEMORY = 200_000_000, 150, 2_000_000_000
CPU_SECONDS, BYTES_A_SECOND, MOST_CPU = 1, 50_000, 120  # on top of what the start took
_TOO_MUCH = (
    "cannot be read: it takes more memory or time than a file of its size needs; save it as CSV "
    "instead."
)
_LONGEST_PROBLEM = 300
_MOST_REFUSED = 64
_REFUSED: dict[tuple[str, ...], str] = {}


@dataclass(frozen=True)
class ChildOutput:
    """The header that the child wrote, and each row as the JSON of a list of texts."""

    header: dict[str, Any]
    rows: list[bytes]


def read_in_child(program: Sequence[str], path: Path, *arguments: str) -> ChildOutput:
    """Return what a Python program, started with these arguments, reads from a file.

    Raises FileProblem if there is nothing to read, or if the parser failed, crashed, or needed
    more memory or time than a file of this size may. A refused file is not tried again: a page
    opens it several times.
    """
    key = (*program, *arguments, sha256(path.read_bytes()).hexdigest())
    if key not in _REFUSED:
        result = _run(program, path, arguments)
        if isinstance(result, ChildOutput):
            return result
        _REFUSED[key] = result
        while len(_REFUSED) > _MOST_REFUSED:
            _REFUSED.pop(next(iter(_REFUSED)), None)
    raise FileProblem(f"{path.name} {_REFUSED[key]}")


def _run(program: Sequence[str], path: Path, arguments: Sequence[str]) -> ChildOutput | str:
    """Return what was read, or a sentence without its subject that says why not."""
    try:
        # The child gets nothing of our environment, which holds secrets.
        finished = subprocess.run(  # noqa: S603 our own interpreter and module, no shell
            [sys.executable, *program, str(path.absolute()), *arguments],
            cwd=config.ROOT,
            env={"PATH": os.defpath, "PYTHONPATH": str(config.ROOT), "PYTHONUTF8": "1"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _TOO_MUCH
    first_line, *rows = finished.stdout.splitlines() or [b"{}"]
    try:
        header = json.loads(first_line)
    except ValueError:  # cut off within its first line
        return _TOO_MUCH
    if "problem" in header:
        return f"{' '.join(header['problem'].split())[:_LONGEST_PROBLEM]}."
    return _TOO_MUCH if finished.returncode != 0 or not header else ChildOutput(header, rows)


# The functions below run in the child.


def limit_resources(path: Path) -> None:
    """Limit the memory and processor time of this process to what the file may need."""
    try:
        import resource
    except ImportError:  # Windows has none: only the parent's timeout applies
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
