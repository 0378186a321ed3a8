"""Who knocks: one caller for every role of the house and for every way to be signed in, half signed in or not at all.

Two organisations. The first has a root branch and two branches below it, each branch with a group; the second stands alone.

    first organisation:   root ── first branch (group)        second organisation:   abroad (group)
                            '──── second branch (group)
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal

Branch = Literal["root", "first", "second", "abroad"]


class Standing(Enum):
    """How somebody is signed in."""

    SIGNED_IN = "every factor given a moment ago"
    STALE = "every factor given, longer than ten minutes ago"
    NOBODY = "no session"
    PENDING = "the password given, the one-time code not"
    ENROLLING = "the password given, no second factor set up yet"
    LEFT = "signed in while on the roll, taken off it since"
    BOT = "a bot token with every scope"
    BARE_BOT = "a bot token without the scope in question"


@dataclass(frozen=True, slots=True)
class Part:
    """One caller.

    Attributes:
        name: What the table calls it.
        says: In words, for the document.
        role: Role held, empty for none.
        held_in: `branch` or `group` of `home`.
        home: The branch that is the "own" one for this caller.
        roll: The branch on whose roll it stands, None for none.
        in_group: On the roll of the group of `home`.
        standing: How it is signed in.
    """

    name: str
    says: str
    role: str = ""
    held_in: Literal["branch", "group"] = "branch"
    home: Branch = "first"
    roll: Branch | None = "first"
    in_group: bool = False
    standing: Standing = Standing.SIGNED_IN

    @property
    def is_bot(self) -> bool:
        """True for tokens."""
        return self.standing in {Standing.BOT, Standing.BARE_BOT}

    @property
    def has_account(self) -> bool:
        """True for people who can sign in with a password."""
        return self.standing is not Standing.NOBODY and not self.is_bot

    @property
    def lives_here(self) -> bool:
        """True for members of the branch that is their own, with every factor given."""
        return self.roll == self.home and self.standing in {Standing.SIGNED_IN, Standing.STALE}


CAST: tuple[Part, ...] = (
    Part("nobody", "without a session", roll=None, standing=Standing.NOBODY),
    Part("pending", "a secretary who gave the password only", "secretary", standing=Standing.PENDING),
    Part("enrolling", "a secretary who has no second factor yet", "secretary", standing=Standing.ENROLLING),
    Part("left", "somebody who was secretary and left", "secretary", standing=Standing.LEFT),
    Part("member", "a plain member"),
    Part("non-voting", "a non-voting member", "non_voting"),
    Part("delegate", "a delegate", "delegate"),
    Part("observer", "an observer", "observer"),
    Part("aide", "a member who helps out", "helper"),
    Part("committee", "a committee member", "committee"),
    Part("group leader", "leader of a group, in it", "group_leader", "group", in_group=True),
    Part("group organizer", "organizer of a group only, in it", "organizer", "group", in_group=True),
    Part("organizer", "organizer of the branch", "organizer"),
    Part("secretary", "secretary of the branch", "secretary"),
    Part("stale secretary", "a secretary whose proof of identity is old", "secretary", standing=Standing.STALE),
    Part("deputy", "deputy secretary", "deputy"),
    Part("oversight", "oversight officer of the branch", "oversight"),
    Part("guest oversight", "oversight officer from another branch", "oversight", roll="root"),
    Part("case handler", "case handler", "case_handler"),
    Part("upper contact", "contact of the branch above", "upper_contact", roll="root"),
    Part("neighbour", "a plain member of the second branch", home="second", roll="second"),
    Part("neighbour secretary", "secretary of the second branch", "secretary", home="second", roll="second"),
    Part("stranger", "a plain member of another organisation", home="abroad", roll="abroad"),
    Part("stranger secretary", "secretary of another organisation", "secretary", home="abroad", roll="abroad"),
    Part("system", "a system administrator", roll=None),
    Part("bot", "a bot of the branch with every scope", roll=None, standing=Standing.BOT),
    Part("bare bot", "a bot of the branch without this scope", roll=None, standing=Standing.BARE_BOT),
)  # fmt: skip

PART = {part.name: part for part in CAST}
NAMES = frozenset(PART)
