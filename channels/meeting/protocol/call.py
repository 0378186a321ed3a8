"""Commands of the roll-call and of its baton. Imported by channels.meeting and tests."""

from typing import Literal

from channels.meeting.protocol.sheet import Answer
from channels.meeting.protocol.values import MeetingBaton
from channels.protocol.base import Command, Count, Id, Result


class MeetingTakeBaton(Command):
    """Take over the roll-call from whoever holds the baton at `version`."""

    type: Literal["meeting.take_baton"] = "meeting.take_baton"
    meeting: Id
    version: Count


class MeetingBatonResult(Result):
    """The baton as it is now."""

    baton: MeetingBaton


class MeetingStartRollCall(Command):
    """Begin to call: name by name, or all at once."""

    type: Literal["meeting.start_roll_call"] = "meeting.start_roll_call"
    meeting: Id
    baton: Count
    mode: Literal["one", "all"]
    sequence: Literal["roll", "random"] = "roll"


class MeetingCall(Command):
    """Call the next name, a given one, or those again who did not answer."""

    type: Literal["meeting.call"] = "meeting.call"
    meeting: Id
    baton: Count
    who: Literal["next", "again"] | Id = "next"


class MeetingAnswerCall(Command):
    """到: the caller answers, while called."""

    type: Literal["meeting.answer_call"] = "meeting.answer_call"
    meeting: Id
    roll_call: Id


class MeetingRecordAnswer(Command):
    """The organizer taps what somebody in the hall answered."""

    type: Literal["meeting.record_answer"] = "meeting.record_answer"
    meeting: Id
    baton: Count
    member: Id
    answer: Answer


class MeetingEndRollCall(Command):
    """End the roll-call; who did not answer stays 未应答."""

    type: Literal["meeting.end_roll_call"] = "meeting.end_roll_call"
    meeting: Id
    baton: Count
