"""The seam between history and live stream (A5): clients that break at random bytes end with exactly 1..n.

`HUITANG_SEAM_S` sets the seconds of writing; `HUITANG_SEAM_S=60 pytest tests/wire/test_seam.py` is the long run.
"""

import asyncio
import os
import random
from typing import ClassVar

from typing_extensions import override

from channels.core.exchange import Exchange, ExchangeSettings
from channels.core.paging import Budget, Page, Pager, Wish
from channels.core.recovery import Recovery
from channels.core.seats import Seat
from channels.core.sequencer import Sequencer
from channels.core.visitor import Visitor
from channels.protocol.base import WireModel
from channels.protocol.frames import Position
from storage.bus.local import LocalBus
from storage.bus.redis import RedisBus
from storage.client import Mongo
from tests.kit.talk import TalkSnapshot
from tests.wire.client import calling
from tests.wire.flapping import FlappingClient, digest_of
from tests.wire.house import EPOCH, House, Plan, serving

SECONDS = float(os.environ.get("HUITANG_SEAM_S", "8"))
CLIENTS, SENDERS, ROOMS = 20, 6, 3
SEED = 20_260_101


async def write_for(seconds: float, houses: list[House], topics: list[str]) -> None:
    """Six members write into all rooms, through all servers."""
    stop = asyncio.get_running_loop().time() + seconds
    chance = random.Random(SEED)

    async def write(number: int) -> None:
        async with calling(houses[number % len(houses)].url) as client:
            await client.hello(f"bearer-{100 + number}")
            count = 0
            while asyncio.get_running_loop().time() < stop:
                room = chance.choice(topics).partition(":")[2]
                await client.do(
                    "talk.say", room=room, text=f"{number}-{count} " + "言" * chance.randrange(60)
                )
                count += 1
                await asyncio.sleep(chance.random() * 0.02)

    async with asyncio.TaskGroup() as group:
        for number in range(SENDERS):
            group.create_task(write(number))


async def faults_after(houses: list[House], seconds: float) -> list[str]:
    """Run writers and flapping clients; returns what is wrong with what the clients have."""
    topics = [f"talk:room-{n}" for n in range(ROOMS)]
    clients = [FlappingClient(n, topics, EPOCH, random.Random(SEED + n)) for n in range(1, CLIENTS + 1)]
    written = asyncio.Event()
    heads: dict[str, int] = {}

    async def flap(client: FlappingClient, chance: random.Random) -> None:
        while not written.is_set():
            await client.live(chance.choice(houses).port, client.budget(), written.is_set)
        async with asyncio.timeout(20):
            while any(room.position < heads[topic] for topic, room in client.rooms.items()):
                await client.live(
                    chance.choice(houses).port,
                    None,
                    lambda: all(room.position >= heads[topic] for topic, room in client.rooms.items()),
                )

    async with asyncio.TaskGroup() as group:
        for number, client in enumerate(clients):
            group.create_task(flap(client, random.Random(SEED - number)))
        await write_for(seconds, houses, topics)
        heads.update(await houses[0].log.heads(topics))
        written.set()
    print(
        f"\nseam: {sum(c.lives for c in clients)} lives of {CLIENTS} clients, {sum(heads.values())} messages, seed {SEED}"
    )
    return await _check(houses[0], clients, heads)


async def _check(house: House, clients: list[FlappingClient], heads: dict[str, int]) -> list[str]:
    faults = []
    for topic, head in heads.items():
        stored = await house.log.since(topic, 0, head + 1)
        truth = digest_of(zip([e.seq for e in stored], [e.body["text"] for e in stored], strict=True))
        assert [entry.seq for entry in stored] == list(range(1, head + 1))
        for number, client in enumerate(clients, 1):
            room = client.rooms[topic]
            if room.applied != list(range(1, head + 1)):
                missing = sorted(set(range(1, head + 1)) - set(room.applied))[:3]
                faults.append(f"client {number} {topic}: {len(room.applied)} of {head}, missing {missing}")
            elif room.digest != truth:
                faults.append(f"client {number} {topic}: other texts")
    return faults


async def test_clients_that_break_at_random_bytes_end_with_everything_once(
    mongo: Mongo, redis_url: str
) -> None:
    """Two servers over one database and one Redis; each client changes between them."""
    buses = [await RedisBus.open(redis_url) for _ in range(2)]
    settings = ExchangeSettings(several=True)
    try:
        async with (
            serving(mongo, Plan(settings=settings, bus=buses[0])) as left,
            serving(mongo, Plan(settings=settings, bus=buses[1])) as right,
        ):
            assert await faults_after([left, right], SECONDS) == []
    finally:
        for bus in buses:
            await bus.close()


async def test_one_server_alone_has_no_seam_either(mongo: Mongo) -> None:
    async with serving(mongo) as house:
        assert await faults_after([house], SECONDS / 4) == []


class CarelessRecovery(Recovery):
    """What everybody gets wrong once: history is read first, the live stream attached after it."""

    @override
    async def enter(
        self, visitor: Visitor, topic: str, since: Position | None, budget: Budget
    ) -> tuple[Seat, Page]:
        """Read, then attach."""

        async def snapshot() -> WireModel:
            return TalkSnapshot(count=0)

        page = await self._pager.read(Wish(topic, since, budget, snapshot), Sequencer())
        await asyncio.sleep(0.005)  # a busy database; the fault shows without it, too, only more rarely
        return self._hub.attach(visitor.link, topic), page

    @override
    def _fits(self, seat: Seat, page: Page) -> bool:
        return True


class CarelessExchange(Exchange):
    """A server with the fault."""

    made: ClassVar[int] = 0

    @override
    def recovery(self, pager: Pager) -> Recovery:
        """The careless one."""
        CarelessExchange.made += 1
        return CarelessRecovery(self.hub, self._parts.registry, self._parts.reader, pager, self.counts)


async def test_the_checker_finds_a_server_that_reads_history_before_it_attaches(mongo: Mongo) -> None:
    async with serving(mongo, Plan(exchange=CarelessExchange, bus=LocalBus())) as house:
        faults = await faults_after([house], SECONDS / 4)
    assert CarelessExchange.made == 1
    assert faults
    print(f"negative control: {len(faults)} faults, e.g. {faults[0]}")
