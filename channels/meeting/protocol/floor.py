"""Commands of the floor: agenda, list of speakers, motions, votes, written opinions, tasks. Imported by channels.meeting and tests."""

from typing import Literal

from pydantic import Field

from channels.meeting.protocol.sheet import MeetingSelf
from channels.meeting.protocol.values import (
    NOTE_MAX,
    REASON_MAX,
    TITLE_MAX,
    Choice,
    Day,
    HandKind,
    Key,
    VoteForm,
)
from channels.protocol.base import Command, Count, Id, Millis, Result

SPEECH_MAX_MS = 3_600_000
PERSON_MAX = 40


class MeetingStartItem(Command):
    """Take up an item of the agenda; the one before is done."""

    type: Literal["meeting.start_item"] = "meeting.start_item"
    meeting: Id
    item: Id


class MeetingEndItem(Command):
    """The current item is done."""

    type: Literal["meeting.end_item"] = "meeting.end_item"
    meeting: Id


class MeetingRaiseHand(Command):
    """Ask for the floor."""

    type: Literal["meeting.raise_hand"] = "meeting.raise_hand"
    meeting: Id
    kind: HandKind = "speech"


class MeetingLowerHand(Command):
    """Take a hand back: one's own, or for the chair anybody's."""

    type: Literal["meeting.lower_hand"] = "meeting.lower_hand"
    meeting: Id
    hand: Id


class MeetingGiveFloor(Command):
    """The chair gives somebody the floor: of the queue, or a name."""

    type: Literal["meeting.give_floor"] = "meeting.give_floor"
    meeting: Id
    hand: Id | None = None
    member: Id | None = None
    limit_ms: Millis = Field(le=SPEECH_MAX_MS)


class MeetingSetFloor(Command):
    """Pause the speaker's clock, go on, add time, or end the speech."""

    type: Literal["meeting.set_floor"] = "meeting.set_floor"
    meeting: Id
    act: Literal["pause", "resume", "add", "end"]
    add_ms: Millis = Field(default=0, le=SPEECH_MAX_MS)


class MeetingPropose(Command):
    """Put a motion, or change its wording while it is not open; `motion` only for one that stands."""

    type: Literal["meeting.propose"] = "meeting.propose"
    meeting: Id
    motion: Id | None = None
    item: Id | None = None
    title: str = Field(min_length=1, max_length=TITLE_MAX)
    text: str = Field(default="", max_length=NOTE_MAX)
    person: str = Field(default="", max_length=PERSON_MAX)
    mover: Id | None = None
    seconder: Id | None = None
    rule: Key
    form: VoteForm


class MeetingProposed(Result):
    """The motion stands."""

    motion: Id


class MeetingOpenVote(Command):
    """Open the vote: presence is checked and frozen at this moment."""

    type: Literal["meeting.open_vote"] = "meeting.open_vote"
    meeting: Id
    motion: Id


class MeetingVote(Command):
    """Vote by name; the first vote counts, asking again answers the same."""

    type: Literal["meeting.vote"] = "meeting.vote"
    meeting: Id
    motion: Id
    choice: Choice


class MeetingVoteResult(Result):
    """The vote stands."""

    choice: Choice
    """The one that counts: the first."""
    already: bool
    you: MeetingSelf


class MeetingEnterTally(Command):
    """A teller enters what was counted; for paper a second teller must enter the same."""

    type: Literal["meeting.enter_tally"] = "meeting.enter_tally"
    meeting: Id
    motion: Id
    issued: Count
    returned: Count
    yes: Count
    no: Count
    abstain: Count
    invalid: Count


class MeetingCloseVote(Command):
    """End the vote and compute its outcome."""

    type: Literal["meeting.close_vote"] = "meeting.close_vote"
    meeting: Id
    motion: Id


class MeetingSetMotion(Command):
    """Take a motion up for discussion, defer it, or void it, with a reason."""

    type: Literal["meeting.set_motion"] = "meeting.set_motion"
    meeting: Id
    motion: Id
    state: Literal["discussing", "deferred", "void"]
    reason: str = Field(default="", max_length=REASON_MAX)


class MeetingFileOpinion(Command):
    """Enter an absent member's written opinion before the opening; it counts once a second person confirms it."""

    type: Literal["meeting.file_opinion"] = "meeting.file_opinion"
    meeting: Id
    motion: Id
    member: Id
    choice: Choice


class MeetingSetTask(Command):
    """Give, change or finish a task; `task` only for one that stands."""

    type: Literal["meeting.set_task"] = "meeting.set_task"
    meeting: Id
    task: Id | None = None
    title: str = Field(min_length=1, max_length=TITLE_MAX)
    owner: Id
    due_on: Day | None = None
    motion: Id | None = None
    done: bool = False


class MeetingTaskResult(Result):
    """The task stands."""

    task: Id
