"""For every command: what stood before, what is done, and who looks on.

A new command needs at least one row here; the replay test fails without it.
"""

from typing import Any

from channels.branch.protocol import BranchCounts, BranchPeople
from channels.chat.protocol import (
    ChatDelete,
    ChatEdit,
    ChatFiles,
    ChatHistory,
    ChatMarkRead,
    ChatOpenDirect,
    ChatPeople,
    ChatPin,
    ChatReact,
    ChatRecall,
    ChatSend,
    ChatTyping,
)
from channels.chat.uploads import UPLOADS, new_upload
from channels.me.contract import security_notice
from channels.me.protocol import MeSetPreferences
from channels.protocol.base import Command
from tests.replay.meeting import call, entry, floor, leave, life, minutes
from tests.replay.scenario import Scenario, Step
from tests.replay.stage import loose_file
from tests.replay.world import AN, BEI, BRANCH_B, CHEN, DING, GROUP_G, SECRETARY, World

R = {"room": BRANCH_B}


def step(caller: str, model: type[Command], **fields: Any) -> Step:  # noqa: ANN401 - fields of the command
    """One command of one member, a second after whatever came before, and the facts it caused."""

    async def act(world: World) -> None:
        world.clock.advance(1_000)
        await world.do(caller, model, **fields)
        await world.settle_facts()

    return act


def say(caller: str, text: str, **fields: Any) -> Step:  # noqa: ANN401 - fields of the command
    """Send to branch B unless a room is given, with the next client id."""

    async def act(world: World) -> None:
        await step(caller, ChatSend, **{**R, "text": text, "cid": world.reader.ids.uuid7(), **fields})(world)

    return act


def upload(owner: str, number: int) -> Step:
    """A loose picture of the owner's in branch B."""

    async def act(world: World) -> None:
        file = loose_file(owner, number)
        await world.mongo[UPLOADS].insert_one(new_upload(file, world.clock.now_ms()))

    return act


