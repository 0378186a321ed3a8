"""Reading a room: entering, snapshot, pages of history, people, read cursors.

Imported by channels.chat.feature.
"""

from collections.abc import Mapping

from channels.branch.contract import GroupsOf, PeopleOf, Person, PersonCards, Unit
from channels.chat.body import to_message
from channels.chat.contract import MAIN, chat_topic, thread_counter
from channels.chat.protocol import (
    SNAPSHOT_MESSAGES,
    ChatFiles,
    ChatFilesResult,
    ChatHistory,
    ChatMarkRead,
    ChatMarkReadResult,
    ChatPage,
    ChatPeople,
    ChatPeopleResult,
    ChatPerson,
    ChatSnapshot,
    ChatTitle,
)
from channels.chat.rooms import Room, author, direct_room, enter
from channels.chat.store import SENT, entries_with_files, message_entry, messages_of, pins_of
from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.me.contract import CURSORS, cursor_id, read
from channels.protocol.errors import BAD_FIELD, CONFLICT, Refused
from storage.errors import Duplicate, GuardFailed
from storage.ids import UnitId
from storage.log import Entry, Update

TRIES_MAX = 5


async def may_enter(actor: Actor, ident: str, reader: Reader) -> bool:
    """True when the member is in the unit, or the talk is theirs and they are still a member.

    Units are those of the actor, which the roof reads from the roll and judges anew when the roll changes, as for `enter`.
    """
    if actor.member is None or ident in actor.units:
        return ident in actor.units
    direct = await direct_room(reader, ident) if actor.units else None
    return direct is not None and actor.member in direct.pair


async def snapshot(actor: Actor, ident: str, reader: Reader) -> ChatSnapshot:
    """The newest page of the room itself, and its pins; the same for everybody in it."""
    topic = chat_topic(ident)
    entries = await reader.log.page(topic, MAIN, limit=SNAPSHOT_MESSAGES)
    return ChatSnapshot(
        room=ident,
        head_n=entries[-1].n or 0 if entries else 0,
        messages=await messages_of(reader, topic, entries),
        more_before=bool(entries) and entries[0].n != 1,
        pins=await pins_of(reader, ident),
    )


async def history(command: ChatHistory, ctx: Context) -> ChatPage:
    """A page of a room or thread.

    Raises:
        Refused: UNKNOWN_TOPIC; MESSAGE_UNKNOWN for an unknown root or `around`; BAD_FIELD for two bounds at once.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    bounds = (command.before_n, command.after_n, command.around, command.at_ms)
    if sum(bound is not None for bound in bounds) > 1:
        raise Refused(BAD_FIELD, field="before_n")
    topic, root, middle_n = chat_topic(room.room), command.thread, None
    if command.around is not None:
        middle = await message_entry(ctx.reader, room.room, command.around)
        root, middle_n = middle.body.get("thread"), middle.n
    elif command.at_ms is not None:
        middle_n = await ctx.log.first_since(topic, thread_counter(root), command.at_ms)
    if middle_n is not None:
        entries = await _around(ctx.reader, topic, thread_counter(root), middle_n, command.limit)
    else:
        entries = await ctx.log.page(
            topic,
            thread_counter(root),
            before_n=command.before_n,
            after_n=command.after_n,
            limit=command.limit,
        )
    return await _page(ctx.reader, topic, root, entries)


async def _around(reader: Reader, topic: str, counter: str, n: int, limit: int) -> list[Entry]:
    """At most `limit` entries of a counter with its `n`-th in the middle."""
    after = await reader.log.page(topic, counter, after_n=n - 1, limit=limit)
    before = await reader.log.page(topic, counter, before_n=n, limit=limit - 1) if limit > 1 else []
    before_count = min(len(before), max(limit // 2, limit - len(after)))
    return [*before[len(before) - before_count :], *after[: limit - before_count]]


async def _page(reader: Reader, topic: str, root: int | None, entries: list[Entry]) -> ChatPage:
    head_n = await reader.log.counter_head(topic, thread_counter(root))
    first = None
    if root is not None:
        (first,) = await messages_of(reader, topic, [await _root(reader, topic, root)])
    return ChatPage(
        thread=root,
        root=first,
        head_n=head_n,
        messages=[to_message(e) for e in entries] if root else await messages_of(reader, topic, entries),
        more_before=bool(entries) and (entries[0].n or 0) > 1,
        more_after=bool(entries) and (entries[-1].n or 0) < head_n,
    )


async def _root(reader: Reader, topic: str, root: int) -> Entry:
    return await message_entry(reader, topic.partition(":")[2], root)


async def files(command: ChatFiles, ctx: Context) -> ChatFilesResult:
    """Messages that hold files.

    Raises:
        Refused: UNKNOWN_TOPIC.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    topic = chat_topic(room.room)
    entries = await entries_with_files(ctx.reader, topic, command.before, command.limit + 1)
    return ChatFilesResult(
        messages=await messages_of(ctx.reader, topic, entries[: command.limit]),
        more=len(entries) > command.limit,
    )


