"""Presence and typing over real sockets: state once, then changes; grace; large topics; two servers."""

import asyncio
from dataclasses import replace

import pytest

from channels.core.exchange import ExchangeSettings
from channels.core.roster import RosterTimes
from storage.bus.local import LocalBus
from storage.client import Mongo, MongoSettings
from tests.kit.callers import FakeSessions
from tests.kit.talk import Talk
from tests.wire.client import Client, Frame, calling
from tests.wire.house import Plan, serving
from tests.wire.served import process_of

GRACE_MS = 600
TIMES = RosterTimes(flush_ms=50, whole_ms=200)


def plan(*, several: bool = False, times: RosterTimes = TIMES) -> Plan:
    settings = replace(ExchangeSettings(several=several), grace_ms=GRACE_MS, roster=times)
    return Plan(settings=settings)


async def inside(client: Client, number: int) -> str:
    welcome = await client.hello(f"bearer-{number}")
    await client.do("subscribe", topic="talk:hall")
    return str(welcome["member"])


class Roster:
    """What a client knows: state replaces, changes set."""

    def __init__(self) -> None:
        self.people: dict[str, list[Frame]] | None = {}
        self.count = 0

    def take(self, frame: Frame) -> None:
        self.count = frame["count"]
        if frame["type"] == "presence.state":
            self.people = None if frame["people"] is None else dict(frame["people"])
        else:
            assert self.people is not None
            self.people |= frame["people"]
            for member in frame["gone"]:
                self.people.pop(member, None)


def roster(client: Client) -> Roster:
    found = Roster()
    for frame in client.pushes:
        if frame["type"].startswith("presence."):
            found.take(frame)
    return found


def states(client: Client, member: str) -> list[str]:
    return [meta["state"] for meta in (roster(client).people or {}).get(member, [])]


async def until(holds: object, wait_s: float = 5.0) -> None:
    async with asyncio.timeout(wait_s):
        while not holds():  # type: ignore[operator]  # noqa: ASYNC110 - polled like a person would look
            await asyncio.sleep(0.01)


async def test_state_once_then_changes_grace_and_leaving(mongo: Mongo) -> None:
    async with serving(mongo, plan()) as house, calling(house.url) as a:
        anna = await inside(a, 1)
        await until(lambda: states(a, anna) == ["here"])
        async with calling(house.url) as b:
            bo = await inside(b, 2)
            first = (await b.until(1, "presence.state"))[0]
            assert set(first["people"]) == {anna, bo}
            await until(lambda: states(a, bo) == ["here"])
            b.socket.transport.abort()
            await until(lambda: states(a, bo) == ["reconnecting"])
        async with calling(house.url) as again:
            again.socket.transport.get_extra_info("socket")
            await inside(again, 2)
            await until(lambda: "here" in states(a, bo))
            await until(lambda: states(a, bo) == ["here"])  # the broken one is let go after its grace
            await again.do("unsubscribe", topic="talk:hall")
            await until(lambda: states(a, bo) == [])
        assert len(a.of("presence.state")) == 1
        assert roster(a).count == 1


async def test_signing_out_leaves_at_once(mongo: Mongo) -> None:
    async with serving(mongo, plan()) as house, calling(house.url) as a, calling(house.url) as b:
        await inside(a, 1)
        bo = await inside(b, 2)
        await until(lambda: states(a, bo) == ["here"])
        house.sessions.facts.pop(b.welcome["session"])
        house.exchange.session_ended(b.welcome["session"])
        await until(lambda: states(a, bo) == [], GRACE_MS / 2_000)


async def test_changes_are_coalesced(mongo: Mongo) -> None:
    slow = replace(TIMES, flush_ms=300)
    async with serving(mongo, plan(times=slow)) as house, calling(house.url) as a:
        await inside(a, 1)
        async with calling(house.url) as b, calling(house.url) as c, calling(house.url) as d:
            for number, client in enumerate((b, c, d), 2):
                await inside(client, number)
            await until(lambda: roster(a).count == 4)
            assert len(a.of("presence.changed")) <= 3


async def test_large_topics_tell_numbers_instead_of_names(mongo: Mongo) -> None:
    async with (
        serving(mongo, plan(times=replace(TIMES, listed_count=2))) as house,
        calling(house.url) as a,
        calling(house.url) as b,
    ):
        await inside(a, 1)
        await inside(b, 2)
        await until(lambda: roster(a).people is not None and roster(a).count == 2)
        async with calling(house.url) as c:
            await inside(c, 3)
            await until(lambda: roster(a).people is None and roster(a).count == 3)
            assert (await c.until(1, "presence.state"))[-1]["people"] is None
            await c.do("unsubscribe", topic="talk:hall")
        await b.do("unsubscribe", topic="talk:hall")
        await until(lambda: roster(a).people is not None and roster(a).count == 1)


