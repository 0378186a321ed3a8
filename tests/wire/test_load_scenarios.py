"""Two scenarios at work, small: a storm in which nobody loses anything, and ours beside the yardstick with one generator."""

from load_tests.house import HousePlan, standing
from load_tests.scenarios import peers, reconnect_storm
from load_tests.scenarios.peers import Peers
from load_tests.scenarios.reconnect_storm import ReconnectStorm
from load_tests.screen import Screen
from tests.kit.scratch import scratch_folder

SESSIONS = 20


async def test_a_storm_and_the_yardstick() -> None:
    with scratch_folder() as folder:
        storm = ReconnectStorm(SESSIONS, branches=2, behind=3, spread=0.5)
        plan = HousePlan(SESSIONS + storm.branches, storm.branches, groups=2, folder=folder)
        async with standing(plan) as house:
            back = await reconnect_storm.in_house(house, storm, Screen())
            assert back.good, back.lines()
            assert back.figures["resumes"] == SESSIONS
            assert 0 < back.figures["back_s_at_10"] <= back.figures["back_s_at_100"]
            assert back.figures["resumes_per_core_s"] > 0

            wish = Peers(SESSIONS // 2, seconds=0.4, warm_seconds=0.1, only="climit")
            beside = await peers.in_house(house, wish, Screen())
            assert beside.good, beside.lines()
            for mode in ("sparse", "burst"):
                for name in ("climit", "huitang"):
                    assert beside.figures[f"{name}_{mode}_us"] > 0
                    assert beside.figures[f"{name}_{mode}_per_s"] > SESSIONS
            assert beside.figures["huitang_burst_ratio"] > 0
            assert "huitang_burst_of_best_peer" not in beside.figures, "nobody else was measured"