async def people(command: ChatPeople, ctx: Context) -> ChatPeopleResult:
    """Who is in the room now, by id, and whoever the given messages name.

    Raises:
        Refused: UNKNOWN_TOPIC.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    inside: dict[str, Person] = (
        await ctx.ask(PersonCards(room.pair)) if room.unit is None else await ctx.ask(PeopleOf(room.unit))
    )
    groups: tuple[Unit, ...] = () if room.unit is None else await ctx.ask(GroupsOf(room.unit))
    names = {group.unit: group.name for group in groups}
    ids = sorted(member for member in inside if command.after is None or member > command.after)
    shown = [_person(inside[member], names, present=True) for member in ids[: command.limit]]
    others = await _named(command, room, inside, ctx)
    return ChatPeopleResult(
        people=[*shown, *others], groups=list(names.values()), more=len(ids) > command.limit
    )


async def _named(
    command: ChatPeople, room: Room, inside: dict[str, Person], ctx: Context
) -> list[ChatPerson]:
    """People in the given messages who are not in the room: what stands here may be read with its author's name."""
    entries = await ctx.log.entries(chat_topic(room.room), command.of_messages)
    named: set[str] = set()
    for entry in entries:
        if entry.type == SENT:
            reactors = (member for _, member in entry.body.get("marks", ()))
            named |= {entry.sender or "", *entry.body.get("mentions", ()), *reactors}
    cards = await ctx.ask(PersonCards(tuple(sorted(named - inside.keys())))) if named else {}
    return [_person(cards[member], {}, present=False) for member in sorted(cards)]


def _person(card: Person, groups: Mapping[UnitId, str], *, present: bool) -> ChatPerson:
    return ChatPerson(
        member=card.member,
        name=card.name,
        number=card.number,
        titles=[ChatTitle(zh=title.zh, en=title.en) for title in card.titles],
        groups=[name for group, name in groups.items() if group in card.groups],
        present=present and card.active,
    )


async def mark_read(command: ChatMarkRead, ctx: Context) -> ChatMarkReadResult:
    """Move the caller's cursor up to `n`, never beyond what was said, never back; own devices are told.

    Raises:
        Refused: UNKNOWN_TOPIC.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    member, counter = author(ctx.actor), thread_counter(command.thread)
    head_n = await ctx.log.counter_head(chat_topic(room.room), counter)
    n = min(command.n, head_n)
    key = cursor_id(member, room.room, counter)
    for _ in range(TRIES_MAX):
        cursor = await ctx.mongo.collection(CURSORS).find_one({"_id": key}, fields=("n",))
        if cursor is None and (command.thread is not None or n == 0):
            return ChatMarkReadResult(n=n)  # a thread one does not follow has no cursor
        if cursor is not None and cursor["n"] >= n:
            return ChatMarkReadResult(n=cursor["n"])
        move = Update(
            CURSORS,
            {"_id": key, "n": {"$lt": n}},
            {"$max": {"n": n}, "$setOnInsert": {"member": member, "room": room.room, "counter": counter}},
            upsert=cursor is None,
        )
        try:
            await ctx.commit((read(member, room=room.room, thread=command.thread, n=n),), (move,))
        except (GuardFailed, Duplicate):
            continue  # another device was faster
        return ChatMarkReadResult(n=n)
    raise Refused(CONFLICT)
