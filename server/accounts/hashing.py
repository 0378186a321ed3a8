"""Password hashes: argon2id in two threads with a short queue, sealed with the field cipher before they are stored.

OWASP password storage: m=19456 KiB, t=2, p=1 as the minimum; the pepper is the key ring's field key, kept outside the
database: the stored value is the sealed hash, so that keys can be rotated without anybody's password. A log-in costs some
40 ms of one core; more than two at once would starve the sockets, so the rest waits and what does not fit is refused.
May be imported by server.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import Argon2Error, InvalidHashError

from channels.protocol.errors import Refused
from server.accounts.errors import SIGN_IN_BUSY
from server.accounts.passwords import normal
from storage.crypto import FieldCipher

T = TypeVar("T")

SLOTS = 2
WAITING_MAX = 32
RETRY_MS = 2_000  # 34 hashes of 40 ms in two threads are done in 0.7 s
FIELD = "accounts.sealed.password"


@dataclass(frozen=True, slots=True)
class Cost:
    """Parameters of argon2id.

    Attributes:
        memory_kib: Memory of one hash.
        passes: Iterations.
        lanes: Parallelism.
    """

    memory_kib: int = 19_456
    passes: int = 2
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class Verified:
    """Outcome of a comparison.

    Attributes:
        right: The password was right.
        stale: It was right, and its hash or seal is older than today's parameters: hash and store it again.
    """

    right: bool
    stale: bool = False


class Hasher:
    """Hashes and compares passwords without blocking the loop.

    Args:
        cipher: Seals hashes.
        cost: Parameters for new hashes.
    """

    def __init__(self, cipher: FieldCipher, cost: Cost | None = None) -> None:
        chosen = cost or Cost()
        self._argon = PasswordHasher(
            time_cost=chosen.passes, memory_cost=chosen.memory_kib, parallelism=chosen.lanes, type=Type.ID
        )
        self._cipher = cipher
        self._pool = ThreadPoolExecutor(SLOTS, thread_name_prefix="argon2")
        self._pending = 0
        # Compared when there is no such account: the same work, the same time (ASVS 5.0 6.3.8).
        self._nobody = self._argon.hash("nobody has this password")

    async def hash(self, password: str, account: str) -> bytes:
        """The sealed hash of a password that `check_password` has passed.

        Raises:
            Refused: SIGN_IN_BUSY, or PASSWORD_TOO_LONG.
        """
        text = normal(password)
        hashed = await self._run(lambda: self._argon.hash(text))
        return self._cipher.encrypt(hashed, field=FIELD, record=account)

    async def verify(self, password: str, sealed: bytes | None, account: str) -> Verified:
        """Compare a password with a stored hash; None compares with nobody's and is never right.

        Raises:
            Refused: SIGN_IN_BUSY, or PASSWORD_TOO_LONG.
            BadCiphertext: The stored value does not open with the keys at hand.
        """
        text = normal(password)
        hashed = self._nobody
        if sealed is not None:
            hashed = self._cipher.decrypt(sealed, field=FIELD, record=account)
        right = await self._run(lambda: self._compare(hashed, text))
        if sealed is None or not right:
            return Verified(right=False)
        stale = self._argon.check_needs_rehash(hashed) or not self._cipher.is_current(sealed)
        return Verified(right=True, stale=stale)

    def close(self) -> None:
        """Let the threads end; hashes under way are finished first."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _compare(self, hashed: str, text: str) -> bool:
        try:
            return self._argon.verify(hashed, text)
        except (Argon2Error, InvalidHashError):
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pending >= SLOTS + WAITING_MAX:
            raise Refused(SIGN_IN_BUSY, retry_after_ms=RETRY_MS, s=RETRY_MS // 1000)
        self._pending += 1
        future = asyncio.get_running_loop().run_in_executor(self._pool, work)
        future.add_done_callback(self._done)
        return await future

    def _done(self, future: "asyncio.Future[T]") -> None:
        self._pending -= 1
