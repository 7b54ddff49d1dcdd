"""The week in review of small practices whose numbers are plain to see."""

from datetime import date, datetime, timedelta

import pytest

from allay_metrics.errors import NotAllowed
from allay_metrics.metrics import query
from allay_metrics.records import Scope, Viewer
from allay_metrics.review.week import review_week
from tests.support.practices import START, Invented, Told, booked, put_on_file

WEEK = date(2026, 6, 22)  # a Monday; the records are as of Mon 29 Jun, 8 am
AS_OF = datetime.fromisoformat("2026-06-29T08:00")


@pytest.fixture
def scope(sqlite_scope):
    """On SQLite only: what the review asks the database itself is tried on both engines beside."""
    return sqlite_scope


def steady(per_week=(3, 5), weeks=24, **told):
    """Return bookings of `weeks` weeks up to the week before WEEK: 3, 5, 3, 5, ... a week."""
    rows = []
    for back in range(weeks, 0, -1):
        monday = WEEK - timedelta(weeks=back)
        count = per_week[back % len(per_week)]
        rows += [
            booked(f"F{n}", monday + timedelta(days=n % 5), at=9 + n, **told) for n in range(count)
        ]
    return rows


def practice(scope, *rows, as_of=AS_OF, **told):
    put_on_file(Invented([*steady(), *rows], [Told.all(as_of=as_of, **told)]), scope)
    return scope


