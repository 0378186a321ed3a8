"""Organisation, units and roles over HTTP. May be imported by server."""

from channels.branch.contract import Unit
from channels.branch.errors import ROLE_HELD, UNIT_NAME_TAKEN, UNIT_UNKNOWN
from channels.branch.hand import Steps, commit
from channels.branch.handlers import classes_of, counted
from channels.branch.holds import Office, check_grant, check_revoke, granted, here_of, revoked, titled
from channels.branch.protocol import BranchCounted, BranchText, BranchTitle, BranchUnit, text_of, wire_unit
from channels.branch.records import ORGS, ROLE_HOLDS
from channels.branch.roles import CAPABILITIES, ROLES, SEPARATIONS
from channels.branch.store import counts_of, organisation, person_cards, template_of, tree
from channels.branch.template import Template
from channels.branch.units import change_unit, check_close, unit_added, unit_closed
from channels.core.feature import RateClass
from channels.protocol.errors import FORBIDDEN, NOT_FOUND, Refused
from server.http.officers import branch_with, card_of, hand_of, own_unit, place_of, sees_people, unit_with
from server.http.organisation_models import (
    OrgAnswer,
    OrgRole,
    OrgSeparation,
    RoleHold,
    RoleHolds,
    RoleWish,
    UnitEdit,
    UnitQuery,
    UnitWish,
)
from server.http.routes import Call, Gate, RouteRow
from storage.errors import Duplicate

MANAGE_UNITS = "branch.manage_units"
MANAGE_ROLES = "branch.manage_roles"
READ_COUNTS = "branch.read_counts"


async def show_org(call: Call) -> OrgAnswer:
    """The own organisation: tree, words, classes, roles."""
    if call.actor.org is None:
        raise Refused(NOT_FOUND)
    org = await organisation(call.services.mongo, call.actor.org)
    doc = await call.services.mongo[ORGS].find_one({"_id": call.actor.org})
    if org is None or doc is None:
        raise Refused(NOT_FOUND)
    return OrgAnswer(
        org=org.org,
        name=org.name,
        template=org.template,
        terms={key: text_of(word) for key, word in org.terms.items()},
        accent=org.accent,
        time_zone=org.time_zone,
        units=[wire_unit(unit) for unit in await tree(call.services.mongo, org.org)],
        classes=classes_of(org),
        roles=roles_of(template_of(doc)),
        separations=[OrgSeparation(one=s.one, other=s.other) for s in SEPARATIONS if s.scope == "held"],
    )


def roles_of(template: Template) -> list[OrgRole]:
    """Roles under the template's titles; those it does not name under neutral ones."""
    listed = []
    for role in ROLES.values():
        named = next((t.title for t in template.titles if t.role == role.word), None)
        title = BranchText(zh=named.zh, en=named.en) if named else BranchText(zh=role.zh, en=role.en)
        sentences = [
            BranchText(zh=CAPABILITIES[w][0], en=CAPABILITIES[w][1])
            for w in CAPABILITIES
            if w in role.capabilities
        ]
        listed.append(OrgRole(role=role.word, title=title, capabilities=sentences))
    return listed


async def add_unit(call: Call) -> BranchUnit:
    """Make a group in a branch."""
    body: UnitWish = call.body
    branch = await unit_with(call, body.parent, MANAGE_UNITS)
    hand = hand_of(call, branch, MANAGE_UNITS)
    made, steps = unit_added(hand, branch, "group", body.name, body.order)
    steps.access.extend(await _officers(call, branch))  # they reach the new group, too
    try:
        await commit(hand, steps)
    except Duplicate as taken:
        raise Refused(UNIT_NAME_TAKEN) from taken
    return wire_unit(made)


async def _officers(call: Call, branch: Unit) -> list[str]:
    holds = await call.services.mongo[ROLE_HOLDS].find(
        {"branch": branch.branch}, fields=("member",), limit=10_000
    )
    return sorted({hold["member"] for hold in holds})


async def edit_unit(call: Call) -> BranchUnit:
    """Rename a branch or group, or move it among its siblings."""
    body: UnitEdit = call.body
    found = await unit_with(call, call.part("unit"), MANAGE_UNITS)
    try:
        after = await change_unit(hand_of(call, found, MANAGE_UNITS), found, body.name, body.order)
    except Duplicate as taken:
        raise Refused(UNIT_NAME_TAKEN) from taken
    return wire_unit(after)


async def close_unit(call: Call) -> None:
    """Close a group that nobody is in; its room is gone with it."""
    ident = call.part("unit")
    branch = await branch_with(call, ident, MANAGE_UNITS)
    found, hand = await own_unit(call, ident), hand_of(call, branch, MANAGE_UNITS)
    tokens = await call.services.accounts.parts.tokens.of_units(frozenset({found.unit}))
    await check_close(hand, found, len(tokens))
    steps = unit_closed(hand, found)
    steps.access.extend(await _officers(call, branch))
    await commit(hand, steps)


