"""sync: import records from the scheduling system's API."""

from datetime import date

import click

from allay_metrics import config
from allay_metrics.cli.options import DayParameter, database_option, find_database
from allay_metrics.cli.progress import progress_bar


@click.group("sync")
def sync_command() -> None:
    """Take records in straight from a scheduling system."""


@sync_command.command("acuity")
@click.option(
    "--from", "first", type=DayParameter(), metavar="D", help="First day; else 92 days back."
)
@click.option(
    "--to", "last", type=DayParameter(), metavar="D", help="Last day; else 183 days ahead."
)
@click.option("--json", "json_", is_flag=True, help="JSON: one object, as import gives.")
@database_option
@click.pass_context
def acuity_command(
    context: click.Context,
    /,
    *,
    first: date | None,
    last: date | None,
    json_: bool,
    database: str | None,
) -> None:
    """Ask Acuity for all appointments of these days, kept and cancelled, as one import.

    The user id and the key of your account are read from ALLAY_ACUITY_USER and ALLAY_ACUITY_KEY.
    Stopped half-way it goes on, within the hour, where it stopped.
    """
    from allay_metrics.actions.sync import sync_acuity
    from allay_metrics.cli.output import as_json
    from allay_metrics.cli.records import REPORT_KEYS, format_import
    from allay_metrics.demo.practice_choice import open_for_filling
    from allay_metrics.intake.acuity_api import AcuityAccount
    from allay_metrics.review.snapshot import keep_due_snapshots

    account = AcuityAccount(*config.acuity_account())
    with open_for_filling(find_database(context, database)) as scope:
        with progress_bar("Acuity") as progress:
            report = sync_acuity(scope, account, first=first, last=last, progress=progress)
        keep_due_snapshots(scope)
    for note in report.notes:
        click.echo(f"{report.file}: {note}.", err=True)
    summary = report.as_json()
    if json_:
        click.echo(as_json({name: summary[name] for name in REPORT_KEYS}))
    else:
        click.echo(format_import(summary, dry_run=False))
