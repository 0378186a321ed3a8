"""The rules of meetings: who sits in one, who runs it, who may decide on leave; everybody else does not know that it exists."""

from tests.flow.matrix.rules import (
    HERE,
    IN_GROUP,
    KEEPERS,
    MEMBERS,
    NO_ONE,
    Cell,
    Door,
    Names,
    Rule,
    Whose,
    all_the_same,
)

SOCKET = Door.SOCKET
UNKNOWN = "UNKNOWN_TOPIC"
ELSEWHERE = (Whose.NEXT, Whose.FAR, Whose.NONE)
SITS_IN_GROUP = IN_GROUP | KEEPERS
"""Its members, and who may manage meetings of the branch and its groups."""


def of_meetings(
    same: Names, within: Names, outcome: str = "", *, known: str = "FORBIDDEN", **hears: str
) -> dict[Whose, Cell]:
    """A meeting of the branch, of its group, of others.

    Args:
        same: Let through in the branch's.
        within: Let through in the group's.
        outcome: What those hear; empty for success.
        known: What others hear who sit in it.
        hears: Callers who hear something else in both.
    """

    def inside(let_in: Names, sits: Names) -> Cell:
        others = dict.fromkeys(sits - let_in, known)
        special = {
            name.replace("_", "-"): key for name, key in hears.items() if name.replace("_", "-") in sits
        }
        return Cell(let_in, UNKNOWN, outcome, hears=others | special)

    return {
        Whose.SAME: inside(same, HERE),
        Whose.WITHIN: inside(within, SITS_IN_GROUP),
        **dict.fromkeys(ELSEWHERE, Cell(NO_ONE, UNKNOWN)),
    }


def sits(name: str, outcome: str = "", because: str = "whoever sits in it") -> Rule:
    """For everybody who sits in a meeting."""
    return Rule(name, SOCKET, of_meetings(HERE, SITS_IN_GROUP, outcome), because)


def on_roll(name: str, outcome: str) -> Rule:
    """For everybody on the roll of a meeting: an observer is not, nor in a group's meeting who is not in the group."""
    cells = of_meetings(HERE, IN_GROUP, outcome, known="NOT_ON_ROLL", observer="NOT_ON_ROLL")
    return Rule(name, SOCKET, cells, "whoever is on its roll")


def runs(name: str, outcome: str = "", because: str = "whoever runs it") -> Rule:
    """For those who run a meeting: its chair and organizer, and who may manage meetings there."""
    return Rule(name, SOCKET, of_meetings(KEEPERS, SITS_IN_GROUP, outcome), because)


def desk(name: str, outcome: str = "") -> Rule:
    """For the desk; nobody of the cast has a part in these meetings but by the right to manage them."""
    return runs(name, outcome, "the desk of the meeting")


def nobody_but_the_recorder(name: str) -> Rule:
    """For the recorder, who is none of the cast."""
    return Rule(name, SOCKET, of_meetings(NO_ONE, NO_ONE), "its recorder alone")


def in_units() -> dict[Whose, Cell]:
    """Where meetings may be called."""
    return {
        Whose.SAME: Cell(KEEPERS, "FORBIDDEN"),
        Whose.WITHIN: Cell(SITS_IN_GROUP, UNKNOWN),
        **dict.fromkeys(ELSEWHERE, Cell(NO_ONE, UNKNOWN)),
    }


