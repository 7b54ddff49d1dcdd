"""What the gate costs a person who clicks: the same pages with and without it, in turn."""

import asyncio
import os
import sys
from pathlib import Path
from statistics import median

from allay_metrics.records import open_practice
from benchmarks.measured import ROOT
from tests.support.gated import make_records, people_of
from tests.support.people import SECRET
from tests.support.server import start_server
from tests.support.wire import open_wire, run_page

CITIES = ("Oakland", "Berkeley", "San+Francisco", "San+Jose", "")
PAIRS = 7  # of servers: how two threads of one process fall into step differs from start to start
ROUNDS, UNCOUNTED = 8, 2
RUNS = (ROUNDS - UNCOUNTED) * len(CITIES)  # of one server
UNGATED = ("sh", "-c", f"exec {sys.executable} -m benchmarks.ungated --port $2", "sh")


def click_ms(folder: Path) -> tuple[float, float]:
    """Return the median milliseconds of a page run with the gate, and without it.

    Each is the median of PAIRS servers, and of one server the median of its runs.
    """
    os.environ["ALLAY_SECRET"] = SECRET
    with_people = open_practice(make_records(folder / "people"))
    _, owner, _ = people_of(with_people)
    with_people.close()
    make_records(folder / "alone")
    taken = [_one_pair(folder, owner.token) for _ in range(PAIRS)]
    return median(gated for gated, _ in taken), median(bare for _, bare in taken)


def _one_pair(folder: Path, token: str) -> tuple[float, float]:
    secret = {"ALLAY_SECRET": SECRET}
    with (
        start_server(folder / "people", environment=secret) as gated,
        start_server(folder / "alone", command=UNGATED, cwd=ROOT) as bare,
    ):
        return asyncio.run(_in_turn(gated.url, token, bare.url))


async def _in_turn(gated: str, token: str, bare: str) -> tuple[float, float]:
    wires = {
        "gated": await open_wire(gated, headers={"Cookie": f"sid={token}"}),
        "bare": await open_wire(bare),
    }
    taken: dict[str, list[float]] = {name: [] for name in wires}
    for round_ in range(ROUNDS):
        for city in CITIES:
            for name, wire in wires.items():
                ran = await run_page(wire, query=f"city={city}")
                assert ran.holds("Week of"), name
                if round_ >= UNCOUNTED:
                    taken[name].append(ran.seconds * 1000)
    for wire in wires.values():
        await wire.close()
    return median(taken["gated"]), median(taken["bare"])
