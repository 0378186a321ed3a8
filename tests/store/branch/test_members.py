"""Changes of the roll and of roles on both drivers: one unit each, guarded, told, on record."""

import pytest

from channels.branch.contract import MemberByBlind, Person
from channels.branch.errors import (
    CONFLICT_OF_ROLE,
    LAST_SECRETARY,
    MEMBER_INACTIVE,
    REASON_NEEDED,
    ROLE_UNKNOWN,
    SELF_GRANT,
)
from channels.branch.hand import Hand, commit
from channels.branch.holds import (
    Office,
    all_ended,
    check_grant,
    check_revoke,
    granted,
    here_of,
    revoked,
    titled,
)
from channels.branch.members import (
    Edit,
    Newcomer,
    Rooms,
    added,
    came_back,
    changed,
    left,
    open_record,
    rooms_of,
)
from channels.branch.records import MEMBERS, ROLE_HOLDS, unseal
from channels.branch.store import by_contact, counts_of, grants_of, groups_of, person_cards, units_of
from channels.branch.template import templates
from channels.branch.units import change_unit, unit_added
from channels.core.actor import Place
from channels.protocol.errors import ErrorRow, Refused
from moderation.audit import AUDIT, AuditTrail, PageAt
from storage.client import Document
from storage.errors import Duplicate, GuardFailed
from storage.ids import MemberId, UnitId
from tests.kit.roll import Hall

PHONE = "+8619900000001"


async def rooms(hall: Hall) -> Rooms:
    return await rooms_of(hall.hand(), hall.branch, await groups_of(hall.mongo, hall.branch.unit))


async def join(hall: Hall, number: str, name: str = "林书远", **values: str) -> MemberId:
    member, steps = added(hall.hand(), await rooms(hall), Newcomer(number, name, "full", values=values))
    await commit(hall.hand(), steps)
    return member


async def group(hall: Hall, name: str = "第一组") -> str:
    made, steps = unit_added(hall.hand(), hall.branch, "group", name, 1)
    await commit(hall.hand(), steps)
    return made.unit


async def record(hall: Hall, member: str) -> Document:
    doc = await hall.mongo[MEMBERS].find_one({"_id": member})
    assert doc is not None
    return doc


async def card(hall: Hall, member: str) -> Person:
    return (await person_cards(hall.mongo, [member]))[MemberId(member)]


async def give(hall: Hall, member: str, role: str, hand: Hand | None = None) -> None:
    person = await card(hall, member)
    await check_grant(hand or hall.hand(), hall.branch, person, role)
    here = await here_of(hall.mongo, hall.branch.unit)
    office = titled(Office(role), templates()["party_branch_zh"])
    await commit(hall.hand(), granted(hall.hand(), hall.branch, person, office, here))


def refuses(row: ErrorRow, refused: pytest.ExceptionInfo[Refused]) -> bool:
    return refused.value.row is row


async def test_a_newcomer_is_on_the_roll_and_can_be_found_by_phone(hall: Hall) -> None:
    member = await join(hall, "QH0001", phone=PHONE, mail="a@example.org")
    twin = await join(hall, "QH0002", phone=PHONE)
    found = await by_contact(hall.mongo, hall.reader.cipher, MemberByBlind("phone", PHONE))
    assert found == (member, twin)
    assert await by_contact(
        hall.mongo, hall.reader.cipher, MemberByBlind("mail", "a@example.org", hall.org)
    ) == (member,)
    assert await by_contact(hall.mongo, hall.reader.cipher, MemberByBlind("mail", PHONE)) == ()


async def test_a_number_is_one_persons(hall: Hall) -> None:
    await join(hall, "QH0001")
    with pytest.raises(Duplicate) as taken:
        await join(hall, "QH0001", "曹玉兰")
    assert taken.value.index == "members_number"
    assert await hall.mongo[MEMBERS].count({}) == 1
    assert await hall.mongo[AUDIT].count({"action": "roll.member_added"}) == 1


async def test_a_change_is_told_and_on_record(hall: Hall) -> None:
    member, first = await join(hall, "QH0001", phone=PHONE, mail="a@example.org"), await group(hall)
    before, at = await hall.state(), await hall.head()
    edit = Edit(name="林书元", groups=(first,), values={"phone": "+8619900000009", "mail": None})
    steps = changed(
        hall.hand("m", "宋佳宁", "secretary"), await rooms(hall), await record(hall, member), (), edit
    )
    assert steps is not None
    await commit(hall.hand(), steps)
    assert await hall.replayed(before, at) == await hall.state()
    assert unseal(hall.reader.cipher, await record(hall, member)) == {"phone": "+8619900000009"}
    assert await by_contact(hall.mongo, hall.reader.cipher, MemberByBlind("mail", "a@example.org")) == ()
    assert [u.unit for u in await units_of(hall.mongo, member)] == [hall.branch.unit, first]
    assert hall.told == [member]
    trail = AuditTrail(hall.mongo, hall.reader.cipher, hall.clock, hall.reader.ids)
    row = (await trail.about(member, PageAt()))[0]
    assert (row.action, row.actor_name, row.fields) == (
        "roll.member_changed",
        "宋佳宁",
        ("groups", "mail", "name", "phone"),
    )


