"""Shared token buckets in Redis, one server or a cluster. What is in it may be lost at any time: then all buckets are full.

Names of keys come from the caller's function, so that no address and no account can be read from them. Only background
work waits here. May be imported by server and tests.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from zlib import crc32

import structlog
from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from storage.buckets import Spending
from storage.bus.line import LIMIT_S, LINK_ERRORS, client_of
from storage.bus.opening import is_cluster
from storage.bus.slots import Node, SlotMap, ask_map, names_cluster, nodes_of

log = structlog.get_logger(__name__)

SCRIPT = Path(__file__).with_name("buckets.lua").read_text()
UNIT = 60_000
"""Of one token, as in moderation/limits.py."""

LANES = 16
"""Groups of keys that share a slot of a cluster, so that one call serves many buckets."""

SLOTS = 16_384


class RedisBuckets:
    """See SharedBuckets.

    Args:
        url: Of Redis; may hold a password.
        name: Key of a bucket to the name it has in Redis: keyed, not to be guessed.
    """

    def __init__(self, url: str, name: Callable[[str], str]) -> None:
        self._url = url
        self._name = name
        self._map: SlotMap | None = None
        self._clients: dict[Node, Redis] = {}
        self._sha = ""
        self._troubled = False

    async def spend(self, spendings: Sequence[Spending]) -> list[int] | None:
        """See SharedBuckets."""
        try:
            async with asyncio.timeout(LIMIT_S):
                found = await self._spend(spendings)
        except (*LINK_ERRORS, ValueError) as error:
            if not self._troubled:
                log.warning("limits are counted by each process alone", error=type(error).__name__)
            self._troubled = True
            await self._start_over()
            return None
        self._troubled = False
        return found

    async def close(self) -> None:
        """See SharedBuckets."""
        await self._start_over()

    # -- inside ----------------------------------------------------------------------------------------------------

    async def _spend(self, spendings: Sequence[Spending]) -> list[int]:
        if self._map is None:
            self._map = await self._find()
        lanes: dict[str, list[tuple[int, str, Spending]]] = {}
        for place, spending in enumerate(spendings):
            mark = self._name(spending.key)
            lane = f"huitang.limit.{{{crc32(mark.encode()) % LANES}}}"
            lanes.setdefault(lane, []).append((place, f"{lane}.{mark}", spending))
        levels = [0] * len(spendings)
        for lane, rows in lanes.items():
            owner = self._map.owner(lane)
            if owner is None:
                raise ConnectionError("nobody serves the slot")
            for (place, _, _), level in zip(rows, await self._call(owner, rows), strict=True):
                levels[place] = level
        return levels

    async def _call(self, owner: Node, rows: Sequence[tuple[int, str, Spending]]) -> list[int]:
        if owner not in self._clients:
            self._clients[owner] = client_of(owner.url, LIMIT_S)
        client = self._clients[owner]
        words: list[str | int] = [len(rows), *(name for _, name, _ in rows), UNIT]
        for _, _, spending in rows:
            words += (spending.tokens, spending.burst, spending.per_minute)
        try:
            if self._sha:
                return _levels(await client.execute_command("EVALSHA", self._sha, *words))  # type: ignore[no-untyped-call]
        except NoScriptError:
            pass  # the server was restarted, or is another one
        answer = await client.execute_command("EVAL", SCRIPT, *words)  # type: ignore[no-untyped-call]  # redis-py
        self._sha = self._sha or await client.script_load(SCRIPT)
        return _levels(answer)

    async def _find(self) -> SlotMap:
        """Who owns which bucket; a single server owns all."""
        if not names_cluster(self._url) and not await is_cluster(self._url):
            return SlotMap((0,), (SLOTS - 1,), (Node(self._url),))
        for node in nodes_of(self._url):
            if (found := await ask_map(node)) is not None:
                return found
        raise ConnectionError("no server of the cluster answers")

    async def _start_over(self) -> None:
        """Forget connections, one of which may still expect an answer, and who owns what."""
        clients, self._clients, self._map = self._clients, {}, None
        for client in clients.values():
            await client.aclose()


def _levels(answer: Sequence[int]) -> list[int]:
    return [int(level) for level in answer]