MEETING_RULES: tuple[Rule, ...] = (
    Rule("meeting.kinds", SOCKET, in_units(), "who may call meetings", holders=SITS_IN_GROUP),
    Rule("meeting.create", SOCKET, in_units(), "who may call meetings", holders=SITS_IN_GROUP),
    Rule("meeting.list", SOCKET, all_the_same(MEMBERS, UNKNOWN), "meetings one sits in"),
    runs("meeting.edit", "PLAN_WRONG"),
    runs("meeting.announce", "WRONG_STAGE"),
    runs("meeting.open_lobby", "WRONG_STAGE"),
    runs("meeting.open"),
    runs("meeting.pause"),
    runs("meeting.close"),
    runs("meeting.cancel", "WRONG_STAGE"),
    sits("meeting.me"),
    desk("meeting.show_code"),
    on_roll("meeting.check_in", "CODE_EXPIRED"),
    runs("meeting.open_round"),
    runs("meeting.extend_round"),
    sits("meeting.show_pass"),
    desk("meeting.scan_pass", "CHECKIN_CODE_WRONG"),
    desk("meeting.mark"),
    desk("meeting.mark_paper", "PERSON_NOT_HERE"),
    desk("meeting.dispute", "WRONG_STAGE"),
    on_roll("meeting.answer_dispute", "WRONG_STAGE"),
    desk("meeting.confirm"),
    on_roll("meeting.sign_out", "WRONG_STAGE"),
    desk("meeting.spot_check", "PERSON_NOT_HERE"),
    sits("meeting.answer_spot", "NOTHING_THERE"),
    runs("meeting.take_baton", "BATON_TAKEN"),
    runs("meeting.start_roll_call", "BATON_TAKEN"),
    runs("meeting.call", "WRONG_STAGE"),
    sits("meeting.answer_call", "WRONG_STAGE"),
    runs("meeting.record_answer", "WRONG_STAGE"),
    runs("meeting.end_roll_call", "WRONG_STAGE"),
    runs("meeting.start_item", "NOTHING_THERE"),
    runs("meeting.end_item"),
    sits("meeting.raise_hand"),
    sits("meeting.lower_hand"),
    runs("meeting.give_floor", "NOTHING_THERE"),
    runs("meeting.set_floor", "WRONG_STAGE"),
    runs("meeting.propose", "PLAN_WRONG"),
    runs("meeting.open_vote", "NOTHING_THERE"),
    sits("meeting.vote", "NOTHING_THERE"),
    sits("meeting.enter_tally", "NOTHING_THERE", "tellers, and for hands and voice who runs it; motions are known to all"),
    runs("meeting.close_vote", "NOTHING_THERE"),
    runs("meeting.set_motion", "NOTHING_THERE"),
    desk("meeting.file_opinion", "WRONG_STAGE"),
    runs("meeting.set_task", "PERSON_NOT_HERE"),
    sits("meeting.ask_leave", "LEAVE_TOO_LATE"),
    sits("meeting.withdraw_leave", "NOTHING_THERE"),
    Rule("meeting.decide_leave", SOCKET, of_meetings(KEEPERS | IN_GROUP, SITS_IN_GROUP, "NOTHING_THERE"),
         "who may approve leave in the branch, or in a group of the member"),
    Rule("meeting.read_leave", SOCKET, of_meetings(KEEPERS | IN_GROUP, SITS_IN_GROUP, "NOTHING_THERE"), "who may decide on it"),
    runs("meeting.exclude", "PLAN_WRONG"),
    sits("meeting.ask_correction", "WRONG_STAGE"),
    desk("meeting.corrections"),
    runs("meeting.decide_correction", "CORRECTION_TOO_LATE"),
    sits("meeting.minutes", "WRONG_STAGE"),
    nobody_but_the_recorder("meeting.write_minutes"),
    nobody_but_the_recorder("meeting.submit_minutes"),
    runs("meeting.review_minutes", "WRONG_STAGE"),
    sits("meeting.statements"),
    sits("meeting.check_statement", "NOTHING_THERE"),
    sits("meeting.acknowledge", "NOT_APPROVED"),
)  # fmt: skip

MEETING_FILE = {
    Whose.SAME: Cell(KEEPERS, UNKNOWN, hears=dict.fromkeys(HERE - KEEPERS, "FORBIDDEN")),
    Whose.WITHIN: Cell(SITS_IN_GROUP, UNKNOWN),
    **dict.fromkeys(ELSEWHERE, Cell(NO_ONE, UNKNOWN)),
}
"""Lists of names are for the desk."""
