"""Sending: once, in order, by those in the room, with what they may say."""

import asyncio
from typing import Any

import pytest

from channels.chat.contract import chat_topic
from channels.chat.errors import (
    CID_USED,
    MENTION_UNKNOWN,
    MESSAGE_GONE,
    MESSAGE_UNKNOWN,
    NOT_A_ROOT,
    PARTNER_LEFT,
    TEXT_EMPTY,
    TEXT_FORBIDDEN,
    TEXT_TOO_LONG,
)
from channels.chat.protocol import ChatOpenDirect, ChatRecall, ChatSnapshot
from channels.protocol.errors import BAD_FIELD, FORBIDDEN, UNKNOWN_TOPIC, ErrorRow, Refused
from tests.flow.chat.talk import say
from tests.replay.world import (
    AN,
    BEI,
    BRANCH_B,
    BRANCH_C,
    CHEN,
    DING,
    GROUP_G,
    QIN,
    SECRETARY,
    World,
    fixed_id,
)

B = chat_topic(BRANCH_B)


async def refuses(
    world: World,
    row: ErrorRow,
    member: str = AN,
    text: str = "好",
    **fields: Any,  # noqa: ANN401
) -> Refused:
    """Expect a refusal that leaves the log as it was."""
    before = await world.log.head(chat_topic(fields.get("room", BRANCH_B)))
    with pytest.raises(Refused) as caught:
        await say(world, member, text, **fields)
    assert caught.value.row is row
    assert await world.log.head(chat_topic(fields.get("room", BRANCH_B))) == before
    return caught.value


async def test_a_message_is_durable_ordered_and_told(world: World) -> None:
    first = await say(world, AN, "  同志们好 \n")
    second = await say(world, BEI, "您好")
    assert (first.seq, first.n, second.seq, second.n) == (1, 1, 2, 2)
    snapshot = await world.snapshot(CHEN, B, ChatSnapshot)
    assert [(m.seq, m.sender, m.text) for m in snapshot.messages] == [(1, AN, "同志们好"), (2, BEI, "您好")]
    assert snapshot.head_n == 2
    assert not snapshot.more_before


async def test_a_retry_is_stored_once_and_answers_the_same(world: World) -> None:
    cid = fixed_id(9, 1)
    answers = await asyncio.gather(*(say(world, AN, "一次", cid=cid) for _ in range(10)))
    assert {(a.seq, a.n, a.at_ms) for a in answers} == {(1, 1, world.clock.now_ms())}
    assert sum(not a.duplicate for a in answers) == 1
    await refuses(world, CID_USED, AN, "别处", cid=cid, room=GROUP_G)
    assert (await say(world, BEI, "别人的同名", cid=cid)).seq == 2, "client ids belong to their sender"


async def test_a_retry_is_answered_whatever_changed_since(world: World) -> None:
    root = await say(world, AN, "议题")
    cid = fixed_id(9, 2)
    reply = await say(world, BEI, "赞成", thread=root.seq, cid=cid, mentions=[AN])
    await world.do(AN, ChatRecall, room=BRANCH_B, message=root.seq)
    again = await say(world, BEI, "赞成", thread=root.seq, cid=cid, mentions=[AN])
    assert (again.seq, again.n, again.duplicate) == (reply.seq, reply.n, True)


@pytest.mark.parametrize(
    ("row", "text"),
    [(TEXT_EMPTY, " \n\u200b"), (TEXT_TOO_LONG, "界" * 4_001), (TEXT_FORBIDDEN, "a\x00b")],
)
async def test_text_that_cannot_be_taken(world: World, row: ErrorRow, text: str) -> None:
    await refuses(world, row, AN, text)


async def test_only_people_in_the_room_speak_there(world: World) -> None:
    for member, room in (
        (DING, BRANCH_B),
        (QIN, BRANCH_B),
        (CHEN, GROUP_G),
        (AN, BRANCH_C),
        (AN, fixed_id(2, 99)),
    ):
        await refuses(world, UNKNOWN_TOPIC, member, room=room)


