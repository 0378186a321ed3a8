"""Sealed values: bound to their place, tamper-proof, readable with every key of the ring."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.clock import FixedClock
from storage.crypto import FieldCipher, KeyRing, Purpose
from storage.errors import BadCiphertext

PHONE = "13800000000"
PLACE = {"field": "members.phone", "record": "m1"}
shared = FieldCipher(KeyRing.fresh(FixedClock()))


@given(text=st.text(), field=st.text(), record=st.text())
def test_what_is_sealed_opens(text: str, field: str, record: str) -> None:
    blob = shared.encrypt(text, field=field, record=record)
    assert shared.decrypt(blob, field=field, record=record) == text
    assert len(blob) == len(text.encode()) + 33


def test_the_text_is_not_in_the_blob_and_no_two_blobs_are_equal(cipher: FieldCipher) -> None:
    blobs = {cipher.encrypt(PHONE, **PLACE) for _ in range(100)}
    assert len(blobs) == 100
    assert not any(PHONE.encode() in blob for blob in blobs)


def test_every_flipped_byte_is_noticed(cipher: FieldCipher) -> None:
    blob = cipher.encrypt(PHONE, **PLACE)
    for position in range(len(blob)):
        bent = bytearray(blob)
        bent[position] ^= 1
        with pytest.raises(BadCiphertext):
            cipher.decrypt(bytes(bent), **PLACE)
    for length in range(len(blob)):
        with pytest.raises(BadCiphertext):
            cipher.decrypt(blob[:length], **PLACE)


@pytest.mark.parametrize("place", [("members.phone", "m2"), ("members.mail", "m1"), ("members.phonem", "1")])
def test_a_value_moved_elsewhere_does_not_open(cipher: FieldCipher, place: tuple[str, str]) -> None:
    blob = cipher.encrypt(PHONE, **PLACE)
    with pytest.raises(BadCiphertext):
        cipher.decrypt(blob, field=place[0], record=place[1])


def test_errors_quote_neither_text_nor_record(cipher: FieldCipher) -> None:
    blob = bytearray(cipher.encrypt(PHONE, **PLACE))
    blob[-1] ^= 1
    with pytest.raises(BadCiphertext) as caught:
        cipher.decrypt(bytes(blob), **PLACE)
    assert PHONE not in str(caught.value)
    assert caught.value.__suppress_context__


def test_the_newest_key_seals_and_older_keys_open(cipher: FieldCipher, clock: FixedClock) -> None:
    old = cipher.encrypt(PHONE, **PLACE)
    cipher.ring.add(Purpose.FIELD, clock)
    new = cipher.encrypt(PHONE, **PLACE)
    assert not cipher.is_current(old)
    assert cipher.is_current(new)
    assert cipher.decrypt(old, **PLACE) == cipher.decrypt(new, **PLACE) == PHONE
    cipher.ring.retire(Purpose.FIELD)
    assert cipher.decrypt(new, **PLACE) == PHONE
    with pytest.raises(BadCiphertext, match="not in the key ring"):
        cipher.decrypt(old, **PLACE)


def test_another_ring_opens_nothing(cipher: FieldCipher, clock: FixedClock) -> None:
    stranger = FieldCipher(KeyRing.fresh(clock))
    with pytest.raises(BadCiphertext):
        stranger.decrypt(cipher.encrypt(PHONE, **PLACE), **PLACE)


def test_the_blind_index_is_stable_per_field_and_key(cipher: FieldCipher, clock: FixedClock) -> None:
    index = cipher.blind(PHONE, field="members.phone")
    assert index == cipher.blind(PHONE, field="members.phone")
    assert len(index) == 72
    assert index != cipher.blind(PHONE, field="members.mail")
    assert index != cipher.blind(PHONE + "1", field="members.phone")
    assert cipher.blind("bc", field="a") != cipher.blind("c", field="ab")
    cipher.ring.add(Purpose.BLIND, clock)
    assert cipher.blinds(PHONE, field="members.phone")[1] == index
    assert not cipher.is_current_blind(index)
    assert cipher.is_current_blind(cipher.blind(PHONE, field="members.phone"))
