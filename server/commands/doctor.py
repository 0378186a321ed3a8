"""`huitang doctor` and `huitang migrate`. May be imported by server."""

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from channels.catalog import FEATURES
from channels.core.registry import Registry
from server.backing import open_backing
from server.commands.running import run, settings_for_command
from server.config import Settings
from server.doctor import Finding, State, examine
from server.ground import Fitting, fit
from storage.client import Mongo
from storage.clock import SystemClock

SIGNS = {State.GOOD: ("✓", "green"), State.WARNING: ("!", "yellow"), State.BAD: ("✗", "red")}


def doctor() -> None:
    """Look at the installation and say how to mend what is wrong; exit code 1 when something must be mended."""
    found = run(_examined(settings_for_command()))
    show(found)
    if any(finding.state is State.BAD for finding in found):
        raise typer.Exit(1)


async def _examined(settings: Settings) -> list[Finding]:
    async with open_backing(settings) as backing:
        return await examine(settings, backing, SystemClock())


def show(found: Sequence[Finding]) -> None:
    """The findings as a table."""
    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in found:
        sign, colour = SIGNS[finding.state]
        said = Text(finding.said)
        if finding.mend and finding.state is not State.GOOD:
            said.append(f"\n→ {finding.mend}", style="bold")
        table.add_row(Text(sign, style=colour), finding.subject, said)
    Console().print(table)


def migrate() -> None:
    """Bring the database to the schema and indexes of this version. Safe to repeat."""
    number = run(_migrated(settings_for_command()))
    typer.echo(f"the database {number} fits this version")


async def _migrated(settings: Settings) -> str:
    async with open_backing(settings, lambda words: typer.echo(f"  … {words}")) as backing:
        mongo = await Mongo.open(backing.mongo)
        try:
            await fit(mongo, Registry(FEATURES), SystemClock(), Fitting.MIGRATE)
            return mongo.database
        finally:
            await mongo.close()
