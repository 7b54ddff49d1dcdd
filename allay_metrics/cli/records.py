"""import, undo, check."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from allay_metrics import config
from allay_metrics import formatting as fmt
from allay_metrics.cli.options import SpanParameter, database_option, find_database, parse_moment
from allay_metrics.cli.progress import progress_bar
from allay_metrics.errors import AllayError, RecordsDamaged

if TYPE_CHECKING:
    from allay_metrics.records import Scope

REPORT_KEYS = (
    "file",
    "source",
    "rows_read",
    "added",
    "updated",
    "unchanged",
    "set_aside",
    "warnings",
    "missing",
    "missing_unconfirmed",
    "cities_unknown",
    "import_id",
)


@click.command("import")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option("--source", metavar="NAME", help="Read the files by this profile; else recognised.")
@click.option(
    "--profile",
    type=click.Path(path_type=Path),
    metavar="FILE.toml",
    help="Read the files by a profile of your own.",
)
@click.option(
    "--holds",
    type=click.Choice(["kept", "all", "cancelled"]),
    help="Which visits the files hold; else as the profile says.",
)
@click.option(
    "--covers", type=SpanParameter(), metavar="FROM:TO", help="Days the files hold every visit of."
)
@click.option(
    "--confirm-missing",
    is_flag=True,
    help="Believe that every visit the file lacks is gone, however many there are.",
)
@click.option(
    "--as-of",
    metavar="TIME",
    help="When they were exported, practice time; a date is its end. Else the file's own time.",
)
@click.option("--dry-run", is_flag=True, help="Do everything and keep nothing.")
@click.option("--json", "json_", is_flag=True, help="JSON: a list, one object per file.")
@database_option
@click.pass_context
def import_command(
    context: click.Context,
    /,
    *,
    files: tuple[Path, ...],
    as_of: str | None,
    json_: bool,
    confirm_missing: bool,
    database: str | None,
    **how: Any,
) -> int:
    """Take scheduling exports, and parents' answers of forms, into the practice's own records.

    Every row is accounted for: read = added + updated + unchanged + set aside. Importing twice
    changes nothing; a newer export updates. Nothing is kept of a file that cannot be read; the
    others are taken in. A report that tells more of another file's visits, such as Jane's sales
    report, is given beside it and read with it: both are one import.
    """
    from allay_metrics.cli.output import as_json
    from allay_metrics.demo.practice_choice import open_for_filling
    from allay_metrics.derive.absence_evidence import AbsenceAnswer
    from allay_metrics.records.keys import new_key

    if as_of:
        parse_moment(as_of, ZoneInfo(config.TIME_ZONE))  # fails here, before records are made
    how["answer"] = AbsenceAnswer() if confirm_missing else None
    # Without a given moment, none of several files is newer than another.
    how["batch"] = new_key() if len(files) > 1 else None
    reports: list[dict[str, Any]] = []
    problems = _find_unopened(files)
    if len(problems) < len(files):  # no records are made when no file can be opened
        with open_for_filling(find_database(context, database)) as scope:
            how["as_of"] = parse_moment(as_of, scope.zone) if as_of else None
            reports, problems = _import_all(scope, files, how)
    for problem in problems:
        click.echo(problem, err=True)
    if json_:
        click.echo(as_json([{name: summary[name] for name in REPORT_KEYS} for summary in reports]))
    else:
        for summary in reports:
            click.echo(format_import(summary, dry_run=how["dry_run"]))
    return 2 if problems else 0


@click.command("undo")
@click.argument("import_id")
@database_option
@click.pass_context
def undo_command(context: click.Context, import_id: str, database: str | None) -> None:
    """Take an import back: the records are again exactly what they were before it."""
    from allay_metrics.actions.undo import undo_import
    from allay_metrics.demo.practice_choice import open_recorded_practice

    scope = open_recorded_practice(find_database(context, database))
    click.echo(f"The import of {undo_import(scope, import_id)} is undone.")


@click.command("check")
@database_option
@click.pass_context
def check_command(context: click.Context, database: str | None) -> int:
    """Check whether the records are intact, and print each table's fingerprint.

    Everything derived is derived again and compared. For a damaged file it tells what can still be
    read, and which backup is the newest; for the mail settings, which one is wrong. Exits with 2
    when something is wrong.
    """
    from allay_metrics.actions.mail_settings import find_settings_gap
    from allay_metrics.actions.records_check import check_records, examine_damaged
    from allay_metrics.demo.practice_choice import open_recorded_practice
    from allay_metrics.records import compute_row_hashes

    try:
        scope = open_recorded_practice(find_database(context, database))
        findings = check_records(scope)
    except RecordsDamaged as damage:
        for sentence in (str(damage), *examine_damaged(damage)):
            click.echo(sentence, err=True)
        return 2
    for table, fingerprint in sorted(compute_row_hashes(scope).items()):
        click.echo(f"{fingerprint}  {table}")
    for finding in findings:
        click.echo(finding, err=True)
    click.echo("" if findings else "The records are intact.", err=True, nl=not findings)
    if wrong := find_settings_gap():
        click.echo(f"No mail can be sent: {wrong}", err=True)
    return 2 if findings or wrong else 0


def _pair_reports(
    scope: "Scope", files: tuple[Path, ...], source: str | None, profile: Path | None
) -> list[tuple[Path, tuple[Path, ...]]]:
    """Return each file with the reports that are read together with it."""
    from allay_metrics.actions.ingest import choose_questionnaire
    from allay_metrics.actions.profiles import read_own_profiles, read_own_questionnaires
    from allay_metrics.intake.profile import find_profile, read_profile
    from allay_metrics.intake.source_detection import pair_reports

    if choose_questionnaire(read_own_questionnaires(scope), source, profile):
        return [(path, ()) for path in files]
    own = read_own_profiles(scope)
    explicit_profile = (
        read_profile(profile) if profile else find_profile(source, own) if source else None
    )
    return pair_reports(files, own, explicit_profile)


def _find_unopened(files: tuple[Path, ...]) -> list[str]:
    """Return a sentence for each file that cannot be opened, or is empty."""
    from allay_metrics.intake.encoding import read_first_bytes

    problems = []
    for path in files:
        try:
            read_first_bytes(path)
        except AllayError as error:
            problems.append(str(error))
    return problems


def _import_all(
    scope: "Scope", files: tuple[Path, ...], how: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Import files one by one; return the reports, and a sentence for each failure."""
    reports, problems = [], []
    for path, beside in _pair_reports(scope, files, how["source"], how["profile"]):
        try:
            reports.append(_import_one(scope, path, beside=beside, **how))
        except RecordsDamaged:
            raise  # it concerns the records, and so every file
        except AllayError as error:
            problems.append(str(error))
    return reports, problems


