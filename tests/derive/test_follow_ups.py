"""What a family's other visits say of one visit: data drawn as rows, each with why it counts."""

from datetime import date, timedelta

import pytest

from allay_metrics.derive.facts import Visit
from allay_metrics.derive.follow_ups import LIVE, set_flags

MON = date(2026, 3, 2)  # a Monday


def seen(day, state="completed", booked_on=None, visit_type="cst", hour=10):
    """Return a visit on the day so many days after Monday 2 March; booked a month before."""
    on = MON + timedelta(days=day)
    start = (on - date(1970, 1, 1)).days * 86_400 + hour * 3_600
    told = MON + timedelta(days=booked_on) if booked_on is not None else on - timedelta(days=30)
    return Visit(
        id=f"{day}-{hour}-{state}", family_id="f", source="acuity", therapist="Maya",
        starts_at=start, ends_at=start + 3_600, day=on, minutes=60, visit_type=visit_type,
        second_type="", state=state, assumed=0, city="Oakland", city_how="typed", price_cents=None,
        booked_on=told, as_of=0,
    )  # fmt: skip


def flags(name, *visits, closed_on=None):
    """Return one flag of the visits, in order of their start."""
    set_flags(visits, closed_on)
    return [getattr(visit, name) for visit in visits]


def test_the_first_completed_visit_is_the_first():
    visits = [seen(0, "cancelled"), seen(1, "no_show"), seen(2), seen(3), seen(4, "booked")]
    assert flags("is_first", *visits) == [0, 0, 1, 0, 0]
    assert flags("is_last", *visits) == [0, 0, 0, 1, 0]


def test_a_single_completed_visit_is_first_and_last():
    visit = seen(0)
    assert (flags("is_first", visit), flags("is_last", visit)) == ([1], [1])


def test_every_type_has_a_first():
    visits = [
        seen(0, visit_type="massage"),
        seen(1, "cancelled", visit_type="lactation"),  # never took place
        seen(2, visit_type="lactation"),
        seen(3, visit_type="massage"),  # the second of its type
    ]
    assert flags("is_first_of_type", *visits) == [1, 0, 1, 0]


def test_a_family_nobody_has_seen_has_no_flags():
    assert flags("is_first", seen(0, "booked"), seen(1, "no_show")) == [0, 0]
    assert flags("is_first") == []


@pytest.mark.parametrize(("days", "continued"), [(0, 1), (20, 1), (21, 1), (22, 0)])
def test_a_family_continued_when_a_second_visit_came_within_21_days(days, continued):
    assert flags("continued", seen(0, hour=9), seen(days)) == [continued, 0]


def test_only_completed_visits_continue_care():
    assert flags("continued", seen(0), seen(7, "no_show"), seen(30)) == [0, 0, 0]


@pytest.mark.parametrize(
    ("booked_on", "rebooked"),
    [(-20, 1), (0, 1), (1, 1), (2, 0)],  # by the day after the visit, and not later
)
def test_a_visit_is_rebooked_by_the_day_after_it(booked_on, rebooked):
    assert flags("rebooked", seen(0), seen(14, "booked", booked_on)) == [rebooked, 0]


@pytest.mark.parametrize(
    "state",
    ["booked", "completed", "no_show", "unmarked", "cancelled", "late_cancelled",
     "practice_cancelled", "rescheduled", "missing"],
)  # fmt: skip
def test_a_next_visit_that_was_called_off_does_not_count(state):
    counts = int(state in {"booked", "completed", "no_show", "unmarked"})
    assert flags("rebooked", seen(0), seen(14, state, 0))[0] == counts
    assert (state in LIVE) == bool(counts)


def test_rebooked_looks_at_later_visits_only():
    visits = [
        seen(0, hour=9),  # the 10 o'clock one is later
        seen(0, hour=10),  # the other at its own start is not later, the one on day 3 is too late
        seen(0, hour=10),
        seen(3, booked_on=2),
    ]
    assert flags("rebooked", *visits) == [1, 0, 0, 0]


def test_rebooked_finds_the_next_but_one():
    """The next visit was booked too late, the one after it long ago."""
    assert flags("rebooked", seen(0), seen(5, "completed", 4), seen(30, "booked", -9)) == [1, 1, 0]


def test_a_next_visit_whose_day_of_booking_is_unknown_does_not_count():
    later = seen(14, "booked")
    later.booked_on = None
    assert flags("rebooked", seen(0), later) == [0, 0]


def test_only_completed_visits_are_rebooked():
    assert flags("rebooked", seen(0, "no_show"), seen(1, "booked")) == [0, 0]


@pytest.mark.parametrize(
    ("closed", "before"),
    [
        (None, [0, 0, 0]),
        (-1, [0, 0, 0]),  # closed before the first
        (7, [0, 1, 0]),  # on the day of the second
        (8, [0, 1, 0]),
        (30, [0, 0, 1]),
    ],
)
def test_the_last_completed_visit_before_care_was_closed(closed, before):
    day = None if closed is None else MON + timedelta(days=closed)
    visits = [seen(0), seen(7), seen(21)]
    assert flags("before_close", *visits, closed_on=day) == before


@pytest.mark.parametrize(
    ("visit_on", "booked_on", "booked_ahead_1w", "booked_ahead_2w"),
    [
        # Told: booked by the Sunday before the visit's week, and by the Sunday a week earlier.
        (7, 6, 1, 0),  # on a Monday, booked the Sunday before
        (7, 7, 0, 0),  # booked on the Monday itself
        (13, 6, 1, 0),  # on the Sunday that ends the week
        (13, 7, 0, 0),
        (13, -1, 1, 1),  # booked by the Sunday a week earlier
        (13, 0, 1, 0),
    ],
)
def test_what_was_told_of_a_week_by_the_sunday_before(
    visit_on, booked_on, booked_ahead_1w, booked_ahead_2w
):
    visit = seen(visit_on, "booked", booked_on)
    assert (flags("booked_ahead_1w", visit), flags("booked_ahead_2w", visit)) == (
        [booked_ahead_1w],
        [booked_ahead_2w],
    )


@pytest.mark.parametrize("state", ["cancelled", "late_cancelled", "missing", "rescheduled"])
def test_what_was_called_off_is_not_told(state):
    assert flags("booked_ahead_1w", seen(7, state, -30)) == [0]


def test_a_visit_without_a_day_of_booking_is_not_told():
    visit = seen(7, "booked")
    visit.booked_on = None
    assert flags("booked_ahead_1w", visit) == [0]
