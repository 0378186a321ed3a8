"""Activation, log-in and the second factor over HTTP: story S3 of the domain and the checks V6 of ASVS."""

from server.accounts.codes import RECOVERY_BYTES, read_code
from server.accounts.provision import Provision
from tests.kit.accounts import PASSWORD, Village, key_of


async def test_a_code_becomes_an_account_with_a_second_factor(village: Village) -> None:
    code = await village.code_for("郑凯")
    phone = village.browser()
    invitation = await phone.post("/activation/check", {"code": code.lower().replace("-", " ")})
    assert invitation.json() == {"org": "青河机关", "name": "郑凯", "purpose": "activate", "login": ""}
    used = await phone.post(
        "/activation", {"code": code, "login": "ZhengK", "password": "绿色的山坡上有八只羊"}
    )
    assert used.json() == {"step": "enrol"}
    seed = (await phone.post("/mfa/enrol")).json()
    assert seed["uri"].startswith("otpauth://totp/")
    assert seed["qr_svg"].startswith("<svg")
    village.seeds["zhengk"] = seed["secret"]
    before = phone.token
    done = await phone.post("/mfa/confirm", {"code": village.totp("zhengk")})
    codes = done.json()["recovery_codes"]
    assert len(codes) == 10
    assert all(read_code(code, RECOVERY_BYTES) for code in codes)
    assert phone.token not in {"", before}
    session = (await phone.get("/session")).json()
    assert session["step"] == "done"
    assert session["account"]["login"] == "ZhengK"
    assert session["account"]["recovery_left"] == 10
    assert session["member"]["name"] == "郑凯"
    assert session["org"]["terms"]["unit"] == {"zh": "支部", "en": session["org"]["terms"]["unit"]["en"]}


async def test_a_code_is_good_once_and_expires(village: Village) -> None:
    code = await village.code_for("郑凯")
    body = {"code": code, "login": "zhengk", "password": PASSWORD}
    assert (await village.browser().post("/activation", body)).status_code == 200
    again = {**body, "login": "zhengk2"}
    assert key_of(await village.browser().post("/activation", again)) == "CODE_WRONG"
    late = await village.code_for("熊芳")
    village.clock.advance(14 * 86_400_000)
    assert key_of(await village.browser().post("/activation/check", {"code": late})) == "CODE_WRONG"
    assert key_of(await village.browser().post("/activation/check", {"code": "ABCD-EFGH"})) == "CODE_WRONG"


async def test_a_newer_code_kills_the_older(village: Village) -> None:
    old, new = await village.code_for("郑凯"), await village.code_for("郑凯")
    assert key_of(await village.browser().post("/activation/check", {"code": old})) == "CODE_WRONG"
    assert (await village.browser().post("/activation/check", {"code": new})).status_code == 200


async def test_a_taken_name_does_not_use_the_code_up(village: Village) -> None:
    await village.account("熊芳", "xiongf")
    code = await village.code_for("郑凯")
    body = {"code": code, "login": "XiongF", "password": PASSWORD}
    assert key_of(await village.browser().post("/activation", body)) == "LOGIN_NAME_TAKEN"
    assert (await village.browser().post("/activation", {**body, "login": "zhengk"})).status_code == 200


