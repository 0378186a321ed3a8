"""Bad input everywhere (A10): every route with a body and every command of the socket, the whole corpus and many mutations.

Nothing may be answered with 500 or logged as a fault, no connection of others may suffer, and afterwards a normal session
works. `HUITANG_POISON_COUNT` sets how many mutated bodies are sent, `HUITANG_POISON_SEED` which.
"""

import asyncio
import itertools
import json
import logging
import os
import random
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.exceptions import ConnectionClosed

from channels.catalog import FEATURES
from channels.core.registry import Registry
from channels.protocol.base import MAX_FRAME_BYTES, wire_type
from channels.protocol.frames import CORE_COMMANDS
from server.http.routes import Gate, RouteRow
from server.http.table import ROUTES
from server.telemetry import set_up_logs
from storage.client import MongoSettings
from storage.ids import SystemIds
from storage.managed.mongod import ManagedMongod
from tests.kit.application import NOBODY, Answer, Application, Credentials, Request, open_application
from tests.kit.founding import found_small
from tests.kit.poison import BODIES, TEXTS, mutated, poisoned, sample
from tests.wire.client import Client

COUNT = int(os.environ.get("HUITANG_POISON_COUNT", "20000"))
SEED = int(os.environ.get("HUITANG_POISON_SEED", "20261122"))
AT_ONCE = 8
NOT_HTTP = b"Invalid HTTP request received."
"""What the protocol itself answers to bytes that are no HTTP."""

JSON_BODY = {"content-type": "application/json"}
REGISTRY = Registry(FEATURES)
COMMANDS = {
    **{name: row.model for name, row in REGISTRY.commands.items()},
    **{wire_type(m): m for m in CORE_COMMANDS},
}
WITH_BODY = tuple(row for row in ROUTES if row.body is not None)
RAW = tuple(row for row in ROUTES if row.raw)
WITH_ADDRESS = tuple(row for row in ROUTES if "{" in row.path or row.query is not None)


@dataclass(slots=True)
class Place:
    """The application, somebody with many rights, and what exists.

    Attributes:
        application: What is poisoned.
        secretary: Signed in with every factor a moment ago.
        given: Field name -> a value that exists.
        log: Everything that was logged, at warning and above.
    """

    application: Application
    secretary: Credentials
    given: dict[str, Any]
    log: Path

    def faults(self) -> list[str]:
        """Lines of the log that tell of something unforeseen."""
        lines = [json.loads(line) for line in self.log.read_text().splitlines()]
        return [str(line) for line in lines if line["level"] in {"error", "critical"} or "exception" in line]

    def path(self, row: RouteRow) -> str:
        """Address of a route with parameters that exist."""
        parts = [self.given[p[1:-1]] if p.startswith("{") else p for p in row.path.split("/")]
        return "/".join(parts) + (f"?{self._query(row)}" if row.query is not None else "")

    def _query(self, row: RouteRow) -> str:
        if row.query is None:
            return ""
        return "&".join(f"{name}={value}" for name, value in sample(row.query, self.given).items())

    async def ask(
        self, row: RouteRow, path: str, content: bytes, headers: dict[str, str], shown: Credentials
    ) -> Answer:
        """Send a body as it is."""
        return await self.application.ask(Request(row.method, path, content=content, headers=headers), shown)


