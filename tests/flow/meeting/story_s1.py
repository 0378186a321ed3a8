"""Story S1 of domain.md 3: a general meeting from notice to approved minutes, row by row, on a manual clock.

Played through the pipeline and through real sockets alike; `Branch42.do` is what a member does. ③ is entered as a paper tally by
two tellers; sealing follows with the record log. Everybody here is fictional.
"""

import io

import openpyxl
from docx import Document

from channels.meeting.errors import CHECKIN_NOT_OPEN, ROLES_CLASH
from channels.meeting.minutes.errors import MINUTES_MISSING, NOT_APPROVED
from channels.meeting.minutes.files import make_file
from channels.meeting.protocol.entry import (
    MeetingAnswerSpot,
    MeetingCheckIn,
    MeetingSignOut,
    MeetingSpotCheck,
)
from channels.meeting.protocol.events import MeetingCounted
from channels.meeting.protocol.floor import (
    MeetingCloseVote,
    MeetingEnterTally,
    MeetingFileOpinion,
    MeetingOpenVote,
    MeetingPropose,
    MeetingSetTask,
    MeetingStartItem,
)
from channels.meeting.protocol.leave import MeetingAskLeave, MeetingDecideLeave
from channels.meeting.protocol.life import (
    MeetingAnnounce,
    MeetingClose,
    MeetingCreate,
    MeetingMe,
    MeetingOpen,
    MeetingOpenLobby,
    MeetingSnapshot,
)
from channels.meeting.protocol.minutes import (
    MeetingAcknowledge,
    MeetingMinutes,
    MeetingReviewMinutes,
    MeetingSubmitMinutes,
    MeetingWriteMinutes,
    MinutesSection,
)
from channels.meeting.quorum import quorum_needed, rule_of
from channels.meeting.sheets import sheet_of_meeting
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import BRANCH, EVENING_MS, GROUPS, Branch42
from tests.flow.meeting.hall import come, counts_of, quorum_events, row_of, sheet_entries, state_of

NAMES = [name for _, line in GROUPS for name in line.split()]
LATE = ("潘志强", "姚静")
MISSING = ("高远", "钟敏")
AWAY = "冯国栋"
FIRST_21 = "左宁"
SECOND_22 = "曹玉兰"
LAST_37 = "顾清"


def news(b42: Branch42, name: str) -> list[str]:
    topic = f"me:{b42.ids[name]}"
    return [e.body["what"] for e in b42.world.heard if e.topic == topic and e.type == "me.meeting_told"]


async def before_the_day(b42: Branch42) -> tuple[str, str]:
    """Notice on Monday, leave on Wednesday, the written opinion before the opening. Returns meeting and motion ③."""
    b42.world.clock.advance(EVENING_MS - 3 * 86_400_000 - 9 * 3_600_000 - b42.world.clock.now_ms())
    made = await b42.do(
        "宋佳宁",
        MeetingCreate,
        unit=BRANCH,
        kind="general",
        plan=b42.plan(),
        cid=b42.world.reader.ids.uuid7(),
    )
    meeting = str(made.meetings[0])
    announced = await b42.do("宋佳宁", MeetingAnnounce, meeting=meeting)
    assert announced.warning is None
    assert all("announced" in news(b42, name) for name in NAMES)
    b42.world.clock.advance(2 * 86_400_000)
    await b42.do(AWAY, MeetingAskLeave, meeting=meeting, category="official", note="出差")
    await b42.do("宋佳宁", MeetingDecideLeave, meeting=meeting, member=b42.ids[AWAY], approve=True)
    items = (await state_of(b42, meeting)).items
    proposed = await b42.do(
        "宋佳宁", MeetingPropose, meeting=meeting, item=items[2].id, title="讨论接收周晓禾为预备党员", rule="admission",
        form="paper", person="周晓禾",
    )  # fmt: skip
    opinion = {"meeting": meeting, "motion": proposed.motion, "member": b42.ids[AWAY], "choice": "yes"}
    await b42.do("宋佳宁", MeetingFileOpinion, **opinion)
    await b42.do("孙巧云", MeetingFileOpinion, **opinion)
    return meeting, str(proposed.motion)


