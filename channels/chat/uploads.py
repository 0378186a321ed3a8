"""Uploaded files between upload and message: what is stored about each, who may fetch it now.

A file is loose until a message names it; loose files are their owner's only and are swept after a day. The bytes stand in
`storage.blobs`, the server keeps them; here is the record. A message that is recalled or deleted makes its files loose
since 0, so that access ends with the commit and the sweep takes the bytes at once.

uploads {_id, owner, room, name, kind, mime, size_bytes, width?, height?, thumbnail (bool), blobs {full, thumbnail?},
         attached? (cid of the message), loose_since_ms?}; without blobs while it is still being stored

Imported by channels.chat and server.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from channels.chat.contract import chat_topic
from channels.chat.errors import ATTACHMENT_UNKNOWN
from channels.chat.protocol import ChatAttachment
from channels.chat.rooms import author, direct_room
from channels.core.actor import Actor
from channels.core.context import Reader
from channels.protocol.errors import Refused
from storage.client import Document
from storage.ids import RoomId
from storage.indexes import IndexSpec
from storage.log import Update

UPLOADS = "uploads"

UPLOAD_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(
        UPLOADS, "uploads_loose", (("loose_since_ms", 1),), partial={"loose_since_ms": {"$exists": True}}
    ),
    IndexSpec(UPLOADS, "uploads_owner", (("owner", 1), ("attached", 1))),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A stored file.

    Attributes:
        file: Id, the name it is fetched by.
        owner: Who uploaded it.
        room: Room it was uploaded to.
        attachment: As messages show it.
        full: Blob of the file.
        thumbnail: Blob of the small picture, None without one.
        attached: Client id of the message that holds it, None while loose.
    """

    file: str
    owner: str
    room: RoomId
    attachment: ChatAttachment
    full: str
    thumbnail: str | None
    attached: str | None = None


def new_upload(upload: Upload, now_ms: int) -> Document:
    """Document of a fresh, loose upload."""
    document = upload.attachment.model_dump(exclude={"id"}, exclude_none=True)
    blobs = {"full": upload.full}
    if upload.thumbnail is not None:
        blobs["thumbnail"] = upload.thumbnail
    return document | {
        "_id": upload.file,
        "owner": upload.owner,
        "room": upload.room,
        "blobs": blobs,
        "loose_since_ms": now_ms,
    }


async def find_upload(reader: Reader, file: str) -> Upload | None:
    """The upload, or None."""
    document = await reader.mongo.collection(UPLOADS).find_one({"_id": file, "blobs": {"$exists": True}})
    return _to_upload(document) if document else None


async def loose_uploads(
    reader: Reader, owner: str, room: str, files: Sequence[str]
) -> tuple[ChatAttachment, ...]:
    """Own loose uploads to a room, in the order asked.

    Raises:
        Refused: ATTACHMENT_UNKNOWN when one is missing, attached, or named twice.
    """
    if not files:
        return ()
    wanted = {
        "_id": {"$in": list(files)},
        "owner": owner,
        "room": room,
        "attached": {"$exists": False},
        "blobs": {"$exists": True},
        "loose_since_ms": {"$gt": 0},
    }
    found = await reader.mongo.collection(UPLOADS).find(wanted, limit=len(files))
    by_id = {document["_id"]: _to_upload(document).attachment for document in found}
    if len(by_id) != len(files):
        raise Refused(ATTACHMENT_UNKNOWN)
    return tuple(by_id[file] for file in files)


def attach(owner: str, file: str, cid: str) -> Update:
    """Write that ties a loose upload to the message being sent; GuardFailed when another message was faster."""
    return Update(
        UPLOADS,
        {"_id": file, "owner": owner, "attached": {"$exists": False}, "loose_since_ms": {"$gt": 0}},
        {"$set": {"attached": cid}, "$unset": {"loose_since_ms": ""}},
    )


def let_go(owner: str, cid: str) -> Update:
    """Write that frees the files of a message that is gone, to be swept at once."""
    return Update(
        UPLOADS,
        {"owner": owner, "attached": cid},
        {"$set": {"loose_since_ms": 0}},
        many=True,
        must_match=False,
    )


async def may_fetch(actor: Actor, upload: Upload, reader: Reader) -> bool:
    """True when the caller may have the bytes now: by the roll and the message as they are now.

    Loose files are their owner's; attached ones belong to whoever is in the room, while the message stands.
    """
    if not await is_in_room(actor, upload.room, reader):
        return False
    if upload.attached is None:
        return upload.owner == author(actor)
    entry = await reader.log.by_cid(upload.owner, upload.attached)
    return entry is not None and entry.topic == chat_topic(upload.room) and "gone" not in entry.body


async def is_in_room(actor: Actor, room: str, reader: Reader) -> bool:
    """True when the caller is in the room; the actor is read from the roll for every request."""
    if room in actor.units:
        return True
    direct = await direct_room(reader, room)
    return direct is not None and actor.member is not None and actor.member in direct.pair


def _to_upload(document: dict[str, Any]) -> Upload:
    kind: Literal["image", "file"] = document["kind"]
    attachment = ChatAttachment(
        id=document["_id"],
        name=document["name"],
        kind=kind,
        mime=document["mime"],
        size_bytes=document["size_bytes"],
        width=document.get("width"),
        height=document.get("height"),
        thumbnail=document["thumbnail"],
    )
    blobs = document["blobs"]
    return Upload(
        file=document["_id"],
        owner=document["owner"],
        room=RoomId(document["room"]),
        attachment=attachment,
        full=blobs["full"],
        thumbnail=blobs.get("thumbnail"),
        attached=document.get("attached"),
    )