@pytest.fixture(scope="module")
def fault_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The server's own logging in a file."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    path = tmp_path_factory.mktemp("poison") / "server.log"
    with path.open("w") as file:
        set_up_logs("warning", "json", stream=file, cached=False)
        yield path
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.fixture(scope="module")
async def place(
    mongod: ManagedMongod, fault_log: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Place]:
    """A branch with a secretary, a member, a room with a message, and a roll that waits for confirmation."""
    settings = MongoSettings(mongod.access.admin_url, "poison", "pymongo", pool=8, timeout_s=10.0)
    async with open_application(settings, tmp_path_factory.mktemp("data")) as application:
        small = await found_small(application)
        await small.add("方书记", "secretary", "fangshuji")
        await small.add("陆副书记", "deputy", "lufushuji")
        member = await small.add("钟山", "", "zhongshan")
        secretary = await application.sign_in("fangshuji")
        branch = small.branch.unit
        given: dict[str, Any] = {
            "unit": branch, "parent": branch, "room": branch, "member": member, "members": [member], "message": 1, "seq": 1,
            "role": "observer", "login": "zhongshan", "scopes": ["chat.send"], "reason": "核对信息", "topic": f"chat:{branch}",
            "cid": SystemIds().uuid7(), "topics": {f"chat:{branch}": {"epoch": "1", "seq": 0}}, "name": "周新人", "emoji": "👍",
            "since": {"epoch": "1", "seq": 0}, "epoch": "1", "text": "您好", "before": 9, "after": 0, "columns": {"name": 0},
            "answers": {"2": "new"}, "confirm": "0" * 64, "phone": "13800138000", "birth_date": "1970-01-01", "number": "A1",
            "file": "minutes.docx", "secret": "nobody-knows-it", "proposal": "01980000-0000-7000-8000-00000000dead",
            "groups": [], "mentions": [member], "attachments": [], "thread": 1, "reply_to": 1, "protocol": 1, "client": "web/1",
            "token": "ht_none", "client_time_ms": 1, "header_row": 1, "class": "full", "days": 1, "order": 1, "limit": 1,
        }  # fmt: skip
        await fill(application, secretary, given)
        yield Place(application, secretary, given, fault_log)


async def fill(application: Application, secretary: Credentials, given: dict[str, Any]) -> None:
    """A message, an import, and ids for addresses."""
    async with application.socket(secretary) as client:
        await client.hello()
        await client.do("chat.send", room=given["room"], cid=given["cid"], text="第一条")
    upload = Request(
        "POST", f"/roll/import?unit={given['unit']}", content="姓名\n秦川\n".encode(), headers={}
    )
    given["id"] = (await application.ask(upload, secretary)).json()["import"]
    given["hold"] = given["id"]


def judge(row: RouteRow, sent: bytes | str, answer: Answer) -> list[str]:
    """What is wrong with an answer to bad input: a fault of ours, or a refusal that is no problem document."""
    what = f"{row.name}: {answer.status} {answer.key} for {sent[:80]!r}"
    if answer.status >= 500:
        return [what]
    understood = answer.status < 400 or answer.key or answer.content == NOT_HTTP
    return [] if understood else [f"{what}: no problem document"]


async def all_of(work: Iterable[Any]) -> list[str]:
    """Run many at a time; every fault found."""
    places = asyncio.Semaphore(AT_ONCE)

    async def one(job: Any) -> list[str]:  # noqa: ANN401 - a coroutine of faults
        async with places:
            found: list[str] = await job
            return found

    return [fault for found in await asyncio.gather(*(one(job) for job in work)) for fault in found]


# -- the corpus --------------------------------------------------------------------------------------------------------


async def send_body(place: Place, row: RouteRow, body: bytes) -> list[str]:
    """One body to one route, signed in as far as the route can ask."""
    shown = NOBODY if row.gate is Gate.PUBLIC else place.secretary
    answer = await place.ask(row, place.path(row), body, JSON_BODY, shown)
    return judge(row, body, answer)


@pytest.mark.parametrize("row", WITH_BODY, ids=lambda row: row.name)
async def test_every_body_is_refused_or_understood(row: RouteRow, place: Place) -> None:
    assert row.body is not None
    good = sample(row.body, place.given)
    bodies = list(poisoned(good))
    assert await all_of(send_body(place, row, body) for body in bodies) == []
    assert place.faults() == []
    assert len(bodies) >= len(BODIES)


