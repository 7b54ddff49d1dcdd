"""Somebody floods the door: many passwords at once, many foreign sockets, unknown people."""

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from statistics import median, quantiles
from threading import Event

import pytest
from websockets import InvalidStatus

from allay_metrics.actions import passwords
from allay_metrics.actions.sign_in import sign_in
from allay_metrics.errors import NotAllowed
from tests.support.apart import run_apart
from tests.support.gated import gated
from tests.support.people import ANA, SECRET
from tests.support.server import memory_mb
from tests.support.wire import open_wire

AT_ONCE = 50
MOST_MB = 200


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A practice with people behind its gate."""
    with gated(tmp_path_factory.mktemp("gated")) as running:
        yield running


def test_fifty_sign_ins_at_once_take_little_memory(here, record_property):
    def attempt(number):
        # Each an account of its own: none waits for another one's wrong tries.
        told = {"email": f"p{number}@example.test", "password": "x" * 20, "code": "1" * 6}
        return here.ask("/login", "POST", fields=told).status

    before = memory_mb(here.server.url, "VmHWM")
    with ThreadPoolExecutor(AT_ONCE) as crowd:
        found = list(crowd.map(attempt, range(AT_ONCE)))
    grown = memory_mb(here.server.url, "VmHWM") - before
    record_property("hardening", f"{AT_ONCE} at once: +{grown:.0f} MB")
    assert set(found) == {403}
    assert grown < MOST_MB


def test_an_unknown_address_costs_the_work_of_a_known_one(here, record_property, monkeypatch):
    """The processor's time of either, and the number of checks: wall time is the machine's."""
    monkeypatch.setenv("ALLAY_SECRET", SECRET)
    spent, checks = {ANA: [], "nobody@example.test": []}, {ANA: 0, "nobody@example.test": 0}
    real = passwords.verify_password
    for _ in range(20):
        for email, seconds in spent.items():

            def counted(hash_, password, email=email):
                checks[email] += 1
                return real(hash_, password)

            monkeypatch.setattr(passwords, "verify_password", counted)
            begun = time.process_time()
            with pytest.raises(NotAllowed):
                sign_in(here.door, email, "no password of hers", "123456", label="x")
            seconds.append(time.process_time() - begun)
    known, unknown = (median(seconds) for seconds in spent.values())
    record_property("hardening", f"unknown : known = {unknown / known:.2f}")
    assert len(set(checks.values())) == 1
    assert 0.8 < unknown / known < 1.2


def _health_seconds(here, enough):
    """How long each look at the server's health took, until `enough` of them say it is enough."""
    taken = []
    while not enough(len(taken)):
        begun = time.perf_counter()
        assert here.ask("/_stcore/health").status == 200
        taken.append(time.perf_counter() - begun)
    return taken


def _p95(taken):
    return quantiles(taken, n=20)[-1]


def test_foreign_sockets_are_refused_and_slow_nobody_down(here, record_property):
    async def knock():
        with pytest.raises(InvalidStatus) as error:
            await open_wire(here.server.url, origin="https://evil.test")
        return error.value.response.status_code

    async def flood():
        waves = []
        for _ in range(10):
            waves.append(await asyncio.gather(*(knock() for _ in range(AT_ONCE))))
            await asyncio.sleep(0.3)
        return waves

    quiet = _p95(_health_seconds(here, lambda count: count >= 50))
    with ThreadPoolExecutor(1) as beside:
        over = Event()
        watching = beside.submit(_health_seconds, here, lambda count: over.is_set() and count > 2)
        refused = run_apart(flood())
        over.set()
        meanwhile = _p95(watching.result())
    told = f"health p95 {meanwhile * 1000:.0f} ms meanwhile, {quiet * 1000:.0f} ms before"
    record_property("hardening", told)
    assert {status for wave in refused for status in wave} == {403}
    # What a busy machine takes by itself is no fault of the door's.
    assert meanwhile < 0.1 + quiet
