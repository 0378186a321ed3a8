"""Which master of a Redis Cluster owns which slot: addresses, the map, and how it is asked for. Imported by storage only."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from redis.crc import key_slot
from redis.exceptions import RedisError

from storage.bus.line import LIMIT_S, LINK_ERRORS, client_of

CLUSTER_SCHEMES = {"redis+cluster": "redis", "rediss+cluster": "rediss"}
"""`redis+cluster://[user:password@]host:port[,host:port…]`: any nodes, the rest is found; `rediss` is TLS."""

DEFAULT_PORT = 6379


@dataclass(frozen=True, slots=True)
class Node:
    """One server of a cluster.

    Attributes:
        url: How to reach it; may hold a password.
    """

    url: str = field(repr=False)

    def beside(self, host: str, port: int) -> "Node":
        """Another server of the same cluster: same log-in, same kind of connection. No host: the same machine."""
        parts = urlsplit(self.url)
        login, mark, _ = parts.netloc.rpartition("@")
        name = host or parts.hostname or ""
        shown = f"[{name}]" if ":" in name else name
        return Node(urlunsplit(parts._replace(netloc=f"{login}{mark}{shown}:{port}")))


def names_cluster(url: str) -> bool:
    """True for an address that names a cluster by its scheme."""
    return url.partition("://")[0] in CLUSTER_SCHEMES


def nodes_of(url: str) -> list[Node]:
    """The servers an address names.

    Raises:
        ValueError: It is no such address.
    """
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    login, mark, hosts = place.rpartition("@")
    wanted = CLUSTER_SCHEMES.get(scheme, scheme)
    found = []
    for host in filter(None, hosts.split(",")):
        named = urlsplit(f"//{host}")
        if not named.hostname:
            raise ValueError("a server without a name")
        port = named.port or DEFAULT_PORT
        found.append(Node(f"{wanted}://{login}{mark}").beside(named.hostname, port))
    if not found:
        raise ValueError("no server named")
    tail = f"{slash}{path}"
    return [Node(node.url + tail) if tail not in ("", "/") else node for node in found]


@dataclass(frozen=True, slots=True)
class SlotMap:
    """Owner of every slot.

    Attributes:
        starts: First slot of each range, ascending.
        ends: Last slot of each range.
        owners: Its master.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    owners: tuple[Node, ...]

    def owner(self, channel: str) -> Node | None:
        """The master of a channel or key; None while nobody serves its slot."""
        slot = key_slot(channel.encode())
        place = bisect_right(self.starts, slot) - 1
        if place < 0 or slot > self.ends[place]:
            return None
        return self.owners[place]


NOBODY = SlotMap((), (), ())


def read_map(asked: Node, rows: Sequence[Any]) -> SlotMap:
    """The map from an answer to CLUSTER SLOTS: rows of first slot, last slot, [host, port, …] of the master, replicas."""
    ranges = sorted(
        (int(row[0]), int(row[1]), asked.beside((row[2][0] or b"").decode(), int(row[2][1]))) for row in rows
    )
    starts, ends, owners = zip(*ranges, strict=True) if ranges else ((), (), ())
    return SlotMap(tuple(starts), tuple(ends), tuple(owners))


async def ask_map(node: Node) -> SlotMap | None:
    """The map as a server knows it; None when it does not answer within half a second or has none."""
    client = client_of(node.url, LIMIT_S)
    link: Any = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # redis-py
    try:
        await link.connect()
        await link.send_command("CLUSTER", "SLOTS")
        return read_map(node, await link.read_response())
    except (*LINK_ERRORS, RedisError, ValueError):
        return None
    finally:
        await link.disconnect()
        await client.aclose()