@pytest.mark.parametrize("row", RAW, ids=lambda row: row.name)
async def test_files_that_are_none(row: RouteRow, place: Place) -> None:
    names = (
        "a.txt",
        "a.csv",
        "",
        "%00",
        "%ff.txt",
        "..%2f..%2fx.txt",
        "a" * 3_000,
        "con",
        ".",
        "%E2%80%AEtxt.exe",
        "x.svg",
    )
    kinds = (
        "text/plain",
        "",
        "text/html",
        "image/png",
        "a" * 500,
        "application/octet-stream",
        "text/plain; charset=evil",
    )
    contents = (
        b"", b"\x00" * 64, b"\xff\xfe", b"PK\x03\x04broken", b"\xd0\xcf\x11\xe0broken", b"\x89PNG\r\n\x1a\nbroken",
        b"=1+1\n" * 50, b'"' * 3_000, "姓名\n\ud800".encode(errors="surrogatepass"), "姓名,姓名\n甲,乙\n".encode("gb18030"),
        b"GIF89a" + b"\xff" * 60,
    )  # fmt: skip

    async def one(name: str, kind: str, content: bytes) -> list[str]:
        headers = {"x-file-name": name, "content-type": kind}
        return judge(row, content, await place.ask(row, place.path(row), content, headers, place.secretary))

    jobs = [one(name, "text/plain", b"abc") for name in names]
    jobs += [one("a.txt", kind, b"abc") for kind in kinds]
    jobs += [one("a.txt", "text/plain", content) for content in contents]
    assert await all_of(jobs) == []
    assert place.faults() == []


@pytest.mark.parametrize("row", WITH_ADDRESS, ids=lambda row: row.name)
async def test_addresses(row: RouteRow, place: Place) -> None:
    async def one(path: str) -> list[str]:
        content = b"{}" if row.body is not None else b""
        answer = await place.ask(row, path, content, JSON_BODY, place.secretary)
        return judge(row, path, answer)

    base = place.path(row)
    paths = [f"{base}{'&' if '?' in base else '?'}{text}={text}" for text in TEXTS if row.method == "GET"]
    if "{" in row.path:
        before, _, after = row.path.partition("{")
        paths += [f"{before}{text}{after.partition('}')[2]}" for text in TEXTS]
    if row.query is not None:
        plain = row.path.format_map(place.given)
        for field in row.query.model_fields:
            paths += [f"{plain}?{field}={text}" for text in TEXTS]
            paths.append(f"{plain}?{field}=1&{field}=2")
    assert await all_of(one(path) for path in paths) == []
    assert place.faults() == []


async def test_headers(place: Place) -> None:
    (row,) = (row for row in ROUTES if row.name == "session.read")
    values = (
        "",
        "x",
        "\xff\xfe",
        "a" * 5_000,
        "=; =; ;;",
        "bearer",
        "Bearer ",
        "Bearer \x7f",
        "Basic eDp4",
        "zh;q=NaN,en;q=",
        ",,,;;",
    )

    async def one(name: str, value: str) -> list[str]:
        return judge(row, f"{name}: {value}", await place.ask(row, "/session", b"", {name: value}, NOBODY))

    names = (
        "cookie",
        "authorization",
        "accept-language",
        "user-agent",
        "x-forwarded-for",
        "origin",
        "sec-fetch-site",
        "accept",
    )
    assert await all_of(one(name, value) for name in names for value in values) == []
    assert place.faults() == []


# -- the socket --------------------------------------------------------------------------------------------------------


