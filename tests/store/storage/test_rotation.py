"""Key rotation over real records: everything readable before, during and after; wrong key files refused."""

import asyncio
from pathlib import Path

import pytest

from storage.client import Document, Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher, KeyRing, Purpose
from storage.errors import BadCiphertext, NotReady
from storage.rotation import PAGE, Rotated, SealedField, check_keys, rotate, rotate_keys

FIELDS = (
    SealedField("members", "personal.phone", blind="phone_index", normalise=str.strip),
    SealedField("members", "personal.mail"),
    SealedField("accounts", "totp", record="member"),
)
COUNT = PAGE + 50


def record(cipher: FieldCipher, n: int) -> Document:
    ident, phone = f"m{n:05}", f" 1380000{n:04} "
    return {
        "_id": ident,
        "personal": {
            "phone": cipher.encrypt(phone, field="members.personal.phone", record=ident),
            "mail": cipher.encrypt(f"{n}@example.org", field="members.personal.mail", record=ident),
        },
        "phone_index": cipher.blind(phone.strip(), field="members.personal.phone"),
    }


def phone_of(cipher: FieldCipher, row: Document) -> str:
    return cipher.decrypt(row["personal"]["phone"], field="members.personal.phone", record=row["_id"])


@pytest.fixture
async def filled(mongo: Mongo, cipher: FieldCipher) -> Mongo:
    await mongo["members"].insert_many([record(cipher, n) for n in range(COUNT)])
    await mongo["members"].insert_one({"_id": "m99999", "personal": {}})
    sealed = cipher.encrypt("seed", field="accounts.totp", record="m1")
    await mongo["accounts"].insert_one({"_id": "a1", "member": "m1", "totp": sealed})
    return mongo


async def check_all(mongo: Mongo, cipher: FieldCipher) -> None:
    async for row in mongo["members"].stream({"personal.phone": {"$exists": True}}):
        phone = phone_of(cipher, row)
        found = await mongo["members"].find_one(
            {"phone_index": {"$in": cipher.blinds(phone.strip(), field="members.personal.phone")}}
        )
        assert found is not None
        assert found["_id"] == row["_id"]


async def test_a_rotation_leaves_nothing_under_old_keys(
    filled: Mongo, cipher: FieldCipher, clock: FixedClock
) -> None:
    await check_keys(filled, cipher.ring)
    old = FieldCipher(KeyRing({purpose: cipher.ring.all(purpose) for purpose in Purpose}))
    heard: list[Rotated] = []
    rows = await rotate_keys(filled, cipher, FIELDS, clock, heard.append)
    assert [(r.collection, r.seen, r.changed, r.unreadable) for r in rows] == [
        ("members", COUNT + 1, 3 * COUNT, 0),
        ("accounts", 1, 1, 0),
    ]
    assert heard[0].seen == PAGE, "told page by page"
    assert [len(cipher.ring.all(purpose)) for purpose in Purpose] == [1, 1]
    await check_all(filled, cipher)
    row = await filled["members"].find_one({"_id": "m00001"})
    assert row is not None
    assert phone_of(cipher, row) == " 13800000001 "
    with pytest.raises(BadCiphertext):
        phone_of(old, row)
    await check_keys(filled, cipher.ring)
    with pytest.raises(NotReady, match="key file"):
        await check_keys(filled, old.ring)


async def test_lookups_and_reads_work_half_way(filled: Mongo, cipher: FieldCipher, clock: FixedClock) -> None:
    for purpose in Purpose:
        cipher.ring.add(purpose, clock)

    class Stopped(Exception):
        pass

    def stop(rotated: Rotated) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        await rotate(filled, cipher, FIELDS, stop)
    await check_all(filled, cipher)
    rows = await rotate(filled, cipher, FIELDS)
    assert sum(row.changed for row in rows) == 3 * (COUNT - PAGE) + 1
    assert sum(row.changed for row in await rotate(filled, cipher, FIELDS)) == 0


async def test_a_change_meanwhile_is_not_overwritten(
    filled: Mongo, cipher: FieldCipher, clock: FixedClock
) -> None:
    cipher.ring.add(Purpose.FIELD, clock)

    async def edit() -> None:
        for n in range(COUNT):
            ident = f"m{n:05}"
            sealed = cipher.encrypt(f"new {n}", field="members.personal.phone", record=ident)
            await filled["members"].update_one({"_id": ident}, {"$set": {"personal.phone": sealed}})

    await asyncio.gather(edit(), rotate(filled, cipher, FIELDS))
    async for row in filled["members"].stream({"personal.phone": {"$exists": True}}):
        assert phone_of(cipher, row) == f"new {int(row['_id'][1:])}"


async def test_unreadable_values_stay_and_keep_the_old_keys(
    filled: Mongo, cipher: FieldCipher, clock: FixedClock
) -> None:
    await filled["members"].update_one({"_id": "m00003"}, {"$set": {"personal.mail": b"\x01" + bytes(50)}})
    rows = await rotate_keys(filled, cipher, FIELDS, clock)
    assert rows[0].unreadable == 1
    assert [len(cipher.ring.all(purpose)) for purpose in Purpose] == [2, 2]
    row = await filled["members"].find_one({"_id": "m00003"})
    assert row is not None
    assert row["personal"]["mail"] == b"\x01" + bytes(50)
    assert phone_of(cipher, row) == " 13800000003 "


async def test_a_start_with_the_wrong_key_file_is_refused(
    mongo: Mongo, tmp_path: Path, clock: FixedClock
) -> None:
    ring = KeyRing.load(tmp_path / "keys.json", create=True)
    await check_keys(mongo, ring)
    await check_keys(mongo, KeyRing.load(tmp_path / "keys.json", create=False))
    lost = KeyRing.load(tmp_path / "lost.json", create=True)
    with pytest.raises(NotReady, match="restore the right key file"):
        await check_keys(mongo, lost)
    old_copy = (tmp_path / "keys.json").read_bytes()
    ring.add(Purpose.FIELD, clock)
    await check_keys(mongo, ring)
    (tmp_path / "copy.json").write_bytes(old_copy)
    (tmp_path / "copy.json").chmod(0o600)
    with pytest.raises(NotReady):
        await check_keys(mongo, KeyRing.load(tmp_path / "copy.json", create=False))