async def arrivals(b42: Branch42, meeting: str) -> None:
    """37 on time, the 21st at 19:04:22, the 22nd at 19:04:37, the 37th at 19:14:52; two late."""
    special = (FIRST_21, SECOND_22, LAST_37, *LATE, *MISSING, AWAY)
    others = [name for name in NAMES if name not in special]
    b42.move_to("19:00:00")
    for place, name in enumerate(others[:20]):
        b42.move_to(f"19:0{place // 10 + 1}:{place % 10 * 5:02}")
        await come(b42, meeting, name)
    assert quorum_events(b42, meeting) == []
    b42.move_to("19:04:22")
    await come(b42, meeting, FIRST_21)
    assert quorum_events(b42, meeting) == [("general", 21)]
    b42.move_to("19:04:37")
    await come(b42, meeting, SECOND_22)
    assert quorum_events(b42, meeting) == [("general", 21), ("admission", 22)]
    for place, name in enumerate(others[20:]):
        b42.move_to(f"19:{6 + place // 3:02}:{place % 3 * 20:02}")
        await come(b42, meeting, name)
    b42.move_to("19:14:52")
    await come(b42, meeting, LAST_37)
    assert (await counts_of(b42, meeting)).on_time == 37
    b42.move_to("19:15:00.000")
    assert (await counts_of(b42, meeting)).present == 37
    for clock, name in (("19:17:20", LATE[0]), ("19:31:05", LATE[1])):
        b42.move_to(clock)
        await come(b42, meeting, name)


async def from_notice_to_approved_minutes(b42: Branch42) -> str:
    """The whole story; returns the meeting, whose minutes are approved."""
    meeting, admission = await before_the_day(b42)

    b42.move_to("18:50")
    await b42.do("宋佳宁", MeetingOpenLobby, meeting=meeting)
    early = await refused(
        b42.world, CHECKIN_NOT_OPEN, b42.ids["田甜"], MeetingCheckIn, meeting=meeting, code="000000"
    )
    assert early.params == {"time": "19:00"}

    b42.move_to("19:00:00")
    await b42.do("宋佳宁", MeetingOpen, meeting=meeting)
    state, counts = await state_of(b42, meeting), await counts_of(b42, meeting)
    assert state.roll is not None
    assert (state.roll.version, state.roll.expected, state.roll.observers) == (7, 42, 2)
    general, admit = rule_of(state, "general"), rule_of(state, "admission")
    assert general is not None
    assert admit is not None
    assert (quorum_needed(general, counts), quorum_needed(admit, counts)) == (21, 22)

    await b42.world.watch(b42.ids["田甜"], f"meeting:{meeting}")
    await arrivals(b42, meeting)
    counts = await counts_of(b42, meeting)
    assert (counts.on_time, counts.late, counts.present, counts.official) == (37, 2, 39, 1)
    told = [event for event in await b42.world.live_events() if isinstance(event, MeetingCounted)]
    assert told[-1].counts.present == 39
    for name in ("周晓禾", "沈岚"):
        await come(b42, meeting, name)  # observers in the room, in no number
    assert (await counts_of(b42, meeting)).present == 39

    b42.move_to("19:38")
    items = (await state_of(b42, meeting)).items
    await b42.do("宋佳宁", MeetingStartItem, meeting=meeting, item=items[1].id)
    plan = await b42.do(
        "宋佳宁",
        MeetingPropose,
        meeting=meeting,
        item=items[1].id,
        title="《2027年志愿服务计划》",
        rule="general",
        form="hand",
    )
    await b42.do("宋佳宁", MeetingOpenVote, meeting=meeting, motion=plan.motion)
    hands = {"issued": 0, "returned": 0, "yes": 35, "no": 1, "abstain": 3, "invalid": 0}
    await b42.do("宋佳宁", MeetingEnterTally, meeting=meeting, motion=plan.motion, **hands)
    await b42.do("宋佳宁", MeetingCloseVote, meeting=meeting, motion=plan.motion)

    b42.move_to("19:40")
    drawn = [b42.ids[name] for name in ("田甜", "任建华", FIRST_21)]
    await b42.do("宋佳宁", MeetingSpotCheck, meeting=meeting, members=drawn)
    (spot,) = (await sheet_of_meeting(b42.world.reader, meeting)).spots
    b42.move_to("19:40:08")
    await b42.do("任建华", MeetingAnswerSpot, meeting=meeting, spot=spot)
    b42.move_to("19:40:12")
    await b42.do("田甜", MeetingAnswerSpot, meeting=meeting, spot=spot)
    b42.move_to("19:41:10")  # 左宁 did not answer within the time and is asked once more
    await b42.do("宋佳宁", MeetingSpotCheck, meeting=meeting, members=[b42.ids[FIRST_21]])
    second = max((await sheet_of_meeting(b42.world.reader, meeting)).spots)
    b42.move_to("19:41:25")
    await b42.do(FIRST_21, MeetingAnswerSpot, meeting=meeting, spot=second)
    assert (await counts_of(b42, meeting)).present == 39

    b42.move_to("19:55")
    await b42.do("贺文斌", MeetingSignOut, meeting=meeting)
    assert (await counts_of(b42, meeting)).present_entitled == 38

    b42.move_to("20:05")
    await b42.do("宋佳宁", MeetingStartItem, meeting=meeting, item=items[2].id)
    await b42.do("宋佳宁", MeetingOpenVote, meeting=meeting, motion=admission)
    ballots = {"issued": 38, "returned": 38, "yes": 34, "no": 2, "abstain": 2, "invalid": 0}
    for teller in ("孙巧云", "谢春生"):
        await b42.do(teller, MeetingEnterTally, meeting=meeting, motion=admission, **ballots)
    await b42.do("宋佳宁", MeetingCloseVote, meeting=meeting, motion=admission)

    b42.move_to("20:30")
    await b42.do(
        "宋佳宁", MeetingSetTask, meeting=meeting, title="志愿服务排班表", owner=b42.ids["宋佳宁"], due_on="2026-12-20",
        motion=plan.motion,
    )  # fmt: skip
    b42.move_to("20:32")
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    await after_closing(b42, meeting)
    return meeting


