"""Who may do what: every route, command and topic, by every kind of caller, on every kind of object.

First cells: a caller without a session is turned away at every door that is not open to everybody.
"""

from collections.abc import AsyncIterator

import pytest

from server.http.routes import API_ROOT, Gate, RouteRow
from server.http.table import ROUTES
from storage.client import Mongo
from storage.clock import FixedClock
from storage.crypto import FieldCipher
from tests.kit.accounts import Village, key_of, open_village

GUARDED = tuple(row for row in ROUTES if row.gate is not Gate.PUBLIC)


@pytest.fixture
async def village(mongo: Mongo, clock: FixedClock, cipher: FieldCipher) -> AsyncIterator[Village]:
    """One branch."""
    async with open_village(mongo, clock, cipher) as built:
        yield built


async def _knock(village: Village, row: RouteRow) -> str:
    path = row.path.replace("{", "").replace("}", "")
    answer = await village.browser().http.request(row.method, API_ROOT + path, json={} if row.body else None)
    return key_of(answer)


async def test_nobody_passes_a_guarded_door(village: Village) -> None:
    """Without a session, every guarded route says so and nothing else."""
    answers = {row.name: await _knock(village, row) for row in GUARDED}
    assert answers == dict.fromkeys(answers, "NOT_SIGNED_IN")
