"""Order, subscribe, resume and replay over a real socket and a real log."""

import asyncio
from dataclasses import replace

import pytest

from channels.core.exchange import ExchangeSettings
from storage.client import Mongo
from storage.log import Append
from tests.wire.client import Client, Frame, Refusal, calling
from tests.wire.house import EPOCH, House, Plan, eventually, serving


async def fill(house: House, count: int, room: str = "hall", text: str = "第{}句") -> None:
    """Write messages without a socket."""
    for number in range(count):
        await house.log.append(
            Append(f"talk:{room}", "talk.said", {"text": text.format(number + 1)}, sender="m", counter="main")
        )


def position(seq: int, epoch: str = EPOCH) -> Frame:
    return {"epoch": epoch, "seq": seq}


def seqs(events: list[Frame]) -> list[int]:
    return [event["seq"] for event in events]


async def refused(client: Client, type: str, **fields: object) -> str:
    with pytest.raises(Refusal) as caught:
        await client.do(type, **fields)
    return caught.value.key


async def test_everybody_hears_everything_in_order(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as a, calling(house.url) as b:
        await a.hello("bearer-1")
        await b.hello("bearer-2")
        entered = await a.do("subscribe", topic="talk:hall")
        assert (entered["head"], entered["recovered"], entered["snapshot"]) == (0, False, {"count": 0})
        await b.do("subscribe", topic="talk:hall")
        for number in range(50):
            said = await (a, b)[number % 2].do("talk.say", room="hall", text=f"第{number}句")
            assert said["seq"] == number + 1
        for client in (a, b):
            heard = await client.until(50, "talk.said")
            assert seqs(heard) == list(range(1, 51))
            assert [event["text"] for event in heard] == [f"第{n}句" for n in range(50)]


async def test_a_retry_with_the_same_cid_is_one_message(mongo: Mongo) -> None:
    cid = "01980000-0000-7000-8000-00000000c1d0"
    async with serving(mongo) as house, calling(house.url) as client:
        await client.hello("bearer-1")
        await client.do("subscribe", topic="talk:hall")
        first = await client.do("talk.say", room="hall", text="一", cid=cid)
        again = await client.do("talk.say", room="hall", text="一", cid=cid)
        assert (first["duplicate"], again["duplicate"]) == (False, True)
        assert first["seq"] == again["seq"] == 1
        await client.do("talk.say", room="hall", text="二")
        assert seqs(await client.until(2, "talk.said")) == [1, 2]


async def test_resuming_twice_in_a_row_gives_the_same_and_doubles_nothing(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await fill(house, 30)
        await client.hello("bearer-1")
        for _ in range(3):
            result = await client.do("resume", topics={"talk:hall": position(10)})
            part = result["topics"]["talk:hall"]
            assert (part["recovered"], part["head"], part["gap"]) == (True, 30, None)
            assert seqs(part["events"]) == list(range(11, 31))
        await client.do("talk.say", room="hall", text="新")
        assert seqs(await client.until(1, "talk.said")) == [31]
        assert seqs((await client.do("subscribe", topic="talk:hall", since=position(31)))["events"]) == []
        await client.do("talk.say", room="hall", text="新")
        assert seqs(await client.until(2, "talk.said")) == [31, 32]


@pytest.mark.parametrize(
    "since", [position(99), position(5, "dead"), position(2**53 - 1), position(0, "0" * 32)]
)
async def test_a_position_that_cannot_be_starts_over(mongo: Mongo, since: Frame) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await fill(house, 7)
        await client.hello("bearer-1")
        for part in (
            await client.do("subscribe", topic="talk:hall", since=since),
            (await client.do("resume", topics={"talk:hall": since}))["topics"]["talk:hall"],
        ):
            assert (part["recovered"], part["epoch"], part["head"]) == (False, EPOCH, 7)
            assert part["snapshot"] == {"count": 7}
            assert part["events"] == []


async def test_more_than_a_page_gives_the_newest_page_and_a_gap_to_replay(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await fill(house, 450)
        await client.hello("bearer-1")
        part = await client.do("subscribe", topic="talk:hall", since=position(20))
        assert (part["recovered"], part["gap"]) == (True, {"after": 20, "before": 251})
        assert seqs(part["events"]) == list(range(251, 451))
        have = 20
        while have + 1 < 251:
            page = await client.do("replay", topic="talk:hall", after=have, before=251)
            assert seqs(page["events"])[0] == have + 1
            have = page["events"][-1]["seq"]
            assert page["more"] == (have < 250)
        assert have == 250
        assert (await client.do("replay", topic="talk:hall", after=250, before=251))["events"] == []
        beyond = await client.do("replay", topic="talk:hall", after=440, before=9_999)
        assert (seqs(beyond["events"]), beyond["more"]) == (list(range(441, 451)), False)


async def test_an_answer_is_bounded_in_bytes_and_says_what_is_missing(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await fill(house, 60, text="长" * 6_000)
        await client.hello("bearer-1")
        part = await client.do("subscribe", topic="talk:hall", since=position(0))
        first = part["events"][0]["seq"]
        assert 1 < first < 60
        assert part["gap"] == {"after": 0, "before": first}
        page = await client.do("replay", topic="talk:hall", after=0, before=first)
        assert seqs(page["events"]) == list(range(1, len(page["events"]) + 1))
        assert page["more"] == (len(page["events"]) < first - 1)


async def test_resuming_many_topics_names_the_lost_ones_and_shares_the_answer(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await fill(house, 40, "a")
        await client.hello("bearer-1")
        topics = {f"talk:{name}": position(0) for name in ("a", "b", "closed")} | {"nothing:x": position(0)}
        result = await client.do("resume", topics=topics)
        assert set(result["topics"]) == {"talk:a", "talk:b"}
        assert set(result["lost"]) == {"talk:closed", "nothing:x"}
        many = {f"talk:n{n}": position(0) for n in range(400)} | {"talk:a": position(0)}
        part = (await client.do("resume", topics=many))["topics"]["talk:a"]
        assert part["gap"]["after"] == 0
        assert part["events"][-1]["seq"] == part["head"] == 40


async def test_topics_that_are_closed_unknown_or_too_many_are_refused(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await client.hello("bearer-1")
        assert await refused(client, "subscribe", topic="talk:closed") == "UNKNOWN_TOPIC"
        assert await refused(client, "subscribe", topic="nothing:x") == "UNKNOWN_TOPIC"
        assert await refused(client, "replay", topic="talk:hall", after=0, before=5) == "NOT_SUBSCRIBED"
        assert await refused(client, "unsubscribe", topic="talk:hall") == "NOT_SUBSCRIBED"
        await client.do("resume", topics={f"talk:n{n}": position(0) for n in range(499)})
        await client.do("subscribe", topic="talk:last")
        assert await refused(client, "subscribe", topic="talk:over") == "TOO_MANY_TOPICS"
        await client.do("subscribe", topic="talk:last")
        await client.do("unsubscribe", topic="talk:last")
        await client.do("subscribe", topic="talk:over")


async def test_nothing_comes_after_unsubscribing(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as a, calling(house.url) as b:
        for client, token in ((a, "bearer-1"), (b, "bearer-2")):
            await client.hello(token)
            await client.do("subscribe", topic="talk:hall")
        await a.do("unsubscribe", topic="talk:hall")
        await b.do("talk.say", room="hall", text="谁在")
        await b.until(1, "talk.said")
        await a.do("heartbeat")
        assert a.of("talk.said") == []


async def test_a_heartbeat_tells_time_and_heads(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await fill(house, 3)
        await client.hello("bearer-1")
        await client.do("subscribe", topic="talk:hall")
        await client.do("subscribe", topic="talk:empty")
        beat = await client.do("heartbeat")
        assert beat["heads"] == {"talk:hall": 3, "talk:empty": 0}
        assert beat["server_time_ms"] >= client.welcome["server_time_ms"]


async def test_recalled_text_does_not_come_back_from_memory(mongo: Mongo) -> None:
    """Entries that change earlier ones empty the hub's memory of the topic: a resume reads the log again."""
    async with serving(mongo) as house, calling(house.url) as watcher, calling(house.url) as late:
        for client, token in ((watcher, "bearer-1"), (late, "bearer-2")):
            await client.hello(token)
        await watcher.do("subscribe", topic="talk:hall")
        await fill(house, 3, text="秘密")
        await watcher.until(3, "talk.said")
        await mongo["log"].update_many({"topic": "talk:hall"}, {"$set": {"body.text": "已撤回"}})
        await house.log.append(Append("talk:hall", "talk.said", {"text": "撤回"}, sender="m"))
        await watcher.until(4, "talk.said")
        part = await late.do("subscribe", topic="talk:hall", since=position(0))
        assert [event["text"] for event in part["events"]] == ["已撤回"] * 3 + ["撤回"]


async def test_a_damaged_entry_keeps_its_place_and_stops_nobody(mongo: Mongo) -> None:
    async with serving(mongo) as house, calling(house.url) as client:
        await fill(house, 2)
        await mongo["log"].update_one({"topic": "talk:hall", "seq": 2}, {"$unset": {"body.text": 1}})
        await client.hello("bearer-1")
        part = await client.do("subscribe", topic="talk:hall", since=position(0))
        assert [event["type"] for event in part["events"]] == ["talk.said", "log.unreadable"]
        await client.do("talk.say", room="hall", text="继续")
        assert seqs(await client.until(1, "talk.said")) == [3]


async def test_commands_start_in_order_and_only_so_many_run_at_once(mongo: Mongo) -> None:
    settings = ExchangeSettings(several=False)
    settings = replace(settings, session=replace(settings.session, commands_max=4))
    async with serving(mongo, Plan(settings=settings)) as house, calling(house.url) as client:
        await client.hello("bearer-1")
        waiting = [asyncio.ensure_future(client.do("talk.wait")) for _ in range(4)]
        await eventually(lambda: house.talk.waiting_count == 4)
        assert await refused(client, "talk.wait") == "BUSY"
        assert await refused(client, "talk.say", room="hall", text="挤") == "BUSY"
        await client.do("heartbeat")
        house.talk.gate.set()
        await asyncio.gather(*waiting)
        assert (await client.do("talk.say", room="hall", text="好"))["seq"] == 1
