"""Episodes: from a first visit until care is closed or 60 days pass without one."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from allay_metrics.outcomes.episodes import Stay, build_stays

START = date(2026, 1, 1)
AS_OF = date(2026, 12, 1)


def days(*offsets):
    return tuple(START + timedelta(days=offset) for offset in offsets)


def test_visits_close_together_are_one_episode():
    assert build_stays(days(0, 7, 67), None, START + timedelta(days=70)) == [
        Stay(days(0, 7, 67), None)
    ]


def test_sixty_one_days_without_a_visit_open_another():
    first, second = build_stays(days(0, 61), None, AS_OF)
    assert first == Stay(days(0), START + timedelta(days=60))
    assert second.days == days(61)


def test_closing_ends_it_and_a_later_visit_opens_another():
    first, second = build_stays(
        days(0, 10, 20), START + timedelta(days=12), START + timedelta(days=30)
    )
    assert first == Stay(days(0, 10), START + timedelta(days=12))
    assert second == Stay(days(20), None)


def test_care_closed_long_after_the_last_visit_had_ended_by_itself():
    (only,) = build_stays(days(0), START + timedelta(days=100), AS_OF)
    assert only.closed_on == START + timedelta(days=60)


def test_an_episode_of_lately_is_open():
    (only,) = build_stays(days(0), None, START + timedelta(days=60))
    assert only.closed_on is None


@given(
    st.lists(st.integers(0, 400), max_size=12),
    st.none() | st.integers(0, 420),
    st.integers(400, 500),
)
def test_every_visit_is_in_just_one_episode(offsets, closed, as_of):
    found = build_stays(
        days(*offsets),
        None if closed is None else START + timedelta(days=closed),
        START + timedelta(days=as_of),
    )
    assert [day for stay in found for day in stay.days] == sorted(set(days(*offsets)))
    for stay in found:
        gaps = [b - a for a, b in zip(stay.days, stay.days[1:], strict=False)]
        assert all(gap.days <= 60 for gap in gaps)
        assert stay.closed_on is None or stay.closed_on >= stay.days[-1]
