"""The HTTP door of the small organisation: who knocks is believed to be the member whose id the cookie holds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import httpx2
from httpx2 import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.middleware import Middleware

from server.accounts.book import Identified
from server.accounts.house import Accounts
from server.accounts.values import Kind, SessionView, Step
from server.config import Settings
from server.files.bench import Bench
from server.files.intake import Intake
from server.files.shelf import Shelf
from server.http.files import FILE_ROUTES
from server.http.pipeline import build_routes
from server.http.problem import EXCEPTION_HANDLERS
from server.http.security import SecurityHeaders, WebPolicy
from server.readiness import Readiness
from server.services import Hub, Services
from storage.blobs import BLOB_INDEXES, Blobs
from storage.bus.local import LocalBus
from tests.replay.world import BRANCH_B, NoLimits, World

ORIGIN = "https://hui.test"


class Believing:
    """Sessions: the cookie's value is the member."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def by_cookie(self, token: str) -> Identified | None:
        """The member as of now."""
        actor = await self._world.actor(token)
        view = SessionView(
            id=actor.session, account=actor.account, org=actor.org, member=actor.member, step=Step.DONE, kind=Kind.DEVICE,
            made_at_ms=0, seen_at_ms=0, expires_at_ms=2**50, proved_at_ms=0, agent="",
        )  # fmt: skip
        return Identified(view, actor)


class Door:
    """A browser in front of the file routes.

    Attributes:
        shelf: Where uploads stand.
        bench: Where they are looked at.
    """

    def __init__(self, world: World, http: AsyncClient, shelf: Shelf, bench: Bench) -> None:
        self._http = http
        self.world = world
        self.shelf = shelf
        self.bench = bench

    async def upload(
        self,
        caller: str,
        content: bytes | AsyncIterator[bytes],
        name: str = "a.png",
        declared: str = "",
        room: str = BRANCH_B,
    ) -> httpx2.Response:
        """POST /files."""
        headers = {"x-file-name": name, "content-type": declared, "cookie": f"__Host-huitang={caller}"}
        return await self._http.post(f"/api/v1/files?room={room}", content=content, headers=headers)

    async def kept(self, caller: str, content: bytes, name: str = "a.png", **where: Any) -> dict[str, Any]:  # noqa: ANN401
        """An upload that must succeed."""
        answer = await self.upload(caller, content, name, **where)
        assert answer.status_code == 201, answer.text
        return cast("dict[str, Any]", answer.json())

    async def get(self, caller: str, path: str) -> httpx2.Response:
        """GET below /files."""
        return await self._http.get(f"/api/v1/files/{path}", headers={"cookie": f"__Host-huitang={caller}"})


@asynccontextmanager
async def open_door(world: World) -> AsyncIterator[Door]:
    """The file routes of the product over the world's database."""
    reader = world.reader
    await world.mongo.ensure_indexes(BLOB_INDEXES)
    blobs = Blobs(world.mongo, world.clock, reader.ids)
    shelf, bench = Shelf(world.mongo, blobs, world.clock), Bench()
    policy = WebPolicy(frozenset({ORIGIN}), hsts=True)
    services = Services(
        config=Settings(_env_file=None),
        mongo=world.mongo,
        log=world.log,
        cipher=reader.cipher,
        blobs=blobs,
        bus=LocalBus(),
        clock=world.clock,
        ids=reader.ids,
        registry=world.registry,
        hub=cast(Hub, SimpleNamespace()),
        limits=NoLimits(),
        accounts=cast(Accounts, SimpleNamespace(sessions=Believing(world))),
        web=policy,
        intake=Intake(shelf, bench),
        readiness=Readiness(world.mongo, world.clock),
    )
    layers = [Middleware(SecurityHeaders, policy=policy)]
    app = Starlette(
        routes=build_routes(FILE_ROUTES, lambda: services),
        exception_handlers=EXCEPTION_HANDLERS,
        middleware=layers,
    )
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    async with AsyncClient(transport=ASGITransport(app=app), base_url=ORIGIN, headers=headers) as http:
        yield Door(world, http, shelf, bench)
