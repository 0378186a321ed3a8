"""A small organisation on a real database for the replay tests."""

import pytest

from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from tests.replay.world import World, build_world


@pytest.fixture
async def world(mongo: Mongo, clock: FixedClock, cipher: FieldCipher) -> World:
    """A seeded world on an empty database."""
    return await build_world(mongo, clock, cipher)
