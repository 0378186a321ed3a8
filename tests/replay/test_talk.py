"""A long, random talk of four members, followed by clients that were there, came late, or were away (seeded, so repeatable)."""

import random
from collections.abc import Sequence

import pytest

from channels.chat.contract import chat_topic
from channels.chat.protocol import (
    SNAPSHOT_MESSAGES,
    ChatDelete,
    ChatEdit,
    ChatMarkRead,
    ChatPin,
    ChatReact,
    ChatRecall,
    ChatSend,
)
from channels.chat.reduce import ChatState
from channels.me.contract import me_topic
from channels.me.protocol import MeSnapshot
from channels.protocol.base import WireModel
from channels.protocol.errors import Refused
from storage.log import Entry
from tests.replay.fixture_files import as_case, check_fixture
from tests.replay.reducers import KINDS
from tests.replay.world import AN, BEI, BRANCH_B, CHEN, SECRETARY, World

PEOPLE = (AN, BEI, CHEN, SECRETARY)
B = chat_topic(BRANCH_B)
STEPS = 220
REFUSED_AT_MOST = 0.5


async def one_step(world: World, chance: random.Random) -> None:
    """Whatever one of them does next."""
    caller = chance.choice(PEOPLE)
    head = (await world.log.head(B)).seq
    target = {"room": BRANCH_B, "message": chance.randint(max(1, head - 30), max(1, head))}
    world.clock.advance(chance.randint(0, 20_000))
    match chance.choices(range(7), weights=(50, 10, 8, 3, 16, 6, 12))[0]:
        case 0:
            named = [m for m in PEOPLE if m != caller and chance.random() < 0.2]
            await world.do(
                caller,
                ChatSend,
                room=BRANCH_B,
                cid=world.reader.ids.uuid7(),
                text=f"第{head}句",
                mentions=named,
                everyone=caller == SECRETARY and chance.random() < 0.2,
                reply_to=target["message"] if chance.random() < 0.2 else None,
            )
        case 1:
            await world.do(caller, ChatEdit, **target, text=f"改{head}")
        case 2:
            await world.do(caller, ChatRecall, **target)
        case 3:
            await world.do(SECRETARY, ChatDelete, **target, reason="违反公约")
        case 4:
            await world.do(
                caller, ChatReact, **target, emoji=chance.choice("👍🎉❤"), on=chance.random() < 0.7
            )
        case 5:
            await world.do(SECRETARY, ChatPin, **target, on=chance.random() < 0.7)
        case 6:
            thread = target["message"] if chance.random() < 0.4 else None
            await world.do(caller, ChatMarkRead, room=BRANCH_B, thread=thread, n=chance.randint(0, head + 5))


async def reply_step(world: World, chance: random.Random) -> None:
    """Somebody replies in one of the older threads."""
    caller = chance.choice(PEOPLE)
    named = [m for m in PEOPLE if m != caller and chance.random() < 0.2]
    await world.do(
        caller,
        ChatSend,
        room=BRANCH_B,
        cid=world.reader.ids.uuid7(),
        text="回复",
        thread=chance.randint(1, 8),
        mentions=named,
    )


async def talk(world: World, chance: random.Random, steps: int) -> int:
    """Some steps; returns how many were refused (a recall too late, an edit of somebody else's)."""
    refused = 0
    for _ in range(steps):
        try:
            await (reply_step if chance.random() < 0.2 else one_step)(world, chance)
        except Refused:
            refused += 1
        await world.settle_facts()
    return refused


async def states(world: World, threads: Sequence[int]) -> dict[str, WireModel]:
    """What a fresh client of each member holds of the room and of their own topic."""
    chat, me = KINDS["chat"], KINDS["me"]
    held: dict[str, WireModel] = {B: await chat.load(world, AN, B, threads)}
    for member in PEOPLE:
        held[me_topic(member)] = await me.load(world, member, me_topic(member), ())
    return held


def follow(world: World, topic: str, before: WireModel, after: WireModel, entries: Sequence[Entry]) -> object:
    """What a client holds that applied the entries' events."""
    kind = KINDS[topic.partition(":")[0]]
    streams = kind.streams(topic, before, after)
    return kind.shown(kind.apply(before, world.events(entries, *streams)))


async def since(world: World, starts: dict[str, int]) -> list[Entry]:
    """Entries a client that was away reads from the log: its own topic first, then the room."""
    return [entry for topic, start in starts.items() for entry in await world.log.since(topic, start, 10_000)]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 12, 22])
async def test_all_clients_end_with_the_same_world(world: World, seed: int) -> None:
    chance = random.Random(seed)
    topics = [*(me_topic(member) for member in PEOPLE), B]
    await talk(world, chance, 40)
    before = await states(world, (1, 2, 3))
    starts = {topic: (await world.log.head(topic)).seq for topic in topics}
    world.heard.clear()
    refused = await talk(world, chance, STEPS)
    assert refused < REFUSED_AT_MOST * STEPS, "the talk must mostly succeed to mean something"
    after = await states(world, (1, 2, 3))
    room = after[B]
    assert isinstance(room, ChatState)
    assert room.room.head_n > SNAPSHOT_MESSAGES, "longer than one page"
    away = await since(world, starts)
    for topic, held in before.items():
        assert follow(world, topic, held, after[topic], world.heard) == after[topic], f"{topic} live"
        assert follow(world, topic, held, after[topic], away) == after[topic], f"{topic} away, then back"


@pytest.mark.slow
async def test_a_snapshot_that_is_ahead_of_its_head_does_no_harm(world: World) -> None:
    """A snapshot is read after its head; events between the two come again and must change nothing."""
    chance = random.Random(7)
    await talk(world, chance, 60)
    starts = {topic: (await world.log.head(topic)).seq for topic in (me_topic(AN), B)}
    await talk(world, chance, 40)
    ahead = await states(world, (1, 2, 3))
    again = await since(world, starts)
    for topic in (me_topic(AN), B):
        assert follow(world, topic, ahead[topic], ahead[topic], again) == ahead[topic]


@pytest.mark.slow
async def test_a_talk_for_the_web_client(world: World) -> None:
    """A client that was away through a whole talk: own topic first, then the room. Written out as a fixture."""
    chance = random.Random(3)
    await talk(world, chance, 12)
    before = await states(world, (1, 2, 3))
    starts = {topic: (await world.log.head(topic)).seq for topic in (*map(me_topic, PEOPLE), B)}
    await talk(world, chance, 50)
    after = await states(world, (1, 2, 3))
    away = await since(world, starts)
    cases = []
    for topic, held in before.items():
        assert follow(world, topic, held, after[topic], away) == after[topic]
        events = world.events(away, *KINDS[topic.partition(":")[0]].streams(topic, held, after[topic]))
        viewer = AN if topic == B else topic.partition(":")[2]
        cases.append(as_case(viewer, topic, held, events, after[topic]))
    check_fixture("talk", "away, then back", cases)


async def test_a_lost_event_is_noticed(world: World) -> None:
    """Negative control: without one event the states differ."""
    before = await states(world, ())
    for text in ("一", "二"):
        await world.do(AN, ChatSend, room=BRANCH_B, cid=world.reader.ids.uuid7(), text=text, mentions=[BEI])
    after = await states(world, ())
    assert follow(world, B, before[B], after[B], world.heard[:-1]) != after[B]
    me = me_topic(BEI)
    line = after[me]
    assert isinstance(line, MeSnapshot)
    assert follow(world, me, before[me], line, world.heard[:-1]) != line
