"""Notes about topics, spread over 64 channels, of which a process hears only those that its readers need.

A topic's partition is `crc32(topic) % 64`, the same in every process and version. A process subscribes to a partition when
the first reader enters one of its topics, and unsubscribes when none was read for a while.

How a reader that enters while the subscription does not stand yet loses nothing: its seat is taken first, then it waits for
the subscription (`tuned`, at most 0.5 s), then the log is read; what is committed after the reading comes as a note. When
the bus was too slow for that, the bus tells once the subscription stands as it tells reconnects, and the feed compares all
heads with the database (and until then finds entries as it does without a bus).

May be imported by server and tests.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from channels.core.hub import Hub
from channels.core.relay import Head, Listener, Relay
from storage.bus.port import Unsubscribe
from storage.clock import Clock
from storage.tasks import Tasks

PARTITIONS = 64
"""More than processes by far, so that each hears its share only; few enough that subscribing to all costs nothing."""


@dataclass(frozen=True, slots=True)
class PartitionTimes:
    """When a process tunes out.

    Attributes:
        look_ms: Between two looks at who reads what.
        linger_ms: A partition without readers is heard for so long: those who come back soon cost nothing.
        slow_ms: A subscription that takes so long says that the bus is slow or gone.
        rush_ms: Then nobody waits for one for so long: a resume of many topics must not wait once for each.
    """

    look_ms: int = 5_000
    linger_ms: int = 30_000
    slow_ms: int = 400
    rush_ms: int = 5_000


def partition_of(topic: str) -> int:
    """0 … 63; part of what processes agree on, so it never changes while old ones run."""
    return crc32(topic.encode()) % PARTITIONS


class _Ear:
    """Subscriptions to one partition."""

    __slots__ = ("opening", "used_ms")

    def __init__(self, opening: asyncio.Task[list[Unsubscribe]], used_ms: int) -> None:
        self.opening = opening
        self.used_ms = used_ms


class Partitions:
    """Speaks and listens by topic for one process.

    Args:
        hub: Says who reads what.
        relay: Carries the notes.
        clock: Time.
        tasks: Owns the subscriptions under way and the look.
        times: When to tune out.
    """

    def __init__(
        self, hub: Hub, relay: Relay, clock: Clock, tasks: Tasks, times: PartitionTimes | None = None
    ) -> None:
        self._hub = hub
        self._relay = relay
        self._clock = clock
        self._tasks = tasks
        self._times = times or PartitionTimes()
        self._listeners: dict[str, Listener] = {}
        self._ears: dict[int, _Ear] = {}
        self._rush_until_ms = clock.monotonic_ms()

    @property
    def heard(self) -> frozenset[int]:
        """Partitions this process subscribes to."""
        return frozenset(self._ears)

    def carry(self, channel: str, listener: Listener) -> None:
        """Hear the notes of a channel about topics that have readers here; call it before the first reader comes."""
        self._listeners[channel] = listener

    def start(self) -> None:
        """Begin to look for partitions that nobody reads any more."""
        self._tasks.start(self._look_forever(), name="partitions: tune out")

    def say(self, channel: str, topic: str, head: Head, lines: Sequence[bytes] = ()) -> None:
        """Send a note about a topic to the processes that have readers of its partition; see `Relay.say`."""
        self._relay.say(f"{channel}.{partition_of(topic)}", head | {"topic": topic}, lines)

    async def tuned(self, topic: str) -> None:
        """Wait until notes about a topic are heard here, at most half a second; a reader has its seat and reads the log next."""
        if not self._listeners:
            return
        number = partition_of(topic)
        ear = self._ears.get(number) or self._open(number)
        now_ms = ear.used_ms = self._clock.monotonic_ms()
        if not ear.opening.done() and now_ms >= self._rush_until_ms:
            await asyncio.wait((ear.opening,))  # the bus itself waits no longer
            waited_until_ms = self._clock.monotonic_ms()
            if waited_until_ms - now_ms >= self._times.slow_ms:
                self._rush_until_ms = waited_until_ms + self._times.rush_ms

    # -- inside ----------------------------------------------------------------------------------------------------

    def _open(self, number: int) -> _Ear:
        opening = self._tasks.begin(self._subscribe(number), name="partitions: subscribe")
        ear = self._ears[number] = _Ear(opening, self._clock.monotonic_ms())
        return ear

    async def _subscribe(self, number: int) -> list[Unsubscribe]:
        return await asyncio.gather(
            *(
                self._relay.listen(f"{channel}.{number}", listener)
                for channel, listener in self._listeners.items()
            )
        )

    async def _look_forever(self) -> None:
        while True:
            await asyncio.sleep(self._times.look_ms / 1_000)
            await self.look()

    async def look(self) -> None:
        """Tune out of what was not read for a while."""
        now_ms = self._clock.monotonic_ms()
        read = {partition_of(topic) for topic in self._hub.topics()}
        for number in read:
            # Always there already, but for a reader that took longer to enter than partitions linger.
            (self._ears.get(number) or self._open(number)).used_ms = now_ms
        late_ms = now_ms - self._times.linger_ms
        for number, ear in list(self._ears.items()):
            if ear.used_ms < late_ms and ear.opening.done():
                del self._ears[number]
                for unsubscribe in ear.opening.result():
                    await unsubscribe()
