"""Which bus fits the Redis there is. May be imported by server and tests."""

from redis.exceptions import RedisError

from storage.bus.cluster import ClusterBus
from storage.bus.line import LIMIT_S, LINK_ERRORS, client_of
from storage.bus.port import Bus
from storage.bus.redis import RedisBus
from storage.bus.slots import names_cluster

CLUSTER_VERSION = 7
"""Sharded pub/sub came with 7.0. Before, a cluster carries every message to every server, which the plain bus can use."""


async def open_bus(url: str) -> Bus:
    """The bus over the Redis at `url`: sharded when its scheme says cluster, or the server says that it is one.

    A server that does not answer now, and whose scheme does not say cluster, is taken for a single one: that works on a
    cluster, too, and costs each of its servers every message.

    Raises:
        ValueError: `url` is no address.
    """
    if names_cluster(url) or await is_cluster(url):
        return await ClusterBus.open(url)
    return await RedisBus.open(url)


async def is_cluster(url: str) -> bool:
    """True when the server at `url` says within half a second that it is part of a cluster with sharded pub/sub."""
    if url.startswith("unix:"):
        return False
    client = client_of(url, LIMIT_S)
    try:
        said = await client.info("server", "cluster")
    except (*LINK_ERRORS, RedisError):
        return False
    finally:
        await client.aclose()
    return (
        bool(said.get("cluster_enabled")) and int(str(said["redis_version"]).split(".")[0]) >= CLUSTER_VERSION
    )
