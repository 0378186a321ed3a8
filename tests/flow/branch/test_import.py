"""Importing rolls into a real database (acceptance A3)."""

import asyncio

import pytest

from channels.branch.contract import branch_topic
from channels.branch.errors import IMPORT_CHANGED, NOT_A_BRANCH, UNIT_UNKNOWN
from channels.branch.records import MEMBERS, ROLE_HOLDS, UNITS, unseal
from channels.branch.roll.apply import apply
from channels.branch.roll.dryrun import Choices, dry_run, needs_header
from channels.branch.roll.header import ColumnMap
from channels.branch.roll.plan import NEW
from channels.branch.store import groups_of, people_of
from channels.branch.units import unit_added
from channels.protocol.errors import Refused
from moderation.audit import AUDIT
from storage.log import LOG
from tests.kit.roll import ROLLS, Hall

CLEAN = ("roll-b42.xlsx", "roll-b42-gb18030.csv", "roll-b42.xls")


async def stored(hall: Hall) -> list[dict[str, object]]:
    """The whole roll and everything told of it, to compare before and after."""
    kept = []
    for collection in (MEMBERS, UNITS, ROLE_HOLDS, LOG, AUDIT):
        kept += [
            doc
            async for doc in hall.mongo[collection].stream(
                {"action": {"$ne": "roll.imported"}}, sort=(("_id", 1),)
            )
        ]
    return [{k: v for k, v in doc.items() if k != "roll_version"} for doc in kept]


async def test_a_clean_roll_gives_42_members_and_then_no_change(hall: Hall) -> None:
    outcome = await hall.take(CLEAN[0])
    assert (len(outcome.added), outcome.changed, outcome.groups) == (42, 0, 4)
    assert await hall.mongo[MEMBERS].count({}) == 42
    assert [g.name for g in await groups_of(hall.mongo, hall.branch.unit)] == [
        "第一组",
        "第二组",
        "第三组",
        "第四组",
    ]
    before = await stored(hall)
    for again in CLEAN:
        outcome = await hall.take(again)
        assert (len(outcome.added), outcome.changed, outcome.groups, outcome.offices) == (0, 0, 0, 0)
    assert await stored(hall) == before


async def test_the_dirty_roll_imports_what_is_sound_and_then_nothing(hall: Hall) -> None:
    outcome = await hall.take("roll-dirty.xlsx")
    assert len(outcome.added) == 39
    assert await hall.mongo[MEMBERS].count({"name": "左宁"}) == 2
    assert await hall.mongo[MEMBERS].count({"name": "赵立新"}) == 1
    assert (await hall.member("史晓东"))["class"] == "probationary"
    assert unseal(hall.reader.cipher, await hall.member("龙海生"))["joined_on"] == "2001-07"
    again = await hall.take("roll-dirty.xlsx")
    assert (len(again.added), again.changed) == (0, 0)
    assert await hall.mongo[MEMBERS].count({}) == 39


