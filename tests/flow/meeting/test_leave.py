"""Leave, exclusions, corrections (domain.md 2.2, 2.6): who decides, what it does to the numbers, who is told."""

from channels.meeting.errors import PLAN_WRONG, ROLES_CLASH
from channels.meeting.leave.asking import LEAVES
from channels.meeting.leave.errors import CORRECTION_TOO_LATE, LEAVE_TOO_LATE, REASON_NEEDED_HERE
from channels.meeting.leave.roll import CORRECTIONS
from channels.meeting.protocol.entry import MeetingMark
from channels.meeting.protocol.leave import (
    MeetingAskCorrection,
    MeetingAskLeave,
    MeetingCorrections,
    MeetingDecideCorrection,
    MeetingDecideLeave,
    MeetingExclude,
    MeetingReadLeave,
    MeetingWithdrawLeave,
)
from channels.meeting.protocol.life import MeetingClose, MeetingMe, MeetingOpen
from channels.protocol.errors import FORBIDDEN, UNKNOWN_TOPIC
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import Branch42
from tests.flow.meeting.hall import come, counts_of, row_of, state_of
from tests.replay.world import QIN

NOTE = "去外地出差三天"


async def open_it(b42: Branch42, meeting: str) -> None:
    b42.move_to("19:00")
    await b42.do("宋佳宁", MeetingOpen, meeting=meeting)


def news_of(b42: Branch42, name: str) -> list[str]:
    topic = f"me:{b42.ids[name]}"
    return [e.body["what"] for e in b42.world.heard if e.topic == topic and e.type == "me.meeting_told"]


async def test_approved_leave_stands_in_the_frozen_roll_and_does_not_shrink_it(b42: Branch42) -> None:
    meeting = await b42.announced()
    await b42.do("冯国栋", MeetingAskLeave, meeting=meeting, category="official", note=NOTE)
    await b42.do("高远", MeetingAskLeave, meeting=meeting, category="sick")
    await b42.do("宋佳宁", MeetingDecideLeave, meeting=meeting, member=b42.ids["冯国栋"], approve=True)
    await open_it(b42, meeting)
    counts = await counts_of(b42, meeting)
    assert (counts.expected, counts.entitled, counts.official, counts.leave) == (42, 42, 1, 0)
    assert "leave_approved" in news_of(b42, "冯国栋")
    await b42.do("宋佳宁", MeetingDecideLeave, meeting=meeting, member=b42.ids["高远"], approve=True)
    assert (await row_of(b42, meeting, "高远")).status == "leave"
    await come(b42, meeting, "高远")  # comes after all
    mine = (await b42.do("高远", MeetingMe, meeting=meeting)).you
    assert (mine.row.status, mine.leave.state) == ("on_time", "approved")


async def test_nobody_decides_their_own_and_a_refusal_has_a_reason(b42: Branch42) -> None:
    meeting = await b42.announced()
    for name in ("宋佳宁", "田甜"):
        await b42.do(name, MeetingAskLeave, meeting=meeting, category="sick", note=NOTE)
    own = {"meeting": meeting, "member": b42.ids["宋佳宁"], "approve": True}
    await refused(b42.world, ROLES_CLASH, b42.ids["宋佳宁"], MeetingDecideLeave, **own)
    other = {"meeting": meeting, "member": b42.ids["田甜"]}
    await refused(b42.world, FORBIDDEN, b42.ids["邵军"], MeetingDecideLeave, **other, approve=True)
    await refused(
        b42.world, REASON_NEEDED_HERE, b42.ids["宋佳宁"], MeetingDecideLeave, **other, approve=False
    )
    await b42.do("宋佳宁", MeetingDecideLeave, **other, approve=False, reason="名额已满")
    assert news_of(b42, "田甜")[-1] == "leave_refused"
    await refused(
        b42.world, PLAN_WRONG, b42.ids["邵军"], MeetingAskLeave, meeting=meeting, category="holiday"
    )


async def test_the_note_is_sealed_read_by_the_approver_alone_and_that_is_told(b42: Branch42) -> None:
    meeting = await b42.announced()
    await b42.do("田甜", MeetingAskLeave, meeting=meeting, category="personal", note=NOTE)
    (stored,) = await b42.world.mongo[LEAVES].find({}, limit=9)
    assert NOTE.encode() not in bytes(stored["note"])
    assert NOTE not in str([entry.body for entry in b42.world.heard])
    await refused(
        b42.world, FORBIDDEN, b42.ids["邵军"], MeetingReadLeave, meeting=meeting, member=b42.ids["田甜"]
    )
    read = await b42.do("宋佳宁", MeetingReadLeave, meeting=meeting, member=b42.ids["田甜"])
    assert (read.note, read.leave.category) == (NOTE, "personal")
    assert news_of(b42, "田甜")[-1] == "leave_read"


