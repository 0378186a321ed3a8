"""Asks a Redis whether it is there. May be imported by server."""

from redis.asyncio import Redis
from redis.exceptions import RedisError

from storage.bus.slots import names_cluster, nodes_of

LIMIT_S = 2.0


async def redis_answers(url: str) -> bool:
    """True when the Redis at `url` takes our log-in and answers within 2 s."""
    try:
        place = nodes_of(url)[0].url if names_cluster(url) else url
        async with Redis.from_url(place, socket_timeout=LIMIT_S, socket_connect_timeout=LIMIT_S) as client:
            return bool(await client.ping())
    except (RedisError, OSError, ValueError):
        return False
