"""After the commit: members who were named in a message hear of it on their own topic.

The fact rides in the message's entry, so it exists exactly when the message does; this handler bears being called again
(one entry per member and message, by idempotency key). Who was named is told even when the message is gone by then, marked
so: the member follows its thread. The names in the fact are erased in the same unit; from then on they stand in the message
alone, and go with it.

Imported by channels.chat.feature.
"""

from typing import Any

from channels.chat.store import SENT
from channels.core.context import Context
from channels.me.contract import Mention, mentioned
from storage.errors import Duplicate, GuardFailed
from storage.log import LOG, Entry, Update

TRIES_MAX = 20  # changes of the message in the same moment; beyond that the outbox calls again


async def tell_mentioned(body: dict[str, Any], fact_id: str, ctx: Context) -> None:
    """Append `me.mentioned` to each named member's topic.

    Args:
        body: `{"members": [id], "followers": [id]}`: who was named, and who of them begins to follow the thread by it;
            without members when that was done before.
        fact_id: `chat:<room>:<seq>:<index>`.
        ctx: Context without a caller of its own.

    Raises:
        GuardFailed: The message changed too often meanwhile.
    """
    topic, seq, index = fact_id.rsplit(":", 2)
    for attempt in range(TRIES_MAX):
        entry = await ctx.log.entry(topic, int(seq))
        if entry is None or entry.type != SENT or not body.get("members"):
            return
        new = body.get("followers", ())
        told = [mentioned(member, _mention(entry, follows=member in new)) for member in body["members"]]
        settled = Update(
            LOG,
            {"topic": topic, "seq": entry.seq, "body.rev": entry.body.get("rev")},
            {"$set": {f"facts.{index}.body": {}}},
        )
        try:
            await ctx.commit(told, (settled,))
        except Duplicate:
            return  # told before
        except GuardFailed:
            if attempt == TRIES_MAX - 1:
                raise
            continue
        return


def _mention(entry: Entry, *, follows: bool) -> Mention:
    return Mention(
        room=entry.topic.partition(":")[2],
        message=entry.seq,
        n=entry.n or 0,
        by=entry.sender or "",
        thread=entry.body.get("thread"),
        thread_head=entry.body.get("thread_head") if follows else None,
        gone="gone" in entry.body,
    )
