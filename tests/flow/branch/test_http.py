"""Organisation, roll and roles through the HTTP door, as officers, members and strangers knock at it."""

import io
from collections.abc import AsyncIterator
from typing import Any

import openpyxl
import pytest

from channels.branch.records import MEMBERS, UNITS
from channels.branch.store import grants_of
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from storage.ids import SystemIds
from tests.kit.accounts import Browser, Village, key_of, open_village
from tests.kit.roll import NOW_MS, ROLLS

STRANGER = "01980000-0000-7000-8000-00000000dead"
WORKBOOK = {"content-type": "application/octet-stream"}


@pytest.fixture
async def village(mongo: Mongo, clock: FixedClock, cipher: FieldCipher) -> AsyncIterator[Village]:
    """A branch with a secretary (宋佳宁), an oversight officer (陆远航) and members."""
    clock.jump(NOW_MS - clock.now_ms())
    async with open_village(mongo, clock, cipher) as built:
        yield built


async def signed_in(village: Village, name: str, *, fresh: bool = False) -> Browser:
    login = {"宋佳宁": "songjianing", "陆远航": "luyuanhang", "曹玉兰": "caoyulan", "郑凯": "zhengkai"}[name]
    await village.account(name, login)
    browser = await village.browser().sign_in(login)
    if fresh:
        assert (await browser.reauth(login)).status_code < 300
    return browser


async def send(browser: Browser, file: str, unit: str) -> dict[str, Any]:
    content = (ROLLS / file).read_bytes()
    answer = await browser.http.post(f"/api/v1/roll/import?unit={unit}", content=content, headers=WORKBOOK)
    assert answer.status_code == 200, answer.text
    state: dict[str, Any] = answer.json()
    return state


async def elsewhere(village: Village) -> str:
    """A unit of another organisation."""
    unit = SystemIds().uuid7()
    await village.mongo[UNITS].insert_one(
        {"_id": unit, "org": STRANGER, "kind": "branch", "name": "别处", "name_key": "别处", "parent": None, "path": [unit],
         "branch": unit, "order": 0}
    )  # fmt: skip
    return unit


async def test_the_organisation_and_its_words(village: Village) -> None:
    browser = await signed_in(village, "曹玉兰")
    org = (await browser.get("/org")).json()
    assert org["terms"]["subunit"] == {"zh": "党小组", "en": "group"}
    assert [u["kind"] for u in org["units"]] == ["branch"]
    assert [c["key"] for c in org["classes"]] == ["full", "probationary"]
    assert {"one": "oversight", "other": "secretary"} in org["separations"]
    secretary = next(role for role in org["roles"] if role["role"] == "secretary")
    assert secretary["title"]["zh"] == "书记"
    assert all(text["zh"] and text["en"] for text in secretary["capabilities"])


async def test_members_see_cards_and_no_details(village: Village) -> None:
    browser = await signed_in(village, "曹玉兰")
    roll = (await browser.get(f"/roll?unit={village.branch}")).json()
    assert roll["total"] == 6
    card = next(p for p in roll["people"] if p["name"] == "曹玉兰")
    assert set(card) == {
        "member",
        "number",
        "name",
        "branch",
        "groups",
        "class",
        "titles",
        "active",
        "account",
    }
    assert card["account"] is None
    assert "138001380" not in str(roll)
    assert key_of(await browser.get(f"/roll?unit={await elsewhere(village)}")) == "UNIT_UNKNOWN"
    assert key_of(await browser.get(f"/roll?unit={village.branch}&left=true")) == "FORBIDDEN"


async def test_nobody_without_the_right_gets_through(village: Village) -> None:
    browser = await signed_in(village, "曹玉兰", fresh=True)
    other = village.people["郑凯"]
    unit = village.branch
    for answer in (
        await browser.post(f"/roll/{other}/open", {"reason": "想看看别人"}),
        await browser.post(f"/roll/{other}/activation-code"),
        await browser.post(f"/roll/{other}/leave"),
        await browser.post("/roll", {"unit": unit, "name": "新人"}),
        await browser.http.patch(f"/api/v1/roll/{other}", json={"name": "改名"}),
        await browser.http.post(f"/api/v1/roll/import?unit={unit}", content=b"x", headers=WORKBOOK),
        await browser.get(f"/roll/export?unit={unit}"),
        await browser.http.put("/api/v1/roles", json={"member": other, "unit": unit, "role": "secretary"}),
        await browser.post("/org/units", {"parent": unit, "name": "小组"}),
        await browser.http.patch(f"/api/v1/org/units/{unit}", json={"name": "x"}),
        await browser.get(f"/org/counts?unit={unit}"),
    ):
        assert key_of(answer) == "FORBIDDEN", answer.request.url


