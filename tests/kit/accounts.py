"""A branch with accounts on a real database, and browsers that knock at its HTTP door. All people are fictional."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.middleware import Middleware

from channels.branch.records import BRANCH_INDEXES, MEMBERS, ORGS, ROLE_HOLDS, UNITS, seal
from channels.core.registry import Registry
from channels.protocol.base import LiveEvent
from moderation.limits import MemoryLimits
from server.accounts.activation import Issuer
from server.accounts.hashing import Cost
from server.accounts.house import ACCOUNTS_INDEXES, Accounts, Foundations, open_accounts
from server.accounts.policy import AccountPolicy
from server.accounts.provision import Provision
from server.accounts.totp import code_at, step_of
from server.config import Settings
from server.files.bench import Bench
from server.files.intake import Intake
from server.files.shelf import Shelf
from server.http.pipeline import build_routes
from server.http.problem import EXCEPTION_HANDLERS
from server.http.routes import RouteRow
from server.http.security import SecurityHeaders, WebPolicy
from server.http.table import ROUTES
from server.readiness import Readiness
from server.services import Services
from storage.blobs import Blobs
from storage.bus.local import LocalBus
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from storage.ids import AccountId, MemberId, OrgId, SystemIds, UnitId
from storage.log import LOG_INDEXES, TopicLog

ORIGIN = "https://hui.test"
CHEAP = Cost(memory_kib=1_024, passes=1, lanes=1)
"""A hash of about a millisecond: what a test waits for is not the hash."""

PASSWORD = "purple-otter-42-under-the-bridge"
PHONES = {"曹玉兰": "+8613800138021", "郑凯": "+8613800138022", "龙海生": "+8613800138023"}
ROLES = {
    "宋佳宁": "secretary",
    "陆远航": "oversight",
    "熊芳": "helper",
    "郑凯": "",
    "曹玉兰": "",
    "龙海生": "",
}


@dataclass(slots=True)
class SilentHub:
    """A hub without sockets that remembers whom it was told of."""

    changed: list[str] = field(default_factory=list)

    def publish_live(self, event: LiveEvent) -> None:
        """Nobody is here."""

    async def access_changed(self, member: str) -> None:
        """Remember."""
        self.changed.append(member)


@dataclass(slots=True)
class Village:
    """One branch, its people and its accounts.

    Attributes:
        mongo: The database.
        clock: Stands until it is moved.
        cipher: Keys.
        accounts: The rooms under test.
        services: What handlers are given.
        org: Organisation id.
        branch: Branch id.
        people: Name -> member id.
        seeds: Log-in name -> TOTP seed.
        hub: Remembers whose access changed.
        bus: In-process.
    """

    mongo: Mongo
    clock: FixedClock
    cipher: FieldCipher
    accounts: Accounts
    services: Services
    org: OrgId
    branch: UnitId
    people: dict[str, MemberId]
    hub: SilentHub
    bus: LocalBus
    seeds: dict[str, str] = field(default_factory=dict)
    tables: tuple[RouteRow, ...] = ROUTES

    async def add_person(self, name: str, role: str = "", **personal: str) -> MemberId:
        """Put somebody on the roll."""
        member = MemberId(SystemIds().uuid7())
        sealed, blind = seal(self.cipher, member, personal)
        number = f"QH{len(self.people) + 1:04d}"
        await self.mongo[MEMBERS].insert_one(
            {
                "_id": member, "org": self.org, "number": number, "name": name, "name_key": name, "branch": self.branch,
                "groups": [], "units": [self.branch], "class": "full", "status": "active", "sealed": sealed,
                "blind": blind, "version": 1, "made_at_ms": 0, "changed_at_ms": 0,
            }
        )  # fmt: skip
        self.people[name] = member
        if role:
            await self.give_role(name, role)
        return member

    async def give_role(self, name: str, role: str) -> None:
        """Give a role in the branch."""
        await self.mongo[ROLE_HOLDS].insert_one(
            {
                "_id": SystemIds().uuid7(), "org": self.org, "unit": self.branch, "branch": self.branch,
                "member": self.people[name], "role": role, "title": {"zh": role, "en": role}, "since_ms": 0, "by": "test",
            }
        )  # fmt: skip

    async def leave(self, name: str) -> None:
        """Take somebody off the roll."""
        await self.mongo[MEMBERS].update_one(
            {"_id": self.people[name]}, {"$set": {"status": "left", "units": []}}
        )

    async def account(self, name: str, login: str, *, factor: bool = True) -> AccountId:
        """Make an account with PASSWORD, with a second factor unless told otherwise."""
        seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP" if factor else ""
        made = await self.accounts.provisioner.create(
            Provision(login, PASSWORD, seed, self.org, self.people[name])
        )
        self.seeds[login] = seed
        return made.account

    async def code_for(self, name: str) -> str:
        """An activation code for somebody."""
        person = await self.accounts.directory.person(self.people[name])
        assert person is not None
        issued = await self.accounts.activation.issue(
            person, Issuer(self.people["宋佳宁"], "宋佳宁", "secretary")
        )
        return issued.code

    async def notices(self, name: str) -> list[str]:
        """Kinds of the security notices of somebody, oldest first."""
        await self.accounts.parts.tasks.finish(5)
        entries = await self.services.log.newest(f"me:{self.people[name]}", 100)
        return [entry.body["kind"] for entry in entries]

    def totp(self, login: str, *, ahead: int = 0) -> str:
        """The code an authenticator shows, `ahead` steps from now."""
        return code_at(self.seeds[login], step_of(self.clock.now_ms()) + ahead)

    def next_step(self) -> None:
        """Move the clock to the next TOTP step."""
        self.clock.advance(30_000)

    def app(self) -> Starlette:
        """The HTTP application."""
        return Starlette(
            routes=build_routes(self.tables, lambda: self.services),
            exception_handlers=EXCEPTION_HANDLERS,
            middleware=[Middleware(SecurityHeaders, policy=self.services.web)],
        )

    def browser(
        self, address: str = "203.0.113.5", agent: str = "Mozilla/5.0 (Linux; Android 14) Chrome/140"
    ) -> "Browser":
        """A fresh browser."""
        return Browser(self, address, agent)


class Browser:
    """A browser with its own cookies."""

    def __init__(self, village: Village, address: str, agent: str) -> None:
        self.village = village
        self.http = AsyncClient(
            transport=ASGITransport(app=village.app(), client=(address, 40_000)),
            base_url=ORIGIN,
            headers={"origin": ORIGIN, "sec-fetch-site": "same-origin", "user-agent": agent},
        )

    async def get(self, path: str, **more: Any) -> Response:  # noqa: ANN401 - httpx2's own parameters
        """GET below /api/v1."""
        return await self.http.get(f"/api/v1{path}", **more)

    async def post(self, path: str, body: dict[str, Any] | None = None, **more: Any) -> Response:  # noqa: ANN401
        """POST JSON below /api/v1."""
        return await self.http.post(f"/api/v1{path}", json=body or {}, **more)

    async def delete(self, path: str) -> Response:
        """DELETE below /api/v1."""
        return await self.http.delete(f"/api/v1{path}")

    async def password(self, login: str, password: str = PASSWORD) -> Response:
        """First step of a log-in."""
        return await self.post("/login", {"login": login, "password": password})

    async def sign_in(self, login: str, password: str = PASSWORD) -> "Browser":
        """A whole log-in with a code nobody has used yet."""
        first = await self.password(login, password)
        assert first.status_code == 200, first.text
        if first.json()["step"] == "totp":
            self.village.next_step()
            second = await self.post("/login/totp", {"code": self.village.totp(login)})
            assert second.json() == {"step": "done"}, second.text
        return self

    async def reauth(self, login: str) -> Response:
        """Prove again who one is."""
        self.village.next_step()
        return await self.post("/reauth", {"password": PASSWORD, "code": self.village.totp(login)})

    @property
    def token(self) -> str:
        """The session cookie's value; empty without one."""
        return self.http.cookies.get("__Host-huitang") or ""

    @property
    def device(self) -> str:
        """The device cookie's value."""
        return self.http.cookies.get("__Host-huitang-device") or ""


