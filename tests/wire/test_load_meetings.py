"""The scenarios of meetings at work, small: a rush of check-ins, and a roll-call whose organizer drops out half way."""

from load_tests.house import HousePlan, standing
from load_tests.scenarios import checkin_rush, roll_call
from load_tests.scenarios.checkin_rush import CheckinRush
from load_tests.scenarios.roll_call import RollCall
from load_tests.screen import Screen
from tests.kit.scratch import scratch_folder

MEMBERS = 12


async def test_a_rush_and_a_roll_call() -> None:
    with scratch_folder() as folder:
        async with standing(HousePlan(MEMBERS, folder=folder)) as house:
            rush = CheckinRush(MEMBERS - 2, within=0.5, watchers=2, rotate=False)
            came = await checkin_rush.in_house(house, rush, Screen())
            assert came.good, came.lines()
            assert came.figures["checked_in"] == MEMBERS - 2
            assert came.figures["codes_shown"] >= 1

            called = await roll_call.in_house(house, RollCall(MEMBERS, within=0.5, every=4), Screen())
            assert called.good, called.lines()
            assert called.figures["called"] == MEMBERS
            assert called.figures["phones_looked_at"] == 3
            assert called.figures["taken_over_s"] > 0
            assert 0 < called.figures["call_to_visible_p50_ms"] <= called.figures["call_to_visible_max_ms"]
