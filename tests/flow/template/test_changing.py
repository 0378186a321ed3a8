"""Changing the template through the door: one officer proposes, another decides, every member is told (domain.md 2.17)."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from storage.client import MongoSettings
from tests.kit.application import Answer, Application, Credentials, Request, open_application
from tests.kit.founding import SmallOrganisation, found_small

PEOPLE = {"林书远": "secretary", "宋佳宁": "organizer", "陆远航": "committee", "曹玉兰": "", "郑凯": ""}
LOGINS = {"林书远": "lin.shuyuan", "宋佳宁": "song.jianing", "陆远航": "lu.yuanhang", "曹玉兰": "cao.yulan"}
QUORUM = "meeting/general/general/quorum"
TWO_THIRDS = {"base": "entitled", "num": 2, "den": 3, "op": ">="}
WORD = {"zh": "分部", "en": "section"}


@dataclass(slots=True)
class Board:
    """A branch whose officers are signed in."""

    application: Application
    small: SmallOrganisation
    shown: dict[str, Credentials]

    async def ask(self, who: str, method: str, path: str, body: dict[str, Any] | None = None) -> Answer:
        return await self.application.ask(Request(method, path, body), self.shown[who])

    async def template(self, who: str = "曹玉兰") -> dict[str, Any]:
        answer = await self.ask(who, "GET", "/template")
        assert answer.status == 200, answer.content
        found: dict[str, Any] = answer.json()
        return found

    async def propose(
        self, who: str, changes: dict[str, Any], *, base: int = 1, why: str = "章程修订"
    ) -> Answer:
        listed = [{"key": key, "value": value} for key, value in changes.items()]
        body = {"base_version": base, "changes": listed, "reason": why}
        return await self.ask(who, "POST", "/template/proposals", body)

    async def decide(self, who: str, proposal: str, *, accept: bool = True, answer: str = "") -> Answer:
        body = {"accept": accept, "answer": answer}
        return await self.ask(who, "POST", f"/template/proposals/{proposal}/decision", body)

    async def told(self, name: str) -> list[str]:
        """What a member was told of the organisation."""
        await self.application.settled()
        entries = await self.application.house.ground.log.newest(f"me:{self.small.members[name]}", 100)
        return [entry.body["what"] for entry in entries if entry.type == "me.organisation_told"]


@pytest.fixture
async def board(
    mongo_settings: MongoSettings, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Board]:
    async with open_application(mongo_settings, tmp_path_factory.mktemp("template")) as application:
        small = await found_small(application)
        for name, role in PEOPLE.items():
            await small.add(name, role, LOGINS.get(name, ""))
        shown = {name: await application.sign_in(login) for name, login in LOGINS.items()}
        yield Board(application, small, shown)


def value_of(template: dict[str, Any], key: str) -> Any:  # noqa: ANN401 - whatever the setting holds
    return next(one["value"] for one in template["settings"] if one["key"] == key)


async def kinds(board: Board, who: str) -> list[dict[str, Any]]:
    async with board.application.socket(board.shown[who]) as client:
        await client.hello()
        answer = await client.do("meeting.kinds", unit=board.small.branch.unit)
        found: list[dict[str, Any]] = answer["kinds"]
        return found


async def test_two_officers_change_words_and_rules_and_every_member_is_told(board: Board) -> None:
    before = await board.template()
    assert (before["version"], before["open"], before["history"]) == (1, None, [])
    assert (before["may_propose"], before["may_decide"]) == (False, False)
    made = await board.propose("林书远", {"word/unit": WORD, QUORUM: TWO_THIRDS})
    assert made.status == 201, made.content
    waiting = await board.template()
    assert value_of(waiting, QUORUM)["num"] == 1, "a proposal alone changes nothing"
    assert waiting["open"]["by"] == "林书远"
    assert [line["key"] for line in waiting["open"]["lines"]] == ["word/unit", QUORUM]
    assert await board.told("宋佳宁") == ["template_proposed"]
    assert await board.told("曹玉兰") == [], "members are told of changes, officers of proposals"

    decided = await board.decide("宋佳宁", made.json()["proposal"])
    assert decided.status == 204, decided.content
    after = await board.template()
    assert (after["version"], after["open"]) == (2, None)
    assert value_of(after, QUORUM) == TWO_THIRDS
    assert value_of(after, "word/unit") == WORD
    (entry,) = after["history"]
    assert (entry["state"], entry["by"], entry["decided_by"]) == ("confirmed", "林书远", "宋佳宁")
    org = (await board.ask("曹玉兰", "GET", "/org")).json()
    assert org["terms"]["unit"] == WORD
    session = (await board.ask("曹玉兰", "GET", "/session")).json()
    assert session["org"]["terms"]["unit"] == WORD
    general = next(kind for kind in await kinds(board, "林书远") if kind["kind"] == "general")
    assert general["version"] == 2
    assert general["rules"][0]["quorum"] == TWO_THIRDS
    assert general["rules"][1]["quorum"]["op"] == ">", "other rules stay"
    for name in PEOPLE:
        assert (await board.told(name)).count("template_changed") == 1, name
    branch = f"branch:{board.small.branch.unit}"
    words = [
        e
        for e in await board.application.house.ground.log.newest(branch, 50)
        if e.type == "branch.words_changed"
    ]
    assert [e.body["terms"]["unit"] for e in words] == [WORD]


async def test_nobody_decides_alone_and_plain_members_not_at_all(board: Board) -> None:
    made = (await board.propose("林书远", {"word/unit": WORD})).json()["proposal"]
    assert (await board.decide("林书远", made)).key == "SECOND_OFFICER"
    assert (await board.decide("曹玉兰", made)).key == "FORBIDDEN"
    assert (await board.propose("曹玉兰", {"word/unit": WORD})).key == "FORBIDDEN"
    assert (await board.propose("陆远航", {"word/unit": WORD})).key == "FORBIDDEN", (
        "a committee member decides only"
    )
    assert (await board.propose("宋佳宁", {"word/member": WORD})).key == "PROPOSAL_OPEN"
    assert (await board.ask("宋佳宁", "DELETE", f"/template/proposals/{made}")).key == "SECOND_OFFICER"
    assert (await board.template())["version"] == 1
    assert (await board.decide("陆远航", made)).status == 204


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"word/nothing": WORD}, "SETTING_UNKNOWN"),
    ({"word/unit": 3}, "SETTING_WRONG"),
    ({"word/unit": {"zh": " 分部", "en": "section"}}, "SETTING_WRONG"),
    ({QUORUM: {**TWO_THIRDS, "num": 4}}, "SETTING_WRONG"),
    ({QUORUM: {**TWO_THIRDS, "num": 3, "op": ">"}}, "SETTING_WRONG"),
    ({QUORUM: {**TWO_THIRDS, "base": "total_weight"}}, "SETTING_WRONG"),
    ({"meeting/general/general/decision": None}, "SETTING_WRONG"),
    ({"meeting/general/window": 0}, "SETTING_WRONG"),
    ({"meeting/general/window": True}, "SETTING_WRONG"),
    ({"meeting/general/remote": 1}, "SETTING_WRONG"),
    ({"meeting/general/lead_mode": "never"}, "SETTING_WRONG"),
    ({"meeting/general/window": 15}, "NOTHING_CHANGED"),
    ({}, "NOTHING_CHANGED"),
]


async def test_what_does_not_fit_is_refused_by_name(board: Board) -> None:
    for changes, refusal in WRONG:
        answer = await board.propose("林书远", changes)
        assert answer.key == refusal, (changes, answer.content)
        if refusal == "SETTING_WRONG":
            assert "·" in answer.content.decode(), "which one, in its section"
    assert (await board.template())["open"] is None


async def test_a_quorum_may_be_dropped_and_come_back_with_the_file(board: Board) -> None:
    made = (await board.propose("林书远", {QUORUM: None})).json()["proposal"]
    await board.decide("宋佳宁", made)
    assert value_of(await board.template(), QUORUM) is None
    back = (await board.propose("林书远", {}, base=2)).json()["proposal"]
    await board.decide("宋佳宁", back)
    template = await board.template()
    assert value_of(template, QUORUM) == next(
        s["standard"] for s in template["settings"] if s["key"] == QUORUM
    )
    assert template["version"] == 3


async def test_declining_needs_words_and_a_decided_one_is_settled(board: Board) -> None:
    made = (await board.propose("林书远", {"word/unit": WORD})).json()["proposal"]
    assert (await board.decide("宋佳宁", made, accept=False, answer="  ")).key == "PROPOSAL_REASON"
    assert (await board.decide("宋佳宁", made, accept=False, answer="章程没有这样写")).status == 204
    assert (await board.decide("陆远航", made)).key == "PROPOSAL_DECIDED"
    assert (await board.propose("林书远", {"word/unit": WORD}, why=" ")).key == "PROPOSAL_REASON"
    again = (await board.propose("林书远", {"word/unit": WORD})).json()["proposal"]
    assert (await board.ask("林书远", "DELETE", f"/template/proposals/{again}")).status == 204
    template = await board.template()
    assert [one["state"] for one in template["history"]] == ["withdrawn", "declined"]
    assert template["version"] == 1


async def test_of_two_who_decide_at_once_one_decides(board: Board) -> None:
    made = (await board.propose("林书远", {"word/unit": WORD})).json()["proposal"]
    one, other = await asyncio.gather(
        board.decide("宋佳宁", made), board.decide("陆远航", made, accept=False, answer="再议")
    )
    assert sorted((one.key, other.key)) == ["", "PROPOSAL_DECIDED"]
    template = await board.template()
    assert template["version"] == (2 if one.key == "" else 1)
    assert len(template["history"]) == 1


async def test_a_proposal_for_an_older_version_is_refused(board: Board) -> None:
    assert (await board.propose("林书远", {"word/unit": WORD}, base=7)).key == "TEMPLATE_CHANGED"


async def test_changes_stand_in_the_record_of_sensitive_actions(board: Board) -> None:
    made = (await board.propose("林书远", {"word/unit": WORD}, why="章程第三条")).json()["proposal"]
    await board.decide("宋佳宁", made)
    acts = (
        await board.ask("林书远", "GET", f"/org/audit?unit={board.small.branch.unit}&kind=template")
    ).json()
    assert len(acts["rows"]) == 2, acts
    assert {row["by"] for row in acts["rows"]} == {"林书远", "宋佳宁"}
