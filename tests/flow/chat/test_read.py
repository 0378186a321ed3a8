"""Reading: pages both ways, around a message, people, cursors, typing, direct talk."""

import asyncio

import pytest

from channels.chat.contract import chat_topic
from channels.chat.errors import MESSAGE_UNKNOWN, PERSON_UNKNOWN
from channels.chat.protocol import (
    SNAPSHOT_MESSAGES,
    ChatHistory,
    ChatMarkRead,
    ChatOpenDirect,
    ChatPeople,
    ChatReact,
    ChatSnapshot,
    ChatTyping,
    ChatTypingEvent,
)
from channels.me.contract import me_topic
from channels.me.protocol import MeSetPreferences
from channels.protocol.errors import BAD_FIELD, UNKNOWN_TOPIC
from tests.flow.chat.talk import B, refused, say, shown
from tests.replay.world import AN, BEI, BRANCH_B, CHEN, DING, GROUP_G, NAMES, QIN, SECRETARY, World, fixed_id

R = {"room": BRANCH_B}


async def fill(world: World, count: int) -> None:
    """Messages 1 … count in the room, with a reaction in between so that seq and n part ways."""
    await say(world, AN, "1")
    await world.do(AN, ChatReact, **R, message=1, emoji="👍", on=True)
    for i in range(2, count + 1):
        await say(world, AN, str(i))


@pytest.mark.parametrize(
    ("bounds", "texts", "more_before", "more_after"),
    [
        ({}, "678", True, False),
        ({"before_n": 4}, "123", False, True),
        ({"before_n": 3}, "12", False, True),
        ({"before_n": 1}, "", False, False),
        ({"after_n": 0}, "123", False, True),
        ({"after_n": 6}, "78", True, False),
        ({"after_n": 8}, "", False, False),
        ({"around": 6}, "456", True, True),
        ({"around": 1}, "123", False, True),
        ({"around": 9}, "678", True, False),
    ],
)
async def test_pages(
    world: World, bounds: dict[str, int], texts: str, more_before: bool, more_after: bool
) -> None:
    await fill(world, 8)
    page = await world.do(BEI, ChatHistory, **R, limit=3, **bounds)
    assert "".join(m.text for m in page.messages) == texts
    assert (page.more_before, page.more_after, page.head_n) == (more_before, more_after, 8)


@pytest.mark.parametrize(
    ("day", "texts", "more_before", "more_after"),
    [
        (-1, "abc", False, True),
        (0, "abc", False, True),
        (1, "bcd", True, True),
        (2, "def", True, True),
        (5, "def", True, True),
        (6, "def", True, True),
        (7, "fgh", True, False),
        (9, "fgh", True, False),
        (10, "fgh", True, False),
    ],
)
async def test_a_page_around_a_moment(
    world: World, day: int, texts: str, more_before: bool, more_after: bool
) -> None:
    """Days 0, 1, 2 and 6, 7, 9: the first message of a day stands in the middle, empty days lead to the next message."""
    day_ms = 86_400_000
    start_ms = world.clock.now_ms()
    for text, at_day in zip("abcdefgh", (0, 0, 1, 1, 6, 6, 7, 9), strict=True):
        world.clock.advance(start_ms + at_day * day_ms - world.clock.now_ms())
        await say(world, AN, text)
        if text == "b":
            await world.do(AN, ChatReact, **R, message=1, emoji="👍", on=True)
            await say(world, BEI, "线", thread=1)
    page = await world.do(BEI, ChatHistory, **R, limit=3, at_ms=start_ms + day * day_ms)
    assert "".join(m.text for m in page.messages) == texts
    assert (page.more_before, page.more_after, page.head_n) == (more_before, more_after, 8)


async def test_a_moment_in_a_thread_or_an_empty_room(world: World) -> None:
    empty = await world.do(AN, ChatHistory, **R, at_ms=0)
    assert (empty.messages, empty.more_before, empty.more_after) == ([], False, False)
    await say(world, AN, "议题")
    for i in range(1, 6):
        world.clock.advance(1_000)
        await say(world, BEI, str(i), thread=1)
    page = await world.do(CHEN, ChatHistory, **R, thread=1, at_ms=world.clock.now_ms() - 3_000, limit=3)
    assert (page.thread, [m.text for m in page.messages]) == (1, ["1", "2", "3"])


