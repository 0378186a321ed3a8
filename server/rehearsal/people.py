"""Who and what a rehearsal is made of. Pure; every name says that it is invented.

May be imported by server and tests.
"""

from dataclasses import dataclass, field
from typing import Any

MEMBERS_MAX = 20_000
BRANCHES_MAX = 1_000
GROUPS_MAX = 100
GROUPS_OF_MEMBER = 2
"""With the branch room, the branch itself and the member's own topic: five topics for each session."""

ORGANISATION = "演练组织"
TEMPLATE = "association"
NUMBER_PREFIX = "YL"
AGENT = "演练 rehearsal"


@dataclass(frozen=True, slots=True)
class Wish:
    """A rehearsal to be made.

    Attributes:
        members: People, 1 … MEMBERS_MAX.
        branches: Branches they are spread over, at most one per member.
        groups: Groups in each branch, at least GROUPS_OF_MEMBER.
    """

    members: int
    branches: int = 1
    groups: int = 10


@dataclass(frozen=True, slots=True)
class Pass:
    """A session that a load generator may use.

    Attributes:
        secret: Value of the session cookie.
        member, account, session: Ids.
        branch: Branch of the member.
        rooms: Rooms the member is in: the branch's, then the groups'.
    """

    secret: str = field(repr=False)
    member: str
    account: str
    session: str
    branch: str
    rooms: tuple[str, ...]

    @property
    def topics(self) -> tuple[str, ...]:
        """Topics that a client of this member may be in."""
        return (f"me:{self.member}", f"branch:{self.branch}", *(f"chat:{room}" for room in self.rooms))

    def line(self) -> dict[str, Any]:
        """Its line in the file of sessions."""
        return {
            "kind": "session",
            "secret": self.secret,
            "member": self.member,
            "account": self.account,
            "session": self.session,
            "branch": self.branch,
            "rooms": self.rooms,
            "topics": self.topics,
        }


def member_name(number: int) -> str:
    """Display name of the member with this number, from 1."""
    return f"演练成员{number:04}"


def branch_name(place: int) -> str:
    """Name of a branch, from 0; the first one is called like the organisation."""
    return f"演练支部{place:03}"


def group_name(place: int) -> str:
    """Name of a group in its branch, from 0."""
    return f"演练小组{place + 1:02}"


def organisation_name(earlier: int) -> str:
    """Name of an organisation when there are `earlier` ones of the kind."""
    return f"{ORGANISATION}{earlier + 1:02}"


def branch_of(number: int, branches: int) -> int:
    """Place of the branch of a member: dealt out like cards, so that sizes differ by one at most."""
    return (number - 1) % branches


def groups_of(number: int, branches: int, groups: int) -> tuple[int, ...]:
    """Places of the groups of a member in the branch: neighbours, so that every group gets its share."""
    turn = (number - 1) // branches
    return tuple((turn + step) % groups for step in range(GROUPS_OF_MEMBER))
