"""The token buckets of a process, settled through Redis where there is one. May be imported by server and tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from moderation.limits import Limits, MemoryLimits
from moderation.shared_limits import SharedLimits
from server.ground import Ground
from storage.buckets_redis import RedisBuckets
from storage.tasks import Tasks

FIELD = "limits.shared"
MARK_DIGITS = 40  # of the blind index, hexadecimal: 8 of the key's id, 128 bits of the value


@asynccontextmanager
async def open_limits(ground: Ground, redis_url: str | None, factor: int) -> AsyncIterator[Limits]:
    """Token buckets while the block runs.

    Keys hold accounts and addresses, so they are blinded before they leave the process.

    Args:
        ground: Clock and keys.
        redis_url: None for a process that is alone.
        factor: Multiplies all buckets; 0 switches them off.
    """
    local = MemoryLimits(ground.clock, factor=factor)
    if redis_url is None:
        yield local
        return
    buckets = RedisBuckets(redis_url, lambda key: ground.cipher.blind(key, field=FIELD)[:MARK_DIGITS])
    limits = SharedLimits(local, buckets)
    async with Tasks() as tasks:
        limits.start(tasks)
        yield limits
    await buckets.close()
