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
    throttle = LoginThrottle(clock)
    assert [throttle.count_try("ana", "home") for _ in range(FREE)] == [0] * FREE
    asked = []
    for _ in range(10):
        left = throttle.count_try("ana", "home")
        asked.append(left)
        clock.now += left
        assert throttle.count_try("ana", "home") == 0, "after the wait she may try"
    assert asked[0] in (FIRST, FIRST + 1)
    assert asked == sorted(asked)
    assert asked[-1] <= LONGEST + 1


def test_a_right_one_begins_anew():
    throttle = LoginThrottle(Clock())
    for _ in range(FREE):
        throttle.count_try("ana", "home")
    throttle.clear_tries("ana", "home")
    assert throttle.count_try("ana", "home") == 0


def test_guesses_from_elsewhere_lock_nobody_out_of_her_own_place():
    throttle = LoginThrottle(Clock())
    throttle.count_try("ana", "home")
    throttle.clear_tries("ana", "home")
    refused = 0
    for number in range(FREE_ANYWHERE * 2):
        refused += throttle.count_try("ana", f"10.0.0.{number}") > 0
    assert refused >= FREE_ANYWHERE - 1
    assert throttle.count_try("ana", "home") == 0
    assert throttle.count_try("maya", "10.0.0.1") == 0


def test_an_hour_later_all_is_forgotten():
    clock = Clock()
    throttle = LoginThrottle(clock)
    for _ in range(FREE):
        throttle.count_try("ana", "home")
    clock.now += 3_601
    assert [throttle.count_try("ana", "home") for _ in range(FREE)] == [0] * FREE
