"""Fixtures for all tests; each is described where it is made."""

from tests.kit.mongo import driver_name, mongo, mongo_settings, mongod, open_drivers
from tests.kit.redis import redis_server, redis_url
from tests.kit.values import cipher, clock, ids

__all__ = [
    "cipher",
    "clock",
    "driver_name",
    "ids",
    "mongo",
    "mongo_settings",
    "mongod",
    "open_drivers",
    "redis_server",
    "redis_url",
]
