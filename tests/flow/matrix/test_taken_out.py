"""Whoever is taken out hears nothing more, on sockets that are open (check 38): the answer of the removal is the barrier.

A removal takes effect between the request and its answer; the event that tells of it may be the last one the member hears.
Everything is real: an officer's request over HTTP, members' sockets, messages sent the moment the answer is there.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage.client import MongoSettings
from storage.ids import SystemIds
from storage.managed.mongod import ManagedMongod
from tests.flow.matrix.meetings_on_stage import hold_meetings
from tests.flow.matrix.stage import Stage, open_stage
from tests.kit.application import Credentials, Request, open_application, two_processes
from tests.kit.founding import found_small
from tests.wire.client import Client

ROUNDS = int(os.environ.get("HUITANG_REMOVAL_ROUNDS", "10"))


@pytest.fixture(scope="module")
async def stage(mongod: ManagedMongod, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The whole application with everybody signed in."""
    settings = MongoSettings(mongod.access.admin_url, "taken_out", pool=8, timeout_s=10.0)
    async with (
        open_application(settings, tmp_path_factory.mktemp("taken_out")) as application,
        open_stage(application, hold_meetings) as built,
    ):
        yield built


async def enter(stage: Stage, shown: Credentials, *topics: str) -> Client:
    """A fresh socket in some topics."""
    client = await stage.stack.enter_async_context(stage.application.socket(shown))
    await client.hello(shown.bearer or None)
    for topic in topics:
        await client.do("subscribe", topic=topic)
    return client


async def act(
    stage: Stage, officer: str, method: str, path: str, body: dict[str, object] | None = None
) -> None:
    """Something an officer does; done when this returns."""
    answer = await stage.application.ask(Request(method, path, body), stage.people[officer].shown)
    assert answer.status < 300, answer.content


async def say(stage: Stage, speaker: str, room: str, text: str) -> None:
    """A message of somebody who stays."""
    client = await stage.as_person(speaker)
    await client.do("chat.send", room=room, cid=SystemIds().uuid7(), text=text)


def heard(client: Client, text: str) -> bool:
    """True when a message with this text reached the client."""
    return any(push.get("text") == text for push in client.pushes)


async def everything_came(client: Client) -> None:
    """A beat is answered behind all that was sent before it."""
    await client.do("heartbeat")


async def test_who_left_hears_nothing_more(stage: Stage) -> None:
    room, out = stage.branches["first"].unit, stage.people["aide"]
    topics = (f"chat:{room}", f"branch:{room}", f"me:{out.member}")
    witness = await enter(stage, stage.people["member"].shown, topics[0])
    for number in range(ROUNDS):
        client = await enter(stage, out.shown, *topics)
        await say(stage, "clerk first", room, f"先前 {number}")
        await client.until(1, "chat.sent")
        await act(stage, "clerk first", "POST", f"/roll/{out.member}/leave")
        await say(stage, "clerk first", room, f"之后 {number}")
        code, reason = await client.closed()
        assert (code, reason.partition(" ")[0]) == (4500, "SESSION_ENDED")
        await witness.until(2 * number + 2, "chat.sent")
        assert heard(client, f"先前 {number}")
        assert not heard(client, f"之后 {number}")
        await act(stage, "clerk first", "POST", f"/roll/{out.member}/return")


async def test_who_leaves_a_group_stays_connected_and_hears_no_more_of_it(stage: Stage) -> None:
    group, out = stage.groups["first"].unit, stage.people["group leader"]
    client = await enter(stage, out.shown, f"chat:{group}", f"chat:{stage.branches['first'].unit}")
    for number in range(ROUNDS):
        await act(stage, "clerk first", "PATCH", f"/roll/{out.member}", {"groups": []})
        await say(stage, "member first", group, f"组内 {number}")
        await everything_came(client)
        assert not heard(client, f"组内 {number}")
        assert len(client.of("unsubscribed")) == number + 1
        await act(stage, "clerk first", "PATCH", f"/roll/{out.member}", {"groups": [group]})
        await client.do("subscribe", topic=f"chat:{group}")
    await say(stage, "member first", group, "又在组里")
    await client.until(1, "chat.sent")
    assert heard(client, "又在组里")


async def test_a_guest_without_the_role_sees_the_branch_no_more(stage: Stage) -> None:
    branch, guest = stage.branches["first"].unit, stage.people["guest oversight"]
    client = await enter(stage, guest.shown, f"branch:{branch}")
    await act(stage, "clerk first", "DELETE", f"/roles/{stage.own['hold', 'guest oversight']}")
    await act(stage, "clerk first", "PATCH", f"/roll/{stage.people['member'].member}", {"name": "周改名"})
    await everything_came(client)
    assert [push["topic"] for push in client.of("unsubscribed")] == [f"branch:{branch}"]
    assert client.of("branch.member_changed") == []


async def test_an_officer_without_the_role_may_delete_no_more(stage: Stage) -> None:
    room, message = stage.objects["message", "first"]
    client = await enter(stage, stage.people["organizer"].shown)
    await act(stage, "clerk first", "DELETE", f"/roles/{stage.own['hold', 'organizer']}")
    answer = await client.ask({"type": "chat.delete", "room": room, "message": message, "reason": "违反公约"})
    assert answer["key"] == "FORBIDDEN"