def this_week(count, **told):
    return [
        booked(f"F{n}", WEEK + timedelta(days=n % 5), at=9 + n // 5, **told) for n in range(count)
    ]


def test_the_last_full_week_is_shown(scope):
    practice(scope, *this_week(4))
    review = review_week(scope)
    assert review.monday == WEEK
    assert not review.so_far
    assert review.number["completed"].now.cell.value == 4
    assert review.states == {"completed": 4}


def test_a_week_inside_its_usual_range_has_no_signal(scope):
    # 24 weeks of 5 and 3 in turn: mean 4, every move 2, so 4 +- 5.32.
    practice(scope, *this_week(9))
    now = review_week(scope).number["completed"].now
    assert (now.usual.low, now.usual.high) == (0, pytest.approx(9.32))
    assert now.usual.whole == (0, 9)
    assert now.signal is None


def test_a_week_above_its_usual_range_is_marked(scope):
    practice(scope, *this_week(10))
    review = review_week(scope)
    assert review.number["completed"].now.signal == "above"
    assert review.number["completed"] in review.changed.outside


def test_thirteen_weeks_stand_beside_the_number(scope):
    practice(scope, *this_week(4))
    weeks = review_week(scope).number["completed"].weeks
    assert [week.cell.value for week in weeks] == [3, 5] * 6 + [4]
    assert weeks[0].week == WEEK - timedelta(weeks=12)


def test_nothing_is_usual_before_twelve_full_weeks(scope):
    practice(scope)
    eleven, twelve, *_ = review_week(scope, WEEK - timedelta(weeks=1)).number["completed"].weeks
    assert eleven.week == START + timedelta(weeks=11)
    assert eleven.usual is None
    assert twelve.usual is not None


def test_what_changed_sums_to_the_difference(scope):
    rows = [
        booked("A", WEEK, city_text="Berkeley"),
        booked("B", WEEK, city_text="Fremont"),
        booked("C", WEEK, city_text="Sunnyvale", type_text="Lactation visit"),
        booked("D", WEEK, city_text="San Jose"),
        booked("D", WEEK + timedelta(days=1), city_text="San Jose"),
    ]
    practice(scope, *rows)
    changed = review_week(scope).changed
    assert (changed.now, changed.before) == (5, 5)
    named = [(difference.name, difference.change) for difference in changed.cities]
    assert named == [("Oakland", -5), ("San Jose", 2), ("Berkeley", 1)]
    assert changed.others == 2
    assert [(difference.name, difference.change) for difference in changed.types] == [
        ("cst", -1),
        ("lactation", 1),
    ]
    assert changed.sentence == (
        "Completed 5, was 5. Inside the usual range. Oakland −5, San Jose +2, Berkeley +1,"  # noqa: RUF001
        " all others +2. CST −1, Lactation +1."  # noqa: RUF001
    )


def test_half_a_week_is_compared_with_half_a_week(scope):
    # As of Wednesday: two days are over; Wednesday's early visit is known but not compared.
    rows = [booked("A", WEEK), booked("B", WEEK + timedelta(days=2), at=7)]
    practice(scope, *rows, as_of=datetime.fromisoformat("2026-06-24T12:00"))
    review = review_week(scope, WEEK)
    completed = review.number["completed"]
    assert review.so_far
    assert completed.now.cell.value == 2
    assert completed.compared.days == 2
    # The week before has one visit on each of its five days.
    assert (completed.compared.now.value, completed.compared.before.value) == (1, 2)
    assert (review.changed.now, review.changed.before) == (1, 2)
    assert completed.now.signal is None, "two days are no whole week"


def test_on_the_first_day_of_a_week_nothing_is_compared(scope):
    practice(scope, *this_week(3))
    review = review_week(scope, date(2026, 6, 29))
    assert review.so_far
    assert review.changed.why_not == "no day of this week is over yet"
    assert review.later is None
    assert review.earlier == WEEK


def test_any_day_of_the_week_opens_it(scope):
    practice(scope, *this_week(4))
    assert review_week(scope, WEEK + timedelta(days=3)).monday == WEEK


def test_the_newest_week_shows_what_is_on_the_books_now(scope):
    ahead = [booked("A", AS_OF.date() + timedelta(days=n)) for n in (0, 13, 14)]
    practice(scope, *this_week(4), *ahead, last=date(2026, 7, 30))
    books = review_week(scope).number["on_books"]
    assert books.now.cell.value == 2, "today and the 13 days after it, not the 14th"
    assert books.question.metrics == ("booked",)
    # An earlier week tells what was booked at its end.
    before = review_week(scope, WEEK - timedelta(weeks=1)).number["on_books"]
    assert before.question.metrics == ("on_books",)


def test_the_waiting_numbers_say_what_they_wait_for(scope):
    practice(scope)
    review = review_week(scope)
    assert review.number["field_utilisation"].now.cell.value is None
    assert review.number["field_utilisation"].now.cell.reason == "no capacity on file"
    assert review.number["improved_share"].now.cell.reason == "waits for check-ins on file"


def test_a_rate_has_binomial_limits(scope):
    # Before: 96 completed of 96 due; now 5 of 6: below, as the limits of a certainty are narrow.
    practice(scope, *this_week(5), booked("A", WEEK, at=20, marked="no_show"))
    now = review_week(scope).number["show_rate"].now
    assert (now.cell.numerator, now.cell.denominator) == (5, 6)
    assert (now.usual.low, now.usual.high) == (1, 1)
    assert now.signal == "below"


def test_weeks_the_records_tell_otherwise_are_not_compared(scope):
    # A second source starts this week: its visits are new to the records, not to the practice.
    files = [
        Told.all(as_of=AS_OF),
        Told.all(as_of=AS_OF, first=WEEK, source="jane"),
    ]
    put_on_file(Invented([*steady(), *this_week(20, file=1)], files), scope)
    review = review_week(scope)
    assert review.number["completed"].now.cell.value == 20
    assert review.number["completed"].now.signal is None
    assert review.number["completed"].compared.change is None
    assert review.changed.why_not == "the records do not tell both weeks alike"
    assert review.changed.cities == ()


def test_the_grid_counts_completed_and_booked(scope):
    rows = [booked("A", WEEK), booked("B", WEEK + timedelta(days=4), city_text=None)]
    practice(scope, *rows, as_of=datetime.fromisoformat("2026-06-24T12:00"), last=date(2026, 7, 30))
    review = review_week(scope, WEEK)
    assert review.grid.cities == ("Oakland", "unknown")
    assert review.grid.counts == ((1, 0, 0, 0, 0, 0, 0), (0, 0, 0, 0, 1, 0, 0))
    assert [(place.name, place.visits) for place in review.map.places] == [("Oakland", 1)]
    assert review.map.unknown == 1


def test_every_number_is_the_answer_to_its_question(scope):
    practice(scope, *this_week(7), booked("New", WEEK, booked_on=WEEK - timedelta(days=3)))
    for number in review_week(scope).numbers:
        row = query(number.question, scope).iloc[0]
        cell = number.now.cell
        assert (row["value"], row["numerator"], row["denominator"], row["reason"]) == (
            cell.value,
            cell.numerator,
            cell.denominator,
            cell.reason,
        )


def test_types_per_week_add_up_to_completed(scope):
    practice(scope, *this_week(4, type_text="Prenatal massage"))
    review = review_week(scope)
    totals = [sum(week) for week in zip(*review.types.counts.values(), strict=True)]
    assert totals == [week.cell.value for week in review.number["completed"].weeks]
    assert review.types.counts["massage"][-1] == 4


def test_filters_choose_visits_and_leave_goals_out(scope):
    from allay_metrics.actions.week_notes import set_goals

    practice(scope, *this_week(4), booked("A", WEEK, city_text="Berkeley"))
    set_goals(scope, {"completed": 6})
    assert review_week(scope).number["completed"].goal == 6
    review = review_week(scope, where=(("city", "Berkeley"),))
    assert review.number["completed"].now.cell.value == 1
    assert review.number["completed"].goal is None
    assert review.grid.cities == ("Berkeley",)


def test_new_families_by_referral_source(scope):
    rows = [
        booked("A", WEEK, referral_source="Doula"),
        booked("B", WEEK, referral_source="Doula"),
        booked("C", WEEK, referral_source=None),
    ]
    practice(scope, *rows)
    found = [(source.source, source.families) for source in review_week(scope).referrals.sources]
    assert found == [("Doula", 2), ("unknown", 1)]


def test_without_records_there_is_a_week_all_the_same(scope):
    review = review_week(scope, WEEK)
    assert not review.has_records
    assert (review.earlier, review.later) == (None, None)
    assert review.number["completed"].now.cell.value is None
    assert review.number["completed"].now.cell.reason == "there are no records yet"
    assert review.grid.total == 0


def test_a_missing_visit_is_counted_beside_the_numbers(scope):
    practice(scope, *this_week(4), booked("A", WEEK, missing_from_import_id="file-0"))
    review = review_week(scope)
    assert review.missing == 1
    assert review.number["completed"].now.cell.value == 4
    assert review.needs.missing == 1


def test_only_the_owner_reviews_the_week(sqlite_scope):
    theirs = Scope(
        sqlite_scope._database,
        sqlite_scope.practice_id,
        sqlite_scope.timezone,
        is_demo=False,
        viewer=Viewer("therapist", "x"),
    )
    with pytest.raises(NotAllowed):
        review_week(theirs)
