"""backup, restore, move: the records as a whole."""

from datetime import datetime
from pathlib import Path

import click

from allay_metrics import config, words
from allay_metrics.cli.options import chosen_database, database_option


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database_option
@click.pass_context
def backup_command(context: click.Context, file: Path, database: str | None) -> None:
    """Write all records to one file that can prove itself, while the dashboard goes on.

    It holds families' data and is not encrypted: keep it where only you can read it.
    """
    from allay_metrics.actions.backups import back_up
    from allay_metrics.demo.active import recorded_practice

    scope = recorded_practice(chosen_database(context, database))
    made = back_up(scope, file)
    click.echo(f"{file}: {words.plural(made.rows, 'row')} of {made.practice}, fingerprints kept.")


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Where records stand already; they are kept beside.")
@database_option
@click.pass_context
def restore_command(
    context: click.Context, file: Path, *, replace: bool, database: str | None
) -> None:
    """Put a backup back, after every row in it proved to be as it was written."""
    from allay_metrics.records.backup import restore

    url = chosen_database(context, database) or config.own_database_url()
    made = restore(file, url, replace=replace)
    moment = words.moment(datetime.fromtimestamp(made.made_at).astimezone())
    click.echo(f"{made.practice} as of {moment}: {words.plural(made.rows, 'row')} restored.")


@click.command("move")
@click.argument("url")
@database_option
@click.pass_context
def move_command(context: click.Context, url: str, database: str | None) -> None:
    """Copy all records into the database at URL, such as postgresql://HOST/NAME, and compare.

    The records they came from stay as they are; set ALLAY_DATABASE_URL to go on with the copy.
    """
    from allay_metrics.demo.active import recorded_practice
    from allay_metrics.records.backup import move_practice

    move_practice(recorded_practice(chosen_database(context, database)), url)
    click.echo("All records arrived as they left.")
