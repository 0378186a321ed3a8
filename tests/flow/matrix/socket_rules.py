"""The rules of every command of the socket and of every topic kind."""

from tests.flow.matrix.meeting_rules import MEETING_RULES, SITS_IN_GROUP
from tests.flow.matrix.rules import (
    BRANCH_SECRETARIES,
    COUNTERS,
    GROUP_TOO,
    HERE,
    IN_GROUP,
    KEEPERS,
    MEMBERS,
    NO_ONE,
    PEOPLE,
    PINNERS,
    SEES_PEOPLE,
    TOKENS,
    Cell,
    Door,
    Rule,
    Whose,
    all_the_same,
    of_rooms,
    of_units,
)

SOCKET = Door.SOCKET
IN_ROOM = of_rooms(MEMBERS, HERE | {"bot"}, IN_GROUP)
IN_ROOM_NO_BOTS = of_rooms(MEMBERS, HERE, IN_GROUP)
GUESTS = MEMBERS - HERE
UNKNOWN = "UNKNOWN_TOPIC"
ELSEWHERE = (Whose.CLOSED, Whose.NEXT, Whose.FAR, Whose.NONE)


def own_messages() -> dict[Whose, Cell]:
    """Own messages may be changed; those of others in rooms one is in are known, others are not."""
    return {
        Whose.OWN: Cell(MEMBERS | {"bot"}, UNKNOWN),
        Whose.SAME: Cell(NO_ONE, UNKNOWN, hears=dict.fromkeys(HERE | {"bot"}, "NOT_YOURS")),
        Whose.WITHIN: Cell(NO_ONE, UNKNOWN, hears=dict.fromkeys(IN_GROUP, "NOT_YOURS")),
        **dict.fromkeys(ELSEWHERE, Cell(NO_ONE, UNKNOWN)),
    }


def topics(kind: str, otherwise: str) -> dict[Whose, Cell]:
    """Who may enter the topics of a kind."""
    elsewhere = Cell(NO_ONE, otherwise)
    match kind:
        case "chat":
            return of_rooms(MEMBERS, HERE | {"bot"}, IN_GROUP, unknown=otherwise)
        case "branch":
            return {
                Whose.SAME: Cell(SEES_PEOPLE, otherwise),
                **dict.fromkeys((Whose.WITHIN, Whose.NEXT, Whose.FAR, Whose.NONE), elsewhere),
            }
        case "me":
            return {
                Whose.OWN: Cell(MEMBERS, otherwise),
                **dict.fromkeys((Whose.SAME, Whose.NEXT, Whose.FAR, Whose.NONE), elsewhere),
            }
        case "meeting" | "sheet":
            everybody = kind == "meeting"
            return {
                Whose.SAME: Cell(HERE if everybody else KEEPERS, otherwise),
                Whose.WITHIN: Cell(SITS_IN_GROUP, otherwise),
                **dict.fromkeys((Whose.NEXT, Whose.FAR, Whose.NONE), elsewhere),
            }
        case _:
            return {Whose.NONE: elsewhere}


TOPIC_REASONS = {
    "chat": "whoever the roll says is in the unit now, the two of a talk, and bots with the scope",
    "branch": "members of the branch, and guests whose role shows persons",
    "me": "the member alone; no officer, no administrator",
    "meeting": "whoever sits in it",
    "sheet": "its desk; nobody else sees who is here",
    "nothing": "what is no topic looks like a closed one",
}
ENTRANCES = {
    "subscribe": UNKNOWN,
    "resume": "LOST",
    "replay": "NOT_SUBSCRIBED",
    "unsubscribe": "NOT_SUBSCRIBED",
}
"""Commands that name a topic -> what closed topics sound like there."""

TOPIC_RULES: tuple[Rule, ...] = tuple(
    Rule(name, SOCKET, topics(kind, otherwise), reason, about=kind, bots=True)
    for name, otherwise in ENTRANCES.items()
    for kind, reason in TOPIC_REASONS.items()
)

CONNECTION_RULES: tuple[Rule, ...] = (
    Rule("hello", SOCKET, all_the_same(PEOPLE | TOKENS, ""), "every factor, or a token (check 10)", bots=True),
    Rule("heartbeat", SOCKET, all_the_same(PEOPLE | TOKENS, ""), "a sign of life; tells heads of topics one is in",
         bots=True),
)  # fmt: skip

