"""Numbers, dates and times as people read them."""

from datetime import date, datetime

import pytest

from allay_metrics import words

MONDAY = date(2026, 11, 9)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (words.day(MONDAY), "Mon 9 Nov"),
        (words.dated(MONDAY), "Mon 9 Nov 2026"),
        (words.long_day(date(2026, 11, 17)), "Tuesday 17 November"),
        (words.span(date(2026, 8, 17), date(2026, 11, 15)), "17 Aug to 15 Nov 2026"),
        (words.span(date(2025, 12, 29), date(2026, 1, 4)), "29 Dec 2025 to 4 Jan 2026"),
        (words.clock(datetime(2026, 11, 9, 9, 0)), "9:00 am"),  # noqa: DTZ001
        (words.clock(datetime(2026, 11, 9, 0, 5)), "12:05 am"),  # noqa: DTZ001
        (words.clock(datetime(2026, 11, 9, 12, 30)), "12:30 pm"),  # noqa: DTZ001
        (words.moment(datetime(2026, 11, 16, 8, 2)), "Mon 16 Nov, 8:02 am"),  # noqa: DTZ001
        (words.number(1234), "1,234"),
        (words.number(0.5), "1"),
        (words.number(1.005, 2), "1.01"),
        (words.number(-1234.4), "−1,234"),  # noqa: RUF001
        (words.number(-0.2), "0"),
        (words.number(None), words.DASH),
        (words.number(float("nan")), words.DASH),
        (words.plain(3.0), "3"),
        (words.plain(2.5), "2.5"),
        (words.dollars(1234.5), "$1,235"),
        (words.dollars(-20), "−$20"),  # noqa: RUF001
        (words.dollars(None), words.DASH),
        (words.compact(840), "840"),
        (words.compact(5840, "$"), "$5.8k"),
        (words.compact(58400), "58k"),
        (words.signed(4), "+4"),
        (words.signed(-2), "−2"),  # noqa: RUF001
        (words.signed(0), "0"),
        (words.plural(1, "visit"), "1 visit"),
        (words.plural(1200, "city", "cities"), "1,200 cities"),
        (words.listed(["a", "b", "c"]), "a, b and c"),
        (words.listed([]), ""),
        (words.between(27, 45), "27–45"),  # noqa: RUF001
        (words.between(0.86, 1, "percent"), "86–100%"),  # noqa: RUF001
    ],
)
def test_it_is_said_so(said, expected):
    assert said == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.71, "71%"), (0, "0%"), (0.001, "<1%"), (0.9996, ">99%"), (1, "100%"), (None, words.DASH)],
)
def test_a_share_that_is_not_all_never_reads_all(value, expected):
    assert words.percent(value) == expected


def test_a_rate_stands_beside_its_counts():
    assert words.share(27, 38) == words.Shown("71%", "27 of 38")


@pytest.mark.parametrize("denominator", [1, 4])
def test_few_are_shown_as_counts_only(denominator):
    shown = words.share(1, denominator)
    assert shown == words.Shown(f"1 of {denominator}", "", "small, counts only")


def test_five_are_enough_for_a_percentage():
    assert words.share(4, 5).text == "80%"


def test_nothing_over_nothing_is_a_dash_with_its_reason():
    reason = "no-shows are not in this export"
    assert words.share(0, 0, reason) == words.Shown(words.DASH, "", reason)
    assert words.share(None, None).reason == "nothing to count"
    assert words.count(None, reason) == words.Shown(words.DASH, "", reason)
