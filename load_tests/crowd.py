"""Many members in several programs, which call from several of our addresses and look alike to the server.

async with Crowd(house, programs=2) as crowd:
    await crowd.gather(passes, Gathering(topics=("chat:…",), exact=20))
    reports = await crowd.order("report")
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import orjson

from load_tests.house import HOST, House
from load_tests.limits import check_sockets
from load_tests.passes import Pass
from load_tests.programs import start, stop

SOURCES = tuple(f"127.0.0.{last}" for last in range(2, 21))
"""The server takes 2,000 connections from one address."""

ORDER_S = 600.0


class CrowdFault(Exception):
    """A program of members did not do what it was told."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """How members come.

    Attributes:
        topics: What they enter; None for all topics of each, () for none.
        exact: Every so many-th member looks closely; 1 for all, 0 for none.
        per_s: Handshakes begun per second, all programs together.
        at_once: Handshakes under way at once in each program.
    """

    topics: tuple[str, ...] | None = None
    exact: int = 50
    per_s: float = 800.0
    at_once: int = 32


@dataclass(frozen=True, slots=True)
class Gathered:
    """Who came.

    Attributes:
        open: Connections that stand.
        handshakes_ns: From the first byte to the welcome, each.
        faults: What went wrong on the way, tries that succeeded later included.
        took_s: For all of them.
    """

    open: int
    handshakes_ns: Sequence[int]
    faults: Sequence[str]
    took_s: float


class Crowd:
    """Programs full of members.

    Args:
        house: The server they call.
        programs: How many.
        module: What each of them is: a `load_tests.troop`, or one that knows more orders.
    """

    def __init__(self, house: House, programs: int = 1, module: str = "load_tests.troop") -> None:
        self._house = house
        self._module = module
        self._count = programs
        self._programs: list[asyncio.subprocess.Process] = []
        self._outputs = [(house.folder / f"troop-{id(self)}-{n}.log").open("ab") for n in range(programs)]

    async def __aenter__(self) -> Self:
        environment = self._house.environment()
        for output in self._outputs:
            self._programs.append(await start(("-m", self._module), environment, output, talks=True))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for program in self._programs:
            await stop(program, 2.0)
        for output in self._outputs:
            output.close()

    @property
    def pids(self) -> tuple[int, ...]:
        """Its programs."""
        return tuple(program.pid for program in self._programs)

    async def gather(self, passes: Sequence[Pass], how: Gathering) -> Gathered:
        """Let members come, dealt out over the programs.

        Raises:
            CrowdFault: Some of them did not get in.
        """
        check_sockets(len(passes))
        loop = asyncio.get_running_loop()
        began, count = loop.time(), self._count
        orders = [
            {
                "file": str(self._house.folder / "sessions.jsonl"),
                "host": HOST,
                "port": self._house.port,
                "seats": [one.number for one in passes[place::count]],
                "sources": SOURCES,
                "exact": how.exact,
                "topics": how.topics,
                "per_s": how.per_s / count,
                "at_once": how.at_once,
            }
            for place in range(count)
        ]
        answers = await self.order("gather", orders)
        gathered = Gathered(
            open=sum(answer["open"] for answer in answers),
            handshakes_ns=[took for answer in answers for took in answer["handshakes_ns"]],
            faults=[fault for answer in answers for fault in answer["faults"]],
            took_s=loop.time() - began,
        )
        if gathered.open < len(passes):
            raise CrowdFault(f"{gathered.open} of {len(passes)} members got in: {gathered.faults[:3]}")
        return gathered

    async def order(
        self, word: str, each: Sequence[dict[str, Any]] | None = None, limit_s: float = ORDER_S
    ) -> list[dict[str, Any]]:
        """Give every program an order and wait for all answers.

        Args:
            word: See `load_tests.troop.Troop.orders`.
            each: What each program is told besides; nothing by default.
            limit_s: How long an answer may take.

        Raises:
            CrowdFault: A program failed or is gone.
        """
        told = each if each is not None else [{} for _ in self._programs]
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [
                    group.create_task(tell(program, {"order": word, **details}, limit_s))
                    for program, details in zip(self._programs, told, strict=True)
                ]
        except ExceptionGroup as many:
            raise many.exceptions[0] from None
        return [task.result() for task in tasks]


async def tell(
    program: asyncio.subprocess.Process, order: dict[str, Any], limit_s: float = ORDER_S
) -> dict[str, Any]:
    """Give one program an order (see `load_tests.orders`) and wait for its answer.

    Raises:
        CrowdFault: It failed, is gone, or did not answer in time.
    """
    if program.stdin is None or program.stdout is None:
        raise CrowdFault("a program without pipes")
    line = b""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(limit_s):
            program.stdin.write(orjson.dumps(order) + b"\n")
            await program.stdin.drain()
            line = await program.stdout.readline()
    said: dict[str, Any] = orjson.loads(line) if line else {"fault": "no answer"}
    if "fault" in said:
        raise CrowdFault(f"{order['order']}: {said['fault']}")
    answer: dict[str, Any] = said["answer"]
    return answer
