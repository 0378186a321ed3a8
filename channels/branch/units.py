"""Making, renaming and closing organisations, branches and groups: steps, and the few checks they need.

Imported by this feature and the roof.
"""

from dataclasses import dataclass, replace

from channels.branch.contract import Unit, UnitKind, branch_topic
from channels.branch.errors import FIELD_WRONG, GROUP_IN_USE, NOT_A_BRANCH, NOT_A_GROUP, TEMPLATE_UNKNOWN
from channels.branch.hand import Hand, Steps
from channels.branch.normalise import BadValue, clean_text, name_key, normalise_number
from channels.branch.protocol import wire_unit
from channels.branch.records import ACTIVE, MEMBERS, MEMBERS_MAX, ORGS, ROLE_HOLDS, UNITS
from channels.branch.store import members_of
from channels.branch.template import templates
from channels.me.contract import Room, room_added
from channels.protocol.errors import Refused
from storage.client import Document
from storage.ids import OrgId, RoomId, UnitId
from storage.log import Append, Delete, Insert, Update

UNIT_NAME_MAX = 60

_SEPARATORS = frozenset("、,;/|，；／｜")
"""A roll lists several groups in one cell, divided by these; a group's name cannot hold them."""

TOLD_AT_ONCE = 100
"""Members told in one transaction: some 300 statements, well inside its time limit."""


def checked_name(text: str) -> str:
    """Name of an organisation or unit, trimmed.

    Raises:
        Refused: FIELD_WRONG.
    """
    name = clean_text(text)
    if not name or len(name) > UNIT_NAME_MAX:
        raise Refused(FIELD_WRONG, field="名称 / name")
    return name


def checked_prefix(text: str) -> str:
    """What stands in front of member numbers, such that a number made with it is one the roll takes; may be empty.

    Raises:
        Refused: FIELD_WRONG.
    """
    try:
        return normalise_number(f"{text}0001").removesuffix("0001")
    except BadValue as bad:
        raise Refused(FIELD_WRONG, field="编号前缀 / number prefix") from bad


@dataclass(frozen=True, slots=True)
class Founding:
    """An organisation to be made.

    Attributes:
        name: Its name, also of its root branch.
        template: Key of the template.
        number_prefix: In front of member numbers that are given out here, e.g. `QH`.
    """

    name: str
    template: str
    number_prefix: str = "M"


def founded(hand: Hand, founding: Founding) -> tuple[OrgId, Unit, Steps]:
    """Steps that make an organisation with its root branch.

    Raises:
        Refused: TEMPLATE_UNKNOWN, FIELD_WRONG. The unique index refuses a name that is taken.
    """
    template = templates().get(founding.template)
    if template is None:
        raise Refused(TEMPLATE_UNKNOWN)
    name = checked_name(founding.name)
    prefix = checked_prefix(founding.number_prefix)
    org = OrgId(hand.reader.ids.uuid7())
    root, doc = _unit_document(hand, org, None, "branch", name)
    settings = template.defaults
    stored: Document = {
        "_id": org,
        "name": name,
        "name_key": name_key(name),
        "template": template.key,
        "template_version": template.version,
        "time_zone": settings.time_zone,
        "accent": settings.accent,
        "mfa": settings.mfa,
        "number_prefix": prefix,
        "next_number": 1,
        "root": root.unit,
        "made_at_ms": hand.now_ms,
    }
    audit = hand.audit(
        "branch.organisation_founded", org=org, unit=root.unit, notes={"template": template.key}
    )
    return org, root, Steps(writes=[Insert(ORGS, stored), Insert(UNITS, doc), audit])


def _unit_document(  # noqa: PLR0913 - the parts of a unit
    hand: Hand, org: OrgId, parent: Unit | None, kind: UnitKind, name: str, order: int = 0
) -> tuple[Unit, Document]:
    ident = UnitId(hand.reader.ids.uuid7())
    path = (*(parent.path if parent else ()), ident)
    branch = ident if kind == "branch" else (parent.branch if parent else ident)
    unit = Unit(ident, org, kind, name, parent.unit if parent else None, path, branch, order)
    doc: Document = {
        "_id": ident,
        "org": org,
        "kind": kind,
        "name": name,
        "name_key": name_key(name),
        "parent": unit.parent,
        "path": list(path),
        "branch": branch,
        "order": order,
        "roll_version": 0,
        "made_at_ms": hand.now_ms,
    }
    return unit, doc


