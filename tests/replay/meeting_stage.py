"""Meetings on the stage of the replay scenarios: a small one in branch B, and steps that find their ids in its state.

Secretary runs it (organizer), AN chairs, BEI records, CHEN and the secretary are tellers, CHEN scrutinises.
"""

from collections.abc import Callable
from typing import Any

from channels.meeting.contract import meeting_topic, sheet_topic
from channels.meeting.protocol.life import (
    MeetingAnnounce,
    MeetingCreate,
    MeetingItemDraft,
    MeetingOpen,
    MeetingOpenLobby,
    MeetingPlan,
)
from channels.meeting.protocol.values import Meeting
from channels.meeting.reading import MEETINGS, load
from channels.protocol.base import Command
from tests.replay.world import AN, BEI, BRANCH_B, CHEN, SECRETARY, World

HOUR_MS = 3_600_000

State = Meeting
Given = Callable[[Meeting], Any]


async def meetings_of(world: World) -> list[str]:
    """All meetings, oldest first."""
    found = await world.mongo[MEETINGS].find({}, sort=(("_id", 1),), fields=("_id",), limit=100)
    return [document["_id"] for document in found]


async def meeting_topics(world: World) -> list[str]:
    """Both topics of every meeting."""
    return [name(meeting) for meeting in await meetings_of(world) for name in (meeting_topic, sheet_topic)]


async def newest(world: World) -> Meeting:
    """The state of the newest meeting."""
    return (await load(world.reader, (await meetings_of(world))[-1])).state


def in_meeting(caller: str, model: type[Command], **fields: Any) -> Callable[[World], Any]:  # noqa: ANN401
    """One command about the newest meeting, a second later; a field that is a function is asked with its state."""

    async def act(world: World) -> None:
        world.clock.advance(1_000)
        state = await newest(world)
        given = {name: value(state) if callable(value) else value for name, value in fields.items()}
        await world.do(caller, model, meeting=state.id, **given)
        await world.settle_facts()

    return act


def plan(world: World, **more: Any) -> MeetingPlan:  # noqa: ANN401 - fields of the plan
    """A meeting in ten days."""
    starts_at_ms = world.clock.now_ms() + 10 * 24 * HOUR_MS
    fields: dict[str, Any] = {
        "title": "会员大会",
        "starts_at_ms": starts_at_ms,
        "ends_at_ms": starts_at_ms + HOUR_MS,
        "items": [
            MeetingItemDraft(title="工作报告", kind="report", planned_ms=600_000),
            MeetingItemDraft(title="表决年度计划", kind="motion", rule="general"),
        ],
        "chair": AN,
        "recorder": BEI,
        "organizer": SECRETARY,
        "scrutineers": [CHEN],
        "tellers": [CHEN, SECRETARY],
    }
    return MeetingPlan(**{**fields, **more})


async def drafted(world: World) -> None:
    """A draft."""
    world.clock.advance(1_000)
    await world.do(
        SECRETARY,
        MeetingCreate,
        unit=BRANCH_B,
        kind="general",
        plan=plan(world),
        cid=world.reader.ids.uuid7(),
    )


ANNOUNCED = (drafted, in_meeting(SECRETARY, MeetingAnnounce))
LOBBY = (*ANNOUNCED, in_meeting(SECRETARY, MeetingOpenLobby))
OPENED = (*ANNOUNCED, in_meeting(SECRETARY, MeetingOpen))
