"""Some stop reading while a room is spoken in: what do the others notice, and is the memory given back?

First the good ones alone, then with the slow ones beside them: same room, same rate, same texts. Messages are long, because
the kernel keeps megabytes for a socket before the server hears of it.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from load_tests.crowd import Crowd, Gathering
from load_tests.house import House, HousePlan
from load_tests.measures import Percentiles, percentiles
from load_tests.outcome import Outcome, bound_note, times
from load_tests.scenarios.stage import PLAYERS, rooms_of, stage, total, verdict_over
from load_tests.screen import Screen
from load_tests.window import connections, watching_memory, window

ARRIVE_S = 60.0
GIVEN_BACK_S = 5.0


@dataclass(frozen=True, slots=True)
class SlowReaders:
    """Options."""

    good: int = field(default=800, metadata={"about": "members who read"})
    slow: int = field(default=200, metadata={"about": "members who stop reading"})
    senders: int = field(default=4, metadata={"about": "members who speak"})
    rate: float = field(default=80.0, metadata={"about": "messages per second"})
    characters: int = field(default=1_500, metadata={"about": "added to each message"})
    alone_seconds: float = field(default=10.0, metadata={"about": "how long is spoken without the slow ones"})
    seconds: float = field(default=30.0, metadata={"about": "how long is spoken with them"})
    exact: int = field(default=20, metadata={"about": "every so many-th good one measures delays"})
    seed: int = field(default=1, metadata={"about": "of the texts"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if min(self.good, self.slow, self.senders, self.exact) < 1 or min(self.rate, self.seconds) <= 0:
            raise ValueError("at least one of each kind, a rate and some time")


@dataclass(frozen=True, slots=True)
class _Talked:
    """One talk.

    Attributes:
        spoken: Answers of those who spoke.
        missing: At the good ones.
        delays: At those of them who look closely.
        share: Of the good ones' program that was busy.
    """

    spoken: list[dict[str, Any]]
    missing: int
    delays: Percentiles
    share: float


async def run(options: SlowReaders, screen: Screen) -> Outcome:
    """Both talks.

    Raises:
        HouseFault, CrowdFault: It could not be set up.
    """
    plan = HousePlan(options.good + options.slow + options.senders, folder=options.folder)
    async with stage(plan, screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: SlowReaders, screen: Screen) -> Outcome:
    """The same in a house of its size."""
    passes, topic = house.roll.passes, f"chat:{house.roll.branches[0]}"
    last = options.good + options.slow
    entering = Gathering((topic,), options.exact)
    async with (
        Crowd(house) as good,
        Crowd(house, module=PLAYERS) as slow,
        Crowd(house, module=PLAYERS) as voices,
    ):
        with screen.step("members are coming"):
            await good.gather(passes[: options.good], entering)
            await voices.gather(passes[last:], Gathering((), exact=0))
            await house.calm()
        crowds = (house, good, voices)
        alone = await _talk(crowds, options, screen, options.alone_seconds)
        with screen.step("the slow ones are coming"):
            await slow.gather(passes[options.good : last], Gathering((topic,), exact=0))
            await house.calm()
        before, lines = house.serving().rss_bytes, connections(house)
        await slow.order("stall")
        async with watching_memory(house) as peak:
            beside = await _talk(crowds, options, screen, options.seconds)
        closed = lines - connections(house)
        await slow.order("leave")
        async with screen.waiting("memory is given back", GIVEN_BACK_S):
            await house.calm(GIVEN_BACK_S)
        after = house.serving().rss_bytes
        with screen.step("judging"):
            losses = await verdict_over(house, [*alone.spoken, *beside.spoken], [good])
            report = await good.order("report")
    losses |= {"missing": alone.missing + beside.missing, "breaks": total(report, "breaks")}
    return _outcome(options, (alone, beside), (before, peak.rss_bytes, after), (losses, closed))


async def _talk(
    crowds: tuple[House, Crowd, Crowd], options: SlowReaders, screen: Screen, seconds: float
) -> _Talked:
    house, good, voices = crowds
    await good.order("mark")
    manner = {"rate": options.rate, "seconds": seconds, "seed": options.seed, "filler": options.characters}
    async with screen.waiting("talking", seconds), window(house, good.pids) as seen:
        spoken = await voices.order("pace", [manner], limit_s=seconds + 120)
        missing = 0
        for room, said in rooms_of(spoken).items():
            told = {"topic": f"chat:{room}", "head": max(seq for _, seq in said), "limit_s": ARRIVE_S}
            missing = total(await good.order("arrived", [told for _ in good.pids]), "missing")
    report = await good.order("report")
    delays = percentiles(delay for answer in report for delay in answer["delays_ns"])
    return _Talked(spoken, missing, delays, seen.generator_share)


def _outcome(
    options: SlowReaders,
    talks: tuple[_Talked, _Talked],
    rss: tuple[int, int, int],
    more: tuple[dict[str, int], int],
) -> Outcome:
    (alone, beside), (losses, closed) = talks, more
    before, peak, after = (size / 2**20 for size in rss)
    figures = {
        **times("alone", alone.delays),
        **times("beside", beside.delays),
        "p99_beside_of_alone": beside.delays.p99_ms / max(1e-9, alone.delays.p99_ms),
        "rss_before_mib": before,
        "rss_peak_mib": peak,
        "rss_after_mib": after,
        "rss_after_of_before": after / max(1e-9, before),
        "slow_closed_by_server": closed,
        "alone_generator_share": alone.share,
        "beside_generator_share": beside.share,
    }
    notes = list(bound_note(max(alone.share, beside.share)))
    if not closed:
        notes.append("no slow reader was closed: the talk was too short for the kernel's buffers to fill")
    return Outcome(options, figures, losses, notes)
