"""Time, chance and keys that a test holds in its hand."""

import pytest

from storage.clock import FixedClock
from storage.crypto import FieldCipher, KeyRing


class CountingIds:
    """Identifiers 1, 2, 3 … in the form of UUIDv7; secrets are numbered, too, and say so."""

    def __init__(self) -> None:
        self._count = 0

    def uuid7(self) -> str:
        """The next identifier; sorts after those before it."""
        self._count += 1
        return f"01900000-0000-7000-8000-{self._count:012x}"

    def secret(self, size_bytes: int = 32) -> str:
        """The next secret, as long as a real one."""
        self._count += 1
        return f"not-secret-{self._count}".ljust(-(-size_bytes * 4 // 3), "-")


@pytest.fixture
def clock() -> FixedClock:
    """A clock that stands."""
    return FixedClock()


@pytest.fixture
def ids() -> CountingIds:
    """Identifiers in order."""
    return CountingIds()


@pytest.fixture
def cipher(clock: FixedClock) -> FieldCipher:
    """A cipher with fresh keys, in memory."""
    return FieldCipher(KeyRing.fresh(clock))
