"""The attendance sheet on the wire: what is known about single people, for the organizers' desk; and each person's own part.

Topic `meeting:<id>-sheet`. Its log is the truth about presence: a state is these events applied in their order
(`channels.meeting.sheet`). Imported by channels.meeting and tests.
"""

from typing import Literal

from pydantic import Field

from channels.meeting.protocol.values import Choice, Key
from channels.protocol.base import Count, Id, LogEvent, Millis, Seq, WireModel

RowStatus = Literal["expected", "on_time", "late", "leave", "official", "absent", "excluded", "observer"]
"""domain.md 5.1; `absent` is computed at closing, never before."""

Method = Literal["code", "qr", "organizer", "pass", "rollcall", "paper"]
"""`pass`: the organizer scanned the member's own rotating code."""

Answer = Literal["here", "leave", "none"]
"""到 / 请假 / 未应答."""

RowCause = Literal[
    "manual", "paper", "correction", "disputed", "confirmed", "not_here", "leave", "official", "leave_withdrawn", "excluded",
    "included", "left_early", "returned", "signed_out", "absent", "made_up",
]  # fmt: skip


class MeetingRow(WireModel):
    """One person on the sheet; one per meeting and member (invariant 2)."""

    member: Id
    group: Id | None = None
    votes: bool
    status: RowStatus
    order: Count
    """Place on the roll, from 1."""
    method: Method | None = None
    at_ms: Millis | None = None
    """Server time that counted."""
    late_ms: Millis = 0
    """How late after `late_from`; 0 for on time."""
    left_at_ms: Millis | None = None
    """Left early, or signed out; not counted for votes from then on."""
    disputed: bool = False
    """存疑: not counted until resolved."""
    remote: bool = False
    made_up: bool = False
    """已补学."""
    note: str = ""
    """Reason of a manual entry or class of an exclusion, as the desk wrote it."""


class MeetingLeaveLine(WireModel):
    """A request for leave, as the desk sees it; the free text is shown to its approver alone."""

    member: Id
    category: Key
    state: Literal["asked", "approved", "refused", "withdrawn"]
    asked_at_ms: Millis
    decided_by: Id | None = None
    reason: str = ""
    has_note: bool = False


class MeetingSpot(WireModel):
    """A spot check of some who are present: each is asked once, answers within the time, has a second try."""

    id: Id
    members: list[Id]
    asked_at_ms: Millis
    until_ms: Millis
    answered: list[Id] = Field(default_factory=list)


class MeetingAnswer(WireModel):
    """An answer to a roll-call."""

    member: Id
    answer: Answer
    at_ms: Millis
    by: Id | None = None
    """Who entered it, when it was not the member."""


class MeetingBallot(WireModel):
    """A named vote."""

    member: Id
    choice: Choice


class MeetingCounts(WireModel):
    """Numbers of domain.md 2.2; `at` says how much of the sheet they include."""

    at: Seq
    expected: Count
    entitled: Count
    on_time: Count
    late: Count
    present: Count
    """on time + late, without those who left and without disputed ones: who counts for quorum and votes now."""
    present_entitled: Count
    attended: Count
    """实到: on time + late, also those who left early."""
    leave: Count
    official: Count
    absent: Count
    """0 before closing."""
    disputed: Count
    left_early: Count
    excluded: Count
    observers: Count
    answered: Count
    """Answers to the newest roll-call."""
    answered_here: Count
    voted: Count
    """Voters of the open named vote."""


class MeetingSheet(WireModel):
    """State of the sheet at its head."""

    meeting: Id
    rows: list[MeetingRow]
    """In the order of the roll; empty before it was frozen."""
    leaves: list[MeetingLeaveLine]
    spots: list[MeetingSpot]
    answers: list[MeetingAnswer]
    """Of the newest roll-call, by member."""
    roll_call: Id | None
    voted: list[Id]
    """Who voted in the open named vote, by id."""
    motion: Id | None
    opening: Seq | None
    """Seq of the entry that opened the vote on `motion`; a vote put off and opened again has another."""
    counts: MeetingCounts


