"""What the record knows by itself: the head of the minutes. Pure over the meeting, its sheet and names (domain.md 2.7).

Imported by channels.meeting.minutes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from channels.meeting.minutes.words import FORMS, LEAVE, OUTCOMES
from channels.meeting.protocol.minutes import MinutesHead, MinutesSection, MinutesTask, MinutesVote
from channels.meeting.protocol.sheet import MeetingRow
from channels.meeting.protocol.values import Meeting, MeetingMotion, MeetingText
from channels.meeting.sheet import PRESENT, Sheet

MANUAL_SHARE = (1, 5)
"""More than a fifth entered by hand is said in the minutes (domain.md 2.5 rule 7)."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the meeting itself does not hold.

    Attributes:
        organisation: Its name.
        unit: Name of the unit.
        time_zone: IANA name.
        names: Member -> display name.
    """

    organisation: str
    unit: str
    time_zone: str
    names: Mapping[str, str]


def head_of(state: Meeting, sheet: Sheet, around: Surroundings) -> MinutesHead:
    """The head of the minutes."""
    counts = sheet.counts()

    def names(chosen: Callable[[MeetingRow], bool]) -> list[str]:
        rows = sorted(sheet.rows.values(), key=lambda row: (row.order, row.member))
        return [name_of(around, row.member) for row in rows if chosen(row)]

    started_at_ms = state.opened_at_ms or state.starts_at_ms
    return MinutesHead(
        organisation=around.organisation,
        unit=around.unit,
        title=state.title,
        kind=state.rules.title,
        started_at_ms=started_at_ms,
        ended_at_ms=state.closed_at_ms or started_at_ms,
        time_zone=around.time_zone,
        place=state.place,
        chair=name_of(around, state.officers.chair),
        recorder=name_of(around, state.officers.recorder),
        counts=counts,
        rate_permille=rate_permille(counts.attended, counts.expected),
        late=names(lambda row: row.status == "late" and not row.disputed),
        leave=leave_of(sheet, around),
        absent=names(lambda row: row.status == "absent"),
        left_early=names(lambda row: row.status in PRESENT and row.left_at_ms is not None),
        observers=[*names(lambda row: row.status == "observer"), *state.guest_names],
        votes=[vote_of(motion) for motion in state.motions],
        tasks=[
            MinutesTask(title=task.title, owner=name_of(around, task.owner), due_on=task.due_on or "")
            for task in state.tasks
        ],
        notes=notes_of(state, sheet),
    )


def rate_permille(attended: int, expected: int) -> int:
    """Attendance rate in thousandths, rounded half up; 0 when nobody was expected."""
    return (2_000 * attended + expected) // (2 * expected) if expected else 0


def name_of(around: Surroundings, member: str) -> str:
    """Display name; empty for somebody nobody knows any more."""
    return around.names.get(member, "")


def leave_of(sheet: Sheet, around: Surroundings) -> list[tuple[str, str]]:
    """Who was on leave, with the category and never the reason."""
    rows = sorted(sheet.rows.values(), key=lambda row: (row.order, row.member))
    found = []
    for row in rows:
        if row.status in ("leave", "official"):
            line = sheet.leaves.get(row.member)
            category = (
                line.category if line is not None else "official" if row.status == "official" else "other"
            )
            word = LEAVE.get(category)
            found.append((name_of(around, row.member), word.zh if word is not None else category))
    return found


def vote_of(motion: MeetingMotion) -> MinutesVote:
    """A vote with all its numbers."""
    frozen, result = motion.frozen, motion.result
    last = motion.tallies[-1] if motion.tallies else None
    cast = 0
    if result is not None:
        written = result.written_yes + result.written_no + result.written_abstain
        cast = result.yes + result.no + result.abstain + result.invalid - written
    is_paper = motion.form == "paper"
    return MinutesVote(
        motion=motion.id,
        title=motion.title,
        form=motion.form,
        form_title=FORMS[motion.form],
        entitled=frozen.entitled if frozen is not None else 0,
        present_entitled=frozen.present_entitled if frozen is not None else 0,
        issued=last.issued if last is not None and is_paper else cast,
        returned=last.returned if last is not None and is_paper else cast,
        valid=cast - (result.invalid if result is not None else 0),
        result=result,
        outcome=OUTCOMES[motion.state],
    )


def notes_of(state: Meeting, sheet: Sheet) -> list[MeetingText]:
    """What must be said beside the numbers."""
    notes = [
        MeetingText(
            zh=f"第{one.order}轮签到延长{-(-one.extended_ms // 60_000)}分钟:{one.reason}",
            en=f"Round {one.order} of check-in was extended by {-(-one.extended_ms // 60_000)} min: {one.reason}",
        )
        for one in state.rounds
        if one.extended_ms
    ]
    here = [row for row in sheet.rows.values() if row.status in PRESENT]
    manual = sum(row.method in ("organizer", "paper") for row in here)
    if here and manual * MANUAL_SHARE[1] > len(here) * MANUAL_SHARE[0]:
        notes.append(
            MeetingText(
                zh=f"实到{len(here)}人中有{manual}人由组织者代录或纸质签到",
                en=f"{manual} of the {len(here)} present were entered by hand or on paper",
            )
        )
    if sheet.numbers["disputed"]:
        count = sheet.numbers["disputed"]
        notes.append(
            MeetingText(zh=f"{count}人到会情况存疑", en=f"The presence of {count} is to be confirmed")
        )
    return notes


def first_sections(state: Meeting) -> list[MinutesSection]:
    """One empty section for each item of the agenda."""
    return [MinutesSection(id=item.id, title=item.title) for item in state.items]


def missing_parts(state: Meeting, sections: list[MinutesSection]) -> list[MeetingText]:
    """What minutes cannot be submitted without."""
    missing = []
    if not any(section.text.strip() or section.statements for section in sections):
        missing.append(MeetingText(zh="讨论内容", en="what was discussed"))
    if any(motion.state in ("open", "counted") for motion in state.motions):
        missing.append(MeetingText(zh="表决结果", en="the result of a vote"))
    if state.closed_at_ms is None:
        missing.append(MeetingText(zh="散会时间", en="the time of closing"))
    return missing


def surely_adds_up(head: MinutesHead) -> bool:
    """Invariant 1 of domain.md 5.2, after closing."""
    counts = head.counts
    parts = counts.on_time + counts.late + counts.leave + counts.official + counts.absent + counts.disputed
    return counts.expected == parts and counts.attended == counts.on_time + counts.late
