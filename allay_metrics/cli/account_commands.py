"""accounts: list the first owner, list people, reset a sign-in."""

from datetime import datetime
from typing import Any

import click

from allay_metrics import config
from allay_metrics import formatting as fmt
from allay_metrics.cli.options import database_option, find_database
from allay_metrics.errors import NotFound

PORT = 8501


@click.group("accounts")
def accounts_command() -> None:
    """People who sign in: without any, the dashboard serves the person at this computer alone."""


@accounts_command.command("first-owner")
@click.argument("email")
@click.argument("name")
@database_option
@click.pass_context
def first_owner_command(
    context: click.Context, email: str, name: str, database: str | None
) -> None:
    """List the first owner; from then on everybody must sign in.

    Prints a link that opens once, to the page where she sets up her sign-in.
    """
    from allay_metrics.actions.users import invite_first_owner
    from allay_metrics.demo.practice_choice import open_for_filling

    config.session_secret()
    with open_for_filling(find_database(context, database)) as scope:
        _print_invitation(invite_first_owner(scope, email, name), scope)
        scope.close()


@accounts_command.command("reset")
@click.argument("email")
@database_option
@click.pass_context
def reset_command(context: click.Context, email: str, database: str | None) -> None:
    """Take back what a person signs in with, and print a link to set it up anew.

    For an owner who lost her phone and her recovery codes.
    """
    from allay_metrics.actions.users import read_people, reset_sign_in

    scope = _open_practice(context, database)
    matches = [person for person in read_people(scope) if person.email == email.strip().lower()]
    if not matches:
        raise NotFound(f"Nobody with the address {email} is listed.")
    _print_invitation(reset_sign_in(scope, matches[0].id), scope)
    scope.close()


@accounts_command.command("list")
@database_option
@click.pass_context
def list_command(context: click.Context, database: str | None) -> None:
    """Show everybody who is or was listed."""
    from allay_metrics.actions.users import read_people

    scope = _open_practice(context, database)
    for person in read_people(scope):
        status = "may sign in" if person.joined_at else "invited"
        status = "shut out" if person.disabled_at else status
        click.echo(f"{person.email}  {person.name}  {person.role}  {status}")
    scope.close()


def _open_practice(context: click.Context, database: str | None) -> Any:
    from allay_metrics.demo.practice_choice import open_made_practice

    return open_made_practice(find_database(context, database))


def _print_invitation(invitation: Any, scope: Any) -> None:
    """Print an invitation's link; the explanation goes to stderr."""
    ends = datetime.fromtimestamp(invitation.expires_at, scope.zone)
    click.echo(f"{config.public_url() or f'http://localhost:{PORT}'}{invitation.url_path}")
    click.echo(
        f"The link works once, until {fmt.full_day(ends.date())}. "
        "Whoever opens it can sign in as this person: share it with nobody else.",
        err=True,
    )