def key_of(response: httpx2.Response) -> str:
    """The error key of a problem answer; empty for a success."""
    return str(response.json()["key"]) if response.status_code >= 400 else ""


@asynccontextmanager
async def open_village(
    mongo: Mongo,
    clock: FixedClock,
    cipher: FieldCipher,
    *,
    mfa: str = "everyone",
    policy: AccountPolicy | None = None,
    cost: Cost = CHEAP,
    limit_factor: int = 0,
    ensure: bool = True,
) -> AsyncIterator[Village]:
    """Build the branch of fixture B42 with six of its people; nobody has an account yet."""
    if ensure:
        await mongo.ensure_indexes((*LOG_INDEXES, *ACCOUNTS_INDEXES, *BRANCH_INDEXES))
    ids, bus, hub = SystemIds(), LocalBus(), SilentHub()
    log = TopicLog(mongo, clock, "1")
    accounts = open_accounts(
        Foundations(mongo, log, cipher, bus, clock, ids, policy or AccountPolicy(), cost)
    )
    services = Services(
        config=Settings(_env_file=None),
        mongo=mongo,
        log=log,
        cipher=cipher,
        blobs=Blobs(mongo, clock, ids),
        bus=bus,
        clock=clock,
        ids=ids,
        registry=Registry(()),
        hub=hub,
        limits=MemoryLimits(clock, factor=limit_factor),
        accounts=accounts,
        web=WebPolicy(frozenset({ORIGIN}), hsts=True),
        intake=Intake(Shelf(mongo, Blobs(mongo, clock, ids), clock), Bench()),
        readiness=Readiness(mongo, clock),
    )
    org, branch = OrgId(ids.uuid7()), UnitId(ids.uuid7())
    village = Village(mongo, clock, cipher, accounts, services, org, branch, {}, hub, bus)
    await settle(village, mfa)
    try:
        yield village
    finally:
        await accounts.close()
        await log.close()
        await bus.close()


async def settle(village: Village, mfa: str = "everyone") -> None:
    """Store the organisation, its branch and its people."""
    await village.mongo[ORGS].insert_one(
        {
            "_id": village.org, "name": "青河机关", "name_key": "青河机关", "template": "party_branch_zh", "template_version": 1,
            "time_zone": "Asia/Shanghai", "accent": "#b3261e", "mfa": mfa, "number_prefix": "QH", "next_number": 1,
            "root": village.branch, "made_at_ms": 0,
        }
    )  # fmt: skip
    await village.mongo[UNITS].insert_one(
        {
            "_id": village.branch, "org": village.org, "kind": "branch", "name": "第二支部", "name_key": "第二支部",
            "parent": None, "path": [village.branch], "branch": village.branch, "order": 0, "made_at_ms": 0,
        }
    )  # fmt: skip
    for name, role in ROLES.items():
        personal = {"phone": PHONES[name]} if name in PHONES else {}
        await village.add_person(name, role, **personal)
