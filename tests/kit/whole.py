"""The whole server in the test's own event loop: every floor, real sockets, a database of its own."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from server.app import build_app
from server.backing import Backing
from server.config import Settings
from server.lifespan import House, Rhythms, open_house
from server.serving import Server, bind, uvicorn_config
from storage.client import MongoSettings
from storage.clock import Clock


@dataclass(frozen=True, slots=True)
class Served:
    """A running server.

    Attributes:
        house: Its floors.
        url: Where it is, e.g. `http://localhost:40123`.
        port: The same port.
    """

    house: House
    url: str
    port: int


@asynccontextmanager
async def whole_server(
    mongo: MongoSettings,
    folder: Path,
    rhythms: Rhythms | None = None,
    redis_url: str | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Served]:
    """Serve everything on a free port while the block runs.

    Args:
        mongo: A database of the test's own.
        folder: Data folder.
        rhythms: Bounds and rhythms; the product's by default.
        redis_url: Given: the server takes itself for one of several.
        clock: Given: what the server takes for time.
    """
    settings = Settings(data_dir=folder, port=0)
    listener = bind(settings)
    settings = settings.model_copy(update={"port": port_of(listener)})
    backing = Backing(mongo, redis_url, mongo_is_ours=False)
    async with open_house(settings, backing, rhythms=rhythms, clock=clock) as house:
        ready = asyncio.Event()
        server = Server(uvicorn_config(build_app(house), settings), ready.set, house.exchange.drain)
        async with asyncio.TaskGroup() as group:
            group.create_task(server.serve(sockets=[listener]), name="server under test")
            await ready.wait()
            try:
                yield Served(house, settings.address, settings.port)
            finally:
                server.ask_to_stop()


def port_of(listener: socket.socket) -> int:
    """The port a socket listens on."""
    port: int = listener.getsockname()[1]
    return port
