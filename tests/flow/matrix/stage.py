"""The stage of the matrix: two organisations founded the real way, every caller signed in through the door, objects of everybody.

Everybody here is invented. What the objects are:

    member      a plain member who holds the role of a helper        left       somebody who left the branch
    clerk       another secretary, who made codes, tokens, requests   invited    somebody with an activation code
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from channels.branch.contract import Unit
from channels.branch.hand import SYSTEM, Hand, Steps, commit
from channels.branch.holds import Office, granted, here_of, titled
from channels.branch.members import Newcomer, added, rooms_of
from channels.branch.roles import SYSTEM_CAPABILITIES
from channels.branch.store import groups_of, person_cards
from channels.branch.template import templates
from channels.branch.units import Founding, founded, unit_added
from server.accounts.provision import Provision
from storage.ids import MemberId, OrgId, SystemIds
from tests.flow.matrix.cast import CAST, PART, Branch, Part, Standing
from tests.flow.matrix.rules import Whose
from tests.kit.application import NOBODY, PASSWORD, SEED, Answer, Application, Credentials, Request
from tests.wire.client import Client

Place = Branch | str
BRANCHES = ("root", "first", "second", "abroad", "annex")
"""`annex` is the second branch of the other organisation."""

STOCKED = ("first", "second", "abroad", "annex")
"""Branches that have objects."""

ABSENT = "01900000-0000-7000-8000-00000000dead"
ABSENT_CODE = "8H2K-0000-0000-0000-0000-0000-0000"
TEMPLATE = templates()["party_branch_zh"]
CLOSED = frozenset({"talk", "file in talk", "session", "loose file", "import"})
"""Objects that nobody of their branch sees either, but the one or two they belong to."""

PRIVATE = CLOSED | {"file", "file in group", "hold", "token", "reset", "meeting", "meeting in group"}

ASKED = {
    "organizer": "member", "secretary": "non-voting", "stale secretary": "observer", "deputy": "aide", "oversight": "committee",
    "guest oversight": "group leader", "neighbour secretary": "neighbour", "stranger secretary": "stranger",
}  # fmt: skip
"""Officer -> whose reset they asked for."""

ROLL_CSV = "姓名\n周新人\n".encode()


@dataclass(slots=True)
class Person:
    """Somebody on the stage.

    Attributes:
        name: Name of the part, or of the extra.
        login: Log-in name; empty without account.
        member: Membership, None without one.
        shown: How they are signed in.
        account: Account id.
        session: Session id.
    """

    name: str
    login: str = ""
    member: str | None = None
    shown: Credentials = NOBODY
    account: str = ""
    session: str = ""


@dataclass(slots=True)
class Stage:
    """Everything a request can be about.

    Attributes:
        application: What is asked.
        orgs: Branch -> organisation.
        branches: Name -> unit.
        groups: Name of the branch -> its group.
        people: Part or extra (`clerk first`, `member first`, …) -> person.
        objects: (kind, branch) -> id of an object there.
        own: (kind, part) -> id of the caller's own object.
        sockets: Part -> open socket.
    """

    application: Application
    orgs: dict[str, OrgId] = field(default_factory=dict)
    branches: dict[str, Unit] = field(default_factory=dict)
    groups: dict[str, Unit] = field(default_factory=dict)
    people: dict[str, Person] = field(default_factory=dict)
    objects: dict[tuple[str, str], Any] = field(default_factory=dict)
    own: dict[tuple[str, str], Any] = field(default_factory=dict)
    sockets: dict[str, Client] = field(default_factory=dict)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    # -- what a request is about -----------------------------------------------------------------------------------

    def branch_of(self, part: Part, whose: Whose) -> str:
        """Name of the branch that is `whose` for a caller."""
        match whose:
            case Whose.NEXT:
                return {"first": "second", "second": "first", "abroad": "annex"}[part.home]
            case Whose.FAR:
                return "first" if part.home == "abroad" else "abroad"
            case _:
                return part.home

    def thing(self, kind: str, part: Part, whose: Whose, absent: Any = ABSENT) -> Any:  # noqa: ANN401 - id or pair
        """Id of an object of a kind; the absent one when the caller has none of their own."""
        if whose is Whose.NONE:
            return absent
        if whose is Whose.OWN:
            return self.own.get((kind, part.name), absent)
        suffix = {Whose.WITHIN: " in group", Whose.CLOSED: " in talk"}.get(whose, "")
        return self.objects[kind + suffix, self.branch_of(part, whose)]

    def unit(self, part: Part, whose: Whose) -> str:
        """Id of a branch, or of the group of the own branch."""
        if whose is Whose.NONE:
            return ABSENT
        if whose is Whose.WITHIN:
            return self.groups[part.home].unit
        return self.branches[self.branch_of(part, whose)].unit

    def member(self, part: Part, whose: Whose) -> str:
        """Id of a member; the caller's own for OWN."""
        if whose is Whose.NONE:
            return ABSENT
        if whose is Whose.OWN:
            return self.people[part.name].member or ABSENT
        return self.people[f"member {self.branch_of(part, whose)}"].member or ABSENT

    def room(self, part: Part, whose: Whose) -> str:
        """Id of a room: a talk of one's own, a branch's, a group's, a talk of two others."""
        if whose is Whose.OWN:
            return str(self.own.get(("talk", part.name), ABSENT))
        if whose is Whose.CLOSED:
            return str(self.objects["talk", part.home])
        return self.unit(part, whose)

    def hidden_from(self, part: Part) -> frozenset[str]:
        """Ids that no answer to a caller may hold: what belongs to other organisations, to people of other branches, to closed
        rooms, and for administrators to anybody."""
        hidden = set[str]()
        for branch in STOCKED:
            near = branch == part.home and part.name != "system"
            same_org = self.orgs[branch] == self.orgs[part.home] and part.name != "system"
            if not same_org:
                hidden |= {self.branches[branch].unit, self.groups[branch].unit, self.orgs[branch]}
            private = PRIVATE if not near else CLOSED if part.in_group else CLOSED | {"file in group"}
            hidden |= {str(self.objects[kind, branch]) for kind in private}
            if not near:
                hidden |= {
                    self.people[f"{who} {branch}"].member or ""
                    for who in ("clerk", "member", "left", "invited")
                }
        return frozenset(hidden)

    # -- asking ----------------------------------------------------------------------------------------------------

    def shown(self, part: Part, scope: str) -> Credentials:
        """What a caller shows; a bare bot shows a token that lacks the scope in question."""
        if part.standing is Standing.BARE_BOT:
            return self.people["bare bot (org)" if scope != "org.show" else "bare bot (counts)"].shown
        return self.people[part.name].shown

    async def ask(self, request: Request, part: Part, scope: str = "") -> Answer:
        """Send a request as a caller."""
        return await self.application.ask(request, self.shown(part, scope))

    async def socket(self, name: str, shown: Credentials) -> Client:
        """An open socket that said hello; a new one when the old one was closed."""
        client = self.sockets.get(name)
        if client is None or client.socket.close_code is not None:
            client = await self.stack.enter_async_context(self.application.socket(shown))
            await client.hello(shown.bearer or None)
            self.sockets[name] = client
        return client

    async def as_person(self, name: str) -> Client:
        """The socket of a person of the stage."""
        return await self.socket(name, self.people[name].shown)


