"""A founded branch for the store tests."""

import pytest

from storage.client import Mongo
from storage.crypto import FieldCipher
from storage.ids import SystemIds
from tests.kit.roll import Hall, open_hall


@pytest.fixture
async def hall(mongo: Mongo, cipher: FieldCipher) -> Hall:
    """Fixture B42's organisation on an empty database."""
    return await open_hall(mongo, cipher, SystemIds())