async def test_a_thread_has_pages_of_its_own(world: World) -> None:
    await say(world, AN, "议题")
    for i in range(1, 6):
        await say(world, BEI, str(i), thread=1)
    await say(world, AN, "别的")
    page = await world.do(CHEN, ChatHistory, **R, thread=1, limit=2)
    assert [m.text for m in page.messages] == ["4", "5"]
    assert (page.thread, page.head_n, page.more_before, page.more_after) == (1, 5, True, False)
    assert page.root.thread_summary.model_dump() == {
        "count": 5,
        "last_seq": 6,
        "last_at_ms": world.clock.now_ms(),
    }
    around = await world.do(CHEN, ChatHistory, **R, around=4, limit=3)
    assert (around.thread, [m.text for m in around.messages]) == (1, ["2", "3", "4"])
    room = await world.do(CHEN, ChatHistory, **R)
    assert [m.text for m in room.messages] == ["议题", "别的"], "replies stand in their thread only"
    assert room.messages[0].thread_summary == page.root.thread_summary


async def test_reading_is_for_people_in_the_room(world: World) -> None:
    await say(world, AN, "一")
    for stranger in (DING, QIN):
        await refused(world, UNKNOWN_TOPIC, stranger, ChatHistory, **R)
        await refused(world, UNKNOWN_TOPIC, stranger, ChatHistory, **R, at_ms=0)
        await refused(world, UNKNOWN_TOPIC, stranger, ChatPeople, **R)
        await refused(world, UNKNOWN_TOPIC, stranger, ChatMarkRead, **R, n=1)
        await refused(world, UNKNOWN_TOPIC, stranger, ChatTyping, **R)
        assert not await world.may_enter(stranger, B)
    assert not await world.may_enter(AN, chat_topic(fixed_id(2, 99)))
    await refused(world, MESSAGE_UNKNOWN, AN, ChatHistory, **R, around=99)
    await refused(world, MESSAGE_UNKNOWN, AN, ChatHistory, **R, thread=99)
    await refused(world, BAD_FIELD, AN, ChatHistory, **R, after_n=1, before_n=3)
    await refused(world, BAD_FIELD, AN, ChatHistory, **R, around=1, at_ms=0)


async def test_a_snapshot_is_the_newest_page(world: World) -> None:
    empty = await world.snapshot(AN, B, ChatSnapshot)
    assert (empty.head_n, empty.messages, empty.more_before, empty.pins) == (0, [], False, [])
    await asyncio.gather(*(say(world, AN, str(i)) for i in range(SNAPSHOT_MESSAGES + 1)))
    snapshot = await world.snapshot(AN, B, ChatSnapshot)
    assert [m.n for m in snapshot.messages] == list(range(2, SNAPSHOT_MESSAGES + 2))
    assert snapshot.more_before


async def test_people_of_a_room_by_pages(world: World) -> None:
    first = await world.do(AN, ChatPeople, **R, limit=3)
    assert [p.member for p in first.people] == [SECRETARY, AN, BEI]
    assert [t.zh for t in first.people[0].titles] == ["书记"]
    rest = await world.do(AN, ChatPeople, **R, after=BEI, limit=3)
    assert ([(p.member, p.name) for p in rest.people], rest.more) == ([(CHEN, NAMES[CHEN])], False)
    assert first.more


async def test_people_of_a_branch_are_told_with_their_groups(world: World) -> None:
    here = await world.do(AN, ChatPeople, **R)
    assert here.groups == ["第一小组"]
    assert {p.member: p.groups for p in here.people} == {
        SECRETARY: [], AN: ["第一小组"], BEI: ["第一小组"], CHEN: [],
    }  # fmt: skip
    inside = await world.do(AN, ChatPeople, room=GROUP_G)
    assert (inside.groups, [p.groups for p in inside.people]) == ([], [[], []])
    opened = await world.do(AN, ChatOpenDirect, member=DING)
    two = await world.do(DING, ChatPeople, room=opened.room)
    assert (two.groups, [p.groups for p in two.people]) == ([], [[], []]), "a talk tells nothing of branches"


