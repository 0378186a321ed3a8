"""`huitang keys …` on a real database: rotation of a whole installation, with one machine and with several."""

import asyncio
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

from channels.catalog import FEATURES
from channels.core.registry import Registry
from server.ground import all_sealed
from storage.client import Mongo, MongoSettings
from storage.crypto import KeyRing, Purpose
from storage.keyring import Key
from tests.kit.roll import ROLLS
from tests.kit.sealed import sealed_with

Run = Callable[..., Result]
MEMBERS = 42
COLLECTIONS = sorted({field.collection for field in all_sealed(Registry(FEATURES))})


@pytest.fixture
def keys(founded: Run, tmp_path: Path) -> Path:
    """An organisation with its roll, an administrator and a letter; the key file."""
    founded("roll", "import", str(ROLLS / "roll-b42.xlsx"), "--confirm")
    founded("org", "invite", "林书远")
    founded("admin", "create", "wu.gong", "--password-stdin", typed="Xinhe-Qing-2026-ok\n")
    return tmp_path / "var" / "keys.json"


def ring_of(path: Path) -> list[Key]:
    ring = KeyRing.load(path, create=False)
    return [key for purpose in Purpose for key in ring.all(purpose)]


async def left_under(settings: MongoSettings, old: list[Key]) -> dict[str, int]:
    mongo = await Mongo.open(settings)
    try:
        return dict(await sealed_with(mongo, COLLECTIONS, old))
    finally:
        await mongo.close()


def test_a_rotation_leaves_nothing_under_the_old_keys(
    founded: Run, keys: Path, mongo_settings: MongoSettings, tmp_path: Path
) -> None:
    old = ring_of(keys)
    copy = tmp_path / "old.json"
    shutil.copy(keys, copy)
    before = asyncio.run(left_under(mongo_settings, old))
    assert before["members"] >= MEMBERS
    assert before["accounts"] >= 1
    said = founded("keys", "rotate").output
    assert re.search(r"members: 42 looked at, \d+ sealed anew", said)
    assert asyncio.run(left_under(mongo_settings, old)) == {}
    assert not {key.id for key in ring_of(keys)} & {key.id for key in old}
    out = tmp_path / "out.xlsx"
    founded("roll", "export", str(out))
    again = founded("roll", "import", str(out)).output
    assert "new 0" in again.splitlines()[0], "names, phones and mails are read and found as before"
    shutil.copy(copy, keys)
    refused = founded("org", "list", code=1)
    assert "key file" in refused.output


def test_with_several_machines_every_copy_has_the_key_before_anybody_writes_with_it(
    founded: Run, keys: Path, mongo_settings: MongoSettings
) -> None:
    founded("keys", "rotate", "--prepared", code=1)
    old = ring_of(keys)
    writing = KeyRing.load(keys, create=False).newest(Purpose.FIELD)
    founded("keys", "prepare")
    assert KeyRing.load(keys, create=False).newest(Purpose.FIELD) == writing, "a prepared key wrote"
    assert len(ring_of(keys)) == 4
    assert "prepared already" in founded("keys", "prepare", code=1).output
    assert "copy this file" in founded("keys", "rotate", "--prepared").output
    assert asyncio.run(left_under(mongo_settings, old)) == {}
    assert len(ring_of(keys)) == 2
    assert "no key was prepared" in founded("keys", "rotate", "--prepared", code=1).output


def test_what_opens_with_no_key_is_counted_and_keeps_the_old_keys(
    founded: Run, keys: Path, mongo_settings: MongoSettings
) -> None:
    old = ring_of(keys)

    async def damage() -> None:
        mongo = await Mongo.open(mongo_settings)
        broken = {"$set": {"sealed.phone": b"\x01" + bytes(60)}}
        assert await mongo["members"].update_one({"sealed.phone": {"$exists": True}}, broken)
        await mongo.close()

    asyncio.run(damage())
    assert "1 values open with no key" in founded("keys", "rotate", code=1).output
    assert {key.id for key in old} < {key.id for key in ring_of(keys)}
