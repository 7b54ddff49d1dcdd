"""Runs a piece of work in a process of its own and tells what it took."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Took:
    """Wall and processor seconds, peak memory in MB, and what the work said of itself."""

    wall: float
    cpu: float
    peak_mb: float
    said: Any


def in_own_process(work: str, *arguments: object) -> Took:
    """Run `benchmarks.WORK(*arguments)` in a fresh process; start-up is not in the times.

    WORK is `module:function`. Imports happen before the clock starts; peak memory is that of the
    whole process.
    """
    words = [sys.executable, "-m", "benchmarks.measured", work, *map(str, arguments)]
    done = subprocess.run(words, cwd=ROOT, check=True, capture_output=True, text=True)
    return Took(**json.loads(done.stdout.splitlines()[-1]))


def median_of(times: int, work: Callable[[], object]) -> float:
    """Return the median milliseconds of `work`, after one run that does not count."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken)


def _main(work: str, *arguments: str) -> None:
    import importlib
    import resource

    module, name = work.split(":")
    run = getattr(importlib.import_module(f"benchmarks.{module}"), name)
    wall, cpu = time.perf_counter(), time.process_time()
    said = run(*arguments)
    taken = {
        "wall": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "said": said,
    }
    print(json.dumps(taken))


if __name__ == "__main__":
    _main(*sys.argv[1:])
