"""Our whole server beside the yardstick and other servers: CPU per delivery, 1 and 20 messages in flight, one generator for all.

One run is one repetition: the yardstick, ours, the yardstick again, then the others. Ratios are to the mean of the two
measurements of the yardstick that enclose ours. All servers carry equal frames: plain ones get frames as ours makes them.
CPU is that of the server's process from before the first message until every connection had the last one.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import uuid_utils

from channels.protocol.base import PROTOCOL_VERSION
from load_tests.crowd import SOURCES, CrowdFault, tell
from load_tests.house import HOST, House, HousePlan
from load_tests.limits import check_sockets
from load_tests.line import CLIENT, COOKIE, Frame, Line, Target
from load_tests.measures import cpu_ns
from load_tests.outcome import Outcome, bound_note
from load_tests.peers.dialects import OURS as OUR_DIALECT
from load_tests.peers.table import OURS, PEERS, YARDSTICK, Peer, PeerFault, standing_peer
from load_tests.profile import profiled
from load_tests.programs import start, stop
from load_tests.scenarios.stage import stage
from load_tests.screen import Screen

MODES = {"sparse": 1, "burst": 20}
"""Name -> messages in flight."""

LIMIT_S = 60.0
APART = 0.06
"""Frames of servers may differ by so much in length before it is said."""


@dataclass(frozen=True, slots=True)
class Peers:
    """Options."""

    subscribers: int = field(default=1_000, metadata={"about": "connections; the first four publish in turn"})
    seconds: float = field(default=5.0, metadata={"about": "how long each server is measured in each mode"})
    warm_seconds: float = field(default=0.5, metadata={"about": "how long is published before it counts"})
    only: str = field(
        default="", metadata={"about": "names of peers, with spaces between them; all by default"}
    )
    seed: int = field(default=1, metadata={"about": "of the texts"})
    folder: Path | None = field(default=None, metadata={"about": "where the server's folder is made"})

    def __post_init__(self) -> None:
        if self.subscribers < 2 or self.seconds <= 0:
            raise ValueError("at least two connections and some time")
        unknown = set(self.only.split()) - {peer.name for peer in PEERS}
        if unknown:
            raise ValueError(f"at least one unknown peer: {', '.join(sorted(unknown))}")

    @property
    def others(self) -> tuple[Peer, ...]:
        """Peers besides the yardstick."""
        wanted = set(self.only.split()) or {peer.name for peer in PEERS}
        return tuple(peer for peer in PEERS if peer.name in wanted and peer.name != YARDSTICK)


@dataclass(frozen=True, slots=True)
class Measured:
    """One server in one mode.

    Attributes:
        cpu_us: Of the server, per delivery.
        per_s: Deliveries per second.
        share: Of the generator's core that it used.
        frame_bytes: Mean length of a payload.
        missing: Deliveries that did not come.
    """

    cpu_us: float
    per_s: float
    share: float
    frame_bytes: float
    missing: int


@dataclass(frozen=True, slots=True)
class Called:
    """A server as the generator sees it.

    Attributes:
        pid, port: Of it.
        dialect: How it is spoken to.
        each: For every connection: source, headers, opening.
        room: Where ours are sent to.
    """

    pid: int
    port: int
    dialect: str
    each: Sequence[Mapping[str, Any]]
    room: str = ""


async def run(options: Peers, screen: Screen) -> Outcome:
    """One repetition.

    Raises:
        HouseFault, CrowdFault, PeerFault: It could not be set up.
    """
    async with stage(HousePlan(members=options.subscribers, folder=options.folder), screen) as house:
        return await in_house(house, options, screen)


async def in_house(house: House, options: Peers, screen: Screen) -> Outcome:
    """The same in a house with at least so many members in its first branch."""
    check_sockets(options.subscribers)
    template = await sample(house)
    measure = partial(_measure, house, options, template)
    yardstick = next(peer for peer in PEERS if peer.name == YARDSTICK)
    found: dict[str, dict[str, Measured]] = {}
    with screen.step("the yardstick"):
        before = await _peer(measure, yardstick, house, options)
    with screen.step("ours"):
        found[OURS] = await measure(_ours(house, options))
    with screen.step("the yardstick again"):
        after = await _peer(measure, yardstick, house, options)
    for peer in options.others:
        with screen.step(peer.name):
            found[peer.name] = await _peer(measure, peer, house, options)
    return told(options, (before, after), found)


async def _peer(
    measure: Any,  # noqa: ANN401 - a partial of ours
    peer: Peer,
    house: House,
    options: Peers,
) -> dict[str, Measured]:
    try:
        async with standing_peer(peer, house.folder) as stands:
            each = [
                {"source": SOURCES[place % len(SOURCES)], "headers": {}, "opening": ()}
                for place in range(options.subscribers)
            ]
            measured: dict[str, Measured] = await measure(Called(stands.pid, stands.port, peer.dialect, each))
            return measured
    except CrowdFault as fault:
        raise PeerFault(f"{peer.name}: {fault}") from None


def _ours(house: House, options: Peers) -> Called:
    room, host = house.roll.branches[0], f"{HOST}:{house.port}"
    hello = {"type": "hello", "ref": 1, "protocol": PROTOCOL_VERSION, "client": CLIENT}
    position = {"epoch": house.roll.epoch, "seq": 0}
    enter = {"type": "resume", "ref": 2, "topics": {f"chat:{room}": position}}
    opening = tuple(orjson.dumps(frame).decode() for frame in (hello, enter))
    each = [
        {
            "source": SOURCES[place % len(SOURCES)],
            "headers": {"Cookie": f"{COOKIE}={one.secret}", "Origin": f"http://{host}"},
            "opening": opening,
        }
        for place, one in enumerate(house.roll.of_room(room)[: options.subscribers])
    ]
    return Called(house.pids().parent, house.port, OUR_DIALECT, each, room)


async def sample(house: House) -> Frame:
    """A real frame of a message, as the server delivers it."""
    room, frames = house.roll.branches[0], asyncio.Queue[bytes](100)
    line = Line(frames.put_nowait, lambda frame: None, lambda code: None)
    await line.dial(Target(HOST, house.port), house.roll.of_room(room)[0].secret)
    topic, position = f"chat:{room}", {"epoch": house.roll.epoch, "seq": 0}
    try:
        await line.ask({"type": "resume", "topics": {topic: position}})
        said = {"type": "chat.send", "room": room, "cid": str(uuid_utils.uuid7()), "text": "你好"}
        await line.ask(said)
        async with asyncio.timeout(LIMIT_S):
            frame: Frame = orjson.loads(await frames.get())
    finally:
        line.hang_up()
    return frame


@asynccontextmanager
async def _generator(house: House) -> AsyncIterator[asyncio.subprocess.Process]:
    with (house.folder / "fan.log").open("ab") as output:
        program = await start(("-m", "load_tests.peers.fan"), house.environment(), output, talks=True)
        try:
            yield program
        finally:
            await stop(program, 2.0)


async def _measure(house: House, options: Peers, template: Frame, called: Called) -> dict[str, Measured]:
    """Connect everybody, measure every mode, leave."""
    found: dict[str, Measured] = {}
    async with _generator(house) as fan:
        target = {"host": HOST, "port": called.port, "dialect": called.dialect}
        await tell(fan, {"order": "connect", **target, "each": called.each})
        manner = {"order": "publish", "dialect": called.dialect, "template": template, "room": called.room}
        for mode, inflight in MODES.items():
            how = manner | {"inflight": inflight, "limit_s": LIMIT_S, "seed": options.seed}
            await tell(fan, how | {"seconds": options.warm_seconds})
            await _calm(called.pid)
            async with profiled((called.pid,) if called.room else ()):
                before_ns = cpu_ns(called.pid)
                came = await tell(fan, how | {"seconds": options.seconds})
                used_ns = cpu_ns(called.pid) - before_ns
            found[mode] = _figures(came, used_ns)
        with suppress(CrowdFault):
            await tell(fan, {"order": "leave"}, 10.0)
    return found


async def _calm(pid: int) -> None:
    """Wait until a server has next to nothing to do, 5 s at most."""
    for _ in range(20):
        before_ns = cpu_ns(pid)
        await asyncio.sleep(0.25)
        if cpu_ns(pid) - before_ns < 10_000_000:
            return


def _figures(came: Mapping[str, Any], used_ns: int) -> Measured:
    deliveries = max(1, came["deliveries"])
    return Measured(
        cpu_us=used_ns / 1e3 / deliveries,
        per_s=came["deliveries"] / came["lasted_s"],
        share=came["cpu_ns"] / 1e9 / came["lasted_s"],
        frame_bytes=came["size_bytes"] / deliveries,
        missing=came["missing"],
    )


def told(
    options: Peers,
    yardstick: tuple[Mapping[str, Measured], Mapping[str, Measured]],
    found: Mapping[str, Mapping[str, Measured]],
) -> Outcome:
    """Figures of one repetition: <server>_<mode>_…; ratios to the mean of the yardstick before and after ours."""
    figures: dict[str, float] = {}
    notes: list[str] = []
    for mode in MODES:
        before, after = (one[mode] for one in yardstick)
        mean = (before.cpu_us + after.cpu_us) / 2
        figures |= {
            f"{YARDSTICK}_{mode}_before_us": before.cpu_us,
            f"{YARDSTICK}_{mode}_after_us": after.cpu_us,
        }
        figures |= {
            f"{YARDSTICK}_{mode}_us": mean,
            f"{YARDSTICK}_{mode}_per_s": (before.per_s + after.per_s) / 2,
        }
        others = [one[mode].cpu_us for name, one in found.items() if name != OURS]
        for name, one in found.items():
            figures |= _row(f"{name}_{mode}", one[mode], mean)
            notes += bound_note(one[mode].share, f"generator of {name}, {mode},")
            if abs(one[mode].frame_bytes / max(1.0, before.frame_bytes) - 1) > APART:
                notes.append(
                    f"{name}, {mode}: frames of {one[mode].frame_bytes:.0f} bytes, the yardstick's {before.frame_bytes:.0f}"
                )
        notes += bound_note(before.share, f"generator of {YARDSTICK}, {mode},")
        if others:
            figures[f"{OURS}_{mode}_of_best_peer"] = found[OURS][mode].cpu_us / min(others)
    ours_missing = sum(one.missing for one in found[OURS].values())
    return Outcome(options, figures, {"missing": ours_missing}, tuple(notes))


def _row(name: str, one: Measured, yardstick_us: float) -> dict[str, float]:
    return {
        f"{name}_us": one.cpu_us,
        f"{name}_ratio": one.cpu_us / max(1e-9, yardstick_us),
        f"{name}_per_s": one.per_s,
        f"{name}_generator_share": one.share,
        f"{name}_frame_bytes": one.frame_bytes,
    }
