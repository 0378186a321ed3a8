"""Replay scenarios of a meeting's life."""

from channels.meeting.protocol.life import (
    MeetingAnnounce,
    MeetingCancel,
    MeetingClose,
    MeetingCreate,
    MeetingEdit,
    MeetingKinds,
    MeetingList,
    MeetingMe,
    MeetingOpen,
    MeetingOpenLobby,
    MeetingPause,
)
from tests.replay.meeting_stage import ANNOUNCED, LOBBY, OPENED, drafted, in_meeting, newest, plan
from tests.replay.scenario import Scenario
from tests.replay.world import AN, BEI, BRANCH_B, SECRETARY, World

SEEN = (SECRETARY, AN, BEI)


async def _edit(world: World) -> None:
    state = await newest(world)
    kept = [item.id for item in state.items[:1]]
    changed = plan(world, title="会员大会(改期)", place="二楼")
    items = [changed.items[0].model_copy(update={"id": kept[0]}), *changed.items[1:]]
    await world.do(SECRETARY, MeetingEdit, meeting=state.id, plan=changed.model_copy(update={"items": items}))
    await world.settle_facts()


async def _kinds(world: World) -> None:
    await world.do(SECRETARY, MeetingKinds, unit=BRANCH_B)


async def _list(world: World) -> None:
    await world.do(SECRETARY, MeetingList, after_ms=0, before_ms=2**52)


async def _create(world: World) -> None:
    await world.do(
        SECRETARY,
        MeetingCreate,
        unit=BRANCH_B,
        kind="general",
        plan=plan(world),
        cid=world.reader.ids.uuid7(),
    )


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("meeting.kinds", "of a branch", (_kinds,), viewers=SEEN),
    Scenario("meeting.create", "a draft tells nobody", (_create,), viewers=SEEN),
    Scenario("meeting.edit", "after announcing", (_edit,), ANNOUNCED, viewers=SEEN),
    Scenario("meeting.announce", "to everybody", (in_meeting(SECRETARY, MeetingAnnounce),), (drafted,), viewers=SEEN),
    Scenario("meeting.open_lobby", "ten minutes before", (in_meeting(SECRETARY, MeetingOpenLobby),), ANNOUNCED, viewers=SEEN),
    Scenario("meeting.open", "from the lobby", (in_meeting(SECRETARY, MeetingOpen),), LOBBY, viewers=(AN, BEI), fresh=True),
    Scenario("meeting.pause", "and go on", (in_meeting(AN, MeetingPause, on=True), in_meeting(AN, MeetingPause, on=False)),
             OPENED, viewers=SEEN),
    Scenario("meeting.close", "nobody came", (in_meeting(SECRETARY, MeetingClose),), OPENED, viewers=SEEN),
    Scenario("meeting.cancel", "with a reason", (in_meeting(SECRETARY, MeetingCancel, reason="场地有变"),), ANNOUNCED, viewers=SEEN),
    Scenario("meeting.list", "own units", (_list,), ANNOUNCED, viewers=SEEN),
    Scenario("meeting.me", "own part", (in_meeting(BEI, MeetingMe),), OPENED, viewers=SEEN),
)  # fmt: skip
