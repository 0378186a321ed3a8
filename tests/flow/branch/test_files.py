"""Pending uploads and exports on a real database."""

import io

import openpyxl
import pytest

from channels.branch.errors import IMPORT_GONE
from channels.branch.records import MEMBERS, ROLL_FILES
from channels.branch.roll.apply import apply
from channels.branch.roll.dryrun import Choices, dry_run
from channels.branch.roll.outgoing import Format, export_roll
from channels.branch.roll.pending import KEPT_MS, drop, fetch, keep
from channels.branch.store import groups_of
from channels.protocol.errors import Refused
from moderation.audit import AuditTrail, PageAt
from tests.kit.roll import ROLLS, Hall


async def gone(hall: Hall, ident: str, by: str) -> bool:
    try:
        await fetch(hall.reader, ident, by)
    except Refused as refused:
        return refused.row is IMPORT_GONE
    return False


async def test_an_upload_is_kept_sealed_for_its_sender_for_half_an_hour(hall: Hall) -> None:
    content = (ROLLS / "roll-b42-gb18030.csv").read_bytes()
    kept = await keep(hall.reader, hall.branch.unit, "officer", content, "gb18030")
    assert await fetch(hall.reader, kept.ident, "officer") == kept
    assert await gone(hall, kept.ident, "somebody")
    stored = await hall.mongo[ROLL_FILES].find_one({"_id": kept.ident})
    assert stored is not None
    assert b"19900000001" not in bytes(stored["file"])
    hall.clock.advance(KEPT_MS)
    assert await gone(hall, kept.ident, "officer")


async def test_a_new_upload_replaces_the_old_one(hall: Hall) -> None:
    first = await keep(hall.reader, hall.branch.unit, "officer", b"a", None)
    other = await keep(hall.reader, hall.branch.unit, "another", b"b", None)
    second = await keep(hall.reader, hall.branch.unit, "officer", b"c", None)
    assert await gone(hall, first.ident, "officer")
    assert not await gone(hall, other.ident, "another")
    await drop(hall.reader, second.ident)
    assert await gone(hall, second.ident, "officer")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
async def test_an_export_comes_back_without_a_change(hall: Hall, kind: Format) -> None:
    await hall.take("roll-b42.xlsx", offices=True)
    made = await export_roll(hall.hand("officer", "林书远", "secretary"), hall.branch, kind, "QH0001")
    assert made.count == 42
    run = await dry_run(hall.reader, hall.branch.unit, made.content, Choices())
    assert len(run.plan.unchanged) == 42
    assert (run.plan.add, run.plan.change, run.plan.faults) == ((), (), ())
    outcome = await apply(hall.hand(), run, give_offices=True)
    assert (len(outcome.added), outcome.changed, outcome.offices) == (0, 0, 0)


async def test_evil_names_leave_as_text(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    evil = '=HYPERLINK("http://evil.example","看")'
    await hall.mongo[MEMBERS].update_one({"number": "QH0001"}, {"$set": {"name": evil}})
    made = await export_roll(hall.hand("officer", "=cmd", "secretary"), hall.branch, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(made.content)).active
    assert sheet["B3"].value == evil
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} == {"s"}
    text = (await export_roll(hall.hand("officer", "=cmd", "secretary"), hall.branch, "csv")).content.decode(
        "utf-8-sig"
    )
    assert "'=HYPERLINK" in text
    assert "\n=" not in text
    assert ",=" not in text


async def test_everybody_in_an_export_can_read_that_it_happened(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    doc = await hall.member("曹玉兰")
    await export_roll(hall.hand("officer", "林书远", "secretary"), hall.branch, "csv")
    trail = AuditTrail(hall.mongo, hall.reader.cipher, hall.clock, hall.reader.ids)
    mine = (await trail.about(doc["_id"], PageAt()))[0]
    assert (mine.action, mine.actor_name) == ("roll.exported", "林书远")
    assert "phone" in mine.fields
    branch = [
        row
        for row in await trail.of_units([hall.branch.unit], PageAt(limit=200))
        if row.action == "roll.exported"
    ]
    assert [row.notes for row in branch] == [{"format": "csv", "count": 42}]


async def test_groups_have_an_order(hall: Hall) -> None:
    await hall.take("roll-b42.xlsx")
    groups = await groups_of(hall.mongo, hall.branch.unit)
    assert [g.order for g in groups] == [1, 2, 3, 4]
