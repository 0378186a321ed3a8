"""One case of the replay tests."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tests.replay.world import AN, BEI, BRANCH_B, World

Step = Callable[[World], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """One case.

    Attributes:
        command: Wire type it is about.
        name: What is special, as one would say it.
        act: What is done between the two snapshots.
        prepare: What is done before the first.
        viewers: Who looks on; the first is the one who acts.
        rooms: Rooms they have open.
        threads: Threads they have open.
        fresh: The sheet of a meeting starts anew: clients of it take a fresh snapshot.
    """

    command: str
    name: str
    act: tuple[Step, ...]
    prepare: tuple[Step, ...] = ()
    viewers: tuple[str, ...] = (AN, BEI)
    rooms: tuple[str, ...] = (BRANCH_B,)
    threads: tuple[int, ...] = ()
    fresh: bool = False
