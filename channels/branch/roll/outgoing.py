"""An export from the stored roll: reads, records who took what, then writes the file. Imported by the roof.

Every member of the file gets a row in the audit trail that he or she can read, and the branch gets one; only then are the
bytes handed out.
"""

import asyncio
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

from channels.branch.contract import Unit
from channels.branch.errors import UNIT_UNKNOWN
from channels.branch.fields import PERSONAL
from channels.branch.hand import Hand
from channels.branch.records import MEMBERS, MEMBERS_MAX, ORGS, unseal
from channels.branch.roll.export import Line, Watermark, table, to_csv, to_xlsx
from channels.branch.store import groups_of, template_of, titles_of
from channels.protocol.errors import Refused
from storage.client import Document
from storage.clock import utc
from storage.log import Insert

ROWS_AT_ONCE = 200
"""Audit rows in one transaction."""

Format = Literal["xlsx", "csv"]
MEDIA: dict[Format, str] = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """A file to hand out.

    Attributes:
        content: Its bytes.
        media: Its media type.
        name: What to call it.
        count: Members in it.
    """

    content: bytes
    media: str
    name: str
    count: int


async def export_roll(hand: Hand, branch: Unit, kind: Format, number: str = "") -> Exported:
    """The active members of a branch as a file.

    Args:
        hand: Who exports; must hold `branch.export_roll` there.
        branch: Whose roll.
        kind: `xlsx` or `csv`.
        number: Member number of who exports, for the watermark.

    Raises:
        Refused: UNIT_UNKNOWN.
        storage.errors.BadCiphertext: A record was tampered with or its key is lost.
    """
    org = await hand.mongo[ORGS].find_one({"_id": branch.org})
    if org is None:
        raise Refused(UNIT_UNKNOWN)
    docs = await hand.mongo[MEMBERS].find({"units": branch.unit}, sort=(("number", 1),), limit=MEMBERS_MAX)
    lines = await _lines(hand, branch, docs)
    at = utc(hand.now_ms).astimezone(ZoneInfo(org["time_zone"]))
    mark = Watermark(branch.name, hand.name or hand.actor, number, at)
    rows = table(lines, template_of(org))
    await _record(hand, branch, docs, kind)
    write = to_xlsx if kind == "xlsx" else to_csv
    content = await asyncio.to_thread(write, rows, mark)
    return Exported(content, MEDIA[kind], f"{branch.name}-花名册-{at:%Y%m%d-%H%M}.{kind}", len(lines))


async def _lines(hand: Hand, branch: Unit, docs: list[Document]) -> list[Line]:
    names = {g.unit: g.name for g in await groups_of(hand.mongo, branch.unit)}
    titles = await titles_of(hand.mongo, [doc["_id"] for doc in docs])
    here = {branch.unit, *names}
    return [
        Line(
            number=doc["number"],
            name=doc["name"],
            class_=doc["class"],
            groups=tuple(names[g] for g in doc["groups"] if g in names),
            titles=tuple(t.zh for t in titles.get(doc["_id"], ()) if t.unit in here),
            values=unseal(hand.reader.cipher, doc),
        )
        for doc in docs
    ]


async def _record(hand: Hand, branch: Unit, docs: list[Document], kind: Format) -> None:
    notes: dict[str, str | int] = {"format": kind, "count": len(docs)}
    rows: list[Insert] = [
        hand.audit("roll.exported", org=branch.org, unit=branch.unit, fields=PERSONAL, notes=notes)
    ]
    rows += [
        hand.audit(
            "roll.exported", org=branch.org, subject=doc["_id"], fields=PERSONAL, notes={"format": kind}
        )
        for doc in docs
    ]
    for start in range(0, len(rows), ROWS_AT_ONCE):
        await hand.reader.log.commit((), rows[start : start + ROWS_AT_ONCE])
