"""Store tests run on every driver."""

import pytest

from storage.driver import DriverName
from tests.kit.mongo import DRIVERS


@pytest.fixture(params=DRIVERS)
def driver_name(request: pytest.FixtureRequest) -> DriverName:
    """Each driver in turn."""
    name: DriverName = request.param
    return name