async def test_leaving_closes_the_room_at_once(world: World) -> None:
    await say(world, AN, "在组里", room=GROUP_G)
    await world.take_from_group(AN, GROUP_G)
    await refuses(world, UNKNOWN_TOPIC, AN, room=GROUP_G)
    assert not await world.may_enter(AN, chat_topic(GROUP_G))
    await world.put_in_group(CHEN, GROUP_G)
    assert (await say(world, CHEN, "刚来", room=GROUP_G)).n == 2


async def test_mentions_name_people_in_the_room_only(world: World) -> None:
    sent = await say(world, AN, "请看", mentions=[BEI, AN, BEI, SECRETARY])
    (event,) = world.events(world.heard[-1:], B)
    assert event.model_dump()["mentions"] == [BEI, SECRETARY], "each once, without the sender"
    assert sent.seq == 1
    for stranger in (DING, QIN, fixed_id(3, 99)):
        await refuses(world, MENTION_UNKNOWN, AN, mentions=[stranger])
    await refuses(world, MENTION_UNKNOWN, AN, room=GROUP_G, mentions=[CHEN])


async def test_everyone_is_named_by_right(world: World) -> None:
    await refuses(world, FORBIDDEN, AN, everyone=True)
    sent = await say(world, SECRETARY, "今晚七点开会", everyone=True)
    await refuses(world, BAD_FIELD, SECRETARY, everyone=True, thread=sent.seq)


async def test_quotes_and_threads_hang_on_messages_that_stand(world: World) -> None:
    root = await say(world, AN, "议题")
    reply = await say(world, BEI, "回复", thread=root.seq)
    assert (reply.seq, reply.n) == (2, 1), "replies count in their thread"
    assert (await say(world, BEI, "引用", reply_to=root.seq)).n == 2
    await refuses(world, MESSAGE_UNKNOWN, AN, thread=99)
    await refuses(world, MESSAGE_UNKNOWN, AN, reply_to=99)
    await refuses(world, NOT_A_ROOT, AN, thread=reply.seq)
    await world.do(AN, ChatRecall, room=BRANCH_B, message=root.seq)
    await refuses(world, MESSAGE_GONE, AN, thread=root.seq)
    await refuses(world, MESSAGE_GONE, AN, reply_to=root.seq)
    await refuses(world, MESSAGE_UNKNOWN, AN, reply_to=4)  # a log entry that is no message


async def test_direct_talk_ends_for_writing_when_one_side_left(world: World) -> None:
    room = (await world.do(AN, ChatOpenDirect, member=DING)).room
    assert (await say(world, DING, "你好", room=room)).n == 1
    await refuses(world, UNKNOWN_TOPIC, BEI, room=room)
    await refuses(world, MENTION_UNKNOWN, AN, room=room, mentions=[BEI])
    await refuses(world, BAD_FIELD, AN, room=room, everyone=True)
    await world.leave(DING)
    await refuses(world, PARTNER_LEFT, AN, room=room)
    assert await world.may_enter(AN, chat_topic(room)), "what was said stays readable"
    assert not await world.may_enter(DING, chat_topic(room))


async def test_many_senders_leave_no_hole(world: World) -> None:
    room_of = {AN: GROUP_G, BEI: GROUP_G, CHEN: BRANCH_B, SECRETARY: BRANCH_B}
    sends = [
        say(world, member, f"{member}{i}", room=room) for i in range(25) for member, room in room_of.items()
    ]
    await asyncio.gather(*sends)
    for room in (GROUP_G, BRANCH_B):
        entries = await world.log.since(chat_topic(room), 0, 100)
        assert [entry.seq for entry in entries] == list(range(1, 51))
        assert [entry.n for entry in entries] == list(range(1, 51))


async def test_stored_message_keeps_only_what_is_set(world: World) -> None:
    await say(world, AN, "只有文字")
    (entry,) = await world.log.since(B, 0, 10)
    assert entry.body == {"text": "只有文字"}
