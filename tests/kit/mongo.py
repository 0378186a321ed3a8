"""One real mongod per test run (per xdist worker), and a fresh database for every test that asks for `mongo`.

`HUITANG_TEST_DRIVERS` (comma separated, default `motor,pymongo`): tests/store run on each, all others on the first.
"""

import os
from collections.abc import AsyncIterator, Callable
from typing import get_args

import pytest
import uuid_utils

from storage.client import Mongo, MongoSettings
from storage.driver import Driver, DriverName, open_driver
from storage.managed.mongod import ManagedMongod, MongodSettings, managed_mongod
from tests.kit.scratch import scratch_folder

SMALL_JOURNAL = "log=(prealloc=false,file_max=8MB)"  # 9 MB on disk instead of 300
POOL = 8
LIMIT_S = 10.0


def _drivers() -> tuple[DriverName, ...]:
    known: dict[str, DriverName] = {name: name for name in get_args(DriverName)}
    wanted = os.environ.get("HUITANG_TEST_DRIVERS", "motor,pymongo").split(",")
    return tuple(known[name.strip()] for name in wanted)


DRIVERS = _drivers()


@pytest.fixture(scope="session")
async def mongod() -> AsyncIterator[ManagedMongod]:
    """The run's mongod."""
    with scratch_folder() as folder:
        async with managed_mongod(
            MongodSettings(folder, oplog_mb=64, engine=SMALL_JOURNAL, expires=False)
        ) as server:
            yield server
            await server.child.kill()  # nothing in it is worth the second of a clean stop


@pytest.fixture(scope="session")
async def open_drivers(mongod: ManagedMongod) -> AsyncIterator[Callable[[DriverName], Driver]]:
    """The run's connections, opened when first asked for: each log-in costs some 15 ms of hashing."""
    opened: dict[DriverName, Driver] = {}

    def get(name: DriverName) -> Driver:
        if name not in opened:
            opened[name] = open_driver(name, mongod.access.admin_url, pool=POOL, timeout_s=LIMIT_S)
        return opened[name]

    yield get
    for driver in opened.values():
        await driver.close()


@pytest.fixture
def driver_name() -> DriverName:
    """The driver under test; tests/store/conftest.py gives each in turn."""
    return DRIVERS[0]


@pytest.fixture
def mongo_settings(mongod: ManagedMongod, driver_name: DriverName) -> MongoSettings:
    """How to reach the test's own database, e.g. from a server started by the test."""
    database = f"t{uuid_utils.uuid7().hex}"
    return MongoSettings(mongod.access.admin_url, database, driver_name, pool=POOL, timeout_s=LIMIT_S)


@pytest.fixture
async def mongo(
    mongo_settings: MongoSettings, open_drivers: Callable[[DriverName], Driver]
) -> AsyncIterator[Mongo]:
    """A fresh database, dropped afterwards."""
    driver = open_drivers(mongo_settings.driver)
    yield Mongo(mongo_settings, driver)
    await driver.database(mongo_settings.database).command("dropDatabase")
