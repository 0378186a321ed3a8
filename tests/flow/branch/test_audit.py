"""The record of a branch, as those who watch, members and strangers ask for it."""

import io
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest

from channels.branch.records import MEMBERS
from moderation.audit import Act
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from tests.kit.accounts import Browser, Village, key_of, open_village
from tests.kit.roll import NOW_MS

LOGINS = {"宋佳宁": "songjianing", "陆远航": "luyuanhang", "曹玉兰": "caoyulan", "郑凯": "zhengkai"}


@pytest.fixture
async def village(mongo: Mongo, clock: FixedClock, cipher: FieldCipher) -> AsyncIterator[Village]:
    """A branch with a secretary (宋佳宁), an oversight officer (陆远航) and members."""
    clock.jump(NOW_MS - clock.now_ms())
    async with open_village(mongo, clock, cipher) as built:
        yield built


async def signed_in(village: Village, name: str, *, fresh: bool = False) -> Browser:
    await village.account(name, LOGINS[name])
    browser = await village.browser().sign_in(LOGINS[name])
    if fresh:
        assert (await browser.reauth(LOGINS[name])).status_code < 300
    return browser


async def rows_of(browser: Browser, village: Village, more: str = "") -> list[dict[str, Any]]:
    answer = await browser.get(f"/org/audit?unit={village.branch}{more}")
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["rows"]
    return rows


async def test_rows_say_who_did_what_to_whom_in_words(village: Village) -> None:
    officer, watcher = await signed_in(village, "宋佳宁", fresh=True), await signed_in(village, "陆远航")
    await officer.post(f"/roll/{village.people['曹玉兰']}/open", {"reason": "通知体检时间"})
    await officer.post("/org/units", {"parent": village.branch, "name": "第一组"})
    made, opened = await rows_of(watcher, village)
    assert (opened["action"], opened["kind"], opened["text"]["zh"]) == (
        "roll.opened", "read", "查看了个人资料",
    )  # fmt: skip
    assert (opened["by"], opened["role"]["zh"]) == ("宋佳宁", "书记")
    assert (opened["subject_name"], opened["subject_number"]) == ("曹玉兰", "QH0005")
    assert {field["zh"] for field in opened["fields"]} >= {"手机号"}
    assert "体检" not in str(opened)
    assert made["subject_name"] == ""
    assert [(n["label"]["zh"], n["value"]["zh"]) for n in made["notes"]] == [
        ("类别", "小组"),
        ("名称", "第一组"),
    ]


async def test_pages_and_kinds(village: Village) -> None:
    officer, watcher = await signed_in(village, "宋佳宁", fresh=True), await signed_in(village, "陆远航")
    for name in ("第一组", "第二组", "第三组"):
        await officer.post("/org/units", {"parent": village.branch, "name": name})
    await officer.post(f"/roll/{village.people['曹玉兰']}/activation-code")
    assert [r["kind"] for r in await rows_of(watcher, village, "&kind=accounts")] == ["accounts"]
    assert await rows_of(watcher, village, "&kind=bots") == []
    first = (await watcher.get(f"/org/audit?unit={village.branch}&kind=units&limit=2")).json()
    assert (len(first["rows"]), first["more"]) == (2, True)
    rest = (
        await watcher.get(
            f"/org/audit?unit={village.branch}&kind=units&limit=2&before={first['rows'][-1]['id']}"
        )
    ).json()
    assert (len(rest["rows"]), rest["more"]) == (1, False)
    assert (await watcher.get(f"/org/audit?unit={village.branch}&kind=gossip")).status_code == 422


async def test_members_see_exports_only_whatever_they_ask_for(village: Village) -> None:
    officer, member = await signed_in(village, "宋佳宁", fresh=True), await signed_in(village, "曹玉兰")
    await officer.post("/org/units", {"parent": village.branch, "name": "第一组"})
    await officer.get(f"/org/audit/export?unit={village.branch}&format=csv")
    assert [r["action"] for r in await rows_of(member, village)] == ["audit.exported"]
    assert await rows_of(member, village, "&kind=units") == []
    assert key_of(await member.get(f"/org/audit/export?unit={village.branch}")) == "FORBIDDEN"
    assert key_of(await member.post(f"/roll/{village.people['郑凯']}/audit")) == "FORBIDDEN"


async def test_looking_for_one_member_is_told_to_the_member(village: Village) -> None:
    officer, member = await signed_in(village, "宋佳宁", fresh=True), await signed_in(village, "曹玉兰")
    watcher = await signed_in(village, "陆远航")
    await officer.post(f"/roll/{village.people['曹玉兰']}/open", {"reason": "通知体检时间"})
    await officer.post(f"/roll/{village.people['郑凯']}/open", {"reason": "通知体检时间"})
    about = (await watcher.post(f"/roll/{village.people['曹玉兰']}/audit", {"kind": "read"})).json()["rows"]
    assert [(r["action"], r["subject_name"]) for r in about] == [
        ("audit.opened", "曹玉兰"),
        ("roll.opened", "曹玉兰"),
    ]
    by_officer = (await watcher.post(f"/roll/{village.people['宋佳宁']}/audit", {"kind": "read"})).json()[
        "rows"
    ]
    assert {r["subject_name"] for r in by_officer} == {"宋佳宁", "曹玉兰", "郑凯"}
    own = (await member.get("/me/audit")).json()["rows"]
    assert [(r["by"], r["text"]["zh"]) for r in own if r["action"] == "audit.opened"] == [
        ("陆远航", "查看了与您有关的操作记录")
    ]


async def test_a_file_is_text_only_watermarked_and_on_record(village: Village) -> None:
    watcher = await signed_in(village, "陆远航", fresh=True)
    evil = '=HYPERLINK("http://evil.example","点我")'
    await village.mongo[MEMBERS].update_one({"_id": village.people["曹玉兰"]}, {"$set": {"name": evil}})
    act = Act(
        "roll.opened", "officer", "+1甲", "secretary", village.org, village.branch, village.people["曹玉兰"]
    )
    await village.accounts.trail.append(act)
    answer = await watcher.get(f"/org/audit/export?unit={village.branch}&format=xlsx")
    assert answer.status_code == 200
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert "操作记录 · 导出人 陆远航" in sheet["A1"].value
    assert [cell.value for cell in sheet[3]][3:6] == ["+1甲", "书记", evil]
    assert all(cell.data_type in ("s", "n") and cell.hyperlink is None for row in sheet for cell in row)
    text = (await watcher.get(f"/org/audit/export?unit={village.branch}&format=csv&kind=read")).content
    assert "'=HYPERLINK" in text.decode("utf-8-sig")
    assert "'+1甲" in text.decode("utf-8-sig")
    newest = (await rows_of(watcher, village))[0]
    assert [(n["label"]["zh"], n["value"]["zh"]) for n in newest["notes"]] == [
        ("条数", "2"), ("格式", "csv"), ("类别", "查看与导出"),
    ]  # fmt: skip
    foreign = await watcher.get(
        f"/org/audit/export?unit={village.branch}", headers={"sec-fetch-site": "cross-site"}
    )
    assert key_of(foreign) == "FORBIDDEN"


async def test_a_file_holds_more_than_a_page(village: Village) -> None:
    watcher = await signed_in(village, "陆远航", fresh=True)
    for number in range(201):
        act = Act("roll.opened", "officer", f"第{number}位", org=village.org, unit=village.branch)
        await village.accounts.trail.append(act)
    answer = await watcher.get(f"/org/audit/export?unit={village.branch}&format=csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2 + 201
    assert ("第200位" in lines[2], "第0位" in lines[-1]) == (True, True)
