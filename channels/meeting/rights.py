"""Who may see, sit in and run a meeting. Pure look-ups, and the questions behind them.

    sits     members of its unit, of its committee when only that meets, its officers and guests; everybody else does not know
             that it exists
    desk     chair, recorder, organizer, scrutineers, tellers, and whoever may manage meetings here: they see the sheet
    runs     chair, organizer, and whoever may manage meetings here: they run its parts

Imported by channels.meeting.
"""

from dataclasses import dataclass

from channels.branch.contract import PlaceOf
from channels.core.actor import Actor, Place
from channels.core.context import Context, Reader
from channels.meeting.protocol.values import Meeting, MeetingOfficers
from channels.meeting.reading import Held, load
from channels.meeting.seating import COMMITTEE_ROLES
from channels.protocol.errors import FORBIDDEN, UNKNOWN_TOPIC, Refused
from storage.ids import MemberId, UnitId

MANAGE = "meeting.manage"
APPROVE_LEAVE = "meeting.approve_leave"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the caller is in a meeting.

    Attributes:
        sits: May see it.
        desk: May see the sheet.
        runs: May run its parts.
        records: Is its recorder.
    """

    sits: bool
    desk: bool
    runs: bool
    records: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A meeting, the caller, and what they are in it.

    Attributes:
        held: The meeting.
        member: The caller.
        is_: What they are.
        place: Where its unit stands.
    """

    held: Held
    member: MemberId
    is_: Standing
    place: Place

    @property
    def meeting(self) -> Meeting:
        """The state of the meeting."""
        return self.held.state


def hands_of(officers: MeetingOfficers) -> frozenset[str]:
    """Everybody with a part in running the meeting."""
    return frozenset(
        (officers.chair, officers.recorder, officers.organizer, *officers.scrutineers, *officers.tellers)
    )


def standing_of(actor: Actor, held: Held, place: Place) -> Standing:
    """What somebody is in a meeting; nothing at all in another organisation's, nor for bots and administrators."""
    state, member = held.state, actor.member
    if member is None or actor.org != held.org or actor.scopes is not None:
        return Standing(False, False, False, False)
    officers = state.officers
    runs = member in (officers.chair, officers.organizer) or actor.can(MANAGE, place)
    desk = runs or member in hands_of(officers)
    sits = desk or (state.stage != "draft" and (member in state.guests or _belongs(actor, state)))
    return Standing(sits, desk, runs, member == officers.recorder)


def _belongs(actor: Actor, state: Meeting) -> bool:
    """Whose meeting it is. A committee talks among itself; what it decided reaches the others by its minutes and notices."""
    if UnitId(state.unit) not in actor.units:
        return False
    if state.rules.body != "committee":
        return True
    return any(grant.unit == state.unit and grant.role in COMMITTEE_ROLES for grant in actor.grants)


async def scene(reader: Reader, actor: Actor, meeting: str) -> Scene:
    """The meeting as the caller sees it.

    Raises:
        Refused: UNKNOWN_TOPIC, the same whether there is none or it is closed to the caller.
    """
    held = await load(reader, meeting)
    place = await reader.ask(PlaceOf(held.state.unit))
    if place is None or actor.member is None:
        raise Refused(UNKNOWN_TOPIC)
    standing = standing_of(actor, held, place)
    if not standing.sits:
        raise Refused(UNKNOWN_TOPIC)
    return Scene(held, actor.member, standing, place)


async def running(ctx: Context, meeting: str) -> Scene:
    """The meeting, for somebody who runs it.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN.
    """
    found = await scene(ctx.reader, ctx.actor, meeting)
    if not found.is_.runs:
        raise Refused(FORBIDDEN)
    return found


async def at_desk(ctx: Context, meeting: str) -> Scene:
    """The meeting, for somebody at its desk.

    Raises:
        Refused: UNKNOWN_TOPIC, FORBIDDEN.
    """
    found = await scene(ctx.reader, ctx.actor, meeting)
    if not found.is_.desk:
        raise Refused(FORBIDDEN)
    return found


async def managing(ctx: Context, unit: str) -> Place:
    """A unit where the caller may call meetings.

    Raises:
        Refused: UNKNOWN_TOPIC when the unit is not the caller's organisation's, FORBIDDEN.
    """
    place = await ctx.ask(PlaceOf(unit))
    if place is None or ctx.actor.member is None or ctx.actor.org is None:
        raise Refused(UNKNOWN_TOPIC)
    if not ctx.actor.can(MANAGE, place):
        known = UnitId(unit) in ctx.actor.units
        raise Refused(FORBIDDEN if known else UNKNOWN_TOPIC)
    found: Place = place
    return found
