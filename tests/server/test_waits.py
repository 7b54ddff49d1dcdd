"""Waits after wrong sign-ins: they grow, they end, and they hit nobody else."""

from allay_metrics.server.login_throttle import FIRST, FREE, FREE_ANYWHERE, LONGEST, LoginThrottle


class Clock:
    """A clock that a test sets."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def test_waits_grow_to_a_quarter_of_an_hour_and_no_further():
    clock = Clock()
    waits = LoginThrottle(clock)
    assert [waits.begin("ana", "home") for _ in range(FREE)] == [0] * FREE
    asked = []
    for _ in range(10):
        left = waits.begin("ana", "home")
        asked.append(left)
        clock.now += left
        assert waits.begin("ana", "home") == 0, "after the wait she may try"
    assert asked[0] in (FIRST, FIRST + 1)
    assert asked == sorted(asked)
    assert asked[-1] <= LONGEST + 1


def test_a_right_one_begins_anew():
    waits = LoginThrottle(Clock())
    for _ in range(FREE):
        waits.begin("ana", "home")
    waits.right("ana", "home")
    assert waits.begin("ana", "home") == 0


def test_guesses_from_elsewhere_lock_nobody_out_of_her_own_place():
    waits = LoginThrottle(Clock())
    waits.begin("ana", "home")
    waits.right("ana", "home")
    refused = 0
    for number in range(FREE_ANYWHERE * 2):
        refused += waits.begin("ana", f"10.0.0.{number}") > 0
    assert refused >= FREE_ANYWHERE - 1
    assert waits.begin("ana", "home") == 0
    assert waits.begin("maya", "10.0.0.1") == 0


def test_an_hour_later_all_is_forgotten():
    clock = Clock()
    waits = LoginThrottle(clock)
    for _ in range(FREE):
        waits.begin("ana", "home")
    clock.now += 3_601
    assert [waits.begin("ana", "home") for _ in range(FREE)] == [0] * FREE
