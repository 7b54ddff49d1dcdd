"""Numbers, dates and times as people read them."""

from datetime import date, datetime

import pytest

from allay_metrics import formatting as fmt

MONDAY = date(2026, 11, 9)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (fmt.day(MONDAY), "Mon 9 Nov"),
        (fmt.full_day(MONDAY), "Mon 9 Nov 2026"),
        (fmt.long_day(date(2026, 11, 17)), "Tuesday 17 November"),
        (fmt.span(date(2026, 8, 17), date(2026, 11, 15)), "17 Aug to 15 Nov 2026"),
        (fmt.span(date(2025, 12, 29), date(2026, 1, 4)), "29 Dec 2025 to 4 Jan 2026"),
        (fmt.clock(datetime(2026, 11, 9, 9, 0)), "9:00 am"),  # noqa: DTZ001
        (fmt.clock(datetime(2026, 11, 9, 0, 5)), "12:05 am"),  # noqa: DTZ001
        (fmt.clock(datetime(2026, 11, 9, 12, 30)), "12:30 pm"),  # noqa: DTZ001
        (fmt.moment(datetime(2026, 11, 16, 8, 2)), "Mon 16 Nov, 8:02 am"),  # noqa: DTZ001
        (fmt.number(1234), "1,234"),
        (fmt.number(0.5), "1"),
        (fmt.number(1.005, 2), "1.01"),
        (fmt.number(-1234.4), "−1,234"),  # noqa: RUF001
        (fmt.number(-0.2), "0"),
        (fmt.number(None), fmt.DASH),
        (fmt.number(float("nan")), fmt.DASH),
        (fmt.plain_number(3.0), "3"),
        (fmt.plain_number(2.5), "2.5"),
        (fmt.dollars(1234.5), "$1,235"),
        (fmt.dollars(-20), "−$20"),  # noqa: RUF001
        (fmt.dollars(None), fmt.DASH),
        (fmt.compact_number(840), "840"),
        (fmt.compact_number(5840, "$"), "$5.8k"),
        (fmt.compact_number(58400), "58k"),
        (fmt.delta(4), "+4"),
        (fmt.delta(-2), "−2"),  # noqa: RUF001
        (fmt.delta(0), "0"),
        (fmt.plural(1, "visit"), "1 visit"),
        (fmt.plural(1200, "city", "cities"), "1,200 cities"),
        (fmt.join_list(["a", "b", "c"]), "a, b and c"),
        (fmt.join_list([]), ""),
        (fmt.value_range(27, 45), "27–45"),  # noqa: RUF001
        (fmt.value_range(0.86, 1, "percent"), "86–100%"),  # noqa: RUF001
    ],
)
def test_it_is_said_so(said, expected):
    assert said == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.71, "71%"), (0, "0%"), (0.001, "<1%"), (0.9996, ">99%"), (1, "100%"), (None, fmt.DASH)],
)
def test_a_share_that_is_not_all_never_reads_all(value, expected):
    assert fmt.percent(value) == expected


def test_a_rate_stands_beside_its_counts():
    assert fmt.share(27, 38) == fmt.DisplayValue("71%", "27 of 38")


@pytest.mark.parametrize("denominator", [1, 4])
def test_few_are_shown_as_counts_only(denominator):
    shown = fmt.share(1, denominator)
    assert shown == fmt.DisplayValue(f"1 of {denominator}", "", "small, counts only")


def test_five_are_enough_for_a_percentage():
    assert fmt.share(4, 5).text == "80%"


def test_nothing_over_nothing_is_a_dash_with_its_reason():
    reason = "no-shows are not in this export"
    assert fmt.share(0, 0, reason) == fmt.DisplayValue(fmt.DASH, "", reason)
    assert fmt.share(None, None).reason == "nothing to count"
    assert fmt.count(None, reason) == fmt.DisplayValue(fmt.DASH, "", reason)
