"""What must happen once happens once, whoever else tries at the same instant."""

import asyncio
from collections.abc import Awaitable

from channels.protocol.errors import Refused
from server.accounts.account_store import Account
from server.accounts.activation import Issuer
from server.accounts.codes import code_digest
from server.accounts.house import ACCOUNTS_INDEXES, ACCOUNTS_SEALED
from server.accounts.values import Visit
from storage.entries import Write
from storage.errors import GuardFailed
from storage.keyring import Purpose
from storage.rotation import rotate
from tests.kit.accounts import PASSWORD, Village

VISIT = Visit("203.0.113.5", "test")


async def tried(work: Awaitable[object]) -> str:
    """`done`, or the key of the refusal."""
    try:
        await work
    except Refused as refused:
        return refused.row.key
    except GuardFailed:
        return "GUARD"
    return "done"


async def account_of(village: Village, name: str, login: str) -> Account:
    """A fresh account."""
    found = await village.accounts.parts.accounts.by_id(await village.account(name, login))
    assert found is not None
    return found


async def test_a_step_is_taken_once_and_never_backwards(village: Village) -> None:
    account = await account_of(village, "郑凯", "zhengk")
    take = village.accounts.parts.accounts.take_step
    assert sorted(await asyncio.gather(*(take(account, 1_000) for _ in range(20)))) == [False] * 19 + [True]
    assert await take(account, 999) is False
    assert await take(account, 1_001) is True


async def test_an_activation_code_makes_one_account(village: Village) -> None:
    code = await village.code_for("郑凯")
    use = village.accounts.activation.use
    outcomes = await asyncio.gather(*(tried(use(code, f"zhengk{n}", PASSWORD, VISIT)) for n in range(8)))
    assert sorted(outcomes) == ["CODE_WRONG"] * 7 + ["done"]
    assert await village.mongo["accounts"].count({}) == 1


async def test_a_recovery_code_burns_once(village: Village) -> None:
    account = await account_of(village, "郑凯", "zhengk")
    parts = village.accounts.parts
    await parts.desk.commit((parts.accounts.set_recovery(account, [code_digest("ABCD-EFGH", "recovery")]),))
    burn: Write = parts.accounts.use_recovery(account, code_digest("ABCD-EFGH", "recovery"), 1)
    outcomes = await asyncio.gather(*(tried(parts.desk.commit((burn,))) for _ in range(10)))
    assert sorted(outcomes) == ["GUARD"] * 9 + ["done"]


async def test_a_log_in_that_races_a_new_password_does_not_survive_it(village: Village) -> None:
    account = await account_of(village, "郑凯", "zhengk")
    parts = village.accounts.parts
    sealed = await parts.hasher.hash("another-one-for-the-road", account.id)
    await parts.desk.commit((parts.accounts.set_password(account, sealed, 1),))
    late = await village.accounts.log_in.enter(account, VISIT)
    assert await parts.book.by_cookie(late.token) is None


async def test_two_codes_at_one_instant_leave_one(village: Village) -> None:
    person = await village.accounts.directory.person(village.people["郑凯"])
    assert person is not None
    issue = village.accounts.activation.issue
    await asyncio.gather(*(tried(issue(person, Issuer("x"))) for _ in range(6)))
    assert await village.mongo["activation_codes"].count({"member": person.member}) == 1


async def test_hashes_are_renewed_at_log_in_and_seals_by_rotation(village: Village) -> None:
    account = await account_of(village, "郑凯", "zhengk")
    cipher = village.cipher
    cipher.ring.add(Purpose.FIELD, village.clock)
    phone = await village.browser().sign_in("zhengk")
    renewed = await village.accounts.parts.accounts.by_id(account.id)
    assert renewed is not None
    assert cipher.is_current(renewed.password)
    assert renewed.seed is not None
    assert not cipher.is_current(renewed.seed)
    await rotate(village.mongo, cipher, ACCOUNTS_SEALED)
    cipher.ring.retire(Purpose.FIELD)
    assert (await phone.get("/devices")).status_code == 200
    await village.browser().sign_in("zhengk")


async def test_every_index_exists_and_is_asked_for_once(village: Village) -> None:
    assert await village.mongo.check_indexes(ACCOUNTS_INDEXES) == []
    assert len({spec.name for spec in ACCOUNTS_INDEXES}) == len(ACCOUNTS_INDEXES)