async def test_messages_of_somebody_who_left_keep_their_name(world: World) -> None:
    await say(world, CHEN, "我要走了")
    await world.leave(CHEN)
    known = await world.do(AN, ChatPeople, **R, of_messages=[1, 99])
    assert [(p.member, p.present) for p in known.people if p.member == CHEN] == [(CHEN, False)]
    assert [p.member for p in known.people if p.present] == [SECRETARY, AN, BEI]
    assert not await world.may_enter(CHEN, B)


# -- cursors -------------------------------------------------------------------------------------------------------------


async def test_a_cursor_is_a_maximum_and_tells_own_devices_only(world: World) -> None:
    await fill(world, 5)
    assert (await world.do(BEI, ChatMarkRead, **R, n=3)).n == 3
    assert (await world.do(BEI, ChatMarkRead, **R, n=2)).n == 3
    assert (await world.do(BEI, ChatMarkRead, **R, n=99)).n == 5, "never beyond what was said"
    told = [e for e in world.heard if e.type == "me.read"]
    assert [(e.topic, e.body) for e in told] == [
        (me_topic(BEI), {"room": BRANCH_B, "n": 3}),
        (me_topic(BEI), {"room": BRANCH_B, "n": 5}),
    ]


async def test_racing_devices_end_at_the_maximum(world: World) -> None:
    await fill(world, 20)
    answers = await asyncio.gather(*(world.do(BEI, ChatMarkRead, **R, n=n) for n in (20, 3, 11, 7, 19, 20)))
    assert (await world.do(BEI, ChatMarkRead, **R, n=0)).n == 20
    assert max(a.n for a in answers) == 20
    told = [e.body["n"] for e in world.heard if e.type == "me.read"]
    assert told == sorted(set(told)), "each telling moves forward"


async def test_a_thread_nobody_follows_has_no_cursor(world: World) -> None:
    await say(world, AN, "议题")
    await say(world, BEI, "一", thread=1)
    await world.do(CHEN, ChatMarkRead, **R, thread=1, n=1)
    assert [e for e in world.heard if e.type == "me.read"] == []
    assert (await world.do(AN, ChatMarkRead, **R, thread=1, n=1)).n == 1
    assert [e.body for e in world.heard if e.type == "me.read"] == [{"room": BRANCH_B, "n": 1, "thread": 1}]


# -- typing, direct talk -------------------------------------------------------------------------------------------------


async def test_typing_is_shown_only_by_those_who_chose_so(world: World) -> None:
    await world.do(AN, ChatTyping, **R)
    assert world.live == []
    await world.do(AN, MeSetPreferences, typing_visible=True)
    await world.do(AN, ChatTyping, **R, thread=7)
    assert world.live == [ChatTypingEvent(topic=B, member=AN, thread=7)]
    await world.do(AN, MeSetPreferences, typing_visible=False)
    await world.do(AN, ChatTyping, **R)
    assert len(world.live) == 1


async def test_a_pair_has_one_direct_talk(world: World) -> None:
    opened = await asyncio.gather(
        *(world.do(a, ChatOpenDirect, member=b) for a, b in ((AN, DING), (DING, AN)) * 5)
    )
    (room,) = {o.room for o in opened}
    told = [
        (e.topic, e.body["title"], e.body["other"]) for e in world.heard if e.body.get("kind") == "direct"
    ]
    assert sorted(told) == sorted([(me_topic(AN), NAMES[DING], DING), (me_topic(DING), NAMES[AN], AN)])
    assert await world.may_enter(DING, chat_topic(room))
    assert not await world.may_enter(BEI, chat_topic(room))


async def test_direct_talk_is_within_one_organisation(world: World) -> None:
    for stranger in (QIN, AN, fixed_id(3, 99)):
        await refused(world, PERSON_UNKNOWN, AN, ChatOpenDirect, member=stranger)
    await world.leave(CHEN)
    await refused(world, PERSON_UNKNOWN, AN, ChatOpenDirect, member=CHEN)


async def test_a_message_is_found_by_its_number(world: World) -> None:
    await fill(world, 3)
    assert (await shown(world, BEI, 3)).text == "2"
