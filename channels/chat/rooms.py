"""Rooms: what there is, who is in it, who may enter.

The room of a branch or group has the unit's id, and who is in it is whoever the roll says is in the unit, now. Nothing
about membership is stored here, so nothing can disagree with the roll. A direct talk is a document with two members; there is
one for each pair. `rooms` also keeps the pins of every room.

Imported by channels.chat and server.
"""

from dataclasses import dataclass
from typing import Literal

from channels.core.actor import Actor
from channels.core.context import Reader
from channels.protocol.errors import UNKNOWN_TOPIC, Refused
from storage.client import Document
from storage.ids import MemberId, RoomId, UnitId
from storage.indexes import IndexSpec

ROOMS = "rooms"

ROOM_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(ROOMS, "rooms_pair", (("pair", 1),), unique=True, partial={"pair": {"$exists": True}}),
    IndexSpec(ROOMS, "rooms_members", (("members", 1),), partial={"members": {"$exists": True}}),
)

DIRECT_MAX = 1_000  # direct talks in one member's list; an organisation's roll is rarely longer


@dataclass(frozen=True, slots=True)
class Room:
    """A room the caller is in.

    Attributes:
        room: Room id.
        unit: The branch or group it belongs to; None for direct talk.
        pair: The two members of a direct talk; empty for a unit's room.
    """

    room: RoomId
    unit: UnitId | None
    pair: tuple[MemberId, ...] = ()

    @property
    def kind(self) -> Literal["unit", "direct"]:
        """`unit` or `direct`."""
        return "direct" if self.unit is None else "unit"

    def other(self, member: str) -> MemberId:
        """The other member of a direct talk."""
        return next(m for m in self.pair if m != member)


def author(actor: Actor) -> MemberId:
    """Who speaks: the member, or a bot's account."""
    return actor.member or MemberId(actor.account)


async def enter(actor: Actor, room: str, reader: Reader) -> Room:
    """The room, when the caller is in it.

    Units are those of the actor, which the roof reads from the roll; nothing is read for a unit's room.

    Raises:
        Refused: UNKNOWN_TOPIC, the same whether there is no such room or it is closed to the caller.
    """
    if UnitId(room) in actor.units:
        return Room(RoomId(room), UnitId(room))
    found = await direct_room(reader, room) if actor.member is not None else None
    if found is None or actor.member not in found.pair:
        raise Refused(UNKNOWN_TOPIC)
    return found


async def direct_room(reader: Reader, room: str) -> Room | None:
    """The direct talk with this id, or None."""
    document = await reader.mongo.collection(ROOMS).find_one({"_id": room, "members": {"$exists": True}})
    return _direct(document) if document else None


async def direct_rooms(reader: Reader, member: str) -> list[Room]:
    """All direct talks of a member."""
    rooms = reader.mongo.collection(ROOMS)
    found = await rooms.find({"members": member}, sort=(("_id", 1),), limit=DIRECT_MAX)
    return [_direct(document) for document in found]


async def room_of_pair(reader: Reader, one: str, other: str) -> RoomId | None:
    """The direct talk of two members, or None."""
    found = await reader.mongo.collection(ROOMS).find_one({"pair": pair_key(one, other)}, fields=("_id",))
    return RoomId(found["_id"]) if found else None


def pair_key(one: str, other: str) -> str:
    """Key of a pair, the same from both sides."""
    return "|".join(sorted((one, other)))


def new_direct(room: str, one: str, other: str, now_ms: int) -> Document:
    """Document of a new direct talk."""
    return {
        "_id": room,
        "kind": "direct",
        "pair": pair_key(one, other),
        "members": sorted((one, other)),
        "created_at_ms": now_ms,
    }


def _direct(document: Document) -> Room:
    return Room(RoomId(document["_id"]), None, tuple(MemberId(m) for m in document["members"]))
