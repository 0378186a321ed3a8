"""MongoDB as the rest of the house sees it: collections with bounded, durable calls, and transactions.

Invariants: every write is acknowledged only after `w: majority, j: true`; every read is a majority read from the
primary; every call takes a place of one first-in first-out queue no wider than the pool and has a time limit; a caller
that is cancelled never cancels a driver call; nothing a driver throws leaves this module as it is.

A stored document is a dict of BSON values; integers have 64 bits, datetimes are aware UTC. May be imported by every floor.
"""

import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from storage.collection import Collection, Document
from storage.driver import DURABLE, MAJORITY, PRIMARY, Driver, DriverName, open_driver
from storage.driver_errors import DRIVER_ERRORS, translate
from storage.errors import NotReady, PartialInsert
from storage.gate import Gate
from storage.indexes import IndexSpec
from storage.transaction import Unit, transact

__all__ = ["Collection", "Document", "Mongo", "MongoSettings", "PartialInsert", "Unit"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class MongoSettings:
    """How to reach the database.

    Attributes:
        url: MongoDB connection string; never logged, it may hold a password.
        database: Database name.
        driver: `motor` (default) or `pymongo`.
        pool: Connections, and operations under way, at most. 16 keeps a 2-core server busy without a queue in mongod.
        waiting: Callers that may queue for a place; one more gets Busy.
        timeout_s: Limit of one operation in seconds, server selection and retries included; also of the wait for a place.
    """

    url: str = field(repr=False)
    database: str
    driver: DriverName = "motor"
    pool: int = 16
    waiting: int = 16_384
    timeout_s: float = 10.0


class Mongo:
    """An open database. `Mongo.open` connects; `close` waits for operations under way."""

    def __init__(self, settings: MongoSettings, driver: Driver) -> None:
        self._settings = settings
        self._driver = driver
        self._database = driver.database(settings.database)
        self._gate = Gate(settings.pool, settings.waiting, settings.timeout_s)
        # Half of the places at most: a body that reads outside its own unit must always find one, or bodies that hold
        # all places would wait for each other.
        self._transactions = Gate(max(1, settings.pool // 2), settings.waiting, settings.timeout_s)
        self._collections: dict[str, Collection] = {}

    @classmethod
    async def open(cls, settings: MongoSettings) -> "Mongo":
        """Connect and ask once.

        Raises:
            Unavailable: Nobody answers.
            Rejected: The log-in is refused.
        """
        driver = open_driver(settings.driver, settings.url, pool=settings.pool, timeout_s=settings.timeout_s)
        mongo = cls(settings, driver)
        try:
            await mongo.ping()
        except BaseException:
            await driver.close()
            raise
        return mongo

    @property
    def database(self) -> str:
        """Name of the database."""
        return self._settings.database

    @property
    def waiting(self) -> int:
        """How many callers queue for a place now."""
        return self._gate.waiting

    @property
    def under_way(self) -> int:
        """How many operations the driver has now; a transaction is one."""
        return self._gate.under_way

    def collection(self, name: str) -> Collection:
        """The collection of that name; made by its first write."""
        if name not in self._collections:
            raw = self._database.get_collection(
                name, read_preference=PRIMARY, write_concern=DURABLE, read_concern=MAJORITY
            )
            self._collections[name] = Collection(raw, self._driver, self._gate)
        return self._collections[name]

    def __getitem__(self, name: str) -> Collection:
        return self.collection(name)

    async def transaction(self, body: Callable[[Unit], Awaitable[T]]) -> T:
        """Run `body` as one transaction: all of its writes or none, on a snapshot, durable when this returns.

        The whole transaction has one place in the queue and a task of its own: a cancelled caller does not stop it.

        Args:
            body: Is given the unit to pass to every call that belongs to the transaction. It may be run several
                times (conflicts), so it keeps no side effects outside the database. It lets storage errors out: the
                server has already aborted the transaction when one is raised.

        Returns:
            What `body` returned in the run that was committed.

        Raises:
            Unavailable: Conflicts or outages lasted longer than the time limit; whether it took effect is unknown.
            Exception: Whatever `body` raises, after everything was rolled back.
        """
        limit_s = self._settings.timeout_s

        def enter() -> Awaitable[T]:
            return self._gate.run(
                lambda: transact(self._driver, body, limit_s, random.random), limit_s=2 * limit_s
            )

        try:
            return await self._transactions.run(enter, limit_s=4 * limit_s)
        except DRIVER_ERRORS as error:
            raise translate(error) from None

    async def ensure_indexes(self, specs: Iterable[IndexSpec]) -> None:
        """Create the indexes that are missing.

        Raises:
            NotReady: One of that name exists and differs; a migration must replace it.
            Rejected: Stored documents break a new unique index.
        """
        for spec, existing in await self._compare(specs):
            if existing is not None:
                raise NotReady(f"index {spec.name} of {spec.collection} differs from what this version needs")
            await self[spec.collection].create_index(spec)

    async def check_indexes(self, specs: Iterable[IndexSpec]) -> list[str]:
        """Names of the indexes that are missing or different."""
        return [spec.name for spec, _ in await self._compare(specs)]

    async def _compare(self, specs: Iterable[IndexSpec]) -> list[tuple[IndexSpec, Document | None]]:
        faulty: list[tuple[IndexSpec, Document | None]] = []
        stored: dict[str, dict[str, Document]] = {}
        for spec in specs:
            if spec.collection not in stored:
                described = await self[spec.collection].indexes()
                stored[spec.collection] = {index["name"]: index for index in described}
            existing = stored[spec.collection].get(spec.name)
            if existing is None or not _same_index(spec, existing):
                faulty.append((spec, existing))
        return faulty

    async def ping(self) -> None:
        """One round trip; raises Unavailable when nobody answers."""
        await self._command({"ping": 1})

    async def server_version(self) -> str:
        """Version of the MongoDB server, e.g. `6.0.5`."""
        return str((await self._command({"buildInfo": 1}))["version"])

    async def _command(self, command: Document) -> Document:
        try:
            answer: Document = await self._gate.run(lambda: self._database.command(command))
        except DRIVER_ERRORS as error:
            raise translate(error) from None
        return answer

    async def close(self) -> None:
        """Refuse new calls, wait for those under way, close the connections."""
        await self._transactions.close()
        await self._gate.close()
        await self._driver.close()


def _same_index(spec: IndexSpec, existing: Document) -> bool:
    return (
        tuple(existing["key"].items()) == spec.keys
        and bool(existing.get("unique", False)) == spec.unique
        and existing.get("partialFilterExpression", {}) == spec.partial
        and existing.get("expireAfterSeconds") == spec.expire_after_s
    )
