"""What happens in a meeting: one class per happening, all with the same body. Topic `meeting:<id>`.

Every event carries a `MeetingChange`, and a client's state after it is `changed(state, change)`: one rule for all of them.
The type says what happened, for the record and the screen reader. Imported by channels.meeting and tests.
"""

from typing import ClassVar, Literal

from pydantic import Field

from channels.meeting.protocol.sheet import MeetingCounts
from channels.meeting.protocol.values import (
    MeetingBaton,
    MeetingHand,
    MeetingItem,
    MeetingMinutesMark,
    MeetingMotion,
    MeetingOfficers,
    MeetingQuorumMark,
    MeetingRoll,
    MeetingRollCall,
    MeetingRound,
    MeetingRules,
    MeetingSpeaking,
    MeetingTask,
    Stage,
)
from channels.protocol.base import Count, Id, LiveEvent, LogEvent, Millis, WireModel

Clearable = Literal["current_item", "speaking", "paused_at_ms"]


class MeetingChange(WireModel):
    """What is different afterwards. None: unchanged. Lists are keyed by `id`: `…_set` puts, `…_gone` removes."""

    stage: Stage | None = None
    title: str | None = None
    place: str | None = None
    link: str | None = None
    note: str | None = None
    starts_at_ms: Millis | None = None
    ends_at_ms: Millis | None = None
    rules: MeetingRules | None = None
    officers: MeetingOfficers | None = None
    guests: list[Id] | None = None
    guest_names: list[str] | None = None
    baton: MeetingBaton | None = None
    announced_at_ms: Millis | None = None
    opened_at_ms: Millis | None = None
    paused_at_ms: Millis | None = None
    closed_at_ms: Millis | None = None
    reason: str | None = None
    roll: MeetingRoll | None = None
    current_item: Id | None = None
    roll_call: MeetingRollCall | None = None
    speaking: MeetingSpeaking | None = None
    minutes: MeetingMinutesMark | None = None
    spoken: dict[str, Count] | None = None
    cleared: list[Clearable] = Field(default_factory=list)
    """Fields that are None from here on."""
    items_set: list[MeetingItem] = Field(default_factory=list)
    items_gone: list[Id] = Field(default_factory=list)
    rounds_set: list[MeetingRound] = Field(default_factory=list)
    hands_set: list[MeetingHand] = Field(default_factory=list)
    hands_gone: list[Id] = Field(default_factory=list)
    motions_set: list[MeetingMotion] = Field(default_factory=list)
    motions_gone: list[Id] = Field(default_factory=list)
    tasks_set: list[MeetingTask] = Field(default_factory=list)
    tasks_gone: list[Id] = Field(default_factory=list)
    quorum_set: list[MeetingQuorumMark] = Field(default_factory=list)


class MeetingEvent(LogEvent):
    """Body of every event of `meeting:<id>`."""

    by: Id | None = None
    """Who caused it; None for what follows by itself, such as a quorum that is reached."""
    change: MeetingChange


class MeetingAnnounced(MeetingEvent):
    """The meeting was announced to those who sit in it."""

    type: Literal["meeting.announced"] = "meeting.announced"


class MeetingChanged(MeetingEvent):
    """Title, time, place, agenda, officers or guests were changed."""

    type: Literal["meeting.changed"] = "meeting.changed"


class MeetingCancelled(MeetingEvent):
    """The meeting will not take place."""

    type: Literal["meeting.cancelled"] = "meeting.cancelled"


class MeetingLobbyOpened(MeetingEvent):
    """People may come in; check-in has not begun."""

    type: Literal["meeting.lobby_opened"] = "meeting.lobby_opened"


class MeetingOpened(MeetingEvent):
    """The meeting is in session; rules and roll are frozen, the first round of check-in runs."""

    type: Literal["meeting.opened"] = "meeting.opened"


class MeetingPaused(MeetingEvent):
    """A pause; what is measured stands still."""

    type: Literal["meeting.paused"] = "meeting.paused"


class MeetingResumed(MeetingEvent):
    """The pause is over."""

    type: Literal["meeting.resumed"] = "meeting.resumed"


class MeetingClosed(MeetingEvent):
    """The meeting is over; presence is settled."""

    type: Literal["meeting.closed"] = "meeting.closed"


class MeetingRoundOpened(MeetingEvent):
    """A round of check-in begins."""

    type: Literal["meeting.round_opened"] = "meeting.round_opened"


class MeetingRoundSet(MeetingEvent):
    """A round of check-in was extended or ended."""

    type: Literal["meeting.round_set"] = "meeting.round_set"


class MeetingRollCorrected(MeetingEvent):
    """The frozen roll was corrected, by a minuted act."""

    type: Literal["meeting.roll_corrected"] = "meeting.roll_corrected"


class MeetingQuorumReached(MeetingEvent):
    """Enough are present for a rule; once per rule and round."""

    type: Literal["meeting.quorum_reached"] = "meeting.quorum_reached"


class MeetingBatonTaken(MeetingEvent):
    """Somebody took over the roll-call."""

    type: Literal["meeting.baton_taken"] = "meeting.baton_taken"


