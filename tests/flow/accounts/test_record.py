"""我们记录什么, 谁看过我的档案, and a second factor that the template relaxed."""

from channels.branch.fields import FIELDS
from moderation.audit import Act
from server.accounts.audit_texts import ACTION_TEXTS
from server.accounts.desk import NOTICE_KINDS
from server.accounts.record import ACCOUNT_FIELDS
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from tests.kit.accounts import PASSWORD, Village, key_of, open_village


async def test_a_member_reads_every_stored_field(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    record = (await phone.get("/me/record")).json()
    member = {field["key"]: field for field in record["member"]}
    assert list(member) == [row.key for row in FIELDS]
    assert member["phone"]["values"] == ["+8613800138022"]
    assert member["branch"]["values"] == ["第二支部"]
    assert member["class"]["values"][0] == "正式党员"
    assert "365" in member["phone"]["kept"]["en"]
    account = {field["key"]: field for field in record["account"]}
    assert list(account) == [row.key for row in ACCOUNT_FIELDS]
    assert account["login"]["values"] == ["zhengk"]
    assert account["devices"]["values"] == ["Chrome · Android"]
    assert account["password"]["values"] == []
    for field in (*record["member"], *record["account"]):
        for part in ("label", "purpose", "sees", "kept"):
            assert field[part]["zh"], field["key"]
            assert field[part]["en"], field["key"]
    assert PASSWORD not in str(record)


async def test_a_member_sees_who_looked_page_by_page(village: Village) -> None:
    await village.account("郑凯", "zhengk")
    phone = await village.browser().sign_in("zhengk")
    trail = village.accounts.trail
    for number in range(7):
        await trail.append(
            Act(
                "roll.opened", village.people["宋佳宁"], "宋佳宁", "secretary", village.org, village.branch,
                village.people["郑凯"], ("phone",), f"联系参会 {number}",
            )
        )  # fmt: skip
    await trail.append(Act("roll.opened", "x", subject=village.people["熊芳"], reason="about somebody else"))
    await trail.append(Act("hidden", "x", subject=village.people["郑凯"], open=False))
    first = (await phone.get("/me/audit", params={"limit": 5})).json()
    assert first["more"] is True
    assert [row["reason"] for row in first["rows"]] == [f"联系参会 {number}" for number in (6, 5, 4, 3, 2)]
    row = first["rows"][0]
    assert row["text"]["zh"] == "查看了您的个人资料"
    assert row["by"] == "宋佳宁"
    assert row["fields"] == [{"zh": "手机号", "en": "Phone"}]
    rest = (await phone.get("/me/audit", params={"limit": 5, "before": first["rows"][-1]["id"]})).json()
    assert [row["action"] for row in rest["rows"]] == [
        "roll.opened", "roll.opened", "account.signed_in", "account.provisioned",
    ]  # fmt: skip
    assert rest["more"] is False
    assert rest["rows"][2]["by"] == ""


async def test_changes_are_kept_as_fingerprints_and_reasons_sealed(village: Village) -> None:
    act = Act("roll.member_changed", "x", before={"phone": "+8613800138099"}, after={"phone": "+8613800138098"},
              reason="电话 13800138097")  # fmt: skip
    await village.accounts.trail.append(act)
    stored = await village.mongo["audit"].find_one({})
    assert stored is not None
    assert "138001380" not in repr(stored)
    assert stored["before"]["phone"] != stored["after"]["phone"]


async def test_a_relaxed_template_lets_plain_members_in_with_a_long_password(
    mongo: Mongo, clock: FixedClock, cipher: FieldCipher
) -> None:
    async with open_village(mongo, clock, cipher, mfa="officers") as village:
        code = await village.code_for("郑凯")
        use = {"code": code, "login": "zhengk", "password": "kiln-7-sparrow"}
        phone = village.browser()
        refused = await phone.post("/activation", use)
        assert (key_of(refused), refused.json()["params"]) == ("PASSWORD_SHORT", {"n": 15})
        assert (await phone.post("/activation", {**use, "password": PASSWORD})).json() == {"step": "done"}
        assert (await phone.get("/session")).json()["account"]["factor"] is False
        await village.give_role("郑凯", "organizer")
        assert (await phone.get("/session")).json()["step"] == "enrol"
        assert key_of(await phone.get("/devices")) == "SECOND_FACTOR_NEEDED"
        village.seeds["zhengk"] = (await phone.post("/mfa/enrol")).json()["secret"]
        assert (await phone.post("/mfa/confirm", {"code": village.totp("zhengk")})).status_code == 200
        assert (await phone.get("/devices")).status_code == 200


def test_every_text_stands_in_both_languages() -> None:
    for texts in (NOTICE_KINDS, ACTION_TEXTS):
        for word, (zh, en) in texts.items():
            assert zh, word
            assert en, word
            assert not zh.endswith(("!", "!"))
