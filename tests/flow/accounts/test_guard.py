"""The pipeline before every handler: gates, same site, sizes, types, headers (ASVS V3, V4 and check 10)."""

import json
import re
from collections.abc import AsyncIterator

import pytest

from server.accounts.provision import Provision
from server.http.problem import PROBLEM_MEDIA
from server.http.routes import API_ROOT, Gate, RouteRow
from server.http.security import HEADERS
from server.http.table import ROUTES
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from tests.kit.accounts import ORIGIN, PASSWORD, Browser, Village, key_of, open_village

ANY_ID = "01900000-0000-7000-8000-000000000001"


async def knock(browser: Browser, row: RouteRow) -> tuple[int, str]:
    """Call a route with an empty body; what the gate says comes before what the body says."""
    path = API_ROOT + re.sub(r"\{\w+\}", ANY_ID, row.path)
    content = {"Content-Type": "application/json"} if row.body is not None else {}
    answer = await browser.http.request(row.method, path, content=b"{}", headers=content)
    return answer.status_code, key_of(answer)


async def test_no_route_opens_without_a_session(village: Village) -> None:
    stranger = village.browser()
    for row in ROUTES:
        if row.gate is not Gate.PUBLIC:
            assert await knock(stranger, row) == (401, "NOT_SIGNED_IN"), row.name


