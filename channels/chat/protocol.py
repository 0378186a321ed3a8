"""Wire models of topic `chat:<room>`: commands, results, events, the message and the snapshot.

A message is known by its `seq` in the room's topic. `n` is its ordinal in its counter: the room itself, or the thread it
replies in. Unread is arithmetic: newest `n` minus the reader's cursor.
"""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from channels.protocol.base import Command, Count, Id, LiveEvent, LogEvent, Millis, Result, WireModel

TEXT_MAX = 4_000
"""Code points of a message after cleaning."""

TEXT_RAW_MAX = 8_000
"""Code points before cleaning (NFC and removal of fillers shorten); with 4 bytes each still inside one frame."""

REASON_MAX = 300
MENTIONS_MAX = 20
ATTACHMENTS_MAX = 9
PINS_MAX = 50
PAGE_MAX = 100
"""Most messages in one page of history."""

SNAPSHOT_MESSAGES = 50
PEOPLE_PAGE_MAX = 500

MessageSeq = Annotated[int, Field(ge=1, le=2**53 - 1)]
Reaction = Annotated[str, Field(min_length=1, max_length=16)]
GoneHow = Literal["recalled", "deleted"]


class ChatAttachment(WireModel):
    """A file in a message; fetched from `/api/v1/files/{id}`."""

    id: Id
    name: str
    kind: Literal["image", "file"]
    mime: str
    size_bytes: Count
    width: Count | None = None
    height: Count | None = None
    thumbnail: bool = False
    """True when `/api/v1/files/{id}/thumbnail` exists."""


class ChatGone(WireModel):
    """Why a message shows no content."""

    how: GoneHow
    by: Id
    reason: str | None = None
    """Set when deleted by right."""


class ChatThreadSummary(WireModel):
    """Replies to a message."""

    count: Count
    last_seq: MessageSeq
    last_at_ms: Millis


class ChatMessage(WireModel):
    """One message as it is now."""

    seq: MessageSeq
    at_ms: Millis
    sender: Id
    n: Count
    """Ordinal in the room, or in its thread: 1, 2, 3 … without holes."""
    thread: MessageSeq | None = None
    """Root of the thread it replies in; None in the room itself."""
    text: str
    """Plain text; clients render a Markdown subset. Empty when gone."""
    reply_to: MessageSeq | None = None
    """Message it quotes."""
    mentions: list[Id] = Field(default_factory=list)
    everyone: bool = False
    attachments: list[ChatAttachment] = Field(default_factory=list)
    edited_at_ms: Millis | None = None
    gone: ChatGone | None = None
    reactions: dict[Reaction, list[Id]] = Field(default_factory=dict)
    """Emoji or word -> who, by id."""
    pinned: bool = False
    thread_summary: ChatThreadSummary | None = None
    """None without replies."""


class ChatPinMark(WireModel):
    """A pinned message."""

    message: MessageSeq
    by: Id
    pinned_at_ms: Millis


class ChatSnapshot(WireModel):
    """State of a room at its head."""

    room: Id
    head_n: Count
    """Messages so far in the room itself."""
    messages: list[ChatMessage]
    """The newest page of the room itself, oldest first."""
    more_before: bool
    pins: list[ChatPinMark]
    """By time of pinning."""


# -- commands and results ----------------------------------------------------------------------------------------------


class ChatSend(Command):
    """Say something. Retry with the same `cid` until answered: it is stored once."""

    type: Literal["chat.send"] = "chat.send"
    room: Id
    cid: Id
    text: str = Field(max_length=TEXT_RAW_MAX)
    """May be empty when there are attachments."""
    thread: MessageSeq | None = None
    reply_to: MessageSeq | None = None
    mentions: list[Id] = Field(default_factory=list, max_length=MENTIONS_MAX)
    everyone: bool = False
    attachments: list[Id] = Field(default_factory=list, max_length=ATTACHMENTS_MAX)
    """Ids of own uploads to this room that no message holds yet."""


class ChatSendResult(Result):
    """The message is durable."""

    seq: MessageSeq
    n: Count
    at_ms: Millis
    duplicate: bool
    """True when this `cid` was stored before: the numbers are those of the original."""


class ChatEdit(Command):
    """Change the text of an own message within 24 hours."""

    type: Literal["chat.edit"] = "chat.edit"
    room: Id
    message: MessageSeq
    text: str = Field(max_length=TEXT_RAW_MAX)


class ChatRecall(Command):
    """Take back an own message within 2 minutes; a trace stays, the content is erased."""

    type: Literal["chat.recall"] = "chat.recall"
    room: Id
    message: MessageSeq


class ChatDelete(Command):
    """Delete a message by right; its author and the room read the reason."""

    type: Literal["chat.delete"] = "chat.delete"
    room: Id
    message: MessageSeq
    reason: str = Field(min_length=1, max_length=2 * REASON_MAX)


class ChatReact(Command):
    """Set or take away one's own reaction."""

    type: Literal["chat.react"] = "chat.react"
    room: Id
    message: MessageSeq
    emoji: Reaction
    on: bool


class ChatPin(Command):
    """Pin or unpin a message, by right."""

    type: Literal["chat.pin"] = "chat.pin"
    room: Id
    message: MessageSeq
    on: bool


class ChatMarkRead(Command):
    """One has read up to ordinal `n` of the room, or of a thread one follows. Never moves back."""

    type: Literal["chat.mark_read"] = "chat.mark_read"
    room: Id
    thread: MessageSeq | None = None
    n: Count


class ChatMarkReadResult(Result):
    """Where the cursor stands now."""

    n: Count


