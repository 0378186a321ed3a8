"""Where the bytes of uploads stand, and how they are let go. May be imported by server.

An upload is written down (loose) before its first byte is stored, and its blobs are named after it; so whatever a crash
leaves behind is found by the sweep: no blob without a record. A record without blobs is an upload that never ended.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import structlog

from channels.chat.uploads import UPLOADS, Upload, new_upload
from storage.blobs import FILES, Blob, Blobs
from storage.client import Document, Mongo
from storage.clock import Clock

logger = structlog.stdlib.get_logger("huitang.files")

LOOSE_MS = 86_400_000  # a day: a draft with pictures may wait over night
SWEEP_MAX = 200  # records in one sweep step; bounds how long it keeps the database busy
READ_BYTES = 1024 * 1024


class Shelf:
    """Records and blobs of uploads.

    Args:
        mongo: Records.
        blobs: Bytes.
        clock: Time.
    """

    def __init__(self, mongo: Mongo, blobs: Blobs, clock: Clock) -> None:
        self._uploads = mongo.collection(UPLOADS)
        self._files = mongo.collection(FILES)
        self._blobs = blobs
        self._clock = clock

    async def loose_count(self, owner: str, limit: int) -> int:
        """How many files of a member wait for a message; counts no further than `limit`."""
        return await self._uploads.count({"owner": owner, "attached": {"$exists": False}}, limit=limit)

    async def announce(self, file: str, owner: str, room: str) -> None:
        """Write down that an upload begins."""
        now_ms = self._clock.now_ms()
        await self._uploads.insert_one({"_id": file, "owner": owner, "room": room, "loose_since_ms": now_ms})

    async def put(self, file: str, part: str, path: Path, mime: str) -> Blob:
        """Store one part (`full`, `thumbnail`) of an announced upload."""
        return await self._blobs.write(_pieces(path), name=f"{file}/{part}", mime=mime)

    async def complete(self, upload: Upload) -> bool:
        """Make an upload fit to be sent; False when it was swept meanwhile."""
        document = new_upload(upload, self._clock.now_ms())
        del document["_id"]
        return bool(await self._uploads.update_one({"_id": upload.file}, {"$set": document}))

    async def drop(self, file: str) -> None:
        """Remove the blobs of an upload, then its record."""
        names = [f"{file}/full", f"{file}/thumbnail"]
        stored = await self._files.find({"filename": {"$in": names}}, fields=("_id",), limit=10)
        for row in stored:
            await self._blobs.delete(row["_id"])
        await self._uploads.delete_one({"_id": file})

    async def sweep(self) -> int:
        """Remove uploads that nobody sent within a day, and those whose message is gone; returns how many."""
        due: Document = {"loose_since_ms": {"$lt": self._clock.now_ms() - LOOSE_MS}}
        found = await self._uploads.find(due, sort=(("loose_since_ms", 1),), fields=("_id",), limit=SWEEP_MAX)
        for row in found:
            await self.drop(row["_id"])
        if found:
            logger.info("uploads swept", removed=len(found))
        return len(found)


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    """The bytes of a file, read off the loop."""
    with path.open("rb") as file:
        while piece := await asyncio.to_thread(file.read, READ_BYTES):
            yield piece
