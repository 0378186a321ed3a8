"""What is stored and what is logged holds no secret and no personal value in clear (A9, G18, check 44).

One long story over real HTTP and real sockets plants values of every kind, with the server's own logging at its most talkative
in a file. Then every document of every collection, the data files of the database, the log, and every refusal are searched.
"""

import base64
import hashlib
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from channels.branch.hand import SYSTEM
from server.accounts.activation import Issuer
from server.telemetry import set_up_logs
from storage.client import Document, MongoSettings
from storage.ids import SystemIds
from storage.managed.mongod import ManagedMongod
from tests.kit import canaries as planted
from tests.kit.application import API, NOBODY, Answer, Application, Credentials, Request, open_application
from tests.kit.canaries import Canary, found_in, found_in_documents, plain_in
from tests.kit.founding import found_small
from tests.wire.client import Frame

CONTROL = "plain-control-9f3kq7zr0vmx2w8t"
BROKEN = "broken-inside-4jx8w0qzt6"
METRICS_TOKEN = "metrics-token-8hv2c6ymn1"
SHOWN_TO_ROOM = frozenset({"message", "edited message", "reason to the room", "file name", "file"})
"""What members of a room read: stored as it is, never logged."""

ERASED = frozenset({"deleted message", "recalled message"})
"""Gone from every document at once; the journal and the oplog of the database keep earlier writes until they are overwritten."""


@dataclass(slots=True)
class Story:
    """What was planted and what was answered.

    Attributes:
        application: The application.
        branch: The branch of its organisation.
        canaries: Everything planted so far.
        refusals: Bodies of HTTP refusals and error frames.
        members: Name -> member id.
    """

    application: Application
    branch: str = ""
    canaries: list[Canary] = field(default_factory=list)
    refusals: list[bytes] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)

    def plant(self, canary: Canary) -> str:
        """Note a value and use it."""
        self.canaries.append(canary)
        return canary.text

    def word(self, kind: str) -> str:
        """A fresh value nobody else has."""
        return self.plant(Canary(kind, f"{kind.replace(' ', '-')}-{SystemIds().secret(12)}"))

    async def ask(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None = None,
        shown: Credentials = NOBODY,
        **more: Any,  # noqa: ANN401
    ) -> Answer:
        """A request; tokens that come back are planted, refusals are kept."""
        answer = await self.application.ask(Request(method, path, body, **more), shown)
        for name, value in answer.cookies.items():
            if value:
                self.plant(Canary(name, value))
        if answer.status >= 400:
            self.refusals.append(answer.content)
        return answer

    async def done(
        self, method: str, path: str, body: dict[str, Any] | None = None, shown: Credentials = NOBODY
    ) -> Any:  # noqa: ANN401
        """A request that succeeds; its JSON."""
        answer = await self.ask(method, path, body, shown)
        assert answer.status < 300, answer.content
        return answer.json() if answer.content else None

    def code(self, seed: str) -> str:
        """The next one-time code, planted."""
        code = self.application.code(seed, 1)
        self.canaries.append(Canary("one-time code", code))
        return code


@dataclass(slots=True)
class Person:
    """Somebody who signed in."""

    login: str
    password: str
    seed: str
    recovery: list[str]
    shown: Credentials


# -- the story ---------------------------------------------------------------------------------------------------------


async def found_branch(story: Story) -> None:
    """The organisation and its first two officers, as the command line makes them."""
    small = await found_small(story.application)
    for name, role in (("方书记", "secretary"), ("陆监督", "oversight")):
        await small.add(name, role)
    story.branch, story.members = small.branch.unit, small.members


async def first_code(story: Story, name: str) -> str:
    """An activation code for the first officer, from the command line."""
    accounts = story.application.house.accounts
    person = await accounts.directory.person(story.members[name])
    assert person is not None
    return (await accounts.activation.issue(person, Issuer(SYSTEM, "command line"))).code


async def activate(story: Story, code: str, login: str) -> Person:
    """From the printed code to a second factor, with a wrong turn at every step."""
    story.plant(planted.code("activation code", code))
    password = story.word("password")
    await story.ask("POST", "/activation/check", {"code": story.word("wrong activation code")})
    await story.done("POST", "/activation/check", {"code": code})
    too_short = story.plant(Canary("short password", "q7#Zk"))
    await story.ask("POST", "/activation", {"code": code, "login": login, "password": too_short})
    used = await story.ask("POST", "/activation", {"code": code, "login": login, "password": password})
    assert used.json() == {"step": "enrol"}
    shown = Credentials(used.cookie)
    seed = (await story.done("POST", "/mfa/enrol", {}, shown))["secret"]
    story.canaries += planted.seed(seed)
    await story.ask("POST", "/mfa/confirm", {"code": "000000"}, shown)
    right = story.application.code(seed)
    confirmed = await story.ask("POST", "/mfa/confirm", {"code": right}, shown)
    recovery = confirmed.json()["recovery_codes"]
    story.canaries += [planted.code("recovery code", one) for one in recovery]
    return Person(login, password, seed, recovery, Credentials(confirmed.cookie))


