"""Records: a file comes in once, every row is accounted for, and what waits can be decided."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from allay_metrics import config
from allay_metrics.actions.file_import import import_file
from allay_metrics.demo.load import load_demo
from allay_metrics.demo.practice_choice import open_own_practice
from allay_metrics.records.tables import set_aside, week_snapshot
from allay_metrics.review.export_lists import set_aside_export
from allay_metrics.review.import_changes import read_import_changes
from allay_metrics.review.import_history import past_imports
from allay_metrics.review.missing import missing_visits
from allay_metrics.review.set_aside_rows import open_rows
from allay_metrics.spreadsheet import format_csv
from allay_metrics.ui.records.preview_actions import Upload
from allay_metrics.ui.records.preview_actions import ingest as take_in_upload
from allay_metrics.ui.records.staged_file import plain_name, staged_file
from tests.support.acuity import export_text, write_export
from tests.support.on_file import decided, states

ROOT = Path(__file__).parents[2]


@dataclass
class Uploaded:
    """What a browser sent."""

    text: str
    name: str = "export.csv"

    def getbuffer(self):
        return memoryview(self.text.encode())


def on(day, **told):
    """Return a row of an export: nine to ten on a day of November 2026."""
    start = f"November {day}, 2026"
    return {"Start Time": f"{start} 9:00 am", "End Time": f"{start} 10:00 am", **told}


MONDAY = on(9, **{"Appointment ID": "1", "Last Name": "Rivera", "Email": "r@example.com"})
TUESDAY = on(10, **{"Appointment ID": "2", "Last Name": "Chen", "Email": "c@example.com"})
FRIDAY = on(13, **{"Appointment ID": "3", "Last Name": "Moss", "Email": "m@example.com"})
WEEKS = [on(1 + i, **{"Appointment ID": str(100 + i)}) for i in range(25)]
BAD = on(31, **{"Appointment ID": "4", "First Name": "=HYPERLINK(1)"})


@pytest.fixture(autouse=True)
def own():
    """The practice's own records, empty."""
    scope = open_own_practice()
    yield scope
    scope.close()


@pytest.fixture
def app(monkeypatch):
    """The Records page inside the dashboard; nothing has run yet."""
    monkeypatch.chdir(ROOT)
    return AppTest.from_file(str(ROOT / "dashboard.py"), default_timeout=60)


@pytest.fixture
def take_in(own, tmp_path):
    """A function that imports rows as of 8 am of a day of November 2026."""

    def run(*rows, day):
        as_of = int(datetime(2026, 11, day, 8, tzinfo=own.zone).timestamp())
        return import_file(own, write_export(tmp_path, *rows), as_of=as_of)

    return run


def opened(app):
    app.run()
    app.switch_page("pages/practice/records.py")
    return still(app.run())


def still(app):
    """Return the page after making sure that nothing went wrong on it."""
    assert not app.exception
    return app


def html(app):
    return "\n".join(str(each.proto.body) for each in app.get("html"))


def button(app, label):
    (found,) = [each for each in app.button if each.label == label]
    return found


def labels(app):
    return [each.label for each in app.button]


def uploaded(app, text, name="export.csv"):
    content = text if isinstance(text, bytes) else text.encode()
    app.file_uploader[0].set_value((name, content, "text/csv"))
    return still(app.run())


def test_an_empty_practice_invites_the_first_export_and_offers_the_demo(app):
    page = opened(app)
    assert "Drop in your first export." in html(page)
    assert "Export appointments" in html(page)
    assert "Look around in an invented practice first" in labels(page)
    assert "Imports" not in html(page)


def test_a_file_is_looked_at_without_keeping_anything(own, app):
    page = uploaded(opened(app), export_text(MONDAY, TUESDAY, BAD))
    shown = html(page)
    assert "Recognised as <b>Acuity Scheduling</b>" in shown
    assert 'aria-label="3 rows read = 2 added + 0 updated + 0 unchanged + 1 set aside"' in shown
    assert "Mon 9 Nov 2026, 9:00 am" in shown
    assert "Ada Rivera" in shown
    assert "$165.00" in shown
    assert page.radio[0].value == "kept"
    assert "Import 2 rows" in labels(page)
    assert past_imports(own) == []


