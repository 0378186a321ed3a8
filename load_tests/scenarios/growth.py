"""Does it cost more when there is more? CPU per delivery over the size of a room, and the time a page takes over its past.

The page is `chat.history`, which the client's rooms read: 50 messages, the newest ones and ones from anywhere.
"""

import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from load_tests.house import House, HousePlan
from load_tests.ladder import ladder
from load_tests.measures import percentiles
from load_tests.outcome import Outcome, times
from load_tests.scenarios import chat_room
from load_tests.scenarios.chat_room import ChatRoom
from load_tests.scenarios.stage import reading, stage
from load_tests.screen import Screen

PAGE = 50
SENDERS = 8
BRIEF = 10_000
"""Messages of the short past."""

MEMBERS = 20
"""Who said them."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Options."""

    sizes: str = field(
        default="100 1000 10000", metadata={"about": "members of the room, growing, with spaces between them"}
    )
    inflight: int = field(default=20, metadata={"about": "unanswered messages at any time"})
    seconds: float = field(default=8.0, metadata={"about": "how long is spoken for each size"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        ladder(self.sizes, least=2)

    @property
    def steps(self) -> list[int]:
        """The sizes as numbers."""
        return ladder(self.sizes, least=2)


async def run(options: Growth, screen: Screen) -> Outcome:
    """Rooms of growing size.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    plan = HousePlan(options.steps[-1] + SENDERS + 1, folder=options.folder)
    figures, losses, notes = dict[str, float](), dict[str, int](), list[str]()
    async with stage(plan, screen) as house:
        for size in options.steps:
            room = ChatRoom(size, SENDERS, inflight=options.inflight, seconds=options.seconds)
            found = (await chat_room.in_house(house, room, screen)).outcome(room)
            figures[f"cpu_us_per_delivery_{size}"] = found.figures["cpu_us_per_delivery"]
            figures[f"sends_per_s_{size}"] = found.figures["sends_per_s"]
            losses |= {f"{size}_{kind}": count for kind, count in found.losses.items()}
            notes += [f"{size}: {note}" for note in found.notes]
    costs = [figures[f"cpu_us_per_delivery_{size}"] for size in options.steps]
    figures["cpu_growth"] = costs[-1] / max(1e-9, costs[0]) - 1
    figures["cpu_apart"] = max(costs) / max(1e-9, min(costs)) - 1
    return Outcome(options, figures, losses, notes)


@dataclass(frozen=True, slots=True)
class Pages:
    """Options."""

    history: int = field(default=1_000_000, metadata={"about": "messages of the long past"})
    brief: int = field(default=BRIEF, metadata={"about": "messages of the short past"})
    pages: int = field(default=400, metadata={"about": "pages that are read of each kind"})
    seed: int = field(default=1, metadata={"about": "of chance"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if not PAGE <= self.brief < self.history or self.pages < 1:
            raise ValueError(
                f"at least {PAGE} messages, the long past longer than the short one, and one page"
            )


async def run_pages(options: Pages, screen: Screen) -> Outcome:
    """Two houses, one after the other.

    Raises:
        HouseFault: One could not be set up.
    """
    figures: dict[str, float] = {}
    for word, history in (("brief", options.brief), ("long", options.history)):
        plan = HousePlan(members=MEMBERS, groups=2, history=history, folder=options.folder)
        began = time.monotonic()
        async with stage(plan, screen) as house:
            figures[f"{word}_filled_s"] = time.monotonic() - began
            figures |= {f"{word}_{name}": value for name, value in (await read_pages(house, options)).items()}
    for kind in ("newest", "anywhere"):
        long, brief = (figures[f"{word}_{kind}_p50_ms"] for word in ("long", "brief"))
        figures[f"{kind}_growth"] = long / max(1e-9, brief) - 1
    return Outcome(options, figures, {"short_pages": int(figures["brief_short"] + figures["long_short"])})


async def read_pages(house: House, options: Pages) -> dict[str, float]:
    """Read pages of the room that has a past, in a house that has one."""
    if house.roll.history is None:
        raise ValueError("this house has no past")
    room, messages = house.roll.history
    chance, short = random.Random(options.seed), 0
    reader = house.roll.of_room(room)[0]
    figures: dict[str, float] = {}
    async with reading(house, reader, (f"chat:{room}",)) as member:
        for kind in ("newest", "anywhere"):
            took_ns: list[int] = []
            for _ in range(options.pages):
                before_n = None if kind == "newest" else chance.randint(PAGE + 1, messages)
                began_ns = time.monotonic_ns()
                page = await member.ask(
                    {"type": "chat.history", "room": room, "before_n": before_n, "limit": PAGE}
                )
                took_ns.append(time.monotonic_ns() - began_ns)
                short += len(page["messages"]) != PAGE
            figures |= times(kind, percentiles(took_ns)) | {f"{kind}_first_ms": took_ns[0] / 1e6}
    return figures | {"short": short}
