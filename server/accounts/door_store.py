"""Doors: where failed attempts are counted, in collection `limits`. The store decides; when it is away, nobody passes.

Every attempt is counted before it is looked at and given back when it was right: a thousand attempts at one instant are a
thousand, not one. May be imported by server.
"""

from datetime import timedelta

from channels.protocol.errors import Refused
from server.accounts.errors import LOGIN_HELD, TOO_MANY_TRIES
from server.accounts.policy import AccountPolicy
from server.accounts.throttle import FORGET_MS, Failures, held, wait_ms
from storage.client import Document, Mongo
from storage.clock import utc
from storage.errors import Duplicate
from storage.indexes import IndexSpec

LIMITS = "limits"
RACES_MAX = 20

DOOR_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(LIMITS, "limits_expiry", (("expires_at", 1),), expire_after_s=0),
)


def too_many(for_ms: int) -> Refused:
    """The refusal while a door is shut."""
    return Refused(TOO_MANY_TRIES, retry_after_ms=for_ms, s=-(-for_ms // 1000))


class Doors:
    """Counts attempts.

    Args:
        mongo: The database; DOOR_INDEXES must exist.
        policy: Numbers for addresses.
    """

    def __init__(self, mongo: Mongo, policy: AccountPolicy) -> None:
        self._limits = mongo.collection(LIMITS)
        self._policy = policy

    async def knock(self, door: str, now_ms: int) -> int:
        """Count an attempt at a door.

        Args:
            door: Key: the account (or what a stranger called himself, as a blind index), and the known device if any.
            now_ms: Server time.

        Returns:
            Attempts since the last success, this one included.

        Raises:
            Refused: TOO_MANY_TRIES while the door is shut, LOGIN_HELD after 100 failures; nothing was counted.
        """
        for _ in range(RACES_MAX):
            found = await self._limits.find_one({"_id": door})
            failures = Failures(found["count"], found["last_at_ms"]) if found else Failures()
            if held(failures):
                raise Refused(LOGIN_HELD)
            shut_ms = wait_ms(failures, now_ms)
            if shut_ms:
                raise too_many(shut_ms)
            if await self._count(door, failures, now_ms):
                return failures.count + 1
        raise too_many(1_000)  # many at once at one door: whoever they are, they can wait a second

    async def _count(self, door: str, before: Failures, now_ms: int) -> bool:
        """Count one more if nobody else did meanwhile."""
        state: Document = {
            "count": before.count + 1,
            "last_at_ms": now_ms,
            "expires_at": utc(now_ms) + timedelta(milliseconds=FORGET_MS),
        }
        if before.count == 0:
            try:
                await self._limits.insert_one({"_id": door, **state})
            except Duplicate:
                return bool(await self._limits.update_one({"_id": door, "count": 0}, {"$set": state}))
            return True
        return bool(await self._limits.update_one({"_id": door, "count": before.count}, {"$set": state}))

    async def give_back(self, door: str) -> None:
        """The attempt was right so far: it does not count, those before it stay, and the next may follow at once."""
        await self._limits.update_one(
            {"_id": door, "count": {"$gt": 0}}, {"$inc": {"count": -1}, "$set": {"last_at_ms": 0}}
        )

    async def reset(self, door: str) -> None:
        """The whole log-in succeeded: start at zero."""
        await self._limits.delete_one({"_id": door})

    async def knock_address(self, address: str, now_ms: int) -> str:
        """Count an attempt from an address (a blind index); returns the key to give it back.

        Raises:
            Refused: TOO_MANY_TRIES until the window ends.
        """
        window_ms = self._policy.address_window_ms
        window = now_ms // window_ms
        key = f"address:{address}:{window}"
        ends_ms = (window + 1) * window_ms
        try:
            found = await self._count_address(key, ends_ms)
        except Duplicate:  # two first attempts at one instant: the second try updates
            found = await self._count_address(key, ends_ms)
        if found > self._policy.address_failures_max:
            raise too_many(max(ends_ms - now_ms, 1))
        return key

    async def give_address_back(self, key: str) -> None:
        """The attempt was right: it does not count against its address."""
        await self._limits.update_one({"_id": key, "count": {"$gt": 0}}, {"$inc": {"count": -1}})

    async def reset_all(self, prefix: str) -> None:
        """Start at zero at every door whose key is `prefix` or begins with `prefix:`."""
        await self._limits.delete_one({"_id": prefix})
        await self._limits.delete_many({"_id": {"$gte": f"{prefix}:", "$lt": f"{prefix};"}})

    async def _count_address(self, key: str, ends_ms: int) -> int:
        found = await self._limits.find_one_and_update(
            {"_id": key},
            {"$inc": {"count": 1}, "$setOnInsert": {"expires_at": utc(ends_ms), "last_at_ms": 0}},
            upsert=True,
        )
        return int(found["count"]) if found else 1
