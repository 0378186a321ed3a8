"""The stage of the flow tests over real sockets: a whole server on a clock the test moves, everybody with a session of their own."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from typing_extensions import override

from channels.branch.records import MEMBERS
from channels.protocol.base import Command, LiveEvent
from channels.protocol.errors import ErrorRow, Refused
from server.accounts.account_store import ACCOUNTS, SEED_FIELD, NewAccount
from server.accounts.session_store import SESSIONS, StoredSession, to_document
from server.accounts.values import Kind, SessionView, Step
from storage.client import MongoSettings
from storage.clock import FixedClock, SystemClock
from storage.ids import AccountId, MemberId, OrgId, SessionId
from tests.kit.application import SEED, UNHURRIED
from tests.kit.whole import Served, whole_server
from tests.replay.world import S, World
from tests.wire.client import Client, Refusal, calling

HOUR_MS = 3_600_000
STILL_S = 0.4
"""Longer than numbers of a meeting are held back."""


class StageClock(FixedClock):
    """Wall time is the story's; durations are real, so that connections live as they do outside."""

    @override
    def monotonic_ms(self) -> int:
        return SystemClock().monotonic_ms()


@dataclass(slots=True)
class Phone:
    """A member's open socket, and since when by the story."""

    client: Client
    since_ms: int
    close: AsyncExitStack


class SocketWorld(World):
    """A world whose members speak through sockets; what is looked up in the database is the server's own.

    Args:
        served: The server.
        clock: Its clock.
    """

    def __init__(self, served: Served, clock: FixedClock) -> None:
        super().__init__(served.house.ground.reader, served.house.ground.registry, clock)
        self._served = served
        self._phones: dict[str, Phone] = {}
        self._watched: list[tuple[str, str]] = []
        self._pushes: list[Client] = []
        self._errors: dict[str, ErrorRow] = {row.key: row for row in self.registry.errors.values()}

    @override
    async def do(self, caller: str, model: type[Command], /, **fields: Any) -> Any:
        client = await self._phone(caller)
        said = model(ref=1, **fields).model_dump(mode="json", exclude={"ref", "type"})
        wire_type: str = model.model_fields["type"].default
        try:
            result = await client.do(wire_type, **said)
        except Refusal as refusal:
            raise Refused(self._errors[refusal.key], **refusal.frame["params"]) from None
        return self.registry.commands[wire_type].result.model_validate_json(json.dumps(result))

    @override
    async def settle_facts(self) -> None:
        while await self.mongo["log"].count({"pending_since_ms": {"$exists": True}}, limit=1):
            await self.reader.log.newest("me:nobody", 1)  # a turn of the database, instead of a sleep

    @override
    async def watch(self, member: str, topic: str) -> None:
        client = await self._phone(member)
        await client.do("subscribe", topic=topic)
        self._pushes.append(client)

    @override
    async def live_events(self) -> list[LiveEvent]:
        await asyncio.sleep(STILL_S)
        kinds = {word: event for word, event in self.registry.events.items() if issubclass(event, LiveEvent)}
        pushed = [frame for client in self._pushes for frame in client.pushes if frame["type"] in kinds]
        return [kinds[frame["type"]].model_validate_json(json.dumps(frame)) for frame in pushed]

    @override
    async def snapshot(self, member: str, topic: str, model: type[S]) -> S:
        client = await self._phone(member)
        found = model.model_validate_json(json.dumps((await client.do("subscribe", topic=topic))["snapshot"]))
        await client.do("unsubscribe", topic=topic)
        return found

    async def close(self) -> None:
        """Everybody hangs up."""
        for phone in self._phones.values():
            await phone.close.aclose()

    @asynccontextmanager
    async def arriving(self, member: str) -> AsyncIterator[Client]:
        """Another device of a member, signed in, whose socket is opened when the block begins and has not said hello."""
        cookie = await self._signed_in(member)
        address = f"ws{self._served.url.removeprefix('http')}/ws"
        async with calling(address, origin=self._served.url, cookie=cookie) as client:
            yield client

    async def _phone(self, member: str) -> Client:
        """The member's socket; whoever was away for an hour signs in anew."""
        phone = self._phones.get(member)
        if phone is not None and self.clock.now_ms() - phone.since_ms < HOUR_MS:
            return phone.client
        if phone is not None:
            await phone.close.aclose()
        stack = AsyncExitStack()
        address = f"ws{self._served.url.removeprefix('http')}/ws"
        cookie = await self._signed_in(member)
        client = await stack.enter_async_context(calling(address, origin=self._served.url, cookie=cookie))
        await client.hello()
        self._phones[member] = Phone(client, self.clock.now_ms(), stack)
        return client

    async def _signed_in(self, member: str) -> str:
        """A new session of the member's account, which is made at the first time."""
        account = AccountId(member.replace("-7003-", "-7004-"))
        found = await self.mongo[MEMBERS].by_id(member)
        assert found is not None
        accounts, now_ms = self._served.house.accounts.parts, self.clock.now_ms()
        if await self.mongo[ACCOUNTS].by_id(account) is None:
            login = f"story-{member[-4:]}"
            new = NewAccount(account, login, login, b"!", OrgId(found["org"]), MemberId(member))
            document = accounts.accounts.insert(new, now_ms).document
            document["sealed"]["seed"] = self.reader.cipher.encrypt(SEED, field=SEED_FIELD, record=account)
            document["factor_at_ms"] = now_ms
            await self.mongo[ACCOUNTS].insert_one(document)
        secret = self.reader.ids.secret()
        view = SessionView(
            id=SessionId(self.reader.ids.uuid7()),
            account=account,
            org=OrgId(found["org"]),
            member=MemberId(member),
            step=Step.DONE,
            kind=Kind.DEVICE,
            made_at_ms=now_ms,
            seen_at_ms=now_ms,
            expires_at_ms=now_ms + 24 * HOUR_MS,
            proved_at_ms=now_ms,
            agent="story",
        )
        await self.mongo[SESSIONS].insert_one(to_document(StoredSession(view, 0, 0), secret))
        return secret


@asynccontextmanager
async def socket_world(mongo: MongoSettings, folder: Path) -> AsyncIterator[SocketWorld]:
    """A whole server on an empty database, and the stage in front of it."""
    clock = StageClock()
    async with whole_server(mongo, folder, UNHURRIED, clock=clock) as served:
        world = SocketWorld(served, clock)
        try:
            yield world
        finally:
            await world.close()
