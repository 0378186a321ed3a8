"""Replay scenarios of minutes."""

from channels.meeting.protocol.life import MeetingClose
from channels.meeting.protocol.minutes import (
    MeetingAcknowledge,
    MeetingCheckStatement,
    MeetingMinutes,
    MeetingReviewMinutes,
    MeetingStatements,
    MeetingSubmitMinutes,
    MeetingWriteMinutes,
    MinutesSection,
    MinutesStatement,
)
from tests.replay.meeting.entry import comes
from tests.replay.meeting_stage import OPENED, in_meeting, newest
from tests.replay.scenario import Scenario
from tests.replay.world import AN, BEI, CHEN, SECRETARY, World, fixed_id

SEEN = (SECRETARY, AN, BEI)
QUOTE = fixed_id(9, 1)


async def write(world: World) -> None:
    """The recorder writes the first version, with a statement of CHEN."""
    world.clock.advance(1_000)
    state = await newest(world)
    quote = MinutesStatement(id=QUOTE, speaker=CHEN, name="陈三", text="同意")
    section = MinutesSection(
        id=state.items[0].id, title=state.items[0].title, text="听取报告", statements=[quote]
    )
    await world.do(BEI, MeetingWriteMinutes, meeting=state.id, version=0, sections=[section])


CLOSED = (*OPENED, comes(AN), in_meeting(SECRETARY, MeetingClose))
WRITTEN = (*CLOSED, write)
SUBMITTED = (*WRITTEN, in_meeting(BEI, MeetingSubmitMinutes))
APPROVED = (*SUBMITTED, in_meeting(AN, MeetingReviewMinutes, approve=True))

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("meeting.minutes", "read by the desk", (in_meeting(BEI, MeetingMinutes),), CLOSED, SEEN),
    Scenario("meeting.write_minutes", "first version", (write,), CLOSED, SEEN),
    Scenario("meeting.submit_minutes", "to the chair", (in_meeting(BEI, MeetingSubmitMinutes),), WRITTEN, SEEN),
    Scenario("meeting.review_minutes", "returned",
             (in_meeting(AN, MeetingReviewMinutes, approve=False, reason="缺责任人"),), SUBMITTED, SEEN),
    Scenario("meeting.review_minutes", "approved", (in_meeting(AN, MeetingReviewMinutes, approve=True),), SUBMITTED, SEEN),
    Scenario("meeting.statements", "own quotes", (in_meeting(CHEN, MeetingStatements),), WRITTEN, SEEN),
    Scenario("meeting.check_statement", "agreed", (in_meeting(CHEN, MeetingCheckStatement, statement=QUOTE, agree=True),), WRITTEN, SEEN),
    Scenario("meeting.acknowledge", "by somebody who was away", (in_meeting(CHEN, MeetingAcknowledge),), APPROVED, SEEN),
)  # fmt: skip
