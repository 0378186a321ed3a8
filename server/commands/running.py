"""How a command runs: settings, an event loop, errors a person can act on. May be imported by server."""

import asyncio
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import typer
import uvloop
from pydantic import ValidationError

from channels.protocol.errors import Refused
from server.config import Settings, load_settings
from server.http.problem import texts
from server.telemetry import set_up_logs
from storage.errors import StorageError

T = TypeVar("T")


def settings_for_command(*, quiet: bool = True) -> Settings:
    """Settings of this process, with logs set up; exits with 2 and one line per fault when they do not fit or cannot be read.

    Args:
        quiet: Only warnings are logged: the command speaks for itself.
    """
    try:
        settings = load_settings()
    except ValidationError as fault:
        for error in fault.errors(include_input=False, include_url=False):
            field = str(error["loc"][0]).upper() if error["loc"] else "?"
            typer.echo(f"HUITANG_{field}: {error['msg']}", err=True)
        raise typer.Exit(2) from None
    except OSError as fault:
        typer.echo(f"HUITANG_CONFIG: {fault.filename} cannot be read: {fault.strerror}", err=True)
        raise typer.Exit(2) from None
    set_up_logs("warning" if quiet else settings.log_level, settings.log_format)
    return settings


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end; what a person can mend becomes one line and exit code 1."""
    factory = uvloop.new_event_loop if sys.platform != "win32" else None
    try:
        with asyncio.Runner(loop_factory=factory) as runner:
            return runner.run(work)
    except Refused as refused:
        said = texts(refused)
        typer.echo(f"{said.zh}\n{said.en}", err=True)
    except StorageError as fault:
        typer.echo(str(fault), err=True)
    except BaseExceptionGroup as group:
        known, rest = group.split((StorageError, OSError))
        if known is None or rest is not None:
            raise
        typer.echo(str(known.exceptions[0]), err=True)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    raise typer.Exit(1)
