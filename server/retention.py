"""The worker that erases what may no longer be kept. May be imported by server and tests."""

import asyncio

import structlog

from channels.branch.hand import SYSTEM, Hand
from channels.branch.retention import erase_left
from channels.core.context import Reader
from storage.errors import StorageError

logger = structlog.stdlib.get_logger("huitang.retention")

EVERY_S = 6 * 3_600.0
"""Promised are days; four rounds a day leave room for outages. Several processes may run it: each record is erased once."""


async def keep_promises(reader: Reader, every_s: float = EVERY_S) -> None:
    """Erase personal fields whose retention is over, soon after the start and then every six hours, until cancelled."""

    async def nobody_waits(member: str) -> None:
        del member

    hand = Hand(reader, SYSTEM, "retention", "", nobody_waits)
    while True:
        await asyncio.sleep(min(every_s, 60.0))
        try:
            erased = await erase_left(hand)
        except StorageError as fault:
            logger.warning("erasing failed", fault=type(fault).__name__)
        else:
            if erased.members:
                logger.info("erased", members=erased.members, fields=erased.fields)
        await asyncio.sleep(every_s)
