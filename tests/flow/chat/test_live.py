"""Several devices on the real exchange: everybody sees the same, and who is out hears nothing more."""

import asyncio
import random
from typing import Any

from channels.chat import reduce as chat_reduce
from channels.chat.contract import chat_topic
from channels.chat.protocol import ChatSnapshot
from channels.me.contract import me_topic
from channels.me.protocol import MeSnapshot
from storage.ids import MemberId
from tests.flow.chat.devices import Device, device, exchange_of
from tests.replay.world import AN, BEI, BRANCH_B, CHEN, DING, GROUP_G, SECRETARY, World

PEOPLE: tuple[MemberId, ...] = (AN, BEI, CHEN, SECRETARY)


async def chatter(own: Device, world: World, chance: random.Random, steps: int) -> None:
    """One member talks, replies, reacts, recalls and reads."""
    sent: list[int] = []
    for step in range(steps):
        fields: dict[str, Any] = {"room": BRANCH_B}
        if sent and chance.random() < 0.4:
            message = chance.choice(sent)
            verb = chance.choice(("chat.react", "chat.recall", "chat.edit", "chat.mark_read"))
            choices: dict[str, dict[str, Any]] = {
                "chat.react": {
                    "message": message,
                    "emoji": chance.choice("👍🎉"),
                    "on": chance.random() < 0.7,
                },
                "chat.recall": {"message": message},
                "chat.edit": {"message": message, "text": f"改{step}"},
                "chat.mark_read": {"n": message},
            }
            await own.ask(verb, **fields, **choices[verb])
            continue
        mentions = [m for m in PEOPLE if m != own.member and chance.random() < 0.2]
        thread = chance.choice(sent) if sent and chance.random() < 0.3 else None
        cid = world.reader.ids.uuid7()
        answer = await own.ask(
            "chat.send", **fields, cid=cid, text=f"{step}", mentions=mentions, thread=thread
        )
        if answer["type"] == "reply" and thread is None:
            sent.append(answer["result"]["seq"])


async def test_every_device_ends_with_the_state_of_a_fresh_one(world: World) -> None:
    async with exchange_of(world) as exchange:
        devices = [await device(exchange, member) for member in (*PEOPLE, AN)]
        for own in devices[:3]:
            await own.follow(BRANCH_B, *([GROUP_G] if own.member in (AN, BEI) else []))
        talk = [chatter(own, world, random.Random(i), 25) for i, own in enumerate(devices[:4])]

        async def come_late() -> None:
            await asyncio.sleep(0.05)
            for own in devices[3:]:
                await own.follow(BRANCH_B, *([GROUP_G] if own.member == AN else []))

        await asyncio.gather(*talk, come_late())
        await world.settle_facts()
        head = await world.log.head(chat_topic(BRANCH_B))
        await asyncio.sleep(0)
        for own in devices:
            fresh = await world.snapshot(own.member, chat_topic(BRANCH_B), ChatSnapshot)
            assert chat_reduce.cut(own.rooms[BRANCH_B]).room == fresh
            assert own.me == await world.snapshot(own.member, me_topic(own.member), MeSnapshot)
            seqs = own.seqs(BRANCH_B)
            assert seqs == list(range(seqs[0], head.seq + 1)), "live events are contiguous to the head"


async def test_who_is_taken_off_the_roll_hears_nothing_more_on_the_open_socket(world: World) -> None:
    async with exchange_of(world) as exchange:
        an, bei = await device(exchange, AN), await device(exchange, BEI)
        await an.follow(GROUP_G)
        await bei.follow(GROUP_G)
        await an.do("chat.send", room=GROUP_G, cid=world.reader.ids.uuid7(), text="一")
        await asyncio.sleep(0)
        assert bei.seqs(GROUP_G) == [1]
        await world.take_from_group(BEI, GROUP_G)
        await exchange.access_changed(BEI)
        await an.do("chat.send", room=GROUP_G, cid=world.reader.ids.uuid7(), text="二")
        await asyncio.sleep(0.05)
        assert an.seqs(GROUP_G) == [1, 2]
        assert bei.seqs(GROUP_G) == [1], "the barrier is the change itself, not the next reconnect"
        answer = await bei.ask("subscribe", topic=chat_topic(GROUP_G))
        assert answer["key"] == "UNKNOWN_TOPIC"
        assert bei.me is not None
        assert [room.room for room in bei.me.rooms] == [BRANCH_B]


async def test_strangers_enter_nothing(world: World) -> None:
    async with exchange_of(world) as exchange:
        ding = await device(exchange, DING)
        for topic in (chat_topic(BRANCH_B), me_topic(AN), chat_topic(GROUP_G)):
            assert (await ding.ask("subscribe", topic=topic))["key"] == "UNKNOWN_TOPIC"
        answer = await ding.ask("chat.send", room=BRANCH_B, cid=world.reader.ids.uuid7(), text="您好")
        assert answer["key"] == "UNKNOWN_TOPIC"


async def test_typing_is_told_to_those_in_the_room_and_not_too_often(world: World) -> None:
    async with exchange_of(world) as exchange:
        an, bei = await device(exchange, AN), await device(exchange, BEI)
        await bei.follow(BRANCH_B)
        await an.do("me.set_preferences", typing_visible=True)
        for _ in range(5):
            await an.do("chat.typing", room=BRANCH_B)
        await asyncio.sleep(0.01)
        told = [e for e in bei.events if e["type"] == "chat.typing"]
        assert told == [{"type": "chat.typing", "topic": chat_topic(BRANCH_B), "member": AN, "thread": None}]


async def test_poison_is_refused_and_the_session_goes_on(world: World) -> None:
    async with exchange_of(world) as exchange:
        an = await device(exchange, AN)
        send = {"room": BRANCH_B, "cid": world.reader.ids.uuid7(), "text": "x"}
        for wrong in (
            {"text": 1},
            {"text": "x" * 8_001},
            {"extra": True},
            {"thread": 0},
            {"thread": 2**53},
            {"thread": True},
            {"mentions": ["not an id"]},
            {"mentions": [AN] * 21},
            {"attachments": [AN] * 10},
            {"cid": "0"},
            {"sender": BEI},
        ):
            answer = await an.ask("chat.send", **(send | wrong))
            assert (answer["type"], answer["key"]) == ("error", "BAD_FIELD"), wrong
        assert (await an.do("chat.send", **send))["n"] == 1
