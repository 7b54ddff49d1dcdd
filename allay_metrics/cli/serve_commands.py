"""demo and serve: the demo practice, and the dashboard server."""

import os
import socket
import sys
from datetime import date
from pathlib import Path
from typing import Any

import click

from allay_metrics import config
from allay_metrics import formatting as fmt
from allay_metrics.cli.options import DayParameter, database_option, find_database
from allay_metrics.cli.progress import progress_bar
from allay_metrics.errors import ConfigProblem, Conflict, NotAllowed

PORT = 8501


@click.command("demo")
@click.option("--visits", type=click.IntRange(min=1), metavar="N", help="About so many visits.")
@click.option("--seed", type=int, metavar="S", help="The same seed invents the same practice.")
@click.option(
    "--until", type=DayParameter(), metavar="DATE", help="The day it ends; today unless given."
)
def demo_command(visits: int | None, seed: int | None, until: date | None) -> None:
    """Make the invented demo practice anew, in a database of its own."""
    from allay_metrics.demo.practice_choice import make_demo

    options = {"visits": visits, "seed": seed, "until": until}
    with progress_bar("Inventing the demo practice") as progress:
        wishes: dict[str, Any] = {name: wish for name, wish in options.items() if wish is not None}
        scope = make_demo(progress, **wishes)
    click.echo(_describe_demo(scope))
    url = config.sqlite_url(config.demo_database_path())
    click.echo(f"To open it next to other records, use --database {url}", err=True)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to serve on.")
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@database_option
@click.pass_context
def serve_command(context: click.Context, host: str, port: int, database: str | None) -> None:
    """Serve the dashboard; with no records yet, of an invented practice.

    On this computer only, as long as nobody was listed who may sign in; then everybody signs in.
    On any other address people sign in over TLS, or the demo is shown.
    """
    from allay_metrics.actions.mail_settings import find_settings_gap
    from allay_metrics.demo.practice_choice import open_active_practice

    _check_port_free(host, port)
    with progress_bar("Inventing the demo practice") as progress:
        scope = open_active_practice(find_database(context, database), progress)
    _check_safe_to_serve(host, scope)
    url = scope.database_url
    if config.is_loopback(host) and not database:
        url = config.own_database_url()
    scope.close()
    if wrong := find_settings_gap():  # no reason to keep the records from everybody
        click.echo(f"No mail can be sent: {wrong}", err=True)
    click.echo(
        f"The dashboard is at http://{'localhost' if config.is_loopback(host) else host}:{port}"
    )
    _exec_streamlit(host, port, url)


def _check_safe_to_serve(host: str, scope: Any) -> None:
    """Raise where records would be open to everybody, or sign-ins would not use TLS."""
    from allay_metrics.actions.sessions import has_people

    here = config.is_loopback(host)
    if scope.is_demo:
        return
    if not has_people(scope):
        if here:
            return
        raise NotAllowed(
            f"Nobody may sign in yet, so records are served on this computer only, not on {host}: "
            "list the first owner with 'accounts first-owner', or leave --host out."
        )
    config.session_secret()
    if here:
        return
    if not (config.public_url() or "").startswith("https://"):
        raise ConfigProblem(
            "People sign in over TLS: set ALLAY_PUBLIC_URL to the https:// address of this server."
        )
    if not config.proxies():
        raise ConfigProblem(
            "TLS is the work of a proxy in front: set ALLAY_PROXY to its address or network."
        )


def _check_port_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError:
            raise Conflict(
                f"{host} has no free port {port}: choose another one with --port."
            ) from None


def _exec_streamlit(host: str, port: int, database: str) -> None:
    """Replace this process by the server: signals reach it, and nothing is imported twice.

    It runs in the project's folder, where Streamlit looks for its settings; relative paths are
    made absolute before.
    """
    os.putenv("ALLAY_DATA_DIR", str(config.data_dir().resolve()))
    os.putenv("ALLAY_DATABASE_URL", _absolute_url(database))
    # Our middleware decides which proxies are trusted: the server below trusts none.
    os.putenv("FORWARDED_ALLOW_IPS", "")
    os.chdir(config.ROOT)
    sys.stdout.flush()
    settings = ("--server.address", host, "--server.port", str(port))
    program = (sys.executable, "-m", "allay_metrics.ui.launch", *settings)
    os.execv(sys.executable, program)  # noqa: S606  our own interpreter, no shell


def _absolute_url(url: str) -> str:
    start = "sqlite:///"
    if not url.startswith(start):
        return url
    return config.sqlite_url(Path(url.removeprefix(start)).resolve())


def _describe_demo(scope: Any) -> str:
    """Return a sentence that describes the demo practice."""
    from allay_metrics.metrics import Question, query
    from allay_metrics.metrics.metric import MetricKey
    from allay_metrics.review.query_results import index_cells
    from allay_metrics.review.record_status import read_record_status

    record_status = read_record_status(scope)
    assert record_status.first_day is not None
    assert record_status.last_day is not None
    question = Question(
        metrics=(MetricKey.BOOKINGS, MetricKey.FAMILIES_SEEN),
        first=record_status.first_day,
        last=record_status.last_day,
    )
    cells = index_cells(query(question, scope))
    visits = fmt.plural(cells[(MetricKey.BOOKINGS,)].count, "visit")
    families = fmt.plural(cells[(MetricKey.FAMILIES_SEEN,)].count, "family", "families")
    period = fmt.span(record_status.first_day, record_status.last_day)
    return f"An invented practice: {visits} of {families}, {period}. Nobody in it exists."