async def after_closing(b42: Branch42, meeting: str) -> None:
    counts = await counts_of(b42, meeting)
    parts = (counts.on_time, counts.late, counts.official + counts.leave, counts.disputed, counts.absent)
    assert parts == (37, 2, 1, 0, 2)
    assert counts.expected == sum(parts) == 42
    assert (counts.attended, counts.left_early) == (39, 1)
    assert sum(sheet_entries(b42, meeting, name) for name in NAMES) == 39
    assert {sheet_entries(b42, meeting, name) for name in NAMES} == {0, 1}
    assert all(news(b42, name).count("absent") == (name in MISSING) for name in NAMES)
    assert quorum_events(b42, meeting) == [("general", 21), ("admission", 22)]

    motions = {motion.title: motion for motion in (await state_of(b42, meeting)).motions}
    plan = motions["《2027年志愿服务计划》"].result
    admitted = motions["讨论接收周晓禾为预备党员"].result
    assert plan is not None
    assert admitted is not None
    assert (plan.yes, plan.no, plan.abstain, plan.needed, plan.passed) == (35, 1, 3, 22, True)
    assert (admitted.yes, admitted.no, admitted.abstain, admitted.written_yes) == (35, 2, 2, 1)
    assert (admitted.base, admitted.needed, admitted.passed) == (42, 22, True)
    await minutes(b42, meeting)