async def test_what_changes_nothing_writes_nothing(hall: Hall) -> None:
    member = await join(hall, "QH0001", phone=PHONE)
    edit = Edit(name="林书远", class_="full", groups=(), values={"phone": PHONE, "mail": None})
    assert changed(hall.hand(), await rooms(hall), await record(hall, member), (), edit) is None


async def test_of_two_changes_at_once_one_is_refused(hall: Hall) -> None:
    member = await join(hall, "QH0001")
    doc, place = await record(hall, member), await rooms(hall)
    one, two = (changed(hall.hand(), place, doc, (), Edit(name=name)) for name in ("林一", "林二"))
    assert one is not None
    assert two is not None
    await commit(hall.hand(), one)
    with pytest.raises(GuardFailed):
        await commit(hall.hand(), two)
    assert (await record(hall, member))["name"] == "林一"


async def test_leaving_ends_access_roles_and_rooms_at_once(hall: Hall) -> None:
    member, other = await join(hall, "QH0001"), await join(hall, "QH0002", "蒋思源")
    await give(hall, member, "secretary")
    await give(hall, other, "deputy")
    before, at = await hall.state(), await hall.head()
    ended = await all_ended(hall.hand(), await card(hall, member))
    await commit(hall.hand(), left(hall.hand(), await record(hall, member), ended))
    assert await hall.replayed(before, at) == await hall.state()
    assert await grants_of(hall.mongo, member) == (frozenset(), ())
    assert await hall.mongo[ROLE_HOLDS].count({"member": member}) == 0
    heard = await hall.reader.log.newest(f"me:{member}", 1)
    assert heard[0].type == "me.room_removed"
    assert (await card(hall, member)).name == "林书远"
    with pytest.raises(Refused) as refused:
        left(hall.hand(), await record(hall, member), ended)
    assert refuses(MEMBER_INACTIVE, refused)

    steps = came_back(hall.hand(), await rooms(hall), await record(hall, member))
    await commit(hall.hand(), steps)
    assert await hall.replayed(before, at) == await hall.state()
    assert (await grants_of(hall.mongo, member))[0] == {hall.branch.unit}
    with pytest.raises(Refused):
        came_back(hall.hand(), await rooms(hall), await record(hall, member))


async def test_the_last_who_can_give_roles_stays(hall: Hall) -> None:
    member = await join(hall, "QH0001")
    await give(hall, member, "secretary")
    hold = await hall.mongo[ROLE_HOLDS].find_one({"member": member})
    assert hold is not None
    with pytest.raises(Refused) as refused:
        await check_revoke(hall.hand(), hold)
    assert refuses(LAST_SECRETARY, refused)
    with pytest.raises(Refused):
        await all_ended(hall.hand(), await card(hall, member))


async def test_roles_reach_the_branch_and_its_groups_and_nothing_below(hall: Hall) -> None:
    member, first = await join(hall, "QH0001"), await group(hall)
    below, steps = unit_added(hall.hand(), hall.branch, "branch", "第三支部", 2)
    await commit(hall.hand(), steps)
    await give(hall, member, "secretary")
    units, grants = await grants_of(hall.mongo, member)
    assert units == {hall.branch.unit}
    assert {g.unit for g in grants} == {hall.branch.unit, first}
    assert not any(g.inherited for g in grants)
    actor = await hall.actor("林书远")
    assert actor.can("chat.delete", _place(hall, first))
    assert not actor.can("chat.delete", _place(hall, below.unit))


def _place(hall: Hall, unit: str) -> Place:
    return Place(UnitId(unit), (hall.branch.unit, UnitId(unit)))


async def test_an_upper_contact_sees_numbers_below_and_nothing_else(hall: Hall) -> None:
    member = await join(hall, "QH0001")
    await give(hall, member, "upper_contact")
    _, (grant,) = await grants_of(hall.mongo, member)
    assert grant.inherited
    assert grant.capabilities == {"branch.read_counts"}
    assert await counts_of(hall.mongo, hall.branch.unit) == {"full": 1}


