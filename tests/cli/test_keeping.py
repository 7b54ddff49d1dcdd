"""backup, restore and move on the command line."""

from tests.cli.conftest import line

AS_OF = ("--as-of", "2026-11-16T08:02")


def test_a_backup_brings_the_same_fingerprints_back(run, export, tmp_path):
    run("import", export(line(1), line(2, name="Chen")), *AS_OF)
    before = run("check").out
    kept, other = tmp_path / "monday.allay", f"sqlite:///{tmp_path}/other.sqlite"
    ran = run("backup", str(kept))
    assert ran.code == 0
    assert "rows of My practice, fingerprints kept." in ran.out
    ran = run("restore", str(kept), "--database", other)
    assert ran.code == 0
    assert ran.out.startswith("My practice as of ")
    assert run("check", "--database", other).out == before


def test_records_are_replaced_only_when_asked(run, export, tmp_path):
    run("import", export(line(1)), *AS_OF)
    kept = tmp_path / "monday.allay"
    run("backup", str(kept))
    before = run("check").out
    run("import", export(line(1, start="11:00 am", end="12:00 pm"), name="newer.csv"), *AS_OF)
    ran = run("restore", str(kept))
    assert ran.code == 2
    assert "There are records in" in ran.err
    assert run("check").out != before
    assert run("restore", str(kept), "--replace").code == 0
    assert settings_aside(run("check").out) == settings_aside(before)


def settings_aside(fingerprints):
    """Return fingerprints but that of settings, where the moment of the last backup stands."""
    return [row for row in fingerprints.splitlines() if not row.endswith("  setting")]


def test_records_move_to_another_database(run, export, tmp_path):
    run("import", export(line(1)), *AS_OF)
    other = f"sqlite:///{tmp_path}/other.sqlite"
    ran = run("move", other)
    assert ran.out == "All records arrived as they left.\n"
    assert run("check", "--database", other).out == run("check").out
    again = run("move", other)
    assert again.code == 2
    assert "There are records in" in again.err


def test_a_file_that_is_no_backup_is_a_sentence(run, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text("Start,End\n", encoding="utf-8")
    ran = run("restore", str(other))
    assert (ran.code, ran.err) == (2, "other.csv is no backup, or is damaged.\n")
