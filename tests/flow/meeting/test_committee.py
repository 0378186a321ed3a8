"""A committee meets among itself: members outside it do not know that the meeting exists, wherever they look (domain.md 2.1)."""

from typing import Any

from channels.meeting.calendar import feed, new_address
from channels.meeting.protocol.life import MeetingAnnounce, MeetingCreate, MeetingList, MeetingMe
from channels.protocol.errors import UNKNOWN_TOPIC
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import BRANCH, EVENING_MS, Branch42
from tests.replay.world import ORG_O

DAY_MS = 86_400_000


async def called(b42: Branch42, kind: str, **plan: Any) -> str:  # noqa: ANN401 - fields of the plan
    """An announced meeting of a kind, three days ahead."""
    b42.world.clock.advance(EVENING_MS - 3 * DAY_MS - b42.world.clock.now_ms())
    made = await b42.do(
        "宋佳宁",
        MeetingCreate,
        unit=BRANCH,
        kind=kind,
        plan=b42.plan(items=[], **plan),
        cid=b42.world.reader.ids.uuid7(),
    )
    await b42.do("宋佳宁", MeetingAnnounce, meeting=made.meetings[0])
    return str(made.meetings[0])


async def listed(b42: Branch42, name: str) -> list[str]:
    found = await b42.do(name, MeetingList, after_ms=0, before_ms=2**52)
    return [line.id for line in found.meetings]


async def fed(b42: Branch42, name: str) -> bytes:
    reader = b42.world.reader
    found = await feed(reader, await new_address(reader, b42.ids[name], ORG_O), "https://example.org")
    assert found is not None
    return found


async def test_only_the_committee_its_officers_and_guests_know_of_it(b42: Branch42) -> None:
    meeting = await called(b42, "committee", guests=[b42.ids["高远"]])
    open_to_all = await called(b42, "general")
    for name in (
        "何雨桐",
        "宋佳宁",
        "高远",
        "孙巧云",
    ):  # a committee member, its organizer, a guest, a teller
        assert meeting in await listed(b42, name), name
        assert meeting.encode() in await fed(b42, name), name
        await b42.do(name, MeetingMe, meeting=meeting)
    assert await listed(b42, "田甜") == [open_to_all]
    calendar = await fed(b42, "田甜")
    assert meeting.encode() not in calendar
    assert open_to_all.encode() in calendar
    await refused(b42.world, UNKNOWN_TOPIC, b42.ids["田甜"], MeetingMe, meeting=meeting)
    row = b42.world.registry.topics["meeting"]
    for name, may in (("田甜", False), ("何雨桐", True), ("高远", True)):
        actor = await b42.world.actor(b42.ids[name])
        assert await row.may_enter(actor, meeting, b42.world.reader) is may


async def test_nobody_outside_is_told(b42: Branch42) -> None:
    meeting = await called(b42, "committee", guests=[])
    told = {e.topic for e in b42.world.heard if e.type == "me.meeting_told" and e.body["meeting"] == meeting}
    assert f"me:{b42.ids['何雨桐']}" in told
    assert f"me:{b42.ids['田甜']}" not in told
