"""Who may stay: rights and sessions that change under an open socket, on one server and on two."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import orjson
import pytest
from typing_extensions import override

from channels.core.access import SESSIONS_CHANNEL, AccessTimes
from channels.core.exchange import ExchangeSettings
from channels.core.ports import Credential, SessionFacts
from server.accounts import book
from storage.bus.local import LocalBus
from storage.bus.port import Bus
from storage.bus.redis import RedisBus
from storage.client import Mongo
from tests.kit.callers import FakeSessions
from tests.kit.talk import Talk
from tests.wire.client import Client, Refusal, calling
from tests.wire.house import House, Plan, eventually, serving

QUICK = AccessTimes(look_ms=50, patience_ms=300, retry_ms=50)
SOON_S = 1.0


def settings(*, several: bool = False, access: AccessTimes = QUICK) -> ExchangeSettings:
    return replace(ExchangeSettings(several=several), access=access)


@asynccontextmanager
async def pair(mongo: Mongo, buses: tuple[Bus, Bus]) -> AsyncIterator[tuple[House, House]]:
    """Two servers of one house: same rooms, same sessions."""
    talk, sessions = Talk(), FakeSessions()
    left, right = (
        Plan(settings=settings(several=True), bus=bus, talk=talk, sessions=sessions) for bus in buses
    )
    async with serving(mongo, left) as first, serving(mongo, right) as second:
        yield first, second


async def inside(client: Client, number: int, *rooms: str) -> str:
    """Hello and subscribe; returns the member."""
    welcome = await client.hello(f"bearer-{number}")
    for room in rooms or ("hall",):
        await client.do("subscribe", topic=f"talk:{room}")
    return str(welcome["member"])


async def test_the_very_next_event_does_not_reach_who_was_taken_out(mongo: Mongo) -> None:
    """A barrier, not a sleep: access_changed returns, the next message is written, and only the others hear it."""
    async with (
        serving(mongo, Plan(settings=settings())) as house,
        calling(house.url) as out,
        calling(house.url) as stays,
    ):
        member = await inside(out, 1, "hall", "other")
        await inside(stays, 2, "hall", "other")
        for round_ in range(10):
            await stays.do("talk.say", room="hall", text=f"前{round_}")
            await out.until(round_ + 1, "talk.said")
            house.talk.banned.add(("hall", member))
            changed = asyncio.ensure_future(house.exchange.access_changed(member))
            await asyncio.sleep(0)  # the judgement has begun and holds the connection
            await stays.do("talk.say", room="hall", text="给别人的话")
            await changed
            (notice,) = (await out.until(1, "unsubscribed"))[-1:]
            assert (notice["topic"], notice["key"]) == ("talk:hall", "UNKNOWN_TOPIC")
            assert "给别人的话" not in [event["text"] for event in out.of("talk.said")]
            house.talk.banned.clear()
            out.pushes = [push for push in out.pushes if push["type"] != "unsubscribed"]
            await house.exchange.access_changed(member)
            head = (await house.log.head("talk:hall")).seq
            await out.do("subscribe", topic="talk:hall", since={"epoch": "1", "seq": head})
        await stays.do("talk.say", room="other", text="另一间")
        assert (await out.until(11, "talk.said"))[-1]["text"] == "另一间"


async def test_who_may_stay_misses_nothing_while_being_judged(mongo: Mongo) -> None:
    async with (
        serving(mongo, Plan(settings=settings())) as house,
        calling(house.url) as judged,
        calling(house.url) as speaker,
    ):
        member = await inside(judged, 1)
        await inside(speaker, 2)
        for number in range(40):
            changed = asyncio.ensure_future(house.exchange.access_changed(member))
            await asyncio.sleep(0)
            await speaker.do("talk.say", room="hall", text=str(number))
            await changed
        heard = await judged.until(40, "talk.said")
        assert [event["seq"] for event in heard] == list(range(1, 41))


async def test_subscribing_resuming_and_replaying_need_the_right_at_that_moment(mongo: Mongo) -> None:
    async with serving(mongo, Plan(settings=settings())) as house, calling(house.url) as client:
        member = await inside(client, 1)
        await client.do("talk.say", room="hall", text="一")
        house.talk.banned.add(("hall", member))
        await house.exchange.access_changed(member)
        since = {"epoch": "1", "seq": 0}
        with pytest.raises(Refusal, match="UNKNOWN_TOPIC"):
            await client.do("subscribe", topic="talk:hall", since=since)
        with pytest.raises(Refusal, match="NOT_SUBSCRIBED"):
            await client.do("replay", topic="talk:hall", after=0, before=2)
        result = await client.do("resume", topics={"talk:hall": since})
        assert (result["topics"], result["lost"]) == ({}, ["talk:hall"])
        assert (await client.do("heartbeat"))["heads"] == {}


@pytest.mark.parametrize("bus", ["local", "redis"])
async def test_the_end_of_a_session_closes_its_sockets_on_every_server(
    mongo: Mongo, bus: str, redis_url: str
) -> None:
    shared = LocalBus()
    buses: tuple[Bus, Bus] = (shared, shared)
    if bus == "redis":
        buses = (await RedisBus.open(redis_url), await RedisBus.open(redis_url))
    async with (
        pair(mongo, buses) as (left, right),
        calling(left.url) as here,
        calling(right.url) as there,
        calling(right.url) as other,
    ):
        for client, number in ((here, 1), (there, 1), (other, 2)):
            await inside(client, number)
        loop = asyncio.get_running_loop()
        started = loop.time()
        session = here.welcome["session"]
        assert there.welcome["session"] == session
        del left.sessions.facts[session]
        left.exchange.session_ended(session)
        for client in (here, there):
            assert await client.closed(SOON_S) == (4500, "SESSION_ENDED")
        assert loop.time() - started < SOON_S
        await other.do("talk.say", room="hall", text="还在")
    for opened in set(buses):
        await opened.close()


async def test_what_accounts_tell_on_the_bus_closes_sockets_too(mongo: Mongo) -> None:
    assert book.SESSIONS_CHANNEL == SESSIONS_CHANNEL
    plan = Plan(settings=settings())
    async with serving(mongo, plan) as house, calling(house.url) as client:
        await inside(client, 1)
        session = client.welcome["session"]
        del house.sessions.facts[session]
        await plan.bus.publish(SESSIONS_CHANNEL, b"not json")
        await plan.bus.publish(SESSIONS_CHANNEL, orjson.dumps([session, "unknown"]))
        assert await client.closed(SOON_S) == (4500, "SESSION_ENDED")


async def test_access_that_changed_on_one_server_counts_on_the_other(mongo: Mongo) -> None:
    shared = LocalBus()
    async with pair(mongo, (shared, shared)) as (left, right), calling(right.url) as client:
        member = await inside(client, 1)
        left.talk.banned.add(("hall", member))
        await left.exchange.access_changed(member)
        await client.until(1, "unsubscribed", SOON_S)


async def test_a_session_that_runs_out_closes_its_socket_at_that_moment(mongo: Mongo) -> None:
    async with serving(mongo, Plan(settings=settings())) as house:
        house.sessions.lifetime_ms = 600
        async with calling(house.url) as client:
            started = asyncio.get_running_loop().time()
            await inside(client, 1)
            assert await client.closed(3) == (4500, "SESSION_ENDED")
            assert 0.4 < asyncio.get_running_loop().time() - started < 2


async def test_use_is_reported_and_keeps_a_session_alive(mongo: Mongo) -> None:
    times = replace(QUICK, touch_ms=100)
    async with serving(mongo, Plan(settings=settings(access=times))) as house:
        house.sessions.lifetime_ms = 700
        async with calling(house.url) as client:
            await inside(client, 1)
            for _ in range(10):
                await asyncio.sleep(0.15)
                await client.do("talk.say", room="hall", text="忙")
            assert house.sessions.touched.count(client.welcome["session"]) >= 5
            assert await client.closed(3) == (4500, "SESSION_ENDED")


async def test_what_cannot_be_decided_is_closed(mongo: Mongo) -> None:
    async with (
        serving(mongo, Plan(settings=settings())) as house,
        calling(house.url) as client,
        calling(house.url) as new,
    ):
        member = await inside(client, 1)
        house.sessions.away = True
        await house.exchange.access_changed(member)
        assert (await client.closed(3))[0] == 1013
        assert (await new.ask({"type": "hello", "protocol": 1, "client": "t", "token": "bearer-2"}))[
            "key"
        ] == "UNAVAILABLE"
        assert (await new.closed(3))[0] == 1013


class Ending(FakeSessions):
    """Sessions that end between the two questions of a hello."""

    @override
    async def load(self, credential: Credential) -> SessionFacts | None:
        """Open a session that is gone a moment later."""
        facts = await super().load(credential)
        self.facts.clear()
        return facts


async def test_a_session_that_ends_during_the_hello_never_opens(mongo: Mongo) -> None:
    async with (
        serving(mongo, Plan(settings=settings(), sessions=Ending())) as house,
        calling(house.url) as client,
    ):
        with pytest.raises(ConnectionError):
            await client.hello("bearer-1")
        assert (await client.closed())[0] == 4501


async def test_a_bot_does_what_its_scopes_say_and_nothing_else(mongo: Mongo) -> None:
    async with serving(mongo, Plan(settings=settings())) as house, calling(house.url) as bot:
        await bot.hello("bot-1")
        assert (await bot.do("talk.say", room="hall", text="播报"))["seq"] == 1
        for command, fields in (
            ("talk.wave", {"room": "hall"}),
            ("talk.fail", {"how": "bug"}),
            ("talk.wait", {}),
        ):
            with pytest.raises(Refusal, match="FORBIDDEN"):
                await bot.do(command, **fields)
        with pytest.raises(Refusal, match="FORBIDDEN"):
            await bot.do("subscribe", topic="talk:hall")
        with pytest.raises(Refusal, match="FORBIDDEN"):
            await bot.do("resume", topics={"talk:hall": {"epoch": "1", "seq": 0}})
        session = bot.welcome["session"]
        scopes = frozenset({"subscribe"})
        house.sessions.actors[session] = replace(house.sessions.actors[session], scopes=scopes)
        await house.exchange.access_changed(bot.welcome["account"])
        assert (await bot.do("subscribe", topic="talk:hall"))["head"] == 1


@pytest.mark.parametrize(
    ("how", "key", "temporary"),
    [
        ("busy", "BUSY", True),
        ("unavailable", "UNAVAILABLE", True),
        ("guard", "CONFLICT", False),
        ("duplicate", "CONFLICT", False),
        ("refused", "NOT_FOUND", False),
        ("bug", "INTERNAL", True),
    ],
)
async def test_every_failure_of_a_handler_is_a_numbered_answer(
    mongo: Mongo, capsys: pytest.CaptureFixture[str], how: str, key: str, temporary: bool
) -> None:
    async with serving(mongo, Plan(settings=settings())) as house, calling(house.url) as client:
        await client.hello("bearer-1")
        with pytest.raises(Refusal) as caught:
            await client.do("talk.fail", how=how)
        assert (caught.value.key, caught.value.frame["temporary"]) == (key, temporary)
        assert (caught.value.frame["retry_after_ms"] is not None) == temporary
        await eventually(lambda: True)
    shown = capsys.readouterr()
    assert "十三位的秘密" not in shown.out + shown.err + str(caught.value.frame)


async def test_capabilities_and_rates_stand_before_handlers(mongo: Mongo) -> None:
    plan = Plan(settings=settings(), limit_factor=1)
    async with serving(mongo, plan) as house, calling(house.url) as client, calling(house.url) as same:
        await client.hello("bearer-2")
        await same.hello("bearer-2")
        with pytest.raises(Refusal, match="FORBIDDEN"):
            await client.do("talk.fail", how="bug")
        answers = []
        for number in range(40):
            try:
                await (client, same)[number % 2].do("talk.say", room="hall", text="快")
                answers.append("said")
            except Refusal as refused:
                answers.append(refused.key)
        assert "TOO_MANY_REQUESTS" in answers[25:]
        assert answers[:20] == ["said"] * 20