async def keep_the_roll(story: Story, secretary: Person) -> str:
    """Personal values by form and by file, changed, opened, exported."""
    newcomer = {
        "unit": story.branch, "name": "钟山", "phone": story.plant(planted.phone("13800139427")),
        "mail": story.plant(planted.mail("zhong.shan.93817@post.example")),
        "birth_date": story.plant(planted.birth_date("1957-03-09")), "joined_on": story.plant(planted.birth_date("1983-07-21")),
    }  # fmt: skip
    member: str = (await story.done("POST", "/roll", newcomer, secretary.shown))["member"]
    change = {
        "phone": story.plant(planted.phone("13900148536")),
        "mail": story.plant(planted.mail("z.s.44021@mail.example")),
    }
    await story.done("PATCH", f"/roll/{member}", change, secretary.shown)
    await story.ask("PATCH", f"/roll/{member}", {"phone": story.word("no phone")}, secretary.shown)
    await story.ask(
        "PATCH", f"/roll/{member}", {"birth_date": "1957-02-31-" + story.word("no date")}, secretary.shown
    )
    reason = story.word("reason for opening")
    await story.done("POST", f"/roll/{member}/open", {"reason": reason}, secretary.shown)
    await import_roll(story, secretary)
    for kind in ("csv", "xlsx"):
        answer = await story.ask(
            "GET", f"/roll/export?unit={story.branch}&format={kind}", None, secretary.shown
        )
        assert answer.status == 200, answer.content
    return member


async def import_roll(story: Story, secretary: Person) -> None:
    """A roll as a file; one row is wrong."""
    phone, address = planted.phone("13700157645"), planted.mail("lin.he.70215@post.example")
    wrong = story.word("wrong phone")
    born = planted.birth_date("1961-11-23")
    sound = ",".join(("林河", story.plant(phone), story.plant(address), story.plant(born)))
    rows = f"姓名,手机号,电子邮箱,出生日期\n{sound}\n夏雨,{wrong},,\n"
    answer = await story.ask(
        "POST", f"/roll/import?unit={story.branch}", None, secretary.shown, content=rows.encode(),
        headers={"content-type": "text/csv"},
    )  # fmt: skip
    state = answer.json()
    assert answer.status == 200, answer.content
    confirm = {"confirm": state["digest"]}
    imported = await story.done("POST", f"/roll/import/{state['import']}", confirm, secretary.shown)
    assert imported["added"] == 1
    await story.ask(  # another file, which waits for its confirmation while the database is searched
        "POST", f"/roll/import?unit={story.branch}", None, secretary.shown,
        content=f"姓名,手机号\n秦川,{story.plant(planted.phone('13600166754'))}\n".encode(), headers={"content-type": "text/csv"},
    )  # fmt: skip


async def sign_in_in_every_way(story: Story, member: Person) -> Person:
    """By name, phone and mail, with wrong and right passwords and codes; then a new password."""
    for login in (member.login, "13900148536", "z.s.44021@mail.example", story.word("unknown log-in")):
        await story.ask("POST", "/login", {"login": login, "password": story.word("wrong password")})
    half = Credentials(
        (await story.ask("POST", "/login", {"login": "13900148536", "password": member.password})).cookie
    )
    await story.ask("POST", "/login/totp", {"code": story.word("wrong one-time code")}, half)
    await story.ask("POST", "/login/recovery", {"code": story.word("wrong recovery code")}, half)
    whole = await story.ask("POST", "/login/recovery", {"code": member.recovery[0]}, half)
    assert whole.json() == {"step": "done"}
    shown = Credentials(whole.cookie)
    proved = await story.ask(
        "POST", "/reauth", {"password": member.password, "code": story.code(member.seed)}, shown
    )
    shown = Credentials(proved.cookie)
    new = story.word("new password")
    changed = await story.ask("POST", "/password", {"current": member.password, "new": new}, shown)
    assert changed.status == 204, changed.content
    shown = Credentials(changed.cookie)
    codes = await story.done("POST", "/mfa/recovery-codes", {}, shown)
    story.canaries += [planted.code("new recovery code", one) for one in codes["recovery_codes"]]
    for path in ("/me/record", "/me/audit", "/session", "/devices"):
        await story.done("GET", path, None, shown)
    return Person(member.login, new, member.seed, codes["recovery_codes"], shown)


