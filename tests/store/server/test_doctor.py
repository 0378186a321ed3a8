"""The doctor sees what is wrong with a real database, and says how to mend it."""

from pathlib import Path

import pytest

from channels.catalog import FEATURES
from channels.core.registry import Registry
from server.backing import Backing
from server.config import Settings
from server.doctor import Finding, State, check_settings, examine
from server.ground import Fitting, all_indexes, fit, open_ground
from server.vapid import ensure_vapid
from storage.client import Mongo, MongoSettings
from storage.clock import FixedClock, SystemClock
from storage.errors import NotReady


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An installation in a folder of its own, with a built client."""
    (tmp_path / "web").mkdir()
    (tmp_path / "web/index.html").write_text("<title>会堂</title>")
    return Settings(data_dir=tmp_path, web_dir=tmp_path / "web", vapid_contact="mailto:admin@example.org")


@pytest.fixture
def backing(mongo_settings: MongoSettings) -> Backing:
    """A database of the operator's own."""
    return Backing(mongo_settings, None, mongo_is_ours=False)


def by_subject(found: list[Finding]) -> dict[str, Finding]:
    """Findings by what was looked at."""
    return {finding.subject: finding for finding in found}


async def test_a_served_installation_is_in_order(settings: Settings, backing: Backing, mongo: Mongo) -> None:
    async with open_ground(settings, backing):
        ensure_vapid(settings.data_dir)
    found = by_subject(await examine(settings, backing, SystemClock()))
    assert [f for f in found.values() if f.state is State.BAD] == []
    assert found["keys"].state is State.GOOD
    assert found["schema and indexes"].state is State.GOOD
    assert found["push keys"].state is State.GOOD
    assert mongo.database == backing.mongo.database


async def test_a_missing_index_is_named_and_refused(
    settings: Settings, backing: Backing, mongo: Mongo
) -> None:
    registry = Registry(FEATURES)
    async with open_ground(settings, backing):
        pass
    await mongo["log"].drop_index("log_topic_seq")
    found = by_subject(await examine(settings, backing, SystemClock()))
    assert found["schema and indexes"].state is State.BAD
    assert "log_topic_seq" in found["schema and indexes"].said
    with pytest.raises(NotReady, match="log_topic_seq"):
        await fit(mongo, registry, SystemClock(), Fitting.CHECK)
    await fit(mongo, registry, SystemClock(), Fitting.MIGRATE)
    assert await mongo.check_indexes(all_indexes(registry)) == []


async def test_the_wrong_key_file_is_refused(settings: Settings, backing: Backing, mongo: Mongo) -> None:
    async with open_ground(settings, backing):
        pass
    settings.keys.unlink()
    with pytest.raises(NotReady, match="cannot be read"):
        async with open_ground(settings, backing):
            pass
    found = by_subject(await examine(settings, backing, SystemClock()))
    assert found["keys"].state is State.BAD
    assert await mongo["meta"].count({"_id": "keys"}) == 1


async def test_a_wrong_clock_is_seen(settings: Settings, backing: Backing, mongo: Mongo) -> None:
    async with open_ground(settings, backing):
        pass
    found = by_subject(await examine(settings, backing, FixedClock()))
    assert found["clock"].state is State.BAD
    assert mongo.waiting == 0


async def test_a_database_that_is_away_is_one_finding(settings: Settings) -> None:
    away = MongoSettings(
        "mongodb://%2Fnonexistent%2Fmongod.sock/?directConnection=true", "gone", timeout_s=0.2
    )
    found = by_subject(await examine(settings, Backing(away, None, mongo_is_ours=False), SystemClock()))
    assert found["MongoDB"].state is State.BAD
    assert "keys" not in found


def test_settings_that_do_not_fit_together() -> None:
    open_to_all = check_settings(Settings(host="0.0.0.0", insecure_cookie=True))  # noqa: S104 - looked at, not bound
    assert [finding.state for finding in open_to_all] == [State.BAD, State.WARNING]