class Talker:
    """A socket that comes back when it was closed, and counts how often it was."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._client: Client | None = None
        self._leave: Any = None
        self.closed: list[int] = []

    async def send(self, payload: bytes, *, binary: bool = False) -> None:
        """Send one message."""
        client = await self._open()
        try:
            await client.socket.send(payload if binary else payload.decode(errors="replace"))
        except ConnectionClosed:
            await self._was_closed()

    async def answered(self) -> list[dict[str, Any]]:
        """Everything the server said, up to the answer of a beat; nothing when it closed the connection."""
        client = await self._open()
        try:
            await client.do("heartbeat")
        except (ConnectionError, ConnectionClosed):
            await self._was_closed()
            return []
        pushes, client.pushes[:] = client.pushes[:], []
        return pushes

    async def leave(self) -> None:
        """Close."""
        if self._client is not None:
            self._client = None
            await self._leave.__aexit__(None, None, None)

    async def _was_closed(self) -> None:
        if self._client is not None:
            self.closed.append(self._client.socket.close_code or 0)
        await self.leave()

    async def _open(self) -> Client:
        if self._client is None:
            self._leave = self._place.application.socket(self._place.secretary)
            self._client = await self._leave.__aenter__()
            await self._client.hello()
            self._client._refs = itertools.count(
                10**9
            )  # answers to poison must not be taken for answers to beats
        return self._client


def internal(pushes: Iterable[dict[str, Any]]) -> list[str]:
    """Frames that tell of a fault of ours."""
    return [str(push) for push in pushes if push.get("key") in {"INTERNAL", "UNAVAILABLE"}]


@pytest.mark.parametrize("name", COMMANDS)
async def test_every_frame_is_refused_or_understood(name: str, place: Place) -> None:
    good = sample(COMMANDS[name], {**place.given, "ref": 7}) | {"type": name, "ref": 7}
    talker, said = Talker(place), list[dict[str, Any]]()
    frames = [frame for frame in poisoned(good) if len(frame) <= MAX_FRAME_BYTES]
    for start in range(0, len(frames), 50):
        for frame in frames[start : start + 50]:
            await talker.send(frame)
        said += await talker.answered()
    await talker.leave()
    assert internal(said) == []
    assert talker.closed == []
    assert len([push for push in said if push["type"] == "error"]) > 50
    assert place.faults() == []


async def test_frames_that_are_too_large_or_binary(place: Place) -> None:
    talker = Talker(place)
    await talker.send(b'{"type":"heartbeat","ref":1,"x":"' + b"x" * MAX_FRAME_BYTES + b'"}')
    await talker.answered()
    assert talker.closed == [1009]
    await talker.send(b"\x00\x01", binary=True)
    assert [push["key"] for push in await talker.answered()] == ["BAD_FRAME"]
    await talker.leave()
    assert place.faults() == []


# -- chance ------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
async def test_mutated_bodies(place: Place) -> None:
    """Seven in ten over the socket, two at doors that are open to everybody, one with a session: by what they cost."""
    chance = random.Random(SEED)
    faults = await all_of(
        [mutated_frames(place, random.Random(chance.random()), COUNT * 7 // 80) for _ in range(8)]
        + [
            mutated_requests(place, random.Random(chance.random()), COUNT // 40, public=True)
            for _ in range(8)
        ]
        + [
            mutated_requests(place, random.Random(chance.random()), COUNT // 80, public=False)
            for _ in range(8)
        ]
    )
    print(f"\npoison: {COUNT} mutated bodies, seed {SEED}")
    assert faults[:20] == []
    assert place.faults() == []


async def mutated_requests(place: Place, chance: random.Random, count: int, *, public: bool) -> list[str]:
    """Mutated bodies to routes."""
    rows = [row for row in WITH_BODY if (row.gate is Gate.PUBLIC) is public]
    seeds = {row.name: orjson.dumps(sample(row.body, place.given)) for row in rows if row.body is not None}
    faults: list[str] = []
    for _ in range(count):
        row = chance.choice(rows)
        faults += await send_body(place, row, mutated(seeds[row.name], chance))
    return faults


async def mutated_frames(place: Place, chance: random.Random, count: int) -> list[str]:
    """Mutated frames over one socket."""
    seeds = [
        orjson.dumps(sample(m, {**place.given, "ref": 7}) | {"type": n, "ref": 7})
        for n, m in COMMANDS.items()
    ]
    talker, faults = Talker(place), list[str]()
    for number in range(count):
        await talker.send(mutated(chance.choice(seeds), chance)[:MAX_FRAME_BYTES])
        if number % 50 == 49:
            faults += internal(await talker.answered())
    faults += internal(await talker.answered())
    await talker.leave()
    return faults + [f"closed with {code}" for code in talker.closed]


async def test_a_normal_session_works_afterwards(place: Place) -> None:
    application = place.application
    member = await application.sign_in("lufushuji")
    async with application.socket(member) as client, application.socket(place.secretary) as officer:
        await client.hello()
        await officer.hello()
        topic = f"chat:{place.given['room']}"
        await officer.do("subscribe", topic=topic)
        sent = await client.do(
            "chat.send", room=place.given["room"], cid=SystemIds().uuid7(), text="一切正常"
        )
        heard = await officer.until(1, "chat.sent")
        assert (heard[-1]["text"], heard[-1]["seq"]) == ("一切正常", sent["seq"])
        page = await client.do("chat.history", room=place.given["room"])
        assert page["messages"][-1]["text"] == "一切正常"
    assert (await application.ask(Request("GET", "/org"), member)).status == 200
    assert place.faults() == []
