"""Reading and changing messages where they stand: in the topic log.

Imported by channels.chat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from channels.chat.body import Body, to_message
from channels.chat.contract import MAIN, chat_topic, thread_counter
from channels.chat.errors import MESSAGE_UNKNOWN
from channels.chat.protocol import ChatMessage, ChatPinMark
from channels.chat.rooms import ROOMS
from channels.core.context import Context, Reader
from channels.protocol.errors import CONFLICT, Refused
from storage.errors import GuardFailed
from storage.indexes import IndexSpec
from storage.log import LOG, Append, Entry, Update, Write, to_entry

SENT = "chat.sent"
TRIES_MAX = (
    20  # lost races for one message in a row: as many people tapping the same reaction within a moment
)

LOG_INDEXES_OF_CHAT: tuple[IndexSpec, ...] = (
    IndexSpec(LOG, "log_edits", (("topic", 1), ("body.message", 1)), partial={"type": "chat.edited"}),
    IndexSpec(
        LOG,
        "log_mentions",
        (("body.mentions", 1), ("at_ms", -1)),
        partial={"body.mentions": {"$exists": True}},
    ),
    IndexSpec(LOG, "log_files", (("topic", 1), ("seq", -1)), partial={"body.attachments": {"$exists": True}}),
    IndexSpec(LOG, "log_everyone", (("topic", 1), ("at_ms", -1)), partial={"body.everyone": True}),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one message.

    Attributes:
        body: The whole body as it is afterwards.
        type: Wire type of the event.
        tells: Body of the event, without the message's seq.
        appends: Entries of other topics in the same unit.
        writes: Companion writes of the same unit.
    """

    body: Body
    type: str
    tells: dict[str, Any]
    appends: tuple[Append, ...] = ()
    writes: tuple[Write, ...] = field(default=())


async def message_entry(reader: Reader, room: str, seq: int) -> Entry:
    """The entry of a message.

    Raises:
        Refused: MESSAGE_UNKNOWN.
    """
    entry = await reader.log.entry(chat_topic(room), seq)
    if entry is None or entry.type != SENT:
        raise Refused(MESSAGE_UNKNOWN)
    return entry


async def change_message(ctx: Context, room: str, seq: int, decide: Callable[[Entry], Change | None]) -> bool:
    """Change a message and tell of it, as one unit.

    Args:
        ctx: The command under way.
        room: Room id.
        seq: The message.
        decide: Pure: looks at the message as it is and says what it shall be, None for no change, or refuses. Asked
            again when somebody else was faster.

    Returns:
        True when something changed.

    Raises:
        Refused: MESSAGE_UNKNOWN; CONFLICT after too many lost races; whatever `decide` raises.
    """
    topic = chat_topic(room)
    for _ in range(TRIES_MAX):
        entry = await message_entry(ctx.reader, room, seq)
        change = decide(entry)
        if change is None:
            return False
        guarded = Update(
            LOG,
            {"topic": topic, "seq": seq, "body.rev": entry.body.get("rev")},
            {"$set": {"body": change.body}},
        )
        event = Append(topic, change.type, {"message": seq, **change.tells}, sender=None)
        try:
            await ctx.commit((event, *change.appends), (guarded, *change.writes))
        except GuardFailed:
            continue
        return True
    raise Refused(CONFLICT)


async def messages_of(reader: Reader, topic: str, entries: Sequence[Entry]) -> list[ChatMessage]:
    """Wire form of messages of one room, with the summaries of their threads."""
    roots = [thread_counter(entry.seq) for entry in entries if entry.counter == MAIN]
    tails = await reader.log.counter_tails(topic, roots) if roots else {}
    return [to_message(entry, tails.get(thread_counter(entry.seq))) for entry in entries]


async def entries_with_files(reader: Reader, topic: str, before: int | None, limit: int) -> list[Entry]:
    """Messages of a room and its threads that hold files, newest first; what is gone holds none and leaves the index.

    Args:
        reader: Stores.
        topic: Topic of the room.
        before: Only messages older than this one.
        limit: Most messages.
    """
    query: dict[str, Any] = {"topic": topic, "body.attachments": {"$exists": True}}
    if before is not None:
        query["seq"] = {"$lt": before}
    found = await reader.mongo.collection(LOG).find(query, sort=(("seq", -1),), limit=limit)
    return [to_entry(document) for document in found]


async def pins_of(reader: Reader, room: str) -> list[ChatPinMark]:
    """Pinned messages of a room by time of pinning."""
    found = await reader.mongo.collection(ROOMS).find_one({"_id": room}, fields=("pins",))
    pins = [ChatPinMark(**pin) for pin in (found or {}).get("pins", ())]
    return sorted(pins, key=lambda pin: (pin.pinned_at_ms, pin.message))
