"""import, undo and check on the command line."""

import pytest

from allay_metrics.actions.profiles import save_profile
from allay_metrics.cli.options import parse_moment
from allay_metrics.demo.practice_choice import open_own_practice
from tests.cli.conftest import line
from tests.support.sources import JANE, JANE_SALES, jane, sale, write_table

OWN = """name = "sheet"
recognised_by = ["Who", "From"]
[columns]
start = "From"
minutes = "Length"
client_name = "Who"
[carries]
kept = "kept"
"""
AS_OF = ("--as-of", "2026-11-16T08:02")
KEYS = [
    "file", "source", "rows_read", "added", "updated", "unchanged", "set_aside", "warnings",
    "missing",
    "missing_unconfirmed", "cities_unknown", "import_id",
]  # fmt: skip


def test_every_row_is_accounted_for(run, export):
    file = export(line(1), line(2, day="February 31, 2026"), line(3, name="Chen", city=""))
    ran = run("import", file, "--json", *AS_OF)
    (told,) = ran.json
    assert ran.code == 0
    assert list(told) == KEYS
    assert (told["rows_read"], told["added"], told["updated"], told["unchanged"]) == (3, 2, 0, 0)
    (aside,) = told["set_aside"]
    assert list(aside) == ["row", "column", "value", "reason"]
    assert (aside["row"], aside["column"]) == (2, "Start Time")
    assert told["cities_unknown"] == 1


def test_importing_twice_changes_nothing(run, export):
    file = export(line(1), line(2, name="Chen"))
    run("import", file, *AS_OF)
    (told,) = run("import", file, "--json", *AS_OF).json
    assert (told["added"], told["updated"], told["unchanged"]) == (0, 0, 2)


def test_undo_brings_the_same_fingerprints_back(run, export):
    run("import", export(line(1), line(2, name="Chen")), *AS_OF)
    before = run("check").out
    newer = export(
        line(1, start="11:00 am", end="12:00 pm"), line(3, name="Diaz"), name="newer.csv"
    )
    (told,) = run("import", newer, "--json", "--as-of", "2026-11-17T08:02").json
    assert run("check").out != before
    ran = run("undo", told["import_id"])
    assert ran.out == "The import of newer.csv is undone.\n"
    assert run("check").out == before


def test_a_dry_run_keeps_nothing(run, export):
    ran = run("import", export(line(1)), "--dry-run", "--json", *AS_OF)
    assert ran.json[0]["added"] == 1
    (told,) = run("import", export(line(1)), "--json", *AS_OF).json
    assert told["added"] == 1


def test_one_bad_file_does_not_hold_up_the_others(run, export, tmp_path):
    bad = tmp_path / "picture.csv"
    bad.write_bytes(b"\x89PNG\x00\x00")
    ran = run("import", bad, export(line(1)), "--json", *AS_OF)
    assert ran.code == 2
    assert [told["file"] for told in ran.json] == ["export.csv"]
    assert "picture.csv" in ran.err
    assert "Traceback" not in ran.err


def test_the_account_in_words(run, export):
    ran = run("import", export(line(1), line(2, day="February 31, 2026")), *AS_OF)
    assert ran.out.startswith(
        "export.csv (acuity): 2 rows read = 1 added + 0 updated + 0 unchanged + 1 set aside."
    )
    assert "row 2, Start Time" in ran.out


def test_whole_records_pass_the_check(run, export):
    run("import", export(line(1)), *AS_OF)
    ran = run("check")
    assert ran.code == 0
    assert ran.err == "The records are intact.\n"


