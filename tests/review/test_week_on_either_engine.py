"""What the week asks the database by itself, on both engines."""

from datetime import date, datetime

from allay_metrics.actions.week_notes import save_note, set_goals
from allay_metrics.review.snapshot import keep_due_snapshots
from allay_metrics.review.week import WeekNote, review_week
from tests.support.practices import Invented, Told, booked, put_on_file

WEEK = date(2026, 6, 22)


def test_states_goals_note_and_what_was_first_told(scope):
    rows = [
        booked("A", WEEK),
        booked("B", WEEK, marked="no_show"),
        booked("C", WEEK, missing_from_import_id="file-0"),
    ]
    as_of = datetime.fromisoformat("2026-06-29T08:00")
    put_on_file(Invented(rows, [Told.all(as_of=as_of)]), scope)
    set_goals(scope, {"completed": 40, "show_rate": 0.95})
    save_note(scope, WEEK, "Half-term.", 0)
    keep_due_snapshots(scope)
    review = review_week(scope)
    assert review.states == {"completed": 1, "missing": 1, "no_show": 1}
    assert review.number["show_rate"].goal == 0.95
    assert review.note == WeekNote("Half-term.", 1)
    assert review.restated == ()
    assert review.record_status.newest.file_name == "0.csv"