def test_importing_accounts_for_every_row_and_keeps_the_week(own, app):
    page = uploaded(opened(app), export_text(MONDAY, TUESDAY, BAD))
    page = still(button(page, "Import 2 rows").click().run())
    shown = html(page)
    assert "export.csv is in" in shown
    assert 'aria-label="3 rows read = 2 added + 0 updated + 0 unchanged + 1 set aside"' in shown
    (past,) = past_imports(own)
    assert (past.rows_read, past.added, past.set_aside) == (3, 2, 1)
    with own.read() as conn:
        assert conn.execute(select(week_snapshot.c.week)).first() is not None
    assert not list((config.data_dir() / "incoming").iterdir())
    assert len(page.file_uploader) == 0
    page = still(button(page, "Bring in another file").click().run())
    assert page.file_uploader[0].value is None


def test_pressing_import_again_imports_once(own, app):
    page = uploaded(opened(app), export_text(MONDAY, TUESDAY))
    button(page, "Import 2 rows").click().run()
    # A second press was on its way, from the page that still showed the file.
    key = page.session_state["al-records-taken"].key
    taken = take_in_upload(own, Upload(Uploaded(export_text(MONDAY, TUESDAY))), key, lambda _: None)
    assert taken.report is None
    assert [past.id for past in past_imports(own)] == [taken.import_id]


def test_the_moment_it_was_exported_is_as_told(own, app):
    page = uploaded(opened(app), export_text(MONDAY))
    day = datetime.now(own.zone).date() - timedelta(days=3)
    page.date_input[0].set_value(day)
    page = still(page.run())
    button(page, "Import 1 row").click().run()
    assert past_imports(own)[0].as_of.date() == day


def test_what_the_file_holds_is_asked_and_kept(own, app):
    page = uploaded(opened(app), export_text(MONDAY))
    page.radio[0].set_value("cancelled")
    page = still(page.run())
    button(page, "Import 1 row").click().run()
    assert past_imports(own)[0].holds == "cancelled"
    assert states(own) == {"1": "cancelled"}


