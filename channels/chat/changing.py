"""Changes of a message that stands: edit, recall, delete by right, react, pin.

Each is one unit: a guarded update of the message where it stands, and an entry that tells of it. Recall and delete erase the
content in the same unit: from the message, from the entries of its edits, from the mentions it made; its files are freed.

Imported by channels.chat.feature.
"""

from channels.branch.contract import PlaceOf
from channels.chat import body as rules
from channels.chat.body import Body
from channels.chat.emoji import is_reaction
from channels.chat.errors import PINS_FULL, REACTION_UNKNOWN
from channels.chat.protocol import (
    PINS_MAX,
    ChatDelete,
    ChatEdit,
    ChatGone,
    ChatPin,
    ChatReact,
    ChatRecall,
)
from channels.chat.rooms import ROOMS, Room, author, enter
from channels.chat.store import Change, change_message
from channels.chat.uploads import let_go
from channels.chat.writing import message_text, reason_text
from channels.core.context import Context
from channels.me.contract import mentioned_key, message_deleted
from channels.protocol.base import Done
from channels.protocol.errors import FORBIDDEN, Refused
from storage.errors import Duplicate
from storage.log import LOG, Entry, Update, Write


async def edit(command: ChatEdit, ctx: Context) -> Done:
    """Change the text of an own message; unchanged text tells nobody anything.

    Raises:
        Refused: UNKNOWN_TOPIC, TEXT_…, MESSAGE_UNKNOWN, NOT_YOURS, MESSAGE_GONE, EDIT_TOO_LATE, EDITS_FULL.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    member, now_ms = author(ctx.actor), ctx.received_at_ms

    def decide(entry: Entry) -> Change | None:
        rules.check_edit(entry, member, now_ms)
        text = message_text(command.text, may_be_empty="attachments" in entry.body)
        if text == entry.body["text"]:
            return None
        return Change(
            rules.edited(entry.body, text, now_ms),
            "chat.edited",
            {"text": text, "edited_at_ms": now_ms},
            writes=(_rewrite_edits(entry, text),),
        )

    await change_message(ctx, room.room, command.message, decide)
    return Done()


async def recall(command: ChatRecall, ctx: Context) -> Done:
    """Take an own message back; asking twice is the same as once.

    Raises:
        Refused: UNKNOWN_TOPIC, MESSAGE_UNKNOWN, NOT_YOURS, MESSAGE_GONE (deleted by somebody), RECALL_TOO_LATE.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    member = author(ctx.actor)

    def decide(entry: Entry) -> Change | None:
        rules.check_own(entry, member)
        if entry.body.get("gone", {}).get("how") == "recalled":
            return None
        rules.check_recall(entry, member, ctx.received_at_ms)
        body = rules.gone(entry.body, ChatGone(how="recalled", by=member))
        return Change(body, "chat.recalled", {"by": member}, writes=_erase(room, entry))

    await change_message(ctx, room.room, command.message, decide)
    return Done()


async def delete(command: ChatDelete, ctx: Context) -> Done:
    """Delete a message by right; the trace and the reason stay, the author is told.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, TEXT_…, MESSAGE_UNKNOWN, MESSAGE_GONE.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    await check_right(room, "chat.delete", ctx)
    reason = reason_text(command.reason)
    by = author(ctx.actor)

    def decide(entry: Entry) -> Change:
        rules.check_stands(entry)
        told = message_deleted(entry.sender or by, room=room.room, message=entry.seq, by=by, reason=reason)
        return Change(
            rules.gone(entry.body, ChatGone(how="deleted", by=by, reason=reason)),
            "chat.deleted",
            {"by": by, "reason": reason},
            appends=(told,) if entry.sender != by else (),
            writes=_erase(room, entry),
        )

    await change_message(ctx, room.room, command.message, decide)
    return Done()


async def react(command: ChatReact, ctx: Context) -> Done:
    """Set or take away an own reaction; doing it twice is the same as once.

    Raises:
        Refused: UNKNOWN_TOPIC, REACTION_UNKNOWN, MESSAGE_UNKNOWN, MESSAGE_GONE, REACTIONS_FULL.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    if not is_reaction(command.emoji):
        raise Refused(REACTION_UNKNOWN)
    member = author(ctx.actor)

    def decide(entry: Entry) -> Change | None:
        rules.check_stands(entry)
        body = rules.reacted(entry.body, command.emoji, member, on=command.on)
        tells = {"emoji": command.emoji, "member": member, "on": command.on}
        return None if body is None else Change(body, "chat.reacted", tells)

    await change_message(ctx, room.room, command.message, decide)
    return Done()