async def show_counts(call: Call) -> BranchCounted:
    """How many members there are at and below a unit; no persons."""
    query: UnitQuery = call.query
    found = await unit_with(call, query.unit, READ_COUNTS)
    return counted(await counts_of(call.services.mongo, found.unit))


async def list_roles(call: Call) -> RoleHolds:
    """Who holds which role in a branch and its groups."""
    query: UnitQuery = call.query
    found = await own_unit(call, query.unit)
    if not await sees_people(call, found):
        raise Refused(UNIT_UNKNOWN)
    docs = await call.services.mongo[ROLE_HOLDS].find(
        {"branch": found.branch}, sort=(("_id", 1),), limit=10_000
    )
    cards = await person_cards(call.services.mongo, [doc["member"] for doc in docs])
    holds = [
        RoleHold(
            hold=doc["_id"],
            member=card.member,
            name=card.name,
            number=card.number,
            unit=doc["unit"],
            role=doc["role"],
            title=BranchText(**doc["title"]),
            since_ms=doc["since_ms"],
        )
        for doc in docs
        if (card := cards.get(doc["member"])) is not None
    ]
    return RoleHolds(holds=holds)


async def give_role(call: Call) -> BranchTitle:
    """Give a role; whoever gets it signs in with a second factor from now on."""
    body: RoleWish = call.body
    found = await unit_with(call, body.unit, MANAGE_ROLES)
    hand = hand_of(call, found, MANAGE_ROLES)
    person = await card_of(call, body.member)
    await check_grant(hand, found, person, body.role)
    office = titled(Office(body.role, body.title), await _template(call, found))
    here = await here_of(call.services.mongo, found.branch)
    steps = granted(hand, found, person, office, here)
    try:
        await commit(hand, steps)
    except Duplicate as held:
        raise Refused(ROLE_HELD) from held
    return await _title(call, steps, body.member)


async def _title(call: Call, steps: Steps, member: str) -> BranchTitle:
    hold = steps.appends[0].body["hold"]
    card = await card_of(call, member)
    title = next((t for t in card.titles if t.hold == hold), None)
    if title is None:
        raise Refused(NOT_FOUND)
    return BranchTitle(hold=title.hold, role=title.role, unit=title.unit, title=text_of(title))


async def _template(call: Call, found: Unit) -> Template:
    doc = await call.services.mongo[ORGS].find_one({"_id": found.org})
    if doc is None:
        raise Refused(UNIT_UNKNOWN)
    return template_of(doc)


async def take_role(call: Call) -> None:
    """Take a role away; its rights end at once. Whoever holds a role may lay it down."""
    doc = await call.services.mongo[ROLE_HOLDS].find_one({"_id": call.part("hold")})
    if doc is None or doc["org"] != call.actor.org:
        raise Refused(NOT_FOUND)
    found = await own_unit(call, doc["unit"])
    if not call.actor.can(MANAGE_ROLES, place_of(found)) and doc["member"] != call.actor.member:
        raise Refused(FORBIDDEN if await sees_people(call, found) else NOT_FOUND)
    hand = hand_of(call, found, MANAGE_ROLES)
    await check_revoke(hand, doc)
    here = await here_of(call.services.mongo, found.branch)
    await commit(hand, revoked(hand, doc, await card_of(call, doc["member"]), here))


R = RateClass.READ

ORGANISATION_ROUTES: tuple[RouteRow, ...] = (
    RouteRow("GET", "/org", "org.show", None, OrgAnswer, Gate.MEMBER, show_org, rate=R, bots=True),
    RouteRow("POST", "/org/units", "org.add_unit", UnitWish, BranchUnit, Gate.MEMBER, add_unit, MANAGE_UNITS, status=201),
    RouteRow("PATCH", "/org/units/{unit}", "org.edit_unit", UnitEdit, BranchUnit, Gate.MEMBER, edit_unit, MANAGE_UNITS),
    RouteRow("DELETE", "/org/units/{unit}", "org.close_unit", None, None, Gate.FRESH, close_unit, MANAGE_UNITS),
    RouteRow("GET", "/org/counts", "org.counts", None, BranchCounted, Gate.MEMBER, show_counts, READ_COUNTS, R, UnitQuery),
    RouteRow("GET", "/roles", "role.list", None, RoleHolds, Gate.MEMBER, list_roles, rate=R, query=UnitQuery),
    RouteRow("PUT", "/roles", "role.give", RoleWish, BranchTitle, Gate.FRESH, give_role, MANAGE_ROLES),
    RouteRow("DELETE", "/roles/{hold}", "role.take", None, None, Gate.FRESH, take_role),
)  # fmt: skip
