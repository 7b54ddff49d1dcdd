"""Somebody tries links of check-ins until one opens."""

import http.client
import secrets
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from tests.support.server import start_server

GUESSES, GUESSERS = 10_000, 20


def _guess(url: str) -> Counter[int]:
    """Try one guesser's share of the links; return how often each status was the answer."""
    there, found = urlsplit(url), Counter()
    line = http.client.HTTPConnection(there.hostname, there.port, timeout=60)
    for _ in range(GUESSES // GUESSERS):
        line.request("GET", f"/c/{secrets.token_urlsafe(32)}")
        answer = line.getresponse()
        answer.read()
        found[answer.status] += 1
    line.close()
    return found


def test_ten_thousand_guessed_links_open_nothing_and_are_slowed_down(tmp_path, record_property):
    with start_server(tmp_path) as server, ThreadPoolExecutor(GUESSERS) as guessers:
        begun = time.perf_counter()
        found = sum(guessers.map(_guess, [server.url] * GUESSERS), Counter())
        taken = time.perf_counter() - begun
        log = server.log.read_text()
    said = ", ".join(f"{number:,} x {status}" for status, number in sorted(found.items()))
    record_property("hardening", f"{GUESSES:,} guesses in {taken:.0f} s: {said}")
    assert set(found) == {404, 429}, "none opened"
    # Thirty wrong links a minute from one address, and those under way when it is full.
    assert found[404] <= 30 * (taken // 60 + 2) + GUESSERS
    assert "Problem" not in log, "no guess found a fault"
