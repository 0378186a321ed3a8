"""Personal fields of people who left are erased when their time is over (domain.md ID-04, SEC-18). Imported by the roof.

The card stays (name, number), so that old messages and records keep their author; the register of fields promises exactly
this. Backups made before still hold the sealed values until they are rotated out.
"""

from dataclasses import dataclass

from channels.branch.hand import Hand
from channels.branch.records import LEFT, MEMBERS, ORGS
from channels.branch.store import template_of
from storage.client import Document
from storage.errors import GuardFailed
from storage.log import Update

DAY_MS = 24 * 3_600_000
ERASED_AT_ONCE = 500
"""Members per organisation and round; the next round takes the rest."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What a round erased.

    Attributes:
        members: How many people.
        fields: How many values.
    """

    members: int
    fields: int


async def erase_left(hand: Hand) -> Erased:
    """Erase personal fields of everybody who left longer ago than the organisation's template keeps them."""
    members = fields = 0
    for org in await hand.mongo[ORGS].find({}, limit=10_000):
        until_ms = hand.now_ms - template_of(org).defaults.retention_left_days * DAY_MS
        due = {"org": org["_id"], "status": LEFT, "left_at_ms": {"$lte": until_ms}, "sealed": {"$gt": {}}}
        for doc in await hand.mongo[MEMBERS].find(due, limit=ERASED_AT_ONCE):
            if await _erase(hand, doc):
                members += 1
                fields += len(doc["sealed"])
    return Erased(members, fields)


async def _erase(hand: Hand, doc: Document) -> bool:
    update = Update(
        MEMBERS,
        {"_id": doc["_id"], "status": LEFT, "version": doc["version"]},
        {"$set": {"sealed": {}, "blind": {}, "changed_at_ms": hand.now_ms}, "$inc": {"version": 1}},
    )
    fields = tuple(sorted(doc["sealed"]))
    row = hand.audit(
        "roll.details_erased", org=doc["org"], unit=doc["branch"], subject=doc["_id"], fields=fields
    )
    try:
        await hand.reader.log.commit((), (update, row))
    except GuardFailed:
        return False  # came back meanwhile
    return True
