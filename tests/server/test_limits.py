"""Limits count what was asked within a minute, each key for itself."""

from allay_metrics.server.limits import Limit


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def test_a_limit_opens_again_when_its_time_has_passed():
    clock = Clock()
    limit = Limit(2, seconds=60, clock=clock)
    assert [limit.passes("a") for _ in range(3)] == [True, True, False]
    clock.now = 59.9
    assert not limit.passes("a")
    clock.now = 60
    assert limit.passes("a")


def test_keys_do_not_count_against_each_other():
    limit = Limit(1)
    assert limit.passes("a")
    assert limit.passes("b")
    assert not limit.passes("a")


def test_no_more_keys_are_kept_than_said():
    limit = Limit(1, keys=2)
    for key in ("a", "b", "c"):
        assert limit.passes(key)
    assert limit.is_reached("c")
    assert not limit.is_reached("a")


def test_asking_whether_a_limit_is_reached_keeps_nothing():
    limit = Limit(1)
    assert not limit.is_reached("a")
    assert not limit._times


def test_a_key_takes_the_same_room_however_long_it_is():
    limit = Limit(1)
    assert limit.passes("x" * 60_000)
    assert not limit.passes("x" * 60_000)
    assert limit.passes("x" * 60_001)
    assert limit.passes("\ud800"), "also what is no text"
    assert {len(key) for key in limit._times} == {16}
