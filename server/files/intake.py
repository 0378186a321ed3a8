"""Taking a file in: from a stream of bytes to an upload that a message may name. May be imported by server.

name and declared type -> bytes to a private folder, counted -> first bytes -> workbench -> blobs -> record
"""

import asyncio
import codecs
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import unquote_to_bytes

from channels.chat.protocol import ChatAttachment
from channels.chat.text import BadText, clean_file_name
from channels.chat.uploads import Upload
from channels.protocol.errors import BUSY, Refused
from server.files.bench import Bench, Made
from server.files.errors import (
    FILE_GONE,
    UPLOAD_EMPTY,
    UPLOAD_MISMATCH,
    UPLOAD_NAME,
    UPLOAD_TOO_LARGE,
    UPLOADS_FULL,
)
from server.files.kinds import MB, SNIFF_BYTES, FileKind, check_content, kind_of, with_extension
from server.files.shelf import Shelf
from server.http.errors import SLOW_REQUEST
from storage.ids import RoomId

UNDER_WAY_MAX = 64  # uploads at once: 64 MiB of buffers, and as many temporary files
LOOSE_MAX = 40  # files of one member that wait for a message: four full messages
NAME_HEADER_MAX = 2_000  # percent-encoded name; 120 Chinese characters need 1 080
PIECE_LIMIT_S = 20.0  # silence of a sender
BODY_LIMIT_S = 300.0  # 20 MB at 70 kB/s
BUFFER_BYTES = MB
WEBP = "image/webp"


@dataclass(frozen=True, slots=True)
class Order:
    """What a sender says about a file.

    Attributes:
        owner: Who sends it.
        room: For which room.
        name: Cleaned name.
        kind: What it claims to be.
    """

    owner: str
    room: RoomId
    name: str
    kind: FileKind


def read_order(owner: str, room: str, name_header: str, declared: str) -> Order:
    """The headers of an upload.

    Raises:
        Refused: UPLOAD_NAME, UPLOAD_TYPE, UPLOAD_MISMATCH.
    """
    if not name_header or len(name_header) > NAME_HEADER_MAX:
        raise Refused(UPLOAD_NAME)
    try:
        name = clean_file_name(unquote_to_bytes(name_header).decode())
    except (BadText, UnicodeDecodeError):
        raise Refused(UPLOAD_NAME) from None
    return Order(owner, RoomId(room), name, kind_of(name, declared))


class Intake:
    """Takes files in for one process.

    Args:
        shelf: Where they go.
        bench: Where they are looked at.
    """

    def __init__(self, shelf: Shelf, bench: Bench) -> None:
        self._shelf = shelf
        self._bench = bench
        self._under_way = 0

    async def take(self, order: Order, file: str, body: AsyncIterator[bytes]) -> ChatAttachment:
        """Take one file in.

        Args:
            order: What the sender says.
            file: Id of the upload.
            body: The bytes.

        Raises:
            Refused: UPLOADS_FULL, BUSY, UPLOAD_…, IMAGE_…, DOCUMENT_REFUSED, SLOW_REQUEST; nothing is kept then.
        """
        if await self._shelf.loose_count(order.owner, LOOSE_MAX) >= LOOSE_MAX:
            raise Refused(UPLOADS_FULL, max=LOOSE_MAX)
        if self._under_way >= UNDER_WAY_MAX:
            raise Refused(BUSY, retry_after_ms=2_000)
        self._under_way += 1
        try:
            with tempfile.TemporaryDirectory(prefix="huitang-upload-") as folder:
                return await self._take(order, file, body, Path(folder))
        finally:
            self._under_way -= 1

    async def _take(
        self, order: Order, file: str, body: AsyncIterator[bytes], folder: Path
    ) -> ChatAttachment:
        source = folder / "source"
        size_bytes = await receive(source, body, order.kind.limit_bytes)
        await asyncio.to_thread(check_source, order.kind, source)
        made = Made()
        if order.kind.task in ("image", "office"):
            made = await self._bench.run(order.kind, order.name, folder)
        await self._shelf.announce(file, order.owner, order.room)
        try:
            return await self._keep(order, file, folder, size_bytes, made)
        except BaseException:
            await self._shelf.drop(file)
            raise

    async def _keep(
        self, order: Order, file: str, folder: Path, size_bytes: int, made: Made
    ) -> ChatAttachment:
        image = order.kind.is_image
        mime = WEBP if image else order.kind.mime
        full = await self._shelf.put(file, "full", folder / ("full.webp" if image else "source"), mime)
        small = await self._shelf.put(file, "thumbnail", folder / "thumbnail.webp", WEBP) if image else None
        attachment = ChatAttachment(
            id=file,
            name=with_extension(order.name, "webp") if image else order.name,
            kind="image" if image else "file",
            mime=mime,
            size_bytes=full.size_bytes if image else size_bytes,
            width=made.width,
            height=made.height,
            thumbnail=image,
        )
        upload = Upload(file, order.owner, order.room, attachment, full.id, small.id if small else None)
        if not await self._shelf.complete(upload):
            raise Refused(FILE_GONE)
        return attachment


async def receive(path: Path, body: AsyncIterator[bytes], limit_bytes: int) -> int:
    """Write a stream to a file.

    Returns:
        Its length in bytes.

    Raises:
        Refused: UPLOAD_TOO_LARGE, UPLOAD_EMPTY, SLOW_REQUEST.
    """
    size_bytes = 0
    buffer = bytearray()
    with path.open("wb") as file:
        try:
            async with asyncio.timeout(BODY_LIMIT_S):
                while piece := await _next_piece(body):
                    size_bytes += len(piece)
                    if size_bytes > limit_bytes:
                        raise Refused(UPLOAD_TOO_LARGE, mb=limit_bytes // MB)
                    buffer += piece
                    if len(buffer) >= BUFFER_BYTES:
                        await asyncio.to_thread(_write, file, bytes(buffer))
                        buffer.clear()
        except TimeoutError:
            raise Refused(SLOW_REQUEST) from None
        await asyncio.to_thread(_write, file, bytes(buffer))
    if not size_bytes:
        raise Refused(UPLOAD_EMPTY)
    return size_bytes


async def _next_piece(body: AsyncIterator[bytes]) -> bytes:
    async with asyncio.timeout(PIECE_LIMIT_S):
        return await anext(body, b"")


def _write(file: IO[bytes], content: bytes) -> None:
    file.write(content)


def check_source(kind: FileKind, source: Path) -> None:
    """Compare a received file with what it claims to be; text must be readable text.

    Raises:
        Refused: UPLOAD_MISMATCH.
    """
    with source.open("rb") as file:
        check_content(kind, file.read(SNIFF_BYTES))
    if kind.task == "text" and not is_text(source.read_bytes()):
        raise Refused(UPLOAD_MISMATCH)


def is_text(content: bytes) -> bool:
    """True for UTF-8, UTF-16 with a byte order mark, and GB18030 without control characters."""
    encodings = (
        ("utf-16",) if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ("utf-8", "gb18030")
    )
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return not any(control in text for control in CONTROLS)
    return False


CONTROLS = tuple(chr(code) for code in range(32) if chr(code) not in "\t\n\r\x0b\x0c\x1a\x1b")
"""What no text holds; tabulators, line and page ends, the old end-of-file and escape sequences of log files do occur."""
