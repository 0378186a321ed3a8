"""Check-in: windows to the millisecond, codes, tries, devices, passes, manual entries (domain.md 2.5, stories S1, S2, S3.3)."""

import asyncio

import pytest

from channels.meeting.entry.sealed import make_claim
from channels.meeting.entry.tries import PAUSE_MS
from channels.meeting.errors import (
    CHECKIN_CLOSED,
    CHECKIN_NOT_OPEN,
    CODE_EXPIRED,
    CODE_WRONG,
    NOT_ON_ROLL,
    TOO_MANY_TRIES,
    WRONG_STAGE,
)
from channels.meeting.protocol.entry import (
    MeetingAnswerDispute,
    MeetingAnswerSpot,
    MeetingCheckIn,
    MeetingConfirm,
    MeetingDispute,
    MeetingExtendRound,
    MeetingMark,
    MeetingOpenRound,
    MeetingScanPass,
    MeetingShowCode,
    MeetingShowPass,
    MeetingSignOut,
    MeetingSpotCheck,
)
from channels.meeting.protocol.leave import MeetingExclude
from channels.meeting.protocol.life import MeetingOpen
from channels.meeting.sheets import sheet_of_meeting
from channels.protocol.errors import BAD_FIELD, FORBIDDEN, Refused
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import Branch42, at
from tests.flow.meeting.hall import code_of, come, counts_of, row_of, sheet_entries, state_of


async def test_nobody_checks_in_before_the_opening_and_no_try_is_counted(b42: Branch42) -> None:
    meeting = await b42.announced()
    for _ in range(6):
        fault = await refused(
            b42.world, CHECKIN_NOT_OPEN, b42.ids["左宁"], MeetingCheckIn, meeting=meeting, code="123456"
        )
    assert fault.params == {"time": "19:00"}


@pytest.mark.parametrize(
    ("moment", "status", "late_ms"),
    [
        ("19:00:00.000", "on_time", 0),
        ("19:14:59.999", "on_time", 0),
        ("19:15:00.000", "late", 1),
        ("19:17:20", "late", 140_000),
        ("19:44:59.999", "late", 1_799_999),
    ],
)
async def test_windows_are_half_open_on_server_time(
    b42: Branch42, moment: str, status: str, late_ms: int
) -> None:
    meeting = await b42.opened()
    b42.move_to(moment)
    result = await come(b42, meeting, "顾清")
    row = await row_of(b42, meeting, "顾清")
    assert (row.status, row.late_ms, result.late_ms, row.method) == (status, late_ms, late_ms, "code")
    assert row.at_ms == at(moment)


