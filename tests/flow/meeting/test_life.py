"""From draft to closing: stages, roll, who is told, who may."""

from channels.meeting.contract import meeting_topic, sheet_topic
from channels.meeting.errors import OTHER_RUNNING, WRONG_STAGE
from channels.meeting.protocol.life import (
    MeetingClose,
    MeetingList,
    MeetingMe,
    MeetingOpen,
    MeetingOpenLobby,
    MeetingPause,
    MeetingSnapshot,
)
from channels.protocol.errors import FORBIDDEN
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import EVENING_MS, Branch42
from tests.flow.meeting.hall import state_of


async def test_a_meeting_opens_with_its_frozen_roll(b42: Branch42) -> None:
    meeting = await b42.opened()
    shown = await b42.world.snapshot(b42.ids["曹玉兰"], meeting_topic(meeting), MeetingSnapshot)
    assert shown.meeting is not None
    assert shown.meeting.roll is not None
    assert shown.counts is not None
    assert shown.meeting.stage == "in_session"
    assert (shown.meeting.roll.version, shown.meeting.roll.expected, shown.meeting.roll.observers) == (
        7,
        42,
        2,
    )
    assert (shown.counts.expected, shown.counts.entitled, shown.counts.present) == (42, 42, 0)
    assert shown.you is not None
    assert shown.you.row is not None
    assert not shown.you.desk
    assert shown.sheet is None


async def test_the_sheet_is_for_the_desk(b42: Branch42) -> None:
    meeting = await b42.opened()
    topic = sheet_topic(meeting)
    assert not await b42.world.may_enter(b42.ids["曹玉兰"], topic)
    desk = await b42.world.snapshot(b42.ids["孙巧云"], topic, MeetingSnapshot)
    assert desk.sheet is not None
    assert len(desk.sheet.rows) == 44


async def test_closing_makes_the_missing_absent_and_tells_them(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("20:32")
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    mine = await b42.do("高远", MeetingMe, meeting=meeting)
    assert mine.you.row.status == "absent"
    told = [e for e in b42.world.heard if e.type == "me.meeting_told" and e.body["what"] == "absent"]
    assert len(told) == 42
    lines = await b42.do("高远", MeetingList, after_ms=EVENING_MS - 1, before_ms=EVENING_MS + 1)
    assert [(line.stage, line.mine) for line in lines.meetings] == [("closed", "absent")]


async def test_variant_f_a_second_meeting_is_asked_about(b42: Branch42) -> None:
    first = await b42.opened()
    by_mistake = await b42.announced_tonight()
    for word in (MeetingOpenLobby, MeetingOpen):
        fault = await refused(b42.world, OTHER_RUNNING, b42.ids["宋佳宁"], word, meeting=by_mistake)
        assert fault.params == {"title": "12月支部党员大会", "meeting": first}
    assert (await state_of(b42, by_mistake)).roll is None
    await b42.do("宋佳宁", MeetingOpen, meeting=by_mistake, anyway=True)
    assert (await state_of(b42, by_mistake)).stage == "in_session"


async def test_members_do_not_run_it_and_stages_have_an_order(b42: Branch42) -> None:
    meeting = await b42.announced()
    await refused(b42.world, FORBIDDEN, b42.ids["田甜"], MeetingOpen, meeting=meeting)
    await refused(b42.world, WRONG_STAGE, b42.ids["宋佳宁"], MeetingPause, meeting=meeting, on=True)