async def test_a_bot_falls_silent_with_its_maker(stage: Stage) -> None:
    """The token's maker leaves: the socket of the bot closes before the next message."""
    room, maker = stage.branches["first"].unit, stage.people["deputy"]
    body = {"unit": room, "name": "值日", "scopes": ["subscribe", "chat.history"]}
    made = await stage.application.post("/tokens", body, maker.shown)
    client = await enter(stage, Credentials(bearer=made.json()["secret"]), f"chat:{room}")
    await act(stage, "clerk first", "POST", f"/roll/{maker.member}/leave")
    await say(stage, "clerk first", room, "机器人听不到")
    code, _ = await client.closed()
    assert code == 4500
    assert not heard(client, "机器人听不到")


async def test_a_bot_of_a_group_does_not_read_what_its_maker_may_not(stage: Stage) -> None:
    """Who leads the branch may make bots for its groups; while the maker is not in the group, neither is the bot."""
    group = stage.groups["first"].unit
    body = {"unit": group, "name": "小组机器人", "scopes": ["subscribe", "chat.history", "chat.send"]}
    made = await stage.application.post("/tokens", body, stage.people["secretary"].shown)
    client = await enter(stage, Credentials(bearer=made.json()["secret"]))
    for command in (
        {"type": "subscribe", "topic": f"chat:{group}"},
        {"type": "chat.history", "room": group},
        {"type": "chat.send", "room": group, "cid": SystemIds().uuid7(), "text": "在吗"},
    ):
        answer = await client.ask(command)
        assert answer["key"] == "UNKNOWN_TOPIC", command


async def test_a_revoked_token_closes_its_socket(stage: Stage) -> None:
    room = stage.branches["first"].unit
    body = {"unit": room, "name": "短命", "scopes": ["subscribe"]}
    made = (await stage.application.post("/tokens", body, stage.people["secretary"].shown)).json()
    client = await enter(stage, Credentials(bearer=made["secret"]), f"chat:{room}")
    await act(stage, "secretary", "DELETE", f"/tokens/{made['token']['id']}")
    await say(stage, "clerk first", room, "令牌已撤销")
    assert (await client.closed())[0] == 4500
    assert not heard(client, "令牌已撤销")


@pytest.mark.slow
async def test_removal_in_the_middle_of_a_flood(stage: Stage) -> None:
    """Six people write while somebody is taken out: nothing that was begun after the answer arrives."""
    room, out = stage.branches["first"].unit, stage.people["observer"]
    client = await enter(stage, out.shown, f"chat:{room}")
    speakers = ("member", "non-voting", "committee", "case handler", "oversight", "secretary")
    late: set[str] = set()
    removed, enough = asyncio.Event(), asyncio.Event()

    async def chatter(speaker: str) -> None:
        number = 0
        while not enough.is_set():
            number += 1
            text = f"{speaker} {number}"
            if removed.is_set():
                late.add(text)
            await say(stage, speaker, room, text)

    async with asyncio.TaskGroup() as group:
        for speaker in speakers:
            group.create_task(chatter(speaker))
        await client.until(30, "chat.sent")
        await act(stage, "clerk first", "POST", f"/roll/{out.member}/leave")
        removed.set()
        await client.closed()
        while len(late) < 30:  # noqa: ASYNC110 - the speakers go on until enough came after the removal
            await asyncio.sleep(0.01)
        enough.set()
    assert not [push["text"] for push in client.of("chat.sent") if push["text"] in late]


@pytest.mark.slow
async def test_on_another_process_the_answer_is_the_barrier_too(
    mongod: ManagedMongod, redis_url: str, tmp_path: Path
) -> None:
    """The officer's request goes to one process, member and speaker sit on the other."""
    settings = MongoSettings(mongod.access.admin_url, "taken_out_twice", pool=8, timeout_s=10.0)
    async with two_processes(settings, tmp_path, redis_url) as (here, there):
        small = await found_small(here)
        await small.add("方书记", "secretary", "fangshuji")
        await small.add("林河", "", "linhe")
        out, room = await small.add("钟山", "", "zhongshan"), small.branch.unit
        officer, stays = await here.sign_in("fangshuji"), await there.sign_in("linhe")
        async with there.socket(stays) as speaker:
            await speaker.hello()
            for number in range(ROUNDS):
                await there.database["accounts"].update_many({}, {"$set": {"last_step": 0}})
                async with there.socket(await there.sign_in("zhongshan")) as client:
                    await client.hello()
                    await client.do("subscribe", topic=f"chat:{room}")
                    assert (await here.post(f"/roll/{out}/leave", {}, officer)).status == 204
                    await speaker.do("chat.send", room=room, cid=SystemIds().uuid7(), text=f"之后 {number}")
                    await client.closed()
                    assert not heard(client, f"之后 {number}")
                assert (await here.post(f"/roll/{out}/return", {}, officer)).status == 200
