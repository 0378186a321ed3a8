"""Who enters a branch's topic, and what the reading commands tell whom."""

import pytest

from channels.branch.contract import (
    GroupsOf,
    MembersOf,
    OrganisationOf,
    PeopleOf,
    PersonCards,
    PlaceOf,
    Unit,
    UnitOf,
    UnitsOf,
    branch_topic,
)
from channels.branch.hand import Steps, commit
from channels.branch.handlers import counts, may_enter, people
from channels.branch.members import left
from channels.branch.protocol import BranchCounts, BranchPeople
from channels.branch.records import ROLE_HOLDS
from channels.branch.store import groups_of
from channels.branch.units import unit_added
from channels.core.context import Context
from channels.protocol.base import LiveEvent
from channels.protocol.errors import FORBIDDEN, Refused
from tests.kit.roll import Hall


async def context(hall: Hall, name: str) -> Context:
    def nobody(event: LiveEvent) -> None:
        del event

    async def waits(member: str) -> None:
        del member

    return Context(await hall.actor(name), hall.clock.now_ms(), hall.reader, nobody, waits)


async def enters(hall: Hall, name: str, unit: str) -> bool:
    return await may_enter(await hall.actor(name), unit, hall.reader)


async def below(hall: Hall) -> Unit:
    made, steps = unit_added(hall.hand(), hall.branch, "branch", "第三支部", 2)
    await commit(hall.hand(), steps)
    return made


async def hold(hall: Hall, name: str, role: str, unit: Unit) -> None:
    doc = await hall.member(name)
    await hall.mongo[ROLE_HOLDS].insert_one(
        {"_id": hall.reader.ids.uuid7(), "org": hall.org, "unit": unit.unit, "branch": unit.branch, "member": doc["_id"],
         "role": role, "title": {"zh": role, "en": role}, "since_ms": 0, "by": "test"}
    )  # fmt: skip


async def test_members_and_guests_with_a_role_enter_and_nobody_else(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    other, group = await below(hall), (await groups_of(hall.mongo, hall.branch.unit))[0]
    assert await enters(hall, "曹玉兰", hall.branch.unit)
    assert not await enters(hall, "曹玉兰", other.unit)
    assert not await enters(hall, "曹玉兰", group.unit), "a group is part of its branch's topic"
    assert not await enters(hall, "曹玉兰", "nowhere")
    await hold(hall, "曹玉兰", "oversight", other)
    assert await enters(hall, "曹玉兰", other.unit)
    await hold(hall, "邵军", "upper_contact", other)
    assert not await enters(hall, "邵军", other.unit), "who sees numbers only sees no cards"


async def test_cards_are_for_those_who_may_know_them(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    asked = BranchPeople(
        ref=1, members=[(await hall.member("田甜"))["_id"], (await hall.member("白露"))["_id"]]
    )
    shown = await people(asked, await context(hall, "曹玉兰"))
    assert {(p.name, p.number) for p in shown.people} == {("田甜", "QH0004"), ("白露", "QH0007")}
    assert shown.left == []
    await commit(hall.hand(), left(hall.hand(), await hall.member("田甜"), Steps()))
    gone = await people(asked, await context(hall, "曹玉兰"))
    assert gone.left == [asked.members[0]]
    alone = await people(asked, await context(hall, "田甜"))
    assert [p.name for p in alone.people] == ["田甜"], "who left still knows oneself and nobody else"


async def test_counts_are_for_those_with_the_right(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx", offices=True)
    command = BranchCounts(ref=1, unit=hall.branch.unit)
    assert (await counts(command, await context(hall, "林书远"))).total == 42
    with pytest.raises(Refused) as refused:
        await counts(command, await context(hall, "曹玉兰"))
    assert refused.value.row is FORBIDDEN


async def test_questions_of_other_features(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx", offices=True)
    doc, ask = await hall.member("林书远"), hall.reader.ask
    group = (await groups_of(hall.mongo, hall.branch.unit))[0]
    assert (await ask(PlaceOf(group.unit))).path == (hall.branch.unit, group.unit)
    assert await ask(PlaceOf("nowhere")) is None
    assert (await ask(UnitOf(group.unit))).branch == hall.branch.unit
    assert [u.name for u in await ask(UnitsOf(doc["_id"]))] == [hall.branch.name, "第一组"]
    assert len(await ask(MembersOf(hall.branch.unit))) == 42
    groups = await ask(GroupsOf(hall.branch.unit))
    assert [u.name for u in groups] == [u.name for u in await groups_of(hall.mongo, hall.branch.unit)]
    assert await ask(GroupsOf(group.unit)) == (), "a group has none"
    in_group = await ask(PeopleOf(group.unit))
    assert len(in_group) == 11
    assert [t.zh for t in in_group[doc["_id"]].titles] == ["书记"]
    assert (await ask(PersonCards((doc["_id"], "nobody")))).keys() == {doc["_id"]}
    org = await ask(OrganisationOf(hall.org))
    assert (org.name, org.mfa_everyone, org.terms["unit"].zh) == ("江澜市青禾社区第二党支部", True, "支部")
    assert await ask(OrganisationOf("nothing")) is None
    assert branch_topic(hall.branch.unit) == f"branch:{hall.branch.unit}"
