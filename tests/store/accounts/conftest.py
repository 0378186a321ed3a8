"""A branch whose people have accounts, on each driver."""

from collections.abc import AsyncIterator

import pytest

from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from tests.kit.accounts import Village, open_village


@pytest.fixture
async def village(mongo: Mongo, clock: FixedClock, cipher: FieldCipher) -> AsyncIterator[Village]:
    """Fixture B42 in small; nobody has an account yet."""
    async with open_village(mongo, clock, cipher) as built:
        yield built
