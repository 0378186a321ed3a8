"""Files of messages over HTTP: upload to a room, download and thumbnail, judged anew at every request.

May be imported by server.
"""

from urllib.parse import quote

from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from channels.chat.protocol import ChatAttachment
from channels.chat.rooms import author
from channels.chat.uploads import Upload, find_upload, is_in_room, may_fetch
from channels.core.context import Reader
from channels.core.feature import RateClass
from channels.protocol.base import Id, WireModel
from channels.protocol.errors import UNKNOWN_TOPIC, Refused
from server.files.errors import FILE_GONE
from server.files.intake import read_order
from server.files.kinds import DOCUMENT_MAX_BYTES, IMAGE_MAX_BYTES
from server.http.errors import BAD_REQUEST
from server.http.routes import Call, Gate, RouteRow
from storage.errors import NotFound

SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'"
"""Whatever the file holds, opened by itself it may do nothing (ASVS 5.0 5.4)."""


class UploadQuery(WireModel):
    """Where a file is for."""

    room: Id


async def upload(call: Call) -> ChatAttachment:
    """Send a file to a room one is in; a message has to name it within a day. Raw body, Content-Type, X-File-Name."""
    query: UploadQuery = call.query
    headers = call.request.headers
    if not await is_in_room(call.actor, query.room, _reader(call)):
        raise Refused(UNKNOWN_TOPIC)
    owner = author(call.actor)
    order = read_order(owner, query.room, headers.get("x-file-name", ""), headers.get("content-type", ""))
    try:
        return await call.services.intake.take(order, call.services.ids.uuid7(), call.chunks())
    except ClientDisconnect:
        raise Refused(BAD_REQUEST) from None  # nobody is left to read it


async def download(call: Call) -> Response:
    """A file of a message that stands in a room one is in now; own files before they are sent."""
    found = await _allowed(call)
    return await _answer(call, found, found.full, found.attachment.mime)


async def thumbnail(call: Call) -> Response:
    """The small picture of an image."""
    found = await _allowed(call)
    if found.thumbnail is None:
        raise Refused(FILE_GONE)
    return await _answer(call, found, found.thumbnail, "image/webp")


async def _allowed(call: Call) -> Upload:
    """The upload, when the caller may have it now.

    Raises:
        Refused: FILE_GONE, the same for unknown, foreign and gone files.
    """
    reader = _reader(call)
    found = await find_upload(reader, call.part("id"))
    if found is None or not await may_fetch(call.actor, found, reader):
        raise Refused(FILE_GONE)
    return found


async def _answer(call: Call, found: Upload, blob_id: str, mime: str) -> Response:
    try:
        blob, content = await call.services.blobs.open(blob_id)
    except NotFound:
        raise Refused(FILE_GONE) from None
    headers = {
        "content-disposition": disposition(found.attachment),
        "content-length": str(blob.size_bytes),
        "content-security-policy": SANDBOX,
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
    }
    return StreamingResponse(content, media_type=mime, headers=headers)


def disposition(attachment: ChatAttachment) -> str:
    """Content-Disposition (RFC 6266): pictures we made are shown, everything else is saved.

    The plain `filename` holds ASCII letters, digits and a few signs only; `filename*` has the whole name (RFC 8187).
    """
    how = "inline" if attachment.kind == "image" else "attachment"
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in attachment.name)
    return f"{how}; filename=\"{plain}\"; filename*=UTF-8''{quote(attachment.name, safe='')}"


def _reader(call: Call) -> Reader:
    services = call.services
    return Reader(
        services.mongo, services.log, services.cipher, services.clock, services.ids, services.registry.route
    )


FILE_ROUTES: tuple[RouteRow, ...] = (
    RouteRow(
        "POST", "/files", "files.upload", None, ChatAttachment, Gate.MEMBER, upload, query=UploadQuery, raw=True,
        limit_bytes=max(IMAGE_MAX_BYTES, DOCUMENT_MAX_BYTES), status=201, bots=True,
    ),
    RouteRow(
        "GET", "/files/{id}", "files.download", None, None, Gate.MEMBER, download, rate=RateClass.READ, bots=True,
        media="application/octet-stream",
    ),
    RouteRow(
        "GET", "/files/{id}/thumbnail", "files.thumbnail", None, None, Gate.MEMBER, thumbnail, rate=RateClass.READ,
        bots=True, media="image/webp",
    ),
)  # fmt: skip
