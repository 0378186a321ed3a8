"""Changing what was said: edit, recall, delete by right, react, pin."""

import asyncio

import pytest

from channels.chat.body import EDIT_MS, EDITS_MAX, RECALL_MS
from channels.chat.contract import chat_topic
from channels.chat.emoji import KINDS_MAX
from channels.chat.errors import (
    EDIT_TOO_LATE,
    EDITS_FULL,
    MESSAGE_GONE,
    MESSAGE_UNKNOWN,
    NOT_YOURS,
    PINS_FULL,
    REACTION_UNKNOWN,
    REACTIONS_FULL,
    RECALL_TOO_LATE,
    TEXT_EMPTY,
)
from channels.chat.protocol import (
    PINS_MAX,
    ChatDelete,
    ChatEdit,
    ChatGone,
    ChatOpenDirect,
    ChatPin,
    ChatReact,
    ChatRecall,
    ChatSend,
    ChatSnapshot,
)
from channels.me.contract import me_topic
from channels.protocol.errors import FORBIDDEN, UNKNOWN_TOPIC
from storage.log import LOG
from tests.flow.chat.talk import B, refused, say, shown
from tests.replay.world import AN, BEI, BRANCH_B, CHEN, DING, GROUP_G, SECRETARY, World

R = {"room": BRANCH_B}


async def stored_text(world: World) -> str:
    """Everything the log holds, as text."""
    documents = await world.mongo[LOG].find({}, limit=1_000)
    return repr(documents)


# -- edit ----------------------------------------------------------------------------------------------------------------


async def test_an_edit_shows_the_new_text_everywhere(world: World) -> None:
    sent = await say(world, AN, "七点开会")
    world.clock.advance(1_000)
    await world.do(AN, ChatEdit, **R, message=1, text=" 八点开会 ")
    message = await shown(world, BEI, sent.seq)
    assert (message.text, message.edited_at_ms) == ("八点开会", world.clock.now_ms())
    await world.do(AN, ChatEdit, **R, message=1, text="九点开会")
    events = world.events(await world.log.since(B, 0, 10), B)
    assert [e.type for e in events] == ["chat.sent", "chat.edited", "chat.edited"]
    assert "七点" not in await stored_text(world), "what was corrected away is not kept"
    assert "八点" not in await stored_text(world)


async def test_an_edit_that_changes_nothing_tells_nobody(world: World) -> None:
    await say(world, AN, "好")
    before = len(world.heard)
    await world.do(AN, ChatEdit, **R, message=1, text="好 ")
    assert len(world.heard) == before


async def test_only_the_author_edits_and_not_for_ever(world: World) -> None:
    await say(world, AN, "好")
    await refused(world, NOT_YOURS, SECRETARY, ChatEdit, **R, message=1, text="坏")
    await refused(world, TEXT_EMPTY, AN, ChatEdit, **R, message=1, text=" ")
    await refused(world, MESSAGE_UNKNOWN, AN, ChatEdit, **R, message=2, text="好")
    await refused(world, UNKNOWN_TOPIC, DING, ChatEdit, **R, message=1, text="好")
    world.clock.advance(EDIT_MS)
    await world.do(AN, ChatEdit, **R, message=1, text="还来得及")
    world.clock.advance(1)
    caught = await refused(world, EDIT_TOO_LATE, AN, ChatEdit, **R, message=1, text="太晚")
    assert caught.params == {"h": 24}


async def test_edits_are_bounded(world: World) -> None:
    await say(world, AN, "0")
    change = {"$set": {"body.edits_count": EDITS_MAX}}
    await world.mongo[LOG].update_one({"topic": B, "seq": 1}, change)
    await refused(world, EDITS_FULL, AN, ChatEdit, **R, message=1, text="1")


# -- recall and delete ---------------------------------------------------------------------------------------------------


