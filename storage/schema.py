"""What state the database is in: its schema number, the log's epoch, and whether this code may serve from it.

Kept in the collection `meta`: `schema` {number, applied}, `migration` (a lease), `epoch` {value}. Schema changes go
forward only: each is a module in `storage/migrations/` with a NUMBER and an `apply`; numbers have no holes.

May be imported by every floor.
"""

import asyncio
import importlib
import pkgutil
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import storage.migrations
from storage.client import Mongo
from storage.clock import Clock, utc
from storage.errors import Duplicate, GuardFailed, NotReady
from storage.indexes import IndexSpec
from storage.tasks import Tasks

META = "meta"

LEASE_S = 30.0
"""A migrator that was killed keeps others waiting this long; a living one renews it three times as often."""

LEASE_LIMIT_S = 600.0
PAUSE_S = 0.2


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema.

    Attributes:
        number: Its place, from 1.
        name: Name of its module.
        apply: Does it. May be run again after a crash in its midst, so it tolerates work already done.
    """

    number: int
    name: str
    apply: Callable[[Mongo], Awaitable[None]]


def known_migrations() -> tuple[Migration, ...]:
    """All migrations of this version, in order; raises ValueError when their numbers have a hole or a double."""
    found = []
    for module in pkgutil.iter_modules(storage.migrations.__path__):
        loaded = importlib.import_module(f"storage.migrations.{module.name}")
        found.append(Migration(loaded.NUMBER, module.name, loaded.apply))
    return in_order(found)


def in_order(migrations: Iterable[Migration]) -> tuple[Migration, ...]:
    """The migrations sorted; raises ValueError unless they are numbered 1, 2, 3 and so on."""
    ordered = tuple(sorted(migrations, key=lambda migration: migration.number))
    if [migration.number for migration in ordered] != list(range(1, len(ordered) + 1)):
        raise ValueError(f"migrations are not numbered 1, 2, 3 …: {[m.name for m in ordered]}")
    return ordered


async def schema_number(mongo: Mongo) -> int:
    """How many migrations the database has seen; 0 for an empty one."""
    row = await mongo[META].find_one({"_id": "schema"})
    return int(row["number"]) if row else 0


async def migrate(
    mongo: Mongo,
    clock: Clock,
    migrations: Sequence[Migration] | None = None,
    progress: Callable[[Migration], None] = lambda migration: None,
) -> int:
    """Bring the database to the schema of this version. Safe in several processes at once: one works, the others wait.

    Args:
        mongo: The database.
        clock: For the record of when.
        migrations: For tests; all known ones by default.
        progress: Told each migration as it begins.

    Returns:
        How many migrations were applied by this call.

    Raises:
        NotReady: The database is newer than this code, or another process holds the lease for too long.
    """
    steps = known_migrations() if migrations is None else in_order(migrations)
    if await schema_number(mongo) == len(steps):
        return 0
    async with _lease(mongo):
        number = await schema_number(mongo)
        _refuse_newer(number, len(steps))
        await mongo[META].update_one({"_id": "schema"}, {"$setOnInsert": {"number": 0}}, upsert=True)
        for step in steps[number:]:
            progress(step)
            await step.apply(mongo)
            await _record(mongo, step, clock.now_ms())
    return len(steps) - number


async def check_schema(mongo: Mongo, specs: Iterable[IndexSpec], known: int | None = None) -> None:
    """Refuse to serve from a database that does not fit.

    Args:
        mongo: The database.
        specs: Every index that the code relies on.
        known: How many migrations the code knows; counted by default.

    Raises:
        NotReady: The schema is newer or older than this code, or an index is missing or different; the text says which.
    """
    number = await schema_number(mongo)
    expected = len(known_migrations()) if known is None else known
    _refuse_newer(number, expected)
    if number < expected:
        raise NotReady(
            f"the database has schema {number}, this version needs {expected}: run `huitang migrate`"
        )
    if faulty := await mongo.check_indexes(specs):
        raise NotReady(f"indexes missing or different: {', '.join(faulty)}; run `huitang migrate`")


async def epoch(mongo: Mongo) -> str:
    """The log's epoch, 16 hexadecimal digits; made on the first call. It changes only when a backup is restored."""
    row = await mongo[META].find_one({"_id": "epoch"})
    if row is None:
        with suppress(Duplicate):  # another process may be faster
            await mongo[META].insert_one({"_id": "epoch", "value": secrets.token_hex(8)})
        row = await mongo[META].find_one({"_id": "epoch"})
    if row is None:
        raise NotReady("the log's epoch was removed while it was read")
    return str(row["value"])


async def new_epoch(mongo: Mongo) -> str:
    """Give the log another epoch: after a restore, when numbers may be given a second time. Clients start over."""
    value = secrets.token_hex(8)
    await mongo[META].update_one({"_id": "epoch"}, {"$set": {"value": value}}, upsert=True)
    return value


def _refuse_newer(number: int, expected: int) -> None:
    if number > expected:
        raise NotReady(
            f"the database has schema {number}, newer than this version ({expected}): update the program"
        )


async def _record(mongo: Mongo, step: Migration, now_ms: int) -> None:
    done = {"number": step.number, "name": step.name, "at_ms": now_ms}
    changed = await mongo[META].update_one(
        {"_id": "schema", "number": step.number - 1},
        {"$set": {"number": step.number}, "$push": {"applied": done}},
    )
    if changed == 0:
        raise GuardFailed(f"another process applied migration {step.number} meanwhile")


@asynccontextmanager
async def _lease(mongo: Mongo) -> AsyncIterator[None]:
    """Hold the right to migrate. Time is the database server's, so that clocks of processes need not agree."""
    holder = secrets.token_hex(8)
    deadline = asyncio.get_running_loop().time() + LEASE_LIMIT_S
    while not await _take_lease(mongo, holder):
        if asyncio.get_running_loop().time() > deadline:
            raise NotReady("another process has been migrating for too long")
        await asyncio.sleep(PAUSE_S)
    try:
        async with Tasks() as tasks:
            tasks.start(_renew(mongo, holder), name="migration lease")
            yield
    finally:
        await mongo[META].delete_one({"_id": "migration", "holder": holder})


async def _take_lease(mongo: Mongo, holder: str) -> bool:
    with suppress(Duplicate):  # another process may be faster
        await mongo[META].update_one(
            {"_id": "migration"}, {"$setOnInsert": {"holder": holder, "until": utc(0)}}, upsert=True
        )
    free = {"$or": [{"holder": holder}, {"$expr": {"$lt": ["$until", "$$NOW"]}}]}
    until = {"$add": ["$$NOW", int(LEASE_S * 1000)]}
    changed = await mongo[META].update_one(
        {"_id": "migration", **free}, [{"$set": {"holder": holder, "until": until}}]
    )
    return changed == 1


async def _renew(mongo: Mongo, holder: str) -> None:
    while True:
        await asyncio.sleep(LEASE_S / 3)
        await _take_lease(mongo, holder)
