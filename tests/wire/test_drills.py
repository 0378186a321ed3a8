"""The fault drill, small: two workers, three of them killed and Redis once in a talk; every account is equal.

The long ones are `python -m load_tests soak`, `kills` and `controls` (docs/reliability.md). That the judges find what is wrong is
held by tests/unit/load_tests.
"""

import pytest

from load_tests.faults.kills import Kills, run
from load_tests.screen import Screen
from tests.kit.scratch import scratch_folder

SEED = 20_240_607


@pytest.mark.slow
@pytest.mark.timeout(300)  # on a machine that is busy with other tests; some 15 s by itself
async def test_nothing_is_lost_while_workers_and_redis_are_killed() -> None:
    with scratch_folder() as folder:
        options = Kills(
            kills=4,
            victims="worker,redis,worker,worker",
            pause_min=0.2,
            pause_max=0.5,
            senders=10,
            subscribers=20,
            rate=60.0,
            outage_ms=0.0,
            parent=0,
            seed=SEED,
            folder=folder,
        )
        result = await run(options, Screen())
    print("\n".join(result.lines()))
    outcome, told = result.outcome, result.lines()
    assert outcome.good, told
    assert outcome.scale.seed == SEED
    assert len(outcome.topics) == 8
    for topic in outcome.topics:
        assert topic.acknowledged == topic.stored > 0, told
        assert topic.delivered == topic.subscribers * topic.stored, told
    assert {victim: of.count for victim, of in result.whole.items()} == {"worker": 3, "redis": 1}
    assert result.cut > 0, "the workers that were killed held nobody: the drill proves nothing"
    assert result.good, told
