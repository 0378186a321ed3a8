"""A measured outage extends the window of check-in by what was lost, once, whoever finds it and however often."""

import asyncio

from channels.core.context import Context
from channels.meeting.outage import PULSE, pulse
from channels.meeting.protocol.values import MeetingRound
from server.workers import NOBODY
from tests.flow.meeting.branch42 import Branch42, at
from tests.flow.meeting.hall import come, row_of, state_of

MINUTE_MS = 60_000


async def beat(b42: Branch42) -> None:
    async def nobody_waits(member: str) -> None:
        del member

    world = b42.world
    await pulse(Context(NOBODY, world.clock.now_ms(), world.reader, world.live.append, nobody_waits))


async def served_until_now(b42: Branch42) -> None:
    await b42.world.mongo[PULSE].delete_many({"_id": "served"})
    await beat(b42)


async def round_of(b42: Branch42, meeting: str) -> MeetingRound:
    return (await state_of(b42, meeting)).rounds[-1]


async def test_who_could_not_check_in_for_five_minutes_gets_them_back(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("19:12")
    await served_until_now(b42)
    b42.move_to("19:17")
    await asyncio.gather(*(beat(b42) for _ in range(3)))
    longer = await round_of(b42, meeting)
    # 3 of the 5 minutes were on time, and the on-time part begins again when the service is back
    assert longer.late_from_ms == at("19:20")
    assert longer.closes_at_ms == at("19:50")
    assert (longer.extended_ms, longer.reason) == (5 * MINUTE_MS, "服务中断")
    await come(b42, meeting, "田甜")
    assert (await row_of(b42, meeting, "田甜")).status == "on_time"
    b42.move_to("19:17:10")
    await beat(b42)
    assert await round_of(b42, meeting) == longer


async def test_an_outage_over_the_end_gives_the_rest_when_the_service_is_back(b42: Branch42) -> None:
    meeting = await b42.opened()
    b42.move_to("19:40")
    await beat(b42)
    b42.move_to("20:10")
    await beat(b42)
    assert (await round_of(b42, meeting)).closes_at_ms == at("20:15")
    await come(b42, meeting, "田甜")
    assert (await row_of(b42, meeting, "田甜")).status == "late"


async def test_a_short_one_and_one_outside_the_window_change_nothing(b42: Branch42) -> None:
    meeting = await b42.opened()
    before = await round_of(b42, meeting)
    await beat(b42)
    b42.world.clock.advance(MINUTE_MS)
    await beat(b42)
    assert await round_of(b42, meeting) == before
    b42.move_to("19:50")
    await beat(b42)
    extended = await round_of(b42, meeting)
    assert extended.extended_ms > 0  # from 19:01 to 19:50 nobody was there
    b42.move_to("22:00")
    await b42.world.mongo[PULSE].update_one({"_id": "served"}, {"$set": {"at_ms": extended.closes_at_ms}})
    await beat(b42)
    assert await round_of(b42, meeting) == extended


async def test_a_process_that_died_between_extending_and_its_pulse_extends_once(b42: Branch42) -> None:
    meeting = await b42.opened()
    await beat(b42)
    pulsed = await b42.world.mongo[PULSE].by_id("served")
    assert pulsed is not None
    b42.move_to("19:10")
    await beat(b42)
    longer = await round_of(b42, meeting)
    await b42.world.mongo[PULSE].update_one({"_id": "served"}, {"$set": {"at_ms": pulsed["at_ms"]}})
    b42.world.clock.advance(5_000)
    await beat(b42)
    assert await round_of(b42, meeting) == longer
