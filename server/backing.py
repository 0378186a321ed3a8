"""The databases behind the program: those the operator named, else children of our own. May be imported by server.

Several processes may use the same data folder at once (a server and, beside it, `huitang roll import`): the first one runs
the mongod, the others find its socket and use it.
"""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server.config import Settings
from storage.client import Mongo, MongoSettings
from storage.errors import StorageError
from storage.managed.child import socket_folder
from storage.managed.mongod import MongodSettings, Step, managed_mongod
from storage.managed.redis import managed_redis
from storage.managed.replica_set import Access

LOOK_LIMIT_S = 2.0  # a mongod that runs answers on its socket within milliseconds

Progress = Callable[[str], None]

WORDS = {
    Step.LOCK: "data folder",
    Step.START: "starting MongoDB",
    Step.PREPARE: "preparing MongoDB",
    Step.READY: "MongoDB is ready",
}


@dataclass(frozen=True, slots=True)
class Backing:
    """Where the databases are.

    Attributes:
        mongo: How to reach MongoDB; the address holds a password.
        redis_url: Redis, None when the one process needs none; holds a password.
        mongo_is_ours: True for the managed MongoDB.
    """

    mongo: MongoSettings
    redis_url: str | None = field(repr=False)
    mongo_is_ours: bool


def mongo_folder(settings: Settings) -> Path:
    """Where the managed MongoDB keeps its files."""
    return settings.data_dir.resolve() / "mongo"


def mongo_settings(settings: Settings, url: str) -> MongoSettings:
    """How this process reaches MongoDB at `url`."""
    return MongoSettings(url, settings.mongo_database, settings.mongo_driver, pool=settings.mongo_pool)


@asynccontextmanager
async def open_backing(
    settings: Settings, progress: Progress = lambda _words: None
) -> AsyncIterator[Backing]:
    """Make sure of the databases while the block runs.

    Args:
        settings: Of the process.
        progress: Told in a few words what is going on.

    Raises:
        NotReady: A managed database cannot be started; the text says why.
    """
    async with AsyncExitStack() as stack:
        redis_url = settings.redis_url.get_secret_value() if settings.redis_url else None
        if redis_url is None and settings.workers > 1:
            progress("starting Redis")
            redis = await stack.enter_async_context(managed_redis(settings.data_dir.resolve() / "redis"))
            redis_url = redis.url
        if settings.mongo_url is not None:
            url, ours = settings.mongo_url.get_secret_value(), False
        else:
            url, ours = await _own_mongo(settings, stack, progress), True
        yield Backing(mongo_settings(settings, url), redis_url, ours)


async def _own_mongo(settings: Settings, stack: AsyncExitStack, progress: Progress) -> str:
    running = await find_running(settings)
    if running is not None:
        progress("using the MongoDB that runs already")
        return running
    wanted = MongodSettings(mongo_folder(settings), settings.mongo_database)
    server = await stack.enter_async_context(managed_mongod(wanted, lambda step: progress(WORDS[step])))
    return server.access.url


async def find_running(settings: Settings) -> str | None:
    """Address of the managed MongoDB that another process of ours runs on this data folder; None when there is none."""
    folder = mongo_folder(settings)
    if not (folder / "secrets.json").is_file():
        return None
    socket = socket_folder(folder) / "mongod.sock"
    if not socket.exists():
        return None
    passwords = json.loads((folder / "secrets.json").read_bytes())
    access = Access(socket, passwords["root"], passwords["huitang"], settings.mongo_database)
    try:
        trial = MongoSettings(access.url, settings.mongo_database, "pymongo", pool=2, timeout_s=LOOK_LIMIT_S)
        mongo = await Mongo.open(trial)
    except StorageError:
        return None
    await mongo.close()
    return access.url
