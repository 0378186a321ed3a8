"""`huitang serve`, and the workers it starts. May be imported by server."""

import errno
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from typing import Annotated

import typer

from channels.catalog import FEATURES
from channels.core.registry import Registry
from server.app import build_app
from server.backing import Backing, open_backing
from server.commands.running import run, settings_for_command
from server.config import LOOPBACK, NO_LIMITS, PREFIX, Settings
from server.ground import Fitting, fit
from server.lifespan import House, open_house
from server.serving import bind, serve
from server.supervisor import Supervisor
from server.worker import die_with_parent, say_ready
from storage.client import Mongo
from storage.clock import SystemClock
from storage.errors import NotReady

Host = Annotated[str | None, typer.Option(help=f"Address to listen on; {PREFIX}HOST.")]
Port = Annotated[int | None, typer.Option(help=f"Port, 0 for a free one; {PREFIX}PORT.", min=0, max=65_535)]
Workers = Annotated[
    int | None, typer.Option(help=f"Processes that serve, 1 to 64; {PREFIX}WORKERS.", min=1, max=64)
]


def serve_command(host: Host = None, port: Port = None, workers: Workers = None) -> None:
    """Serve until stopped; refuses when the database does not fit. SIGHUP replaces several workers one by one."""
    began = time.monotonic()
    settings = with_options(settings_for_command(quiet=False), host, port, workers)
    run(_serve(settings, began))


def with_options(settings: Settings, host: str | None, port: int | None, workers: int | None) -> Settings:
    """The settings with what the command line said; exits with 2 when they do not fit together then."""
    said = {"host": host, "port": port, "workers": workers}
    chosen = settings.model_copy(update={name: value for name, value in said.items() if value is not None})
    if chosen.limit_factor == 0 and chosen.host not in LOOPBACK:
        typer.echo(NO_LIMITS, err=True)
        raise typer.Exit(2)
    return chosen


def listen(settings: Settings) -> tuple[Settings, socket.socket]:
    """A listening socket, and the settings with the port that it has.

    Raises:
        NotReady: The address cannot be listened on; the text says what to do.
    """
    try:
        listener = bind(settings)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise NotReady(
                f"port {settings.port} is in use; choose another one: HUITANG_PORT={settings.port + 1}"
            ) from None
        raise NotReady(f"cannot listen on {settings.host}:{settings.port}: {fault.strerror}") from None
    return settings.model_copy(update={"port": listener.getsockname()[1]}), listener


async def _serve(settings: Settings, began: float) -> None:
    settings, listener = listen(settings)
    async with open_backing(settings) as backing:
        if settings.workers > 1:
            await _check_fit(backing)
            await Supervisor(settings, backing, listener, lambda: _say_where(settings, began)).run()
            return
        await serve_house(
            settings, backing, listener, Fitting.CHECK, lambda _house: _say_where(settings, began)
        )


def _say_where(settings: Settings, began: float) -> None:
    several = f", {settings.workers} processes" if settings.workers > 1 else ""
    typer.echo(f"Huitang is at {settings.address}{several} ({time.monotonic() - began:.1f} s)")


async def _as_it_is(_house: House) -> None:
    return None


async def serve_house(  # noqa: PLR0913 - the steps of one start
    settings: Settings,
    backing: Backing,
    listener: socket.socket,
    fitting: Fitting,
    ready: Callable[[House], None] = lambda _house: None,
    prepare: Callable[[House], Awaitable[None]] = _as_it_is,
) -> None:
    """Open the house and serve until stopped.

    Args:
        settings: Of the process.
        backing: The databases.
        listener: Where to listen.
        fitting: What is done to the database first.
        ready: Told once requests are answered.
        prepare: Done before the first request.
    """
    async with open_house(settings, backing, fitting) as house:
        await prepare(house)
        app = build_app(house)
        await serve(
            app,
            settings,
            listener,
            ready=lambda: ready(house),
            leaving=house.services.readiness.leave,
            stopping=house.exchange.drain,
        )


async def _check_fit(backing: Backing) -> None:
    mongo = await Mongo.open(backing.mongo)
    try:
        await fit(mongo, Registry(FEATURES), SystemClock(), Fitting.CHECK)
    finally:
        await mongo.close()


def worker_command(
    descriptor: Annotated[int, typer.Argument(help="Listening socket.")],
    parent: Annotated[int, typer.Argument(help="Process that started this one.")],
    tell: Annotated[int, typer.Argument(help="Pipe that hears when this one is ready.")],
) -> None:
    """One of several serving processes; started by `serve`, not by hand."""
    die_with_parent(parent)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # until it serves: a new worker is not what a hang-up is for
    os.set_inheritable(descriptor, False)
    os.set_inheritable(tell, False)
    settings = settings_for_command(quiet=False)
    listener = socket.socket(fileno=descriptor)
    listener.setblocking(False)
    run(_work(settings, listener, tell))


async def _work(settings: Settings, listener: socket.socket, tell: int) -> None:
    async with open_backing(settings) as backing:
        await serve_house(settings, backing, listener, Fitting.CHECK, lambda _house: say_ready(tell))