async def _notice(world: World) -> None:
    await world.log.append(security_notice(AN, "password_changed", device="手机", params={"count": 1}))


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("chat.send", "first message of a room", (say(AN, "同志们好"),)),
    Scenario("chat.send", "second message", (say(AN, "二"),), (say(BEI, "一"),)),
    Scenario("chat.send", "to a group", (say(AN, "组内", room=GROUP_G),), rooms=(GROUP_G,)),
    Scenario("chat.send", "mentions one", (say(AN, "请看", mentions=[BEI]),), viewers=(AN, BEI, CHEN)),
    Scenario(
        "chat.send",
        "mentions everyone",
        (say(SECRETARY, "今晚七点", everyone=True),),
        viewers=(SECRETARY, BEI),
    ),
    Scenario("chat.send", "with a quote", (say(AN, "同意", reply_to=1),), (say(BEI, "提议"),)),
    Scenario(
        "chat.send",
        "with a picture",
        (say(AN, "", attachments=[loose_file(AN, 1).file]),),
        (upload(AN, 1),),
    ),
    Scenario(
        "chat.send",
        "first reply of a thread",
        (say(AN, "回复", thread=1),),
        (say(BEI, "议题"),),
        viewers=(AN, BEI, CHEN),
        threads=(1,),
    ),
    Scenario(
        "chat.send",
        "reply that names somebody in a thread others follow",
        (say(AN, "请你看看", thread=1, mentions=[CHEN]), say(SECRETARY, "我也来", thread=1)),
        (say(BEI, "议题"), say(AN, "回复", thread=1)),
        viewers=(AN, BEI, CHEN, SECRETARY),
        threads=(1,),
    ),
    Scenario(
        "chat.edit",
        "newest message",
        (step(AN, ChatEdit, **R, message=1, text="八点"),),
        (say(AN, "七点"),),
    ),
    Scenario(
        "chat.edit",
        "reply, twice",
        (step(AN, ChatEdit, **R, message=2, text="二"), step(AN, ChatEdit, **R, message=2, text="三")),
        (say(BEI, "议题"), say(AN, "一", thread=1)),
        threads=(1,),
    ),
    Scenario(
        "chat.recall",
        "message with everything",
        (step(AN, ChatRecall, **R, message=1),),
        (
            upload(AN, 1),
            say(AN, "请看", mentions=[BEI], attachments=[loose_file(AN, 1).file]),
            step(BEI, ChatReact, **R, message=1, emoji="👍", on=True),
            step(SECRETARY, ChatPin, **R, message=1, on=True),
            step(AN, ChatEdit, **R, message=1, text="请看附件"),
        ),
    ),
    Scenario(
        "chat.recall",
        "reply that named somebody",
        (step(AN, ChatRecall, **R, message=2),),
        (say(BEI, "议题"), say(AN, "一", thread=1, mentions=[CHEN])),
        viewers=(AN, BEI, CHEN),
        threads=(1,),
    ),
    Scenario(
        "chat.recall",
        "sent and taken back",
        (say(AN, "错了", mentions=[BEI]), step(AN, ChatRecall, **R, message=1)),
    ),
    Scenario(
        "chat.delete",
        "by right, with notice to the author",
        (step(SECRETARY, ChatDelete, **R, message=1, reason="违反公约第三条"),),
        (say(AN, "广告", mentions=[BEI]), say(BEI, "别的")),
        viewers=(SECRETARY, AN, BEI),
    ),
    Scenario(
        "chat.react",
        "set",
        (step(AN, ChatReact, **R, message=1, emoji="收到", on=True),),
        (say(BEI, "通知"), step(BEI, ChatReact, **R, message=1, emoji="收到", on=True)),
    ),
    Scenario(
        "chat.react",
        "taken away",
        (step(AN, ChatReact, **R, message=1, emoji="👍", on=False),),
        (say(BEI, "通知"), step(AN, ChatReact, **R, message=1, emoji="👍", on=True)),
    ),
    Scenario(
        "chat.pin",
        "pinned",
        (step(SECRETARY, ChatPin, **R, message=1, on=True),),
        (say(BEI, "一"), say(BEI, "二"), step(SECRETARY, ChatPin, **R, message=2, on=True)),
        viewers=(SECRETARY, BEI),
    ),
    Scenario(
        "chat.pin",
        "unpinned and pinned again",
        (
            step(SECRETARY, ChatPin, **R, message=1, on=False),
            step(SECRETARY, ChatPin, **R, message=1, on=True),
        ),
        (
            say(BEI, "一"),
            say(BEI, "二"),
            step(SECRETARY, ChatPin, **R, message=1, on=True),
            step(SECRETARY, ChatPin, **R, message=2, on=True),
        ),
        viewers=(SECRETARY, BEI),
    ),
    Scenario(
        "chat.mark_read",
        "room with mentions",
        (step(AN, ChatMarkRead, **R, n=2),),
        (say(BEI, "一", mentions=[AN]), say(BEI, "二"), say(BEI, "三", mentions=[AN])),
    ),
    Scenario(
        "chat.mark_read",
        "thread",
        (step(AN, ChatMarkRead, **R, thread=1, n=2),),
        (
            say(AN, "议题"),
            say(BEI, "一", thread=1, mentions=[AN]),
            say(BEI, "二", thread=1),
            say(BEI, "三", thread=1),
        ),
        threads=(1,),
    ),
    Scenario(
        "chat.open_direct", "new talk", (step(AN, ChatOpenDirect, member=DING),), viewers=(AN, DING), rooms=()
    ),
    Scenario(
        "chat.open_direct",
        "talk there is",
        (step(DING, ChatOpenDirect, member=AN),),
        (step(AN, ChatOpenDirect, member=DING),),
        viewers=(DING, AN),
        rooms=(),
    ),
    Scenario("chat.history", "reads only", (step(AN, ChatHistory, **R),), (say(BEI, "一"),)),
    Scenario("chat.history", "around a moment", (step(AN, ChatHistory, **R, at_ms=0),), (say(BEI, "一"),)),
    Scenario(
        "chat.files",
        "reads only",
        (step(AN, ChatFiles, **R),),
        (upload(AN, 1), say(AN, "", attachments=[loose_file(AN, 1).file])),
    ),
    Scenario("chat.people", "reads only", (step(AN, ChatPeople, **R),)),
    Scenario(
        "chat.typing",
        "is not kept",
        (step(AN, ChatTyping, **R),),
        (step(AN, MeSetPreferences, typing_visible=True),),
    ),
    Scenario(
        "me.set_preferences",
        "some of them",
        (step(AN, MeSetPreferences, large_type=True, theme="dark"),),
        (_notice,),
        rooms=(),
    ),
    Scenario("branch.people", "reads only", (step(AN, BranchPeople, members=[BEI]),)),
    Scenario(
        "branch.counts",
        "reads only",
        (step(SECRETARY, BranchCounts, unit=BRANCH_B),),
        viewers=(SECRETARY, BEI),
    ),
    *(scenario for part in (life, entry, call, floor, leave, minutes) for scenario in part.SCENARIOS),
)
