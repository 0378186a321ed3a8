"""The whole application as its users meet it: real HTTP with cookies and tokens, real sockets, a database to look into.

Tests of rights, secrets and bad input stand on this; how the server runs is in `tests.kit.whole`.
"""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from bson.codec_options import CodecOptions
from bson.raw_bson import RawBSONDocument
from pymongo import AsyncMongoClient, DeleteOne, ReplaceOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase

from channels.core.exchange import ExchangeSettings
from channels.core.session import SessionLimits
from server.accounts.hashing import Cost
from server.accounts.policy import AccountPolicy
from server.accounts.totp import code_at, step_of
from server.lifespan import House, Rhythms
from storage.client import Document, MongoSettings
from tests.kit.plain_http import PlainClient, Reply
from tests.kit.whole import whole_server
from tests.wire.client import Client, calling

API = "/api/v1"
COOKIE = "__Host-huitang"
PASSWORD = "purple-otter-42-under-the-bridge"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
EMPTY = "d41d8cd98f00b204e9800998ecf8427e"
"""What `dbHash` says of a collection without documents: MD5 of nothing."""

CHEAP = Cost(memory_kib=1_024, passes=1, lanes=1)
"""A hash of about a millisecond: what a test waits for is not the hash."""

UNHURRIED = Rhythms(
    exchange=ExchangeSettings(several=False, session=SessionLimits(per_minute=0, errors_max=10**9)),
    policy=replace(AccountPolicy(), seen_every_ms=10**15, address_failures_max=10**9, sessions_max=150),
    limit_factor=0,
    cost=CHEAP,
    beats=False,
)
"""No token buckets, and the time of last use is not written: a test that compares the database before and after counts on it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a caller shows.

    Attributes:
        cookie: Session token; empty for none.
        bearer: Bearer token of a bot; empty for none.
    """

    cookie: str = field(default="", repr=False)
    bearer: str = field(default="", repr=False)


NOBODY = Credentials()


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request.

    Attributes:
        method: HTTP method.
        path: Below /api/v1, with its query.
        body: JSON body, None for none.
        content: Raw body instead of JSON.
        headers: Further headers.
    """

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes:
        status: HTTP status.
        key: Error key, empty for a success.
        content: The body.
        cookies: Cookies that were set, by name.
    """

    status: int
    key: str
    content: bytes
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def cookie(self) -> str:
        """New session token, empty when none was set."""
        return self.cookies.get(COOKIE, "")

    def json(self) -> Any:  # noqa: ANN401 - whatever was answered
        """The body as JSON."""
        return json.loads(self.content)


@dataclass(slots=True)
class Application:
    """A running application.

    Attributes:
        house: Its floors, for founding organisations and for looking.
        url: Where it is.
        database: The database, by a connection of the test's own.
        http: Connections to it.
    """

    house: House
    url: str
    database: AsyncDatabase[Document]
    http: PlainClient

    async def ask(self, request: Request, shown: Credentials = NOBODY) -> Answer:
        """Send a request as a page of ours (or a bot) would."""
        headers = {"origin": self.url, "sec-fetch-site": "same-origin", **request.headers}
        if shown.cookie:
            headers["cookie"] = f"{COOKIE}={shown.cookie}"
        if shown.bearer:
            headers["authorization"] = f"Bearer {shown.bearer}"
        content = request.content
        if request.body is not None:
            content = json.dumps(request.body, ensure_ascii=False).encode()
            headers.setdefault("content-type", "application/json")
        reply = await self.http.request(request.method, f"{API}{request.path}", headers, content)
        problem = reply.status >= 400 and "problem+json" in "".join(reply.all("content-type"))
        key = str(json.loads(reply.content)["key"]) if problem else ""
        return Answer(reply.status, key, reply.content, _cookies(reply))

    async def post(
        self, path: str, body: Mapping[str, Any] | None = None, shown: Credentials = NOBODY
    ) -> Answer:
        """POST JSON."""
        return await self.ask(Request("POST", path, body or {}), shown)

    async def sign_in(self, login: str, password: str = PASSWORD, seed: str = SEED) -> Credentials:
        """Log in through the door: password, then a one-time code unless there is no seed."""
        first = await self.post("/login", {"login": login, "password": password})
        assert first.status == 200, first.content
        shown = Credentials(first.cookie)
        if not seed or first.json()["step"] != "totp":
            return shown
        second = await self.post("/login/totp", {"code": self.code(seed)}, shown)
        assert second.json() == {"step": "done"}, second.content
        return Credentials(second.cookie)

    def code(self, seed: str = SEED, ahead: int = 0) -> str:
        """The code an authenticator shows `ahead` steps from now."""
        return code_at(seed, step_of(self.house.ground.clock.now_ms()) + ahead)

    @asynccontextmanager
    async def socket(self, shown: Credentials = NOBODY) -> AsyncIterator[Client]:
        """An open socket that has not said hello; a cookie travels with our origin."""
        address = f"ws{self.url.removeprefix('http')}/ws"
        origin = None if shown.bearer else self.url
        async with calling(address, origin=origin, cookie=shown.cookie or None) as client:
            yield client

    async def settled(self) -> None:
        """Wait until nothing is under way behind the answers."""
        await self.house.accounts.parts.tasks.finish(5)
        while await self.database["log"].count_documents({"pending_since_ms": {"$exists": True}}, limit=1):
            await self.house.ground.log.newest("me:nobody", 1)  # a turn of the database, instead of a sleep

    async def prints(self, *only: str) -> dict[str, str]:
        """A hash of every collection that holds something, or of those named; one that was emptied is like one that never was."""
        hashed: Document = await self.database.command("dbHash", collections=list(only) or None)
        return {name: digest for name, digest in hashed["collections"].items() if digest != EMPTY}