def test_a_broken_roll_up_is_found(run, export):
    from sqlalchemy import update

    from allay_metrics.demo.practice_choice import open_own_practice
    from allay_metrics.records.tables import daily

    run("import", export(line(1)), *AS_OF)
    with open_own_practice().write("break it") as conn:
        conn.execute(update(daily).values(visits=2))
    ran = run("check")
    assert ran.code == 2
    assert "roll-up" in ran.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("undo", "nothing"),
            "There are no records yet: import a file, or make the demo practice.",
        ),
        (("check",), "There are no records yet: import a file, or make the demo practice."),
        (("import", "gone.csv"), "gone.csv"),
        (("import",), "Missing argument 'FILE...'."),
        (("import", "x.csv", "--holds", "some"), "'some' is not one of"),
        (("import", "x.csv", "--covers", "2026"), "'2026' is no period"),
        (("import", "x.csv", "--as-of", "soon"), "'soon' is no time"),
    ],
)
def test_errors_are_one_sentence_and_exit_2(run, arguments, sentence):
    ran = run(*arguments)
    assert ran.code == 2
    assert ran.out == ""
    assert sentence in ran.err
    assert len(ran.err.splitlines()) == 1


def test_as_of_a_date_is_its_end(sqlite_scope):
    late = parse_moment("2026-06-01", sqlite_scope.zone)
    assert late == parse_moment("2026-06-01T23:59:59-07:00", sqlite_scope.zone)


def test_as_of_without_an_offset_is_practice_time(sqlite_scope):
    zone = sqlite_scope.zone
    assert parse_moment("2026-11-16T08:02", zone) == parse_moment("2026-11-16T08:02-08:00", zone)


def test_a_second_report_is_read_with_the_file_it_belongs_to(run, export, tmp_path):
    rows = [jane(1, "2026-11-09 09:00", state="arrived")]
    visits = write_table(tmp_path / "appointments.csv", JANE, rows)
    sales = write_table(tmp_path / "sales.csv", JANE_SALES, [sale("2026-11-09", "165.00")])
    ran = run("import", sales, export(line(1)), visits, "--json", *AS_OF)
    assert ran.code == 0
    assert [(told["file"], told["source"]) for told in ran.json] == [
        ("export.csv", "acuity"), ("appointments.csv", "jane"),
    ]  # fmt: skip
    assert "the sales report sales.csv matched 1 of 1 row" in ran.err


def test_a_second_report_alone_is_one_sentence(run, tmp_path):
    sales = write_table(tmp_path / "sales.csv", JANE_SALES, [sale("2026-11-09", "165.00")])
    ran = run("import", sales, *AS_OF)
    assert ran.code == 2
    assert ran.err.startswith("sales.csv is the sales report of Jane")


def test_a_profile_of_the_practice_reads_its_files_and_goes_by_name(run, tmp_path):
    run("import", write_table(tmp_path / "jane.csv", JANE, [jane(1, "2026-11-09 09:00")]), *AS_OF)
    scope = open_own_practice(None)
    save_profile(scope, "sheet", OWN)
    scope.close()
    row = {"From": "2026-11-10 09:00", "Length": "45", "Who": "Ada"}
    file = write_table(tmp_path / "sheet.csv", ["From", "Length", "Who"], [row])
    assert run("import", file, "--json", *AS_OF).json[0]["source"] == "sheet"
    assert run("import", file, "--source", "sheet", "--json", *AS_OF).json[0]["unchanged"] == 1
    assert "There is no source 'sheat'" in run("import", file, "--source", "sheat", *AS_OF).err


def test_answers_of_a_form_come_in_by_the_same_command(run, export, tmp_path):
    run("import", export(line(1), line(2, name="Kim")))
    form = tmp_path / "form.csv"
    form.write_text(
        "Timestamp,Email Address,How hard was it to settle your baby?\n"
        "2026/11/16 6:31:58 PM EST,rivera@example.com,7\n"
        "2026/11/16 6:35:00 PM EST,kim@example.com,very\n"
    )
    (told,) = run("import", str(form), "--json").json
    assert (told["source"], told["rows_read"], told["added"]) == ("google_forms", 2, 1)
    (aside,) = told["set_aside"]
    assert (aside["row"], aside["value"]) == (2, "very")
    assert aside["column"] == "How hard was it to settle your baby?"
    assert aside["reason"] == "it is no answer on this scale"
    again = run("import", str(form), "--source", "google_forms")
    assert "1 unchanged" in again.out
    assert run("undo", told["import_id"]).code == 2
