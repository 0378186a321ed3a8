"""The demo organisation: made once, found again, and one can sign in to it."""

import stat
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from channels.branch.records import BRANCH_INDEXES, MEMBERS, ORGS, ROLE_HOLDS, UNITS
from channels.catalog import FEATURES
from channels.chat.contract import MAIN, chat_topic
from channels.core.context import Reader
from channels.core.registry import Registry
from channels.meeting.reading import MEETINGS
from server.accounts.account_store import ACCOUNTS
from server.accounts.hashing import Cost
from server.accounts.house import ACCOUNTS_INDEXES, Accounts, Foundations, open_accounts
from server.accounts.totp import code_at, step_of
from server.accounts.values import Step, Visit
from server.demo.create import Demo, make_demo, uri_of
from server.demo.keepsake import FILE
from server.demo.script import PARTS, ROLL, TALK
from storage.bus.local import LocalBus
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from storage.ids import SystemIds
from storage.log import LOG, LOG_INDEXES, TopicLog
from tests.kit.roll import NOW_MS, ROLLS

CHEAP = Cost(memory_kib=1_024, passes=1, lanes=1)


class Stage:
    """What the demo is made on."""

    def __init__(self, reader: Reader, accounts: Accounts, folder: Path) -> None:
        self.reader = reader
        self.accounts = accounts
        self.folder = folder

    async def make(self) -> Demo:
        return await make_demo(self.reader, self.accounts, self.folder)

    async def counts(self) -> dict[str, int]:
        names = (ORGS, UNITS, MEMBERS, ROLE_HOLDS, ACCOUNTS, LOG)
        return {name: await self.reader.mongo[name].count({}) for name in names}


@pytest.fixture
async def stage(mongo: Mongo, cipher: FieldCipher, tmp_path: Path) -> AsyncIterator[Stage]:
    registry, clock, ids = Registry(FEATURES), FixedClock(NOW_MS), SystemIds()
    specs = (*LOG_INDEXES, *BRANCH_INDEXES, *ACCOUNTS_INDEXES, *registry.indexes)
    await mongo.ensure_indexes({spec.name: spec for spec in specs}.values())
    log, bus = TopicLog(mongo, clock, "1"), LocalBus()
    accounts = open_accounts(Foundations(mongo, log, cipher, bus, clock, ids, cost=CHEAP))
    yield Stage(Reader(mongo, log, cipher, clock, ids, registry.route), accounts, tmp_path)
    await accounts.close()
    await bus.close()


async def test_the_demo_is_made_once(stage: Stage) -> None:
    demo = await stage.make()
    assert demo.created
    made = await stage.counts()
    assert (made[ORGS], made[UNITS], made[MEMBERS], made[ROLE_HOLDS], made[ACCOUNTS]) == (1, 5, 42, 5, 4)
    again = await stage.make()
    assert not again.created
    assert again.logins == demo.logins
    assert (again.org, again.branch) == (demo.org, demo.branch)
    assert await stage.counts() == made


async def test_its_log_ins_work_and_are_kept_privately(stage: Stage) -> None:
    demo = await stage.make()
    assert [login.part.key for login in demo.logins] == ["secretary", "organizer", "member", "sysadmin"]
    assert stat.S_IMODE((stage.folder / FILE).stat().st_mode) == 0o600
    assert len({login.password for login in demo.logins}) == 4
    for login in demo.logins:
        assert uri_of(login).startswith("otpauth://totp/")
        visit = Visit("203.0.113.1", "Chrome · Android", "", None)
        opened = await stage.accounts.log_in.password(login.part.login, login.password, visit)
        assert opened.session.step is Step.TOTP
        found = await stage.accounts.sessions.by_cookie(opened.token)
        assert found is not None
        code = code_at(login.seed, step_of(NOW_MS))
        done = await stage.accounts.log_in.totp(found, code, visit)
        assert done.session.step is Step.DONE
    admin = await stage.accounts.parts.accounts.by_login("wugong")
    assert admin is not None
    assert admin.member is None
    assert "system.manage_organisations" in admin.system


async def test_secrets_are_not_in_the_database(stage: Stage) -> None:
    demo = await stage.make()
    async for doc in stage.reader.mongo[ACCOUNTS].stream({}):
        for login in demo.logins:
            assert login.password not in str(doc)
            assert login.seed not in str(doc)


async def test_without_the_kept_file_the_demo_is_found_but_nobody_is_named(stage: Stage) -> None:
    demo = await stage.make()
    (stage.folder / FILE).unlink()
    again = await stage.make()
    assert (again.org, again.created, again.logins) == (demo.org, False, ())
    (stage.folder / FILE).write_text("{broken")
    assert (await stage.make()).logins == ()


async def test_something_was_said_in_its_rooms(stage: Stage) -> None:
    demo = await stage.make()
    log = stage.reader.log
    in_branch = [line for line in TALK if not line.group]
    spoken = sum(1 for line in in_branch if not line.answers)
    assert await log.counter_head(chat_topic(demo.branch.unit), MAIN) == spoken
    assert await stage.reader.mongo[LOG].count({"type": "chat.sent"}) == len(TALK)
    assert await stage.reader.mongo[LOG].count({"type": "chat.pinned"}) == 1


async def test_its_next_meeting_is_announced_once(stage: Stage) -> None:
    demo = await stage.make()
    await stage.make()
    (found,) = await stage.reader.mongo[MEETINGS].find({}, limit=5)
    assert (found["unit"], found["stage"], found["state"]["title"]) == (
        demo.branch.unit,
        "announced",
        "支部党员大会",
    )
    evening = datetime.fromtimestamp(found["starts_at_ms"] / 1_000, ZoneInfo("Asia/Shanghai"))
    assert (evening.hour, evening.minute) == (19, 0)
    assert 6 < (found["starts_at_ms"] - NOW_MS) / 86_400_000 < 8


def test_its_roll_is_the_fixture() -> None:
    fixture = (ROLLS / "roll-b42-gb18030.csv").read_bytes().decode("gb18030").replace("\r\n", "\n")
    assert ROLL.read_text(encoding="utf-8") == fixture
    assert {part.number for part in PARTS} - {""} <= set(fixture.replace("\n", ",").split(","))