class MeetingRollCallStarted(MeetingEvent):
    """A roll-call begins."""

    type: Literal["meeting.roll_call_started"] = "meeting.roll_call_started"


class MeetingCalled(MeetingEvent):
    """A name is called."""

    type: Literal["meeting.called"] = "meeting.called"


class MeetingRollCallEnded(MeetingEvent):
    """The roll-call is over."""

    type: Literal["meeting.roll_call_ended"] = "meeting.roll_call_ended"


class MeetingItemStarted(MeetingEvent):
    """An item of the agenda is taken up."""

    type: Literal["meeting.item_started"] = "meeting.item_started"


class MeetingItemEnded(MeetingEvent):
    """An item of the agenda is done."""

    type: Literal["meeting.item_ended"] = "meeting.item_ended"


class MeetingHandRaised(MeetingEvent):
    """Somebody wants to speak."""

    type: Literal["meeting.hand_raised"] = "meeting.hand_raised"


class MeetingHandLowered(MeetingEvent):
    """Somebody does not want to speak any more, or was taken from the list."""

    type: Literal["meeting.hand_lowered"] = "meeting.hand_lowered"


class MeetingFloorGiven(MeetingEvent):
    """Somebody has the floor."""

    type: Literal["meeting.floor_given"] = "meeting.floor_given"


class MeetingFloorSet(MeetingEvent):
    """The speaker's clock was paused, resumed or given time."""

    type: Literal["meeting.floor_set"] = "meeting.floor_set"


class MeetingFloorEnded(MeetingEvent):
    """Nobody has the floor."""

    type: Literal["meeting.floor_ended"] = "meeting.floor_ended"


class MeetingMotionProposed(MeetingEvent):
    """A motion was proposed, or its wording changed."""

    type: Literal["meeting.motion_proposed"] = "meeting.motion_proposed"


class MeetingVoteOpened(MeetingEvent):
    """A vote was opened; what it rests on is frozen."""

    type: Literal["meeting.vote_opened"] = "meeting.vote_opened"


class MeetingTallyEntered(MeetingEvent):
    """A teller entered counts."""

    type: Literal["meeting.tally_entered"] = "meeting.tally_entered"


class MeetingVoteClosed(MeetingEvent):
    """A vote was counted."""

    type: Literal["meeting.vote_closed"] = "meeting.vote_closed"


class MeetingMotionSet(MeetingEvent):
    """A motion was deferred, voided or taken up again."""

    type: Literal["meeting.motion_set"] = "meeting.motion_set"


class MeetingOpinionFiled(MeetingEvent):
    """A written opinion was filed and confirmed; how it votes shows with the result."""

    type: Literal["meeting.opinion_filed"] = "meeting.opinion_filed"


class MeetingTaskSet(MeetingEvent):
    """A task was given, changed or done."""

    type: Literal["meeting.task_set"] = "meeting.task_set"


class MeetingMinutesDrafted(MeetingEvent):
    """The recorder wrote a version of the minutes."""

    type: Literal["meeting.minutes_drafted"] = "meeting.minutes_drafted"


class MeetingMinutesSubmitted(MeetingEvent):
    """The minutes wait for a second person."""

    type: Literal["meeting.minutes_submitted"] = "meeting.minutes_submitted"


class MeetingMinutesReturned(MeetingEvent):
    """The minutes go back to the recorder, with a reason."""

    type: Literal["meeting.minutes_returned"] = "meeting.minutes_returned"


class MeetingMinutesApproved(MeetingEvent):
    """The minutes are approved and open to the members."""

    type: Literal["meeting.minutes_approved"] = "meeting.minutes_approved"


class MeetingCounted(LiveEvent):
    """Numbers of those present, for everybody; only the newest within a moment is told, the last one always."""

    latest_ms: ClassVar[int] = 200
    type: Literal["meeting.counted"] = "meeting.counted"
    counts: MeetingCounts
    last: Id | None = None
    """While names are called one by one: who answered last."""


FLOOR_EVENTS: tuple[type[MeetingEvent], ...] = (
    MeetingAnnounced, MeetingChanged, MeetingCancelled, MeetingLobbyOpened, MeetingOpened, MeetingPaused,
    MeetingResumed, MeetingClosed, MeetingRoundOpened, MeetingRoundSet, MeetingRollCorrected, MeetingQuorumReached,
    MeetingBatonTaken, MeetingRollCallStarted, MeetingCalled, MeetingRollCallEnded, MeetingItemStarted,
    MeetingItemEnded, MeetingHandRaised, MeetingHandLowered, MeetingFloorGiven, MeetingFloorSet, MeetingFloorEnded,
    MeetingMotionProposed, MeetingVoteOpened, MeetingTallyEntered, MeetingVoteClosed, MeetingMotionSet,
    MeetingOpinionFiled, MeetingTaskSet, MeetingMinutesDrafted, MeetingMinutesSubmitted, MeetingMinutesReturned,
    MeetingMinutesApproved,
)  # fmt: skip
