"""Motions and votes of the branch's evening, for the tests of the floor. Imported by tests."""

from typing import Any

from channels.meeting.protocol.floor import (
    MeetingOpenVote,
    MeetingPropose,
)
from channels.meeting.protocol.values import MeetingMotion
from tests.flow.meeting.branch42 import GROUPS, Branch42
from tests.flow.meeting.hall import come_all, state_of

NAMES = [name for _, line in GROUPS for name in line.split()]
HAND = {"issued": 0, "returned": 0, "invalid": 0}


async def motion_of(b42: Branch42, meeting: str, motion: str) -> MeetingMotion:
    return next(one for one in (await state_of(b42, meeting)).motions if one.id == motion)


async def propose(b42: Branch42, meeting: str, **more: Any) -> str:  # noqa: ANN401 - fields of the command
    fields = {"title": "《2027年志愿服务计划》", "rule": "general", "form": "hand", **more}
    made = await b42.do("宋佳宁", MeetingPropose, meeting=meeting, **fields)
    return str(made.motion)


async def opened_vote(b42: Branch42, present: int, **more: Any) -> tuple[str, str]:  # noqa: ANN401
    meeting = await b42.opened()
    await come_all(b42, meeting, NAMES[:present])
    motion = await propose(b42, meeting, **more)
    await b42.do("宋佳宁", MeetingOpenVote, meeting=meeting, motion=motion)
    return meeting, motion