async def test_a_new_password_by_code_keeps_the_second_factor(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    old = await village.browser().sign_in("zhengk")
    code = await village.code_for("郑凯")
    phone = village.browser()
    checked = (await phone.post("/activation/check", {"code": code})).json()
    assert checked["login"] == "zhengk"
    wrong_name = {"code": code, "login": "other", "password": "winter-lamp-77-at-noon"}
    assert key_of(await phone.post("/activation", wrong_name)) == "LOGIN_WRONG"
    used = await phone.post("/activation", {**wrong_name, "login": "zhengk"})
    assert used.json() == {"step": "totp"}
    assert (await old.get("/devices")).status_code == 401
    assert key_of(await village.browser().password("zhengk")) == "LOGIN_WRONG"


async def test_log_in_by_name_phone_and_mail(village: Village) -> None:
    await village.add_person("田雨", mail="tian.yu@example.org", phone="+8613800138044")
    await village.account("田雨", "tianyu")
    for typed in (
        "tianyu",
        "TIANYU",
        " Tianyu ",
        "138 0013 8044",
        "13800138044",
        "+86-13800138044",
        "Tian.Yu@Example.org",
    ):
        answer = await village.browser().password(typed)
        assert answer.json() == {"step": "totp"}, typed


async def test_a_shared_phone_is_nobodys_log_in_name(village: Village) -> None:
    await village.add_person("张伟", phone="+8613800138055")
    await village.add_person("李娜", phone="+8613800138055")
    await village.account("张伟", "zhangw")
    assert key_of(await village.browser().password("13800138055")) == "LOGIN_WRONG"
    assert (await village.browser().password("zhangw")).status_code == 200


async def test_the_whole_password_counts(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    long = ("long-" * 14) + "abZ"  # 73 characters
    changed = await village.browser().sign_in("zhengk")
    body = {"current": PASSWORD, "new": long}
    assert (await changed.post("/password", body)).status_code == 204
    for other in (long[:-1] + "Y", long.upper(), long + " ", " " + long, long[:72]):
        assert key_of(await village.browser().password("zhengk", other)) == "LOGIN_WRONG"
    assert (await village.browser().password("zhengk", long)).status_code == 200


async def test_a_phone_seven_minutes_fast_is_told_and_a_recovery_code_helps(village: Village) -> None:
    await village.account("曹玉兰", "caoyl")
    phone = village.browser()
    await phone.password("caoyl")
    refused = await phone.post("/login/totp", {"code": village.totp("caoyl", ahead=14), "client_time_ms": 0})
    assert key_of(refused) == "TOTP_CLOCK"
    problem = refused.json()
    assert problem["params"]["minutes"] == 7
    assert problem["params"]["server_time_ms"] == village.clock.now_ms()
    assert "快了约7分钟" in problem["message"]["zh"]
    slow = await phone.post("/login/totp", {"code": village.totp("caoyl", ahead=-5)})
    assert "慢了约2分钟" in slow.json()["message"]["zh"]
    codes = await fresh_codes(village, "caoyl")
    used = await phone.post("/login/recovery", {"code": codes[2]})
    assert used.json() == {"step": "done"}
    assert (await phone.get("/session")).json()["account"]["recovery_left"] == 9
    again = village.browser()
    await again.password("caoyl")
    assert key_of(await again.post("/login/recovery", {"code": codes[2]})) == "RECOVERY_WRONG"
    assert "recovery_code_used" in await village.notices("曹玉兰")


async def fresh_codes(village: Village, login: str) -> list[str]:
    """Ten new recovery codes of somebody."""
    owner = await village.browser().sign_in(login)
    answer = await owner.post("/mfa/recovery-codes")
    codes: list[str] = answer.json()["recovery_codes"]
    return codes


async def test_a_slow_phone_is_taken_and_a_code_is_good_once(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    first, second = village.browser(), village.browser()
    await first.password("zhengk")
    await second.password("zhengk")
    code = village.totp("zhengk", ahead=-1)
    assert (await first.post("/login/totp", {"code": code})).json() == {"step": "done"}
    village.clock.advance(5_000)
    assert key_of(await second.post("/login/totp", {"code": code})) == "TOTP_REPLAY"
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in village.totp("zhengk"))
    assert (await second.post("/login/totp", {"code": f" {wide[:3]} {wide[3:]}"})).json() == {"step": "done"}


async def test_five_wrong_codes_lead_back_to_the_password(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = village.browser()
    await phone.password("zhengk")
    keys = [key_of(await phone.post("/login/totp", {"code": "000000"})) for _ in range(5)]
    assert keys == ["TOTP_WRONG"] * 4 + ["START_OVER"]
    assert (await phone.post("/login/totp", {"code": village.totp("zhengk")})).status_code == 401


async def test_a_log_in_waits_ten_minutes_for_its_second_factor(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = village.browser()
    await phone.password("zhengk")
    village.clock.advance(600_000)
    assert (await phone.post("/login/totp", {"code": village.totp("zhengk")})).status_code == 401


async def test_those_who_left_cannot_sign_in_and_are_out_at_once(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    await village.leave("郑凯")
    assert (await phone.get("/devices")).status_code == 401
    assert key_of(await village.browser().password("zhengk")) == "LOGIN_WRONG"


async def test_system_administrators_have_no_organisation_content(village: Village) -> None:
    seed = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    wish = Provision("root-admin", PASSWORD, seed, system=frozenset({"system.read_health"}))
    await village.accounts.provisioner.create(wish)
    village.seeds["root-admin"] = seed
    admin = await village.browser().sign_in("root-admin")
    session = (await admin.get("/session")).json()
    assert session["member"] is None
    assert session["org"] is None
    assert session["account"]["system"] == ["system.read_health"]
    assert (await admin.get("/me/record")).json()["member"] == []
    assert (await admin.get("/tokens")).status_code == 403