async def test_a_recall_leaves_a_trace_and_no_content(world: World) -> None:
    await say(world, AN, "机密一", mentions=[BEI])
    await world.do(AN, ChatEdit, **R, message=1, text="机密二")
    await world.do(BEI, ChatReact, **R, message=1, emoji="👍", on=True)
    await world.do(SECRETARY, ChatPin, **R, message=1, on=True)
    await world.do(AN, ChatRecall, **R, message=1)
    message = await shown(world, BEI, 1)
    assert message.gone == ChatGone(how="recalled", by=AN)
    assert (message.text, message.mentions, message.reactions, message.pinned) == ("", [], {}, False)
    assert (await world.snapshot(BEI, B, ChatSnapshot)).pins == []
    assert "机密" not in await stored_text(world), "neither the message nor its edits keep the text"


async def test_recall_is_for_the_author_within_two_minutes(world: World) -> None:
    await say(world, AN, "一")
    await say(world, AN, "二")
    await refused(world, NOT_YOURS, BEI, ChatRecall, **R, message=1)
    await refused(world, NOT_YOURS, SECRETARY, ChatRecall, **R, message=1)
    world.clock.advance(RECALL_MS)
    await world.do(AN, ChatRecall, **R, message=1)
    world.clock.advance(1)
    caught = await refused(world, RECALL_TOO_LATE, AN, ChatRecall, **R, message=2)
    assert caught.params == {"m": 2}
    before = len(world.heard)
    await world.do(AN, ChatRecall, **R, message=1)
    assert len(world.heard) == before, "asking again is the same as once, however late"


async def test_nothing_happens_to_what_is_gone(world: World) -> None:
    await say(world, AN, "一")
    await world.do(AN, ChatRecall, **R, message=1)
    for model, fields in (
        (ChatEdit, {"text": "再来"}),
        (ChatReact, {"emoji": "👍", "on": True}),
    ):
        await refused(world, MESSAGE_GONE, AN, model, **R, message=1, **fields)
    await refused(world, MESSAGE_GONE, SECRETARY, ChatDelete, **R, message=1, reason="不妥")
    await refused(world, MESSAGE_GONE, SECRETARY, ChatPin, **R, message=1, on=True)


async def test_delete_is_by_right_and_tells_the_author_why(world: World) -> None:
    await say(world, AN, "广告", room=GROUP_G)
    room = {"room": GROUP_G, "message": 1}
    await refused(world, FORBIDDEN, BEI, ChatDelete, **room, reason="不妥")
    await refused(world, UNKNOWN_TOPIC, SECRETARY, ChatDelete, **room, reason="不妥")
    await world.put_in_group(SECRETARY, GROUP_G)
    await refused(world, TEXT_EMPTY, SECRETARY, ChatDelete, **room, reason=" \n")
    await world.do(SECRETARY, ChatDelete, **room, reason="违反公约\n第三条")
    gone = (await shown(world, BEI, 1, GROUP_G)).gone
    assert gone == ChatGone(how="deleted", by=SECRETARY, reason="违反公约 第三条")
    (notice,) = [e for e in world.heard if e.type == "me.message_deleted"]
    assert notice.topic == me_topic(AN)
    assert notice.body["reason"] == "违反公约 第三条"
    await refused(world, MESSAGE_GONE, AN, ChatRecall, **room)


async def test_nobody_deletes_in_a_direct_talk(world: World) -> None:
    room = (await world.do(SECRETARY, ChatOpenDirect, member=AN)).room
    await say(world, AN, "一", room=room)
    await refused(world, FORBIDDEN, SECRETARY, ChatDelete, room=room, message=1, reason="不妥")


# -- reactions -----------------------------------------------------------------------------------------------------------


async def test_reactions_are_one_per_member_and_kind(world: World) -> None:
    await say(world, AN, "好消息")
    for member, emoji in ((BEI, "👍"), (AN, "👍"), (BEI, "收到"), (BEI, "👍")):
        await world.do(member, ChatReact, **R, message=1, emoji=emoji, on=True)
    assert (await shown(world, CHEN, 1)).reactions == {"👍": [AN, BEI], "收到": [BEI]}
    assert sum(e.type == "chat.reacted" for e in world.heard) == 3
    await world.do(BEI, ChatReact, **R, message=1, emoji="收到", on=False)
    await world.do(BEI, ChatReact, **R, message=1, emoji="收到", on=False)
    assert (await shown(world, CHEN, 1)).reactions == {"👍": [AN, BEI]}


