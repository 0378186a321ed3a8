"""Commands of the minutes (domain.md 2.7). Imported by channels.meeting and tests."""

from typing import Literal

from pydantic import Field

from channels.meeting.protocol.sheet import MeetingCounts
from channels.meeting.protocol.values import (
    REASON_MAX,
    TITLE_MAX,
    MeetingResult,
    MeetingText,
    Stage,
    VoteForm,
)
from channels.protocol.base import Command, Count, Id, Millis, Result, WireModel

SECTIONS_MAX = 60
SECTION_TEXT_MAX = 8_000
SAID_MAX = 2_000
STATEMENTS_MAX = 200


class MinutesStatement(WireModel):
    """What somebody said, in the recorder's words; the speaker may check it before approval (发言核对)."""

    id: Id
    speaker: Id | None = None
    name: str = Field(default="", max_length=TITLE_MAX)
    text: str = Field(max_length=SAID_MAX)
    checked: Literal["open", "agreed", "change_asked"] = "open"
    wish: str = Field(default="", max_length=SAID_MAX)
    """How the speaker would put it."""


class MinutesSection(WireModel):
    """One item of the agenda in the minutes."""

    id: Id
    title: str = Field(max_length=TITLE_MAX)
    text: str = Field(default="", max_length=SECTION_TEXT_MAX)
    statements: list[MinutesStatement] = Field(default_factory=list, max_length=STATEMENTS_MAX)


class MinutesVote(WireModel):
    """A vote as the minutes show it; numbers from the record, not editable."""

    motion: Id
    title: str
    form: VoteForm
    form_title: MeetingText
    entitled: Count
    present_entitled: Count
    issued: Count
    returned: Count
    valid: Count
    result: MeetingResult | None
    outcome: MeetingText


class MinutesTask(WireModel):
    """A task as the minutes show it."""

    title: str
    owner: str
    due_on: str


class MinutesHead(WireModel):
    """What the record knows by itself; not editable."""

    organisation: str
    unit: str
    title: str
    kind: MeetingText
    started_at_ms: Millis
    ended_at_ms: Millis
    time_zone: str
    place: str
    chair: str
    recorder: str
    counts: MeetingCounts
    rate_permille: Count
    late: list[str]
    leave: list[tuple[str, str]]
    """Name and category, never the reason."""
    absent: list[str]
    left_early: list[str]
    observers: list[str]
    votes: list[MinutesVote]
    tasks: list[MinutesTask]
    notes: list[MeetingText]
    """What must be said: windows extended by an outage, many manual entries, corrections."""


class MeetingMinutesText(WireModel):
    """A version of the minutes."""

    meeting: Id
    stage: Stage
    version: Count
    by: Id
    head: MinutesHead
    sections: list[MinutesSection]
    open_matters: str = ""
    """遗留问题."""
    reviewer: Id | None = None
    reason: str = ""
    approved_at_ms: Millis | None = None
    fingerprint: str
    """SHA-256 over the content (not over file bytes), in hexadecimal."""


class MeetingMinutes(Command):
    """Read the minutes: the desk any version, everybody else once they are approved."""

    type: Literal["meeting.minutes"] = "meeting.minutes"
    meeting: Id


class MeetingMinutesResult(Result):
    """The newest version; pre-filled from the record before the first was written."""

    minutes: MeetingMinutesText


class MeetingWriteMinutes(Command):
    """The recorder writes a version over the one that was read."""

    type: Literal["meeting.write_minutes"] = "meeting.write_minutes"
    meeting: Id
    version: Count
    """The version this one was written over; 0 for the first."""
    sections: list[MinutesSection] = Field(max_length=SECTIONS_MAX)
    open_matters: str = Field(default="", max_length=SECTION_TEXT_MAX)


class MeetingSubmitMinutes(Command):
    """Hand the minutes to a second person."""

    type: Literal["meeting.submit_minutes"] = "meeting.submit_minutes"
    meeting: Id


class MeetingReviewMinutes(Command):
    """Approve, or return with a reason; never by the recorder."""

    type: Literal["meeting.review_minutes"] = "meeting.review_minutes"
    meeting: Id
    approve: bool
    reason: str = Field(default="", max_length=REASON_MAX)


class MeetingCheckStatement(Command):
    """A speaker agrees to what is quoted, or asks for other words."""

    type: Literal["meeting.check_statement"] = "meeting.check_statement"
    meeting: Id
    statement: Id
    agree: bool
    wish: str = Field(default="", max_length=SAID_MAX)


class MeetingStatements(Command):
    """The caller's own quoted statements, to be checked."""

    type: Literal["meeting.statements"] = "meeting.statements"
    meeting: Id


class MeetingStatementsResult(Result):
    """In the order of the minutes."""

    statements: list[MinutesStatement]


class MeetingAcknowledge(Command):
    """已阅知: an absent member has read what was decided; the row gets the mark 已补学."""

    type: Literal["meeting.acknowledge"] = "meeting.acknowledge"
    meeting: Id