def _import_one(scope: "Scope", path: Path, *, dry_run: bool, **how: Any) -> dict[str, Any]:
    from allay_metrics.actions.ingest import ingest_file
    from allay_metrics.review.snapshot import keep_due_snapshots

    with progress_bar(path.name) as progress:
        report = ingest_file(scope, path, dry_run=dry_run, progress=progress, **how)
    if not dry_run:
        keep_due_snapshots(scope)
    for note in report.notes:
        click.echo(f"{report.file}: {note}.", err=True)
    return report.as_json()


def format_import(summary: dict[str, Any], *, dry_run: bool) -> str:
    """Return the account of one file, with its rows set aside below."""
    aside = summary["set_aside"]
    rows_read = fmt.plural(summary["rows_read"], "row")
    head = (
        f"{summary['file']} ({summary['source']}): {rows_read} read ="
        f" {summary['added']} added + {summary['updated']} updated +"
        f" {summary['unchanged']} unchanged + {len(aside)} set aside."
    )
    lines = [head]
    lines += [
        f"  row {row['row']}, {row['column']} {row['value']!r}: {row['reason']}" for row in aside
    ]
    if summary["warnings"]:
        lines.append(f"  {fmt.plural(len(summary['warnings']), 'warning')}: these rows count.")
    if summary["missing"]:
        visits = fmt.plural(summary["missing"], "visit")
        lines.append(f"  {visits} no longer in this file: decide on Records.")
    if summary["missing_unconfirmed"]:
        visits = fmt.plural(summary["missing_unconfirmed"], "visit")
        lines.append(
            f"  {visits} on file not in it: nothing is "
            "missing until you answer on Records, or import it again with --confirm-missing."
        )
    if summary["cities_unknown"]:
        lines.append(f"  {fmt.plural(summary['cities_unknown'], 'visit')} without a city.")
    kept = "Nothing was kept: a dry run." if dry_run else f"Import {summary['import_id']}."
    return "\n".join([*lines, f"  {kept}"])