async def reset_a_factor(story: Story, secretary: Person, oversight: Person, member: str) -> None:
    """Asked by one officer, approved by another, with a code for the member."""
    reason = story.word("reason for reset")
    asked = await story.done("POST", "/mfa-resets", {"member": member, "reason": reason}, secretary.shown)
    await story.done("GET", "/mfa-resets", None, oversight.shown)
    given = await story.done("POST", f"/mfa-resets/{asked['id']}/approve", {}, oversight.shown)
    story.plant(planted.code("reset code", given["code"]))


async def make_a_bot(story: Story, secretary: Person) -> str:
    """A token, used over HTTP and shown in a hello; wrong ones, too."""
    body = {"unit": story.branch, "name": "值日机器人", "scopes": ["org.show", "chat.send", "subscribe"]}
    made = await story.done("POST", "/tokens", body, secretary.shown)
    secret = story.plant(Canary("bot token", made["secret"]))
    await story.done("GET", "/org", None, Credentials(bearer=secret))
    await story.ask("GET", "/org", None, Credentials(bearer=story.word("wrong bot token")))
    await story.ask("GET", "/org", None, Credentials(cookie=story.word("wrong cookie")))
    return secret


async def talk(story: Story, secretary: Person, member: Person, bot: str) -> None:
    """Messages, a file, a deletion with its reason, and frames that are wrong."""
    headers = {"content-type": "text/plain", "x-file-name": f"{story.word('file name')}.txt"}
    content = story.word("file").encode()
    file = (
        await story.ask(
            "POST", f"/files?room={story.branch}", None, member.shown, content=content, headers=headers
        )
    ).json()["id"]
    async with (
        story.application.socket(member.shown) as client,
        story.application.socket(secretary.shown) as officer,
    ):
        await client.hello()
        await officer.hello()
        await officer.do("subscribe", topic=f"chat:{story.branch}")
        ids = SystemIds()
        said = await client.do(
            "chat.send", room=story.branch, cid=ids.uuid7(), text=story.word("message"), attachments=[file]
        )
        await client.do(
            "chat.edit", room=story.branch, message=said["seq"], text=story.word("edited message")
        )
        gone = await client.do(
            "chat.send", room=story.branch, cid=ids.uuid7(), text=story.word("deleted message")
        )
        await officer.do(
            "chat.delete", room=story.branch, message=gone["seq"], reason=story.word("reason to the room")
        )
        recalled = await client.do(
            "chat.send", room=story.branch, cid=ids.uuid7(), text=story.word("recalled message")
        )
        await client.do("chat.recall", room=story.branch, message=recalled["seq"])
        for frame in wrong_frames(story):
            note(story, await client.ask(frame))
    assert (await story.ask("GET", f"/files/{file}", None, member.shown)).status == 200
    for token in (bot, story.word("wrong token in a hello")):
        async with story.application.socket(Credentials(bearer=token)) as client:
            hello = {"type": "hello", "ref": 7, "protocol": 1, "client": "bot/1", "token": token}
            await client.socket.send(json.dumps(hello))
            if token == bot:
                await client.until(1, "welcome")
            else:
                await client.closed()


def wrong_frames(story: Story) -> list[Frame]:
    """Commands with values where they do not belong."""
    word = story.word
    return [
        {"type": word("unknown type")},
        {
            "type": "chat.send",
            "room": word("room that is none"),
            "cid": "x",
            "text": word("text of a bad frame"),
        },
        {
            "type": "chat.send",
            "room": story.branch,
            "cid": SystemIds().uuid7(),
            "text": [word("text in a list")],
        },
        {"type": "chat.send", "room": story.branch, word("unknown field"): 1},
        {"type": "subscribe", "topic": word("topic that is none")},
        {
            "type": "chat.react",
            "room": story.branch,
            "message": 1,
            "emoji": word("no emoji")[:16],
            "on": True,
        },
    ]


def note(story: Story, frame: Frame) -> None:
    """Keep an error frame."""
    assert frame["type"] == "error", frame
    story.refusals.append(json.dumps(frame, ensure_ascii=False).encode())


