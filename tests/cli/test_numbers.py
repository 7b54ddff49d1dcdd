"""query and week on the command line, against what pages are told."""

import csv
import io
from datetime import date

import pytest

from allay_metrics.demo.practice_choice import open_own_practice
from allay_metrics.metrics import Question, query
from allay_metrics.review.week import review_week
from tests.cli.conftest import line

FILE = (
    line(1),
    line(2, name="Chen", city="San Jose", kind="Lactation visit"),
    line(3, name="Diaz", day="November 3, 2026", city=""),
    line(4, name="Okafor", day="November 20, 2026"),  # booked: after the export
)


@pytest.fixture
def records(run, export):
    assert run("import", export(*FILE), "--as-of", "2026-11-16T08:02").code == 0


@pytest.mark.usefixtures("records")
class TestQuery:
    def test_json_has_an_object_per_metric(self, run):
        ran = run("query", "completed,visit_value", "--by", "city", "--format", "json")
        assert [row["city"] for row in ran.json] == ["Oakland", "San Jose", "unknown"]
        assert ran.json[0] == {
            "city": "Oakland",
            "completed": {
                "value": 1,
                "numerator": 1,
                "denominator": None,
                "reason": "1 of 1 not marked as attended, counted as kept",
            },
            "visit_value": {"value": 150, "numerator": 150, "denominator": None, "reason": ""},
        }

    def test_periods_are_named_by_their_first_day(self, run):
        ran = run("query", "bookings", "--grain", "week", "--format", "json")
        assert [row["period"] for row in ran.json] == ["2026-11-02", "2026-11-09", "2026-11-16"]

    def test_cities_add_up_to_the_total(self, run):
        parts = run("query", "bookings", "--by", "city", "--format", "json").json
        (whole,) = run("query", "bookings", "--format", "json").json
        assert sum(row["bookings"]["value"] for row in parts) == whole["bookings"]["value"] == 3

    def test_what_is_booked_lies_ahead(self, run):
        (row,) = run("query", "booked", "--format", "json").json
        assert row["booked"]["value"] == 1

    def test_a_period_has_both_ends(self, run):
        asked = ("--from", "2026-11-03", "--to", "2026-11-09")
        (row,) = run("query", "completed", *asked, "--format", "json").json
        assert row["completed"]["value"] == 3

    def test_filters(self, run):
        where = ("--where", "city=Oakland", "--where", "city=San Jose", "--where", "visit_type=cst")
        (row,) = run("query", "completed", *where, "--format", "json").json
        assert row["completed"]["value"] == 1

    def test_csv_is_tidy_and_alone_on_stdout(self, run):
        ran = run("query", "visit_value,show_rate", "--by", "city", "--format", "csv")
        rows = list(csv.DictReader(io.StringIO(ran.out)))
        assert rows[0] == {
            "city": "Oakland",
            "metric": "visit_value",
            "value": "150.00",
            "numerator": "150.00",
            "denominator": "",
            "reason": "",
        }
        assert rows[1]["value"] == ""
        assert "no-shows are not in this export" in rows[1]["reason"]

    def test_the_table_is_for_people(self, run):
        ran = run("query", "completed,show_rate", "--by", "city")
        assert ran.out.splitlines()[0].split() == ["city", "Completed", "visits", "Show", "rate"]
        assert "– (no-shows are not in this export)" in ran.out  # noqa: RUF001

    def test_the_answer_is_query_s(self, run):
        asked = Question(
            metrics=("completed",),
            by=("visit_type",),
            first=date(2026, 11, 1),
            last=date(2026, 11, 15),
        )
        frame = query(asked, open_own_practice())
        days = ("--from", "2026-11-01", "--to", "2026-11-15")
        told = run("query", "completed", "--by", "visit_type", *days, "--format", "json").json
        assert [(row["visit_type"], row["completed"]["value"]) for row in told] == list(
            zip(frame["visit_type"], frame["value"], strict=True)
        )

    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (("complete",), "There is no metric 'complete': did you mean completed"),
            (("completed", "--by", "town"), "There is no group 'town'"),
            (("completed", "--where", "Oakland"), "'Oakland' is no filter"),
            (("completed", "--where", "city=Atlantis"), "Atlantis"),
            (("completed", "--from", "9 Nov"), "'9 Nov' is no date: write it as 2026-11-09."),
            (("completed", "--from", "2026-11-09", "--to", "2026-11-08"), "ends before it starts"),
            (("completed", "--as", "nobody@example.com"), "Nobody with the address"),
            ((), "Missing argument 'METRIC[,METRIC]'."),
        ],
    )
    def test_a_question_nobody_can_answer(self, run, arguments, sentence):
        ran = run("query", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert sentence in ran.err
        assert len(ran.err.splitlines()) == 1


@pytest.mark.usefixtures("records")
class TestWeek:
    def test_text_names_the_week_and_what_changed(self, run):
        ran = run("week")
        assert ran.out.startswith("Week of Mon 9 Nov 2026 to Sun 15 Nov 2026\n")
        assert "Records as of Mon 16 Nov, 8:02 am · 4 rows, 4 counted, 0 set aside" in ran.out
        assert "What changed   Completed 2" in ran.out
        assert "waits for check-ins on file" in ran.out

    def test_json_is_the_review(self, run):
        told = run("week", "2026-11-09", "--json").json
        review = review_week(open_own_practice(), date(2026, 11, 9))
        assert told["week"] == "2026-11-09"
        assert {key: number["value"] for key, number in told["numbers"].items()} == {
            number.metric.key: number.now.cell.value for number in review.numbers
        }
        assert told["numbers"]["completed"]["value"] == 2
        assert told["grid"] == {
            "Oakland": dict.fromkeys(("Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 0) | {"Mon": 1},
            "San Jose": dict.fromkeys(("Tue", "Wed", "Thu", "Fri", "Sat", "Sun"), 0) | {"Mon": 1},
        }
        assert told["needs"]["no_next"] == 3

    def test_a_newer_export_restates_and_says_why(self, run, export):
        newer = export(*FILE, line(5, name="Singh"), name="newer.csv")
        run("import", newer, "--as-of", "2026-11-17T08:02")
        (first, *_) = run("week", "2026-11-09", "--json").json["restated"]
        assert first == "Completed visits now 3, first told as 2: 1 visit entered later."


def test_without_records_the_week_says_so(run):
    ran = run("week")
    assert ran.code == 2
    assert ran.err == "There are no records yet: import a file, or make the demo practice.\n"
