"""Wire models of a member's own topic `me:<member>`: one member, all devices in step."""

from typing import Annotated, Literal

from pydantic import Field

from channels.protocol.base import Command, Count, Id, LogEvent, Millis, Result, WireModel

NOTICES_SHOWN = 20
"""Newest notices in a snapshot."""

MENTIONS_MAX = 100
"""Unread mentions of one room in a snapshot; a client shows 99+."""

THREADS_MAX = 50
"""Threads of one room whose unread count is kept: the newest ones the member follows."""

MessageSeq = Annotated[int, Field(ge=1, le=2**53 - 1)]
RoomKindWord = Literal["branch", "group", "direct"]
Theme = Literal["system", "light", "dark"]
Locale = Literal["zh-CN", "zh-TW", "en"]


class MePreferences(WireModel):
    """How the member wants it, on all devices."""

    typing_visible: bool = False
    """Others see that this member types. Off until they say so (domain.md CHT-04)."""
    locale: Locale = "zh-CN"
    large_type: bool = False
    theme: Theme = "system"


class MeMention(WireModel):
    """An unread message that names the member, or everyone."""

    message: MessageSeq
    n: Count
    """Its ordinal in its counter."""
    thread: MessageSeq | None = None
    """Root of its thread, None in the room itself."""


class MeThread(WireModel):
    """A thread the member follows: wrote in it, was named in it, or began it."""

    root: MessageSeq
    head_n: Count
    """Replies so far."""
    read_n: Count
    """Read so far; unread = head_n - read_n."""


class MeLastMessage(WireModel):
    """The newest message of a room, for the list."""

    message: MessageSeq
    at_ms: Millis
    sender: Id
    excerpt: str
    """At most 80 code points on one line; empty for a message of attachments only, or gone."""
    attachments_count: Count = 0
    gone: Literal["recalled", "deleted"] | None = None


class MeRoom(WireModel):
    """One line of the room list."""

    room: Id
    kind: RoomKindWord
    title: str
    unit: Id | None = None
    other: Id | None = None
    """The other member of a direct talk."""
    head: Count = 0
    """Entry of `chat:<room>` up to which this line tells everything. A client whose position there is another one fetches
    what lies between with `replay` and applies it to the line (more than a page: it takes this snapshot again)."""
    head_n: Count = 0
    """Messages so far in the room itself."""
    read_n: Count = 0
    """Read so far; unread = head_n - read_n."""
    last: MeLastMessage | None = None
    mentions: list[MeMention] = Field(default_factory=list)
    """Unread mentions, oldest first."""
    threads: list[MeThread] = Field(default_factory=list)
    """Followed threads, by root."""


class MeRead(LogEvent):
    """The member read up to `n` in a room or thread, on some device."""

    type: Literal["me.read"] = "me.read"
    room: Id
    thread: MessageSeq | None = None
    n: Count


class MeRoomAdded(LogEvent):
    """The member is in this room from now on, or the room has a new title."""

    type: Literal["me.room_added"] = "me.room_added"
    room: Id
    kind: RoomKindWord
    title: str
    unit: Id | None = None
    other: Id | None = None
    head_n: Count = 0
    """Messages said before; they count as read."""


class MeRoomRemoved(LogEvent):
    """The member is no longer in this room: forget it."""

    type: Literal["me.room_removed"] = "me.room_removed"
    room: Id


class MeMentioned(LogEvent):
    """Somebody named the member."""

    type: Literal["me.mentioned"] = "me.mentioned"
    room: Id
    message: MessageSeq
    n: Count
    thread: MessageSeq | None = None
    thread_head: Count | None = None
    """Set when the member begins to follow the thread with this mention: replies up to here count as read."""
    by: Id
    gone: bool = False
    """True when the message was recalled or deleted since: nothing to show (a thread that is followed since stays so)."""


class MeSecurityNotice(LogEvent):
    """Something about the member's own account; the client has a sentence for each `kind`."""

    type: Literal["me.security_notice"] = "me.security_notice"
    kind: str
    device: str = ""
    params: dict[str, str | int] = Field(default_factory=dict)


class MeMessageDeleted(LogEvent):
    """A message of the member was deleted by right, with the reason."""

    type: Literal["me.message_deleted"] = "me.message_deleted"
    room: Id
    message: MessageSeq
    by: Id
    reason: str


class MePreferencesChanged(LogEvent):
    """Preferences, all of them, as they are now."""

    type: Literal["me.preferences_changed"] = "me.preferences_changed"
    preferences: MePreferences


class MeMeetingTold(LogEvent):
    """Something in a meeting that is about this member; the client has a sentence for each `what`."""

    type: Literal["me.meeting_told"] = "me.meeting_told"
    meeting: Id
    unit: Id
    title: str
    what: str
    kept: bool
    """True: it stands among the notices. False: only a sign that the member's part of the meeting changed."""
    params: dict[str, str | int] = Field(default_factory=dict)


class MeOrganisationTold(LogEvent):
    """Something in the organisation that is about every member, or about its officers; the client has a sentence for each `what`."""

    type: Literal["me.organisation_told"] = "me.organisation_told"
    what: str
    params: dict[str, str | int] = Field(default_factory=dict)


MeNotice = Annotated[
    MeSecurityNotice | MeMessageDeleted | MeMeetingTold | MeOrganisationTold, Field(discriminator="type")
]


class MeSnapshot(WireModel):
    """All that concerns one member; the state of topic `me:<member>` together with the chat topics of the rooms."""

    member: Id
    name: str
    rooms: list[MeRoom]
    """By room id; a client orders by `last.at_ms`."""
    notices: list[MeNotice]
    """The newest notices, oldest first."""
    preferences: MePreferences


class MeSetPreferences(Command):
    """Change some preferences; those left out stay."""

    type: Literal["me.set_preferences"] = "me.set_preferences"
    typing_visible: bool | None = None
    locale: Locale | None = None
    large_type: bool | None = None
    theme: Theme | None = None


class MePreferencesSet(Result):
    """All preferences as they are now."""

    preferences: MePreferences


ME_EVENTS = (
    MeRead, MeRoomAdded, MeRoomRemoved, MeMentioned, MeSecurityNotice, MeMessageDeleted, MeMeetingTold,
    MeOrganisationTold, MePreferencesChanged,
)  # fmt: skip