async def knock_wrongly(story: Story, secretary: Person) -> None:
    """Values in addresses, queries, headers, and where they do not fit."""
    word, shown = story.word, secretary.shown
    for method, path, body in (
        ("GET", f"/roll?unit={word('value in a query')}", None),
        ("GET", f"/roll?{word('name in a query')}=1", None),
        ("GET", f"/files/{word('value in a path')}", None),
        ("GET", f"/{word('unknown path')}", None),
        ("POST", "/login", {"login": [word("log-in in a list")], "password": word("password beside it")}),
        ("POST", "/login", {"login": "x", "password": "y", word("unknown key"): 1}),
        ("POST", f"/roll/{word('no member')}/open", {"reason": word("reason for nobody")}),
        ("PATCH", f"/roll/{story.members['方书记']}", {"phone": {"number": word("phone in an object")}}),
        (
            "POST",
            "/tokens",
            {"unit": story.branch, "name": word("name of a bot that is not made"), "scopes": ["no.such"]},
        ),
        ("PUT", "/roles", {"member": story.members["陆监督"], "unit": story.branch, "role": word("no role")}),
    ):
        answer = await story.ask(method, path, body, shown)
        assert answer.status >= 400, (method, answer.content)
    raw = f'{{"login": "{word("log-in in broken JSON")}'.encode()
    headers = {
        "content-type": "application/json",
        "user-agent": word("value in a header"),
        "x-request-id": word("value in another header"),
    }
    await story.ask("POST", "/login", None, NOBODY, content=raw, headers=headers)


async def break_inside(story: Story, patch: pytest.MonkeyPatch) -> None:
    """Something unforeseen whose message quotes a value: the log has its place, not its words."""
    story.canaries.append(Canary("value in an exception", BROKEN))

    async def fail() -> None:
        raise ValueError(f"cannot use {BROKEN}")

    with patch.context() as inside:
        inside.setattr(type(story.application.house.ground.mongo), "ping", lambda _mongo: fail())
        answer = await story.ask("GET", "/health")
    assert (answer.status, answer.key) == (500, "INTERNAL")


async def tell(application: Application, patch: pytest.MonkeyPatch) -> Story:
    """The whole story."""
    story = Story(application)
    await found_branch(story)
    secretary = await activate(story, await first_code(story, "方书记"), "fangshuji")
    oversight = await activate(story, await first_code(story, "陆监督"), "lujiandu")
    member = await keep_the_roll(story, secretary)
    letter = await story.done("POST", f"/roll/{member}/activation-code", {}, secretary.shown)
    person = await activate(story, letter["code"], "zhongshan")
    person = await sign_in_in_every_way(story, person)
    bot = await make_a_bot(story, secretary)
    await talk(story, secretary, person, bot)
    await knock_wrongly(story, secretary)
    await break_inside(story, patch)
    await reset_a_factor(story, secretary, oversight, member)
    await application.settled()
    return story


# -- the search --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Traces:
    """What the story left behind."""

    story: Story
    log: Path
    folder: Path

    @property
    def secrets(self) -> list[Canary]:
        """What must not even be stored in clear. One-time codes of six digits stand in any number."""
        return [c for c in self.story.canaries if c.kind not in SHOWN_TO_ROOM | {"one-time code"}]


@pytest.fixture
def talkative_log(tmp_path: Path) -> Iterator[Path]:
    """The server's own logging at debug level, in a file."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    path = tmp_path / "server.log"
    with path.open("w") as file:
        set_up_logs("debug", "json", stream=file, cached=False)
        yield path
        root.handlers[:] = handlers
        root.setLevel(level)


@pytest.fixture
async def traces(
    mongo_settings: MongoSettings, talkative_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Traces]:
    """Everything the story left."""
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("HUITANG_METRICS_TOKEN", METRICS_TOKEN)
    async with open_application(mongo_settings, folder) as application:
        yield Traces(await tell(application, monkeypatch), talkative_log, folder)


async def dump(application: Application) -> dict[str, list[Document]]:
    """Every document of every collection."""
    names = await application.database.list_collection_names()
    return {name: await application.database[name].find().to_list() for name in names}


async def in_documents(application: Application, canaries: list[Canary]) -> list[str]:
    """`collection: kind` of everything that stands somewhere."""
    stored = await dump(application)
    return sorted(f"{name}: {kind}" for name in stored for kind in found_in_documents(stored[name], canaries))


def without_times(log: bytes) -> bytes:
    """The log without its time stamps and durations, whose digits could be anybody's code."""
    return re.sub(rb'"timestamp": "[^"]*"|"took_ms": \d+', b"", log)


