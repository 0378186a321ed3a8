"""What the routes for officers have in common: the unit, the right, and the hand that acts. May be imported by server."""

from channels.branch.contract import Person, Unit
from channels.branch.errors import FILE_TOO_LARGE, FILE_UNREADABLE, MEMBER_UNKNOWN, UNIT_UNKNOWN
from channels.branch.hand import Hand
from channels.branch.handlers import may_enter
from channels.branch.records import MEMBERS
from channels.branch.roll.table import FILE_MAX_BYTES
from channels.branch.store import person_cards, unit
from channels.core.actor import Place
from channels.core.context import Reader
from channels.protocol.errors import FORBIDDEN, TOO_LARGE, Refused
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


def home_of(found: Unit) -> Place:
    """Where the branch of a unit stands: an office held in a group gives nothing in its branch."""
    return place_of(found) if found.kind == "branch" else Place(found.branch, found.path[:-1])


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


async def branch_with(call: Call, ident: str, capability: str) -> Unit:
    """The branch of a unit, in which the caller has a right.

    Raises:
        Refused: UNIT_UNKNOWN, FORBIDDEN.
    """
    return await unit_with(call, (await own_unit(call, ident)).branch, capability)


async def member_with(call: Call, capability: str) -> tuple[Document, Unit]:
    """The member named in the path and their branch, in which the caller has a right.

    Raises:
        Refused: MEMBER_UNKNOWN: also for members of branches that the caller may not enter. FORBIDDEN.
    """
    doc = await call.services.mongo[MEMBERS].find_one({"_id": call.part("member")})
    if doc is None or call.actor.org is None or doc["org"] != call.actor.org:
        raise Refused(MEMBER_UNKNOWN)
    found = await own_unit(call, doc["branch"])
    if not call.actor.can(capability, place_of(found)):
        raise Refused(FORBIDDEN if await sees_people(call, found) else MEMBER_UNKNOWN)
    return doc, found


async def sees_people(call: Call, found: Unit) -> bool:
    """True when the people of a unit's branch are open to the caller: all else about them must look absent."""
    return await may_enter(call.actor, found.branch, reader_of(call))


def refuse_foreign_link(call: Call) -> None:
    """For GETs that leave a row in the audit trail: a link on a foreign page must not.

    Raises:
        Refused: FORBIDDEN.
    """
    if call.request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Refused(FORBIDDEN)


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
    """The card of a member of the caller's organisation.

    Raises:
        Refused: MEMBER_UNKNOWN.
    """
    cards = await person_cards(call.services.mongo, [member])
    card = cards.get(MemberId(member))
    home = await unit(call.services.mongo, card.branch) if card is not None else None
    if card is None or home is None or home.org != call.actor.org:
        raise Refused(MEMBER_UNKNOWN)
    return card


async def table_file(call: Call) -> bytes:
    """The body of a request: a table as a file, not yet looked into.

    Raises:
        Refused: FILE_TOO_LARGE, FILE_UNREADABLE (empty).
    """
    received = bytearray()
    try:
        async for chunk in call.chunks():
            received += chunk
    except Refused as refused:
        if refused.row is TOO_LARGE:
            raise Refused(FILE_TOO_LARGE, mb=FILE_MAX_BYTES // (1024 * 1024)) from refused
        raise
    if not received:
        raise Refused(FILE_UNREADABLE)
    return bytes(received)
