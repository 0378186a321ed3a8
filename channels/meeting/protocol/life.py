"""Commands of a meeting's life: from draft to close; officers, lists, what the caller is in it.

Imported by channels.meeting and tests.
"""

from typing import Literal

from pydantic import Field

from channels.meeting.protocol.sheet import MeetingCounts, MeetingSelf, MeetingSheet
from channels.meeting.protocol.values import (
    HELPERS_MAX,
    ITEMS_MAX,
    NOTE_MAX,
    REASON_MAX,
    TITLE_MAX,
    Key,
    Meeting,
    MeetingRules,
    MeetingText,
    Stage,
)
from channels.protocol.base import Command, Id, Millis, Result, WireModel

LIST_MAX = 200
DURATION_MAX_MS = 24 * 3_600_000
GUESTS_MAX = 200
PLACE_MAX = 120
LINK_MAX = 500
REPEATS_MAX = 60


class MeetingItemDraft(WireModel):
    """One item of the agenda as the organizer writes it; `id` only for items that stand already."""

    id: Id | None = None
    title: str = Field(min_length=1, max_length=TITLE_MAX)
    note: str = Field(default="", max_length=NOTE_MAX)
    kind: Literal["report", "discussion", "motion", "other"] = "discussion"
    rule: Key | None = None
    planned_ms: Millis = Field(default=0, le=DURATION_MAX_MS)


class MeetingPlan(WireModel):
    """What an organizer writes about a meeting."""

    title: str = Field(min_length=1, max_length=TITLE_MAX)
    place: str = Field(default="", max_length=PLACE_MAX)
    link: str = Field(default="", max_length=LINK_MAX)
    """https address of the call, or empty."""
    note: str = Field(default="", max_length=NOTE_MAX)
    starts_at_ms: Millis
    ends_at_ms: Millis
    items: list[MeetingItemDraft] = Field(default_factory=list, max_length=ITEMS_MAX)
    chair: Id
    recorder: Id
    organizer: Id
    scrutineers: list[Id] = Field(default_factory=list, max_length=HELPERS_MAX)
    tellers: list[Id] = Field(default_factory=list, max_length=HELPERS_MAX)
    guests: list[Id] = Field(default_factory=list, max_length=GUESTS_MAX)
    guest_names: list[str] = Field(default_factory=list, max_length=GUESTS_MAX)


class MeetingRepeat(WireModel):
    """The same meeting again and again, in the organisation's time zone."""

    every: Literal["week", "two_weeks", "month"]
    count: int = Field(ge=2, le=REPEATS_MAX)
    """How many in all, the first included."""


class MeetingKinds(Command):
    """Which kinds of meeting a unit may hold, and by which rules."""

    type: Literal["meeting.kinds"] = "meeting.kinds"
    unit: Id


class MeetingKindsResult(Result):
    """By the organisation's template, the usual one first."""

    kinds: list[MeetingRules]


class MeetingCreate(Command):
    """Make a draft; only its makers see it. Retry with the same `cid` until answered."""

    type: Literal["meeting.create"] = "meeting.create"
    unit: Id
    kind: Key
    plan: MeetingPlan
    cid: Id
    repeat: MeetingRepeat | None = None


class MeetingCreated(Result):
    """The draft, or the drafts of a row of meetings, by time."""

    meetings: list[Id]
    nearby: list[Id] = Field(default_factory=list)
    """Other meetings of the unit within twelve hours: perhaps one was made by mistake."""


class MeetingEdit(Command):
    """Change the plan; before opening everything, afterwards place, link, note, agenda and officers only."""

    type: Literal["meeting.edit"] = "meeting.edit"
    meeting: Id
    plan: MeetingPlan


class MeetingAnnounce(Command):
    """Tell everybody who sits in it."""

    type: Literal["meeting.announce"] = "meeting.announce"
    meeting: Id


class MeetingAnnounceResult(Result):
    """It is announced."""

    warning: MeetingText | None = None
    """Set when it is announced later than the template asks for."""


class MeetingOpenLobby(Command):
    """Let people in before it begins."""

    type: Literal["meeting.open_lobby"] = "meeting.open_lobby"
    meeting: Id
    anyway: bool = False
    """Also while another meeting of the unit is in its lobby or in session."""


class MeetingOpen(Command):
    """Open the meeting: freeze the roll and the rules, begin the first round of check-in."""

    type: Literal["meeting.open"] = "meeting.open"
    meeting: Id
    anyway: bool = False
    """Also while another meeting of the unit is in its lobby or in session."""


class MeetingPause(Command):
    """Pause, or go on."""

    type: Literal["meeting.pause"] = "meeting.pause"
    meeting: Id
    on: bool


class MeetingClose(Command):
    """Close the meeting: rounds end, who did not come is absent, the minutes are begun."""

    type: Literal["meeting.close"] = "meeting.close"
    meeting: Id


class MeetingCancel(Command):
    """Call a meeting off; those who were invited are told why."""

    type: Literal["meeting.cancel"] = "meeting.cancel"
    meeting: Id
    reason: str = Field(min_length=1, max_length=REASON_MAX)


class MeetingList(Command):
    """Meetings the caller may see, by beginning."""

    type: Literal["meeting.list"] = "meeting.list"
    unit: Id | None = None
    """None: of all the caller's units."""
    after_ms: Millis
    before_ms: Millis


class MeetingLine(WireModel):
    """A meeting in a list."""

    id: Id
    unit: Id
    stage: Stage
    title: str
    kind: MeetingText
    place: str
    starts_at_ms: Millis
    ends_at_ms: Millis
    mine: Literal["expected", "here", "leave", "absent", "none"]
    """What the sheet says about the caller."""


class MeetingLines(Result):
    """At most LIST_MAX."""

    meetings: list[MeetingLine]


class MeetingMe(Command):
    """What a meeting knows of the caller; asked again when `me.meeting_told` arrives."""

    type: Literal["meeting.me"] = "meeting.me"
    meeting: Id


class MeetingMeResult(Result):
    """The caller's part."""

    you: MeetingSelf


class MeetingSnapshot(WireModel):
    """What `meeting:<id>` starts from; for `meeting:<id>-sheet` only `sheet` is set."""

    meeting: Meeting | None = None
    you: MeetingSelf | None = None
    counts: MeetingCounts | None = None
    """None before the roll was frozen."""
    sheet: MeetingSheet | None = None
