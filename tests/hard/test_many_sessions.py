"""A practice's busiest morning, and forty practices' idle tabs, on one small server."""

import asyncio
from itertools import count
from statistics import quantiles

import pytest

from tests.support.apart import run_apart
from tests.support.server import memory_mb, start_server
from tests.support.wire import Ran, open_wire, run_page

IDLE, CLICKING, CLICKS = 200, 20, 10
PAUSE = 5.0  # seconds between two clicks of one person: reading takes longer
CITIES = ("Oakland", "Berkeley", "San+Francisco", "San+Jose", "")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with start_server(tmp_path_factory.mktemp("many")) as running:
        yield running


def test_two_hundred_open_tabs_stay_below_400_mb(server, record_property):
    async def open_all() -> float:
        wires = []
        for _ in range(IDLE):
            wires.append(await open_wire(server.url))
            assert (await run_page(wires[-1])).holds("Week of")
        held = memory_mb(server.url, "VmRSS")
        for wire in wires:
            await wire.close()
        return held

    held = run_apart(open_all())
    record_property("hardening", f"{IDLE} tabs: {held:.0f} MB")
    assert held < 400


def test_twenty_people_clicking_wait_less_than_two_seconds(server, record_property):
    number = count()

    async def click_through() -> list[Ran]:
        wire = await open_wire(server.url)
        await run_page(wire)
        ran = []
        for _ in range(CLICKS):
            await asyncio.sleep(PAUSE)
            ran.append(await run_page(wire, f"city={CITIES[next(number) % len(CITIES)]}"))
        await wire.close()
        return ran

    async def all_of_them() -> list[Ran]:
        people = []
        for _ in range(CLICKING):
            people.append(asyncio.create_task(click_through()))
            await asyncio.sleep(PAUSE / CLICKING)  # nobody clicks in step
        return [answer for person in people for answer in await person]

    ran = run_apart(all_of_them())
    assert len(ran) == CLICKING * CLICKS
    assert all(answer.holds("Week of") for answer in ran)
    slow = quantiles([answer.seconds for answer in ran], n=20)[-1]
    record_property("hardening", f"{CLICKING} clicking every {PAUSE:.0f} s: p95 {slow:.2f} s")
    assert slow < 2
