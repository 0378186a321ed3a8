"""A glance at the speed of sending through the whole pipeline; printed with `-s`, not judged (load_tests/ does that)."""

import asyncio
import time

import pytest

from channels.chat.protocol import ChatSend
from tests.flow.chat.talk import B
from tests.replay.world import AN, BEI, BRANCH_B, CHEN, SECRETARY, World

SENDERS = 64
MESSAGES = 1_000


@pytest.mark.slow
async def test_a_thousand_messages_by_64_senders(world: World) -> None:
    actors = [await world.actor(member) for member in (AN, BEI, CHEN, SECRETARY)]
    numbers = iter(range(MESSAGES))

    async def sender(place: int) -> None:
        for number in numbers:
            command = ChatSend(
                ref=1, room=BRANCH_B, cid=world.reader.ids.uuid7(), text=f"第{number}条消息,收到请回复"
            )
            await world.dispatcher.answer(command, actors[place % 4], world.clock.now_ms())

    started = time.perf_counter()
    await asyncio.gather(*(sender(place) for place in range(SENDERS)))
    took_s = time.perf_counter() - started
    entries = await world.log.since(B, 0, MESSAGES + 1)
    assert [entry.n for entry in entries] == list(range(1, MESSAGES + 1))
    print(f"\nchat.send: {MESSAGES / took_s:.0f} durable messages/s, {SENDERS} senders, one process")