async def pin(command: ChatPin, ctx: Context) -> Done:
    """Pin or unpin a message by right; in a direct talk both may.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN, MESSAGE_UNKNOWN, MESSAGE_GONE, PINS_FULL.
    """
    room = await enter(ctx.actor, command.room, ctx.reader)
    if room.unit is not None:
        await check_right(room, "chat.pin", ctx)
    by, now_ms = author(ctx.actor), ctx.received_at_ms

    def decide(entry: Entry) -> Change | None:
        rules.check_stands(entry)
        body = rules.pinned(entry.body, on=command.on)
        if body is None:
            return None
        write = _pin(room, entry.seq, by, now_ms) if command.on else _unpin(room, entry.seq)
        tells = {"on": command.on, "by": by, "pinned_at_ms": now_ms}
        return Change(body, "chat.pinned", tells, writes=(write,))

    try:
        await change_message(ctx, room.room, command.message, decide)
    except Duplicate:  # the room has a document, and it is full: the upsert could only make a second one
        raise Refused(PINS_FULL, max=PINS_MAX) from None
    return Done()


async def check_right(room: Room, capability: str, ctx: Context) -> None:
    """Refuse who holds no role in the room's unit that gives the capability; nobody does in a direct talk.

    Raises:
        Refused: FORBIDDEN.
    """
    place = await ctx.ask(PlaceOf(room.unit)) if room.unit is not None else None
    if place is None or not ctx.actor.can(capability, place):
        raise Refused(FORBIDDEN)


def _rewrite_edits(entry: Entry, text: str) -> Update:
    """Entries of earlier edits tell the text as it is now, never one that was taken away."""
    edits: Body = {"topic": entry.topic, "type": "chat.edited", "body.message": entry.seq}
    return Update(LOG, edits, {"$set": {"body.text": text}}, many=True, must_match=False)


def _erase(room: Room, entry: Entry) -> tuple[Write, ...]:
    """Everything outside the message itself that holds or shows its content."""
    body = entry.body
    writes: list[Write] = []
    if "edits_count" in body:
        writes.append(_rewrite_edits(entry, ""))
    if "attachments" in body:
        writes.append(let_go(entry.sender or "", entry.cid or ""))
    if "pinned" in body:
        writes.append(_unpin(room, entry.seq))
    for member in body.get("mentions", ()):
        told = {"sender": member, "cid": mentioned_key(room.room, entry.seq)}
        writes.append(Update(LOG, told, {"$set": {"body.gone": True}}, must_match=False))
    return tuple(writes)


def _pin(room: Room, message: int, by: str, now_ms: int) -> Update:
    fits = {"_id": room.room, f"pins.{PINS_MAX - 1}": {"$exists": False}, "pins.message": {"$ne": message}}
    mark = {"message": message, "by": by, "pinned_at_ms": now_ms}
    return Update(ROOMS, fits, {"$push": {"pins": mark}, "$setOnInsert": {"kind": room.kind}}, upsert=True)


def _unpin(room: Room, message: int) -> Update:
    return Update(ROOMS, {"_id": room.room}, {"$pull": {"pins": {"message": message}}}, must_match=False)
