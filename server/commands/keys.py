"""`huitang keys …`: the files that all machines of an installation share. May be imported by server."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from server.backing import open_backing
from server.commands.running import run, settings_for_command
from server.config import Settings
from server.ground import Ground, all_sealed, open_ground
from server.vapid import FILE, ensure_vapid
from storage.clock import SystemClock
from storage.crypto import KeyRing, Purpose
from storage.errors import NotReady
from storage.rotation import Rotated, rotate_keys

keys = typer.Typer(no_args_is_help=True, help="Key files: make them, and change the keys of personal fields.")


@keys.callback()
def group() -> None:
    """Key files: make them, and change the keys of personal fields."""


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


@keys.command()
def prepare() -> None:
    """Put the next keys into the key file, to read only. Copy the file to every machine, then `keys rotate --prepared`."""
    settings = settings_for_command()
    run(_prepare(settings))
    typer.echo(f"{settings.keys}: the next keys are in it and do not write yet")
    typer.echo("copy this file to every machine, then, on one of them: huitang keys rotate --prepared")


async def _prepare(settings: Settings) -> None:
    async with open_backing(settings) as backing, open_ground(settings, backing) as ground:
        for purpose in Purpose:
            ground.cipher.ring.prepare(purpose, ground.clock)


@keys.command()
def rotate(
    prepared: Annotated[
        bool, typer.Option("--prepared", help="Use the keys of `keys prepare`; needed with several machines.")
    ] = False,
) -> None:
    """Seal every personal field anew with new keys and drop the old keys. The server may go on; may be repeated."""
    settings = settings_for_command()
    rows = run(_rotate(settings, prepared=prepared))
    for row in rows:
        typer.echo(f"{row.collection}: {row.seen} looked at, {row.changed} sealed anew")
    unreadable = sum(row.unreadable for row in rows)
    if unreadable:
        typer.echo(
            f"{unreadable} values open with no key and stay as they are; the old keys are kept", err=True
        )
        raise typer.Exit(1)
    typer.echo(f"{settings.keys}: keep a new copy apart from the database's backup")
    if prepared:
        typer.echo("copy this file to every machine once more: their copies still hold the old keys")
    typer.echo("keep the old copy as long as there are backups of the database from before")


async def _rotate(settings: Settings, *, prepared: bool) -> tuple[Rotated, ...]:
    async with open_backing(settings) as backing, open_ground(settings, backing) as ground:
        return await _shown(ground, prepared=prepared)


async def _shown(ground: Ground, *, prepared: bool) -> tuple[Rotated, ...]:
    fields = all_sealed(ground.registry)
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        tasks = {
            name: progress.add_task(name, total=await ground.mongo[name].count({}))
            for name in dict.fromkeys(field.collection for field in fields)
        }
        return await rotate_keys(
            ground.mongo,
            ground.cipher,
            fields,
            None if prepared else ground.clock,
            lambda row: progress.update(tasks[row.collection], completed=row.seen),
        )
