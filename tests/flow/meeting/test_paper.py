"""A signed paper sheet at the desk: looked at over HTTP, marked in one unit, told to everybody it is about."""

import io
from datetime import time

import pytest
import xlsxwriter

from channels.branch.roll.source import read_file
from channels.meeting.entry.errors import PAPER_HEADER
from channels.meeting.entry.paper import PaperLine
from channels.meeting.entry.paper_desk import look_at_paper
from channels.meeting.errors import PERSON_NOT_HERE, WRONG_STAGE
from channels.meeting.protocol.entry import MeetingMark, MeetingMarkPaper, MeetingMarkPaperResult
from channels.meeting.protocol.leave import MeetingExclude
from channels.meeting.protocol.life import MeetingClose, MeetingOpen
from channels.protocol.errors import BAD_FIELD, FORBIDDEN, UNKNOWN_TOPIC, Refused
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import GUESTS, Branch42, at
from tests.flow.meeting.hall import come, counts_of, row_of, state_of
from tests.flow.meeting.story_s1 import NAMES
from tests.replay.world import QIN

REASON = "纸质签到表"


def workbook(rows: list[tuple[object, ...]]) -> bytes:
    """As a secretary fills it in: a title, a header, real times of day."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        page = book.add_worksheet("签到表")
        clock = book.add_format({"num_format": "hh:mm"})
        page.write(0, 0, "支部党员大会签到表")
        for column, title in enumerate(("序号", "姓名", "签名", "时间")):
            page.write(1, column, title)
        for number, row in enumerate(rows, 2):
            for column, cell in enumerate(row):
                if isinstance(cell, time):
                    page.write_datetime(number, column, cell, clock)
                else:
                    page.write(number, column, cell)
    return buffer.getvalue()


async def look(b42: Branch42, meeting: str, content: bytes, name: str = "宋佳宁") -> list[PaperLine]:
    tables = [sheet.rows for sheet in await read_file(content)]
    actor = await b42.world.actor(b42.ids[name])
    return await look_at_paper(b42.world.reader, actor, meeting, tables, b42.world.clock.now_ms())


async def take_over(b42: Branch42, meeting: str, lines: list[PaperLine]) -> MeetingMarkPaperResult:
    marks = [
        {"member": line.member, "status": line.status, "at_ms": line.at_ms, "late_ms": line.late_ms}
        for line in lines
        if line.verdict == "mark"
    ]
    done: MeetingMarkPaperResult = await b42.do(
        "宋佳宁", MeetingMarkPaper, meeting=meeting, marks=marks, reason=REASON
    )
    return done


async def test_a_filled_in_sheet_is_taken_over_and_again_changes_nothing(b42: Branch42) -> None:
    meeting = await b42.opened()
    await come(b42, meeting, "田甜")
    b42.move_to("20:00")
    people = [name for name in NAMES if name != "高远"]
    rows: list[tuple[object, ...]] = [(n, name, name, time(19, 2)) for n, name in enumerate(people, 1)]
    rows[2] = (3, people[2], people[2], time(19, 40))
    lines = await look(b42, meeting, workbook([*rows, (43, "路人甲", "√", "")]))
    verdicts = [line.verdict for line in lines]
    assert (verdicts.count("mark"), verdicts.count("same"), verdicts.count("unknown")) == (40, 1, 1)
    before = await counts_of(b42, meeting)
    assert (before.present, before.expected) == (1, 42)
    done = await take_over(b42, meeting, lines)
    assert (len(done.marked), done.left) == (40, [])
    counts = await counts_of(b42, meeting)
    assert (counts.on_time, counts.late, counts.present, counts.expected) == (40, 1, 41, 42)
    assert (await row_of(b42, meeting, "高远")).status == "expected", "who did not sign is not made absent"
    late = await row_of(b42, meeting, people[2])
    assert (late.status, late.method, late.note) == ("late", "paper", REASON)
    late_from_ms = (await state_of(b42, meeting)).rounds[0].late_from_ms
    assert (late.at_ms, late.late_ms) == (at("19:40"), at("19:40") - late_from_ms)
    told = [e.topic for e in b42.world.heard if e.type == "me.meeting_told" and e.body["what"] == "marked"]
    assert sorted(told) == sorted(f"me:{member}" for member in done.marked)
    again = await take_over(b42, meeting, lines)
    assert (again.marked, len(again.left)) == ([], 40)
    assert await counts_of(b42, meeting) == counts


async def test_all_are_marked_or_none(b42: Branch42) -> None:
    meeting = await b42.opened()
    good = {"member": b42.ids["高远"], "status": "on_time"}
    stranger = {"member": QIN, "status": "on_time"}
    command = {"meeting": meeting, "reason": REASON}
    await refused(
        b42.world, PERSON_NOT_HERE, b42.ids["宋佳宁"], MeetingMarkPaper, **command, marks=[good, stranger]
    )
    await refused(b42.world, BAD_FIELD, b42.ids["宋佳宁"], MeetingMarkPaper, **command, marks=[good, good])
    to_come = good | {"at_ms": b42.world.clock.now_ms() + 1_000}
    await refused(b42.world, BAD_FIELD, b42.ids["宋佳宁"], MeetingMarkPaper, **command, marks=[to_come])
    assert (await row_of(b42, meeting, "高远")).status == "expected"


async def test_it_is_for_the_desk_after_the_opening(b42: Branch42) -> None:
    meeting = await b42.announced()
    marks = [{"member": b42.ids["高远"], "status": "on_time"}]
    command = {"meeting": meeting, "marks": marks, "reason": REASON}
    await refused(b42.world, WRONG_STAGE, b42.ids["宋佳宁"], MeetingMarkPaper, **command)
    await refused(b42.world, FORBIDDEN, b42.ids["田甜"], MeetingMarkPaper, **command)
    await refused(b42.world, UNKNOWN_TOPIC, QIN, MeetingMarkPaper, **command)
    opened = await b42.opened()
    with pytest.raises(Refused) as caught:
        await look(b42, opened, workbook([(1, "高远", "√", "")]), "田甜")
    assert caught.value.row is FORBIDDEN
    with pytest.raises(Refused) as caught:
        await look(b42, opened, "姓名,电话\n高远,1\n".encode())
    assert caught.value.row is PAPER_HEADER


async def test_after_closing_an_absence_becomes_a_presence_at_the_written_time(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("20:32")
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    assert (await row_of(b42, meeting, "高远")).status == "absent"
    b42.world.clock.advance(86_400_000)
    lines = await look(b42, meeting, "姓名,签名,时间\n高远,高远,19:03\n".encode())
    assert [line.verdict for line in lines] == ["mark"]
    await take_over(b42, meeting, lines)
    row = await row_of(b42, meeting, "高远")
    assert (row.status, row.at_ms) == ("on_time", lines[0].at_ms)
    assert row.at_ms is not None
    assert row.at_ms < b42.world.clock.now_ms() - 80_000_000


async def test_a_mark_makes_no_observer_expected_and_nobody_excluded_present(b42: Branch42) -> None:
    meeting = await b42.announced()
    who = {"meeting": meeting, "member": b42.ids["龙海生"], "reason_class": "abroad"}
    await b42.do("林书远", MeetingExclude, **who, approved_by="社区党委", resolution="2026年第3号")
    b42.move_to("19:00")
    await b42.do("宋佳宁", MeetingOpen, meeting=meeting)
    mark = {"meeting": meeting, "status": "on_time", "reason": REASON}
    desk = b42.ids["宋佳宁"]
    await refused(b42.world, PERSON_NOT_HERE, desk, MeetingMark, **mark, member=b42.ids["龙海生"])
    guest = b42.ids[GUESTS[0]]
    before = await counts_of(b42, meeting)
    await b42.do("宋佳宁", MeetingMark, **mark, member=guest)
    await refused(b42.world, BAD_FIELD, desk, MeetingMark, **mark | {"status": "absent"}, member=guest)
    row = await row_of(b42, meeting, GUESTS[0])
    assert (row.status, row.method) == ("observer", "organizer")
    after = await counts_of(b42, meeting)
    assert (after.expected, after.present, after.observers) == (41, before.present, before.observers)
