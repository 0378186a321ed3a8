"""The bus over sharded pub/sub of a Redis Cluster (7.0 or newer): each channel on the master of its slot, and only there.

One line per master that channels of ours belong to. The map of slots is asked for at the start, every 5 s, and at once when
a server says that a channel is not its own (MOVED, or a subscription it ended), or a link broke (a master may have failed,
and its replica taken over). Channels follow their slots; those who hear them are told as after a reconnect. May be imported
by server and tests.
"""

import asyncio
from collections.abc import Callable

import structlog

from storage.bus.line import LONGEST_PAUSE_S, SHARDED, Ears, Line, stands
from storage.bus.port import BusCounts, Callback, Unsubscribe
from storage.bus.slots import NOBODY, Node, SlotMap, ask_map, nodes_of
from storage.bus.subscribers import Subscribers
from storage.tasks import Tasks

log = structlog.get_logger(__name__)

ASK_S = 5.0
"""Between two looks at the map when nothing happens."""

PAUSE_S = 0.1
"""Least time between two looks: a fail-over takes seconds, and nobody is helped by a thousand questions."""

CLOSE_LIMIT_S = 1.0


class ClusterBus:
    """See Bus. Make it with `ClusterBus.open`.

    Args:
        seeds: Servers to ask first.
    """

    def __init__(self, seeds: list[Node]) -> None:
        self._seeds = seeds
        self.counts = BusCounts()
        self._tasks = Tasks()
        self._subscribers = Subscribers(self.counts)
        self._map: SlotMap = NOBODY
        self._mapped = asyncio.Event()
        self._look = asyncio.Event()
        self._lines: dict[Node, tuple[Line, tuple[asyncio.Task[None], ...]]] = {}
        self._placed: dict[str, Node] = {}
        self._closed = False

    @classmethod
    async def open(cls, url: str) -> "ClusterBus":
        """Start; waits for the map and the first links, but not longer than 0.5 s each and without complaint.

        Raises:
            ValueError: `url` is no address.
        """
        bus = cls(nodes_of(url))
        bus._look.set()
        bus._tasks.start(bus._follow(), name="bus: follow the map of slots")
        await stands(bus._mapped)
        return bus

    @property
    def linked(self) -> bool:
        """See Bus: every master that has channels of ours is linked."""
        placed = len(self._placed) == len(self._subscribers.channels)
        return placed and all(line.linked.is_set() for line, _ in self._lines.values() if line.wanted)

    @property
    def queued_bytes(self) -> int:
        """See Bus."""
        return sum(line.queued_bytes for line, _ in self._lines.values())

    async def publish(self, channel: str, payload: bytes) -> None:
        """See Bus; only puts it in the queue of the channel's master."""
        if self._closed:
            return
        if (owner := self._map.owner(channel)) is None:
            self.counts.published += 1
            self.counts.lost += 1
            self._look.set()
        else:
            self._line(owner).publish(channel, payload)

    async def flush(self) -> None:
        """See Bus: the masters have answered, so they have written to their subscribers."""
        waiting = [line.drained for line, _ in self._lines.values() if not line.drained.is_set()]
        await asyncio.gather(*(stands(drained) for drained in waiting))

    async def subscribe(self, channel: str, callback: Callback) -> Unsubscribe:
        """See Bus."""
        mark = self._subscribers.add(channel, callback)

        async def unsubscribe() -> None:
            if self._subscribers.remove(channel, mark):
                node = self._placed.pop(channel, None)
                if node is not None and node in self._lines:
                    self._lines[node][0].unwant(channel)

        try:
            if (owner := self._place(channel)) is None or not await stands(self._line(owner).want(channel)):
                self._subscribers.will_be_late(channel)
        except BaseException:
            await unsubscribe()
            raise
        return unsubscribe

    def on_reconnect(self, callback: Callable[[], None]) -> None:
        """See Bus."""
        self._subscribers.on_reconnect(callback)

    async def close(self) -> None:
        """See Bus."""
        self._closed = True
        if len(self._tasks):
            await self.flush()
        await self._tasks.close()
        self._subscribers.clear()
        for line, _ in self._lines.values():
            await line.close()

    # -- inside ----------------------------------------------------------------------------------------------------

    def _place(self, channel: str) -> Node | None:
        """Note where a channel lives now."""
        owner = self._map.owner(channel)
        if owner is not None:
            self._placed[channel] = owner
        return owner

    def _line(self, node: Node) -> Line:
        if node not in self._lines:
            ears = Ears(
                self._subscribers.hear,
                self._subscribers.stood,
                self._subscribers.tell,
                cut=self._look.set,
                astray=self._look.set,
            )
            line = Line(node.url, SHARDED, ears, self._tasks, self.counts)
            self._lines[node] = line, line.start()
        return self._lines[node][0]

    async def _follow(self) -> None:
        pause_s = PAUSE_S
        while True:
            try:
                async with asyncio.timeout(ASK_S):
                    await self._look.wait()
            except TimeoutError:
                pass
            self._look.clear()
            found = await self._ask()
            if found is not None:
                pause_s = PAUSE_S
                await self._adopt(found)
            else:
                log.warning("no server of the cluster says who owns what", pause_s=pause_s)
                self._look.set()
            await asyncio.sleep(pause_s)
            if found is None:
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _ask(self) -> SlotMap | None:
        """The map, from the first server that has one."""
        for node in (*self._lines, *(seed for seed in self._seeds if seed not in self._lines)):
            found = await ask_map(node)
            if found is not None and found.owners:
                return found
        return None

    async def _adopt(self, found: SlotMap) -> None:
        """Let channels follow their slots, and end lines to servers that own none."""
        self._map = found
        self._mapped.set()
        for channel in self._subscribers.channels:
            before = self._placed.get(channel)
            owner = self._place(channel)
            if owner is None or owner == before:
                continue
            if before is not None and before in self._lines:
                self._lines[before][0].unwant(channel)
            self._subscribers.will_be_late(channel)
            self._line(owner).want(channel)
        for node, (line, _) in list(self._lines.items()):
            if node not in found.owners:
                await self._end(node)
            elif line.has_stray():
                line.relink()  # its server refused a channel that is its own now

    async def _end(self, node: Node) -> None:
        line, pumps = self._lines.pop(node)
        for pump in pumps:
            pump.cancel()
        await asyncio.wait(pumps, timeout=CLOSE_LIMIT_S)
        await line.close()
