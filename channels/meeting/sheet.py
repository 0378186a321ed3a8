"""The attendance sheet as a fold over its log: rows, numbers, answers, votes. Pure; the same for snapshots and for every check.

The log of `meeting:<id>-sheet` is the truth. Check-ins, answers and votes are plain entries that many members append at the same
time; what they mean is decided here by their order. So: the first presence of a member counts, a check-in never overrides what
the desk has set; the last answer to a roll-call counts; the first vote of an opening counts, until the entry that ends it.
Everything else carries a whole row.

Numbers are kept as they change, and a test holds them against counting anew. Imported by channels.meeting and tests.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from channels.meeting.protocol.sheet import (
    MeetingAnswer,
    MeetingBallot,
    MeetingCheckedIn,
    MeetingCollecting,
    MeetingCounts,
    MeetingLeaveLine,
    MeetingLeaveSet,
    MeetingRollAnswered,
    MeetingRollFrozen,
    MeetingRow,
    MeetingRowSet,
    MeetingSheet,
    MeetingSheetClosed,
    MeetingSpot,
    MeetingSpotAnswered,
    MeetingSpotAsked,
    MeetingVoteCast,
)
from channels.protocol.base import LogEvent

PRESENT = frozenset({"on_time", "late"})
EXPECTED = frozenset({"expected", "on_time", "late", "leave", "official", "absent"})

_FIELDS = ("expected", "entitled", "on_time", "late", "present", "present_entitled", "attended", "leave", "official", "absent",
           "disputed", "left_early", "excluded", "observers")  # fmt: skip


def is_present(row: MeetingRow) -> bool:
    """True when the row counts for quorum and votes now: here, not gone, not disputed."""
    return row.status in PRESENT and row.left_at_ms is None and not row.disputed


def marks_of(row: MeetingRow) -> tuple[str, ...]:
    """Numbers of `MeetingCounts` that one row adds to (domain.md 2.2).

    A disputed row stands in `disputed` instead of on time or late, so that the parts still add up to `expected`.
    """
    if row.status == "excluded":
        return ("excluded",)
    if row.status == "observer":
        return ("observers",)
    marks = ["expected"]
    if row.votes:
        marks.append("entitled")
    if row.disputed:
        return (*marks, "disputed")
    if row.status in PRESENT:
        marks += [row.status, "attended"]
        if row.left_at_ms is None:
            marks += ["present", *(["present_entitled"] if row.votes else [])]
        else:
            marks.append("left_early")
    elif row.status != "expected":
        marks.append(row.status)
    return tuple(marks)


@dataclass(slots=True)
class Sheet:
    """The state of a sheet. Changed in place by `apply`; `wire` gives a copy for clients.

    Attributes:
        meeting: Which.
        at: Seq of the last entry that is in it.
        rows: Member -> row, in the order of the roll.
        leaves: Member -> newest request for leave.
        spots: Spot checks by id.
        roll_call: The roll-call whose answers are collected.
        answers: Member -> answer.
        motion: The motion whose votes are collected.
        opening: Seq of the entry from which on they are; 0 while none are.
        voters: Who was present and entitled at that entry: who may vote, and the base the result is taken of.
        votes: Motion -> member -> choice, of the newest opening of each motion.
        needs_rows: True after the roll was frozen until `seat` put its rows in.
        closed: The meeting is over.
    """

    meeting: str
    at: int = 0
    rows: dict[str, MeetingRow] = field(default_factory=dict)
    leaves: dict[str, MeetingLeaveLine] = field(default_factory=dict)
    spots: dict[str, MeetingSpot] = field(default_factory=dict)
    roll_call: str | None = None
    answers: dict[str, MeetingAnswer] = field(default_factory=dict)
    motion: str | None = None
    opening: int = 0
    voters: frozenset[str] = frozenset()
    votes: dict[str, dict[str, MeetingBallot]] = field(default_factory=dict)
    needs_rows: bool = False
    closed: bool = False
    numbers: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_FIELDS, 0))

    # -- reading ---------------------------------------------------------------------------------------------------

    def counts(self) -> MeetingCounts:
        """The numbers as they are now."""
        here = sum(answer.answer == "here" for answer in self.answers.values())
        voted = len(self.votes.get(self.motion or "", ()))
        return MeetingCounts(
            at=self.at, **self.numbers, answered=len(self.answers), answered_here=here, voted=voted
        )

    def recounted(self) -> dict[str, int]:
        """The numbers counted anew; equal to `numbers` always."""
        fresh = dict.fromkeys(_FIELDS, 0)
        for row in self.rows.values():
            for mark in marks_of(row):
                fresh[mark] += 1
        return fresh

    def wire(self) -> MeetingSheet:
        """The sheet for clients."""
        return MeetingSheet(
            meeting=self.meeting,
            rows=sorted(self.rows.values(), key=lambda row: (row.order, row.member)),
            leaves=[self.leaves[member] for member in sorted(self.leaves)],
            spots=[self.spots[spot] for spot in sorted(self.spots)],
            answers=[self.answers[member] for member in sorted(self.answers)],
            roll_call=self.roll_call,
            voted=sorted(self.votes.get(self.motion or "", ())),
            motion=self.motion,
            opening=self.opening or None,
            counts=self.counts(),
        )

    # -- changing --------------------------------------------------------------------------------------------------

    def seat(self, rows: Iterable[MeetingRow]) -> None:
        """Begin with the rows of a frozen roll; rows that stand already keep what is known of the person."""
        for row in rows:
            self._put(self.rows.get(row.member, row))
        self.needs_rows = False

    def apply(self, event: LogEvent) -> None:
        """Take one entry of the log; an older one than `at` changes nothing."""
        if event.seq <= self.at:
            return
        rule = _RULES.get(type(event))
        if rule is not None:
            rule(self, event)
        self.at = event.seq

    def _put(self, row: MeetingRow) -> None:
        before = self.rows.get(row.member)
        for mark in marks_of(before) if before is not None else ():
            self.numbers[mark] -= 1
        for mark in marks_of(row):
            self.numbers[mark] += 1
        self.rows[row.member] = row

    def _checked_in(self, event: MeetingCheckedIn) -> None:
        row = self.rows.get(event.member)
        if row is None or row.status in PRESENT or row.status == "excluded":
            return
        fields: dict[str, Any] = {
            "method": event.method,
            "at_ms": event.received_at_ms,
            "remote": event.remote,
        }
        if row.status != "observer":
            fields |= {"status": "late" if event.late_ms else "on_time", "late_ms": event.late_ms}
        self._put(row.model_copy(update=fields))

    def _row_set(self, event: MeetingRowSet) -> None:
        self._put(event.row)

    def _roll_frozen(self, event: MeetingRollFrozen) -> None:
        self.needs_rows = True

    def _roll_answered(self, event: MeetingRollAnswered) -> None:
        if event.roll_call == self.roll_call:
            self.answers[event.answer.member] = event.answer

    def _vote_cast(self, event: MeetingVoteCast) -> None:
        if event.motion == self.motion and event.opening == self.opening:
            self.votes[event.motion].setdefault(event.ballot.member, event.ballot)

    def _leave_set(self, event: MeetingLeaveSet) -> None:
        self.leaves[event.leave.member] = event.leave

    def _spot_asked(self, event: MeetingSpotAsked) -> None:
        self.spots[event.spot.id] = event.spot

    def _spot_answered(self, event: MeetingSpotAnswered) -> None:
        spot = self.spots.get(event.spot)
        if spot is not None and event.member in spot.members and event.member not in spot.answered:
            answered = sorted((*spot.answered, event.member))
            self.spots[spot.id] = spot.model_copy(update={"answered": answered})

    def _collecting(self, event: MeetingCollecting) -> None:
        if event.roll_call != self.roll_call:
            self.roll_call, self.answers = event.roll_call, {}
        if event.motion == self.motion:
            return
        self.motion, self.opening, self.voters = event.motion, 0, frozenset()
        if event.motion is not None:
            self.opening, self.votes[event.motion] = event.seq, {}
            self.voters = frozenset(
                member for member, row in self.rows.items() if row.votes and is_present(row)
            )

    def _sheet_closed(self, event: MeetingSheetClosed) -> None:
        self.closed = True
        for row in tuple(self.rows.values()):
            if row.status == "expected":
                self._put(row.model_copy(update={"status": "absent"}))


_RULES: dict[type[LogEvent], Callable[[Sheet, Any], None]] = {
    MeetingCheckedIn: Sheet._checked_in,
    MeetingRowSet: Sheet._row_set,
    MeetingRollFrozen: Sheet._roll_frozen,
    MeetingRollAnswered: Sheet._roll_answered,
    MeetingVoteCast: Sheet._vote_cast,
    MeetingLeaveSet: Sheet._leave_set,
    MeetingSpotAsked: Sheet._spot_asked,
    MeetingSpotAnswered: Sheet._spot_answered,
    MeetingCollecting: Sheet._collecting,
    MeetingSheetClosed: Sheet._sheet_closed,
}


def sheet_of(shown: MeetingSheet, at: int | None = None) -> Sheet:
    """A sheet as a client got it, to apply events to; votes are known by voter only."""
    sheet = Sheet(shown.meeting, shown.counts.at if at is None else at)
    sheet.seat(shown.rows)
    sheet.leaves = {leave.member: leave for leave in shown.leaves}
    sheet.spots = {spot.id: spot for spot in shown.spots}
    sheet.answers = {answer.member: answer for answer in shown.answers}
    sheet.roll_call, sheet.motion = shown.roll_call, shown.motion
    if shown.motion is not None:
        sheet.opening = shown.opening or 0
        sheet.votes[shown.motion] = {m: MeetingBallot(member=m, choice="abstain") for m in shown.voted}
    return sheet