class ChatHistory(Command):
    """A page of a room or thread. At most one of `before_n`, `after_n`, `around`, `at_ms`; with none, the newest page."""

    type: Literal["chat.history"] = "chat.history"
    room: Id
    thread: MessageSeq | None = None
    before_n: Count | None = None
    after_n: Count | None = None
    around: MessageSeq | None = None
    """Seq of a message: the page around it, in the room or thread it stands in."""
    at_ms: Millis | None = None
    """A moment: the page around the first message at or after it; the newest page when there is none."""
    limit: int = Field(default=SNAPSHOT_MESSAGES, ge=1, le=PAGE_MAX)


class ChatPage(Result):
    """A page of history, oldest first."""

    thread: MessageSeq | None
    """Where the page is from: the thread's root, or None for the room itself."""
    root: ChatMessage | None = None
    """The thread's first message."""
    head_n: Count
    messages: list[ChatMessage]
    more_before: bool
    more_after: bool


class ChatFiles(Command):
    """Messages of a room and its threads that hold files now, newest first."""

    type: Literal["chat.files"] = "chat.files"
    room: Id
    before: MessageSeq | None = None
    """Continue with messages older than this one."""
    limit: int = Field(default=SNAPSHOT_MESSAGES, ge=1, le=PAGE_MAX)


class ChatFilesResult(Result):
    """Messages with files."""

    messages: list[ChatMessage]
    """Newest first."""
    more: bool


class ChatOpenDirect(Command):
    """Talk to one member of the own organisation; answers with the room there is, or a new one."""

    type: Literal["chat.open_direct"] = "chat.open_direct"
    member: Id


class ChatOpened(Result):
    """A direct talk."""

    room: Id


class ChatTyping(Command):
    """One is typing. Others see it only when one's preferences say so; repeat every 3 s at most."""

    type: Literal["chat.typing"] = "chat.typing"
    room: Id
    thread: MessageSeq | None = None


class ChatPeople(Command):
    """Who is in the room, by id; and others whom the given messages name (authors who left, for example)."""

    type: Literal["chat.people"] = "chat.people"
    room: Id
    after: Id | None = None
    """Continue behind this id."""
    of_messages: list[MessageSeq] = Field(default_factory=list, max_length=PAGE_MAX)
    """Messages whose authors, mentions and reactions need a name."""
    limit: int = Field(default=PEOPLE_PAGE_MAX, ge=1, le=PEOPLE_PAGE_MAX)


class ChatTitle(WireModel):
    """What somebody's office is called in this organisation."""

    zh: str
    en: str


class ChatPerson(WireModel):
    """A member as others in the room see them."""

    member: Id
    name: str
    number: str = ""
    """Tells namesakes apart."""
    titles: list[ChatTitle] = Field(default_factory=list)
    groups: list[str] = Field(default_factory=list)
    """Names of the groups of this branch they are in; empty in rooms of groups and in direct talk."""
    present: bool = True
    """False for somebody who is no longer in the room."""


class ChatPeopleResult(Result):
    """People of a room."""

    people: list[ChatPerson]
    groups: list[str] = Field(default_factory=list)
    """Names of the branch's groups in their order."""
    more: bool


# -- events ------------------------------------------------------------------------------------------------------------


class ChatSent(LogEvent):
    """A message was sent. Replayed later it shows the message as it is now (edited, recalled, with reactions)."""

    type: Literal["chat.sent"] = "chat.sent"
    sender: Id
    n: Count
    thread: MessageSeq | None = None
    text: str
    reply_to: MessageSeq | None = None
    mentions: list[Id] = Field(default_factory=list)
    everyone: bool = False
    attachments: list[ChatAttachment] = Field(default_factory=list)
    edited_at_ms: Millis | None = None
    gone: ChatGone | None = None
    reactions: dict[Reaction, list[Id]] = Field(default_factory=dict)
    pinned: bool = False
    thread_sender: Id | None = None
    """Who began the thread (and so follows it); None in the room itself."""
    thread_head: Count | None = None
    """Replies that stood when this one was taken: who begins to follow the thread with it has read up to here."""


class ChatEdited(LogEvent):
    """The text of a message is this now."""

    type: Literal["chat.edited"] = "chat.edited"
    message: MessageSeq
    text: str
    """Empty when the message is gone since."""
    edited_at_ms: Millis


class ChatRecalled(LogEvent):
    """A message was taken back by its author: drop its content everywhere."""

    type: Literal["chat.recalled"] = "chat.recalled"
    message: MessageSeq
    by: Id


class ChatDeleted(LogEvent):
    """A message was deleted by right: drop its content everywhere."""

    type: Literal["chat.deleted"] = "chat.deleted"
    message: MessageSeq
    by: Id
    reason: str


class ChatReacted(LogEvent):
    """A member set a reaction or took it away."""

    type: Literal["chat.reacted"] = "chat.reacted"
    message: MessageSeq
    emoji: Reaction
    member: Id
    on: bool


class ChatPinned(LogEvent):
    """A message was pinned or unpinned."""

    type: Literal["chat.pinned"] = "chat.pinned"
    message: MessageSeq
    on: bool
    by: Id
    pinned_at_ms: Millis


class ChatTypingEvent(LiveEvent):
    """A member is typing now; forget it after 6 s."""

    apart_ms: ClassVar[int] = 3_000
    type: Literal["chat.typing"] = "chat.typing"
    member: Id
    thread: MessageSeq | None = None


CHAT_LOG_EVENTS = (ChatSent, ChatEdited, ChatRecalled, ChatDeleted, ChatReacted, ChatPinned)
