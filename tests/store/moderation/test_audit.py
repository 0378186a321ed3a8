"""The audit trail: append-only rows, sealed reasons, pages, and what a member may read."""

import pytest

from moderation.audit import AUDIT, AUDIT_INDEXES, SEALED_FIELDS, Act, AuditTrail, Only, PageAt
from storage.client import Mongo, Unit
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from storage.ids import IdSource
from storage.keyring import Purpose
from storage.rotation import rotate


@pytest.fixture
async def trail(mongo: Mongo, cipher: FieldCipher, clock: FixedClock, ids: IdSource) -> AuditTrail:
    """An empty trail."""
    await mongo.ensure_indexes(AUDIT_INDEXES)
    return AuditTrail(mongo, cipher, clock, ids)


async def test_a_row_comes_back_as_it_was_written(trail: AuditTrail, clock: FixedClock) -> None:
    act = Act(
        "roll.opened", "officer", "宋佳宁", "secretary", "org", "unit", "member", ("phone", "mail"), "联系参会",
        notes={"via": "roll", "count": 2},
    )  # fmt: skip
    await trail.append(act)
    (row,) = await trail.about("member", PageAt())
    for name in (
        "action",
        "actor",
        "actor_name",
        "actor_role",
        "org",
        "unit",
        "subject",
        "fields",
        "reason",
        "notes",
    ):
        assert getattr(row, name) == getattr(act, name), name
    assert row.at_ms == clock.now_ms()


async def test_values_and_reasons_are_not_in_the_store_in_clear(trail: AuditTrail, mongo: Mongo) -> None:
    change = {"phone": "+8613800138021"}
    await trail.append(
        Act("roll.member_changed", "x", reason="电话 13800138022", before=change, after=change, subject="m")
    )
    await trail.append(Act("roll.member_changed", "x", before={"mail": "+8613800138021"}, subject="m"))
    stored = await mongo[AUDIT].find({}, limit=5, sort=(("_id", 1),))
    assert "1380013802" not in repr(stored)
    assert stored[0]["before"] == stored[0]["after"] != {}
    assert stored[1]["before"]["mail"] != stored[0]["before"]["phone"]


async def test_pages_by_subject_unit_and_actor(trail: AuditTrail) -> None:
    for number in range(5):
        await trail.append(Act(f"a.n{number}", "one", unit="u1", subject="m"))
    await trail.append(Act("a.other", "two", unit="u2", subject="n"))
    await trail.append(Act("a.closed", "two", unit="u2", subject="m", open=False))
    first = await trail.about("m", PageAt(limit=2))
    assert [row.action for row in first] == ["a.n4", "a.n3"]
    rest = await trail.about("m", PageAt(first[-1].id, 10))
    assert [row.action for row in rest] == ["a.n2", "a.n1", "a.n0"]
    assert [row.action for row in await trail.of_units(["u2"], PageAt())] == ["a.closed", "a.other"]
    assert len(await trail.by_actor("one", PageAt(limit=0))) == 1
    assert len(await trail.by_actor("one", PageAt(limit=10_000))) == 5


async def test_rows_of_units_by_action_and_member(trail: AuditTrail) -> None:
    await trail.append(Act("a.read", "officer", unit="u1", subject="m"))
    await trail.append(Act("a.read", "officer", unit="u1", subject="n"))
    await trail.append(Act("a.changed", "m", unit="u1", subject="n"))
    await trail.append(Act("a.read", "officer", unit="u2", subject="m"))

    async def found(only: Only) -> list[tuple[str, str, str | None]]:
        rows = await trail.of_units(["u1"], PageAt(), only)
        return [(row.action, row.actor, row.subject) for row in rows]

    assert await found(Only(member="m")) == [("a.changed", "m", "n"), ("a.read", "officer", "m")]
    assert await found(Only(("a.changed",))) == [("a.changed", "m", "n")]
    assert await found(Only(("a.changed",), "officer")) == []
    assert await found(Only(())) == []
    assert len(await found(Only())) == 3


async def test_a_row_falls_with_the_unit_it_tells_of(trail: AuditTrail, mongo: Mongo) -> None:
    async def body(unit: Unit) -> None:
        await trail.append(Act("a.done", "x", subject="m"), unit=unit)
        raise RuntimeError("the change failed")

    with pytest.raises(RuntimeError):
        await mongo.transaction(body)
    assert await trail.about("m", PageAt()) == []


async def test_reasons_survive_a_key_rotation(
    trail: AuditTrail, mongo: Mongo, cipher: FieldCipher, clock: FixedClock
) -> None:
    await trail.append(Act("roll.opened", "x", subject="m", reason="联系参会"))
    await trail.append(Act("roll.opened", "x", subject="m"))
    cipher.ring.add(Purpose.FIELD, clock)
    await rotate(mongo, cipher, SEALED_FIELDS)
    cipher.ring.retire(Purpose.FIELD)
    assert [row.reason for row in await trail.about("m", PageAt())] == ["", "联系参会"]


def test_there_is_no_call_that_changes_or_deletes() -> None:
    public = {name for name in vars(AuditTrail) if not name.startswith("_")}
    assert public == {"write", "append", "about", "of_units", "by_actor"}
