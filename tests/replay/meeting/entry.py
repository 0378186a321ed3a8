"""Replay scenarios of check-in."""

from channels.meeting.protocol.entry import (
    MeetingAnswerDispute,
    MeetingAnswerSpot,
    MeetingCheckIn,
    MeetingConfirm,
    MeetingDispute,
    MeetingExtendRound,
    MeetingMark,
    MeetingMarkPaper,
    MeetingOpenRound,
    MeetingScanPass,
    MeetingShowCode,
    MeetingShowPass,
    MeetingSignOut,
    MeetingSpotCheck,
)
from channels.meeting.sheets import sheet_of_meeting
from tests.replay.meeting_stage import OPENED, in_meeting, newest
from tests.replay.scenario import Scenario, Step
from tests.replay.world import AN, BEI, CHEN, SECRETARY, World

SEEN = (SECRETARY, AN, BEI)


def comes(member: str) -> Step:
    """Somebody checks in with the code of the moment."""

    async def act(world: World) -> None:
        world.clock.advance(1_000)
        meeting = (await newest(world)).id
        shown = await world.do(SECRETARY, MeetingShowCode, meeting=meeting)
        await world.do(member, MeetingCheckIn, meeting=meeting, code=shown.code)
        await world.settle_facts()

    return act


async def _scan(world: World) -> None:
    meeting = (await newest(world)).id
    shown = await world.do(CHEN, MeetingShowPass, meeting=meeting)
    await world.do(SECRETARY, MeetingScanPass, meeting=meeting, token=shown.token)


async def _answer_spot(world: World) -> None:
    meeting = (await newest(world)).id
    spot = max((await sheet_of_meeting(world.reader, meeting)).spots)
    await world.do(BEI, MeetingAnswerSpot, meeting=meeting, spot=spot)


HERE = (*OPENED, comes(AN), comes(BEI))
ASKED = (*HERE, in_meeting(SECRETARY, MeetingSpotCheck, members=[BEI]))
DISPUTED = (*HERE, in_meeting(SECRETARY, MeetingDispute, member=BEI))

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("meeting.show_code", "asked by the screen", (in_meeting(SECRETARY, MeetingShowCode),), OPENED, SEEN),
    Scenario("meeting.check_in", "two of four, and the quorum", (comes(BEI), comes(CHEN), comes(SECRETARY)), (*OPENED, comes(AN)), SEEN),
    Scenario("meeting.open_round", "a second one", (in_meeting(SECRETARY, MeetingOpenRound),), HERE, SEEN),
    Scenario("meeting.extend_round", "by five minutes",
             (in_meeting(SECRETARY, MeetingExtendRound, by_ms=300_000, reason="大雨"),), HERE, SEEN),
    Scenario("meeting.show_pass", "own", (in_meeting(BEI, MeetingShowPass),), OPENED, SEEN),
    Scenario("meeting.scan_pass", "of a member", (_scan,), OPENED, SEEN),
    Scenario(
        "meeting.mark", "by hand", (in_meeting(SECRETARY, MeetingMark, member=CHEN, status="late", late_ms=60_000, reason="共用手机"),),
        OPENED, SEEN,
    ),
    Scenario(
        "meeting.mark_paper", "two who signed and one who is here already",
        (in_meeting(SECRETARY, MeetingMarkPaper, reason="纸质签到表", marks=[
            {"member": CHEN, "status": "on_time"}, {"member": BEI, "status": "on_time"},
            {"member": SECRETARY, "status": "late", "at_ms": 1, "late_ms": 120_000},
        ]),),
        HERE, SEEN,
    ),
    Scenario("meeting.dispute", "not seen", (in_meeting(SECRETARY, MeetingDispute, member=BEI),), HERE, SEEN),
    Scenario("meeting.answer_dispute", "not here", (in_meeting(BEI, MeetingAnswerDispute, answer="not_here"),), DISPUTED, SEEN),
    Scenario("meeting.confirm", "here after all", (in_meeting(SECRETARY, MeetingConfirm, member=BEI, reason="在后排"),), DISPUTED, SEEN),
    Scenario(
        "meeting.sign_out", "and back",
        (in_meeting(BEI, MeetingSignOut), in_meeting(AN, MeetingSignOut), in_meeting(AN, MeetingSignOut, on=False)), HERE, SEEN,
    ),
    Scenario("meeting.spot_check", "of one", (in_meeting(SECRETARY, MeetingSpotCheck, members=[BEI]),), HERE, SEEN),
    Scenario("meeting.answer_spot", "in time", (_answer_spot,), ASKED, SEEN),
)  # fmt: skip