def raw_files(mongod_folder: Path) -> bytes:
    """The bytes of the database on disk, journal and all."""
    files = [
        path for path in mongod_folder.rglob("*") if path.suffix == ".wt" or "WiredTigerLog" in path.name
    ]
    return b"\n".join(path.read_bytes() for path in files)


@pytest.mark.slow
async def test_nothing_secret_is_stored_logged_or_echoed(traces: Traces, mongod: ManagedMongod) -> None:
    story, application = traces.story, traces.story.application
    kinds = {canary.kind for canary in story.canaries}
    assert {
        "phone", "mail", "birth date", "seed", "__Host-huitang", "__Host-huitang-device", "bot token", "recovery code",
        "activation code", "reset code", "password", "message", "reason for opening", "reason for reset", "one-time code",
    } <= kinds  # fmt: skip

    assert await in_documents(application, traces.secrets) == []

    log = without_times(traces.log.read_bytes())
    assert log.count(b'"huitang.access"') > 60
    assert b'"level": "error"' in log and b"ValueError" in log  # noqa: PT018 - the fault is there by its place
    assert found_in(log, story.canaries) == []

    assert len(story.refusals) > 30
    assert found_in(b"\n".join(story.refusals), story.canaries) == []

    kept = b"\n".join(path.read_bytes() for path in traces.folder.rglob("*") if path.is_file())
    assert found_in(kept, story.canaries) == []
    print(
        f"\nsecrets: {len(story.canaries)} values of {len(kinds)} kinds, {len(log.splitlines())} log lines, {len(story.refusals)} refusals"
    )
    await look_at_metrics(story)
    await look_at_files(traces, mongod)
    await plant_and_find(traces)


async def look_at_metrics(story: Story) -> None:
    """The figures, in both formats: names, labels and help texts; the numbers say nothing, but their digits could be a code."""
    headers = {"authorization": f"Bearer {METRICS_TOKEN}"}
    for accept in ("text/plain", "application/openmetrics-text"):
        reply = await story.application.http.request("GET", "/metrics", headers | {"accept": accept})
        assert reply.status == 200
        shown = re.sub(rb"(?m) [0-9.e+-]+$", b"", reply.content)
        assert b'route="/api/v1/roll/{member}/open"' in shown
        assert b'route="/api/{path:path}"' in shown
        assert found_in(shown, [*story.canaries, Canary("metrics token", METRICS_TOKEN)]) == []
        members = [Canary("member", member) for member in story.members.values()]
        assert found_in(shown, [*members, Canary("branch", story.branch), Canary("name", "方书记")]) == []
        hidden = shown + f'x{{route="/api/v1/roll/{story.members["方书记"]}/open"}}'.encode()
        assert found_in(hidden, members) == ["member"]


async def look_at_files(traces: Traces, mongod: ManagedMongod) -> None:
    """The files of the database, which compress: a control value shows that short random values survive that."""
    application = traces.story.application
    await application.database["control"].insert_one({"value": CONTROL})
    options: Document = await application.database.client.admin.command("getCmdLineOpts")
    await application.database.client.admin.command("fsync")
    content = raw_files(Path(options["parsed"]["storage"]["dbPath"]))
    assert CONTROL.encode() in content
    assert plain_in(content, [canary for canary in traces.secrets if canary.kind not in ERASED]) == []
    print(f"files of the database: {len(content) / 1e6:.0f} MB")


async def plant_and_find(traces: Traces) -> None:
    """The search is not blind: what members may read is found, and so is what is planted in hiding."""
    story, application = traces.story, traces.story.application
    rooms = [canary for canary in story.canaries if canary.kind in SHOWN_TO_ROOM]
    assert {"log: edited message", "uploads: file name", "fs.chunks: file"} <= set(
        await in_documents(application, rooms)
    )
    phone, token = (next(c for c in story.canaries if c.kind == kind) for kind in ("phone", "bot token"))
    hidden: list[Document] = [
        {"deep": [{"in": {"a": ("tel " + phone.text).encode()}}]},
        {"digest": hashlib.sha256(phone.text.encode()).hexdigest()},
        {"wrapped": base64.b64encode(b"xy" + token.text.encode() + b"z").decode()},
        {phone.text: "as a key"},
    ]
    for document in hidden:
        assert found_in_documents([document], traces.secrets) != [], document
    planted_log = traces.log.read_bytes() + f'{{"event": "sent to {phone.text}"}}'.encode()
    assert found_in(planted_log, story.canaries) == ["phone"]
    assert API not in phone.text
