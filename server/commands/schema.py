"""`huitang schema`: write the generated files, or say which are not current. May be imported by server."""

from pathlib import Path
from typing import Annotated

import typer

from server.schema.files import ROOT, stale, write


def schema(
    check: Annotated[
        bool, typer.Option("--check", help="Only compare; exit code 1 when a file is not current.")
    ] = False,
    root: Annotated[Path, typer.Option(help="Where the files are.")] = ROOT,
) -> None:
    """Write JSON Schema, AsyncAPI, OpenAPI, TypeScript types and the generated tables of the documents."""
    if not check:
        for name in write(root):
            typer.echo(f"wrote {name}")
        return
    late = stale(root)
    for name in late:
        typer.echo(f"not current: {name}  (run: make schema)")
    if late:
        raise typer.Exit(1)
    typer.echo("all generated files are current")