async def test_an_officer_elsewhere_is_a_stranger_here(village: Village) -> None:
    browser = await signed_in(village, "宋佳宁", fresh=True)
    unit = await elsewhere(village)
    assert key_of(await browser.get(f"/roll/export?unit={unit}")) == "UNIT_UNKNOWN"
    assert (
        key_of(await browser.http.post(f"/api/v1/roll/import?unit={unit}", content=b"x", headers=WORKBOOK))
        == "UNIT_UNKNOWN"
    )
    assert key_of(await browser.post(f"/roll/{STRANGER}/open", {"reason": "核对信息"})) == "MEMBER_UNKNOWN"


async def test_opening_a_record_is_told_to_its_member(village: Village) -> None:
    officer, member = await signed_in(village, "宋佳宁"), await signed_in(village, "曹玉兰")
    ident = village.people["曹玉兰"]
    assert key_of(await officer.post(f"/roll/{ident}/open", {"reason": " 无 "})) == "REASON_NEEDED"
    opened = (await officer.post(f"/roll/{ident}/open", {"reason": "通知体检时间"})).json()
    assert {f["key"]: f["value"] for f in opened["fields"]} == {
        "joined_on": "", "phone": "13800138021", "mail": "", "birth_date": "", "gender": "",
    }  # fmt: skip
    assert opened["fields"][0]["label"]["zh"] == "入党时间"
    seen = (await member.get("/me/audit")).json()["rows"]
    assert [(r["by"], r["reason"]) for r in seen if r["action"] == "roll.opened"] == [
        ("宋佳宁", "通知体检时间")
    ]


