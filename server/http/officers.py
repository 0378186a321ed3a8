"""What the routes for officers have in common: the unit, the right, and the hand that acts. May be imported by server."""

from channels.branch.contract import Person, Unit
from channels.branch.errors import MEMBER_UNKNOWN, UNIT_UNKNOWN
from channels.branch.hand import Hand
from channels.branch.records import MEMBERS
from channels.branch.store import person_cards, unit
from channels.core.actor import Place
from channels.core.context import Reader
from channels.protocol.errors import FORBIDDEN, Refused
from server.http.routes import Call
from storage.client import Document
from storage.ids import MemberId


def reader_of(call: Call) -> Reader:
    """Read access as features know it."""
    held = call.services
    return Reader(held.mongo, held.log, held.cipher, held.clock, held.ids, held.registry.route)


def place_of(found: Unit) -> Place:
    """Where a unit stands."""
    return Place(found.unit, found.path)


async def own_unit(call: Call, ident: str) -> Unit:
    """A unit of the caller's organisation.

    Raises:
        Refused: UNIT_UNKNOWN; other organisations' units do not exist for the caller.
    """
    found = await unit(call.services.mongo, ident)
    if found is None or call.actor.org is None or found.org != call.actor.org:
        raise Refused(UNIT_UNKNOWN)
    return found


async def unit_with(call: Call, ident: str, capability: str) -> Unit:
    """A unit in which the caller has a right.

    Raises:
        Refused: UNIT_UNKNOWN, FORBIDDEN.
    """
    found = await own_unit(call, ident)
    if not call.actor.can(capability, place_of(found)):
        raise Refused(FORBIDDEN)
    return found


async def member_with(call: Call, capability: str) -> tuple[Document, Unit]:
    """The member named in the path and their branch, in which the caller has a right.

    Raises:
        Refused: MEMBER_UNKNOWN: also for members of other organisations. FORBIDDEN.
    """
    doc = await call.services.mongo[MEMBERS].find_one({"_id": call.part("member")})
    if doc is None or call.actor.org is None or doc["org"] != call.actor.org:
        raise Refused(MEMBER_UNKNOWN)
    return doc, await unit_with(call, doc["branch"], capability)


def hand_of(call: Call, found: Unit, capability: str) -> Hand:
    """Whoever calls, with the role that gives the right, for the audit trail."""
    person = call.signed.person
    return Hand(
        reader=reader_of(call),
        actor=str(call.actor.member or call.actor.account),
        name=person.name if person else "",
        role=person.role_for(capability, place_of(found)) if person else "",
        access_changed=call.services.hub.access_changed,
    )


async def card_of(call: Call, member: str) -> Person:
    """A member's card.

    Raises:
        Refused: MEMBER_UNKNOWN.
    """
    cards = await person_cards(call.services.mongo, [member])
    card = cards.get(MemberId(member))
    if card is None:
        raise Refused(MEMBER_UNKNOWN)
    return card
