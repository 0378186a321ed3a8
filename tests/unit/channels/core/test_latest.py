"""Live events of which only the newest of a moment is told, and what a process remembers."""

import asyncio
from collections.abc import Callable
from typing import ClassVar, Literal

from channels.core.latest import Latest
from channels.core.memory import Memory
from channels.protocol.base import LiveEvent


class Ticked(LiveEvent):
    """A number."""

    latest_ms: ClassVar[int] = 200
    type: Literal["talk.ticked"] = "talk.ticked"
    n: int


class Timers:
    """`loop.call_later`, turned by hand."""

    def __init__(self) -> None:
        self.due: list[tuple[float, Callable[[], object], asyncio.TimerHandle]] = []
        self._loop = asyncio.get_running_loop()

    def __call__(
        self, delay: float, callback: Callable[..., object], /, *args: object
    ) -> asyncio.TimerHandle:
        handle = asyncio.TimerHandle(delay, callback, args, self._loop)
        self.due.append((delay, lambda: callback(*args), handle))
        return handle

    def turn(self) -> None:
        """Everything that is due now."""
        due, self.due = self.due, []
        for _, call, handle in due:
            if not handle.cancelled():
                call()


def stage() -> tuple[Latest, Timers, list[tuple[str, int]]]:
    told: list[tuple[str, int]] = []
    timers = Timers()
    return Latest(timers, lambda event: told.append((event.topic, event.n))), timers, told  # type: ignore[attr-defined]  # a Ticked


async def test_the_first_goes_out_at_once_and_the_last_of_a_moment_behind_it() -> None:
    latest, timers, told = stage()
    for n in range(1, 6):
        latest.offer(Ticked(topic="talk:a", n=n))
    latest.offer(Ticked(topic="talk:b", n=1))
    assert told == [("talk:a", 1), ("talk:b", 1)]
    timers.turn()
    assert told == [("talk:a", 1), ("talk:b", 1), ("talk:a", 5)]
    latest.offer(Ticked(topic="talk:b", n=2))  # its moment was quiet and is over
    assert told[-1] == ("talk:b", 2)
    latest.offer(Ticked(topic="talk:a", n=6))  # the moment of 5 runs still
    assert told[-1] == ("talk:b", 2)
    timers.turn()
    assert told[-1] == ("talk:a", 6)


async def test_what_waits_at_the_end_is_not_told() -> None:
    latest, timers, told = stage()
    latest.offer(Ticked(topic="talk:a", n=1))
    latest.offer(Ticked(topic="talk:a", n=2))
    latest.close()
    timers.turn()
    assert told == [("talk:a", 1)]


def test_a_process_remembers_one_of_each_kind() -> None:
    memory = Memory()
    assert memory.of(list) is memory.of(list)
    memory.of(list).append(1)
    memory.forget()
    assert memory.of(list) == []
