"""`chat.send`: say something, once, durably.

A plain message is one append and joins the group commit of its room. A message that ties attachments, or makes somebody
follow a thread, carries companion writes and is one transaction. Mentions ride along as a fact; the members are told after
the commit (`told.py`).

Imported by channels.chat.feature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from channels.branch.contract import PersonCards, PlaceOf
from channels.chat.body import Body, check_stands
from channels.chat.contract import MAIN, chat_topic, thread_counter
from channels.chat.errors import (
    ATTACHMENT_UNKNOWN,
    CID_USED,
    MENTION_UNKNOWN,
    NOT_A_ROOT,
    PARTNER_LEFT,
)
from channels.chat.protocol import ChatAttachment, ChatSend, ChatSendResult
from channels.chat.rooms import Room, author, enter
from channels.chat.store import SENT, message_entry
from channels.chat.uploads import attach, loose_uploads
from channels.chat.writing import message_text
from channels.core.context import Context
from channels.me.contract import CURSORS, cursor_id
from channels.protocol.errors import BAD_FIELD, CONFLICT, FORBIDDEN, Refused
from storage.errors import Duplicate, GuardFailed
from storage.log import Append, Appended, Entry, Fact, Update, Write

MENTIONED = "ChatMentioned"
"""Fact: a message names members; handled after the commit."""

TRIES_MAX = 5  # a follow made twice in the same moment is tried again


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a reply goes.

    Attributes:
        root: The message it hangs on.
        head_n: Replies that stand.
        new_followers: Members who begin to follow the thread with this reply.
    """

    root: Entry
    head_n: int
    new_followers: tuple[str, ...]


