"""How much is done, counted: seconds are the machine's, calls are the program's."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Calls:
    """How many functions were called or returned, those of C too."""

    count: int = 0


@contextmanager
def counted_calls() -> Iterator[Calls]:
    """Count what this thread calls inside the block."""
    calls = Calls()

    def count(*_event: object) -> None:
        calls.count += 1

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        yield calls
    finally:
        sys.setprofile(before)
