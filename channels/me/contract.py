"""What other features and the roof may append to a member's own topic, and ask about it. Pure builders.

Topic: `me:<member id>`, open to that member only. Each builder returns an `Append`; give it to `Context.append`, or to
`Context.commit` together with the change it tells of, so that both are one unit.

May be imported by every feature and server.
"""

from dataclasses import dataclass, field
from typing import Literal

from storage.ids import MemberId, RoomId, UnitId
from storage.log import Append, Update

CURSORS = "cursors"
"""Read cursors: one document per (member, room, counter)."""

NOTICE_COUNTER = "notice"
"""Counter of the entries a member should not miss; pages of them are read by ordinal."""

RoomKind = Literal["branch", "group", "direct"]
SecurityKind = str
"""Word of a security notice, e.g. `signed_in_new_device`; the client has the sentence. At most 40 characters."""


@dataclass(frozen=True, slots=True)
class Room:
    """A room as its members know it.

    Attributes:
        room: Room id; for branches and groups the unit's id.
        kind: What it belongs to.
        title: Name of the unit; for direct talk the name of the other.
        unit: The unit, None for direct talk.
        other: The other member of a direct talk.
    """

    room: RoomId
    kind: RoomKind
    title: str
    unit: UnitId | None = None
    other: MemberId | None = None


def me_topic(member: MemberId | str) -> str:
    """Topic of a member."""
    return f"me:{member}"


def cursor_id(member: str, room: str, counter: str) -> str:
    """Key of a read cursor."""
    return f"{member}|{room}|{counter}"


def mentioned_key(room: str, message: int) -> str:
    """Idempotency key of the entry that tells a member of a mention; its sender is the member who is told."""
    return f"mentioned:{room}:{message}"


def room_added(member: MemberId | str, room: Room, *, head_n: int = 0) -> Append:
    """`me.room_added`: the member is in the room from now on; also tells a new title of a room they are in.

    Args:
        member: Who.
        room: Which.
        head_n: Newest ordinal of the room's counter `main` now (`log.counter_head("chat:<room>", "main")`): what was
            said before is there to read and does not count as unread. 0 for a new room.
    """
    body = {"room": room.room, "kind": room.kind, "title": room.title, "head_n": head_n}
    if room.unit is not None:
        body["unit"] = room.unit
    if room.other is not None:
        body["other"] = room.other
    cursor = Update(
        CURSORS,
        {"_id": cursor_id(member, room.room, "main")},
        {"$max": {"n": head_n}, "$setOnInsert": {"member": member, "room": room.room, "counter": "main"}},
        upsert=True,
    )
    return Append(me_topic(member), "me.room_added", body, writes=(cursor,))


def room_removed(member: MemberId | str, room: RoomId | UnitId | str) -> Append:
    """`me.room_removed`: the member is no longer in the room."""
    return Append(me_topic(member), "me.room_removed", {"room": room})


def security_notice(
    member: MemberId | str,
    kind: SecurityKind,
    *,
    device: str = "",
    params: dict[str, str | int] | None = None,
) -> Append:
    """`me.security_notice`: something about the member's own account that they should know of.

    Args:
        member: Who.
        kind: What happened, a word the client has a sentence for.
        device: Label of the device, at most 80 characters; never an address or a token.
        params: Numbers, times and words for the sentence; no personal data.
    """
    body = {"kind": kind, "device": device[:80], "params": params or {}}
    return Append(me_topic(member), "me.security_notice", body, counter=NOTICE_COUNTER)


def message_deleted(
    member: MemberId | str, *, room: RoomId | str, message: int, by: str, reason: str
) -> Append:
    """`me.message_deleted`: a message of the member was deleted by right.

    Args:
        member: Author of the message.
        room: Where.
        message: Its seq.
        by: Who deleted it.
        reason: Why, as its author and the room read it.
    """
    body = {"room": room, "message": message, "by": by, "reason": reason}
    return Append(me_topic(member), "me.message_deleted", body, counter=NOTICE_COUNTER)


@dataclass(frozen=True, slots=True)
class Mention:
    """A message that names a member.

    Attributes:
        room: Where.
        message: Its seq.
        n: Its ordinal in its counter.
        by: Who wrote it.
        thread: Seq of the thread's root, None in the room itself.
        thread_head: Set when the member begins to follow the thread with this mention: replies that stood before it,
            which count as read.
        gone: True when it was recalled or deleted meanwhile.
    """

    room: RoomId | str
    message: int
    n: int
    by: str
    thread: int | None = None
    thread_head: int | None = None
    gone: bool = False


def mentioned(member: MemberId | str, mention: Mention) -> Append:
    """`me.mentioned`: somebody named the member in a message; told once per message, even when it is gone by then."""
    body: dict[str, str | int] = {
        "room": mention.room,
        "message": mention.message,
        "n": mention.n,
        "by": mention.by,
    }
    if mention.thread is not None:
        body["thread"] = mention.thread
    if mention.thread_head is not None:
        body["thread_head"] = mention.thread_head
    if mention.gone:
        body["gone"] = True
    cid = mentioned_key(mention.room, mention.message)
    return Append(me_topic(member), "me.mentioned", body, sender=member, cid=cid)


def read(member: MemberId | str, *, room: RoomId | str, thread: int | None, n: int) -> Append:
    """`me.read`: the member has read up to ordinal `n`, on whatever device."""
    body: dict[str, str | int] = {"room": room, "n": n}
    if thread is not None:
        body["thread"] = thread
    return Append(me_topic(member), "me.read", body)


@dataclass(frozen=True, slots=True)
class MeetingNews:
    """Something in a meeting that is about one member.

    Attributes:
        meeting: Which.
        unit: Whose meeting it is.
        title: What it is called.
        what: Word of what happened, e.g. `announced`; the client has the sentence. At most 40 characters.
        kept: True to keep it among the member's notices.
        params: Numbers, times and words for the sentence; no personal data.
        key: Told once per member and key; None to tell it every time.
    """

    meeting: str
    unit: UnitId | str
    title: str
    what: str
    kept: bool = True
    params: dict[str, str | int] = field(default_factory=dict)
    key: str | None = None


def meeting_told(member: MemberId | str, news: MeetingNews) -> Append:
    """`me.meeting_told`: what happened in a meeting to this member."""
    body = {
        "meeting": news.meeting,
        "unit": news.unit,
        "title": news.title,
        "what": news.what[:40],
        "kept": news.kept,
        "params": news.params,
    }
    counter = NOTICE_COUNTER if news.kept else None
    if news.key is None:
        return Append(me_topic(member), "me.meeting_told", body, counter=counter)
    return Append(
        me_topic(member), "me.meeting_told", body, sender=member, cid=f"meeting:{news.key}", counter=counter
    )


def organisation_told(member: MemberId | str, what: str, params: dict[str, str | int], *, key: str) -> Append:
    """`me.organisation_told`: something in the organisation the member should know of; told once per member and key.

    Args:
        member: Who.
        what: Word of what happened, e.g. `template_changed`; the client has the sentence. At most 40 characters.
        params: Numbers, times and words for the sentence; no personal data.
        key: What makes it the same news.
    """
    body = {"what": what[:40], "params": params}
    cid = f"organisation:{key}"
    return Append(
        me_topic(member), "me.organisation_told", body, sender=str(member), cid=cid, counter=NOTICE_COUNTER
    )


@dataclass(frozen=True, slots=True)
class TypingVisible:
    """Question: does this member let others see that they type? Answer: bool; False unless they said so."""

    member: MemberId
