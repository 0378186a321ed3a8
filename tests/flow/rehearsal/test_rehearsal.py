"""A rehearsal: sessions that are let in, passwords that are not, a history like the log's own, and no way into real databases."""

from collections.abc import AsyncIterator

import pytest

from channels.branch.hand import SYSTEM, Hand, commit
from channels.branch.records import BRANCH_INDEXES, MEMBERS, ORGS, UNITS
from channels.branch.units import Founding, founded
from channels.catalog import FEATURES
from channels.chat.contract import MAIN, chat_topic
from channels.core.context import Reader
from channels.core.ports import Credential
from channels.core.registry import Registry
from channels.protocol.errors import Refused
from server.accounts.account_store import ACCOUNTS
from server.accounts.hashing import Cost
from server.accounts.house import ACCOUNTS_INDEXES, Accounts, Foundations, open_accounts
from server.accounts.session_store import SESSIONS
from server.accounts.values import Visit
from server.rehearsal.create import NO_PASSWORD, make_rehearsal
from server.rehearsal.history import Past, fill_room
from server.rehearsal.people import Wish
from storage.bus.local import LocalBus
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from storage.errors import NotReady
from storage.ids import SystemIds
from storage.log import LOG, LOG_INDEXES, Append, TopicLog
from tests.kit.roll import NOW_MS

CHEAP = Cost(memory_kib=1_024, passes=1, lanes=1)


class Stage:
    """What a rehearsal is made on."""

    def __init__(self, reader: Reader, accounts: Accounts) -> None:
        self.reader = reader
        self.accounts = accounts
        self.hand = Hand(reader, SYSTEM, "command line", "", self._nobody_waits)

    async def _nobody_waits(self, member: str) -> None:
        del member

    async def counts(self) -> tuple[int, ...]:
        names = (ORGS, UNITS, MEMBERS, ACCOUNTS, SESSIONS)
        return tuple([await self.reader.mongo[name].count({}) for name in names])


@pytest.fixture
async def stage(mongo: Mongo, cipher: FieldCipher) -> AsyncIterator[Stage]:
    registry, clock, ids = Registry(FEATURES), FixedClock(NOW_MS), SystemIds()
    specs = (*LOG_INDEXES, *BRANCH_INDEXES, *ACCOUNTS_INDEXES, *registry.indexes)
    await mongo.ensure_indexes({spec.name: spec for spec in specs}.values())
    log, bus = TopicLog(mongo, clock, "1"), LocalBus()
    accounts = open_accounts(Foundations(mongo, log, cipher, bus, clock, ids, cost=CHEAP))
    yield Stage(Reader(mongo, log, cipher, clock, ids, registry.route), accounts)
    await accounts.close()
    await bus.close()


async def test_everybody_is_let_in_and_is_where_the_pass_says(stage: Stage) -> None:
    told: list[int] = []
    made = await make_rehearsal(stage.hand, stage.accounts, Wish(1_203, branches=3, groups=4), told.append)
    assert await stage.counts() == (1, 3 + 3 * 4, 1_203, 1_203, 1_203)
    assert told == [500, 1_000, 1_203]
    assert len({opened.secret for opened in made.passes}) == 1_203
    for opened in (made.passes[0], made.passes[-1]):
        facts = await stage.accounts.sessions.load(Credential(opened.secret, bearer=False))
        assert facts is not None
        assert (facts.member, facts.account, facts.session) == (opened.member, opened.account, opened.session)
        standing = await stage.accounts.sessions.standing(facts.session)
        assert standing is not None
        assert standing.actor.fully_authenticated
        assert standing.actor.units == set(opened.rooms)
    assert await stage.accounts.sessions.load(Credential("x" * 43, bearer=False)) is None


async def test_no_password_opens_an_account(stage: Stage) -> None:
    made = await make_rehearsal(stage.hand, stage.accounts, Wish(2))
    account = await stage.accounts.parts.accounts.by_member(made.passes[0].member)
    assert account is not None
    for guess in (NO_PASSWORD, "", account.login):
        with pytest.raises(Refused):
            await stage.accounts.log_in.password(account.login, guess, Visit("203.0.113.1", "Chrome"))
    assert stage.accounts.parts.accounts.open_seed(account)


async def test_secrets_are_not_in_the_database(stage: Stage) -> None:
    made = await make_rehearsal(stage.hand, stage.accounts, Wish(3))
    async for document in stage.reader.mongo[SESSIONS].stream({}):
        assert not any(opened.secret in str(document) for opened in made.passes)


async def test_another_rehearsal_may_follow_but_none_beside_a_real_organisation(stage: Stage) -> None:
    first = await make_rehearsal(stage.hand, stage.accounts, Wish(2))
    second = await make_rehearsal(stage.hand, stage.accounts, Wish(2))
    assert [first.name, second.name] == ["演练组织01", "演练组织02"]
    await commit(stage.hand, founded(stage.hand, Founding("真的组织", "association"))[2])
    before = await stage.counts()
    with pytest.raises(NotReady, match="no rehearsal"):
        await make_rehearsal(stage.hand, stage.accounts, Wish(2))
    assert await stage.counts() == before


async def test_a_history_is_what_the_log_would_have_stored(stage: Stage) -> None:
    made = await make_rehearsal(stage.hand, stage.accounts, Wish(4))
    room, log = made.passes[0].rooms[0], stage.reader.log
    told: list[int] = []
    senders = [opened.member for opened in made.passes]
    await fill_room(stage.reader, Past(room, senders, 5_007), told.append)
    assert told == [5_000, 5_007]
    topic = chat_topic(room)
    said = Append(topic, "chat.sent", {"text": "现在"}, senders[0], stage.reader.ids.uuid7(), MAIN)
    now = (await log.append(said)).entry
    assert (now.seq, now.n) == (5_008, 5_008)
    stored = [doc async for doc in stage.reader.mongo[LOG].stream({"topic": topic}, sort=(("seq", 1),))]
    assert [doc["seq"] for doc in stored] == [doc["n"] for doc in stored] == list(range(1, 5_009))
    assert {frozenset(doc) for doc in stored} == {frozenset(stored[-1])}
    assert len({doc["cid"] for doc in stored}) == 5_008
    times = [doc["at_ms"] for doc in stored]
    assert times == sorted(times)
    with pytest.raises(NotReady, match="already"):
        await fill_room(stage.reader, Past(room, senders, 5))
