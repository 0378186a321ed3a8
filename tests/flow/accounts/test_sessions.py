"""Sessions: tokens, ends, devices, and what ends what (ASVS V7)."""

import asyncio
import hashlib
import json

from server.accounts.book import SESSIONS_CHANNEL
from tests.kit.accounts import PASSWORD, Browser, Village, key_of

DAY_MS = 86_400_000
NEW_PASSWORD = "winter-lamp-77-at-noon"


async def test_every_step_gives_a_new_token_and_kills_the_old(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = village.browser()
    await phone.password("zhengk")
    pending = phone.token
    village.next_step()
    await phone.post("/login/totp", {"code": village.totp("zhengk")})
    full = phone.token
    await phone.reauth("zhengk")
    proved = phone.token
    assert len({pending, full, proved}) == 3
    for dead in (pending, full):
        assert (await with_token(village, dead).get("/devices")).status_code == 401
    assert (await with_token(village, proved).get("/devices")).status_code == 200


def with_token(village: Village, token: str) -> Browser:
    """A browser that holds a session token of somebody else."""
    thief = village.browser()
    thief.http.cookies.set("__Host-huitang", token, domain="hui.test")
    return thief


async def test_a_new_log_in_ends_the_session_the_browser_had(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    old = phone.token
    await phone.password("zhengk")
    assert (await with_token(village, old).get("/devices")).status_code == 401


async def test_only_digests_are_stored(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    stored = await village.mongo["sessions"].find_one({})
    assert stored is not None
    assert stored["token"] == hashlib.sha256(f"huitang session {phone.token}".encode()).hexdigest()
    for collection in ("accounts", "sessions", "devices", "limits", "audit", "log"):
        async for document in village.mongo[collection].stream({}):
            text = repr(document)
            assert phone.token not in text
            assert phone.device not in text
            assert village.seeds["zhengk"] not in text
            assert PASSWORD not in text
            assert "$argon2" not in text


async def test_the_cookie_is_bound_to_this_host(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    answer = await village.browser().password("zhengk")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-huitang=")
    for part in ("; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax", "; Max-Age=600"):
        assert part in cookie
    assert "Domain" not in cookie


async def test_members_stay_a_week_idle_and_a_month_at_most(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    village.clock.advance(7 * DAY_MS - 60_000)
    assert (await phone.get("/devices")).status_code == 200
    for _ in range(4):
        village.clock.advance(5 * DAY_MS)
        assert (await phone.get("/devices")).status_code == 200
    village.clock.advance(4 * DAY_MS)
    assert (await phone.get("/devices")).status_code == 401
    other = await village.browser().sign_in("zhengk")
    village.clock.advance(7 * DAY_MS)
    assert (await other.get("/devices")).status_code == 401


async def test_officers_stay_half_a_day_idle_from_the_moment_they_are_officers(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    village.clock.advance(13 * 3_600_000)
    assert (await phone.get("/devices")).status_code == 200
    await village.give_role("郑凯", "organizer")
    village.clock.advance(12 * 3_600_000)
    assert (await phone.get("/devices")).status_code == 401


async def test_devices_are_listed_and_ended_everywhere(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    desk = await village.browser(agent="Mozilla/5.0 (Windows NT 10.0) Firefox/140").sign_in("zhengk")
    told: list[list[str]] = []
    await village.bus.subscribe(SESSIONS_CHANNEL, lambda payload: told.append(json.loads(payload)))
    listed = (await phone.get("/devices")).json()["devices"]
    assert [(device["agent"], device["this"]) for device in listed] == [
        ("Firefox · Windows", False),
        ("Chrome · Android", True),
    ]
    other = listed[0]["id"]
    assert (await phone.delete(f"/devices/{other}")).status_code == 204
    assert (await desk.get("/devices")).status_code == 401
    assert key_of(await phone.delete(f"/devices/{other}")) == "NOT_FOUND"
    again = await village.browser().sign_in("zhengk")
    assert (await phone.post("/devices/end-others")).json() == {"count": 1}
    assert (await again.get("/devices")).status_code == 401
    assert (await phone.post("/logout")).status_code == 204
    assert phone.token == ""
    await asyncio.sleep(0)  # the bus delivers on the next turn
    assert other in told[0]
    assert len(told) == 3


async def test_nobody_ends_a_device_of_somebody_else(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    await village.account("熊芳", "xiongf")
    victim = await village.browser().sign_in("xiongf")
    session = (await victim.get("/devices")).json()["devices"][0]["id"]
    attacker = await village.browser().sign_in("zhengk")
    assert (await attacker.delete(f"/devices/{session}")).status_code == 404
    assert (await victim.get("/devices")).status_code == 200


async def test_a_new_password_ends_all_other_sessions_and_needs_the_old(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone, desk = await village.browser().sign_in("zhengk"), await village.browser().sign_in("zhengk")
    half = village.browser()
    await half.password("zhengk")
    wrong = {"current": "not-the-password-at-all", "new": NEW_PASSWORD}
    refused = await phone.post("/password", wrong)
    assert (refused.status_code, key_of(refused)) == (403, "LOGIN_WRONG")
    assert (await village.browser().password("zhengk")).status_code == 200
    same = {"current": PASSWORD, "new": PASSWORD}
    assert key_of(await phone.post("/password", same)) == "PASSWORD_SAME"
    easy = {"current": PASSWORD, "new": "woaini1314"}
    assert key_of(await phone.post("/password", easy)) == "PASSWORD_COMMON"
    assert (await phone.post("/password", {"current": PASSWORD, "new": NEW_PASSWORD})).status_code == 204
    assert (await phone.get("/devices")).status_code == 200
    assert (await desk.get("/devices")).status_code == 401
    assert (await half.post("/login/totp", {"code": village.totp("zhengk")})).status_code == 401
    assert key_of(await village.browser().password("zhengk")) == "LOGIN_WRONG"
    assert "password_changed" in await village.notices("郑凯")


async def test_sensitive_changes_need_a_proof_of_the_last_ten_minutes(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    village.clock.advance(600_001)
    for path, body in (
        ("/password", {"current": PASSWORD, "new": NEW_PASSWORD}),
        ("/mfa/recovery-codes", {}),
        ("/mfa/enrol", {}),
    ):
        assert key_of(await phone.post(path, body)) == "REAUTH_NEEDED", path
    assert key_of(await phone.post("/reauth", {"password": PASSWORD, "code": "000000"})) == "TOTP_WRONG"
    assert key_of(await phone.post("/reauth", {"password": "x" * 20, "code": "000000"})) == "LOGIN_WRONG"
    assert key_of(await phone.post("/reauth", {"password": PASSWORD})) == "TOTP_WRONG"
    assert (await phone.reauth("zhengk")).status_code == 204
    assert (await phone.post("/mfa/recovery-codes")).status_code == 200


async def test_a_new_factor_ends_all_other_sessions(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone, desk = await village.browser().sign_in("zhengk"), await village.browser().sign_in("zhengk")
    old_seed = village.seeds["zhengk"]
    village.seeds["zhengk"] = (await phone.post("/mfa/enrol")).json()["secret"]
    assert key_of(await phone.post("/mfa/confirm", {"code": "000000"})) == "TOTP_WRONG"
    assert (await desk.get("/devices")).status_code == 200
    assert (await phone.post("/mfa/confirm", {"code": village.totp("zhengk")})).status_code == 200
    assert (await desk.get("/devices")).status_code == 401
    assert (await phone.get("/devices")).status_code == 200
    assert village.seeds["zhengk"] != old_seed
    assert key_of(await phone.post("/mfa/confirm", {"code": village.totp("zhengk")})) == "ENROL_NOT_STARTED"


async def test_a_disabled_account_is_out_at_once_and_back_when_enabled(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    assert await village.accounts.provisioner.set_active("ZhengK", active=False)
    assert (await phone.get("/devices")).status_code == 401
    assert key_of(await village.browser().password("zhengk")) == "LOGIN_WRONG"
    assert await village.accounts.provisioner.set_active("zhengk", active=True)
    assert (await phone.get("/devices")).status_code == 401
    await village.browser().sign_in("zhengk")
    assert not await village.accounts.provisioner.set_active("nobody", active=False)


async def test_proof_by_recovery_code_burns_it(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    code = (await phone.post("/mfa/recovery-codes")).json()["recovery_codes"][0]
    assert (await phone.post("/reauth", {"password": PASSWORD, "code": code})).status_code == 204
    assert key_of(await phone.post("/reauth", {"password": PASSWORD, "code": code})) == "RECOVERY_WRONG"
    assert (await phone.get("/session")).json()["account"]["recovery_left"] == 9


async def test_an_account_has_at_most_twenty_sessions(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    first = await village.browser().sign_in("zhengk")
    for _ in range(20):
        village.clock.advance(1)
        await village.browser().password("zhengk")
    assert await village.mongo["sessions"].count({}) == 20
    assert (await first.get("/devices")).status_code == 401
