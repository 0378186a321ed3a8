"""Replay scenarios of leave, exclusion and correction."""

from channels.meeting.protocol.leave import (
    MeetingAskCorrection,
    MeetingAskLeave,
    MeetingCorrections,
    MeetingDecideCorrection,
    MeetingDecideLeave,
    MeetingExclude,
    MeetingReadLeave,
    MeetingWithdrawLeave,
)
from channels.meeting.protocol.life import MeetingClose
from tests.replay.meeting_stage import ANNOUNCED, OPENED, in_meeting
from tests.replay.scenario import Scenario
from tests.replay.world import AN, BEI, SECRETARY

SEEN = (SECRETARY, AN, BEI)
ASK = in_meeting(BEI, MeetingAskLeave, category="sick", note="发烧")
ASKED = (*ANNOUNCED, ASK)
CLOSED = (*OPENED, in_meeting(SECRETARY, MeetingClose))
WANTED = (*CLOSED, in_meeting(BEI, MeetingAskCorrection, text="我在后排"))
NAMED = {"reason_class": "abroad", "approved_by": "上级", "resolution": "第3号"}

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("meeting.ask_leave", "before the opening", (ASK,), ANNOUNCED, SEEN),
    Scenario("meeting.withdraw_leave", "own", (in_meeting(BEI, MeetingWithdrawLeave),), ASKED, SEEN),
    Scenario("meeting.decide_leave", "approved", (in_meeting(SECRETARY, MeetingDecideLeave, member=BEI, approve=True),), ASKED, SEEN),
    Scenario("meeting.read_leave", "by the approver", (in_meeting(SECRETARY, MeetingReadLeave, member=BEI),), ASKED, SEEN),
    Scenario("meeting.exclude", "after the freezing", (in_meeting(SECRETARY, MeetingExclude, member=BEI, **NAMED),), OPENED, SEEN),
    Scenario("meeting.ask_correction", "own", (in_meeting(BEI, MeetingAskCorrection, text="我在"),), CLOSED, SEEN),
    Scenario("meeting.corrections", "for the desk", (in_meeting(SECRETARY, MeetingCorrections),), WANTED, SEEN),
    Scenario("meeting.decide_correction", "approved",
             (in_meeting(SECRETARY, MeetingDecideCorrection, member=BEI, approve=True, reason="有人证明"),), WANTED, SEEN),
)  # fmt: skip
