"""A member's own topic: the room list by arithmetic, mentions, notices, preferences on all devices."""

import asyncio

import pytest

from channels.chat.contract import chat_topic
from channels.chat.protocol import ChatDelete, ChatMarkRead, ChatOpenDirect, ChatRecall
from channels.me.contract import me_topic, security_notice
from channels.me.errors import NOT_A_MEMBER
from channels.me.protocol import (
    NOTICES_SHOWN,
    MePreferences,
    MeRoom,
    MeSecurityNotice,
    MeSetPreferences,
    MeSnapshot,
)
from channels.protocol.errors import Refused
from storage.log import LOG
from tests.flow.chat.talk import B, say
from tests.replay.world import AN, BEI, BRANCH_B, CHEN, DING, GROUP_G, NAMES, QIN, SECRETARY, World

R = {"room": BRANCH_B}


async def me(world: World, member: str) -> MeSnapshot:
    """What a fresh device of the member shows."""
    return await world.snapshot(member, me_topic(member), MeSnapshot)


async def line(world: World, member: str, room: str = BRANCH_B) -> MeRoom:
    """One line of the member's room list."""
    return next(r for r in (await me(world, member)).rooms if r.room == room)


async def test_a_member_sees_their_rooms_and_nobody_elses_topic(world: World) -> None:
    snapshot = await me(world, AN)
    assert (snapshot.member, snapshot.name) == (AN, NAMES[AN])
    assert [(r.room, r.kind, r.title) for r in snapshot.rooms] == [
        (BRANCH_B, "branch", "第一支部"),
        (GROUP_G, "group", "第一小组"),
    ]
    assert snapshot.preferences == MePreferences()
    for other in (BEI, SECRETARY, QIN):
        assert not await world.may_enter(other, me_topic(AN))


async def test_unread_is_head_minus_cursor(world: World) -> None:
    for text in "一二三":
        await say(world, AN, text)
    await world.do(BEI, ChatMarkRead, **R, n=2)
    await say(world, AN, "回复不算", thread=1)
    room = await line(world, BEI)
    assert (room.head_n, room.read_n) == (3, 2)
    assert room.last is not None
    assert (room.last.excerpt, room.last.sender) == ("三", AN)


async def test_who_joins_has_read_what_was_said_before(world: World) -> None:
    for text in "一二三":
        await say(world, AN, text, room=GROUP_G)
    await world.put_in_group(CHEN, GROUP_G)
    room = await line(world, CHEN, GROUP_G)
    assert (room.head_n, room.read_n) == (3, 3)
    await say(world, AN, "四", room=GROUP_G)
    await world.take_from_group(CHEN, GROUP_G)
    assert GROUP_G not in {r.room for r in (await me(world, CHEN)).rooms}
    await world.put_in_group(CHEN, GROUP_G)
    assert (await line(world, CHEN, GROUP_G)).read_n == 4, "back again: nothing from in between is unread"


async def test_threads_count_for_those_who_follow(world: World) -> None:
    await say(world, AN, "议题")
    await say(world, BEI, "一", thread=1)
    await say(world, BEI, "二", thread=1, mentions=[CHEN])
    threads = {m: (await line(world, m)).threads for m in (AN, BEI, CHEN, SECRETARY)}
    assert [(t.head_n, t.read_n) for t in threads[AN]] == [(2, 0)], "the author follows from the first reply"
    assert [(t.head_n, t.read_n) for t in threads[BEI]] == [(2, 0)], (
        "one's own reply is read when the client says so"
    )
    assert [(t.head_n, t.read_n) for t in threads[CHEN]] == [(2, 1)], "who is named follows from there"
    assert threads[SECRETARY] == []
    await world.do(CHEN, ChatMarkRead, **R, thread=1, n=2)
    await say(world, AN, "三", thread=1)
    assert [(t.head_n, t.read_n) for t in (await line(world, CHEN)).threads] == [(3, 2)]


async def test_followers_made_at_the_same_moment_all_count(world: World) -> None:
    await say(world, AN, "议题")
    who = (BEI, CHEN, SECRETARY)
    await asyncio.gather(*(say(world, m, "同时", thread=1, mentions=[AN]) for m in who for _ in range(4)))
    for member in (AN, *who):
        (thread,) = (await line(world, member)).threads
        assert thread.head_n == 12
        assert thread.read_n <= 11


async def test_mentions_stay_until_read_or_gone(world: World) -> None:
    await say(world, AN, "一", mentions=[BEI])
    await say(world, AN, "二")
    await say(world, AN, "三", mentions=[BEI, CHEN])
    await say(world, SECRETARY, "四", everyone=True)
    assert [m.message for m in (await line(world, BEI)).mentions] == [1, 3, 4]
    assert [m.message for m in (await line(world, SECRETARY)).mentions] == []
    assert [m.message for m in (await line(world, AN)).mentions] == [4]
    await world.do(BEI, ChatMarkRead, **R, n=1)
    await world.do(AN, ChatRecall, **R, message=3)
    assert [m.message for m in (await line(world, BEI)).mentions] == [4]