async def test_after_the_window_it_is_closed(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("19:44:59")
    code = await code_of(b42, meeting)
    b42.move_to("19:45:00.000")
    fault = await refused(
        b42.world, CHECKIN_CLOSED, b42.ids["高远"], MeetingCheckIn, meeting=meeting, code=code
    )
    assert fault.params == {"h": 72}


async def test_one_member_a_hundred_times_at_once_is_one_row(b42: Branch42) -> None:
    meeting = await b42.opened()
    code = await code_of(b42, meeting)
    calls = [b42.world.do(b42.ids["曹玉兰"], MeetingCheckIn, meeting=meeting, code=code) for _ in range(100)]
    results = await asyncio.gather(*calls)
    assert sheet_entries(b42, meeting, "曹玉兰") == 1
    assert {result.at_ms for result in results} == {results[0].at_ms}
    assert (await counts_of(b42, meeting)).present == 1


async def test_a_code_of_the_step_before_counts_five_seconds_and_no_longer(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("19:05:59")
    code = await code_of(b42, meeting)
    b42.move_to("19:06:04.999")
    assert not (await b42.do("田甜", MeetingCheckIn, meeting=meeting, code=code)).already
    b42.move_to("19:06:05.000")
    fault = await refused(
        b42.world, CODE_EXPIRED, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, code=code
    )
    assert fault.params == {"n": 4}
    b42.move_to("19:06:41")
    await come(b42, meeting, "邵军")
    assert (await row_of(b42, meeting, "邵军")).method == "code"


async def test_five_wrong_codes_make_a_pause_of_two_minutes(b42: Branch42) -> None:
    meeting = await b42.opened()
    right = await code_of(b42, meeting)
    wrong = f"{(int(right) + 1) % 10**6:06}"
    keys = []
    for _ in range(6):
        with pytest.raises(Refused) as caught:
            await b42.do("邵军", MeetingCheckIn, meeting=meeting, code=wrong)
        keys.append((caught.value.row.key, caught.value.params))
    assert keys[:4] == [(CODE_WRONG.key, {"n": n}) for n in (4, 3, 2, 1)]
    assert keys[4:] == [(TOO_MANY_TRIES.key, {"s": 120})] * 2
    await refused(
        b42.world, TOO_MANY_TRIES, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, code=right
    )  # even the right one waits
    await come(b42, meeting, "田甜")  # others do not
    b42.world.clock.advance(PAUSE_MS)
    await come(b42, meeting, "邵军")


async def test_within_ten_minutes_there_are_25_tries_at_most(b42: Branch42) -> None:
    meeting = await b42.opened()
    tried = 0
    for _ in range(600):
        try:
            await b42.world.do(b42.ids["邵军"], MeetingCheckIn, meeting=meeting, code="no")
        except Refused as fault:
            tried += fault.row in (CODE_WRONG, CODE_EXPIRED) or fault.params == {"s": 120}
        b42.world.clock.advance(1_000)
    assert tried == 25


async def test_full_width_digits_and_spaces_are_forgiven(b42: Branch42) -> None:
    meeting = await b42.opened()
    code = await code_of(b42, meeting)
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in code)
    await b42.do("曹玉兰", MeetingCheckIn, meeting=meeting, code=f"{wide[:3]} {wide[3:]}")
    assert (await row_of(b42, meeting, "曹玉兰")).status == "on_time"


async def test_a_photographed_picture_is_refused_after_its_step(b42: Branch42) -> None:
    meeting = await b42.opened()
    shown = await b42.do("宋佳宁", MeetingShowCode, meeting=meeting)
    assert shown.expires_at_ms == at("19:00:30")
    assert shown.qr.startswith(f"/meetings/check-in#{meeting}.")
    token = shown.qr.partition(f"#{meeting}.")[2]
    assert len(token) > len(shown.round) + 30
    await b42.do("田甜", MeetingCheckIn, meeting=meeting, token=token)
    assert (await row_of(b42, meeting, "田甜")).method == "qr"
    b42.move_to("19:00:35")
    await refused(b42.world, CODE_EXPIRED, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, token=token)
    forged = token[:-1] + ("0" if token[-1] != "0" else "1")
    await refused(b42.world, CODE_WRONG, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, token=forged)


async def test_a_claim_keeps_its_time_and_serves_one_member(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("19:14:50")
    round_ = (await state_of(b42, meeting)).rounds[-1].id
    claim = make_claim(b42.world.reader, round_, b42.world.clock.now_ms())
    b42.move_to("19:18:00")  # log-in took three minutes
    result = await b42.do("曹玉兰", MeetingCheckIn, meeting=meeting, claim=claim)
    assert (result.at_ms, result.late_ms) == (at("19:14:50"), 0)
    assert (await b42.do("曹玉兰", MeetingCheckIn, meeting=meeting, claim=claim)).already
    await refused(b42.world, CODE_EXPIRED, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, claim=claim)
    late = make_claim(b42.world.reader, round_, b42.world.clock.now_ms() - 300_000)
    await refused(b42.world, CODE_EXPIRED, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, claim=late)
    await refused(b42.world, CODE_EXPIRED, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, claim="AAAA")


async def test_exactly_one_proof_is_asked_for(b42: Branch42) -> None:
    meeting = await b42.opened()
    await refused(b42.world, BAD_FIELD, b42.ids["邵军"], MeetingCheckIn, meeting=meeting)
    await refused(b42.world, BAD_FIELD, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, code="1", claim="A")


async def test_observers_check_in_and_are_never_counted(b42: Branch42) -> None:
    meeting = await b42.opened()
    await come(b42, meeting, "周晓禾")
    counts = await counts_of(b42, meeting)
    assert (counts.present, counts.expected, counts.observers) == (0, 42, 2)


async def test_whoever_is_excluded_is_not_on_the_roll(b42: Branch42) -> None:
    meeting = await b42.announced()
    await b42.do(
        "林书远",
        MeetingExclude,
        meeting=meeting,
        member=b42.ids["龙海生"],
        reason_class="abroad",
        approved_by="社区党委",
        resolution="2026年第3号",
    )
    b42.move_to("19:00")
    await b42.do("宋佳宁", MeetingOpen, meeting=meeting)
    code = await code_of(b42, meeting)
    await refused(b42.world, NOT_ON_ROLL, b42.ids["龙海生"], MeetingCheckIn, meeting=meeting, code=code)
    assert (await counts_of(b42, meeting)).expected == 41


async def test_the_organizer_scans_a_members_pass(b42: Branch42) -> None:
    meeting = await b42.opened()
    shown = await b42.do("万里红", MeetingShowPass, meeting=meeting)
    for _ in range(2):
        result = await b42.do("宋佳宁", MeetingScanPass, meeting=meeting, token=shown.token)
        assert (result.row.member, result.row.method) == (b42.ids["万里红"], "pass")
    assert sheet_entries(b42, meeting, "万里红") == 1
    b42.world.clock.advance(35_000)
    await refused(
        b42.world, CODE_EXPIRED, b42.ids["宋佳宁"], MeetingScanPass, meeting=meeting, token=shown.token
    )
    await refused(b42.world, FORBIDDEN, b42.ids["田甜"], MeetingScanPass, meeting=meeting, token=shown.token)


async def test_the_desk_marks_with_a_reason_and_the_member_is_told(b42: Branch42) -> None:
    meeting = await b42.opened()
    result = await b42.do(
        "宋佳宁", MeetingMark, meeting=meeting, member=b42.ids["方雅琴"], status="on_time", reason="共用手机"
    )
    assert (result.row.status, result.row.method, result.row.note) == ("on_time", "organizer", "共用手机")
    told = [
        e for e in b42.world.heard if e.topic == f"me:{b42.ids['方雅琴']}" and e.type == "me.meeting_told"
    ]
    assert [e.body["what"] for e in told][-1] == "marked"
    await refused(
        b42.world,
        FORBIDDEN,
        b42.ids["田甜"],
        MeetingMark,
        meeting=meeting,
        member=b42.ids["方雅琴"],
        status="absent",
        reason="不在",
    )


async def test_a_disputed_presence_waits_for_people(b42: Branch42) -> None:
    meeting = await b42.opened()
    for name in ("邵军", "田甜"):
        await come(b42, meeting, name)
    await b42.do("宋佳宁", MeetingDispute, meeting=meeting, member=b42.ids["邵军"])
    counts = await counts_of(b42, meeting)
    assert (counts.present, counts.disputed) == (1, 1)
    await b42.do("邵军", MeetingAnswerDispute, meeting=meeting, answer="here")
    assert (await row_of(b42, meeting, "邵军")).disputed  # an answer is no proof
    await b42.do("宋佳宁", MeetingConfirm, meeting=meeting, member=b42.ids["邵军"], reason="在后排")
    assert (await counts_of(b42, meeting)).present == 2
    await b42.do("宋佳宁", MeetingDispute, meeting=meeting, member=b42.ids["邵军"])
    await b42.do("邵军", MeetingAnswerDispute, meeting=meeting, answer="not_here")
    assert (await row_of(b42, meeting, "邵军")).status == "expected"
    await refused(
        b42.world, WRONG_STAGE, b42.ids["邵军"], MeetingAnswerDispute, meeting=meeting, answer="here"
    )


async def test_leaving_and_coming_back_moves_the_numbers(b42: Branch42) -> None:
    meeting = await b42.opened()
    await come(b42, meeting, "贺文斌")
    await b42.do("贺文斌", MeetingSignOut, meeting=meeting)
    counts = await counts_of(b42, meeting)
    assert (counts.present, counts.attended, counts.left_early) == (0, 1, 1)
    await b42.do("贺文斌", MeetingSignOut, meeting=meeting, on=False)
    assert (await counts_of(b42, meeting)).present == 1
    await refused(b42.world, WRONG_STAGE, b42.ids["高远"], MeetingSignOut, meeting=meeting)


async def test_a_spot_check_asks_and_marks_nobody_absent(b42: Branch42) -> None:
    meeting = await b42.opened()
    for name in ("田甜", "任建华", "左宁"):
        await come(b42, meeting, name)
    drawn = [b42.ids[name] for name in ("田甜", "任建华", "左宁")]
    await b42.do("宋佳宁", MeetingSpotCheck, meeting=meeting, members=drawn)
    (spot,) = (await sheet_of_meeting(b42.world.reader, meeting)).spots.values()
    b42.world.clock.advance(12_000)
    for _ in range(2):
        await b42.do("田甜", MeetingAnswerSpot, meeting=meeting, spot=spot.id)
    b42.world.clock.advance(48_000)
    with pytest.raises(Refused):
        await b42.do("左宁", MeetingAnswerSpot, meeting=meeting, spot=spot.id)
    sheet = await sheet_of_meeting(b42.world.reader, meeting)
    assert sheet.spots[spot.id].answered == [b42.ids["田甜"]]
    assert (await counts_of(b42, meeting)).present == 3
    await b42.do("宋佳宁", MeetingSpotCheck, meeting=meeting, count=2)
    newest = max((await sheet_of_meeting(b42.world.reader, meeting)).spots)
    assert len((await sheet_of_meeting(b42.world.reader, meeting)).spots[newest].members) == 2


async def test_rounds_end_extend_and_follow_each_other(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("19:10")
    await b42.do("宋佳宁", MeetingExtendRound, meeting=meeting, by_ms=300_000, reason="大雨")
    round_ = (await state_of(b42, meeting)).rounds[-1]
    assert (round_.late_from_ms, round_.closes_at_ms) == (at("19:20"), at("19:50"))
    code = await code_of(b42, meeting)
    await b42.do("宋佳宁", MeetingExtendRound, meeting=meeting, by_ms=0, reason="人已到齐")
    await refused(b42.world, CHECKIN_CLOSED, b42.ids["高远"], MeetingCheckIn, meeting=meeting, code=code)
    b42.move_to("20:00")
    await b42.do("宋佳宁", MeetingOpenRound, meeting=meeting)
    await come(b42, meeting, "高远")
    assert (await row_of(b42, meeting, "高远")).status == "on_time"
    await b42.do("宋佳宁", MeetingOpenRound, meeting=meeting)
    await refused(b42.world, WRONG_STAGE, b42.ids["宋佳宁"], MeetingOpenRound, meeting=meeting)
    await refused(b42.world, FORBIDDEN, b42.ids["田甜"], MeetingOpenRound, meeting=meeting)
