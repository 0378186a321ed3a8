"""`huitang keys …`: the files that all machines of an installation share. May be imported by server."""

from pathlib import Path
from typing import Annotated

import typer

from server.commands.running import settings_for_command
from server.vapid import FILE, ensure_vapid
from storage.clock import SystemClock
from storage.crypto import KeyRing
from storage.errors import NotReady

keys = typer.Typer(no_args_is_help=True, help="Key files, for installations of several machines.")


@keys.callback()
def group() -> None:
    """Key files, for installations of several machines."""


@keys.command()
def create(
    folder: Annotated[Path | None, typer.Argument(help="Where to; the data folder by default.")] = None,
) -> None:
    """Make the key file and the push key before the first start; what is there already stays. Needs no database."""
    settings = settings_for_command()
    chosen = folder or settings.data_dir
    ring = chosen / settings.keys.name
    try:
        for path, make in (
            (ring, lambda: KeyRing.load(ring, create=True, clock=SystemClock())),
            (chosen / FILE, lambda: ensure_vapid(chosen)),
        ):
            was_there = path.exists()
            make()
            typer.echo(f"{path}: {'was there already' if was_there else 'made'}")
    except (NotReady, OSError) as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(1) from None
    typer.echo("keep a copy apart from the database's backup; without it personal fields are lost for ever")
