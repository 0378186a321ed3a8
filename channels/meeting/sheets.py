"""The sheets a process knows, brought up to date from the log before each use.

Many who ask at the same time share one reading. A sheet that nobody asked about for long is forgotten and folded anew.
Imported by channels.meeting.
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

from channels.core.context import Reader
from channels.meeting.contract import sheet_topic
from channels.meeting.protocol.sheet import MeetingRow
from channels.meeting.reading import ROLLS, render
from channels.meeting.sheet import Sheet
from storage.batched import Batched

SHEETS_MAX = 100
"""Meetings whose sheets one process keeps: some MB each at thousands of members."""

PAGE = 1_000


class Sheets:
    """Kept in `Reader.memory`."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, Sheet] = OrderedDict()
        self._reads: dict[str, Batched[str, Sheet]] = {}

    async def get(self, meeting: str, reader: Reader) -> Sheet:
        """The sheet with everything that was committed before this call."""
        reads = self._reads.get(meeting)
        if reads is None:
            reads = self._reads[meeting] = Batched(
                partial(self._bring, reader), at_once=1
            )  # two folds of one sheet must not meet
        sheet = await reads.get(meeting)
        if sheet is None:
            raise LookupError(meeting)
        return sheet

    def known(self, meeting: str) -> Sheet | None:
        """The sheet as this process knows it, however old; for what does not change, such as who is on the roll."""
        return self._known.get(meeting)

    async def _bring(self, reader: Reader, meetings: Sequence[str]) -> dict[str, Sheet]:
        return {meeting: await self._read(meeting, reader) for meeting in meetings}

    async def _read(self, meeting: str, reader: Reader) -> Sheet:
        sheet = self._known.get(meeting) or Sheet(meeting)
        topic = sheet_topic(meeting)
        while True:
            entries = await reader.log.since(topic, sheet.at, limit=PAGE)
            for entry in entries:
                sheet.apply(render(entry))
                if sheet.needs_rows:
                    sheet.seat(await frozen_rows(reader, meeting))
            if len(entries) < PAGE:
                break
        self._keep(meeting, sheet)
        return sheet

    def _keep(self, meeting: str, sheet: Sheet) -> None:
        self._known[meeting] = sheet
        self._known.move_to_end(meeting)
        while len(self._known) > SHEETS_MAX:
            oldest, _ = self._known.popitem(last=False)
            self._reads.pop(oldest, None)


async def sheet_of_meeting(reader: Reader, meeting: str) -> Sheet:
    """The sheet of a meeting as of now. Read it before the next `await`: it goes on changing."""
    return await reader.memory.of(Sheets).get(meeting, reader)


async def sheet_lately(reader: Reader, meeting: str) -> Sheet:
    """The sheet as this process knew it last, read anew only when it knows none with a roll.

    For check-ins: who was not seen there may be there by now, which the idempotency key of the entry finds out; so a rush
    of thousands costs one reading less each.
    """
    known = reader.memory.of(Sheets).known(meeting)
    return known if known is not None and known.rows else await sheet_of_meeting(reader, meeting)


async def frozen_rows(reader: Reader, meeting: str) -> list[MeetingRow]:
    """Rows of the frozen roll, in its order; empty before it was frozen."""
    found = await reader.mongo[ROLLS].by_id(meeting)
    return [MeetingRow(**row) for row in found["rows"]] if found is not None else []