def test_a_file_that_cannot_tell_cancelled_visits_apart_does_not_hold_all(app):
    page = uploaded(opened(app), export_text(MONDAY))
    page.radio[0].set_value("all")
    page = still(page.run())
    assert "no column that tells cancelled visits apart" in page.text[0].value
    assert not [label for label in labels(page) if label.startswith("Import ")]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "export.csv is empty."),
        (b"%PDF-1.7", "export.csv is a PDF"),
        (b"1,2\n3,4\n", "export.csv is not a table this dashboard knows"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence_and_nothing_is_stored(own, app, content, said):
    page = uploaded(opened(app), content)
    (sentence,) = [each.value for each in page.text]
    assert sentence.startswith(said)
    assert sentence.endswith("Nothing was stored.")
    assert past_imports(own) == []
    assert not list((config.data_dir() / "incoming").iterdir())


def test_a_profile_of_ones_own_reads_other_columns(own, app):
    page = opened(app)
    profile = b'name = "mine"\nlabel = "My list"\n[columns]\nstart = ["When"]\n'
    profile += b'minutes = ["Long"]\nclient_name = ["Who"]\n[carries]\nkept = ["kept"]\n'
    page.file_uploader[0].set_value(("a.csv", b"When,Long,Who\n2026-11-09 09:00,60,Ana\n", ""))
    page.file_uploader[1].set_value(("mine.toml", profile, ""))
    page = still(page.run())
    assert "Recognised as <b>My list</b>" in html(page)
    button(page, "Import 1 row").click().run()
    assert past_imports(own)[0].source == "mine"


def test_a_newer_export_says_what_it_no_longer_holds_before_it_comes_in(app, take_in):
    take_in(MONDAY, TUESDAY, FRIDAY, day=14)
    page = uploaded(opened(app), export_text(MONDAY, FRIDAY))
    assert "<b>1 visit on file</b> not in this newer file any more" in html(page)
    page = still(button(page, "Import 2 rows").click().run())
    assert "<b>1 visit</b> on file is not in it any more: decide below." in html(page)


def test_a_file_that_leaves_out_many_visits_is_asked_about(app, take_in):
    many = [on(1 + i, **{"Appointment ID": str(i)}) for i in range(25)]
    take_in(*many, day=10)
    page = uploaded(opened(app), export_text(many[0], many[-1]))
    assert "23 visits on file are not in export.csv" in html(page)
    assert "not in this newer file any more" not in html(page)
    page.radio[0].set_value("cancelled")
    page = still(page.run())
    assert "are not in export.csv" not in html(page)


def test_the_question_says_at_once_whose_visits_they_are_and_of_when(app, take_in):
    many = [on(1 + i, **{"Appointment ID": str(i)}) for i in range(25)]
    take_in(*many, day=10)
    page = uploaded(opened(app), export_text(many[0], many[-1]))
    assert '<p class="al-say">Maya Lopez 23 of 25, November 2026</p>' in html(page)


@pytest.mark.parametrize("days_before", [0, 2])
def test_a_file_without_a_row_of_a_therapist_says_whose_visits_to_come_it_leaves_open(
    own, app, tmp_path, days_before
):
    def ahead(key, days, who):
        day = datetime.now(own.zone).date() + timedelta(days=days)
        start = f"{day:%B} {day.day}, {day.year}"
        hours = {"Start Time": f"{start} 9:00 am", "End Time": f"{start} 10:00 am"}
        return {**hours, "Appointment ID": key, "Calendar": who, "Date Scheduled": "2026-11-02"}

    of_ines = [ahead("1", 8, "Ines Park"), ahead("2", 9, "Ines Park")]
    of_maya = [ahead(str(3 + n), 5 + n, "Maya Lopez") for n in range(3)]
    held = datetime.now(own.zone) - timedelta(days=days_before, seconds=90)
    import_file(own, write_export(tmp_path, *of_ines, *of_maya), as_of=int(held.timestamp()))
    page = uploaded(opened(app), export_text(*of_ines))
    silent = "<b>3 visits to come</b> not confirmed by this file (3: no row of Maya Lopez)"
    assert silent in html(page)
    for box in page.checkbox:
        box.check()
    page = still(page.run())
    button(page, "Import 2 rows").click()
    page = still(page.run())
    assert silent in html(page)
    assert "Nothing changed" not in html(page)


def test_an_answer_given_before_the_import_goes_in_with_it(own, app, take_in):
    take_in(*WEEKS, day=10)
    page = uploaded(opened(app), export_text(*WEEKS[:9], *WEEKS[16:]))
    what = next(radio for radio in page.radio if radio.label == "What became of them?")
    what.set_value("gone")
    page = still(page.run())
    button(page, "Import 18 rows").click()
    page = still(page.run())
    assert list(states(own).values()).count("missing") == 7


def test_a_question_left_for_later_is_answered_and_taken_back_below(own, app, take_in):
    take_in(*WEEKS, day=10)
    take_in(*WEEKS[:9], *WEEKS[14:], day=16)
    assert set(states(own).values()) == {"completed", "booked"}
    page = opened(app)
    assert "5 visits wait for an answer" in html(page)
    page.radio[0].set_value("gone")
    page = still(page.run())
    button(page, "Save the answer").click()
    page = still(page.run())
    assert "Saved: 5 visits missing now" in html(page)
    assert list(states(own).values()).count("missing") == 5
    button(page, "Ask again").click()
    page = still(page.run())
    assert "5 visits wait for an answer" in html(page)


def test_what_a_file_did_not_hold_is_ticked_and_stands(own, app, take_in):
    take_in(*WEEKS, day=10)
    take_in(*WEEKS[:9], *WEEKS[14:], day=16)
    page = opened(app)
    page.radio[0].set_value("not_held")
    page = still(page.run())
    labels = [box.label for box in page.checkbox]
    assert labels == [
        "November 2026 · 5 of 25 visits",
        "Maya Lopez · 5 of 25 visits",
        "CST · 5 of 25 visits",
    ]
    assert button(page, "Save the answer").disabled
    page.checkbox[1].check()
    page = still(page.run())
    button(page, "Save the answer").click()
    page = still(page.run())
    assert "it did not hold Maya Lopez" in html(page)
    assert set(states(own).values()) == {"completed", "booked"}


@pytest.mark.parametrize(
    "told",
    [
        ("Cancelled (1)", "cancelled", "cancelled"),
        ("It stands (1)", "kept", "completed"),
        ("Never booked (1)", "deleted", None),
    ],
)
def test_a_missing_visit_is_decided_and_opened_again(own, app, take_in, told):
    press, kept, state = told
    take_in(MONDAY, TUESDAY, FRIDAY, day=14)
    take_in(MONDAY, FRIDAY, day=16)
    page = opened(app)
    assert "1 visit to decide" in html(page)
    assert button(page, "Cancelled").disabled
    assert page.checkbox[0].label == (
        "Tue 10 Nov, 9:00 am · Chen · Infant CST · unknown · Maya Lopez"
    )
    page.checkbox[0].check()
    page = still(page.run())
    page = still(button(page, press).click().run())
    assert decided(own) == [kept]
    assert states(own).get("2") == state
    assert "0 visits to decide" in html(page)
    assert not page.checkbox[0].value
    page.checkbox[0].check()
    page = still(page.run())
    page = still(button(page, "Open again (1)").click().run())
    assert decided(own) == []
    assert states(own)["2"] == "missing"


def test_several_missing_visits_are_decided_at_once(own, app, take_in):
    take_in(MONDAY, TUESDAY, FRIDAY, on(12, **{"Appointment ID": "5"}), day=14)
    take_in(MONDAY, FRIDAY, day=16)
    page = opened(app)
    page = still(button(page, "Choose all 2").click().run())
    still(button(page, "Cancelled (2)").click().run())
    assert decided(own) == ["cancelled", "cancelled"]
    assert missing_visits(own).empty


def test_undo_says_what_it_takes_back_and_greys_the_import(own, app, take_in):
    take_in(MONDAY, TUESDAY, day=16)
    page = opened(app)
    page = still(button(page, "Undo").click().run())
    assert "2 rows added by it go out again." in html(page)
    page = still(button(page, "Undo this import").click().run())
    assert past_imports(own)[0].undone_at is not None
    assert states(own) == {}
    assert "The import of export.csv is undone." in html(page)
    assert 'class="al-import gone"' in html(page)
    assert "Undo" not in labels(page)


def test_letters_that_are_a_guess_are_asked_about_before_anything_comes_in(app):
    page = uploaded(opened(app), export_text(MONDAY | {"First Name": "Zo\u00eb"}).encode("cp1252"))
    assert "Zo\u00eb" in html(page)
    assert button(page, "Import 1 row").disabled
    (asked,) = [each for each in page.checkbox if "accents and all" in each.label]
    page = still(asked.check().run())
    assert not button(page, "Import 1 row").disabled


def test_a_file_that_says_how_its_letters_are_kept_asks_nothing(app):
    page = uploaded(opened(app), export_text(MONDAY | {"First Name": "Zo\u00eb"}).encode())
    assert not button(page, "Import 1 row").disabled
    assert page.checkbox == []


def test_an_import_that_a_later_one_stands_on_is_not_undone_and_says_why(own, app, take_in):
    take_in(MONDAY, day=14)
    take_in(MONDAY, day=16)
    page = opened(app)
    older = [each for each in page.button if each.label == "Undo"][1]
    page = still(older.click().run())
    page = still(button(page, "Undo this import").click().run())
    assert "undo it first" in page.text[0].value
    assert all(past.undone_at is None for past in past_imports(own))


def test_rows_set_aside_are_shown_with_reason_and_raw_text_and_exported_harmless(own, app, take_in):
    take_in(MONDAY, BAD, day=16)
    shown = html(opened(app))
    assert "Row 2 of export.csv" in shown
    assert "<q>November 31, 2026 9:00 am</q>" in shown
    assert "this date does not exist" in shown
    assert "<dt>First Name</dt><dd>=HYPERLINK(1)</dd>" in shown
    *_, head, row = format_csv(set_aside_export(own)).decode("utf-8-sig").splitlines()
    assert head.startswith("File,Row,Column,Value,Reason,row: Start Time")
    assert "'=HYPERLINK(1)" in row
    with own.read() as conn:
        assert conn.execute(select(set_aside.c.row_number)).scalar_one() == 2


def test_a_type_without_a_place_and_the_days_told_are_listed(app, take_in):
    take_in(MONDAY | {"Type": "Rebozo session"}, day=16)
    shown = html(opened(app))
    assert "Rebozo session" in shown
    assert "9 Nov to 16 Nov 2026" in shown
    assert shown.count("not told") == 2


def test_the_demo_takes_no_file_and_one_click_leaves_it_for_an_empty_practice(app):
    load_demo(config.demo_database_path(), visits=60).close()
    page = opened(app)
    assert len(page.file_uploader) == 0
    assert "This practice is invented" in html(page)
    assert "acuity_newest.csv" in html(page)
    button(page, "Start with my own records").click().run()
    page = opened(app)
    assert "Drop in your first export." in html(page)
    assert not config.demo_database_path().exists()


def test_an_uploaded_file_lies_where_nobody_else_reads_it_and_goes_whatever_happens():
    seen = []

    def fail():
        with staged_file(b"names", "../../up.csv") as path:
            seen.append((path.name, path.read_bytes(), path.is_relative_to(config.data_dir())))
            seen.append((path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert seen == [("up.csv", b"names", True), (0o600, 0o700)]
    assert not list((config.data_dir() / "incoming").iterdir())


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("a.csv", "a.csv"),
        ("C:\\Users\\me\\a.csv", "a.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("a\x00\nb.csv", "ab.csv"),
        ("x" * 300 + ".csv", "x" * 116 + ".csv"),
    ],
)
def test_a_browsers_file_name_is_made_harmless(given, name):
    assert plain_name(given) == name


def mending():
    """Draw what the drawer of the first row that waits holds."""
    import streamlit as st

    from allay_metrics.review.set_aside_rows import open_rows
    from allay_metrics.ui.records.row_repair import _body
    from allay_metrics.ui.session import scope

    if "row" not in st.session_state:
        st.session_state["row"] = next(open_rows(scope()).itertuples())
    _body(scope(), st.session_state["row"])


def cell(app, name):
    (found,) = [each for each in app.text_input if each.label == name]
    return found


def test_a_row_is_mended_keeping_what_was_typed_and_taken_back(own, take_in):
    take_in(MONDAY, BAD, day=16)
    drawn = still(AppTest.from_function(mending, default_timeout=60).run())
    assert drawn.text_input[0].label == "Start Time"
    assert cell(drawn, "Start Time").value == "November 31, 2026 9:00 am"
    cell(drawn, "Start Time").set_value("November 10, 2026 9:00 am")
    cell(drawn, "End Time").set_value("never")
    still(button(drawn, "Save and retry").click().run())
    assert "It still cannot be used. End Time: <q>never</q>" in html(drawn)
    assert cell(drawn, "Start Time").value == "November 10, 2026 9:00 am"
    cell(drawn, "End Time").set_value("November 10, 2026 10:00 am")
    still(button(drawn, "Save and retry").click().run())
    assert "It counts now: the visit is on file." in html(drawn)
    assert states(own)["4"] == "completed"
    assert past_imports(own)[0].file_name == "mended: export.csv row 2"
    still(button(drawn, "Take it back").click().run())
    assert "4" not in states(own)
    assert len(open_rows(own)) == 1


def test_a_row_that_is_no_visit_is_dismissed_and_opened_again(own, app, take_in):
    take_in(MONDAY, BAD, day=16)
    drawn = still(AppTest.from_function(mending, default_timeout=60).run())
    still(button(drawn, "Not a visit").click().run())
    assert "It is no visit" in html(drawn)
    page = opened(app)
    assert "0 rows" in html(page)
    still(button(page, "Open again").click().run())
    assert len(open_rows(own)) == 1
    page = still(button(page, "Mend").click().run())
    assert cell(page, "First Name").value == "=HYPERLINK(1)"


def test_the_newer_file_covered_other_days_and_that_is_taken_back(own, app, take_in):
    take_in(MONDAY, TUESDAY, FRIDAY, day=14)
    newer = take_in(MONDAY, FRIDAY, day=16)
    page = opened(app)
    assert "taken to cover 9 Nov to 16 Nov 2026; lacks 1 visit" in html(page)
    (days,) = [each for each in page.date_input if each.label == "Days it covers"]
    page = still(days.set_value((date(2026, 11, 11), date(2026, 11, 16))).run())
    page = still(button(page, "Change its days").click().run())
    assert "export.csv covers 11 Nov to 16 Nov 2026. 0 visits missing now." in html(page)
    assert states(own)["2"] == "completed"
    still(button(page, "Back to the days first taken").click().run())
    assert states(own)["2"] == "missing"
    assert missing_visits(own)["file"].tolist() == [newer.file]


def test_what_an_import_changed_is_told_field_by_field(own, app, take_in):
    take_in(MONDAY, TUESDAY, day=16)
    take_in(MONDAY | {"Appointment Price": "180.00"}, TUESDAY, day=17)
    page = opened(app)
    newest = next(each for each in page.button if each.label == "Changes")
    page = still(newest.click().run())
    assert "price: $165.00 → $180.00" in html(page)
    first = read_import_changes(own, past_imports(own)[1].id)
    assert [len(first.added), len(first.updated), len(first.missing)] == [2, 0, 0]
