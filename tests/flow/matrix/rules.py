"""Who may do what, and why: the table the matrix holds the application to. What is not listed here is refused.

A rule says for one route, command or topic which callers are let through on whose object, and what everybody else hears. It
is written by hand from domain.md 2.17 and the decisions of the project, not read from the application's own tables.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from tests.flow.matrix.cast import CAST, NAMES, PART, Part, Standing

Names = frozenset[str]


class Whose(Enum):
    """Whose the object of a request is, seen from the caller."""

    ANY = "no object"
    OWN = "own"
    SAME = "of the own branch"
    WITHIN = "a group of the own branch"
    CLOSED = "a talk of two others of the own branch"
    NEXT = "of another branch"
    FAR = "of another organisation"
    NONE = "absent"


class Door(Enum):
    """How far somebody must be signed in before anything else is asked."""

    OPEN = "everybody"
    BEGUN = "a log-in that has begun"
    SIGNED_IN = "every factor"
    PROVED = "every factor within ten minutes"
    SOCKET = "a socket that said hello"


@dataclass(frozen=True, slots=True)
class Cell:
    """One kind of object.

    Attributes:
        let_in: Callers who are let through.
        otherwise: What everybody else hears who got so far.
        outcome: What those let through hear; empty for success.
        hears: Callers who hear something else, by name.
    """

    let_in: Names
    otherwise: str
    outcome: str = ""
    hears: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rule:
    """One route, command or topic.

    Attributes:
        name: Route name or wire type.
        door: How far one must be signed in.
        cells: Whose object -> who.
        because: Reason.
        about: What the object is, when a name has several rules, or a topic kind.
        holders: Callers who hold the right somewhere; all others hear FORBIDDEN whatever the object is.
        bots: True when tokens may hold it as a scope.
        counts: True when a refusal may count a try (failed log-ins); nothing else may change.
    """

    name: str
    door: Door
    cells: Mapping[Whose, Cell]
    because: str
    about: str = ""
    holders: Names | None = None
    bots: bool = False
    counts: bool = False

    @property
    def title(self) -> str:
        """Name in reports."""
        return f"{self.name} ({self.about})" if self.about else self.name


# -- who ---------------------------------------------------------------------------------------------------------------

EVERYBODY = NAMES
NO_ONE: Names = frozenset()
WITHOUT_SESSION = frozenset({"nobody", "left"})
HALF = frozenset({"pending", "enrolling"})
TOKENS = frozenset({"bot", "bare bot"})
PEOPLE = NAMES - WITHOUT_SESSION - HALF - TOKENS
"""Everybody with an account and every factor, system administrators too."""

MEMBERS = PEOPLE - {"system"}
HERE = frozenset(part.name for part in CAST if part.lives_here)
"""Members of the branch that is their own."""

IN_GROUP = frozenset({"group leader", "group organizer"})
BRANCH_SECRETARIES = frozenset(
    {"secretary", "stale secretary", "deputy", "neighbour secretary", "stranger secretary"}
)
KEEPERS = BRANCH_SECRETARIES | {"organizer"}
"""Keep the roll and the groups of a branch, hand out codes, open personal details."""

RESETTERS = KEEPERS | {"oversight", "guest oversight"}
WATCHERS = BRANCH_SECRETARIES | {"oversight", "guest oversight"}
"""Read the record of sensitive actions of a branch."""

COUNTERS = BRANCH_SECRETARIES | {"upper contact"}
PINNERS = KEEPERS | {"committee"}
SEES_PEOPLE = HERE | {"guest oversight"}
"""Members of the branch, and guests with a role in it that shows persons."""

GROUP_TOO = frozenset({"group organizer"})
"""Holds the rights of an organizer, but in a group only: nothing of the branch follows from them."""


# -- shorthands --------------------------------------------------------------------------------------------------------


def all_the_same(let_in: Names, otherwise: str, outcome: str = "") -> dict[Whose, Cell]:
    """A request without an object."""
    return {Whose.ANY: Cell(let_in, otherwise, outcome)}


def of_members(
    let_in: Names, *, own: Names | None = None, unknown: str = "MEMBER_UNKNOWN"
) -> dict[Whose, Cell]:
    """An object that is a member, or belongs to one: those of other branches look like nobody."""
    return {
        Whose.OWN: Cell(let_in if own is None else own, "FORBIDDEN"),
        Whose.SAME: Cell(let_in, "FORBIDDEN"),
        Whose.NEXT: Cell(NO_ONE, unknown),
        Whose.FAR: Cell(NO_ONE, unknown),
        Whose.NONE: Cell(NO_ONE, unknown),
    }


def of_units(same: Names, within: Cell, *, above: Names = NO_ONE) -> dict[Whose, Cell]:
    """An object that is a unit: the tree of the own organisation is open to its members, other organisations are not."""
    return {
        Whose.SAME: Cell(same, "FORBIDDEN"),
        Whose.WITHIN: within,
        Whose.NEXT: Cell(above, "FORBIDDEN"),
        Whose.FAR: Cell(NO_ONE, "UNIT_UNKNOWN"),
        Whose.NONE: Cell(NO_ONE, "UNIT_UNKNOWN"),
    }


def of_rooms(
    own: Names, same: Names, within: Names, *, known: str = "", unknown: str = "UNKNOWN_TOPIC"
) -> dict[Whose, Cell]:
    """An object in a room: rooms one is not in do not exist.

    Args:
        own: May in a direct talk of their own.
        same: May in the room of their branch.
        within: May in the room of their group.
        known: What those hear who are in the room but may not; empty: whoever is in the room may.
        unknown: What those hear who are not in it.
    """

    def inside(let_in: Names, members: Names) -> Cell:
        return Cell(let_in, unknown, hears=dict.fromkeys(members - let_in, known) if known else {})

    return {
        Whose.OWN: inside(own, MEMBERS),
        Whose.SAME: inside(same, HERE),
        Whose.WITHIN: inside(within, IN_GROUP),
        Whose.CLOSED: Cell(NO_ONE, unknown),
        Whose.NEXT: Cell(NO_ONE, unknown),
        Whose.FAR: Cell(NO_ONE, unknown),
        Whose.NONE: Cell(NO_ONE, unknown),
    }


def expected(rule: Rule, part: Part, whose: Whose) -> str:
    """What a caller hears: empty for success, else an error key."""
    turned_away = _at_the_door(rule, part)
    if turned_away:
        return turned_away
    if rule.holders is not None and part.name not in rule.holders:
        return "FORBIDDEN"
    cell = rule.cells[whose]
    if part.name in cell.hears:
        return cell.hears[part.name]
    return cell.outcome if part.name in cell.let_in else cell.otherwise


def lets_in(rule: Rule, part: Part, whose: Whose) -> bool:
    """True when the caller is let through to the object."""
    cell = rule.cells[whose]
    held = rule.holders is None or part.name in rule.holders
    return not _at_the_door(rule, part) and held and part.name in cell.let_in


def _at_the_door(rule: Rule, part: Part) -> str:
    if rule.door is Door.SOCKET:
        return _at_the_socket(rule, part)
    if part.is_bot:
        return "" if rule.bots and part.standing is Standing.BOT else "NOT_FOR_BOTS"
    if rule.door is Door.OPEN:
        return ""
    if part.name in WITHOUT_SESSION:
        return "NOT_SIGNED_IN"
    if rule.door is Door.BEGUN:
        return ""
    if part.name in HALF:
        return "SECOND_FACTOR_NEEDED"
    return "REAUTH_NEEDED" if rule.door is Door.PROVED and part.standing is Standing.STALE else ""


def _at_the_socket(rule: Rule, part: Part) -> str:
    if part.name in WITHOUT_SESSION | HALF:
        return "NOT_AUTHENTICATED"
    if part.is_bot and not (rule.bots and (part.standing is Standing.BOT or rule.name in WITHOUT_SCOPE)):
        return "FORBIDDEN"
    return ""


WITHOUT_SCOPE = frozenset({"hello", "heartbeat", "unsubscribe"})
"""What belongs to the connection itself and needs no scope."""

assert HERE <= PEOPLE
assert PART["bot"].is_bot
