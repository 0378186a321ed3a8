"""The floor: agenda, speakers, tasks."""

from channels.meeting.protocol.floor import (
    MeetingEndItem,
    MeetingGiveFloor,
    MeetingLowerHand,
    MeetingRaiseHand,
    MeetingSetFloor,
    MeetingSetTask,
    MeetingStartItem,
)
from channels.meeting.protocol.life import MeetingPause
from channels.protocol.errors import FORBIDDEN
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import Branch42
from tests.flow.meeting.hall import state_of


async def test_the_agenda_keeps_time_also_through_a_pause(b42: Branch42) -> None:
    meeting = await b42.opened()
    first, second = (item.id for item in (await state_of(b42, meeting)).items[:2])
    await b42.do("林书远", MeetingStartItem, meeting=meeting, item=first)
    b42.world.clock.advance(60_000)
    await b42.do("林书远", MeetingPause, meeting=meeting, on=True)
    b42.world.clock.advance(600_000)
    await b42.do("林书远", MeetingPause, meeting=meeting, on=False)
    b42.world.clock.advance(30_000)
    await b42.do("林书远", MeetingStartItem, meeting=meeting, item=second)
    b42.world.clock.advance(5_000)
    await b42.do("林书远", MeetingEndItem, meeting=meeting)
    state = await state_of(b42, meeting)
    assert [(item.spent_ms, item.done) for item in state.items[:3]] == [
        (90_000, True),
        (5_000, True),
        (0, False),
    ]
    assert state.current_item is None


async def test_speakers_one_after_the_other_with_a_clock(b42: Branch42) -> None:
    meeting = await b42.opened()
    for name, kind in (("田甜", "speech"), ("邵军", "speech"), ("陶然", "order")):
        for _ in range(2):
            await b42.do(name, MeetingRaiseHand, meeting=meeting, kind=kind)
    hands = (await state_of(b42, meeting)).hands
    assert [hand.member for hand in hands] == [b42.ids[name] for name in ("陶然", "田甜", "邵军")]
    await refused(b42.world, FORBIDDEN, b42.ids["田甜"], MeetingLowerHand, meeting=meeting, hand=hands[2].id)
    await b42.do("邵军", MeetingLowerHand, meeting=meeting, hand=hands[2].id)
    await b42.do("林书远", MeetingGiveFloor, meeting=meeting, hand=hands[1].id, limit_ms=180_000)
    b42.world.clock.advance(20_000)
    await b42.do("林书远", MeetingSetFloor, meeting=meeting, act="pause")
    b42.world.clock.advance(20_000)
    await b42.do("林书远", MeetingSetFloor, meeting=meeting, act="add", add_ms=60_000)
    await b42.do("林书远", MeetingSetFloor, meeting=meeting, act="resume")
    speaking = (await state_of(b42, meeting)).speaking
    assert speaking is not None
    assert (speaking.member, speaking.spent_ms, speaking.limit_ms) == (b42.ids["田甜"], 20_000, 240_000)
    await b42.do("林书远", MeetingSetFloor, meeting=meeting, act="end")
    assert (await state_of(b42, meeting)).speaking is None
    await b42.do("林书远", MeetingGiveFloor, meeting=meeting, member=b42.ids["周晓禾"], limit_ms=60_000)
    await refused(
        b42.world,
        FORBIDDEN,
        b42.ids["田甜"],
        MeetingGiveFloor,
        meeting=meeting,
        limit_ms=1,
        member=b42.ids["田甜"],
    )


async def test_a_task_is_told_to_its_owner_once(b42: Branch42) -> None:
    meeting = await b42.opened()
    fields = {
        "meeting": meeting,
        "title": "志愿服务排班表",
        "owner": b42.ids["宋佳宁"],
        "due_on": "2026-12-20",
    }
    made = await b42.do("林书远", MeetingSetTask, **fields)
    await b42.do("林书远", MeetingSetTask, **fields, task=made.task, done=True)
    told = [e for e in b42.world.heard if e.type == "me.meeting_told" and e.body["what"] == "task"]
    assert [entry.topic for entry in told] == [f"me:{b42.ids['宋佳宁']}"]
    (task,) = (await state_of(b42, meeting)).tasks
    assert (task.done, task.due_on) == (True, "2026-12-20")