def _cookies(reply: Reply) -> dict[str, str]:
    pairs = (value.partition(";")[0].partition("=") for value in reply.all("set-cookie"))
    return {name: value for name, _, value in pairs}


@asynccontextmanager
async def open_application(
    mongo: MongoSettings, folder: Path, rhythms: Rhythms = UNHURRIED
) -> AsyncIterator[Application]:
    """Serve the whole application on a database of its own while the block runs; the database is dropped at the end."""
    async with AsyncExitStack() as stack:
        yield await _open(stack, mongo, folder, rhythms, None)


@asynccontextmanager
async def two_processes(
    mongo: MongoSettings, folder: Path, redis_url: str
) -> AsyncIterator[tuple[Application, Application]]:
    """Two servers of one installation, each believing to be a process of its own."""
    exchange = ExchangeSettings(several=True, session=SessionLimits(per_minute=0, errors_max=10**9))
    rhythms = replace(UNHURRIED, exchange=exchange)
    async with AsyncExitStack() as stack:
        one = await _open(stack, mongo, folder, rhythms, redis_url)
        yield one, await _open(stack, mongo, folder, rhythms, redis_url)


async def _open(
    stack: AsyncExitStack, mongo: MongoSettings, folder: Path, rhythms: Rhythms, redis_url: str | None
) -> Application:
    driver: AsyncMongoClient[Document] = AsyncMongoClient(mongo.url, tz_aware=True)
    stack.push_async_callback(driver.close)
    database = driver[mongo.database]
    stack.push_async_callback(driver.drop_database, mongo.database)
    served = await stack.enter_async_context(whole_server(mongo, folder, rhythms, redis_url))
    http = PlainClient(served.port, served.url.removeprefix("http://"))
    stack.push_async_callback(http.close)
    return Application(served.house, served.url, database, http)


@dataclass(slots=True)
class Picture:
    """The stored documents of a moment, to go back to.

    Attributes:
        application: Whose.
        prints: Hash of every collection then.
        documents: Collection -> id -> document as stored.
    """

    application: Application
    prints: dict[str, str]
    documents: dict[str, dict[Any, RawBSONDocument]]

    @classmethod
    async def take(cls, application: Application) -> "Picture":
        """Remember everything."""
        prints = await application.prints()
        return cls(application, prints, {name: await _stored(application, name) for name in prints})

    async def restore(self) -> None:
        """Put everything back, except that entries added to the log stay: processes remember its numbers."""
        now = await self.application.prints()
        for name in now | self.prints:
            if self.prints.get(name) != now.get(name):
                await self._restore(name)
        self.prints |= await self.application.prints("log")

    async def _restore(self, name: str) -> None:
        wanted, found = self.documents.get(name, {}), await _stored(self.application, name)
        changes: list[DeleteOne | ReplaceOne[Any]] = []
        if name != "log":
            changes += [DeleteOne({"_id": ident}) for ident in found if ident not in wanted]
        for ident, document in wanted.items():
            if ident not in found or found[ident].raw != document.raw:
                changes.append(ReplaceOne({"_id": ident}, document, upsert=True))
        if changes:
            await self.application.database[name].bulk_write(changes)


async def _stored(application: Application, name: str) -> dict[Any, RawBSONDocument]:
    options = CodecOptions(document_class=RawBSONDocument)
    raw = cast(
        "AsyncCollection[RawBSONDocument]", application.database.get_collection(name, codec_options=options)
    )
    return {document["_id"]: document for document in await raw.find().to_list()}