async def test_no_route_beyond_log_in_opens_with_a_password_only(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    await village.account("熊芳", "xiongf", factor=False)
    for login, step in (("zhengk", "totp"), ("xiongf", "enrol")):
        half = village.browser()
        assert (await half.password(login)).json() == {"step": step}
        for row in ROUTES:
            if row.gate in {Gate.MEMBER, Gate.FRESH}:
                assert await knock(half, row) == (403, "SECOND_FACTOR_NEEDED"), row.name
    half = village.browser()
    await half.password("zhengk")
    assert key_of(await half.post("/mfa/enrol")) == "STEP_WRONG"
    assert key_of(await half.post("/mfa/confirm", {"code": "000000"})) == "STEP_WRONG"
    session = (await half.get("/session")).json()
    assert (session["step"], session["account"], session["member"]) == ("totp", None, None)


async def test_fresh_routes_close_after_ten_minutes(village: Village) -> None:
    await village.account("宋佳宁", "songjn")
    officer = await village.browser().sign_in("songjn")
    village.clock.advance(600_001)
    for row in ROUTES:
        if row.gate is Gate.FRESH:
            assert await knock(officer, row) == (403, "REAUTH_NEEDED"), row.name


async def test_routes_with_a_capability_close_to_others(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    member = await village.browser().sign_in("zhengk")
    for row in ROUTES:
        if row.capability:
            assert await knock(member, row) == (403, "FORBIDDEN"), row.name


SITES: tuple[tuple[dict[str, str], int], ...] = (
    ({"sec-fetch-site": "same-origin", "origin": ORIGIN}, 200),
    ({"sec-fetch-site": "same-origin"}, 200),
    ({"origin": ORIGIN}, 200),
    ({}, 403),
    ({"sec-fetch-site": "cross-site", "origin": ORIGIN}, 403),
    ({"sec-fetch-site": "same-origin", "origin": "https://evil.test"}, 403),
    ({"origin": "null"}, 403),
)


async def test_state_changes_come_from_our_own_pages(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    for headers, status in SITES:
        phone = village.browser()
        for name in ("origin", "sec-fetch-site"):
            del phone.http.headers[name]
        answer = await phone.post("/login", {"login": "zhengk", "password": PASSWORD}, headers=headers)
        assert answer.status_code == status, headers
        assert (await phone.get("/session")).status_code == 200


async def test_only_json_is_read(village: Village) -> None:
    body = json.dumps({"login": "zhengk", "password": PASSWORD}).encode()
    for media in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        answer = await village.browser().http.post(
            "/api/v1/login", content=body, headers={"content-type": media} if media else {}
        )
        assert (answer.status_code, key_of(answer)) == (415, "NOT_JSON"), media


BODIES = (
    b"", b"{", b"[]", b"null", b'"x"', b'{"login":"a"}', b'{"login":1,"password":"x"}', b'{"login":"a","password":null}',
    b'{"login":"a","password":"x","role":"secretary"}', b'{"login":{"$ne":""},"password":"x"}',
    b'{"login":"a","password":"\\ud800"}', b'{"login":"","password":"x"}', b'\xff\xfe', b'{"login":NaN,"password":"x"}',
    b'{"login":"a","password":' + b"[" * 5_000 + b"]" * 5_000 + b"}",
)  # fmt: skip


async def test_bodies_are_validated_strictly_and_not_echoed(village: Village) -> None:
    phone = village.browser()
    for body in BODIES:
        answer = await phone.http.post(
            "/api/v1/login", content=body, headers={"content-type": "application/json"}
        )
        assert (answer.status_code, key_of(answer)) == (422, "BAD_FIELD"), body[:60]
        assert "secretary" not in answer.text


async def test_large_bodies_are_refused_before_they_are_read(village: Village) -> None:
    phone = village.browser()
    body = json.dumps({"login": "a", "password": "x" * 20_000}).encode()
    json_type = {"content-type": "application/json"}
    declared = await phone.http.post("/api/v1/login", content=body, headers=json_type)
    assert (declared.status_code, key_of(declared)) == (413, "TOO_LARGE")

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 1_000):
            yield body[start : start + 1_000]

    streamed = await phone.http.post("/api/v1/login", content=pieces(), headers=json_type)
    assert (streamed.status_code, key_of(streamed)) == (413, "TOO_LARGE")
    lying = await phone.http.post(
        "/api/v1/login", content=b"{}", headers={**json_type, "content-length": "-5"}
    )
    assert (lying.status_code, key_of(lying)) == (400, "BAD_REQUEST")


async def test_a_password_of_many_bytes_is_refused_before_it_is_hashed(village: Village) -> None:
    answer = await village.browser().password("zhengk", "山" * 1_400)
    assert (answer.status_code, key_of(answer)) == (422, "PASSWORD_TOO_LONG")
    assert await village.mongo["limits"].count({}) == 0


async def test_every_answer_carries_the_security_headers(village: Village) -> None:
    phone = village.browser()
    answers = [
        await phone.get("/session"),
        await phone.get("/devices"),
        await phone.get("/no-such-address"),
        await phone.http.get("/elsewhere"),
        await phone.http.put("/api/v1/login", content=b"{}"),
        await phone.post("/login", {}),
        await phone.http.get("/api/v1/session", headers={"authorization": "Bearer nonsense"}),
    ]
    assert [answer.status_code for answer in answers] == [200, 401, 404, 404, 405, 422, 401]
    for answer in answers:
        for name, value in HEADERS:
            assert answer.headers[name] == value, answer.url
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        assert "server" not in answer.headers
        if answer.status_code >= 400:
            assert answer.headers["content-type"] == PROBLEM_MEDIA
            assert answer.json().keys() >= {
                "type", "title", "status", "detail", "code", "key", "message", "params", "temporary"
            }  # fmt: skip
    policy = dict(HEADERS)["content-security-policy"]
    for part in ("object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "script-src 'self'"):
        assert part in policy.split("; ")


async def test_a_broken_handler_tells_nothing(village: Village, caplog: pytest.LogCaptureFixture) -> None:
    async def broken(call: object) -> None:
        """Fail."""
        raise RuntimeError("secret of 13800138021")

    village.tables = (RouteRow("GET", "/broken", "broken.read", None, None, Gate.PUBLIC, broken),)
    answer = await village.browser().get("/broken")
    assert (answer.status_code, key_of(answer)) == (500, "INTERNAL")
    assert "13800138021" not in answer.text + caplog.text
    assert "test_guard.py" in caplog.text


async def test_reading_twice_in_a_query_is_refused(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    assert (await phone.http.get("/api/v1/me/audit?limit=5")).status_code == 200
    for query in ("limit=5&limit=6", "limit=0", "limit=five", "other=1", "before=x"):
        answer = await phone.http.get(f"/api/v1/me/audit?{query}")
        assert (answer.status_code, key_of(answer)) == (422, "BAD_FIELD"), query


async def test_rates_are_limited_by_address_and_by_account(
    mongo: Mongo, clock: FixedClock, cipher: FieldCipher
) -> None:
    async with open_village(mongo, clock, cipher, limit_factor=1) as village:
        body = {"code": "nonsense"}
        one, other = village.browser("198.51.100.1"), village.browser("198.51.100.2")
        keys = [key_of(await one.post("/activation/check", body)) for _ in range(21)]
        assert keys == ["CODE_WRONG"] * 20 + ["TOO_MANY_REQUESTS"]
        refused = await one.post("/activation/check", body)
        assert int(refused.headers["retry-after"]) >= 1
        assert key_of(await other.post("/activation/check", body)) == "CODE_WRONG"


async def test_a_planted_second_cookie_is_not_believed(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    name = "__Host-huitang"
    headers = {"cookie": f"{name}={phone.token}; {name}=other"}
    phone.http.cookies.clear()
    assert (await phone.http.get("/api/v1/devices", headers=headers)).status_code == 401


async def test_a_new_installation_has_no_account(village: Village) -> None:
    assert await village.accounts.parts.accounts.count() == 0
    wish = Provision("admin", "Password123")
    with pytest.raises(Exception, match="PASSWORD_COMMON"):
        await village.accounts.provisioner.create(wish)
