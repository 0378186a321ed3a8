"""Member numbers for people who come without one. Imported by this feature and the roof."""

from collections.abc import Iterable

from channels.branch.errors import UNIT_UNKNOWN
from channels.branch.records import MEMBERS, ORGS
from channels.core.context import Reader
from channels.protocol.errors import Refused


async def fresh_numbers(reader: Reader, org: str, count: int, reserved: Iterable[str] = ()) -> list[str]:
    """Member numbers nobody has: the organisation's prefix and a running number of at least four digits.

    Drawn numbers are never given out again, also when they are not used: a number means one person for ever.

    Args:
        reader: The stores.
        org: Organisation.
        count: How many.
        reserved: Numbers that are about to be used otherwise.

    Raises:
        Refused: UNIT_UNKNOWN: no such organisation.
    """
    fresh: list[str] = []
    used = set(reserved)
    while len(fresh) < count:
        missing = count - len(fresh)
        doc = await reader.mongo[ORGS].find_one_and_update(
            {"_id": org}, {"$inc": {"next_number": missing}}, before=True
        )
        if doc is None:
            raise Refused(UNIT_UNKNOWN)
        first = doc["next_number"]
        offered = [f"{doc['number_prefix']}{n:04}" for n in range(first, first + missing)]
        taken = await reader.mongo[MEMBERS].find(
            {"org": org, "number": {"$in": offered}}, fields=("number",), limit=len(offered)
        )
        used |= {found["number"] for found in taken}
        fresh.extend(number for number in offered if number not in used)
    return fresh