async def test_mentions_are_told_once_and_erased_from_the_fact(world: World) -> None:
    await say(world, AN, "看", mentions=[BEI, CHEN])
    await world.settle_facts()
    pending = {"$set": {"pending_since_ms": 0, "facts.0.body": {"members": [BEI, CHEN]}}}
    await world.mongo[LOG].update_one({"topic": B, "seq": 1}, pending)
    await world.settle_facts()
    told = [(e.topic, e.body) for e in world.heard if e.type == "me.mentioned"]
    body = {"room": BRANCH_B, "message": 1, "n": 1, "by": AN}
    assert told == [(me_topic(BEI), body), (me_topic(CHEN), body)]


async def test_a_mention_recalled_before_it_was_told_says_so(world: World) -> None:
    await say(world, AN, "看", mentions=[BEI])
    await world.do(AN, ChatRecall, **R, message=1)
    await world.settle_facts()
    (told,) = [e for e in world.heard if e.type == "me.mentioned"]
    assert told.body["gone"] is True
    stored = await world.mongo[LOG].find_one({"topic": B, "seq": 1})
    assert stored is not None
    assert BEI not in repr(stored), "whom it named is forgotten"


async def test_a_mention_told_and_then_recalled_says_so_to_who_comes_later(world: World) -> None:
    await say(world, AN, "看", mentions=[BEI])
    await world.settle_facts()
    await world.do(AN, ChatRecall, **R, message=1)
    (entry,) = [e for e in await world.log.since(me_topic(BEI), 0, 100) if e.type == "me.mentioned"]
    assert entry.body["gone"] is True


async def test_direct_talk_shows_the_other_by_name(world: World) -> None:
    room = (await world.do(AN, ChatOpenDirect, member=DING)).room
    await say(world, AN, "你好", room=room)
    seen = await line(world, DING, room)
    assert (seen.kind, seen.title, seen.other, seen.unit) == ("direct", NAMES[AN], AN, None)
    assert (seen.head_n, seen.read_n) == (1, 0)


async def test_notices_are_the_newest_and_in_order(world: World) -> None:
    await say(world, AN, "广告")
    for i in range(NOTICES_SHOWN):
        await world.log.append(security_notice(AN, "signed_in", device="手机", params={"count": i}))
    await world.do(SECRETARY, ChatDelete, **R, message=1, reason="违反公约")
    notices = (await me(world, AN)).notices
    assert len(notices) == NOTICES_SHOWN
    assert notices[-1].type == "me.message_deleted"
    assert isinstance(notices[0], MeSecurityNotice)
    assert notices[0].params == {"count": 1}


async def test_preferences_are_one_for_all_devices(world: World) -> None:
    first = await world.do(AN, MeSetPreferences, large_type=True)
    assert first.preferences == MePreferences(large_type=True)
    changes = ({"theme": "dark"}, {"locale": "en"}, {"typing_visible": True})
    await asyncio.gather(*(world.do(AN, MeSetPreferences, **change) for change in changes))
    everything = MePreferences(large_type=True, theme="dark", locale="en", typing_visible=True)
    assert (await me(world, AN)).preferences == everything
    before = len(world.heard)
    await world.do(AN, MeSetPreferences, theme="dark")
    assert len(world.heard) == before, "nothing changed, nobody is told"
    assert (await me(world, BEI)).preferences == MePreferences()


async def test_who_left_has_no_rooms(world: World) -> None:
    await world.do(CHEN, ChatOpenDirect, member=AN)
    await world.leave(CHEN)
    assert (await me(world, CHEN)).rooms == []


async def test_accounts_without_membership_have_no_preferences(world: World) -> None:
    actor = await world.actor(AN)
    robot = type(actor)(actor.account, actor.session, actor.org, None, actor.units, ())
    with pytest.raises(Refused) as caught:
        await world.dispatcher.answer(MeSetPreferences(ref=1, theme="dark"), robot, world.clock.now_ms())
    assert caught.value.row is NOT_A_MEMBER


async def test_heads_of_many_rooms_come_from_the_index(world: World) -> None:
    for text in "一二三":
        await say(world, AN, text)
        await say(world, AN, text, room=GROUP_G)
    tails = await world.log.tails([chat_topic(BRANCH_B), chat_topic(GROUP_G), "chat:none"], "main")
    assert {topic: entry.n for topic, entry in tails.items()} == {B: 3, chat_topic(GROUP_G): 3}
