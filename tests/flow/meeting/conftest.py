"""The fixture branch of 42 on a real database, for the flow tests of meetings."""

import pytest

from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from tests.flow.meeting.branch42 import Branch42, seed_branch42
from tests.replay.world import build_world


@pytest.fixture
async def b42(mongo: Mongo, clock: FixedClock, cipher: FieldCipher) -> Branch42:
    """江澜市青禾社区第二党支部, seeded."""
    return await seed_branch42(await build_world(mongo, clock, cipher))
