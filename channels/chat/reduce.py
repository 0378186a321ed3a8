"""What each chat event does to a client's state. Pure; the specification of the web client's reducers.

`ChatState` is the snapshot of a room plus the threads a client has open. Rules that hold for every event:

* it sets, it never adds up: applying an event twice, or an event the state already shows, changes nothing;
* an event about a message the client does not hold changes nothing;
* what is gone stays gone: later events of an older time never bring content back.

The replay test proves `apply_all(snapshot before, events) == snapshot after` for every command; its fixtures run again in the client.
Imported by tests; clients of other languages read it.
"""

from collections.abc import Callable, Iterable
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from channels.chat.protocol import (
    SNAPSHOT_MESSAGES,
    ChatDeleted,
    ChatEdited,
    ChatGone,
    ChatMessage,
    ChatPinMark,
    ChatPinned,
    ChatReacted,
    ChatRecalled,
    ChatSent,
    ChatSnapshot,
    ChatThreadSummary,
)
from channels.protocol.base import WireModel

ChatLogEvent = ChatSent | ChatEdited | ChatRecalled | ChatDeleted | ChatReacted | ChatPinned
CHAT_LOG_EVENT: TypeAdapter[ChatLogEvent] = TypeAdapter(Annotated[ChatLogEvent, Field(discriminator="type")])

GONE: dict[str, Any] = {
    "text": "",
    "reply_to": None,
    "mentions": [],
    "everyone": False,
    "attachments": [],
    "edited_at_ms": None,
    "reactions": {},
    "pinned": False,
}
"""What a message that is gone shows besides `gone`."""


class ChatState(WireModel):
    """A room as a client holds it.

    Attributes:
        room: The snapshot, with as many older messages as the client has paged in.
        threads: Root seq (as text, JSON keys are text) -> replies from some point on to the newest one.
    """

    room: ChatSnapshot
    threads: dict[str, list[ChatMessage]] = Field(default_factory=dict)


def apply_all(state: ChatState, events: Iterable[ChatLogEvent]) -> ChatState:
    """The state after the events, in order."""
    for event in events:
        state = apply(state, event)
    return state


def apply(state: ChatState, event: ChatLogEvent) -> ChatState:
    """The state after one event of this room."""
    match event:
        case ChatSent():
            return _replied(state, event) if event.thread is not None else _said(state, event)
        case ChatEdited():
            return _change(state, event.message, lambda m: _edited(m, event))
        case ChatReacted():
            return _change(state, event.message, lambda m: _reacted(m, event))
        case ChatPinned():
            state = _change(state, event.message, lambda m: m.model_copy(update={"pinned": event.on}))
            return _pinned(state, event)
        case ChatRecalled():
            return _gone(state, event.message, ChatGone(how="recalled", by=event.by))
        case ChatDeleted():
            return _gone(state, event.message, ChatGone(how="deleted", by=event.by, reason=event.reason))


def cut(state: ChatState) -> ChatState:
    """The state with the newest page of the room only, as a fresh snapshot shows it."""
    kept = state.room.messages[-SNAPSHOT_MESSAGES:]
    more = state.room.more_before or len(kept) < len(state.room.messages)
    return state.model_copy(
        update={"room": state.room.model_copy(update={"messages": kept, "more_before": more})}
    )


def message_of(event: ChatSent, known: ChatMessage | None = None) -> ChatMessage:
    """The message an event tells of; `known` is the same message as the client has it."""
    fields = {
        name: getattr(event, name) for name in ChatMessage.model_fields if name in ChatSent.model_fields
    }
    return ChatMessage(**fields, thread_summary=known.thread_summary if known else None)


def _said(state: ChatState, event: ChatSent) -> ChatState:
    messages = _inserted(state.room.messages, event)
    head_n = max(state.room.head_n, event.n)
    return state.model_copy(
        update={"room": state.room.model_copy(update={"messages": messages, "head_n": head_n})}
    )


def _replied(state: ChatState, event: ChatSent) -> ChatState:
    summary = ChatThreadSummary(count=event.n, last_seq=event.seq, last_at_ms=event.at_ms)

    def counted(root: ChatMessage) -> ChatMessage:
        if root.thread_summary is not None and root.thread_summary.count >= event.n:
            return root
        return root.model_copy(update={"thread_summary": summary})

    state = _change(state, event.thread or 0, counted)
    key = str(event.thread)
    if key not in state.threads:
        return state
    return state.model_copy(update={"threads": state.threads | {key: _inserted(state.threads[key], event)}})


def _inserted(messages: list[ChatMessage], event: ChatSent) -> list[ChatMessage]:
    """The list with the event's message in its place; one from before the list's beginning is left out."""
    if not messages or event.seq > messages[-1].seq:
        return [*messages, message_of(event)]
    return [message_of(event, m) if m.seq == event.seq else m for m in messages]


def _edited(message: ChatMessage, event: ChatEdited) -> ChatMessage:
    if message.gone is not None:
        return message
    return message.model_copy(update={"text": event.text, "edited_at_ms": event.edited_at_ms})


def _reacted(message: ChatMessage, event: ChatReacted) -> ChatMessage:
    if message.gone is not None:
        return message
    members = set(message.reactions.get(event.emoji, ()))
    members = members | {event.member} if event.on else members - {event.member}
    others = {emoji: who for emoji, who in message.reactions.items() if emoji != event.emoji}
    mine = {event.emoji: sorted(members)} if members else {}
    return message.model_copy(update={"reactions": others | mine})


def _pinned(state: ChatState, event: ChatPinned) -> ChatState:
    pins = [pin for pin in state.room.pins if pin.message != event.message]
    if event.on:
        pins.append(ChatPinMark(message=event.message, by=event.by, pinned_at_ms=event.pinned_at_ms))
    pins.sort(key=lambda pin: (pin.pinned_at_ms, pin.message))
    return state.model_copy(update={"room": state.room.model_copy(update={"pins": pins})})


def _gone(state: ChatState, message: int, gone: ChatGone) -> ChatState:
    state = _change(state, message, lambda m: m.model_copy(update=GONE | {"gone": gone}))
    pins = [pin for pin in state.room.pins if pin.message != message]
    return state.model_copy(update={"room": state.room.model_copy(update={"pins": pins})})


def _change(state: ChatState, seq: int, change: Callable[[ChatMessage], ChatMessage]) -> ChatState:
    """Change one message wherever the client holds it."""

    def changed(messages: list[ChatMessage]) -> list[ChatMessage]:
        return [change(m) if m.seq == seq else m for m in messages]

    room = state.room.model_copy(update={"messages": changed(state.room.messages)})
    threads = {root: changed(replies) for root, replies in state.threads.items()}
    return ChatState(room=room, threads=threads)
