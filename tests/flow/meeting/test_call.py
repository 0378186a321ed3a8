"""Roll-call: name by name, all at once, second pass, take-over by compare-and-set (domain.md K-03, 5.1)."""

import asyncio

from channels.meeting.errors import BATON_TAKEN, NOT_ON_ROLL, NOTHING_THERE, WRONG_STAGE
from channels.meeting.protocol.call import (
    MeetingAnswerCall,
    MeetingCall,
    MeetingEndRollCall,
    MeetingRecordAnswer,
    MeetingStartRollCall,
    MeetingTakeBaton,
)
from channels.meeting.protocol.values import MeetingRollCall
from channels.meeting.sheets import sheet_of_meeting
from channels.protocol.errors import FORBIDDEN, Refused
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import GROUPS, Branch42
from tests.flow.meeting.hall import come, counts_of, row_of, state_of

NAMES = [name for _, line in GROUPS for name in line.split()]


async def call_of(b42: Branch42, meeting: str) -> MeetingRollCall:
    state = await state_of(b42, meeting)
    assert state.roll_call is not None
    return state.roll_call


async def started(b42: Branch42, mode: str = "one", sequence: str = "roll") -> str:
    meeting = await b42.opened()
    await b42.do("宋佳宁", MeetingStartRollCall, meeting=meeting, baton=1, mode=mode, sequence=sequence)
    return meeting


async def test_names_are_called_in_the_order_of_the_roll(b42: Branch42) -> None:
    meeting = await started(b42)
    called = []
    for _ in range(12):
        await b42.do("宋佳宁", MeetingCall, meeting=meeting, baton=1)
        called.append((await call_of(b42, meeting)).called)
    assert called == [b42.ids[name] for name in NAMES[:12]]


async def test_drawn_by_lot_everybody_is_called_once(b42: Branch42) -> None:
    meeting = await started(b42, sequence="random")
    called = []
    for _ in NAMES:
        await b42.do("宋佳宁", MeetingCall, meeting=meeting, baton=1)
        called.append((await call_of(b42, meeting)).called)
    assert sorted(called, key=str) == sorted(b42.ids[name] for name in NAMES)
    assert called != [b42.ids[name] for name in NAMES]
    await refused(b42.world, NOTHING_THERE, b42.ids["宋佳宁"], MeetingCall, meeting=meeting, baton=1)


async def test_only_the_called_answers_and_is_present_by_it(b42: Branch42) -> None:
    meeting = await started(b42)
    await b42.do("宋佳宁", MeetingCall, meeting=meeting, baton=1)
    call = await call_of(b42, meeting)
    await refused(
        b42.world, WRONG_STAGE, b42.ids["田甜"], MeetingAnswerCall, meeting=meeting, roll_call=call.id
    )
    for _ in range(2):
        await b42.do("林书远", MeetingAnswerCall, meeting=meeting, roll_call=call.id)
    counts = await counts_of(b42, meeting)
    assert (counts.answered, counts.answered_here, counts.present) == (1, 1, 1)
    assert (await row_of(b42, meeting, "林书远")).method == "rollcall"
    (last,) = {event.last for event in b42.world.live if getattr(event, "last", None)}  # type: ignore[attr-defined]  # counted events
    assert last == b42.ids["林书远"]


async def test_those_who_did_not_answer_are_called_again(b42: Branch42) -> None:
    meeting = await started(b42)
    for name in NAMES:
        await b42.do("宋佳宁", MeetingCall, meeting=meeting, baton=1)
        if name not in ("高远", "钟敏"):
            call = await call_of(b42, meeting)
            await b42.do(name, MeetingAnswerCall, meeting=meeting, roll_call=call.id)
    await b42.do("宋佳宁", MeetingCall, meeting=meeting, baton=1, who="again")
    assert (await call_of(b42, meeting)).called == b42.ids["高远"]
    await b42.do("宋佳宁", MeetingCall, meeting=meeting, baton=1)
    call = await call_of(b42, meeting)
    assert (call.called, call.second) == (b42.ids["钟敏"], True)
    await b42.do(
        "宋佳宁", MeetingRecordAnswer, meeting=meeting, baton=1, member=b42.ids["钟敏"], answer="leave"
    )
    await b42.do("宋佳宁", MeetingEndRollCall, meeting=meeting, baton=1)
    counts = await counts_of(b42, meeting)
    assert (counts.answered, counts.answered_here) == (41, 40)
    await refused(
        b42.world, WRONG_STAGE, b42.ids["高远"], MeetingAnswerCall, meeting=meeting, roll_call=call.id
    )


async def test_all_at_once_everybody_answers(b42: Branch42) -> None:
    meeting = await started(b42, mode="all")
    await come(b42, meeting, "曹玉兰")
    call = await call_of(b42, meeting)
    await asyncio.gather(
        *(
            b42.world.do(b42.ids[name], MeetingAnswerCall, meeting=meeting, roll_call=call.id)
            for name in NAMES
        )
    )
    counts = await counts_of(b42, meeting)
    assert (counts.answered_here, counts.present) == (42, 42)
    assert (await row_of(b42, meeting, "曹玉兰")).method == "code"  # who was here before stays as they came
    await refused(
        b42.world, NOT_ON_ROLL, b42.ids["周晓禾"], MeetingAnswerCall, meeting=meeting, roll_call=call.id
    )


async def test_of_two_who_take_over_one_wins_and_nothing_is_lost(b42: Branch42) -> None:
    meeting = await started(b42)
    for name in NAMES[:5]:
        await b42.do("宋佳宁", MeetingCall, meeting=meeting, baton=1)
        call = await call_of(b42, meeting)
        await b42.do(name, MeetingAnswerCall, meeting=meeting, roll_call=call.id)
    rivals = ("林书远", "蒋思源")
    taken = await asyncio.gather(
        *(b42.world.do(b42.ids[name], MeetingTakeBaton, meeting=meeting, version=1) for name in rivals),
        return_exceptions=True,
    )
    lost = [fault for fault in taken if isinstance(fault, Refused)]
    assert [fault.row for fault in lost] == [BATON_TAKEN]
    baton = (await state_of(b42, meeting)).baton
    winner = next(name for name in rivals if b42.ids[name] == baton.owner)
    assert lost[0].params == {"name": winner}
    fault = await refused(b42.world, BATON_TAKEN, b42.ids["宋佳宁"], MeetingCall, meeting=meeting, baton=1)
    assert fault.params == {"name": winner}
    await b42.do(winner, MeetingTakeBaton, meeting=meeting, version=1)  # asked again: it is theirs already
    await b42.do(winner, MeetingCall, meeting=meeting, baton=2)
    assert (await call_of(b42, meeting)).called == b42.ids[NAMES[5]]
    assert len((await sheet_of_meeting(b42.world.reader, meeting)).answers) == 5


async def test_members_do_not_run_it(b42: Branch42) -> None:
    meeting = await started(b42)
    for model, fields in (
        (MeetingTakeBaton, {"version": 1}),
        (MeetingStartRollCall, {"baton": 1, "mode": "all"}),
        (MeetingCall, {"baton": 1}),
        (MeetingEndRollCall, {"baton": 1}),
    ):
        await refused(b42.world, FORBIDDEN, b42.ids["田甜"], model, meeting=meeting, **fields)