@pytest.mark.parametrize(
    ("held", "wanted"), [("secretary", "oversight"), ("oversight", "organizer"), ("deputy", "upper_contact")]
)
async def test_duties_are_separated(hall: Hall, held: str, wanted: str) -> None:
    member = await join(hall, "QH0001")
    await give(hall, member, held)
    with pytest.raises(Refused) as refused:
        await give(hall, member, wanted)
    assert refuses(CONFLICT_OF_ROLE, refused)


async def test_nobody_gives_a_role_to_himself_or_to_a_stranger(hall: Hall) -> None:
    member = await join(hall, "QH0001")
    with pytest.raises(Refused) as refused:
        await give(hall, member, "organizer", hall.hand(member))
    assert refuses(SELF_GRANT, refused)
    with pytest.raises(Refused) as refused:
        await give(hall, member, "king")
    assert refuses(ROLE_UNKNOWN, refused)
    below, steps = unit_added(hall.hand(), hall.branch, "branch", "第三支部", 2)
    await commit(hall.hand(), steps)
    with pytest.raises(Refused) as refused:
        await check_grant(hall.hand(), below, await card(hall, member), "secretary")
    assert refuses(MEMBER_INACTIVE, refused)
    await check_grant(hall.hand(), below, await card(hall, member), "oversight")


async def test_roles_come_and_go_in_the_snapshot(hall: Hall) -> None:
    member, other = await join(hall, "QH0001"), await join(hall, "QH0002", "蒋思源")
    before, at = await hall.state(), await hall.head()
    await give(hall, member, "secretary")
    await give(hall, other, "secretary")
    with pytest.raises(Duplicate):
        await give(hall, other, "secretary")
    hold = await hall.mongo[ROLE_HOLDS].find_one({"member": member})
    assert hold is not None
    await check_revoke(hall.hand(), hold)
    here = await here_of(hall.mongo, hall.branch.unit)
    steps = revoked(hall.hand(), hold, await card(hall, member), here)
    await commit(hall.hand(), steps)
    state = await hall.state()
    assert await hall.replayed(before, at) == state
    assert [t.title.zh for p in state.people for t in p.titles] == ["书记"]
    with pytest.raises(GuardFailed):
        await commit(hall.hand(), steps)
    assert hall.told == [member, other, member]


async def test_a_guest_with_a_role_is_shown_and_disappears(hall: Hall) -> None:
    """The oversight officer of another branch (domain.md 6.2)."""
    member = await join(hall, "QH0001")
    below, steps = unit_added(hall.hand(), hall.branch, "branch", "第三支部", 2)
    await commit(hall.hand(), steps)
    other = Hall(hall.reader, hall.clock, hall.org, below)
    empty = await other.state()
    await give(other, member, "oversight")
    shown = await other.state()
    assert [p.name for p in shown.people] == ["林书远"]
    hold = await hall.mongo[ROLE_HOLDS].find_one({"member": member})
    assert hold is not None
    here = await here_of(hall.mongo, below.unit)
    await commit(hall.hand(), revoked(hall.hand(), hold, await card(hall, member), here))
    assert await other.replayed(empty, 0) == await other.state() == empty


async def test_opening_a_record_needs_a_reason_that_the_member_reads(hall: Hall) -> None:
    member = await join(hall, "QH0001", phone=PHONE)
    hand = hall.hand("officer", "宋佳宁", "organizer")
    for reason in ("", "  ok ", "\n\t"):
        with pytest.raises(Refused) as refused:
            await open_record(hand, await record(hall, member), reason)
        assert refuses(REASON_NEEDED, refused)
    assert await open_record(hand, await record(hall, member), " 紧急  联系家属 ") == {"phone": PHONE}
    trail = AuditTrail(hall.mongo, hall.reader.cipher, hall.clock, hall.reader.ids)
    row = (await trail.about(member, PageAt()))[0]
    assert (row.action, row.reason, row.fields, row.actor_role) == (
        "roll.opened",
        "紧急 联系家属",
        ("phone",),
        "organizer",
    )
    stored = await hall.mongo[AUDIT].find_one({"action": "roll.opened"})
    assert "紧急" not in str(stored)


async def test_renaming_a_branch_reaches_its_members(hall: Hall) -> None:
    member = await join(hall, "QH0001")
    before, at = await hall.state(), await hall.head()
    after = await change_unit(hall.hand(), hall.branch, "第二支部", None)
    assert await hall.replayed(before, at) == await hall.state()
    assert after.name == "第二支部"
    told = await hall.reader.log.newest(f"me:{member}", 1)
    assert told[0].body["title"] == "第二支部"


async def test_sibling_names_are_unique(hall: Hall) -> None:
    await group(hall, "第一组")
    with pytest.raises(Duplicate) as taken:
        await group(hall, "第一 组")
    assert taken.value.index == "units_sibling_name"
