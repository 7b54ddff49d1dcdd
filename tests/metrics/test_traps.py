"""The classic traps, each drawn as a handful of bookings with the reason why they count or not."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from allay_metrics.errors import NotAllowed, QuestionProblem
from allay_metrics.metrics import METRICS, Question, query, query_all
from allay_metrics.records import Viewer
from allay_metrics.records.keys import key_of
from tests.support.practices import EXPORTED, KINDS, Invented, Told, booked, close_care, put_on_file

# Records begin on Monday 5 January; from 5 April on, a family not seen before is new.
MONDAY = date(2026, 5, 4)
SUNDAY = MONDAY + timedelta(days=6)
LONG_AGO = date(2026, 1, 5)


def on(offset):
    return MONDAY + timedelta(days=offset)


def ask(scope, *metrics, first=MONDAY, last=SUNDAY, **asked):
    return query(Question(metrics=metrics, first=first, last=last, **asked), scope)


def told(scope, metric, **asked):
    """Return value, numerator, denominator and reason of one number."""
    [row] = ask(scope, metric, **asked)[["value", "numerator", "denominator", "reason"]].values
    return tuple(row)


def on_file(scope, *bookings, files=None, closed=None, died=None):
    invented = Invented(list(bookings), files or [Told.all()], closed or {}, died or {})
    put_on_file(invented, scope)
    return scope


def no_show(family, day, **more):
    return booked(family, day, marked="no_show", **more)


# Sums and shares


def test_a_rate_is_no_average_of_rates(sqlite_scope):
    # Oakland 9 of 10, Berkeley 1 of 5: together 10 of 15, where the average would say 55 %.
    rows = [booked("A", on(0), 8 + n) for n in range(9)] + [no_show("A", on(0), at=18)]
    rows += [booked("B", on(1), 8, city_text="Berkeley")]
    rows += [no_show("B", on(1), at=9 + n, city_text="Berkeley") for n in range(4)]
    on_file(sqlite_scope, *rows)
    assert told(sqlite_scope, "show_rate")[:3] == (10 / 15, 10, 15)
    by_city = ask(sqlite_scope, "show_rate", by=("city",))
    assert by_city["city"].tolist() == ["Berkeley", "Oakland"]
    assert by_city["value"].tolist() == [0.2, 0.9]


def test_twins_booked_as_two_rows_are_one_visit(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(0)), booked("A", on(0)), booked("A", on(0), 12))
    assert told(sqlite_scope, "bookings")[0] == 2
    assert told(sqlite_scope, "care_hours")[0] == 2
    assert told(sqlite_scope, "visit_value")[0] == 450  # both twins pay


def test_a_family_seen_in_two_cities_is_one_family(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(0)), booked("A", on(1), city_text="Berkeley"))
    assert ask(sqlite_scope, "families_seen", by=("city",))["value"].tolist() == [1, 1]
    assert told(sqlite_scope, "families_seen")[0] == 1


def test_a_sum_over_cities_is_the_total_unknown_included(sqlite_scope):
    places = ("Oakland", "San Jose", "somewhere", None)
    on_file(sqlite_scope, *(booked("ABCD"[n], on(n), city_text=c) for n, c in enumerate(places)))
    by_city = ask(sqlite_scope, "bookings", by=("city",))
    assert "unknown" in by_city["city"].tolist()
    assert by_city["value"].sum() == told(sqlite_scope, "bookings")[0] == 4


def test_a_combined_visit_counts_once_and_is_found_by_both_types(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(0), type_text="CST + Lactation"), booked("B", on(0)))
    assert ask(sqlite_scope, "bookings", by=("visit_type",))["value"].sum() == 2
    assert told(sqlite_scope, "combined")[0] == 1
    assert told(sqlite_scope, "bookings", where=(("includes", "lactation"),))[0] == 1
    assert told(sqlite_scope, "bookings", where=(("includes", "cst"),))[0] == 2


# Nothing, one, few


def test_an_empty_practice_has_no_values_and_says_why(sqlite_scope):
    answer = ask(sqlite_scope, *METRICS)
    assert answer["value"].tolist() == [None] * len(METRICS)
    assert set(answer["reason"]) == {"there are no records yet"}


def test_an_empty_answer_has_the_same_columns(sqlite_scope):
    asked = {"by": ("city", "weekday"), "grain": "week"}
    empty = ask(sqlite_scope, "bookings", **asked)
    on_file(sqlite_scope, booked("A", on(0)))
    full = ask(sqlite_scope, "bookings", **asked)
    assert len(empty) == 0
    assert len(full) == 1
    assert empty.columns.tolist() == full.columns.tolist()
    assert empty.dtypes.tolist() == full.dtypes.tolist()


def test_an_empty_week_is_zero_of_a_count_and_no_row_of_a_rate(sqlite_scope):
    on_file(sqlite_scope, *(booked("A", on(n)) for n in range(5)), booked("A", on(14)))
    answer = ask(sqlite_scope, "bookings", "show_rate", grain="week", last=on(20))
    counts = answer[answer["metric"] == "bookings"]
    assert dict(zip(counts["period"], counts["value"], strict=True)) == {
        MONDAY: 5,
        on(7): 0,
        on(14): 1,
    }
    rates = answer[answer["metric"] == "show_rate"]
    assert rates["period"].tolist() == [MONDAY, on(14)]
    assert rates["value"].tolist() == [1, None]


def test_nothing_over_nothing_is_no_value(sqlite_scope):
    on_file(sqlite_scope, booked("A", LONG_AGO))
    assert told(sqlite_scope, "show_rate") == (None, 0, 0, "nothing to count")
    assert told(sqlite_scope, "wait_days") == (None, None, 0, "nothing to count")
    assert told(sqlite_scope, "bookings") == (0, 0, None, "")


@pytest.mark.parametrize(("visits", "value"), [(1, None), (4, None), (5, 1)])
def test_one_to_four_are_counts_only(sqlite_scope, visits, value):
    on_file(sqlite_scope, *(booked("A", on(n)) for n in range(visits)))
    reason = "" if value else "small"
    assert told(sqlite_scope, "show_rate") == (value, visits, visits, reason)


def test_a_missing_price_is_left_out_and_counted(sqlite_scope):
    on_file(
        sqlite_scope, booked("A", on(0), price_cents=17_550), booked("A", on(1), price_cents=None)
    )
    assert told(sqlite_scope, "visit_value") == (175.5, 175.5, None, "1 prices missing")
    later = {"first": on(1), "last": on(1)}
    assert told(sqlite_scope, "visit_value", **later) == (None, None, None, "1 prices missing")


# Days


def test_a_week_runs_from_monday_midnight_to_sunday_midnight(sqlite_scope):
    on_file(
        sqlite_scope,
        booked("A", on(-1), time(23, 59)),  # not counted: Sunday
        booked("A", on(0), time(0)),  # counted: the first minute
        booked("A", on(6), time(23, 59)),  # counted: the last minute, though it ends on Monday
        booked("A", on(7), time(0)),  # not counted: the next Monday
    )
    assert told(sqlite_scope, "bookings")[0] == 2
    weeks = ask(sqlite_scope, "bookings", grain="week", first=on(-7), last=on(13))
    assert weeks["value"].tolist() == [1, 2, 1]


def test_days_of_23_and_25_hours_are_days(sqlite_scope):
    # Clocks went forward on 8 March 2026 and go back on 1 November 2026.
    long, short = date(2026, 11, 1), date(2026, 3, 8)
    rows = [booked("A", day, time(h)) for day in (short, long) for h in (0, 4, 23)]
    on_file(sqlite_scope, *rows, files=[Told.all(datetime.combine(date(2026, 12, 1), time(8)))])
    for day in (short, long):
        assert told(sqlite_scope, "bookings", first=day, last=day)[0] == 3
        nearby = {"first": day - timedelta(days=1), "last": day + timedelta(days=1)}
        assert ask(sqlite_scope, "bookings", grain="day", **nearby)["value"].tolist() == [0, 3, 0]


def test_half_a_week_at_the_ends_counts_only_the_days_asked(sqlite_scope):
    on_file(sqlite_scope, *(booked("A", on(n)) for n in range(14)))
    weeks = ask(sqlite_scope, "bookings", grain="week", first=on(5), last=on(8))
    assert weeks["period"].tolist() == [MONDAY, on(7)]
    assert weeks["value"].tolist() == [2, 2]


@pytest.mark.parametrize(
    ("grain", "starts"),
    [
        ("month", [date(2026, m, 1) for m in (1, 2, 3, 4)]),
        ("quarter", [date(2026, 1, 1), date(2026, 4, 1)]),
        ("year", [date(2026, 1, 1)]),
    ],
)
def test_distinct_families_are_counted_anew_in_every_grain(scope, grain, starts):
    # One family every month: one of each month, one of each quarter, one of the year.
    on_file(scope, *(booked("A", date(2026, month, 10)) for month in (1, 2, 3, 4)))
    answer = ask(
        scope, "families_seen", "bookings", grain=grain, first=starts[0], last=date(2026, 4, 30)
    )
    assert answer["period"].tolist() == [s for s in starts for _ in range(2)]
    families = answer[answer["metric"] == "families_seen"]
    assert families["value"].tolist() == [1] * len(starts)
    assert answer[answer["metric"] == "bookings"]["value"].sum() == 4


# Families


def test_a_family_first_seen_in_the_first_90_days_may_not_be_new(sqlite_scope):
    records = LONG_AGO
    on_file(
        sqlite_scope,
        booked("A", records + timedelta(days=89)),  # left out: the 90th day of the records
        booked("B", records + timedelta(days=90)),  # counted
        booked("A", records + timedelta(days=91)),  # not counted: seen before
    )
    whole = {"first": records, "last": SUNDAY}
    value, *_, reason = told(sqlite_scope, "new_families", **whole)
    assert value == 1
    assert "first 90 days" in reason
    early = {"first": records, "last": records + timedelta(days=89)}
    assert told(sqlite_scope, "new_families", **early)[0] is None
    assert told(sqlite_scope, "new_families")[3] == ""


def test_a_new_family_belongs_to_its_first_visit(sqlite_scope):
    on_file(
        sqlite_scope,
        booked("A", on(0), referral_source="Doula"),
        booked("A", on(1), city_text="Berkeley", type_text="Lactation visit"),
    )
    assert ask(sqlite_scope, "new_families", by=("city",))["city"].tolist() == ["Oakland"]
    by_source = ask(sqlite_scope, "new_families", by=("referral_source",))
    assert by_source[["referral_source", "value"]].values.tolist() == [["Doula", 1]]
    by_type = ask(sqlite_scope, "new_to_type", by=("visit_type",))
    assert by_type["visit_type"].tolist() == ["cst", "lactation"]


def test_the_first_visit_is_found_before_the_filter_and_the_scope(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(-20)), booked("A", on(0), city_text="Berkeley"))
    assert told(sqlite_scope, "new_families", where=(("city", "Berkeley"),))[0] == 0


def test_the_wait_is_a_median_of_families_not_of_groups(sqlite_scope):
    waits = (1, 2, 3, 10, 30, 31)
    families = "ABCDEF"
    on_file(
        sqlite_scope,
        *(booked(f, on(0), booked_on=on(-w)) for f, w in zip(families, waits, strict=True)),
        booked("G", on(1), booked_on=None),  # not counted: nobody knows when it was booked
        booked("A", on(2), booked_on=on(-90)),  # not counted: a second visit
    )
    assert told(sqlite_scope, "wait_days") == (6.5, None, 6, "")


def test_feeding_does_not_wait(sqlite_scope):
    lactation = {"type_text": "Lactation visit"}
    waits = (0, 2, 3, 2, 1)
    rows = [
        booked(f, on(1), booked_on=on(1 - w), **lactation)
        for f, w in zip("ABCDE", waits, strict=True)
    ]
    on_file(sqlite_scope, *rows, booked("F", on(1), booked_on=on(1)))  # not counted: CST
    assert told(sqlite_scope, "first_lactation_within_2_days")[:3] == (0.8, 4, 5)


def test_lapsed_is_told_as_of_the_export_whatever_the_period(sqlite_scope):
    exported = EXPORTED.date()
    days = {"A": 31, "B": 30, "C": 60, "D": 60, "E": 60}
    rows = [booked(f, exported - timedelta(days=n)) for f, n in days.items()]
    ahead = booked("C", exported + timedelta(days=3))
    on_file(sqlite_scope, *rows, ahead, closed={"D": exported})
    # A and E; not B (30 days), C (has a visit ahead), D (care closed).
    assert told(sqlite_scope, "lapsed_families")[0] == 2
    assert told(sqlite_scope, "lapsed_families", first=LONG_AGO, last=LONG_AGO)[0] == 2


# Ripeness


def test_a_visit_is_too_recent_until_the_day_after_it_has_passed(sqlite_scope):
    exported = EXPORTED.date()
    on_file(
        sqlite_scope,
        *(booked("A", exported - timedelta(days=n), at=6) for n in (0, 1, 2, 3, 4, 5, 6)),
    )
    answer = told(sqlite_scope, "rebooked_rate", first=MONDAY, last=exported)
    assert answer[2] == 5  # days 2 to 6; today and yesterday are not yet told
    assert answer[3] == "2 too recent to tell"


def test_a_family_is_too_recent_until_21_days_have_passed(sqlite_scope):
    exported = EXPORTED.date()
    on_file(
        sqlite_scope,
        *(booked(f, exported - timedelta(days=22), at=9) for f in "ABCDE"),
        booked("F", exported - timedelta(days=21)),  # too recent by a day
        *(booked(f, exported - timedelta(days=1)) for f in "AB"),  # 21 days after the first
    )
    assert told(sqlite_scope, "continued_rate", first=MONDAY, last=exported) == (
        0.4,
        2,
        5,
        "1 too recent to tell",
    )


def test_the_last_visit_before_care_was_closed_needs_no_next_one(sqlite_scope):
    on_file(sqlite_scope, *(booked("A", on(n), booked_on=on(-9)) for n in range(6)))
    assert told(sqlite_scope, "rebooked_rate")[1:3] == (5, 6)
    close_care(sqlite_scope, "A", on(5))
    assert told(sqlite_scope, "rebooked_rate")[:3] == (1, 5, 5)


def test_a_visit_before_care_was_closed_is_in_neither_part_though_rebooked(sqlite_scope):
    # Care closed after the third day, and the family came back later: 5 of 5, never 6 of 5.
    on_file(sqlite_scope, *(booked("A", on(n), booked_on=on(-9)) for n in range(7)))
    close_care(sqlite_scope, "A", on(2))
    assert told(sqlite_scope, "rebooked_rate")[1:3] == (5, 6)


def test_a_family_that_lost_its_baby_neither_continued_nor_stayed_away(sqlite_scope):
    names = ("A", "B", "C", "D", "E", "F", "G", "H")
    came_back = [booked(name, on(21)) for name in ("A", "B", "F")]
    on_file(
        sqlite_scope,
        *(booked(name, on(0)) for name in names),
        *came_back,
        # Within the 21 days, on the first of them and on the last, whether they came back or not;
        # later it is no matter, and nor is it before.
        died={"C": on(0), "D": on(21), "F": on(10), "A": on(22), "E": on(-1)},
    )
    value, numerator, denominator, reason = told(sqlite_scope, "continued_rate")
    assert (value, numerator, denominator) == (2 / 5, 2, 5)
    assert reason == "3 left out: a baby died within the 21 days"


def test_on_the_books_is_what_the_sunday_knew(sqlite_scope):
    on_file(
        sqlite_scope,
        booked("A", on(7), booked_on=SUNDAY),  # counted
        booked("A", on(20), booked_on=SUNDAY),  # counted: the second Sunday after
        booked("A", on(21), booked_on=SUNDAY),  # not counted: in the third week
        booked("A", on(8), booked_on=on(7)),  # not counted: booked on Monday
        booked("A", on(9), booked_on=on(-1), marked="cancelled"),  # not counted: cancelled since
        booked("A", on(6), booked_on=on(-1)),  # not counted: in the week itself
    )
    assert told(sqlite_scope, "on_books")[0] == 2
    weeks = ask(sqlite_scope, "on_books", grain="week", first=on(-7), last=on(13))
    assert weeks["value"].tolist() == [1, 2, 2]


def test_on_the_books_waits_for_the_week_to_end(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(7)), files=[Told.all(datetime.combine(on(2), time(9)))])
    assert told(sqlite_scope, "on_books")[0] is None
    assert "had not ended" in told(sqlite_scope, "on_books")[3]


# Coverage


def covering(**covers):
    return [Told(covers={"kept": (LONG_AGO, EXPORTED.date()), **covers})]


def test_what_no_source_covers_has_no_value(sqlite_scope):
    on_file(sqlite_scope, *(booked("A", on(n)) for n in range(6)), files=covering())
    reasons = {
        "show_rate": "no-shows are not in this export",
        "late_cancel_rate": "cancellation times are not in this export",
        "cancel_rate": "cancellations are not in this export",
        "practice_cancel_rate": "cancellations are not in this export",
        "rebooked_rate": "booking dates are not in this export",
        "wait_days": "booking dates are not in this export",
        "on_books": "booking dates are not in this export",
    }
    for metric, reason in reasons.items():
        assert told(sqlite_scope, metric) == (None, None, None, reason)
    assert told(sqlite_scope, "bookings") == (6, 6, None, "kept visits only")


def test_a_rate_counts_covered_days_only_and_says_so(sqlite_scope):
    covered = covering(no_show=(on(3), EXPORTED.date()), cancel_time=(LONG_AGO, EXPORTED.date()))
    rows = [booked("A", on(n), h) for n in (2, 3) for h in range(8, 14)]
    on_file(sqlite_scope, *rows, files=covered)
    assert told(sqlite_scope, "show_rate") == (1, 6, 6, "no-shows are covered from 7 May 2026 on")
    before = {"first": MONDAY, "last": on(2)}
    assert told(sqlite_scope, "show_rate", **before)[::3] == (
        None,
        "no-shows are covered from 7 May 2026 on",
    )


def test_one_source_never_vouches_for_another(sqlite_scope):
    jane = Told.all(source="jane")
    acuity = covering()[0]
    rows = [booked("A", on(n), file=0) for n in range(5)] + [
        booked("B", on(n), file=1) for n in range(6)
    ]
    on_file(sqlite_scope, *rows, files=[acuity, jane])
    value, numerator, denominator, reason = told(sqlite_scope, "cancel_rate")
    assert (value, numerator, denominator) == (0, 0, 6)
    assert reason == "cancellations are not in the acuity records"


def test_days_before_the_records_have_no_value_rather_than_zero(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(0)))
    before = {"first": LONG_AGO - timedelta(days=7), "last": LONG_AGO + timedelta(days=6)}
    weeks = ask(sqlite_scope, "bookings", grain="week", **before)
    assert weeks["value"].tolist() == [None, 0]
    assert weeks["reason"].tolist() == ["visits are covered from 5 Jan 2026 on", ""]


def test_missing_and_moved_visits_are_in_no_count(sqlite_scope):
    on_file(
        sqlite_scope,
        booked("A", on(0)),
        booked("A", on(1), marked="rescheduled"),
        booked("A", on(2), missing_from_import_id="file-9"),
    )
    assert told(sqlite_scope, "bookings")[0] == 1
    assert ask(sqlite_scope, "bookings", by=("state",))["state"].tolist() == ["completed"]


def test_late_cancellations_that_cannot_be_told_are_noted(sqlite_scope):
    days = (LONG_AGO, EXPORTED.date())
    on_file(sqlite_scope, *(booked("A", on(n)) for n in range(6)), files=covering(no_show=days))
    assert told(sqlite_scope, "show_rate")[3] == "late cancellations are not in this export"


# Who asks


def as_therapist(scope, name):
    return replace(scope, viewer=Viewer("therapist", key_of(scope.practice_id, "therapist", name)))


def test_a_therapist_counts_her_own_visits(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(0)), booked("B", on(1), therapist="Ines Park"))
    ines = as_therapist(sqlite_scope, "Ines Park")
    for metric in ("bookings", "completed", "families_seen", "new_families", "care_hours"):
        assert told(ines, metric)[0] == 1
    assert ask(ines, "bookings", by=("therapist",))["therapist"].tolist() == ["Ines Park"]


def test_a_colleagues_first_visit_is_still_the_familys_first(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(0)), booked("A", on(1), therapist="Ines Park"))
    assert told(as_therapist(sqlite_scope, "Ines Park"), "new_families")[0] == 0


@pytest.mark.parametrize("metric", [key for key, metric in METRICS.items() if metric.money])
def test_money_is_refused_to_a_therapist(sqlite_scope, metric):
    with pytest.raises(NotAllowed, match="for the owner"):
        ask(as_therapist(sqlite_scope, "Ines Park"), "bookings", metric)


# Names and order


def test_a_city_nobody_knows_is_refused_and_an_empty_one_is_zero(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(0)))
    with pytest.raises(QuestionProblem, match="There is no city 'San Hose': did you mean San Jose"):
        ask(sqlite_scope, "bookings", where=(("city", "San Hose"),))
    assert told(sqlite_scope, "bookings", where=(("city", "San Jose"),))[0] == 0


def test_rows_are_in_the_order_of_groups_periods_and_metrics(sqlite_scope):
    on_file(sqlite_scope, booked("A", on(8)), booked("A", on(0), city_text="Berkeley"))
    answer = ask(
        sqlite_scope, "completed", "bookings", by=("weekday", "city"), grain="week", last=on(13)
    )
    assert answer[["weekday", "city", "metric"]].values.tolist() == [
        [day, city, metric]
        for day, city in (("Mon", "Berkeley"), ("Tue", "Oakland"))
        for _week in range(2)
        for metric in ("completed", "bookings")
    ]


def test_several_values_of_one_filter_mean_or_and_different_filters_and(sqlite_scope):
    on_file(
        sqlite_scope,
        booked("A", on(0)),
        booked("A", on(1), city_text="Berkeley"),
        booked("A", on(2), city_text="San Jose"),
    )
    either = (("city", "Oakland"), ("city", "San Jose"))
    assert told(sqlite_scope, "bookings", where=either)[0] == 2
    assert told(sqlite_scope, "bookings", where=(*either, ("weekday", "Wed")))[0] == 1
    assert told(sqlite_scope, "bookings", where=(("county", "Alameda"),))[0] == 2


def test_questions_asked_together_get_the_same_answers(sqlite_scope):
    on_file(sqlite_scope, *(booked("A", on(n)) for n in range(5)))
    questions = {
        "by_city": Question(
            metrics=("bookings", "show_rate"), by=("city",), first=MONDAY, last=SUNDAY
        ),
        "by_week": Question(metrics=("families_seen",), grain="week", first=MONDAY, last=SUNDAY),
    }
    answers = query_all(questions, sqlite_scope)
    assert list(answers) == list(questions)
    for name, question in questions.items():
        assert answers[name].equals(query(question, sqlite_scope))


def test_every_kind_of_coverage_is_needed_or_noted_by_some_metric():
    used = {kind for m in METRICS.values() for kind in (*m.needs, *m.noted)}
    # A calendar names no family: `family` follows from the source, not from what a file covers.
    assert used == {*KINDS, "family"}


@pytest.mark.parametrize(("gap", "value"), [(21, 0), (22, None)])
def test_three_weeks_between_two_files_of_a_source_count_as_known(sqlite_scope, gap, value):
    """Nobody worked at Christmas, or a file of those weeks never came."""
    end = on(0)
    files = [
        Told(covers={"kept": (LONG_AGO, end)}),
        Told(covers={"kept": (end + timedelta(days=gap + 1), EXPORTED.date())}),
    ]
    on_file(sqlite_scope, booked("A", on(-3)), booked("B", on(gap + 2)), files=files)
    asked = {"first": end + timedelta(days=7), "last": end + timedelta(days=9)}
    assert told(sqlite_scope, "bookings", **asked)[0] == value
