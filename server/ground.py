"""The ground floor, opened: database, keys, log, attachments, bus and the tables of the features.

The server and the command line open it the same way. May be imported by server.
"""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from enum import Enum

from channels.catalog import FEATURES
from channels.core.context import Reader
from channels.core.registry import Registry
from server.accounts.house import ACCOUNTS_INDEXES, ACCOUNTS_SEALED
from server.backing import Backing
from server.config import Settings
from storage.blobs import BLOB_INDEXES, Blobs
from storage.bus.local import LocalBus
from storage.bus.opening import open_bus
from storage.bus.port import Bus
from storage.client import Mongo
from storage.clock import Clock, SystemClock
from storage.crypto import FieldCipher, KeyRing
from storage.errors import NotReady
from storage.ids import IdSource, SystemIds
from storage.indexes import IndexSpec
from storage.log import LOG_INDEXES, TopicLog
from storage.rotation import SealedField, check_keys
from storage.schema import META, check_schema, epoch, migrate

HOUSE_INDEXES: tuple[IndexSpec, ...] = (*LOG_INDEXES, *BLOB_INDEXES, *ACCOUNTS_INDEXES)


class Fitting(Enum):
    """What is done to a database before it is used."""

    CHECK = "check"
    """A new one is set up; one that does not fit is refused."""
    MIGRATE = "migrate"
    """Bring it to the schema of this version."""
    NONE = "none"
    """Use it as it is; for looking only."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What every command and process stands on.

    Attributes:
        settings: Of the process.
        mongo: Collections.
        cipher: Seals personal fields.
        log: The topic log.
        blobs: Attachments.
        bus: Wake-ups between processes.
        registry: Features.
        clock: Time.
        ids: Chance.
    """

    settings: Settings
    mongo: Mongo
    cipher: FieldCipher
    log: TopicLog
    blobs: Blobs
    bus: Bus
    registry: Registry
    clock: Clock
    ids: IdSource

    @property
    def reader(self) -> Reader:
        """Read access as features know it."""
        return Reader(self.mongo, self.log, self.cipher, self.clock, self.ids, self.registry.route)


def all_indexes(registry: Registry) -> tuple[IndexSpec, ...]:
    """Every index that this version relies on."""
    return tuple({spec.name: spec for spec in (*HOUSE_INDEXES, *registry.indexes)}.values())


def all_sealed(registry: Registry) -> tuple[SealedField, ...]:
    """Every sealed value of the house and its features, for key rotation."""
    return (*ACCOUNTS_SEALED, *registry.sealed)


async def is_new(mongo: Mongo) -> bool:
    """True for a database that nothing was ever written to."""
    return await mongo[META].count({}, limit=1) == 0


async def fit(mongo: Mongo, registry: Registry, clock: Clock, fitting: Fitting) -> None:
    """Bring the database to where this version can serve from it, or refuse.

    Raises:
        NotReady: It does not fit, or is newer than this code; the text says what to do.
    """
    specs = all_indexes(registry)
    if fitting is Fitting.MIGRATE or (fitting is Fitting.CHECK and await is_new(mongo)):
        await migrate(mongo, clock)
        await mongo.ensure_indexes(specs)
    if fitting is not Fitting.NONE:
        await check_schema(mongo, specs)


@asynccontextmanager
async def open_ground(
    settings: Settings, backing: Backing, fitting: Fitting = Fitting.CHECK, clock: Clock | None = None
) -> AsyncIterator[Ground]:
    """Open everything while the block runs; time is the machine's unless a clock is given.

    Raises:
        NotReady: The database does not fit, or the key file is not the one it was written with.
        Unavailable: Nobody answers.
    """
    clock, ids = clock or SystemClock(), SystemIds()
    registry = Registry(FEATURES)
    async with AsyncExitStack() as stack:
        mongo = await Mongo.open(backing.mongo)
        stack.push_async_callback(mongo.close)
        known = await mongo[META].find_one({"_id": "keys"})
        ring = KeyRing.load(settings.keys, create=known is None, clock=clock)
        await fit(mongo, registry, clock, fitting)
        await check_keys(mongo, ring)
        log = TopicLog(mongo, clock, await epoch(mongo))
        stack.push_async_callback(log.close)
        bus = await _bus(backing)
        stack.push_async_callback(bus.close)
        yield Ground(
            settings, mongo, FieldCipher(ring), log, Blobs(mongo, clock, ids), bus, registry, clock, ids
        )


async def _bus(backing: Backing) -> Bus:
    if backing.redis_url is None:
        return LocalBus()
    try:
        return await open_bus(backing.redis_url)
    except ValueError:
        # Not the cause itself: it may quote the address, which holds a password.
        raise NotReady(
            "HUITANG_REDIS_URL is no address; redis://, rediss://, unix:// or redis+cluster://"
        ) from None
