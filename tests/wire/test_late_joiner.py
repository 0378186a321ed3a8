"""Who comes late has the agenda item, the queue, the open vote and what was said within 2 s (domain.md MTG-05)."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from channels.chat.protocol import ChatSend
from channels.meeting.protocol.floor import MeetingRaiseHand, MeetingStartItem
from storage.client import MongoSettings
from storage.clock import SystemClock
from tests.flow.meeting.branch42 import BRANCH, Branch42, seed_branch42
from tests.flow.meeting.floor_stage import NAMES, opened_vote
from tests.flow.meeting.hall import state_of
from tests.wire.client import Client
from tests.wire.socket_world import SocketWorld, socket_world

LIMIT_MS = 2_000
SAID = 200
PAGE = 100
LATE = NAMES[41]


@pytest.fixture
async def world(mongo_settings: MongoSettings, tmp_path: Path) -> AsyncIterator[SocketWorld]:
    """A whole server."""
    async with socket_world(mongo_settings, tmp_path) as built:
        yield built


async def everything(
    client: Client, meeting: str
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    """What a phone asks for as it enters a meeting: its state, the own part in it, the whole talk page by page."""
    await client.hello()
    floor = (await client.do("subscribe", topic=f"meeting:{meeting}"))["snapshot"]["meeting"]
    own = await client.do("meeting.me", meeting=meeting)
    talk = (await client.do("subscribe", topic=f"chat:{BRANCH}"))["snapshot"]
    messages, more = list(talk["messages"]), talk["more_before"]
    while more:
        page = await client.do("chat.history", room=BRANCH, before_n=messages[0]["n"], limit=PAGE)
        messages, more = [*page["messages"], *messages], page["more_before"]
    return floor, own, messages


async def test_a_late_joiner_has_all_of_it_within_two_seconds(world: SocketWorld) -> None:
    b42: Branch42 = await seed_branch42(world)
    meeting, motion = await opened_vote(b42, 30, form="named")
    item = (await state_of(b42, meeting)).items[1].id
    await b42.do("林书远", MeetingStartItem, meeting=meeting, item=item)
    for name in NAMES[2:7]:
        await b42.do(name, MeetingRaiseHand, meeting=meeting, kind="speech")
    for n in range(SAID):
        speaker = b42.ids[NAMES[n % 30]]
        await world.do(speaker, ChatSend, room=BRANCH, text=f"第{n}句", cid=world.reader.ids.uuid7())

    clock = SystemClock()
    begun_ms = clock.monotonic_ms()
    async with world.arriving(b42.ids[LATE]) as client:
        floor, own, messages = await everything(client, meeting)
        took_ms = clock.monotonic_ms() - begun_ms
    print(f"late joiner: everything after {took_ms} ms")
    assert took_ms < LIMIT_MS

    now = (await state_of(b42, meeting)).model_dump(mode="json")
    assert floor == now, "exactly what those have who were here from the beginning"
    assert floor["current_item"] == item
    assert [hand["member"] for hand in floor["hands"]] == [b42.ids[name] for name in NAMES[2:7]]
    assert [(one["id"], one["state"]) for one in floor["motions"]] == [(motion, "open")]
    assert [one["text"] for one in messages] == [f"第{n}句" for n in range(SAID)]
    assert own, "and their own part"


async def test_what_is_missing_is_noticed(world: SocketWorld) -> None:
    """The control: a message that was said in between, and a hand that was raised, make a difference to what is compared."""
    b42 = await seed_branch42(world)
    meeting = await b42.opened()
    async with world.arriving(b42.ids[LATE]) as client:
        floor, _, messages = await everything(client, meeting)
    assert messages == []
    await b42.do(NAMES[3], MeetingRaiseHand, meeting=meeting, kind="speech")
    await world.do(b42.ids[NAMES[3]], ChatSend, room=BRANCH, text="一句", cid=world.reader.ids.uuid7())
    assert floor != (await state_of(b42, meeting)).model_dump(mode="json")
    async with world.arriving(b42.ids[NAMES[4]]) as client:
        later, _, said = await everything(client, meeting)
    assert (len(later["hands"]), [one["text"] for one in said]) == (1, ["一句"])