async def test_leave_ends_with_the_opening_and_opens_again_after_closing(b42: Branch42) -> None:
    meeting = await b42.announced()
    await b42.do("田甜", MeetingAskLeave, meeting=meeting, category="sick")
    await b42.do("田甜", MeetingWithdrawLeave, meeting=meeting)
    await open_it(b42, meeting)
    assert (await row_of(b42, meeting, "田甜")).status == "expected"
    await refused(
        b42.world, LEAVE_TOO_LATE, b42.ids["钟敏"], MeetingAskLeave, meeting=meeting, category="sick"
    )
    b42.move_to("20:30")
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    await b42.do("钟敏", MeetingAskLeave, meeting=meeting, category="sick")
    await b42.do("宋佳宁", MeetingDecideLeave, meeting=meeting, member=b42.ids["钟敏"], approve=True)
    assert (await row_of(b42, meeting, "钟敏")).status == "leave"
    b42.world.clock.advance(72 * 3_600_000)
    await refused(
        b42.world, LEAVE_TOO_LATE, b42.ids["高远"], MeetingAskLeave, meeting=meeting, category="sick"
    )


async def test_an_exclusion_names_its_decision_and_shrinks_the_expected(b42: Branch42) -> None:
    meeting = await b42.announced()
    who = {"meeting": meeting, "member": b42.ids["龙海生"], "reason_class": "abroad"}
    await refused(b42.world, PLAN_WRONG, b42.ids["林书远"], MeetingExclude, **who)
    named = who | {"approved_by": "社区党委", "resolution": "2026年第3号"}
    await refused(b42.world, FORBIDDEN, b42.ids["田甜"], MeetingExclude, **named)
    await b42.do("林书远", MeetingExclude, **named)
    await open_it(b42, meeting)
    roll = (await state_of(b42, meeting)).roll
    assert roll is not None
    assert (roll.version, roll.expected, roll.excluded) == (7, 41, 1)
    again = await b42.do("林书远", MeetingExclude, **who, on=False)
    assert (again.roll.version, again.roll.expected, again.roll.excluded) == (8, 42, 0)
    assert (await counts_of(b42, meeting)).expected == 42
    assert news_of(b42, "龙海生")[-1] == "included"


async def test_a_correction_is_asked_within_72_hours_and_decided_by_somebody_else(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("20:32")
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    await b42.do("高远", MeetingAskCorrection, meeting=meeting, text="我在后排,手机没电")
    (stored,) = await b42.world.mongo[CORRECTIONS].find({}, limit=9)
    assert "手机".encode() not in bytes(stored["text"])
    await refused(b42.world, FORBIDDEN, b42.ids["田甜"], MeetingCorrections, meeting=meeting)
    listed = await b42.do("宋佳宁", MeetingCorrections, meeting=meeting)
    assert [(one.member, one.text) for one in listed.corrections] == [(b42.ids["高远"], "我在后排,手机没电")]
    decide = {"meeting": meeting, "approve": True, "reason": "同组证明"}
    await b42.do("宋佳宁", MeetingAskCorrection, meeting=meeting, text="我也在")
    await refused(
        b42.world, ROLES_CLASH, b42.ids["宋佳宁"], MeetingDecideCorrection, **decide, member=b42.ids["宋佳宁"]
    )
    await b42.do("宋佳宁", MeetingDecideCorrection, **decide, member=b42.ids["高远"])
    row = await row_of(b42, meeting, "高远")
    assert (row.status, row.method, row.note) == ("on_time", "organizer", "同组证明")
    assert news_of(b42, "高远")[-1] == "correction_approved"
    counts = await counts_of(b42, meeting)
    assert counts.expected == counts.on_time + counts.late + counts.leave + counts.official + counts.absent
    b42.world.clock.advance(72 * 3_600_000)
    await refused(
        b42.world, CORRECTION_TOO_LATE, b42.ids["钟敏"], MeetingAskCorrection, meeting=meeting, text="我在"
    )
    await refused(b42.world, UNKNOWN_TOPIC, QIN, MeetingAskCorrection, meeting=meeting, text="x")


async def test_the_desk_corrects_rows_after_closing_with_a_reason(b42: Branch42) -> None:
    meeting = await b42.opened()
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    marked = await b42.do(
        "孙巧云",
        MeetingMark,
        meeting=meeting,
        member=b42.ids["钟敏"],
        status="on_time",
        method="paper",
        reason="签到表第40行",
    )
    assert (marked.row.status, marked.row.method) == ("on_time", "paper")