@asynccontextmanager
async def open_stage(
    application: Application, more: Callable[[Stage], Awaitable[None]]
) -> AsyncIterator[Stage]:
    """Found, invite, sign in, and fill with objects; `more` brings what stands in modules of its own."""
    stage = Stage(application)
    async with stage.stack:
        builder = Builder(stage)
        await builder.found()
        await builder.enrol_people()
        await builder.sign_everybody_in()
        await builder.fill()
        await more(stage)
        await builder.finish()
        yield stage


class Builder:
    """Makes the stage."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.application = stage.application
        ground = stage.application.house.ground
        self.hand = Hand(ground.reader, SYSTEM, "", "", stage.application.house.exchange.access_changed)

    # -- organisations and people ----------------------------------------------------------------------------------

    async def found(self) -> None:
        """Two organisations, their branches and groups."""
        for name, root, below in (
            ("青河机关", "root", ("first", "second")),
            ("外地协会", "abroad", ("annex",)),
        ):
            org, unit, steps = founded(self.hand, Founding(name, TEMPLATE.key, "QH"))
            await commit(self.hand, steps)
            self.stage.branches[root], self.stage.orgs[root] = unit, org
            for branch in below:
                made, steps = unit_added(self.hand, unit, "branch", f"支部{branch}", 0)
                await commit(self.hand, steps)
                self.stage.branches[branch], self.stage.orgs[branch] = made, org
        for branch in STOCKED:
            made, steps = unit_added(self.hand, self.stage.branches[branch], "group", "一组", 0)
            await commit(self.hand, steps)
            self.stage.groups[branch] = made

    async def enrol_people(self) -> None:
        """Everybody of the cast, and the extras of each branch, on their rolls with roles and accounts."""
        for part in CAST:
            if part.has_account:
                await self._person(
                    part.name, part.roll, grouped=part.in_group, seed=part.standing is not Standing.ENROLLING
                )
                if part.role:
                    held_in = self.stage.groups if part.held_in == "group" else self.stage.branches
                    await self._give(
                        part.name, part.role, held_in[part.home if part.role != "upper_contact" else "root"]
                    )
            else:
                self.stage.people[part.name] = Person(part.name)
        for branch in BRANCHES:
            await self._person(f"clerk {branch}", branch)
            await self._give(f"clerk {branch}", "secretary", self.stage.branches[branch])
        for branch in STOCKED:
            await self._person(f"member {branch}", branch, grouped=True)
            await self._give(f"member {branch}", "helper", self.stage.branches[branch])
            await self._person(f"left {branch}", branch, account=False)
            await self._person(f"invited {branch}", branch, account=False)

    async def _person(
        self, name: str, branch: str | None, *, grouped: bool = False, account: bool = True, seed: bool = True
    ) -> None:
        person = self.stage.people[name] = Person(name)
        number = len(self.stage.people)
        if branch is not None:
            unit = self.stage.branches[branch]
            rooms = await rooms_of(self.hand, unit, await groups_of(self.hand.mongo, unit.unit))
            groups = (self.stage.groups[branch].unit,) if grouped else ()
            newcomer = Newcomer(f"N{number:04}", f"某{number:02}", TEMPLATE.classes[0].key, groups)
            person.member, steps = added(self.hand, rooms, newcomer)
            await commit(self.hand, steps)
        if account:
            person.login = f"caller{number:02}"
            wish = Provision(
                person.login,
                PASSWORD,
                SEED if seed else "",
                self.stage.orgs[branch] if branch else None,
                MemberId(person.member) if person.member else None,
                frozenset() if branch else frozenset(SYSTEM_CAPABILITIES),
            )
            made = await self.application.house.accounts.provisioner.create(wish)
            person.account = made.account
            self.stage.own["recovery code", name] = made.recovery_codes[0] if made.recovery_codes else ""

    async def _give(self, name: str, role: str, unit: Unit) -> None:
        member = self.stage.people[name].member or ""
        card = (await person_cards(self.hand.mongo, [member]))[MemberId(member)]
        here = await here_of(self.hand.mongo, unit.branch)
        steps: Steps = granted(self.hand, unit, card, titled(Office(role), TEMPLATE), here)
        await commit(self.hand, steps)
        hold = steps.appends[0].body["hold"]
        if name in PART:
            self.stage.own["hold", name] = hold
        elif name.startswith("member "):
            self.stage.objects["hold", name.removeprefix("member ")] = hold

    # -- through the door ------------------------------------------------------------------------------------------

    async def sign_everybody_in(self) -> None:
        """Log in: password and code; those who are half way stay there."""
        await asyncio.gather(
            *(self._sign_in(person) for person in self.stage.people.values() if person.login)
        )

    async def _sign_in(self, person: Person) -> None:
        half = person.name in PART and PART[person.name].standing in {Standing.PENDING, Standing.ENROLLING}
        person.shown = await self.application.sign_in(person.login, seed="" if half else SEED)
        if not half:
            devices = await self.application.ask(Request("GET", "/devices"), person.shown)
            (device,) = devices.json()["devices"]
            person.session = self.stage.own["session", person.name] = device["id"]
            if person.name.startswith("member "):
                self.stage.objects["session", person.name.removeprefix("member ")] = person.session

    # -- objects ---------------------------------------------------------------------------------------------------

    async def fill(self) -> None:
        """Rooms, messages, files, codes, tokens, requests."""
        await asyncio.gather(*(self._fill_branch(branch) for branch in STOCKED))
        await self._make_bots()
        complete = {Standing.SIGNED_IN, Standing.STALE, Standing.BOT}
        await asyncio.gather(*(self._fill_own(part) for part in CAST if part.standing in complete))

    async def _fill_branch(self, branch: str) -> None:
        stage, unit = self.stage, self.stage.branches[branch].unit
        talk = await self._open_talk(f"clerk {branch}", stage.people[f"member {branch}"].member)
        stage.objects["talk", branch] = talk
        for suffix, room in (("", unit), (" in group", stage.groups[branch].unit), (" in talk", talk)):
            file = await self._upload(f"member {branch}", room)
            stage.objects["file" + suffix, branch] = file
            stage.objects["message" + suffix, branch] = (
                room,
                await self._say(f"member {branch}", room, file),
            )
        stage.objects["loose file", branch] = await self._upload(f"member {branch}", unit)
        clerk = stage.people[f"clerk {branch}"].shown
        left = stage.people[f"left {branch}"].member
        invited = stage.people[f"invited {branch}"].member
        await self._done("POST", f"/roll/{left}/leave", clerk)
        letter = await self._done("POST", f"/roll/{invited}/activation-code", clerk)
        stage.objects["code", branch] = letter["code"]
        stage.objects["token", branch] = (await self._token(branch, ["chat.history"]))[0]
        stage.objects["reset", branch] = await self._ask_reset(branch, f"member {branch}")
        pending = await self.application.ask(roll_upload(unit), clerk)
        stage.objects["import", branch] = pending.json()["import"]

    async def _fill_own(self, part: Part) -> None:
        """A talk, a message, a file, a request about oneself, an import of the caller's own."""
        stage, name = self.stage, part.name
        home = stage.branches[part.home].unit
        if part.name == "system":
            return
        if not part.is_bot:
            stage.own["talk", name] = await self._open_talk(name, stage.people[f"member {part.home}"].member)
            clerk = "root" if part.roll == "root" else part.home
            stage.own["reset", name] = await self._ask_reset(clerk, name)
        at_home = part.lives_here or part.is_bot
        room = home if at_home else stage.own["talk", name]
        stage.own["file", name] = await self._upload(name, room)
        stage.own["message", name] = (room, await self._say(name, room))
        if part.role in {"secretary", "deputy", "organizer"} and part.held_in == "branch":
            answer = await self.application.ask(roll_upload(home), stage.people[name].shown)
            stage.own["import", name] = answer.json()["import"]

    async def _make_bots(self) -> None:
        listed = await self._done("GET", "/tokens", self.stage.people["secretary"].shown)
        for name, scopes in (
            ("bot", listed["scopes"]), ("bare bot (org)", ["org.show"]), ("bare bot (counts)", ["branch.counts"]),
        ):  # fmt: skip
            _, secret = await self._token("first", scopes, "secretary")
            self.stage.people[name] = Person(name, shown=Credentials(bearer=secret))

    async def _token(self, branch: str, scopes: list[str], maker: str = "") -> tuple[str, str]:
        body = {"unit": self.stage.branches[branch].unit, "name": "机器人", "scopes": scopes}
        made = await self._done("POST", "/tokens", self.stage.people[maker or f"clerk {branch}"].shown, body)
        return made["token"]["id"], made["secret"]

    async def _ask_reset(self, clerk: str, name: str) -> str:
        body = {"member": self.stage.people[name].member, "reason": "手机丢失了"}
        made = await self._done("POST", "/mfa-resets", self.stage.people[f"clerk {clerk}"].shown, body)
        return str(made["id"])

    async def _upload(self, name: str, room: str) -> str:
        answer = await self.application.ask(file_upload(room), self.stage.people[name].shown)
        assert answer.status == 201, answer.content
        return str(answer.json()["id"])

    async def _say(self, name: str, room: str, file: str = "") -> int:
        client = await self.stage.as_person(name)
        cid = SystemIds().uuid7()
        sent = await client.do(
            "chat.send", room=room, cid=cid, text="您好", attachments=[file] if file else []
        )
        return int(sent["seq"])

    async def _open_talk(self, name: str, other: str | None) -> str:
        client = await self.stage.as_person(name)
        return str((await client.do("chat.open_direct", member=other))["room"])

    async def _done(
        self, method: str, path: str, shown: Credentials, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        answer = await self.application.ask(Request(method, path, body), shown)
        assert answer.status < 300, answer.content
        found: dict[str, Any] = answer.json() if answer.content else {}
        return found

    async def finish(self) -> None:
        """Let time pass for the one whose proof is old, take the one who leaves off the roll, free the one-time codes."""
        stage, database = self.stage, self.application.database
        await self._done(
            "POST", f"/roll/{stage.people['left'].member}/leave", stage.people["clerk first"].shown
        )
        for officer, member in ASKED.items():
            reset = stage.own["asked", officer] = stage.own["reset", member]
            asked_by = {"asked_by": stage.people[officer].member}
            await database["mfa_resets"].update_one({"_id": reset}, {"$set": asked_by})
        stale = stage.people["stale secretary"].session
        await database["sessions"].update_one({"_id": stale}, {"$set": {"proved_at_ms": 1}})
        await database["accounts"].update_many({}, {"$set": {"last_step": 0}})
        # A picture would cost half a second of the workbench each: the text stands for its own thumbnail here.
        small = [{"$set": {"thumbnail": True, "blobs.thumbnail": "$blobs.full"}}]
        await database["uploads"].update_many({}, small)
        await self.application.settled()


def file_upload(room: str) -> Request:
    """A small text for a room."""
    headers = {"content-type": "text/plain", "x-file-name": "notes.txt"}
    return Request("POST", f"/files?room={room}", content="要点".encode(), headers=headers)


def roll_upload(unit: str) -> Request:
    """A small roll for a branch."""
    return Request(
        "POST",
        f"/roll/import?unit={unit}",
        content=ROLL_CSV,
        headers={"content-type": "application/octet-stream"},
    )