BRANCH_RULES: tuple[Rule, ...] = (
    Rule("branch.people", SOCKET, {
        Whose.OWN: Cell(MEMBERS, "HIDDEN"),
        Whose.SAME: Cell(SEES_PEOPLE, "HIDDEN"),
        **dict.fromkeys((Whose.NEXT, Whose.FAR, Whose.NONE), Cell(NO_ONE, "HIDDEN")),
    }, "cards of branches one may enter; all other ids are left out", bots=True),
    Rule("branch.counts", SOCKET, of_units(COUNTERS | {"bot"}, Cell(COUNTERS, "FORBIDDEN"), above=frozenset({"upper contact"})),
         "numbers, never persons: who leads the branch, its bots, and the contact above", holders=COUNTERS | {"bot"}, bots=True),
)  # fmt: skip

CHAT_RULES: tuple[Rule, ...] = (
    Rule("chat.send", SOCKET, IN_ROOM, "whoever is in the room", bots=True),
    Rule("chat.send", SOCKET, {
        **of_rooms(NO_ONE, PINNERS, IN_GROUP, known="FORBIDDEN"),
        Whose.OWN: Cell(NO_ONE, UNKNOWN, hears=dict.fromkeys(MEMBERS, "BAD_FIELD")),
        Whose.SAME: Cell(PINNERS, UNKNOWN, hears=dict.fromkeys(HERE - PINNERS | {"bot"}, "FORBIDDEN")),
    }, "naming everyone is for committee and officers, and in their group for its leaders", about="to everyone", bots=True),
    Rule("chat.edit", SOCKET, own_messages(), "own messages", bots=True),
    Rule("chat.recall", SOCKET, own_messages(), "own messages", bots=True),
    Rule("chat.delete", SOCKET, {
        Whose.OWN: Cell(KEEPERS, "FORBIDDEN"),
        Whose.SAME: Cell(KEEPERS, "FORBIDDEN"),
        Whose.WITHIN: Cell(GROUP_TOO, UNKNOWN),
        **dict.fromkeys(ELSEWHERE, Cell(NO_ONE, UNKNOWN)),
    }, "officers of the branch in its room, in a group those who are in it; nobody in a talk of two", holders=KEEPERS | GROUP_TOO),
    Rule("chat.react", SOCKET, IN_ROOM_NO_BOTS, "whoever is in the room"),
    Rule("chat.pin", SOCKET, {
        Whose.OWN: Cell(PINNERS | GUESTS, UNKNOWN, hears=dict.fromkeys(HERE - PINNERS, "FORBIDDEN")),
        **{whose: cell for whose, cell in of_rooms(NO_ONE, PINNERS, IN_GROUP, known="FORBIDDEN").items() if whose is not Whose.OWN},
    }, "committee and officers, in their group its leaders; both sides of a talk of two"),
    Rule("chat.mark_read", SOCKET, IN_ROOM_NO_BOTS, "the caller's own mark, in rooms one is in"),
    Rule("chat.history", SOCKET, IN_ROOM, "whoever is in the room", bots=True),
    Rule("chat.files", SOCKET, IN_ROOM_NO_BOTS, "whoever is in the room"),
    Rule("chat.typing", SOCKET, IN_ROOM_NO_BOTS, "whoever is in the room"),
    Rule("chat.people", SOCKET, IN_ROOM_NO_BOTS, "whoever is in the room"),
    Rule("chat.open_direct", SOCKET, {
        Whose.OWN: Cell(NO_ONE, "PERSON_UNKNOWN", hears={"system": "FORBIDDEN"}),
        **dict.fromkeys((Whose.SAME, Whose.NEXT), Cell(MEMBERS, "FORBIDDEN")),
        **dict.fromkeys((Whose.FAR, Whose.NONE), Cell(NO_ONE, "PERSON_UNKNOWN", hears={"system": "FORBIDDEN"})),
    }, "members of one organisation may talk to each other; people of others do not exist"),
    Rule("me.set_preferences", SOCKET, all_the_same(MEMBERS, "NOT_A_MEMBER"), "own preferences"),
)  # fmt: skip

SOCKET_RULES = CONNECTION_RULES + TOPIC_RULES + BRANCH_RULES + CHAT_RULES + MEETING_RULES

assert BRANCH_SECRETARIES <= KEEPERS
