"""Replay scenarios of the roll-call."""

from channels.meeting.protocol.call import (
    MeetingAnswerCall,
    MeetingCall,
    MeetingEndRollCall,
    MeetingRecordAnswer,
    MeetingStartRollCall,
    MeetingTakeBaton,
)
from channels.meeting.protocol.values import Meeting
from tests.replay.meeting_stage import OPENED, in_meeting
from tests.replay.scenario import Scenario
from tests.replay.world import AN, BEI, SECRETARY

SEEN = (SECRETARY, AN, BEI)


def running(state: Meeting) -> str:
    """The roll-call that runs."""
    return state.roll_call.id if state.roll_call is not None else ""


ONE = (*OPENED, in_meeting(SECRETARY, MeetingStartRollCall, baton=1, mode="one"))
ALL = (*OPENED, in_meeting(SECRETARY, MeetingStartRollCall, baton=1, mode="all"))

RECORDED = tuple(
    in_meeting(SECRETARY, MeetingRecordAnswer, baton=1, member=BEI, answer=said)
    for said in ("none", "leave", "here")
)

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("meeting.take_baton", "by the chair", (in_meeting(AN, MeetingTakeBaton, version=1),), ONE, SEEN),
    Scenario("meeting.start_roll_call", "over one that runs",
             (in_meeting(SECRETARY, MeetingStartRollCall, baton=1, mode="all"),), ONE, SEEN),
    Scenario("meeting.call", "the first two", (in_meeting(SECRETARY, MeetingCall, baton=1),) * 2, ONE, SEEN),
    Scenario("meeting.answer_call", "all at once",
             (in_meeting(AN, MeetingAnswerCall, roll_call=running), in_meeting(BEI, MeetingAnswerCall, roll_call=running)), ALL, SEEN),
    Scenario("meeting.record_answer", "and the last one counts", RECORDED, ALL, SEEN),
    Scenario("meeting.end_roll_call", "all answered", (in_meeting(SECRETARY, MeetingEndRollCall, baton=1),), ALL, SEEN),
)  # fmt: skip
