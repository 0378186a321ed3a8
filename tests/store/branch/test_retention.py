"""What is promised about people who left is kept."""

from channels.branch.hand import Steps, commit
from channels.branch.members import Newcomer, added, came_back, left, rooms_of
from channels.branch.records import ACTIVE, MEMBERS
from channels.branch.retention import DAY_MS, Erased, erase_left
from channels.branch.template import templates
from moderation.audit import AuditTrail, PageAt
from storage.client import Document
from tests.kit.roll import Hall

DAYS = templates()["party_branch_zh"].defaults.retention_left_days


async def record(hall: Hall, member: str) -> Document:
    doc = await hall.mongo[MEMBERS].find_one({"_id": member})
    assert doc is not None
    return doc


async def gone(hall: Hall, number: str) -> str:
    """Somebody who left just now."""
    place = await rooms_of(hall.hand(), hall.branch, [])
    member, steps = added(
        hall.hand(), place, Newcomer(number, "左宁", "full", values={"phone": "+8619900000001"})
    )
    await commit(hall.hand(), steps)
    await commit(hall.hand(), left(hall.hand(), await record(hall, member), Steps()))
    return member


async def test_details_are_erased_when_their_time_is_over_and_not_before(hall: Hall) -> None:
    member = await gone(hall, "QH0001")
    hall.clock.advance(DAYS * DAY_MS - 1)
    assert await erase_left(hall.hand()) == Erased(0, 0)
    assert (await record(hall, member))["sealed"]
    hall.clock.advance(1)
    assert await erase_left(hall.hand()) == Erased(1, 1)
    doc = await record(hall, member)
    assert (doc["sealed"], doc["blind"], doc["name"], doc["number"]) == ({}, {}, "左宁", "QH0001")
    assert await erase_left(hall.hand()) == Erased(0, 0)
    trail = AuditTrail(hall.mongo, hall.reader.cipher, hall.clock, hall.reader.ids)
    assert (await trail.about(member, PageAt()))[0].action == "roll.details_erased"


async def test_who_came_back_keeps_everything(hall: Hall) -> None:
    member = await gone(hall, "QH0001")
    place = await rooms_of(hall.hand(), hall.branch, [])
    await commit(hall.hand(), came_back(hall.hand(), place, await record(hall, member)))
    hall.clock.advance(2 * DAYS * DAY_MS)
    assert await erase_left(hall.hand()) == Erased(0, 0)
    doc = await record(hall, member)
    assert doc["status"] == ACTIVE
    assert doc["sealed"]
