"""After the commit: members who were named in a message hear of it on their own topic.

The fact rides in the message's entry, so it exists exactly when the message does; this handler bears being called again
(one entry per member and message, by idempotency key). A message that was recalled meanwhile tells nobody.

Imported by channels.chat.feature.
"""

from typing import Any

from channels.chat.store import SENT
from channels.core.context import Context
from channels.me.contract import mentioned
from storage.errors import Duplicate, GuardFailed
from storage.log import LOG, Update


async def tell_mentioned(body: dict[str, Any], fact_id: str, ctx: Context) -> None:
    """Append `me.mentioned` to each named member's topic.

    Args:
        body: `{"room": id}`.
        fact_id: `chat:<room>:<seq>:<index>`.
        ctx: Context without a caller of its own.
    """
    topic, seq, _index = fact_id.rsplit(":", 2)
    entry = await ctx.log.entry(topic, int(seq))
    if entry is None or entry.type != SENT or "gone" in entry.body:
        return
    told = [
        mentioned(
            member,
            room=body["room"],
            message=entry.seq,
            n=entry.n or 0,
            thread=entry.body.get("thread"),
            sender=entry.sender or "",
        )
        for member in entry.body.get("mentions", ())
    ]
    # The mark makes a recall in the same moment conflict with this unit: one of the two sees the other.
    standing = Update(
        LOG, {"topic": topic, "seq": entry.seq, "body.gone": {"$exists": False}}, {"$set": {"told": True}}
    )
    try:
        await ctx.commit(told, (standing,))
    except (Duplicate, GuardFailed):
        return
