"""The stored body of a message, what may be done to it, and what it looks like on the wire. Pure.

A message is the log entry `chat.sent`. Its body holds the state of the message as it is now; every change is one unit of a
guarded update of that body (`rev` goes up by one) and a new entry that tells of it. Absent fields are not stored:

    text str · thread int · thread_sender id · thread_head int · reply_to int · mentions [id] · everyone true ·
    attachments [{…}] · edited_at_ms int · edits_count int · marks [[emoji, member]] · pinned true ·
    gone {how, by, reason?} · rev int

Imported by channels.chat.
"""

from typing import Any

from channels.chat.emoji import KINDS_MAX, MARKS_MAX
from channels.chat.errors import (
    EDIT_TOO_LATE,
    EDITS_FULL,
    MESSAGE_GONE,
    NOT_YOURS,
    REACTIONS_FULL,
    RECALL_TOO_LATE,
)
from channels.chat.protocol import (
    CHAT_LOG_EVENTS,
    ChatAttachment,
    ChatGone,
    ChatMessage,
    ChatThreadSummary,
)
from channels.protocol.base import LogEvent, wire_type
from channels.protocol.errors import Refused
from storage.log import Entry

RECALL_MS = 120_000  # two minutes by server time, as people know it from other messengers
EDIT_MS = 86_400_000  # a day: long enough for a typo, short enough that nobody rewrites what was agreed
EDITS_MAX = 100  # each edit is an entry of the log; more than this is not correcting any more

Body = dict[str, Any]


# -- what may be done ----------------------------------------------------------------------------------------------------


def check_stands(entry: Entry) -> None:
    """Refuse a message that is gone.

    Raises:
        Refused: MESSAGE_GONE.
    """
    if "gone" in entry.body:
        raise Refused(MESSAGE_GONE)


def check_own(entry: Entry, member: str) -> None:
    """Refuse somebody else's message.

    Raises:
        Refused: NOT_YOURS.
    """
    if entry.sender != member:
        raise Refused(NOT_YOURS)


def check_edit(entry: Entry, member: str, now_ms: int) -> None:
    """May this member change the text now?

    Raises:
        Refused: NOT_YOURS, MESSAGE_GONE, EDIT_TOO_LATE, EDITS_FULL.
    """
    check_own(entry, member)
    check_stands(entry)
    if now_ms - entry.at_ms > EDIT_MS:
        raise Refused(EDIT_TOO_LATE, h=EDIT_MS // 3_600_000)
    if entry.body.get("edits_count", 0) >= EDITS_MAX:
        raise Refused(EDITS_FULL, max=EDITS_MAX)


def check_recall(entry: Entry, member: str, now_ms: int) -> None:
    """May this member take the message back now?

    Raises:
        Refused: NOT_YOURS, MESSAGE_GONE, RECALL_TOO_LATE.
    """
    check_own(entry, member)
    check_stands(entry)
    if now_ms - entry.at_ms > RECALL_MS:
        raise Refused(RECALL_TOO_LATE, m=RECALL_MS // 60_000)


# -- what it is afterwards -----------------------------------------------------------------------------------------------


def edited(body: Body, text: str, now_ms: int) -> Body:
    """The body with a new text."""
    count = body.get("edits_count", 0) + 1
    return _next(body, text=text, edited_at_ms=now_ms, edits_count=count)


def gone(body: Body, gone: ChatGone) -> Body:
    """The body without content. What places the message in its thread stays."""
    kept: Body = {key: body[key] for key in ("thread", "thread_sender", "thread_head", "rev") if key in body}
    return _next(kept, text="", gone=gone.model_dump(exclude_none=True))


def reacted(body: Body, emoji: str, member: str, *, on: bool) -> Body | None:
    """The body with a reaction set or taken away; None when nothing changes.

    Raises:
        Refused: REACTIONS_FULL.
    """
    marks: list[list[str]] = body.get("marks", [])
    mark = [emoji, member]
    if (mark in marks) == on:
        return None
    if not on:
        return _next(body, marks=[m for m in marks if m != mark])
    kinds = {m[0] for m in marks}
    if len(marks) >= MARKS_MAX or (emoji not in kinds and len(kinds) >= KINDS_MAX):
        raise Refused(REACTIONS_FULL)
    return _next(body, marks=[*marks, mark])


def pinned(body: Body, *, on: bool) -> Body | None:
    """The body pinned or unpinned; None when nothing changes."""
    if ("pinned" in body) == on:
        return None
    return _next(body, pinned=on or None)


def _next(body: Body, **changes: Any) -> Body:  # noqa: ANN401 - fields of a stored document
    changed = body | changes | {"rev": body.get("rev", 0) + 1}
    return {key: value for key, value in changed.items() if value is not None and value != []}


# -- what it looks like --------------------------------------------------------------------------------------------------


def to_message(entry: Entry, thread_tail: Entry | None = None) -> ChatMessage:
    """The message of an entry `chat.sent`; `thread_tail` is the newest reply to it, if there is one."""
    summary = None
    if thread_tail is not None:
        summary = ChatThreadSummary(
            count=thread_tail.n or 0, last_seq=thread_tail.seq, last_at_ms=thread_tail.at_ms
        )
    return ChatMessage(seq=entry.seq, at_ms=entry.at_ms, thread_summary=summary, **_shown(entry))


def _shown(entry: Entry) -> dict[str, Any]:
    """Fields that ChatMessage and ChatSent share, besides seq and at_ms."""
    body = entry.body
    return {
        "sender": entry.sender,
        "n": entry.n,
        "thread": body.get("thread"),
        "text": body["text"],
        "reply_to": body.get("reply_to"),
        "mentions": body.get("mentions", []),
        "everyone": body.get("everyone", False),
        "attachments": [ChatAttachment(**a) for a in body.get("attachments", ())],
        "edited_at_ms": body.get("edited_at_ms"),
        "gone": ChatGone(**body["gone"]) if "gone" in body else None,
        "reactions": _reactions(body.get("marks", ())),
        "pinned": body.get("pinned", False),
    }


def _reactions(marks: list[list[str]]) -> dict[str, list[str]]:
    reactions: dict[str, list[str]] = {}
    for emoji, member in marks:
        reactions.setdefault(emoji, []).append(member)
    return {emoji: sorted(members) for emoji, members in reactions.items()}


_EVENTS: dict[str, type[LogEvent]] = {wire_type(event): event for event in CHAT_LOG_EVENTS}


def render(entry: Entry) -> LogEvent:
    """The event of an entry of a chat topic; the same for live, resume and replay.

    Raises:
        KeyError: An entry that chat never wrote.
    """
    fields: Body = {"topic": entry.topic, "seq": entry.seq, "at_ms": entry.at_ms}
    if entry.type == "chat.sent":
        fields |= _shown(entry)
        fields |= {key: entry.body.get(key) for key in ("thread_sender", "thread_head")}
    else:
        fields |= entry.body
    return _EVENTS[entry.type].model_validate(fields)
