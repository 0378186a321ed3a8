"""Bot tokens: made by an officer, scoped, revocable, never more than their maker has."""

import pytest

from channels.core.ports import Credential
from server.accounts.values import Kind
from server.http.routes import Call, Gate, RouteRow
from server.http.table import ROUTES
from tests.kit.accounts import Browser, Village, key_of

DAY_MS = 86_400_000


async def whoami(call: Call) -> None:
    """Answer when the gate lets in."""
    call.outgoing.headers["x-account"] = call.actor.account
    call.outgoing.headers["x-pinner"] = str(call.actor.can_anywhere("chat.pin"))


READ = RouteRow("GET", "/probe", "probe.read", None, None, Gate.MEMBER, whoami, bots=True)
PIN = RouteRow("POST", "/probe/pin", "probe.pin", None, None, Gate.MEMBER, whoami, "chat.pin", bots=True)
ADMIN = RouteRow(
    "GET", "/probe/roll", "probe.roll", None, None, Gate.MEMBER, whoami, "branch.read_audit", bots=True
)


@pytest.fixture
async def officer(village: Village) -> Browser:
    """宋佳宁, signed in, on a server with three routes that bots may use."""
    village.tables = (*ROUTES, READ, PIN, ADMIN)
    await village.account("宋佳宁", "songjn")
    return await village.browser().sign_in("songjn")


async def make(village: Village, officer: Browser, *scopes: str, days: int = 90) -> str:
    """A token's secret."""
    wish = {"unit": village.branch, "name": "提醒机器人", "scopes": list(scopes), "days": days}
    answer = await officer.post("/tokens", wish)
    assert answer.status_code == 200, answer.text
    secret: str = answer.json()["secret"]
    return secret


def bot(village: Village, secret: str) -> Browser:
    """A client without cookies and origin that sends a bearer token."""
    client = village.browser(agent="bot/1")
    for name in ("origin", "sec-fetch-site"):
        del client.http.headers[name]
    client.http.headers["authorization"] = f"Bearer {secret}"
    return client


async def test_a_token_opens_its_scopes_and_nothing_else(village: Village, officer: Browser) -> None:
    secret = await make(village, officer, "probe.read")
    client = bot(village, secret)
    answer = await client.get("/probe")
    assert answer.status_code == 204
    assert answer.headers["x-account"] == (await officer.get("/tokens")).json()["tokens"][0]["id"]
    assert key_of(await client.post("/probe/pin")) == "NOT_FOR_BOTS"
    for row in ROUTES:
        if not row.bots:
            path = "/api/v1" + row.path.replace("{id}", "x").replace("{member}", "x")
            assert (await client.http.request(row.method, path)).status_code in {403, 415}, row.name


async def test_a_token_writes_without_an_origin(village: Village, officer: Browser) -> None:
    client = bot(village, await make(village, officer, "probe.pin"))
    answer = await client.post("/probe/pin")
    assert (answer.status_code, answer.headers["x-pinner"]) == (204, "True")


async def test_a_token_loses_what_its_maker_loses(village: Village, officer: Browser) -> None:
    client = bot(village, await make(village, officer, "probe.pin", "probe.read"))
    await village.mongo["role_holds"].delete_many({"member": village.people["宋佳宁"]})
    assert key_of(await client.post("/probe/pin")) == "FORBIDDEN"
    assert (await client.get("/probe")).status_code == 204
    await village.leave("宋佳宁")
    assert (await client.get("/probe")).status_code == 401


async def test_wishes_beyond_the_maker_are_refused(village: Village, officer: Browser) -> None:
    wish = {"unit": village.branch, "name": "x", "scopes": ["session.read"], "days": 1}
    assert key_of(await officer.post("/tokens", wish)) == "SCOPE_WRONG"
    assert key_of(await officer.post("/tokens", {**wish, "scopes": ["no.such"]})) == "SCOPE_WRONG"
    elsewhere = {**wish, "unit": "01900000-0000-7000-8000-000000000001", "scopes": ["probe.read"]}
    assert key_of(await officer.post("/tokens", elsewhere)) == "NOT_FOUND"
    await village.account("陆远航", "luyh")
    oversight = await village.browser().sign_in("luyh")
    assert key_of(await oversight.post("/tokens", {**wish, "scopes": ["probe.read"]})) == "FORBIDDEN"


async def test_tokens_end_and_are_revoked_at_once(village: Village, officer: Browser) -> None:
    short, long = (
        await make(village, officer, "probe.read", days=1),
        await make(village, officer, "probe.read"),
    )
    tokens = (await officer.get("/tokens")).json()
    assert tokens["scopes"] == ["probe.pin", "probe.read", "probe.roll"] or "probe.read" in tokens["scopes"]
    assert short not in str(tokens)
    ended = next(
        token["id"] for token in tokens["tokens"] if token["ends_at_ms"] > village.clock.now_ms() + DAY_MS
    )
    assert (await officer.delete(f"/tokens/{ended}")).status_code == 204
    assert key_of(await officer.delete(f"/tokens/{ended}")) == "NOT_FOUND"
    assert (await bot(village, long).get("/probe")).status_code == 401
    assert (await bot(village, short).get("/probe")).status_code == 204
    village.clock.advance(DAY_MS)
    assert (await bot(village, short).get("/probe")).status_code == 401
    assert (await bot(village, "nonsense").get("/probe")).status_code == 401


async def test_the_hub_knows_tokens_and_cookies_but_no_half_log_ins(
    village: Village, officer: Browser
) -> None:
    book = village.accounts.sessions
    secret = await make(village, officer, "probe.read")
    facts = await book.load(Credential(secret, bearer=True))
    assert facts is not None
    assert facts.member is None
    found = await book.by_id(facts.session)
    assert found is not None
    assert found.session.kind is Kind.BOT
    standing = await book.standing(facts.session)
    assert standing is not None
    assert standing.actor.scopes == frozenset({"probe.read"})
    person = await book.load(Credential(officer.token, bearer=False))
    assert person is not None
    assert person.member == village.people["宋佳宁"]
    standing = await book.standing(person.session)
    assert standing is not None
    assert standing.ends_at_ms == village.clock.now_ms() + 12 * 3_600_000
    village.clock.advance(3_600_000)
    assert await book.touch(person.session) == village.clock.now_ms() + 12 * 3_600_000
    assert await book.load(Credential(officer.token, bearer=True)) is None
    assert await book.load(Credential(secret, bearer=False)) is None
    half = village.browser()
    await half.password("songjn")
    assert await book.load(Credential(half.token, bearer=False)) is None
    await book.end(person.account, [person.session])
    assert await book.standing(person.session) is None


async def test_a_unit_has_at_most_twenty_tokens(village: Village, officer: Browser) -> None:
    for _ in range(20):
        await make(village, officer, "probe.read")
    wish = {"unit": village.branch, "name": "x", "scopes": ["probe.read"], "days": 1}
    assert key_of(await officer.post("/tokens", wish)) == "TOO_MANY_TOKENS"