async def send(command: ChatSend, ctx: Context) -> ChatSendResult:
    """Store a message in a room the caller is in.

    Raises:
        Refused: UNKNOWN_TOPIC, TEXT_…, MENTION_UNKNOWN, MESSAGE_UNKNOWN, MESSAGE_GONE, NOT_A_ROOT, ATTACHMENT_UNKNOWN,
            PARTNER_LEFT, CID_USED, FORBIDDEN, CONFLICT. A message that was stored before is answered as such, whatever
            changed since.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    text = message_text(command.text, may_be_empty=bool(command.attachments))
    try:
        outcome = await _store(command, text, room, ctx)
    except Refused:
        original = await ctx.log.by_cid(author(ctx.actor), command.cid)
        if original is None:
            raise
        outcome = Appended(original, duplicate=True)
    entry = outcome.entry
    if entry.topic != chat_topic(room.room) or entry.n is None:
        raise Refused(CID_USED)
    return ChatSendResult(seq=entry.seq, n=entry.n, at_ms=entry.at_ms, duplicate=outcome.duplicate)


async def _store(command: ChatSend, text: str, room: Room, ctx: Context) -> Appended:
    await check_room_open(room, ctx)
    mentions = await check_mentions(command, room, ctx)
    if command.reply_to is not None:
        check_stands(await message_entry(ctx.reader, room.room, command.reply_to))
    files = await loose_uploads(ctx.reader, author(ctx.actor), room.room, command.attachments)
    for _ in range(TRIES_MAX):
        thread = await check_thread(command, mentions, ctx)
        try:
            return await ctx.append(
                _entry(command, ctx, _body(command, text, mentions, files, thread), thread)
            )
        except GuardFailed:
            raise Refused(ATTACHMENT_UNKNOWN) from None
        except Duplicate:
            continue  # somebody else made the same member follow: look again
    raise Refused(CONFLICT)


async def check_room_open(room: Room, ctx: Context) -> None:
    """Refuse a direct talk whose other side has left.

    Raises:
        Refused: PARTNER_LEFT.
    """
    if room.unit is not None:
        return
    other = room.other(author(ctx.actor))
    people = await ctx.ask(PersonCards((other,)))
    if other not in people or not people[other].active:
        raise Refused(PARTNER_LEFT)


async def check_mentions(command: ChatSend, room: Room, ctx: Context) -> tuple[str, ...]:
    """Members named, each once, without the sender.

    Raises:
        Refused: MENTION_UNKNOWN when one is not in the room; FORBIDDEN or BAD_FIELD for `everyone`.
    """
    if command.everyone:
        await _check_everyone(command, room, ctx)
    wanted = tuple(m for m in dict.fromkeys(command.mentions) if m != ctx.actor.member)
    if not wanted:
        return ()
    if room.unit is None:
        inside = set(room.pair)
    else:
        people = await ctx.ask(PersonCards(wanted))
        inside = {m for m, p in people.items() if p.active and room.unit in (p.branch, *p.groups)}
    if not inside.issuperset(wanted):
        raise Refused(MENTION_UNKNOWN)
    return wanted


async def _check_everyone(command: ChatSend, room: Room, ctx: Context) -> None:
    if command.thread is not None or room.unit is None:
        raise Refused(BAD_FIELD, field="everyone")
    place = await ctx.ask(PlaceOf(room.unit))
    if place is None or not ctx.actor.can("chat.mention_everyone", place):
        raise Refused(FORBIDDEN)


async def check_thread(command: ChatSend, mentions: Sequence[str], ctx: Context) -> Thread | None:
    """The thread a reply goes to; None for a message in the room itself.

    Raises:
        Refused: MESSAGE_UNKNOWN, MESSAGE_GONE, NOT_A_ROOT.
    """
    if command.thread is None:
        return None
    root = await message_entry(ctx.reader, command.room, command.thread)
    if root.counter != MAIN:
        raise Refused(NOT_A_ROOT)
    check_stands(root)
    counter = thread_counter(root.seq)
    head_n = await ctx.log.counter_head(root.topic, counter)
    wanted = dict.fromkeys((author(ctx.actor), root.sender or "", *mentions))
    keys = {cursor_id(member, command.room, counter): member for member in wanted}
    known = await ctx.mongo.collection(CURSORS).find(
        {"_id": {"$in": list(keys)}}, fields=("_id",), limit=len(keys)
    )
    following = {document["_id"] for document in known}
    return Thread(root, head_n, tuple(m for key, m in keys.items() if key not in following))


def _body(
    command: ChatSend,
    text: str,
    mentions: Sequence[str],
    files: Sequence[ChatAttachment],
    thread: Thread | None,
) -> Body:
    body: Body = {"text": text}
    if thread is not None:
        body |= {"thread": thread.root.seq, "thread_sender": thread.root.sender, "thread_head": thread.head_n}
    if command.reply_to is not None:
        body["reply_to"] = command.reply_to
    if mentions:
        body["mentions"] = list(mentions)
    if command.everyone:
        body["everyone"] = True
    if files:
        body["attachments"] = [file.model_dump(exclude_none=True) for file in files]
    return body


def _entry(command: ChatSend, ctx: Context, body: Body, thread: Thread | None) -> Append:
    sender = author(ctx.actor)
    writes: list[Write] = [attach(sender, file, command.cid) for file in command.attachments]
    if thread is not None:
        writes += [_follow(member, command.room, thread) for member in thread.new_followers]
    return Append(
        topic=chat_topic(command.room),
        type=SENT,
        body=body,
        sender=sender,
        cid=command.cid,
        counter=thread_counter(command.thread),
        facts=_facts(body, thread),
        writes=tuple(writes),
    )


def _facts(body: Body, thread: Thread | None) -> tuple[Fact, ...]:
    if "mentions" not in body:
        return ()
    members: list[str] = body["mentions"]
    followers = [m for m in members if thread is not None and m in thread.new_followers]
    return (Fact(MENTIONED, {"members": members, "followers": followers}),)


def _follow(member: str, room: str, thread: Thread) -> Update:
    """The member follows the thread from here on: what stood before counts as read."""
    counter = thread_counter(thread.root.seq)
    fresh = {"member": member, "room": room, "counter": counter, "root": thread.root.seq, "n": thread.head_n}
    return Update(CURSORS, {"_id": cursor_id(member, room, counter)}, {"$setOnInsert": fresh}, upsert=True)
