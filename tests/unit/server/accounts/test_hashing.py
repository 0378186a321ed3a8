"""Password hashes: parameters, renewal, a bounded queue, nothing in clear."""

import asyncio

import pytest
from argon2 import extract_parameters

from channels.protocol.errors import Refused
from server.accounts.hashing import FIELD, SLOTS, WAITING_MAX, Cost, Hasher
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from storage.errors import BadCiphertext
from storage.keyring import Purpose
from tests.kit.accounts import CHEAP

ACCOUNT = "01900000-0000-7000-8000-000000000001"


async def test_the_default_is_at_least_what_owasp_asks_for(cipher: FieldCipher) -> None:
    hasher = Hasher(cipher)
    sealed = await hasher.hash("purple-otter-42", ACCOUNT)
    found = extract_parameters(cipher.decrypt(sealed, field=FIELD, record=ACCOUNT))
    assert (found.memory_cost, found.time_cost, found.parallelism) == (19_456, 2, 1)
    assert cipher.decrypt(sealed, field=FIELD, record=ACCOUNT).startswith("$argon2id$")
    assert (await hasher.verify("purple-otter-42", sealed, ACCOUNT)).right
    hasher.close()


async def test_only_the_very_password_is_right(cipher: FieldCipher) -> None:
    hasher = Hasher(cipher, CHEAP)
    sealed = await hasher.hash("Ängste im Wind", ACCOUNT)
    assert (await hasher.verify("A\u0308ngste im Wind", sealed, ACCOUNT)).right
    for other in ("Ängste im wind", "Ängste im Wind ", "Ängste im Win", ""):
        assert not (await hasher.verify(other, sealed, ACCOUNT)).right
    assert not (await hasher.verify("nobody has this password", None, ACCOUNT)).right
    hasher.close()


async def test_hashes_are_renewed_when_parameters_or_keys_change(
    cipher: FieldCipher, clock: FixedClock
) -> None:
    old, new = Hasher(cipher, CHEAP), Hasher(cipher, Cost(2_048, 1, 1))
    sealed = await old.hash("purple-otter-42", ACCOUNT)
    assert not (await old.verify("purple-otter-42", sealed, ACCOUNT)).stale
    assert (await new.verify("purple-otter-42", sealed, ACCOUNT)).stale
    assert not (await new.verify("wrong", sealed, ACCOUNT)).stale
    cipher.ring.add(Purpose.FIELD, clock)
    assert (await old.verify("purple-otter-42", sealed, ACCOUNT)).stale
    old.close()
    new.close()


async def test_a_hash_moved_to_another_account_does_not_open(cipher: FieldCipher) -> None:
    hasher = Hasher(cipher, CHEAP)
    sealed = await hasher.hash("purple-otter-42", ACCOUNT)
    with pytest.raises(BadCiphertext):
        await hasher.verify("purple-otter-42", sealed, ACCOUNT.replace("1", "2"))
    hasher.close()


async def test_the_queue_is_short_and_what_does_not_fit_is_refused(cipher: FieldCipher) -> None:
    hasher = Hasher(cipher, CHEAP)
    sealed = await hasher.hash("purple-otter-42", ACCOUNT)
    outcomes = await asyncio.gather(
        *(hasher.verify("purple-otter-42", sealed, ACCOUNT) for _ in range(SLOTS + WAITING_MAX + 5)),
        return_exceptions=True,
    )
    refused = [outcome for outcome in outcomes if isinstance(outcome, Refused)]
    assert len(refused) == 5
    assert {(fault.row.key, fault.row.status) for fault in refused} == {("SIGN_IN_BUSY", 429)}
    assert (await hasher.verify("purple-otter-42", sealed, ACCOUNT)).right
    hasher.close()


async def test_a_caller_that_gives_up_frees_its_place(cipher: FieldCipher) -> None:
    hasher = Hasher(cipher, CHEAP)
    for _ in range(3):
        tasks = [asyncio.ensure_future(hasher.hash("purple-otter-42", ACCOUNT)) for _ in range(30)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert (await hasher.verify("x", await hasher.hash("x", ACCOUNT), ACCOUNT)).right
    hasher.close()
