"""`docs/authorisation.md` from the rules of the matrix.

python -m tests.flow.matrix.page      writes it again; a test compares it
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.flow.matrix.cast import CAST
from tests.flow.matrix.http_rules import (
    ACCOUNT_RULES,
    FILE_RULES,
    HOLD_A_ROLE,
    OFFICER_RULES,
    ORGANISATION_RULES,
    ROLL_RULES,
)
from tests.flow.matrix.rules import (
    BRANCH_SECRETARIES,
    COUNTERS,
    EVERYBODY,
    HERE,
    IN_GROUP,
    KEEPERS,
    MEMBERS,
    PEOPLE,
    PINNERS,
    RESETTERS,
    SEES_PEOPLE,
    TOKENS,
    Cell,
    Names,
    Rule,
    Whose,
)
from tests.flow.matrix.socket_rules import BRANCH_RULES, CHAT_RULES, CONNECTION_RULES, TOPIC_RULES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "authorisation.md"

AREAS: tuple[tuple[str, tuple[Rule, ...]], ...] = (
    ("Accounts and the own record", ACCOUNT_RULES),
    ("Resets and bot tokens", OFFICER_RULES),
    ("Organisation and roles", ORGANISATION_RULES),
    ("Roll", ROLL_RULES),
    ("Files", FILE_RULES),
    ("Connection", CONNECTION_RULES),
    ("Topics", TOPIC_RULES),
    ("Organisation over the socket", BRANCH_RULES),
    ("Chat and preferences", CHAT_RULES),
)

GROUPS: tuple[tuple[Names, str], ...] = (
    (EVERYBODY, "everybody"),
    (PEOPLE | TOKENS, "everybody with every factor, bots"),
    (PEOPLE, "everybody with every factor"),
    (MEMBERS, "every member"),
    (HOLD_A_ROLE, "everybody who holds a role"),
    (SEES_PEOPLE, "members of the branch, oversight from outside"),
    (HERE, "members of the branch"),
    (RESETTERS, "secretary, deputy, organizer, oversight"),
    (PINNERS, "secretary, deputy, organizer, committee"),
    (KEEPERS, "secretary, deputy, organizer"),
    (COUNTERS, "secretary, deputy, upper contact"),
    (BRANCH_SECRETARIES, "secretary, deputy"),
    (IN_GROUP, "members of the group"),
)
"""Sets of callers by the words people use, the widest first; "secretary" is always the one of the branch in question."""

TWINS = frozenset({"stale secretary", "neighbour secretary", "stranger secretary", "neighbour", "stranger"})
"""Callers that stand for others in another place or state; not named one by one."""

INTRODUCTION = """# Who may do what

Generated from `tests/flow/matrix/*_rules.py` by `python -m tests.flow.matrix.page`; do not edit. `tests/flow/test_authorisation_matrix.py`
plays every line with every caller below against the running application: {cells} cells. What is not listed is refused. A new
route, command, topic kind or role fails the test by name until it stands here.

"Own branch" is seen from the caller: for the secretary of the second branch it is the second branch. What belongs to another
branch or organisation, or to a talk of two others, is answered exactly like what does not exist (the tree of units of the own
organisation is open to its members). Refused calls change nothing.

What is asked first, before the object: every route needs as much of a log-in as its line says (`NOT_SIGNED_IN`,
`SECOND_FACTOR_NEEDED`, `REAUTH_NEEDED`); bots need the scope (`NOT_FOR_BOTS` over HTTP, `FORBIDDEN` over the socket); whoever
holds a needed right nowhere hears `FORBIDDEN`.

## Callers
"""


def words(names: Names) -> str:
    """A set of callers in words."""
    names -= TWINS if names - TWINS else frozenset()
    if not names:
        return "nobody"
    for group, said in GROUPS:
        if names == group - TWINS:
            return said
    for group, said in GROUPS:
        if names > group - TWINS and group != IN_GROUP:
            return f"{said}, {words(names - group)}"
    return ", ".join(part.name for part in CAST if part.name in names)


def lines() -> Iterator[str]:
    """Lines of the page."""
    cells = sum(len(rule.cells) * len(CAST) for _, rules in AREAS for rule in rules)
    yield INTRODUCTION.format(cells=f"{cells:,}").rstrip()
    yield ""
    yield "| caller | who that is |\n|---|---|"
    yield from (f"| {part.name} | {part.says} |" for part in CAST)
    for title, rules in AREAS:
        yield f"\n## {title}\n"
        yield "| what | signed in | object | let in | all others | why |\n|---|---|---|---|---|---|"
        for rule in rules:
            yield from _rows(rule)


def _rows(rule: Rule) -> Iterator[str]:
    head, door, why = f"`{rule.name}`", rule.door.value, rule.because
    if rule.about:
        head += f" {rule.about}"
    for let_in, otherwise, objects in _merged(rule):
        yield f"| {head} | {door} | {', '.join(objects)} | {let_in} | {otherwise} | {why} |"
        head = door = why = ""


def _merged(rule: Rule) -> Iterable[tuple[str, str, list[str]]]:
    """Objects that are treated alike share a line."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for whose in Whose:
        cell = rule.cells.get(whose)
        if cell is not None:
            let_in = words(cell.let_in) + (
                f" (hear `{cell.outcome}`)" if cell.outcome and cell.let_in else ""
            )
            found[let_in, _refusals(rule, whose)].append(whose.value)
    return [(let_in, otherwise, objects) for (let_in, otherwise), objects in found.items()]


def _refusals(rule: Rule, whose: Whose) -> str:
    cell = rule.cells[whose]
    by_key: dict[str, set[str]] = defaultdict(set)
    for name, key in cell.hears.items():
        by_key[key].add(name)
    said = [f"`{key}`: {_others(frozenset(names), cell)}" for key, names in sorted(by_key.items())]
    return "; ".join([*said, f"`{cell.otherwise}`"] if cell.otherwise else said)


def _others(names: Names, cell: Cell) -> str:
    """Who hears something else: in most cases the members of the branch who are not let in."""
    for group, said in ((SEES_PEOPLE, "others who see its people"), (HERE, "other members of the branch")):
        if cell.let_in and group <= names | cell.let_in and len(names) > 3:
            rest = names - group
            return f"{said}, {words(rest)}" if rest else said
    return words(names)


def page() -> str:
    """The whole page."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page())