@pytest.mark.parametrize("emoji", ["好", "ab", "$where", "👍👍"])
async def test_reactions_are_emoji_or_known_words(world: World, emoji: str) -> None:
    await say(world, AN, "好消息")
    await refused(world, REACTION_UNKNOWN, BEI, ChatReact, **R, message=1, emoji=emoji, on=True)


async def test_reactions_are_bounded(world: World) -> None:
    await say(world, AN, "好消息")
    for emoji in (chr(0x1F600 + i) for i in range(KINDS_MAX)):
        await world.do(AN, ChatReact, **R, message=1, emoji=emoji, on=True)
    await refused(world, REACTIONS_FULL, AN, ChatReact, **R, message=1, emoji="👍", on=True)
    await world.do(BEI, ChatReact, **R, message=1, emoji="😀", on=True)


async def test_reactions_at_the_same_moment_all_count(world: World) -> None:
    await say(world, AN, "好消息")
    who = (AN, BEI, CHEN, SECRETARY)
    await asyncio.gather(
        *(world.do(m, ChatReact, **R, message=1, emoji=e, on=True) for m in who for e in ("👍", "❤️", "收到"))
    )
    assert {e: len(m) for e, m in (await shown(world, AN, 1)).reactions.items()} == {
        "👍": 4,
        "❤️": 4,
        "收到": 4,
    }


# -- pins ----------------------------------------------------------------------------------------------------------------


async def test_pins_are_by_right_and_in_order(world: World) -> None:
    for text in "一二三":
        await say(world, AN, text)
    await refused(world, FORBIDDEN, AN, ChatPin, **R, message=1, on=True)
    for message in (3, 1, 3):
        world.clock.advance(1)
        await world.do(SECRETARY, ChatPin, **R, message=message, on=True)
    snapshot = await world.snapshot(BEI, B, ChatSnapshot)
    assert [(pin.message, pin.by) for pin in snapshot.pins] == [(3, SECRETARY), (1, SECRETARY)]
    assert [m.pinned for m in snapshot.messages] == [True, False, True]
    await world.do(SECRETARY, ChatPin, **R, message=3, on=False)
    assert [pin.message for pin in (await world.snapshot(BEI, B, ChatSnapshot)).pins] == [1]


async def test_both_pin_in_a_direct_talk_and_pins_are_bounded(world: World) -> None:
    room = (await world.do(AN, ChatOpenDirect, member=BEI)).room
    for i in range(PINS_MAX + 1):
        await say(world, AN, str(i), room=room)
    for i in range(PINS_MAX):
        await world.do(AN if i % 2 else BEI, ChatPin, room=room, message=i + 1, on=True)
    caught = await refused(world, PINS_FULL, AN, ChatPin, room=room, message=PINS_MAX + 1, on=True)
    assert caught.params == {"max": PINS_MAX}
    await world.do(AN, ChatPin, room=room, message=1, on=False)
    await world.do(AN, ChatPin, room=room, message=PINS_MAX + 1, on=True)
    assert len((await world.snapshot(AN, chat_topic(room), ChatSnapshot)).pins) == PINS_MAX


async def test_change_and_change_at_the_same_moment_lose_nothing(world: World) -> None:
    await say(world, AN, "原文")
    await asyncio.gather(
        world.do(AN, ChatEdit, **R, message=1, text="新文"),
        world.do(BEI, ChatReact, **R, message=1, emoji="👍", on=True),
        world.do(SECRETARY, ChatPin, **R, message=1, on=True),
        *(world.do(CHEN, ChatSend, **R, cid=world.reader.ids.uuid7(), text=str(i)) for i in range(10)),
    )
    message = await shown(world, CHEN, 1)
    assert (message.text, message.reactions, message.pinned) == ("新文", {"👍": [BEI]}, True)
    entries = await world.log.since(B, 0, 100)
    assert [e.seq for e in entries] == list(range(1, 15))
