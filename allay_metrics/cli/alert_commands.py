"""alerts: send due mails once, for practices that use cron instead of the server."""

import click

from allay_metrics import formatting as fmt
from allay_metrics.cli.options import database_option, find_database
from allay_metrics.errors import Conflict


@click.command("alerts")
@database_option
@click.pass_context
def alerts_command(context: click.Context, database: str | None) -> None:
    """Send the mails about warning signs that are due, once; `serve` does so by itself.

    For cron, where the dashboard does not run all day.
    """
    from allay_metrics.actions.alerts import format_reason, send_alerts
    from allay_metrics.demo.practice_choice import open_recorded_practice

    sent = send_alerts(open_recorded_practice(find_database(context, database)))
    click.echo(f"{fmt.plural(sent.mails, 'mail')} sent." if sent.mails else "No mail was sent.")
    if sent.failure is not None:
        raise Conflict(format_reason(sent.failure))
