"""The loop of a program that is told by orders on its standard input; it ends with that.

One JSON object a line: {"order": word, …} -> {"answer": {…}} or {"fault": "…"}.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson

Order = dict[str, Any]
Answer = dict[str, Any]
Orders = Mapping[str, Callable[[Order], Awaitable[Answer]]]

LINE_BYTES = 64 * 2**20


async def obey(orders: Orders) -> None:
    """Carry out orders, one after the other, until standard input ends."""
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin.buffer)
    while line := await reader.readline():
        order = orjson.loads(line)
        said: dict[str, object]
        try:
            said = {"answer": await orders[order["order"]](order)}
        except Exception as fault:
            said = {"fault": f"{type(fault).__name__}: {fault}"[:500]}
        sys.stdout.buffer.write(orjson.dumps(said) + b"\n")
        sys.stdout.buffer.flush()