async def test_an_activation_letter_is_shown_once(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁", fresh=True)
    letter = (await officer.post(f"/roll/{village.people['郑凯']}/activation-code")).json()
    assert letter["link"] == f"https://hui.test/activate#{letter['code']}"
    assert letter["qr_svg"].startswith("<svg")
    people = (await officer.get(f"/roll?unit={village.branch}")).json()["people"]
    states = {p["name"]: p["account"] for p in people}
    assert (states["宋佳宁"], states["郑凯"], states["龙海生"]) == ("active", "code", "none")
    checked = await village.browser().post("/activation/check", {"code": letter["code"]})
    assert checked.json()["name"] == "郑凯"


async def test_adding_editing_leaving_and_coming_back(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁", fresh=True)
    group = (await officer.post("/org/units", {"parent": village.branch, "name": "第一组"})).json()["unit"]
    new = {
        "unit": village.branch,
        "name": "王 小 明",
        "phone": "199 0000 0077",
        "groups": [group],
        "class": "probationary",
    }
    made = await officer.post("/roll", new)
    assert made.status_code == 201, made.text
    person = made.json()
    assert (person["name"], person["number"], person["class"], person["groups"]) == (
        "王小明",
        "QH0007",
        "probationary",
        [group],
    )

    edited = await officer.http.patch(
        f"/api/v1/roll/{person['member']}", json={"mail": "Wang@Example.ORG", "phone": "", "groups": []}
    )
    assert edited.json()["groups"] == []
    opened = (await officer.post(f"/roll/{person['member']}/open", {"reason": "核对信息"})).json()["fields"]
    assert {f["key"]: f["value"] for f in opened if f["value"]} == {"mail": "wang@example.org"}

    for wrong in (
        {"phone": "123"},
        {"mail": "x"},
        {"joined_on": "2031-01-01"},
        {"name": "  "},
        {"class": "king"},
    ):
        answer = await officer.http.patch(f"/api/v1/roll/{person['member']}", json=wrong)
        assert key_of(answer) == "FIELD_WRONG", wrong
        assert "123" not in answer.json()["detail"]
    taken = await officer.http.patch(f"/api/v1/roll/{person['member']}", json={"number": "qh0001"})
    assert key_of(taken) == "NUMBER_TAKEN"
    unknown = await officer.http.patch(f"/api/v1/roll/{person['member']}", json={"groups": [STRANGER]})
    assert key_of(unknown) == "UNIT_UNKNOWN"

    assert (await officer.post(f"/roll/{person['member']}/leave")).status_code == 204
    assert key_of(await officer.post(f"/roll/{person['member']}/leave")) == "MEMBER_INACTIVE"
    assert (
        key_of(await officer.http.patch(f"/api/v1/roll/{person['member']}", json={"name": "x"}))
        == "MEMBER_INACTIVE"
    )
    gone = (await officer.get(f"/roll?unit={village.branch}&left=true")).json()
    assert [p["active"] for p in gone["people"] if p["member"] == person["member"]] == [False]
    assert gone["total"] == 6
    assert (await officer.post(f"/roll/{person['member']}/return")).json()["active"]
    assert person["member"] in village.hub.changed


async def test_who_left_is_out_with_the_next_request(village: Village) -> None:
    officer, member = await signed_in(village, "宋佳宁", fresh=True), await signed_in(village, "曹玉兰")
    assert (await member.get("/org")).status_code == 200
    await officer.post(f"/roll/{village.people['曹玉兰']}/leave")
    assert key_of(await member.get("/org")) == "NOT_SIGNED_IN"
    assert key_of(await member.get(f"/roll?unit={village.branch}")) == "NOT_SIGNED_IN"


async def test_roles_come_and_go_with_their_rights(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁", fresh=True)
    member = village.people["郑凯"]
    wish = {"member": member, "unit": village.branch, "role": "deputy"}
    title = (await officer.http.put("/api/v1/roles", json=wish)).json()
    assert title["title"]["zh"] == "副书记"
    assert key_of(await officer.http.put("/api/v1/roles", json=wish)) == "ROLE_HELD"
    _, grants = await grants_of(village.mongo, member)
    assert {g.role for g in grants} == {"deputy"}
    listed = (await officer.get(f"/roles?unit={village.branch}")).json()["holds"]
    assert {(h["name"], h["role"]) for h in listed} >= {("郑凯", "deputy"), ("宋佳宁", "secretary")}

    assert (
        key_of(await officer.http.put("/api/v1/roles", json=wish | {"role": "oversight"}))
        == "CONFLICT_OF_ROLE"
    )
    own = wish | {"member": village.people["宋佳宁"], "role": "organizer"}
    assert key_of(await officer.http.put("/api/v1/roles", json=own)) == "SELF_GRANT"
    assert key_of(await officer.http.put("/api/v1/roles", json=wish | {"role": "king"})) == "ROLE_UNKNOWN"

    assert (await officer.delete(f"/roles/{title['hold']}")).status_code == 204
    assert (await grants_of(village.mongo, member))[1] == ()
    assert key_of(await officer.delete(f"/roles/{title['hold']}")) == "NOT_FOUND"
    last = next(h["hold"] for h in listed if h["role"] == "secretary")
    assert key_of(await officer.delete(f"/roles/{last}")) == "LAST_SECRETARY"


async def test_a_role_may_be_laid_down_but_not_taken_by_others(village: Village) -> None:
    watcher, member = (
        await signed_in(village, "陆远航", fresh=True),
        await signed_in(village, "曹玉兰", fresh=True),
    )
    holds = (await member.get(f"/roles?unit={village.branch}")).json()["holds"]
    own = next(h["hold"] for h in holds if h["role"] == "oversight")
    assert key_of(await member.delete(f"/roles/{own}")) == "FORBIDDEN"
    assert (await watcher.delete(f"/roles/{own}")).status_code == 204


async def test_sensitive_changes_need_a_fresh_proof(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁")
    village.clock.advance(11 * 60_000)
    member = village.people["郑凯"]
    for answer in (
        await officer.get(f"/roll/export?unit={village.branch}"),
        await officer.post(f"/roll/{member}/activation-code"),
        await officer.post(f"/roll/{member}/leave"),
        await officer.http.put(
            "/api/v1/roles", json={"member": member, "unit": village.branch, "role": "deputy"}
        ),
    ):
        assert key_of(answer) == "REAUTH_NEEDED"


async def test_a_group_is_closed_when_nobody_is_in_it(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁", fresh=True)
    unit = (await officer.post("/org/units", {"parent": village.branch, "name": "第一组"})).json()["unit"]
    person = village.people["郑凯"]
    await officer.http.patch(f"/api/v1/roll/{person}", json={"groups": [unit]})
    in_use = await officer.delete(f"/org/units/{unit}")
    assert (key_of(in_use), in_use.json()["params"]) == ("GROUP_IN_USE", {"n": 1})
    await officer.http.patch(f"/api/v1/roll/{person}", json={"groups": []})
    hold = {"member": person, "unit": unit, "role": "group_leader"}
    given = await officer.http.put("/api/v1/roles", json=hold)
    assert key_of(await officer.delete(f"/org/units/{unit}")) == "GROUP_IN_USE"
    await officer.delete(f"/roles/{given.json()['hold']}")

    village.hub.changed.clear()
    assert (await officer.delete(f"/org/units/{unit}")).status_code == 204
    told = set(village.hub.changed)
    assert {village.people["宋佳宁"], village.people["陆远航"]} <= told
    assert person not in told
    assert [u["unit"] for u in (await officer.get("/org")).json()["units"]] == [village.branch]
    assert key_of(await officer.delete(f"/org/units/{unit}")) == "UNIT_UNKNOWN"
    assert (await officer.post("/org/units", {"parent": village.branch, "name": "第一组"})).status_code == 201
    assert key_of(await officer.delete(f"/org/units/{village.branch}")) == "NOT_A_GROUP"
    entries = await village.services.log.newest(f"branch:{village.branch}", 10)
    assert {"unit": unit} in [e.body for e in entries if e.type == "branch.unit_closed"]


async def test_a_group_with_a_bot_is_not_closed(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁", fresh=True)
    unit = (await officer.post("/org/units", {"parent": village.branch, "name": "第一组"})).json()["unit"]
    wish = {"unit": unit, "name": "值班提醒", "scopes": ["org.show"], "days": 1}
    made = await officer.post("/tokens", wish)
    assert made.status_code == 200, made.text
    assert key_of(await officer.delete(f"/org/units/{unit}")) == "GROUP_IN_USE"


async def test_groups_are_made_and_renamed(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁")
    made = await officer.post("/org/units", {"parent": village.branch, "name": "第一组", "order": 2})
    assert made.status_code == 201
    unit = made.json()["unit"]
    assert (
        key_of(await officer.post("/org/units", {"parent": village.branch, "name": "第 一组"}))
        == "UNIT_NAME_TAKEN"
    )
    assert (
        key_of(await officer.post("/org/units", {"parent": village.branch, "name": "一、二组"}))
        == "FIELD_WRONG"
    )
    assert key_of(await officer.post("/org/units", {"parent": unit, "name": "更小"})) == "NOT_A_BRANCH"
    renamed = await officer.http.patch(f"/api/v1/org/units/{unit}", json={"name": "青年小组"})
    assert renamed.json() == {
        "unit": unit,
        "kind": "group",
        "name": "青年小组",
        "parent": village.branch,
        "order": 2,
    }
    assert (await officer.get(f"/org/counts?unit={village.branch}")).json() == {
        "total": 6,
        "by_class": {"full": 6},
    }


async def test_a_roll_is_imported_in_steps(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁")
    state = await send(officer, "roll-dirty.xlsx", village.branch)
    assert (state["header_row"], state["columns"]["name"], state["ignored"]) == (3, 1, ["序号"])
    assert state["headers"][:3] == ["序号", "姓 名", "性别"]
    assert state["samples"][0][1] == "林书远"
    held = {(f["row"], f["code"]) for f in state["faults"] if f["level"] == "held"}
    assert held == {
        (18, "formula"),
        (19, "mail_wrong"),
        (23, "phone_short"),
        (25, "date_future"),
        (47, "person_twice"),
    }
    assert all(f["zh"] and f["en"] for f in state["faults"])
    asked = {f["row"]: f["candidates"] for f in state["faults"] if f["level"] == "ask"}
    assert asked
    before = await village.mongo[MEMBERS].count({})

    answers = {str(row): candidates[0] for row, candidates in asked.items()}
    again = (await officer.post(f"/roll/import/{state['import']}", {"answers": answers})).json()
    assert again["asked"] == 0
    assert await village.mongo[MEMBERS].count({}) == before
    stale = await officer.post(
        f"/roll/import/{state['import']}", {"answers": answers, "confirm": state["digest"]}
    )
    assert key_of(stale) == "IMPORT_CHANGED"
    order = {"answers": answers, "confirm": again["digest"]}
    done = (await officer.post(f"/roll/import/{state['import']}", order)).json()
    assert (done["added"], done["changed"], done["offices_given"]) == (again["add"], again["change"], 0)
    assert await village.mongo[MEMBERS].count({}) == before + again["add"]
    assert key_of(await officer.post(f"/roll/import/{state['import']}", order)) == "IMPORT_GONE"


async def test_columns_are_corrected_by_hand(village: Village) -> None:
    officer = await signed_in(village, "宋佳宁")
    content = "甲,乙\n白露,19900000007\n".encode()
    answer = await officer.http.post(
        f"/api/v1/roll/import?unit={village.branch}", content=content, headers=WORKBOOK
    )
    state = answer.json()
    assert (state["header_row"], state["columns"], state["digest"]) == (0, {}, "")
    unknown = await officer.post(f"/roll/import/{state['import']}", {"confirm": "0" * 64})
    assert key_of(unknown) == "HEADER_NOT_FOUND"
    order = {"header_row": 1, "columns": {"name": 0, "phone": 1}}
    named = (await officer.post(f"/roll/import/{state['import']}", order)).json()
    assert (named["add"], named["headers"]) == (1, ["甲", "乙"])
    twice = {"header_row": 1, "columns": {"name": 0, "phone": 0}}
    assert key_of(await officer.post(f"/roll/import/{state['import']}", twice)) == "HEADER_NOT_FOUND"


async def test_an_import_is_its_senders(village: Village) -> None:
    await village.give_role("郑凯", "deputy")
    one, other = await signed_in(village, "宋佳宁"), await signed_in(village, "郑凯")
    state = await send(one, "roll-b42.xlsx", village.branch)
    assert key_of(await other.post(f"/roll/import/{state['import']}")) == "IMPORT_GONE"


@pytest.mark.parametrize(
    ("content", "key"),
    [(b"", "FILE_UNREADABLE"), (b"PK\x03\x04x", "FILE_UNREADABLE"), (b"\xff\xff,\n", "ENCODING_UNCLEAR")],
)
async def test_what_cannot_be_read_is_said(village: Village, content: bytes, key: str) -> None:
    officer = await signed_in(village, "宋佳宁")
    answer = await officer.http.post(
        f"/api/v1/roll/import?unit={village.branch}", content=content, headers=WORKBOOK
    )
    assert key_of(answer) == key


async def test_only_who_gives_roles_can_take_them_from_a_file(village: Village) -> None:
    await village.give_role("郑凯", "organizer")
    organizer = await signed_in(village, "郑凯")
    state = await send(organizer, "roll-b42.xlsx", village.branch)
    order = {"confirm": state["digest"], "give_offices": True}
    assert key_of(await organizer.post(f"/roll/import/{state['import']}", order)) == "FORBIDDEN"


async def test_an_export_is_a_watermarked_file_on_record(village: Village) -> None:
    officer, member = await signed_in(village, "宋佳宁", fresh=True), await signed_in(village, "曹玉兰")
    answer = await officer.get(f"/roll/export?unit={village.branch}&format=xlsx")
    assert answer.status_code == 200
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cache-control"] == "no-store"
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert "宋佳宁(QH0001)" in sheet["A1"].value
    text = (await officer.get(f"/roll/export?unit={village.branch}&format=csv")).content.decode("utf-8-sig")
    assert "13800138021" in text
    foreign = await officer.get(
        f"/roll/export?unit={village.branch}", headers={"sec-fetch-site": "cross-site"}
    )
    assert key_of(foreign) == "FORBIDDEN"

    own = (await member.get("/me/audit")).json()["rows"]
    assert [r["action"] for r in own].count("roll.exported") == 2
    branch = (await member.get(f"/org/audit?unit={village.branch}")).json()["rows"]
    assert {(r["action"], r["by"]) for r in branch} == {("roll.exported", "宋佳宁")}


async def test_the_record_of_the_branch_is_whole_for_who_watches(village: Village) -> None:
    officer, watcher = await signed_in(village, "宋佳宁", fresh=True), await signed_in(village, "陆远航")
    await officer.post(f"/roll/{village.people['曹玉兰']}/open", {"reason": "通知体检时间"})
    rows = (await watcher.get(f"/org/audit?unit={village.branch}")).json()["rows"]
    assert "roll.opened" in {r["action"] for r in rows}
    assert "体检" not in str(rows)
    older = (await watcher.get(f"/org/audit?unit={village.branch}&before={rows[0]['id']}")).json()["rows"]
    assert older == rows[1:]


async def test_who_sits_above_sees_numbers_only(village: Village) -> None:
    below = SystemIds().uuid7()
    await village.mongo[UNITS].insert_one(
        {"_id": below, "org": village.org, "kind": "branch", "name": "第三支部", "name_key": "第三支部", "parent": village.branch,
         "path": [village.branch, below], "branch": below, "order": 1}
    )  # fmt: skip
    secretary, contact = await signed_in(village, "宋佳宁"), await signed_in(village, "郑凯")
    await village.give_role("郑凯", "upper_contact")
    assert key_of(await secretary.get(f"/roll?unit={below}")) == "UNIT_UNKNOWN"
    assert (await contact.get(f"/roll?unit={below}")).json() == {
        "unit": below,
        "people": [],
        "total": 0,
        "by_class": {},
    }
