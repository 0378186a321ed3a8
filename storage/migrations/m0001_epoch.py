"""Gives the log its epoch, the mark by which clients notice a restored backup (realtime.md 2)."""

import secrets

from storage.client import Mongo

NUMBER = 1


async def apply(mongo: Mongo) -> None:
    """Store an epoch unless there is one."""
    await mongo["meta"].update_one(
        {"_id": "epoch"}, {"$setOnInsert": {"value": secrets.token_hex(8)}}, upsert=True
    )
