"""Commands of leave, exclusion from the roll and correction. Imported by channels.meeting and tests."""

from typing import Literal

from pydantic import Field

from channels.meeting.protocol.sheet import MeetingLeaveLine
from channels.meeting.protocol.values import REASON_MAX, Key, MeetingRoll
from channels.protocol.base import Command, Id, Millis, Result, WireModel

NOTE_MAX = 300
EVIDENCE_MAX = 120

ExclusionClass = Literal["abroad", "bedridden", "sentence", "transferring", "moved_away", "other"]
"""domain.md 2.2; shown to the keeper of the roll alone, the minutes show the number."""


class MeetingAskLeave(Command):
    """Ask for leave; the note is read by the approver alone and erased after 90 days."""

    type: Literal["meeting.ask_leave"] = "meeting.ask_leave"
    meeting: Id
    category: Key
    note: str = Field(default="", max_length=NOTE_MAX)


class MeetingWithdrawLeave(Command):
    """Take one's request, or one's leave, back."""

    type: Literal["meeting.withdraw_leave"] = "meeting.withdraw_leave"
    meeting: Id


class MeetingDecideLeave(Command):
    """Approve or refuse somebody else's request."""

    type: Literal["meeting.decide_leave"] = "meeting.decide_leave"
    meeting: Id
    member: Id
    approve: bool
    reason: str = Field(default="", max_length=REASON_MAX)


class MeetingReadLeave(Command):
    """Read the note of a request, as its approver."""

    type: Literal["meeting.read_leave"] = "meeting.read_leave"
    meeting: Id
    member: Id


class MeetingLeaveNote(Result):
    """The note, empty when none was written or it was erased."""

    leave: MeetingLeaveLine
    note: str


class MeetingExclude(Command):
    """Leave somebody out of 应到, with the decision it rests on; or put them back (`on` false)."""

    type: Literal["meeting.exclude"] = "meeting.exclude"
    meeting: Id
    member: Id
    on: bool = True
    reason_class: ExclusionClass = "other"
    approved_by: str = Field(default="", max_length=EVIDENCE_MAX)
    """Who above approved it."""
    resolution: str = Field(default="", max_length=EVIDENCE_MAX)
    """The resolution of the meeting that passed it."""


class MeetingRollResult(Result):
    """The roll as it is counted now; None before it was frozen."""

    roll: MeetingRoll | None


class MeetingAskCorrection(Command):
    """Ask for a correction of one's row within 72 hours after closing."""

    type: Literal["meeting.ask_correction"] = "meeting.ask_correction"
    meeting: Id
    text: str = Field(min_length=1, max_length=NOTE_MAX)


class MeetingCorrections(Command):
    """Requests for correction, for the desk."""

    type: Literal["meeting.corrections"] = "meeting.corrections"
    meeting: Id


class MeetingDecideCorrection(Command):
    """Decide a request, with a reason; approving sets the row to present."""

    type: Literal["meeting.decide_correction"] = "meeting.decide_correction"
    meeting: Id
    member: Id
    approve: bool
    reason: str = Field(min_length=1, max_length=REASON_MAX)


class MeetingCorrection(WireModel):
    """One request for correction."""

    member: Id
    text: str
    state: Literal["asked", "approved", "refused"]
    asked_at_ms: Millis
    decided_by: Id | None = None
    reason: str = ""


class MeetingCorrectionsResult(Result):
    """By time of asking."""

    corrections: list[MeetingCorrection]
