"""The commands together, and how every error becomes one sentence.

JSON and CSV stand alone on stdout; progress, remarks and errors go to stderr.
"""

import sys
import time
import traceback
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import click

from allay_metrics import __version__
from allay_metrics.cli.account_commands import accounts_command
from allay_metrics.cli.alert_commands import alerts_command
from allay_metrics.cli.backup_commands import backup_command, move_command, restore_command
from allay_metrics.cli.caseload import caseload_command
from allay_metrics.cli.numbers import query_command, week_command
from allay_metrics.cli.outcome_commands import outcomes_command
from allay_metrics.cli.records import check_command, import_command, undo_command
from allay_metrics.cli.serve_commands import demo_command, serve_command
from allay_metrics.cli.sync_command import sync_command
from allay_metrics.errors import AllayError, Unreachable

PROGRAM = "python -m allay_metrics"
WRONG = 2
STOPPED = 130


@click.group(
    name="allay_metrics",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="Allay Practice Dashboard")
@click.option("--database", metavar="URL", help="Records to use instead of this computer's own.")
@click.option("--debug", is_flag=True, help="Show where an unexpected error came from.")
@click.pass_context
def commands(context: click.Context, database: str | None, debug: bool) -> None:
    """Scheduling exports in, numbers an owner can act on out."""
    context.obj = {"database": database, "debug": debug}


for _command in (
    import_command,
    query_command,
    week_command,
    outcomes_command,
    caseload_command,
    demo_command,
    serve_command,
    accounts_command,
    undo_command,
    check_command,
    sync_command,
    alerts_command,
    backup_command,
    restore_command,
    move_command,
):
    commands.add_command(_command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0, or 2 after one sentence on stderr."""
    command_line = list(sys.argv[1:] if arguments is None else arguments)
    started = time.monotonic()
    try:
        result = commands.main(command_line, prog_name=PROGRAM, standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return WRONG
    except click.ClickException as error:
        return _print_error(_format_sentence(error.format_message()))
    except Unreachable as error:
        return _print_error(f"{error} ({error.detail})")
    except AllayError as error:
        return _print_error(str(error))
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return STOPPED
    except Exception as error:  # noqa: BLE001  the last resort: a person never sees a traceback
        return _report_unexpected(error, started, debug="--debug" in command_line)
    return result if isinstance(result, int) else 0


def _print_error(sentence: str) -> int:
    click.echo(" ".join(sentence.split()), err=True)
    return WRONG


def _format_sentence(message: str) -> str:
    return message if message.endswith((".", "?", "!")) else f"{message}."


def _report_unexpected(error: Exception, started: float, *, debug: bool) -> int:
    """Name the error by where it arose: the same fault has the same id, and no record is shown.

    Where the records turn out to be damaged, that is what is said.
    """
    from allay_metrics.records.examination import find_unreported_damage

    if debug:
        traceback.print_exception(error)
    damage = find_unreported_damage(started)
    if damage is not None:
        return _print_error(str(damage))
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "nowhere"
    number = blake2b(f"{type(error).__name__} {place}".encode(), digest_size=4).hexdigest()
    return _print_error(
        f"Something went wrong inside (error {number}, {type(error).__name__} at {place}):"
        " run it again with --debug in front of the command to see more."
    )