async def test_numbers_of_large_topics_come_rarely(mongo: Mongo) -> None:
    """Many come and go; who was there before hears a number now and then, and the last one is right."""
    quick = replace(TIMES, flush_ms=40, listed_count=1, counted_ms=400)
    async with serving(mongo, plan(times=quick)) as house, calling(house.url) as a:
        async with calling(house.url) as b:
            await inside(a, 1)
            await inside(b, 2)
            await until(lambda: roster(a).people is None)
            before = len(a.of("presence.state"))
            loop = asyncio.get_running_loop()
            began_s = loop.time()
            for number in range(3, 23):
                async with calling(house.url) as c:
                    await inside(c, number)
                    await c.do("unsubscribe", topic="talk:hall")
            took_s = loop.time() - began_s
            assert len(a.of("presence.state")) - before <= took_s / 0.08 + 2
        await until(lambda: roster(a).count == 1)


async def test_two_servers_show_one_roster_and_survive_the_loss_of_one(mongo: Mongo) -> None:
    bus, talk, sessions = LocalBus(), Talk(), FakeSessions()
    plans = [replace(plan(several=True), bus=bus, talk=talk, sessions=sessions) for _ in range(2)]
    async with serving(mongo, plans[0]) as left, calling(left.url) as a:
        anna = await inside(a, 1)
        async with serving(mongo, plans[1]) as right, calling(right.url) as b:
            bo = await inside(b, 2)
            await until(lambda: set(roster(a).people or {}) == set(roster(b).people or {}) == {anna, bo})
        await until(lambda: states(a, bo) in (["reconnecting"], []))
        await until(lambda: states(a, bo) == [])


async def test_nothing_of_presence_is_stored(mongo: Mongo) -> None:
    async with serving(mongo, plan()) as house, calling(house.url) as a:
        await inside(a, 1)
        await a.do("talk.wave", room="hall")
        await a.until(1, "talk.waved")
        assert (await house.log.head("talk:hall")).seq == 0
        assert await mongo["log"].count({}) == 0


async def test_waving_is_told_to_those_who_are_here_and_not_too_often(mongo: Mongo) -> None:
    bus, talk, sessions = LocalBus(), Talk(), FakeSessions()
    plans = [replace(plan(several=True), bus=bus, talk=talk, sessions=sessions) for _ in range(2)]
    async with (
        serving(mongo, plans[0]) as left,
        serving(mongo, plans[1]) as right,
        calling(left.url) as a,
        calling(left.url) as b,
        calling(right.url) as far,
    ):
        anna = await inside(a, 1)
        bo = await inside(b, 2)
        await inside(far, 3)
        for _ in range(5):
            await a.do("talk.wave", room="hall")
        await b.do("talk.wave", room="hall")
        for client in (a, b, far):
            waved = await client.until(2, "talk.waved")
            assert sorted(event["member"] for event in waved) == sorted([anna, bo])


@pytest.mark.slow
async def test_a_killed_process_takes_along_only_its_own_connections(
    mongo: Mongo, mongo_settings: MongoSettings, redis_url: str
) -> None:
    """Anna is on both processes, Bo on the killed one only; who watches is on the other."""
    async with (
        process_of(mongo_settings, redis=redis_url, quick=True) as (doomed, left),
        process_of(mongo_settings, redis=redis_url, quick=True) as (_, right),
        calling(f"ws://127.0.0.1:{left}/ws") as anna_left,
        calling(f"ws://127.0.0.1:{right}/ws") as anna_right,
        calling(f"ws://127.0.0.1:{left}/ws") as bo,
        calling(f"ws://127.0.0.1:{right}/ws") as watcher,
    ):
        await inside(watcher, 9)
        anna = await inside(anna_left, 1)
        assert await inside(anna_right, 1) == anna
        gone = await inside(bo, 2)
        await until(lambda: states(watcher, anna) == ["here", "here"] and states(watcher, gone) == ["here"])
        before = len(watcher.pushes)
        doomed.kill()
        await until(lambda: states(watcher, gone) == ["reconnecting"], 3)
        await until(lambda: sorted(states(watcher, anna)) == ["here", "reconnecting"], 1)
        await until(lambda: states(watcher, gone) == [] and states(watcher, anna) == ["here"], 3)
        assert roster(watcher).count == 2
        told = [frame for frame in watcher.pushes[before:] if frame["type"] == "presence.changed"]
        assert not any(anna in frame["gone"] for frame in told)  # she was there all the time