async def minutes(b42: Branch42, meeting: str) -> None:
    b42.world.clock.advance(13 * 3_600_000)
    drafted = (await b42.do("何雨桐", MeetingMinutes, meeting=meeting)).minutes
    head = drafted.head
    assert (drafted.version, head.rate_permille, head.counts.expected) == (0, 929, 42)
    assert (head.late, head.absent, head.left_early) == (list(LATE), list(MISSING), ["贺文斌"])
    assert head.leave == [(AWAY, "公假")]
    assert head.observers == ["周晓禾", "沈岚"]
    await refused(b42.world, NOT_APPROVED, b42.ids["田甜"], MeetingMinutes, meeting=meeting)
    sections = [MinutesSection(id=one.id, title=one.title) for one in drafted.sections]
    write = {"meeting": meeting, "open_matters": ""}
    await b42.do("何雨桐", MeetingWriteMinutes, **write, version=0, sections=sections)
    await refused(b42.world, MINUTES_MISSING, b42.ids["何雨桐"], MeetingSubmitMinutes, meeting=meeting)
    sections[1] = sections[1].model_copy(update={"text": "讨论并表决通过"})
    await b42.do("何雨桐", MeetingWriteMinutes, **write, version=1, sections=sections)
    await b42.do("何雨桐", MeetingSubmitMinutes, meeting=meeting)
    await refused(
        b42.world, ROLES_CLASH, b42.ids["何雨桐"], MeetingReviewMinutes, meeting=meeting, approve=True
    )
    await b42.do("林书远", MeetingReviewMinutes, meeting=meeting, approve=False, reason="②缺少责任人")
    sections[1] = sections[1].model_copy(update={"text": "讨论并表决通过,责任人宋佳宁"})
    await b42.do("何雨桐", MeetingWriteMinutes, **write, version=2, sections=sections)
    await b42.do("何雨桐", MeetingSubmitMinutes, meeting=meeting)
    await b42.do("林书远", MeetingReviewMinutes, meeting=meeting, approve=True)
    assert all("minutes" in news(b42, name) for name in NAMES)
    assert {name for name in NAMES if "read_minutes" in news(b42, name)} == {*MISSING, AWAY}
    for name in (*MISSING, AWAY):
        await b42.do(name, MeetingAcknowledge, meeting=meeting)
    row = await row_of(b42, meeting, "高远")
    assert (row.status, row.made_up) == ("absent", True)
    assert (await b42.do("高远", MeetingMe, meeting=meeting)).you.acknowledged
    shown = await b42.world.snapshot(b42.ids["田甜"], f"meeting:{meeting}", MeetingSnapshot)
    assert shown.meeting is not None
    assert shown.meeting.stage == "approved"
    await files(b42, meeting)


async def files(b42: Branch42, meeting: str) -> None:
    reader, desk = b42.world.reader, await b42.world.actor(b42.ids["何雨桐"])
    counts = await counts_of(b42, meeting)
    made = await make_file(reader, desk, meeting, "attendance.xlsx", "zh-CN")
    book = openpyxl.load_workbook(io.BytesIO(made.content))
    assert book.sheetnames == ["会议信息", "签到表", "表决", "待办"]
    listed = list(book["签到表"].iter_rows(min_row=2, values_only=True))
    assert len(listed) == 44
    states = [str(line[4]) for line in listed]
    assert sum(one.startswith("准时") for one in states) == counts.on_time
    assert sum(one.startswith("迟到") for one in states) == counts.late
    assert states.count("缺席") == counts.absent
    assert states.count("列席") == counts.observers
    assert book["签到表"].freeze_panes == "C2"
    made = await make_file(reader, desk, meeting, "minutes.docx", "zh-CN")
    table = Document(io.BytesIO(made.content)).tables[0]
    form = {row.cells[0].text: row.cells[1].text for row in table.rows}
    assert form["应到人数"] == "42"
    assert form["实到人数"] == "39(92.9%)"
    assert form["缺席"] == "高远、钟敏"
    fingerprint = (await b42.do("田甜", MeetingMinutes, meeting=meeting)).minutes.fingerprint
    assert fingerprint in "".join(p.text for p in Document(io.BytesIO(made.content)).paragraphs)
    printed = await make_file(reader, desk, meeting, "minutes.pdf", "zh-CN")
    assert printed.content.startswith(b"%PDF")
    csv = (await make_file(reader, desk, meeting, "attendance.csv", "zh-CN")).content
    assert csv.startswith(b"\xef\xbb\xbf")
    assert len(csv.decode().splitlines()) == 45
