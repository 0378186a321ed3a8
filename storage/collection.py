"""One MongoDB collection with bounded, durable calls. `storage.client` hands them out; see there for what holds for all.

May be imported through `storage.client` by every floor.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from pymongo import ReturnDocument
from pymongo.errors import BulkWriteError

from storage.batched import Batched
from storage.driver import Driver
from storage.driver_errors import DRIVER_ERRORS, bulk_done, bulk_refused, translate
from storage.errors import Duplicate, PartialInsert, StorageError
from storage.gate import Gate
from storage.indexes import IndexSpec
from storage.transaction import Unit

T = TypeVar("T")
Document = dict[str, Any]
Update = Document | list[Document]
Sort = Sequence[tuple[str, int]]

STREAM_BATCH = 500
"""Documents per round trip of `stream`: some 100 KB of messages."""


class Collection:
    """One collection. See `storage.client` for what holds for every call.

    Every method takes `unit`, the open transaction it belongs to, and may raise Unavailable (outcome unknown), Busy
    (nothing done) and Rejected.
    """

    def __init__(self, raw: Any, driver: Driver, gate: Gate) -> None:  # noqa: ANN401 - a driver's own object
        self._raw = raw
        self._driver = driver
        self._gate = gate
        self._by_id: dict[tuple[str, ...], Batched[str, Document]] = {}

    @property
    def name(self) -> str:
        """Name of the collection."""
        return str(self._raw.name)

    async def find_one(
        self, filter: Document, *, sort: Sort = (), fields: Sequence[str] = (), unit: Unit | None = None
    ) -> Document | None:
        """The first match in `sort` order, or None. `fields`: only these (and `_id`); empty for all."""
        found: Document | None = await self._call(
            unit,
            lambda: self._raw.find_one(
                filter, projection=_projection(fields), sort=list(sort) or None, session=_session(unit)
            ),
        )
        return found

    async def existing(self, idents: Sequence[str]) -> set[str]:
        """Those of the ids that have a document, in one round trip."""
        found = await self.find({"_id": {"$in": list(idents)}}, limit=len(idents), fields=("_id",))
        return {str(document["_id"]) for document in found}

    async def by_id(self, ident: str, *, fields: tuple[str, ...] = ()) -> Mapping[str, Any] | None:
        """The document with this `_id`, or None; many who ask at once share a read, so it is not theirs to change.

        `fields`: only these (and `_id`); empty for all.
        """
        reads = self._by_id.get(fields)
        if reads is None:
            reads = self._by_id[fields] = Batched(partial(self._read_ids, fields))
        return await reads.get(ident)

    async def _read_ids(self, fields: tuple[str, ...], idents: Sequence[str]) -> dict[str, Document]:
        found = await self.find({"_id": {"$in": list(idents)}}, fields=fields, limit=len(idents))
        return {document["_id"]: document for document in found}

    async def find(  # noqa: PLR0913 - the parts of a query
        self,
        filter: Document,
        *,
        limit: int,
        sort: Sort = (),
        skip: int = 0,
        fields: Sequence[str] = (),
        unit: Unit | None = None,
    ) -> list[Document]:
        """At most `limit` (>= 0) matches in `sort` order, after the first `skip`, in one round trip."""
        if limit < 1:
            if limit < 0:
                raise ValueError("limit must not be negative")
            return []  # MongoDB reads a limit of 0 as no limit

        def fetch() -> Awaitable[list[Document]]:
            cursor = self._raw.find(
                filter,
                projection=_projection(fields),
                sort=list(sort) or None,
                skip=skip,
                limit=limit,
                batch_size=limit + 1,
                session=_session(unit),
            )
            found: Awaitable[list[Document]] = cursor.to_list(limit)
            return found

        return await self._call(unit, fetch)

    async def stream(
        self, filter: Document, *, sort: Sort = (), fields: Sequence[str] = ()
    ) -> AsyncIterator[Document]:
        """All matches, read in batches; each batch takes a place of its own, so a slow reader holds none."""
        cursor = self._raw.find(
            filter, projection=_projection(fields), sort=list(sort) or None, batch_size=STREAM_BATCH
        )
        reading = Unit(None)  # its lock keeps the close behind a batch whose reader was cancelled

        async def next_batch() -> list[Document]:
            async with reading.lock:
                batch: list[Document] = await cursor.to_list(STREAM_BATCH)
                return batch

        async def close() -> None:
            async with reading.lock:
                await cursor.close()

        try:
            while batch := await self._call(None, next_batch):
                for document in batch:
                    yield document
        finally:
            await self._call(None, close)

    async def count(self, filter: Document, *, limit: int | None = None, unit: Unit | None = None) -> int:
        """How many match; counts no further than `limit`."""
        options = {} if limit is None else {"limit": limit}
        counted: int = await self._call(
            unit, lambda: self._raw.count_documents(filter, session=_session(unit), **options)
        )
        return counted

    async def insert_one(self, document: Document, *, unit: Unit | None = None) -> None:
        """Store one document; a missing `_id` is added to it.

        Raises:
            Duplicate: A unique index refused it.
        """
        await self._call(unit, lambda: self._raw.insert_one(document, session=_session(unit)))

    async def insert_many(self, documents: Sequence[Document], *, unit: Unit | None = None) -> None:
        """Store documents in order, stopping at the first that is refused; missing `_id`s are added to them.

        Raises:
            PartialInsert: A unique index refused one; `done` were stored before it (in a transaction: none).
        """
        if not documents:
            return

        async def insert() -> None:
            try:
                await self._raw.insert_many(documents, ordered=True, session=_session(unit))
            except BulkWriteError as error:
                fault = translate(error)
                if isinstance(fault, Duplicate):
                    raise PartialInsert(fault.index, bulk_done(error)) from None
                raise

        await self._call(unit, insert)

    async def insert_each(self, documents: Sequence[Document]) -> dict[int, StorageError]:
        """Store every document that is not refused, in any order; missing `_id`s are added to them.

        Returns:
            Position -> why, for each document that was refused; all others are stored.
        """
        refused: dict[int, StorageError] = {}

        async def insert() -> None:
            try:
                await self._raw.insert_many(documents, ordered=False)
            except BulkWriteError as error:
                refused.update(bulk_refused(error))
                if not refused:
                    raise

        await self._call(None, insert)
        return refused

    async def update_one(
        self, filter: Document, update: Update, *, upsert: bool = False, unit: Unit | None = None
    ) -> int:
        """Change the first match; returns how many matched or were inserted (0 or 1).

        Raises:
            Duplicate: A unique index refused the result.
        """
        outcome = await self._call(
            unit, lambda: self._raw.update_one(filter, update, upsert=upsert, session=_session(unit))
        )
        return int(outcome.matched_count) + (outcome.upserted_id is not None)

    async def update_many(self, filter: Document, update: Update, *, unit: Unit | None = None) -> int:
        """Change all matches; returns how many matched. Not atomic over documents outside a transaction."""
        outcome = await self._call(
            unit, lambda: self._raw.update_many(filter, update, session=_session(unit))
        )
        return int(outcome.matched_count)

    async def find_one_and_update(  # noqa: PLR0913 - the parts of a query
        self,
        filter: Document,
        update: Update,
        *,
        upsert: bool = False,
        before: bool = False,
        sort: Sort = (),
        unit: Unit | None = None,
    ) -> Document | None:
        """Change the first match and return it as it is now (`before`: as it was); None when nothing matched.

        Raises:
            Duplicate: A unique index refused the result.
        """
        found: Document | None = await self._call(
            unit,
            lambda: self._raw.find_one_and_update(
                filter,
                update,
                upsert=upsert,
                sort=list(sort) or None,
                return_document=ReturnDocument.BEFORE if before else ReturnDocument.AFTER,
                session=_session(unit),
            ),
        )
        return found

    async def find_one_and_delete(self, filter: Document, *, unit: Unit | None = None) -> Document | None:
        """Delete the first match and return it; None when nothing matched."""
        found: Document | None = await self._call(
            unit, lambda: self._raw.find_one_and_delete(filter, session=_session(unit))
        )
        return found

    async def delete_one(self, filter: Document, *, unit: Unit | None = None) -> int:
        """Delete the first match; returns 0 or 1."""
        outcome = await self._call(unit, lambda: self._raw.delete_one(filter, session=_session(unit)))
        return int(outcome.deleted_count)

    async def delete_many(self, filter: Document, *, unit: Unit | None = None) -> int:
        """Delete all matches; returns how many."""
        outcome = await self._call(unit, lambda: self._raw.delete_many(filter, session=_session(unit)))
        return int(outcome.deleted_count)

    async def aggregate(self, pipeline: list[Document], *, unit: Unit | None = None) -> list[Document]:
        """All results of a pipeline; the caller's pipeline bounds them (`$limit`)."""

        async def fetch() -> list[Document]:
            cursor = await self._driver.aggregate(self._raw, pipeline, _session(unit))
            found: list[Document] = await cursor.to_list(None)
            return found

        return await self._call(unit, fetch)

    async def indexes(self) -> list[Document]:
        """The indexes as the server describes them; empty when the collection does not exist."""

        async def fetch() -> list[Document]:
            cursor = await self._driver.list_indexes(self._raw)
            found: list[Document] = await cursor.to_list(None)
            return [dict(index) for index in found]

        return await self._call(None, fetch)

    async def create_index(self, spec: IndexSpec) -> None:
        """Create one index; no change when the very same exists."""
        options: Document = {"name": spec.name, "unique": spec.unique}
        if spec.partial:
            options["partialFilterExpression"] = spec.partial
        if spec.expire_after_s is not None:
            options["expireAfterSeconds"] = spec.expire_after_s
        await self._call(None, lambda: self._raw.create_index(list(spec.keys), **options))

    async def drop_index(self, name: str) -> None:
        """Drop one index; for migrations."""
        await self._call(None, lambda: self._raw.drop_index(name))

    async def _call(self, unit: Unit | None, operation: Callable[[], Awaitable[T]]) -> T:
        try:
            if unit is None:
                return await self._gate.run(operation)
            return await unit.run(operation)  # its transaction holds the place
        except DRIVER_ERRORS as error:
            raise translate(error) from None


def _session(unit: Unit | None) -> Any:  # noqa: ANN401 - a driver's own object
    return None if unit is None else unit.session


def _projection(fields: Sequence[str]) -> list[str] | None:
    return list(fields) or None
