"""What each event does to a member's own state. Pure; the specification of the web client's room list.

The room list lives on two streams: the member's own topic `me:<member>`, and the topics `chat:<room>` of the rooms in it.
Both only set, never add up. Live, they may interleave in any way. Two rules keep the list whole:

* Each line says up to which entry of its room's topic it tells everything (`head`). When a snapshot of either topic comes,
  the entries between `head` and the client's position in the room are replayed into the line.
* A client that was away applies what it missed of its own topic first, then that of the rooms: a message that was recalled
  meanwhile no longer shows whom it named, so only the own topic still says that the member follows its thread.

Of chat events only the parts named below are used: a feature never sees another one's insides.

Imported by tests; clients of other languages read it.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from channels.chat.contract import excerpt
from channels.me.protocol import (
    MENTIONS_MAX,
    NOTICES_SHOWN,
    THREADS_MAX,
    MeLastMessage,
    MeMeetingTold,
    MeMention,
    MeMentioned,
    MeMessageDeleted,
    MeOrganisationTold,
    MePreferencesChanged,
    MeRead,
    MeRoom,
    MeRoomAdded,
    MeRoomRemoved,
    MeSecurityNotice,
    MeSnapshot,
    MeThread,
)
from channels.protocol.base import LogEvent

MeLogEvent = (
    MeRead
    | MeRoomAdded
    | MeRoomRemoved
    | MeMentioned
    | MeSecurityNotice
    | MeMessageDeleted
    | MeMeetingTold
    | MeOrganisationTold
    | MePreferencesChanged
)
ME_LOG_EVENT: TypeAdapter[MeLogEvent] = TypeAdapter(Annotated[MeLogEvent, Field(discriminator="type")])


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)
    seq: int
    topic: str

    @property
    def room(self) -> str:
        return self.topic.partition(":")[2]


class _Gone(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", from_attributes=True)
    how: Literal["recalled", "deleted"]


class _Sent(_Part):
    """What the room list needs of `chat.sent`."""

    at_ms: int
    sender: str
    n: int
    thread: int | None
    text: str
    mentions: list[str]
    everyone: bool
    attachments: list[object]
    gone: _Gone | None
    thread_sender: str | None
    thread_head: int | None


class _Edited(_Part):
    """What the room list needs of `chat.edited`."""

    message: int
    text: str


class _Recalled(_Part):
    """What the room list needs of `chat.recalled`."""

    message: int


class _Deleted(_Part):
    """What the room list needs of `chat.deleted`."""

    message: int


class _Other(_Part):
    """Any other entry of a room: it moves the head of the line, no more."""


_CHAT_PARTS: dict[str, type[_Part]] = {
    "chat.sent": _Sent,
    "chat.edited": _Edited,
    "chat.recalled": _Recalled,
    "chat.deleted": _Deleted,
}


def apply_all(state: MeSnapshot, events: Iterable[LogEvent]) -> MeSnapshot:
    """The state after events of the member's own topic and of their rooms' topics."""
    for event in events:
        state = apply(state, event)
    return state


def apply(state: MeSnapshot, event: LogEvent) -> MeSnapshot:
    """The state after one event; events of no concern change nothing."""
    if event.topic.startswith("chat:"):
        part = _CHAT_PARTS.get(event.type, _Other).model_validate(event)
        return _apply_chat(state, part)
    match event:
        case MeRead():
            return _change(state, event.room, lambda room: _read(room, event))
        case MeMentioned():
            return _change(state, event.room, lambda room: _told(room, event))
        case MeRoomAdded():
            return _room_added(state, event)
        case MeRoomRemoved():
            return _with_rooms(state, [room for room in state.rooms if room.room != event.room])
        case MeSecurityNotice() | MeMessageDeleted() | MeOrganisationTold():
            others = [notice for notice in state.notices if notice.seq != event.seq]
            return state.model_copy(update={"notices": [*others, event][-NOTICES_SHOWN:]})
        case MeMeetingTold(kept=True):
            others = [notice for notice in state.notices if notice.seq != event.seq]
            return state.model_copy(update={"notices": [*others, event][-NOTICES_SHOWN:]})
        case MePreferencesChanged():
            return state.model_copy(update={"preferences": event.preferences})
    return state


def _apply_chat(state: MeSnapshot, part: _Part) -> MeSnapshot:
    def change(room: MeRoom) -> MeRoom:
        changed = _changed(room, part, state.member)
        return changed.model_copy(update={"head": max(room.head, part.seq)})

    return _change(state, part.room, change)


def _changed(room: MeRoom, part: _Part, me: str) -> MeRoom:
    match part:
        case _Sent():
            return _sent(room, part, me)
        case _Edited():
            return _edited(room, part)
        case _Recalled():
            return _gone(room, part.message, "recalled")
        case _Deleted():
            return _gone(room, part.message, "deleted")
    return room


def _sent(room: MeRoom, event: _Sent, me: str) -> MeRoom:
    if event.thread is None:
        newest = room.last is None or event.seq >= room.last.message
        room = room.model_copy(
            update={"head_n": max(room.head_n, event.n), "last": _last(event) if newest else room.last}
        )
    else:
        room = _replied(room, event, me)
    if event.sender != me and (event.everyone or me in event.mentions):
        return _mentioned(room, MeMention(message=event.seq, n=event.n, thread=event.thread))
    return room


def _replied(room: MeRoom, event: _Sent, me: str) -> MeRoom:
    """A reply moves the head of a followed thread, or is what makes the member follow it."""
    root = event.thread or 0
    known = any(thread.root == root for thread in room.threads)
    if known or me in (event.sender, event.thread_sender, *event.mentions):
        return _following(room, MeThread(root=root, head_n=event.n, read_n=event.thread_head or 0))
    return room


def _following(room: MeRoom, seen: MeThread) -> MeRoom:
    """The member follows a thread; what is known of it already only grows."""
    threads = {thread.root: thread for thread in room.threads}
    known = threads.get(seen.root, seen)
    threads[seen.root] = MeThread(root=seen.root, head_n=max(known.head_n, seen.head_n), read_n=known.read_n)
    kept = sorted(threads.values(), key=lambda thread: thread.root)[-THREADS_MAX:]
    return room.model_copy(update={"threads": kept})


def _told(room: MeRoom, event: MeMentioned) -> MeRoom:
    if event.thread is not None and event.thread_head is not None:
        seen = MeThread(root=event.thread, head_n=event.n, read_n=event.thread_head)
        room = _following(room, seen)
    mark = MeMention(message=event.message, n=event.n, thread=event.thread)
    return room if event.gone else _mentioned(room, mark)


def _mentioned(room: MeRoom, mark: MeMention) -> MeRoom:
    if mark.n <= _read_n(room, mark.thread) or any(m.message == mark.message for m in room.mentions):
        return room
    mentions = sorted([*room.mentions, mark], key=lambda m: m.message)[-MENTIONS_MAX:]
    return room.model_copy(update={"mentions": mentions})


def _read_n(room: MeRoom, root: int | None) -> int:
    """How far a counter of the room is read; a thread the client does not know counts as unread."""
    if root is None:
        return room.read_n
    return next((thread.read_n for thread in room.threads if thread.root == root), 0)


def _read(room: MeRoom, event: MeRead) -> MeRoom:
    mentions = [m for m in room.mentions if m.thread != event.thread or m.n > event.n]
    room = room.model_copy(update={"mentions": mentions})
    if event.thread is None:
        return room.model_copy(update={"read_n": max(room.read_n, event.n)})
    room = _following(room, MeThread(root=event.thread, head_n=event.n, read_n=event.n))
    threads = [
        thread.model_copy(update={"read_n": max(thread.read_n, event.n)})
        if thread.root == event.thread
        else thread
        for thread in room.threads
    ]
    return room.model_copy(update={"threads": threads})


def _edited(room: MeRoom, event: _Edited) -> MeRoom:
    last = room.last
    if last is None or last.message != event.message or last.gone is not None:
        return room
    return room.model_copy(update={"last": last.model_copy(update={"excerpt": excerpt(event.text)})})


def _gone(room: MeRoom, message: int, how: Literal["recalled", "deleted"]) -> MeRoom:
    room = room.model_copy(update={"mentions": [m for m in room.mentions if m.message != message]})
    if room.last is None or room.last.message != message:
        return room
    return room.model_copy(
        update={"last": room.last.model_copy(update={"excerpt": "", "attachments_count": 0, "gone": how})}
    )


def _last(event: _Sent) -> MeLastMessage:
    return MeLastMessage(
        message=event.seq,
        at_ms=event.at_ms,
        sender=event.sender,
        excerpt=excerpt(event.text),
        attachments_count=len(event.attachments),
        gone=event.gone.how if event.gone else None,
    )


def _room_added(state: MeSnapshot, event: MeRoomAdded) -> MeSnapshot:
    card = {"kind": event.kind, "title": event.title, "unit": event.unit, "other": event.other}
    if any(room.room == event.room for room in state.rooms):
        return _change(state, event.room, lambda room: room.model_copy(update=card))
    added = MeRoom(
        room=event.room,
        kind=event.kind,
        title=event.title,
        unit=event.unit,
        other=event.other,
        head_n=event.head_n,
        read_n=event.head_n,
    )
    return _with_rooms(state, [*state.rooms, added])


def _change(state: MeSnapshot, room_id: str, change: Callable[[MeRoom], MeRoom]) -> MeSnapshot:
    return _with_rooms(state, [change(room) if room.room == room_id else room for room in state.rooms])


def _with_rooms(state: MeSnapshot, rooms: list[MeRoom]) -> MeSnapshot:
    return state.model_copy(update={"rooms": sorted(rooms, key=lambda room: room.room)})
