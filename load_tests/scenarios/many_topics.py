"""Durable sends: 64 members keep a message in flight each, in one room or in a hundred, on one process or two.

`many_topics` is one such talk. `durable` is the three that are compared, in one run: one room, a hundred rooms, and one room
written by two processes over Redis. Every message is looked up afterwards: stored once, under the number that was acknowledged,
without holes; a few who listen closely must have seen the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load_tests.crowd import Crowd, Gathering
from load_tests.house import House, HousePlan
from load_tests.measures import percentiles
from load_tests.outcome import Outcome, bound_note, times
from load_tests.scenarios.stage import PLAYERS, rooms_of, stage, total, verdict_over
from load_tests.screen import Screen
from load_tests.window import Window, window

ARRIVE_S = 30.0
ROOMS_MAX = 100


@dataclass(frozen=True, slots=True)
class ManyTopics:
    """Options."""

    rooms: int = field(default=100, metadata={"about": "rooms that are spoken in: 1, or 2 to 100"})
    senders: int = field(default=64, metadata={"about": "members who speak"})
    inflight: int = field(default=64, metadata={"about": "unanswered messages at any time"})
    listeners: int = field(default=2, metadata={"about": "members who listen closely"})
    seconds: float = field(default=10.0, metadata={"about": "how long is spoken"})
    warm_seconds: float = field(default=1.0, metadata={"about": "how long is spoken before it counts"})
    workers: int = field(default=1, metadata={"about": "serving processes"})
    seed: int = field(default=1, metadata={"about": "of the texts"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if not 1 <= self.rooms <= ROOMS_MAX or self.senders < 1 or self.seconds <= 0 or self.listeners < 0:
            raise ValueError(f"at least one sender, some time, and 1 to {ROOMS_MAX} rooms")
        if self.rooms > 2 * self.senders:
            raise ValueError("each sender speaks in two rooms at most: more --senders for that many --rooms")

    @property
    def places(self) -> list[int]:
        """Places of the senders in the list of members: spread so that their groups cover all rooms."""
        return [place * max(self.rooms, self.senders) // self.senders for place in range(self.senders)]


async def run(options: ManyTopics, screen: Screen) -> Outcome:
    """One talk.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    members = max(options.rooms, options.senders) + options.listeners
    plan = HousePlan(members, groups=max(2, options.rooms), workers=options.workers, folder=options.folder)
    async with stage(plan, screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: ManyTopics, screen: Screen) -> Outcome:
    """The same in a house of its size in which nothing was said yet."""
    passes, first = house.roll.passes, max(options.rooms, options.senders)
    listeners = passes[first : first + options.listeners]
    heard = (f"chat:{house.roll.branches[0]}",) if options.rooms == 1 else None
    async with Crowd(house, module=PLAYERS) as voices, Crowd(house) as ears:
        with screen.step("members are coming"):
            await voices.gather([passes[place] for place in options.places], Gathering((), exact=0))
            await ears.gather(listeners, Gathering(heard, exact=1))
            await house.calm()
        manner = {"rooms": [0] if options.rooms == 1 else [1, 2], "inflight": options.inflight}
        async with screen.waiting("warming up", options.warm_seconds):
            warm = await voices.order(
                "say", [manner | {"seed": options.seed, "seconds": options.warm_seconds}]
            )
        async with screen.waiting("talking", options.seconds), window(house, voices.pids) as seen:
            talk = manner | {"seed": options.seed + 1, "seconds": options.seconds}
            spoken = await voices.order("say", [talk], limit_s=options.seconds + 120)
        with screen.step("judging"):
            missing = await _arrived(ears, [*warm, *spoken])
            losses = await verdict_over(house, [*warm, *spoken], [ears])
    return _outcome(options, spoken[0], seen, missing | losses)


async def _arrived(ears: Crowd, spoken: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Wait until those who listen have everything."""
    missing = 0
    for room, said in rooms_of(spoken).items():
        told = {"topic": f"chat:{room}", "head": max(seq for _, seq in said), "limit_s": ARRIVE_S}
        missing += total(await ears.order("arrived", [told for _ in ears.pids]), "missing")
    return {"missing": missing}


def _outcome(options: ManyTopics, spoken: dict[str, Any], seen: Window, losses: dict[str, int]) -> Outcome:
    sends = len(spoken["acknowledged"])
    figures = {
        "sends_per_s": sends / spoken["lasted_s"],
        **times("ack", percentiles(spoken["acks_ns"])),
        "rooms": len(rooms_of([spoken])),
        "cpu_us_per_send": seen.serving_ns / 1e3 / max(1, sends),
        "database_us_per_send": seen.database_ns / 1e3 / max(1, sends),
        "refused": sum(spoken["refused"].values()),
        "generator_share": seen.generator_share,
    }
    losses = losses | {"given_up": spoken["given_up"]}
    return Outcome(options, figures, losses, bound_note(seen.generator_share))


@dataclass(frozen=True, slots=True)
class Durable:
    """Options."""

    senders: int = field(default=64, metadata={"about": "members who speak"})
    rooms: int = field(default=100, metadata={"about": "rooms of the talk in many rooms"})
    seconds: float = field(default=10.0, metadata={"about": "how long each of the three talks lasts"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    @property
    def talks(self) -> dict[str, ManyTopics]:
        """Word -> what is done."""
        every = {
            "senders": self.senders,
            "inflight": self.senders,
            "seconds": self.seconds,
            "folder": self.folder,
        }
        return {
            "one": ManyTopics(rooms=1, **every),  # type: ignore[arg-type]
            "many": ManyTopics(rooms=self.rooms, **every),  # type: ignore[arg-type]
            "two": ManyTopics(rooms=1, workers=2, **every),  # type: ignore[arg-type]
        }


async def run_durable(options: Durable, screen: Screen) -> Outcome:
    """The three talks.

    Raises:
        HouseFault, CrowdFault: One could not be set up.
    """
    figures, losses, notes = dict[str, float](), dict[str, int](), list[str]()
    for word, talk in options.talks.items():
        found = await run(talk, screen)
        figures |= {f"{word}_{name}": value for name, value in found.figures.items()}
        losses |= {f"{word}_{kind}": count for kind, count in found.losses.items()}
        notes += [f"{word}: {note}" for note in found.notes]
    figures["two_of_one"] = figures["two_sends_per_s"] / max(1e-9, figures["one_sends_per_s"])
    return Outcome(options, figures, losses, notes)
