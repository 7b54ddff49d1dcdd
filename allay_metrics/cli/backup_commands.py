"""backup, restore, move: the records as a whole."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

import click

from allay_metrics import config
from allay_metrics import formatting as fmt
from allay_metrics.cli.options import database_option, find_database
from allay_metrics.errors import ConfigProblem


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@database_option
@click.pass_context
def backup_command(context: click.Context, file: Path, database: str | None) -> None:
    """Write all records to one file that can prove itself, while the dashboard goes on.

    It holds families' data, encrypted only where ALLAY_DATABASE_KEY is set: keep it where only
    you can read it, and the key elsewhere.
    """
    from allay_metrics.actions.backups import back_up
    from allay_metrics.demo.practice_choice import open_recorded_practice
    from allay_metrics.records import file_of
    from allay_metrics.records.backup import write_older_backup

    named = find_database(context, database)
    records = file_of(named or config.own_database_url())
    made = write_older_backup(records, file) if records and records.exists() else None
    if made is None:
        made = back_up(open_recorded_practice(named), file)
    click.echo(f"{file}: {fmt.plural(made.rows, 'row')} of {made.practice}, fingerprints kept.")


@click.command("restore")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--replace",
    is_flag=True,
    help="Where records stand already, whole or damaged: they are moved aside.",
)
@database_option
@click.pass_context
def restore_command(
    context: click.Context, file: Path, *, replace: bool, database: str | None
) -> None:
    """Put a backup back, after every row in it proved to be as it was written."""
    from allay_metrics.records.backup import restore

    url = find_database(context, database) or config.own_database_url()
    restored = restore(file, url, replace=replace)
    made = restored.backup
    moment = fmt.moment(datetime.fromtimestamp(made.made_at).astimezone())
    rows = fmt.plural(made.rows, "row")
    click.echo(f"{made.practice} as of {moment}: {rows} restored and read back.")
    if restored.aside is not None:
        click.echo(f"What stood there before is kept as {restored.aside}.")


@click.command("move")
@click.argument("url")
@click.option("--encrypt", is_flag=True, help="From a plain file into one with ALLAY_DATABASE_KEY.")
@click.option("--decrypt", is_flag=True, help="From a file with that key into a plain one.")
@database_option
@click.pass_context
def move_command(
    context: click.Context, url: str, *, encrypt: bool, decrypt: bool, database: str | None
) -> None:
    """Copy all records into the database at URL, such as postgresql://HOST/NAME, and compare.

    The records they came from stay as they are; set ALLAY_DATABASE_URL to go on with the copy.
    """
    from allay_metrics.demo.practice_choice import check_exists, open_recorded_practice
    from allay_metrics.records import open_practice
    from allay_metrics.records.backup import move_practice

    named = find_database(context, database)
    if not encrypt:
        move_practice(open_recorded_practice(named), url, plain=decrypt or None)
    elif config.database_key() is None:
        raise ConfigProblem("Set ALLAY_DATABASE_KEY to the key to encrypt with first.")
    else:
        url_of_source = named or config.own_database_url()
        check_exists(url_of_source)
        with closing(open_practice(url_of_source, plain=True)) as source:
            move_practice(source, url)
    click.echo("All records arrived as they left.")
