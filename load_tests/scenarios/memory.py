"""Resident memory for each idle session, signed in and in its five topics: what all serving processes grew by, over the number."""

from dataclasses import dataclass, field
from pathlib import Path

from load_tests.crowd import Crowd, Gathering
from load_tests.house import House, HousePlan
from load_tests.ladder import ladder
from load_tests.outcome import Outcome
from load_tests.scenarios.stage import stage
from load_tests.screen import Screen

BRANCH_MEMBERS = 100


@dataclass(frozen=True, slots=True)
class Memory:
    """Options."""

    sizes: str = field(
        default="1000 5000 10000",
        metadata={"about": "numbers of sessions, growing, with spaces between them"},
    )
    workers: int = field(default=1, metadata={"about": "serving processes"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        ladder(self.sizes, least=1)

    @property
    def steps(self) -> list[int]:
        """The sizes as numbers."""
        return ladder(self.sizes, least=1)


async def run(options: Memory, screen: Screen) -> Outcome:
    """Let them come in steps.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    most = options.steps[-1]
    plan = HousePlan(
        most, max(1, most // BRANCH_MEMBERS), groups=2, workers=options.workers, folder=options.folder
    )
    async with stage(plan, screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: Memory, screen: Screen) -> Outcome:
    """The same in a house of its size."""
    await house.calm()
    empty, here = house.serving().rss_bytes, 0
    figures: dict[str, float] = {"rss_0_mib": empty / 2**20}
    async with Crowd(house) as crowd:
        for size in options.steps:
            with screen.step(f"{size:,} members are coming"):
                gathered = await crowd.gather(house.roll.passes[here:size], Gathering(exact=0))
                await house.calm()
            here, rss = size, house.serving().rss_bytes
            figures[f"rss_{size}_mib"] = rss / 2**20
            figures[f"kib_per_session_{size}"] = (rss - empty) / 1024 / size
            figures[f"members_per_s_{size}"] = gathered.open / gathered.took_s
        open_now = (await crowd.order("report"))[0]["open"]
    figures["kib_per_session"] = figures[f"kib_per_session_{options.steps[-1]}"]
    return Outcome(options, figures, {"fallen_out": here - open_now})
