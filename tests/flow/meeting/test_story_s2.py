"""Story S2 of domain.md: a code passed on, a phone shared; what the software does, and what it never does. Everybody is fictional."""

from typing import Any

import pytest

from channels.branch.records import MEMBERS
from channels.meeting.errors import CODE_EXPIRED, DEVICE_ALREADY_USED
from channels.meeting.protocol.entry import (
    MeetingAnswerDispute,
    MeetingCheckIn,
    MeetingConfirm,
    MeetingDispute,
    MeetingMark,
    MeetingSpotCheck,
)
from channels.meeting.protocol.leave import MeetingAskCorrection
from channels.meeting.protocol.life import MeetingClose, MeetingMe
from channels.meeting.sheets import sheet_of_meeting
from channels.protocol.errors import Refused
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import GROUPS, Branch42
from tests.flow.meeting.hall import code_of, come, come_all, counts_of, quorum_events, row_of

NAMES = [name for _, line in GROUPS for name in line.split()]
AT_HOME = "邵军"


def told(b42: Branch42, name: str) -> list[dict[str, Any]]:
    """What somebody was told on their own topic."""
    return [entry.body for entry in b42.world.heard if entry.topic == f"me:{b42.ids[name]}"]


async def with_39_of_whom_one_is_at_home(b42: Branch42) -> str:
    """Rows 1 and 2: an old code is refused, a fresh one accepted; 38 others are in the room."""
    meeting = await b42.opened()
    b42.move_to("19:05:59")
    passed_on = await code_of(b42, meeting)
    b42.move_to("19:06:12")
    fault = await refused(
        b42.world, CODE_EXPIRED, b42.ids[AT_HOME], MeetingCheckIn, meeting=meeting, code=passed_on
    )
    assert fault.params == {"n": 4}  # one of five tries is used
    b42.move_to("19:06:41")
    await come(b42, meeting, AT_HOME)
    assert (await row_of(b42, meeting, AT_HOME)).method == "code"  # it proves hearing, not presence
    await come_all(b42, meeting, [name for name in NAMES if name != AT_HOME][:38])
    return meeting


async def test_who_was_not_seen_is_asked_and_not_counted_until_people_decide(b42: Branch42) -> None:
    meeting = await with_39_of_whom_one_is_at_home(b42)
    marks = quorum_events(b42, meeting)
    b42.move_to("19:40")
    here = {"meeting": meeting, "member": b42.ids[AT_HOME]}
    await b42.do("宋佳宁", MeetingSpotCheck, meeting=meeting, members=[b42.ids[AT_HOME]])
    assert (await counts_of(b42, meeting)).present == 39
    await b42.do("宋佳宁", MeetingDispute, **here)
    counts = await counts_of(b42, meeting)
    assert (counts.present, counts.present_entitled, counts.disputed) == (38, 38, 1)
    assert any(body.get("what") == "disputed" for body in told(b42, AT_HOME))
    assert (await b42.do(AT_HOME, MeetingMe, meeting=meeting)).you.row.disputed
    assert quorum_events(b42, meeting) == marks

    await b42.do(AT_HOME, MeetingAnswerDispute, meeting=meeting, answer="not_here")
    b42.move_to("20:32")
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    row = await row_of(b42, meeting, AT_HOME)
    assert (row.status, row.votes, row.note) == ("absent", True, "")
    await b42.do(AT_HOME, MeetingAskCorrection, meeting=meeting, text="我在场,站在后排")


async def test_without_an_answer_it_stays_open_until_somebody_decides_with_a_reason(b42: Branch42) -> None:
    meeting = await with_39_of_whom_one_is_at_home(b42)
    here = {"meeting": meeting, "member": b42.ids[AT_HOME]}
    await b42.do("宋佳宁", MeetingDispute, **here)
    b42.move_to("20:32")
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    row = await row_of(b42, meeting, AT_HOME)
    assert (row.status, row.disputed) == ("on_time", True)  # the software makes nobody absent who checked in
    counts = await counts_of(b42, meeting)
    assert counts.expected == counts.on_time + counts.late + counts.absent + counts.disputed == 42
    await b42.do("宋佳宁", MeetingConfirm, **here, reason="签名在纸质签到表第2页")
    assert (await counts_of(b42, meeting)).attended == 39


async def test_one_browser_checks_in_one_member_and_both_are_warned(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.world.browsers = {
        b42.ids["田甜"]: "one phone",
        b42.ids[AT_HOME]: "one phone",
        b42.ids["罗晨"]: "another",
    }
    await come(b42, meeting, "田甜")
    await come(b42, meeting, "罗晨")
    before = await row_of(b42, meeting, AT_HOME)
    code = await code_of(b42, meeting)
    with pytest.raises(Refused) as caught:  # both are told, so `refused` does not fit
        await b42.do(AT_HOME, MeetingCheckIn, meeting=meeting, code=code)
    assert caught.value.row is DEVICE_ALREADY_USED
    assert await row_of(b42, meeting, AT_HOME) == before
    for name in ("田甜", AT_HOME):
        assert any("check_in_device_shared" in str(body) for body in told(b42, name))
    assert not any("check_in_device_shared" in str(body) for body in told(b42, "罗晨"))
    assert (await come(b42, meeting, "田甜")).already  # the same member on the same phone is harmless


async def test_neighbours_who_share_a_phone_are_entered_without_a_word_of_blame(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.world.browsers = {b42.ids["曹玉兰"]: "one phone"}
    await come(b42, meeting, "曹玉兰")
    mark = {"meeting": meeting, "member": b42.ids["方雅琴"], "status": "on_time", "method": "organizer"}
    await b42.do("宋佳宁", MeetingMark, **mark, reason="共用手机")
    row = await row_of(b42, meeting, "方雅琴")
    assert (row.status, row.method, row.note) == ("on_time", "organizer", "共用手机")
    assert (await counts_of(b42, meeting)).present == 2
    for name in ("曹玉兰", "方雅琴"):
        assert not any("device" in str(body) for body in told(b42, name))


async def test_no_branch_of_the_story_scores_publishes_or_takes_a_vote_away(b42: Branch42) -> None:
    before = await b42.world.mongo[MEMBERS].find({}, limit=100)
    meeting = await with_39_of_whom_one_is_at_home(b42)
    here = {"meeting": meeting, "member": b42.ids[AT_HOME]}
    await b42.do("宋佳宁", MeetingDispute, **here)
    await b42.do(AT_HOME, MeetingAnswerDispute, meeting=meeting, answer="not_here")
    assert await b42.world.mongo[MEMBERS].find({}, limit=100) == before
    sheet = await sheet_of_meeting(b42.world.reader, meeting)
    assert all(row.votes for row in sheet.rows.values() if row.status != "observer")
    floor = [entry for entry in b42.world.heard if entry.topic == f"meeting:{meeting}"]
    assert not any(
        b42.ids[AT_HOME] in str(entry.body.get("change", {}).get("quorum_set", "")) for entry in floor
    )
    rooms = [entry for entry in b42.world.heard if entry.topic.startswith("chat:")]
    assert rooms == []
