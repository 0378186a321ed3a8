"""`huitang admin …`: accounts of the installation itself. May be imported by server."""

import sys
from typing import Annotated

import typer

from channels.branch.roles import SYSTEM_CAPABILITIES
from server.accounts.provision import Provision
from server.commands.inside import open_inside
from server.commands.running import run, settings_for_command
from server.config import Settings

admin = typer.Typer(no_args_is_help=True, help="System administrators: they see no organisation's content.")


@admin.callback()
def group() -> None:
    """System administrators: they see no organisation's content."""


@admin.command()
def create(
    login: Annotated[str, typer.Argument(help="Log-in name.")],
    from_input: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input.")
    ] = False,
) -> None:
    """Make a system administrator; the second factor is set up at the first log-in."""
    settings = settings_for_command()
    password = (
        sys.stdin.readline().rstrip("\n")
        if from_input
        else typer.prompt("password", hide_input=True, confirmation_prompt=True)
    )
    typer.echo(run(_create(settings, login, password)))


async def _create(settings: Settings, login: str, password: str) -> str:
    async with open_inside(settings) as inside:
        made = await inside.accounts.provisioner.create(
            Provision(login, password, system=frozenset(SYSTEM_CAPABILITIES))
        )
        return f"account {made.account}; sign in at {settings.address}"
