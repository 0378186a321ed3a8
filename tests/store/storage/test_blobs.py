"""Attachments on a real mongod: whole or not there, bounded, readable by other GridFS tools."""

import hashlib
from collections.abc import AsyncIterator

import gridfs
import pytest
from pymongo import MongoClient

from storage.blobs import BLOB_INDEXES, CHUNK_BYTES, CHUNKS, CHUNKS_AT_ONCE, FILES, Blobs
from storage.client import Mongo, MongoSettings
from storage.clock import FixedClock
from storage.errors import NotFound, TooLarge
from storage.ids import SystemIds
from tests.kit.values import CountingIds

LIMIT = 6 * 1024 * 1024


@pytest.fixture
async def blobs(mongo: Mongo, clock: FixedClock, ids: CountingIds) -> Blobs:
    await mongo.ensure_indexes(BLOB_INDEXES)
    return Blobs(mongo, clock, ids, largest_bytes=LIMIT)


async def pieces(content: bytes, size: int) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


def some(size: int) -> bytes:
    return (b"0123456789abcdef" * (size // 16 + 1))[:size]


async def read(blobs: Blobs, ident: str) -> bytes:
    _, content = await blobs.open(ident)
    return b"".join([piece async for piece in content])


@pytest.mark.parametrize(
    "size",
    [
        0,
        1,
        CHUNK_BYTES - 1,
        CHUNK_BYTES,
        CHUNK_BYTES + 1,
        CHUNK_BYTES * CHUNKS_AT_ONCE,
        CHUNK_BYTES * 9 + 7,
        LIMIT,
    ],
)
async def test_what_goes_in_comes_out(blobs: Blobs, clock: FixedClock, size: int) -> None:
    content = some(size)
    blob = await blobs.write(
        pieces(content, 100_000), name="名单.xlsx", mime="text/plain", meta={"room": "r1"}
    )
    assert await blobs.describe(blob.id) == blob
    assert (blob.size_bytes, blob.sha256) == (size, hashlib.sha256(content).hexdigest())
    assert (blob.name, blob.mime, blob.meta) == ("名单.xlsx", "text/plain", {"room": "r1"})
    assert blob.stored_at_ms == clock.now_ms()
    assert await read(blobs, blob.id) == content
    same = await blobs.write(content, name="n", mime="m")
    assert (same.sha256, same.meta) == (blob.sha256, {})
    assert await read(blobs, same.id) == content


async def test_too_much_is_refused_and_leaves_nothing(blobs: Blobs, mongo: Mongo) -> None:
    with pytest.raises(TooLarge):
        await blobs.write(pieces(some(LIMIT + 1), 300_000), name="n", mime="m")
    assert await mongo[CHUNKS].count({}) == await mongo[FILES].count({}) == 0


async def test_a_sender_who_breaks_off_leaves_nothing(blobs: Blobs, mongo: Mongo) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield some(CHUNK_BYTES * 10)
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await blobs.write(broken(), name="n", mime="m")
    assert await mongo[CHUNKS].count({}) == await mongo[FILES].count({}) == 0


async def test_deleted_is_gone(blobs: Blobs, mongo: Mongo) -> None:
    blob = await blobs.write(some(CHUNK_BYTES * 20), name="n", mime="m")
    _, content = await blobs.open(blob.id)
    await anext(content)
    assert await blobs.delete(blob.id)
    assert not await blobs.delete(blob.id)
    assert await mongo[CHUNKS].count({}) == 0
    with pytest.raises(NotFound):
        await blobs.open(blob.id)
    with pytest.raises(NotFound):
        [piece async for piece in content]


async def test_leavings_of_a_crash_are_swept_but_not_what_is_being_written(
    mongo: Mongo, blobs: Blobs
) -> None:
    kept = await blobs.write(some(10), name="n", mime="m")
    young = SystemIds().uuid7()
    old = CountingIds().uuid7().replace("0001", "0fff")
    await mongo[CHUNKS].insert_many(
        [{"files_id": ident, "n": n, "data": b"x"} for ident in (old, young) for n in (0, 1)]
    )
    assert await blobs.sweep(before_ms=0x0190_0000_0001) == 1
    assert await blobs.sweep(before_ms=0x0190_0000_0001) == 0
    assert await mongo[CHUNKS].count({"files_id": old}) == 0
    assert await mongo[CHUNKS].count({"files_id": young}) == 2
    assert await read(blobs, kept.id) == some(10)


async def test_other_gridfs_tools_understand_it(mongo_settings: MongoSettings, blobs: Blobs) -> None:
    content = some(CHUNK_BYTES + 5)
    blob = await blobs.write(content, name="n.txt", mime="text/plain")
    client: MongoClient[dict[str, object]]
    with MongoClient(mongo_settings.url) as client:
        bucket = gridfs.GridFSBucket(client[mongo_settings.database])
        stored = bucket.open_download_stream(blob.id)
        assert (stored.read(), stored.filename) == (content, "n.txt")
        assert stored.metadata is not None
        assert stored.metadata["mime"] == "text/plain"
