"""Attachments, stored in MongoDB in the layout of GridFS (specification "GridFS", collections `fs.files`, `fs.chunks`).

Written over our own collections and not over the drivers' GridFS classes: so that every chunk has the same time limits,
durability and protection from cancelled callers as any other write, on both drivers. Other GridFS tools can read it.

May be imported by every floor.
"""

import hashlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from storage.client import Document, Mongo
from storage.clock import Clock, SystemClock, utc
from storage.errors import NotFound, TooLarge
from storage.ids import IdSource, SystemIds
from storage.indexes import IndexSpec

FILES, CHUNKS = "fs.files", "fs.chunks"

CHUNK_BYTES = 255 * 1024  # GridFS's own: a chunk and its frame fit 256 KiB
CHUNKS_AT_ONCE = 8
"""Chunks per round trip, both ways: 2 MiB of memory per transfer."""

LARGEST_BYTES = 64 * 1024 * 1024

BLOB_INDEXES = (
    IndexSpec(CHUNKS, "fs_chunks_files_id_n", (("files_id", 1), ("n", 1)), unique=True),
    IndexSpec(FILES, "fs_files_filename", (("filename", 1), ("uploadDate", 1))),
)


@dataclass(frozen=True, slots=True)
class Blob:
    """One stored attachment.

    Attributes:
        id: UUIDv7.
        name: File name as given.
        mime: Media type as given.
        size_bytes: Length.
        sha256: Of the content, 64 hexadecimal digits.
        stored_at_ms: When it was whole, wall time in milliseconds.
        meta: What else the caller stored with it.
    """

    id: str
    name: str
    mime: str
    size_bytes: int
    sha256: str
    stored_at_ms: int
    meta: Mapping[str, Any] = field(default_factory=dict)


class Blobs:
    """Writes, reads and deletes attachments.

    Args:
        mongo: Where.
        clock: Time; the system's by default.
        ids: Names of new attachments; the system's by default.
        largest_bytes: Larger ones are refused while they are written.
    """

    def __init__(
        self,
        mongo: Mongo,
        clock: Clock | None = None,
        ids: IdSource | None = None,
        largest_bytes: int = LARGEST_BYTES,
    ) -> None:
        self._files = mongo.collection(FILES)
        self._chunks = mongo.collection(CHUNKS)
        self._clock = clock or SystemClock()
        self._ids = ids or SystemIds()
        self._largest_bytes = largest_bytes

    async def write(
        self, chunks: AsyncIterator[bytes] | bytes, *, name: str, mime: str, meta: Document | None = None
    ) -> Blob:
        """Store an attachment; it can be opened once this has returned.

        Args:
            chunks: The content, in pieces of any size.
            name: File name, for people.
            mime: Media type.
            meta: Further values to keep with it (BSON).

        Raises:
            TooLarge: More than `largest_bytes`; nothing is kept.
        """
        ident = self._ids.uuid7()
        try:
            size_bytes, sha256 = await self._write_chunks(ident, chunks)
        except BaseException:
            await self._chunks.delete_many({"files_id": ident})
            raise
        now_ms = self._clock.now_ms()
        kept = {"mime": mime, "sha256": sha256, "meta": meta or {}}
        await self._files.insert_one(
            {
                "_id": ident,
                "length": size_bytes,
                "chunkSize": CHUNK_BYTES,
                "uploadDate": utc(now_ms),
                "filename": name,
                "metadata": kept,
            }
        )
        return Blob(ident, name, mime, size_bytes, sha256, now_ms, meta or {})

    async def open(self, ident: str) -> tuple[Blob, AsyncIterator[bytes]]:
        """Find an attachment.

        Returns:
            Its description, and its content in pieces; the pieces may raise NotFound when it is deleted meanwhile.

        Raises:
            NotFound: There is none of that id.
        """
        blob = await self.describe(ident)
        return blob, self._read(blob)

    async def describe(self, ident: str) -> Blob:
        """The description alone; raises NotFound."""
        row = await self._files.find_one({"_id": ident})
        if row is None:
            raise NotFound("no such attachment")
        kept = row["metadata"]
        stored_at: datetime = row["uploadDate"]
        return Blob(
            id=ident,
            name=row["filename"],
            mime=kept["mime"],
            size_bytes=row["length"],
            sha256=kept["sha256"],
            stored_at_ms=round(stored_at.timestamp() * 1000),
            meta=kept["meta"],
        )

    async def delete(self, ident: str) -> bool:
        """Delete an attachment; False when there was none. Its chunks go too, even those of a broken one."""
        gone = await self._files.delete_one({"_id": ident})
        await self._chunks.delete_many({"files_id": ident})
        return gone > 0

    async def sweep(self, before_ms: int) -> int:
        """Delete chunks whose writing was begun before a wall time and never finished (a crash); returns how many files.

        A UUIDv7 begins with its time of birth in milliseconds (RFC 9562 section 5.7), so old ids sort first.
        """
        born = f"{before_ms:012x}"
        broken = await self._chunks.aggregate(
            [
                {"$match": {"n": 0, "files_id": {"$lt": f"{born[:8]}-{born[8:]}"}}},
                {"$lookup": {"from": FILES, "localField": "files_id", "foreignField": "_id", "as": "file"}},
                {"$match": {"file": []}},
                {"$project": {"files_id": 1}},
                {"$limit": 1000},
            ]
        )
        for row in broken:
            await self._chunks.delete_many({"files_id": row["files_id"]})
        return len(broken)

    async def _write_chunks(self, ident: str, pieces: AsyncIterator[bytes] | bytes) -> tuple[int, str]:
        digest = hashlib.sha256()
        size_bytes = count = 0
        rows: list[Document] = []
        async for chunk in _in_chunks(pieces):
            size_bytes += len(chunk)
            if size_bytes > self._largest_bytes:
                raise TooLarge(f"more than {self._largest_bytes} bytes")
            digest.update(chunk)
            rows.append({"files_id": ident, "n": count, "data": chunk})
            count += 1
            if len(rows) == CHUNKS_AT_ONCE:
                await self._chunks.insert_many(rows)
                rows = []
        await self._chunks.insert_many(rows)
        return size_bytes, digest.hexdigest()

    async def _read(self, blob: Blob) -> AsyncIterator[bytes]:
        count = -(-blob.size_bytes // CHUNK_BYTES)
        for first in range(0, count, CHUNKS_AT_ONCE):
            wanted = min(CHUNKS_AT_ONCE, count - first)
            rows = await self._chunks.find(
                {"files_id": blob.id, "n": {"$gte": first}}, sort=(("n", 1),), limit=wanted
            )
            if [row["n"] for row in rows] != list(range(first, first + wanted)):
                raise NotFound("a part of the attachment is missing")
            for row in rows:
                yield row["data"]


async def _in_chunks(pieces: AsyncIterator[bytes] | bytes) -> AsyncIterator[bytes]:
    """The same bytes in pieces of exactly CHUNK_BYTES, the last one shorter."""
    if isinstance(pieces, bytes):
        for start in range(0, len(pieces), CHUNK_BYTES):
            yield pieces[start : start + CHUNK_BYTES]
        return
    held = bytearray()
    async for piece in pieces:
        held += piece
        while len(held) >= CHUNK_BYTES:
            yield bytes(held[:CHUNK_BYTES])
            del held[:CHUNK_BYTES]
    if held:
        yield bytes(held)
