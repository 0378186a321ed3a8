"""The rooms of a member as the room list shows them: heads, cursors, unread mentions, followed threads, last messages.

Everything is read from the log and the cursors at the moment of asking; no counter is kept anywhere, so none can drift.
The answer to the query `RoomLines`. Imported by channels.chat.feature.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from channels.branch.contract import PersonCards, UnitsOf
from channels.chat.contract import (
    MAIN,
    FollowedThread,
    LastMessage,
    RoomLine,
    RoomLines,
    UnreadMention,
    chat_topic,
    excerpt,
    thread_counter,
)
from channels.chat.rooms import direct_rooms
from channels.core.context import Reader
from channels.me.contract import CURSORS, Room
from storage.ids import MemberId, RoomId
from storage.log import LOG, Entry, to_entry

MENTIONS_READ_MAX = (
    1_000  # newest mentions of a member that are looked at; older ones are read, or past caring
)
MENTIONS_SHOWN = 100  # of one room; a client shows 99+
THREADS_MAX = 50  # followed threads of one room whose unread count is kept: the newest roots
CURSORS_MAX = 20_000  # cursors of one member: rooms and threads of years


@dataclass(frozen=True, slots=True)
class _Read:
    """What is known of one member's reading.

    Attributes:
        cursors: (room, counter) -> ordinal read.
        roots: Room -> roots of followed threads, ascending, the newest THREADS_MAX.
    """

    cursors: Mapping[tuple[str, str], int]
    roots: Mapping[str, tuple[int, ...]]


async def room_lines(query: RoomLines, reader: Reader) -> tuple[RoomLine, ...]:
    """Rooms of a member, by room id; empty for somebody who left."""
    rooms = await rooms_of(query.member, reader)
    topics = [chat_topic(room.room) for room in rooms]
    heads = await reader.log.heads(topics)  # first: what is read later can only be newer
    reads, tails, mentions = await asyncio.gather(
        _reads(query.member, reader), reader.log.tails(topics, MAIN), _mentions(query.member, topics, reader)
    )
    threads = await asyncio.gather(*(_threads(room.room, reads, reader) for room in rooms))
    return tuple(
        replace(
            _line(room, tails.get(chat_topic(room.room)), reads, mentions.get(room.room, ()), followed),
            head=heads[chat_topic(room.room)],
        )
        for room, followed in zip(rooms, threads, strict=True)
    )


async def rooms_of(member: MemberId, reader: Reader) -> list[Room]:
    """Rooms a member is in now: those of their units, and their direct talks; by id."""
    units = await reader.ask(UnitsOf(member))
    if not units:
        return []
    rooms = [Room(RoomId(u.unit), u.kind, u.name, unit=u.unit) for u in units]
    directs = await direct_rooms(reader, member)
    others = tuple(direct.other(member) for direct in directs)
    cards = await reader.ask(PersonCards(others)) if others else {}
    for direct, other in zip(directs, others, strict=True):
        title = cards[other].name if other in cards else ""
        rooms.append(Room(direct.room, "direct", title, other=other))
    return sorted(rooms, key=lambda room: room.room)


async def _reads(member: MemberId, reader: Reader) -> _Read:
    documents = await reader.mongo.collection(CURSORS).find({"member": member}, limit=CURSORS_MAX)
    roots: dict[str, list[int]] = {}
    for document in documents:
        if "root" in document:
            roots.setdefault(document["room"], []).append(document["root"])
    return _Read(
        {(d["room"], d["counter"]): d["n"] for d in documents},
        {room: tuple(sorted(own)[-THREADS_MAX:]) for room, own in roots.items()},
    )


async def _mentions(member: MemberId, topics: Sequence[str], reader: Reader) -> dict[str, list[Entry]]:
    """Room -> messages that name the member or everyone, newest first, read or not."""
    log = reader.mongo.collection(LOG)
    newest = (("at_ms", -1),)
    named, everyone = await asyncio.gather(
        log.find(
            {"body.mentions": member, "topic": {"$in": list(topics)}}, sort=newest, limit=MENTIONS_READ_MAX
        ),
        log.find(
            {"topic": {"$in": list(topics)}, "body.everyone": True}, sort=newest, limit=MENTIONS_READ_MAX
        ),
    )
    mentions: dict[str, list[Entry]] = {}
    for entry in map(to_entry, (*named, *everyone)):
        if entry.sender != member:
            mentions.setdefault(entry.topic.partition(":")[2], []).append(entry)
    return mentions


async def _threads(room: str, reads: _Read, reader: Reader) -> tuple[FollowedThread, ...]:
    roots = reads.roots.get(room, ())
    if not roots:
        return ()
    tails = await reader.log.counter_tails(chat_topic(room), [thread_counter(root) for root in roots])
    followed = []
    for root in roots:
        counter = thread_counter(root)
        head_n = (tails[counter].n or 0) if counter in tails else 0
        followed.append(FollowedThread(root, head_n, reads.cursors[room, counter]))
    return tuple(followed)


def _line(
    room: Room,
    tail: Entry | None,
    reads: _Read,
    mentions: Iterable[Entry],
    threads: tuple[FollowedThread, ...],
) -> RoomLine:
    return RoomLine(
        room=room.room,
        kind=room.kind,
        title=room.title,
        unit=room.unit,
        other=room.other,
        head=0,
        head_n=(tail.n or 0) if tail else 0,
        read_n=reads.cursors.get((room.room, MAIN), 0),
        last=_last(tail) if tail else None,
        mentions=_unread(room.room, mentions, reads),
        threads=threads,
    )


def _unread(room: str, mentions: Iterable[Entry], reads: _Read) -> tuple[UnreadMention, ...]:
    marks = {
        entry.seq: UnreadMention(entry.seq, entry.n or 0, entry.body.get("thread"))
        for entry in mentions
        if (entry.n or 0) > reads.cursors.get((room, entry.counter or MAIN), 0)
    }
    return tuple(marks[seq] for seq in sorted(marks))[-MENTIONS_SHOWN:]


def _last(entry: Entry) -> LastMessage:
    return LastMessage(
        message=entry.seq,
        at_ms=entry.at_ms,
        sender=entry.sender or "",
        excerpt=excerpt(entry.body["text"]),
        attachments_count=len(entry.body.get("attachments", ())),
        gone=entry.body["gone"]["how"] if "gone" in entry.body else None,
    )