class MeetingSelf(WireModel):
    """What a meeting knows of the caller, and what they may do in it."""

    row: MeetingRow | None = None
    """None before the roll was frozen, and for observers without a place on it."""
    leave: MeetingLeaveLine | None = None
    voted: list[Id] = Field(default_factory=list)
    """Motions they voted on."""
    answered: Id | None = None
    """The newest roll-call they answered."""
    spot: MeetingSpot | None = None
    """A spot check that waits for their answer."""
    desk: bool
    """May open the sheet and run the meeting's parts."""
    runs: bool
    """Organizer or chair, or has `meeting.manage` here."""
    records: bool
    """Is the recorder."""
    acknowledged: bool = False
    """已阅知."""


# -- events of the sheet -------------------------------------------------------------------------------------------------


class MeetingCheckedIn(LogEvent):
    """Somebody checked in themselves; counted once per round and member (idempotency key of the entry)."""

    type: Literal["meeting.checked_in"] = "meeting.checked_in"
    member: Id
    round: Id
    method: Method
    received_at_ms: Millis
    """When the server received it, or the claim it rests on: what decides between on time and late."""
    late_ms: Millis
    """0 for on time."""
    remote: bool


class MeetingRowSet(LogEvent):
    """Somebody at the desk, or the member, or the closing, changed a row; it carries the row as it is now."""

    type: Literal["meeting.row_set"] = "meeting.row_set"
    row: MeetingRow
    cause: RowCause
    by: Id
    reason: str = ""


class MeetingRollFrozen(LogEvent):
    """The roll was frozen, or corrected: the sheet begins with these rows; a client that sees it takes a fresh snapshot."""

    type: Literal["meeting.roll_frozen"] = "meeting.roll_frozen"
    version: Count
    by: Id


class MeetingRollAnswered(LogEvent):
    """An answer to a roll-call; the last one of a member counts."""

    type: Literal["meeting.roll_answered"] = "meeting.roll_answered"
    roll_call: Id
    answer: MeetingAnswer


class MeetingVoteCast(LogEvent):
    """A named vote; the first of a member in an opening counts (idempotency key of the entry), and none behind its end."""

    type: Literal["meeting.vote_cast"] = "meeting.vote_cast"
    motion: Id
    opening: Seq
    """As in `MeetingSheet`."""
    ballot: MeetingBallot


class MeetingLeaveSet(LogEvent):
    """A request for leave was made, decided or withdrawn."""

    type: Literal["meeting.leave_set"] = "meeting.leave_set"
    leave: MeetingLeaveLine
    by: Id


class MeetingSpotAsked(LogEvent):
    """A spot check was begun, or begun again for those who did not answer."""

    type: Literal["meeting.spot_asked"] = "meeting.spot_asked"
    spot: MeetingSpot


class MeetingSpotAnswered(LogEvent):
    """Somebody answered a spot check."""

    type: Literal["meeting.spot_answered"] = "meeting.spot_answered"
    spot: Id
    member: Id


class MeetingCollecting(LogEvent):
    """From here on the sheet collects answers to this roll-call and votes on this motion; what was collected before is done."""

    type: Literal["meeting.collecting"] = "meeting.collecting"
    roll_call: Id | None
    motion: Id | None


class MeetingSheetClosed(LogEvent):
    """The meeting closed: everybody still expected is absent from here on."""

    type: Literal["meeting.sheet_closed"] = "meeting.sheet_closed"
    by: Id


SHEET_EVENTS: tuple[type[LogEvent], ...] = (
    MeetingCheckedIn, MeetingRowSet, MeetingRollFrozen, MeetingRollAnswered, MeetingVoteCast, MeetingLeaveSet,
    MeetingSpotAsked, MeetingSpotAnswered, MeetingCollecting, MeetingSheetClosed,
)  # fmt: skip
