"""What other features may ask of chat, and how its rooms are named. Values only.

Topic: `chat:<room id>`. The room of a branch or group has the unit's id; direct talk has an id of its own.
May be imported by every feature and server.
"""

from dataclasses import dataclass
from typing import Literal

from storage.ids import MemberId, RoomId

MAIN = "main"
"""Counter of the messages of a room itself."""


PREVIEW_MAX = 80
"""Code points of a message in the room list."""


def excerpt(text: str, limit: int = PREVIEW_MAX) -> str:
    """The first `limit` code points of a message on one line, `…` last when something was cut.

    White space is folded to single spaces; only the first 4 × `limit` code points are looked at.
    """
    line = " ".join(text[: limit * 4].split())
    if len(line) > limit or len(text) > limit * 4:
        return line[: limit - 1] + "…"
    return line


def chat_topic(room: RoomId | str) -> str:
    """Topic of a room."""
    return f"chat:{room}"


def thread_counter(root: int | None) -> str:
    """Counter of the replies to the message `root`; `main` for None."""
    return MAIN if root is None else f"t{root}"


@dataclass(frozen=True, slots=True)
class UnreadMention:
    """A message after the member's cursor that names them or everyone. `thread` is the root's seq, None in the room."""

    message: int
    n: int
    thread: int | None


@dataclass(frozen=True, slots=True)
class FollowedThread:
    """A thread the member follows, with ordinals of its newest reply and of what they have read."""

    root: int
    head_n: int
    read_n: int


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The newest message of a room."""

    message: int
    at_ms: int
    sender: str
    excerpt: str
    attachments_count: int
    gone: Literal["recalled", "deleted"] | None


@dataclass(frozen=True, slots=True)
class RoomLine:
    """One room as one member sees it in the list.

    Attributes:
        room: Room id.
        kind: `branch`, `group` or `direct`.
        title: Name of the unit, or of the other member.
        unit: Unit id, None for direct talk.
        other: The other member of a direct talk.
        head: Entry of the room's topic up to which this line tells everything; it may tell more.
        head_n: Ordinal of the newest message in the room itself.
        read_n: The member's cursor there.
        last: The newest message.
        mentions: Unread ones, oldest first, at most 100.
        threads: Followed ones by root, at most the 50 newest roots.
    """

    room: RoomId
    kind: Literal["branch", "group", "direct"]
    title: str
    unit: str | None
    other: str | None
    head: int
    head_n: int
    read_n: int
    last: LastMessage | None
    mentions: tuple[UnreadMention, ...]
    threads: tuple[FollowedThread, ...]


@dataclass(frozen=True, slots=True)
class RoomLines:
    """Question: the rooms of a member, by room id. Answer: tuple[RoomLine, ...]."""

    member: MemberId