async def test_numbers_are_given_to_those_who_come_without(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    await hall.take("roll-dirty.xlsx", choices=Choices(answers={15: NEW}))
    assert (await hall.mongo[MEMBERS].find_one({"name": "赵立新", "number": "QH0043"})) is not None
    numbers = [doc["number"] async for doc in hall.mongo[MEMBERS].stream({})]
    assert len(set(numbers)) == len(numbers) == 44


async def test_personal_fields_are_nowhere_in_clear(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    for collection in (MEMBERS, LOG, AUDIT, UNITS):
        async for doc in hall.mongo[collection].stream({}):
            text = str(doc)
            assert "1990000000" not in text
            assert "example.org" not in text
            assert "1954-03-09" not in text
    doc = await hall.member("曹玉兰")
    assert unseal(hall.reader.cipher, doc) == {
        "phone": "+8619900000002", "mail": "qh0002@example.org", "joined_on": "1991-08-14", "birth_date": "1954-03-09",
        "gender": "female",
    }  # fmt: skip
    assert set(doc["blind"]) == {"phone", "mail"}


async def test_everybody_hears_of_it_in_order(hall: Hall) -> None:
    before = await hall.state()
    await hall.take("roll-b42.xlsx", offices=True)
    assert await hall.replayed(before, 0) == await hall.state()
    doc = await hall.member("曹玉兰")
    heard = await hall.reader.log.since(f"me:{doc['_id']}", 0, 10)
    assert [(e.type, e.body["title"]) for e in heard] == [
        ("me.room_added", "江澜市青禾社区第二党支部"),
        ("me.room_added", "第一组"),
    ]


async def test_offices_are_given_only_on_request(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    assert await hall.mongo[ROLE_HOLDS].count({}) == 0
    outcome = await hall.take("roll-b42.xlsx", offices=True)
    assert (outcome.offices, outcome.refused) == (5, [])
    people = await people_of(hall.mongo, hall.branch.unit)
    assert {t.zh: p.name for p in people.values() for t in p.titles} == {
        "书记": "林书远", "副书记": "蒋思源", "组织委员": "宋佳宁", "宣传委员": "何雨桐", "纪检委员": "陆远航",
    }  # fmt: skip
    assert (await hall.take("roll-b42.xlsx", offices=True)).offices == 0


async def test_changes_name_fields_only_and_keep_fingerprints(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    other = (
        (ROLLS / "roll-b42-gb18030.csv")
        .read_bytes()
        .replace(b"19900000002", b"19900000092")
        .replace(b"QH0003", b"QH0003")
    )
    run = await dry_run(hall.reader, hall.branch.unit, other, Choices())
    assert [(c.known.name, c.fields) for c in run.plan.change] == [("曹玉兰", ("phone",))]
    outcome = await apply(hall.hand(), run, give_offices=False)
    assert outcome.changed == 1
    row = await hall.mongo[AUDIT].find_one({"action": "roll.member_changed"})
    assert row is not None
    assert row["fields"] == ["phone"]
    assert row["before"]["phone"] != row["after"]["phone"]
    assert "1990000" not in str(row)


async def test_two_imports_at_once_cannot_both_add(hall: Hall) -> None:
    """Both officers looked at the same preview of people without numbers; one of them has to look again."""
    runs = [await hall.dry("roll-dirty.xlsx") for _ in range(2)]
    outcomes = await asyncio.gather(
        *(apply(hall.hand(), run, give_offices=False) for run in runs), return_exceptions=True
    )
    refused = [o for o in outcomes if isinstance(o, Refused)]
    assert [r.row for r in refused] == [IMPORT_CHANGED]
    await hall.take("roll-dirty.xlsx")
    assert await hall.mongo[MEMBERS].count({}) == 39


async def test_an_interrupted_import_is_finished_by_repeating_it(hall: Hall) -> None:
    class Stopped(Exception):
        pass

    def stop(done: int, total: int) -> None:
        if done >= total // 2:
            raise Stopped

    with pytest.raises(Stopped):
        await apply(hall.hand(), await hall.dry("roll-b42.xlsx"), give_offices=False, progress=stop)
    half = await hall.mongo[MEMBERS].count({})
    assert 0 < half < 42
    outcome = await hall.take("roll-b42.xlsx")
    assert len(outcome.added) == 42 - half


async def test_progress_is_told(hall: Hall) -> None:
    seen: list[tuple[int, int]] = []
    await apply(
        hall.hand(),
        await hall.dry("roll-b42.xlsx"),
        give_offices=False,
        progress=lambda d, t: seen.append((d, t)),
    )
    assert seen[0] == (0, 42)
    assert seen[-1] == (42, 42)
    assert seen == sorted(seen)


async def test_a_number_of_another_branch_is_not_taken(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    other, steps = unit_added(hall.hand(), hall.branch, "branch", "第三支部", 2)
    await hall.reader.log.commit(steps.appends, steps.writes)
    run = await dry_run(hall.reader, other.unit, (ROLLS / "roll-b42.xlsx").read_bytes(), Choices())
    assert len(run.plan.held) == 42
    assert {f.kind.code for f in run.plan.faults if f.kind.level == "held"} == {"number_elsewhere"}


async def test_a_roll_belongs_to_a_branch(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    group = (await groups_of(hall.mongo, hall.branch.unit))[0]
    for ident, row in ((group.unit, NOT_A_BRANCH), ("nowhere", UNIT_UNKNOWN)):
        with pytest.raises(Refused) as refused:
            await dry_run(hall.reader, ident, b"x", Choices())
        assert refused.value.row is row


async def test_without_a_header_a_person_names_the_columns(hall: Hall) -> None:
    content = "白露,19900000007\n丁一鸣,19900000008\n".encode()
    run = await dry_run(hall.reader, hall.branch.unit, content, Choices())
    assert run.columns is None
    assert needs_header(run) is not None
    named = await dry_run(
        hall.reader, hall.branch.unit, content, Choices(ColumnMap(0, {"name": 0, "phone": 1}))
    )
    assert needs_header(named) is None
    assert [d.name for d in named.plan.add] == ["白露", "丁一鸣"]
    assert branch_topic(hall.branch.unit).startswith("branch:")
