"""The key file: private, atomic, followed by every process, and refused when it is not right."""

import json
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage.clock import FixedClock
from storage.crypto import KeyRing, Purpose
from storage.errors import NotReady
from storage.keyring import KEY_BYTES, Key, fingerprint


def keys(ring: KeyRing) -> list[str]:
    return [fingerprint(key) for purpose in Purpose for key in ring.all(purpose)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keys.json"


def test_a_new_ring_is_private_and_the_same_when_read_again(path: Path, clock: FixedClock) -> None:
    ring = KeyRing.load(path, create=True, clock=clock)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert keys(KeyRing.load(path, create=False)) == keys(ring)
    assert keys(KeyRing.load(path, create=True)) == keys(ring), "an existing file is never replaced"
    assert ring.newest(Purpose.FIELD).made_at_ms == clock.now_ms()


def test_two_that_create_at_once_share_one_ring(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: keys(KeyRing.load(path, create=True)), range(16)))
    assert all(ring == rings[0] for ring in rings)
    assert [entry.name for entry in path.parent.iterdir()] == ["keys.json"], "no drafts are left"


def test_without_a_file_nothing_is_made_up(path: Path) -> None:
    with pytest.raises(NotReady, match="cannot be read"):
        KeyRing.load(path, create=False)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_open_to_others_is_refused(path: Path, mode: int) -> None:
    KeyRing.load(path, create=True)
    path.chmod(mode)
    with pytest.raises(NotReady, match="open to others"):
        KeyRing.load(path, create=True)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": 2}',
        b'{"format": 1, "field_keys": [], "blind_keys": []}',
        b'{"format": 1, "field_keys": [{"secret": "AAAA", "made_at_ms": 1}], "blind_keys": []}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_file_is_refused(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(NotReady):
        KeyRing.load(path, create=True)
    assert path.read_bytes() == content, "a damaged file is left for the person who mends it"


def test_every_process_follows_the_file(path: Path, clock: FixedClock) -> None:
    mine, other = KeyRing.load(path, create=True), KeyRing.load(path, create=True)
    key = other.add(Purpose.FIELD, clock)
    assert mine.newest(Purpose.FIELD) == key
    assert mine.find(Purpose.FIELD, key.id) == key
    retired = other.retire(Purpose.FIELD)
    assert len(retired) == 1
    assert mine.all(Purpose.FIELD) == (key,)


def test_a_file_that_goes_bad_does_not_close_the_house(path: Path) -> None:
    ring = KeyRing.load(path, create=True)
    before = keys(ring)
    path.write_bytes(b"gone")
    assert keys(ring) == before
    path.unlink()
    assert keys(ring) == before


def test_the_secrets_are_random_and_never_shown(path: Path) -> None:
    ring = KeyRing.load(path, create=True)
    rows = json.loads(path.read_bytes())
    secrets = {row["secret"] for purpose in Purpose for row in rows[purpose.value]}
    assert len(secrets) == 2
    key = ring.newest(Purpose.FIELD)
    assert repr(key.secret) not in repr(key)


def test_an_id_belongs_to_its_key() -> None:
    one, two = Key.of(b"\x01" * KEY_BYTES, 0), Key.of(b"\x02" * KEY_BYTES, 0)
    assert one.id != two.id
    assert fingerprint(one) != fingerprint(two)
    assert one == Key.of(b"\x01" * KEY_BYTES, 0)
    with pytest.raises(ValueError, match="32 bytes"):
        Key.of(b"short", 0)


def test_a_ring_needs_a_key_for_each_purpose() -> None:
    with pytest.raises(ValueError, match="needs"):
        KeyRing({Purpose.FIELD: (Key.of(b"\x01" * KEY_BYTES, 0),)})


def test_a_prepared_key_reads_and_writes_only_when_promoted(path: Path, clock: FixedClock) -> None:
    ring = KeyRing.load(path, create=True, clock=clock)
    writing = ring.newest(Purpose.FIELD)
    prepared = ring.prepare(Purpose.FIELD, clock)
    copy = KeyRing.load(path, create=False)
    assert (ring.newest(Purpose.FIELD), copy.newest(Purpose.FIELD)) == (writing, writing)
    assert copy.find(Purpose.FIELD, prepared.id) == prepared
    with pytest.raises(NotReady, match="prepared already"):
        ring.prepare(Purpose.FIELD, clock)
    ring.promote(Purpose.FIELD)
    assert copy.newest(Purpose.FIELD).id == prepared.id
    ring.promote(Purpose.FIELD)
    assert ring.newest(Purpose.FIELD).id == prepared.id, "promoted once"
    assert [key.id for key in ring.retire(Purpose.FIELD)] == [writing.id]
    with pytest.raises(NotReady, match="no key was prepared"):
        ring.promote(Purpose.FIELD)
