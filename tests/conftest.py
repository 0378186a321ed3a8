"""Fixtures for all tests; each is described where it is made.

Hypothesis judges results, not speed: a busy machine must not turn a slow example into a failure.
"""

from hypothesis import HealthCheck, settings

from tests.kit.cluster import redis_cluster
from tests.kit.logbook import logbook
from tests.kit.mongo import driver_name, mongo, mongo_settings, mongod, open_drivers
from tests.kit.redis import redis_server, redis_url
from tests.kit.values import cipher, clock, ids

__all__ = [
    "cipher",
    "clock",
    "driver_name",
    "ids",
    "logbook",
    "mongo",
    "mongo_settings",
    "mongod",
    "open_drivers",
    "redis_cluster",
    "redis_server",
    "redis_url",
]

settings.register_profile("huitang", deadline=None, suppress_health_check=(HealthCheck.too_slow,))
settings.load_profile("huitang")