def unit_added(hand: Hand, parent: Unit, kind: UnitKind, name: str, order: int) -> tuple[Unit, Steps]:
    """Steps that make a group in a branch, or a branch below a branch. The unique index refuses a sibling's name.

    Raises:
        Refused: NOT_A_BRANCH: below a group there is nothing. FIELD_WRONG: the name.
    """
    if parent.kind != "branch":
        raise Refused(NOT_A_BRANCH)
    if kind == "group" and _SEPARATORS & set(name):
        raise Refused(FIELD_WRONG, field="名称 / name")
    unit, doc = _unit_document(hand, parent.org, parent, kind, checked_name(name), order)
    audit = hand.audit(
        "branch.unit_added", org=unit.org, unit=unit.branch, notes={"kind": kind, "name": unit.name}
    )
    steps = Steps(writes=[Insert(UNITS, doc), audit])
    if kind == "group":
        steps.appends.append(_entry(hand, "branch.unit_added", unit))
    return unit, steps


def _entry(hand: Hand, kind: str, unit: Unit) -> Append:
    body = {"unit": wire_unit(unit).model_dump(mode="json")}
    return Append(branch_topic(unit.branch), kind, body, sender=hand.actor)


async def change_unit(hand: Hand, unit: Unit, name: str | None, order: int | None) -> Unit:
    """Rename a unit or move it among its siblings, and tell its members the room's new title.

    The change is one unit of work; the members hear of it in further ones, since a large branch does not fit into one.

    Raises:
        Refused: FIELD_WRONG.
        storage.errors.Duplicate: A sibling has the name.
    """
    after = replace(unit, name=checked_name(name) if name is not None else unit.name)
    after = replace(after, order=unit.order if order is None else order)
    settings = {"name": after.name, "name_key": name_key(after.name), "order": after.order}
    audit = hand.audit(
        "branch.unit_changed", org=unit.org, unit=unit.branch, fields=("name",), notes={"name": after.name}
    )
    update = Update(UNITS, {"_id": unit.unit}, {"$set": settings})
    await hand.reader.log.commit((_entry(hand, "branch.unit_changed", after),), (update, audit))
    if after.name != unit.name:
        await _retitle(hand, after)
    return after


async def _retitle(hand: Hand, unit: Unit) -> None:
    room = Room(RoomId(unit.unit), unit.kind, unit.name, unit.unit)
    members = await members_of(hand.mongo, unit.unit)
    for start in range(0, len(members), TOLD_AT_ONCE):
        part = members[start : start + TOLD_AT_ONCE]
        await hand.reader.log.commit([room_added(member, room) for member in part])


async def check_close(hand: Hand, unit: Unit, bots: int) -> None:
    """Refuse to close a group that is in use: whoever is in it must be taken out first, by name.

    Args:
        hand: Who closes.
        unit: The group.
        bots: Bot tokens of the group.

    Raises:
        Refused: NOT_A_GROUP, GROUP_IN_USE.
    """
    if unit.kind != "group":
        raise Refused(NOT_A_GROUP)
    members = await hand.mongo[MEMBERS].count({"groups": unit.unit, "status": ACTIVE}, limit=MEMBERS_MAX)
    holds = await hand.mongo[ROLE_HOLDS].count({"unit": unit.unit}, limit=MEMBERS_MAX)
    if members or holds or bots:
        raise Refused(GROUP_IN_USE, n=members + holds + bots)


def unit_closed(hand: Hand, unit: Unit) -> Steps:
    """Steps that remove an empty group; its name is free again, its name stands in the trail.

    Somebody put into it at this very instant keeps the id of a group that is no more, which reads leave out.
    """
    audit = hand.audit(
        "branch.unit_closed", org=unit.org, unit=unit.branch, notes={"kind": unit.kind, "name": unit.name}
    )
    told = Append(branch_topic(unit.branch), "branch.unit_closed", {"unit": unit.unit}, sender=hand.actor)
    return Steps(appends=[told], writes=[Delete(UNITS, {"_id": unit.unit}), audit])
