"""Changes of the roll: adding, changing, leaving, coming back; and opening a record. Each is one unit with its log entries.

A check comes first and refuses without side effects; then the steps are built; `hand.commit` makes them durable.
Imported by this feature and the roof.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from channels.branch.contract import Person, Title, Unit, branch_topic
from channels.branch.errors import MEMBER_INACTIVE, REASON_NEEDED
from channels.branch.fields import PERSONAL
from channels.branch.hand import Hand, Steps
from channels.branch.normalise import name_key
from channels.branch.protocol import wire_person
from channels.branch.records import ACTIVE, LEFT, MEMBERS, seal, to_person, unseal
from channels.chat.contract import MAIN, chat_topic
from channels.me.contract import Room, room_added, room_removed
from channels.protocol.errors import Refused
from storage.client import Document
from storage.ids import MemberId, RoomId
from storage.log import Append, Insert, Update

REASON_MIN = 4
REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Rooms:
    """Units a change concerns, with the newest ordinal of each one's room: what was said before is not unread.

    Attributes:
        branch: The branch.
        groups: Its groups by id.
        heads: Unit id -> newest ordinal.
    """

    branch: Unit
    groups: Mapping[str, Unit]
    heads: Mapping[str, int] = field(default_factory=dict)

    @property
    def here(self) -> frozenset[str]:
        """The branch and its groups."""
        return frozenset({self.branch.unit, *self.groups})

    def added(self, member: str, ident: str) -> Append:
        """Entry that tells a member of a room."""
        unit = self.branch if ident == self.branch.unit else self.groups[ident]
        room = Room(RoomId(unit.unit), unit.kind, unit.name, unit.unit)
        head_n = self.heads.get(ident, 0)
        told = room_added(member, room, head_n=head_n)
        # no cursor means 0: spares a write per person and room
        return told if head_n else replace(told, writes=())


async def rooms_of(hand: Hand, branch: Unit, groups: Sequence[Unit]) -> Rooms:
    """The rooms of a branch with where their talk stands."""
    by_id: dict[str, Unit] = {g.unit: g for g in groups}
    heads: dict[str, int] = {
        u: await hand.reader.log.counter_head(chat_topic(u), MAIN) for u in (branch.unit, *by_id)
    }
    return Rooms(branch, by_id, heads)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody to be put on the roll.

    Attributes:
        number: Member number, unique in the organisation.
        name: Display name.
        class_: Key of the membership class.
        groups: Ids of groups of the branch.
        values: Personal fields in normal form.
    """

    number: str
    name: str
    class_: str
    groups: tuple[str, ...] = ()
    values: Mapping[str, str] = field(default_factory=dict)


def new_record(hand: Hand, branch: Unit, newcomer: Newcomer) -> Document:
    """The record of a newcomer, under a new id."""
    member = MemberId(hand.reader.ids.uuid7())
    sealed, blind = seal(hand.reader.cipher, member, newcomer.values)
    return {
        "_id": member,
        "org": branch.org,
        "number": newcomer.number,
        "name": newcomer.name,
        "name_key": name_key(newcomer.name),
        "branch": branch.unit,
        "groups": list(newcomer.groups),
        "units": [branch.unit, *newcomer.groups],
        "class": newcomer.class_,
        "status": ACTIVE,
        "sealed": sealed,
        "blind": blind,
        "version": 1,
        "made_at_ms": hand.now_ms,
        "changed_at_ms": hand.now_ms,
    }


def added(hand: Hand, rooms: Rooms, newcomer: Newcomer) -> tuple[MemberId, Steps]:
    """Steps that put somebody on the roll, and the new id."""
    branch, doc = rooms.branch, new_record(hand, rooms.branch, newcomer)
    member = MemberId(doc["_id"])
    fields = tuple(
        sorted({"number", "name", "class", *(["groups"] if newcomer.groups else []), *newcomer.values})
    )
    steps = Steps(
        appends=[person_entry(hand, rooms, "branch.member_added", to_person(doc, ()))],
        writes=[
            Insert(MEMBERS, doc),
            hand.audit("roll.member_added", org=branch.org, unit=branch.unit, subject=member, fields=fields),
        ],
    )  # nobody to tell of new access: no socket of a member who did not exist
    steps.appends.extend(rooms.added(member, unit) for unit in doc["units"])
    return member, steps


def person_entry(hand: Hand, rooms: Rooms, kind: str, person: Person) -> Append:
    """Log entry that carries a card as it is after the change."""
    body = {"person": wire_person(person, rooms.here).model_dump(mode="json")}
    return Append(branch_topic(rooms.branch.unit), kind, body, sender=hand.actor)


@dataclass(frozen=True, slots=True)
class Edit:
    """What is to be changed; None leaves as it is.

    Attributes:
        number, name, class_: New values.
        groups: Ids of all groups from now on.
        values: Personal field -> new value, or None to erase it.
    """

    number: str | None = None
    name: str | None = None
    class_: str | None = None
    groups: tuple[str, ...] | None = None
    values: Mapping[str, str | None] = field(default_factory=dict)


def changed(hand: Hand, rooms: Rooms, doc: Document, titles: tuple[Title, ...], edit: Edit) -> Steps | None:
    """Steps that change a record; None when nothing would change.

    Args:
        hand: Who acts.
        rooms: The branch and its groups.
        doc: The record as it is; a change in between is noticed by its version.
        titles: Roles the member holds.
        edit: What to change.
    """
    plain = _plain_changes(doc, edit)
    before = unseal(hand.reader.cipher, doc) if edit.values else {}
    personal = {f: v for f, v in edit.values.items() if before.get(f) != v}
    if not plain and not personal:
        return None
    after = doc | plain
    update = _update(hand, doc, plain, personal)
    told = {f: str(doc[f]) for f in ("number", "name", "class") if f in plain}
    audit = hand.audit(
        "roll.member_changed", org=doc["org"], unit=doc["branch"], subject=doc["_id"],
        fields=tuple(sorted({*(f for f in plain if f in ("number", "name", "class", "groups")), *personal})),
        before=told | {f: before[f] for f in personal if f in before},
        after={f: str(plain[f]) for f in told} | {f: v for f, v in personal.items() if v is not None},
    )  # fmt: skip
    steps = Steps(writes=[update, audit])
    if plain:
        steps.appends.append(person_entry(hand, rooms, "branch.member_changed", to_person(after, titles)))
    if "units" in plain:
        steps.access.append(doc["_id"])
        steps.appends.extend(rooms.added(doc["_id"], u) for u in plain["units"] if u not in doc["units"])
        steps.appends.extend(room_removed(doc["_id"], u) for u in doc["units"] if u not in plain["units"])
    return steps


def _plain_changes(doc: Document, edit: Edit) -> Document:
    plain: Document = {}
    if edit.number is not None:
        plain["number"] = edit.number
    if edit.name is not None:
        plain |= {"name": edit.name, "name_key": name_key(edit.name)}
    if edit.class_ is not None:
        plain["class"] = edit.class_
    if edit.groups is not None and set(edit.groups) != set(doc["groups"]):
        plain |= {"groups": list(edit.groups), "units": [doc["branch"], *edit.groups]}
    return {key: value for key, value in plain.items() if doc[key] != value}


def _update(hand: Hand, doc: Document, plain: Document, personal: Mapping[str, str | None]) -> Update:
    kept = {f: v for f, v in personal.items() if v is not None}
    sealed, blind = seal(hand.reader.cipher, doc["_id"], kept)
    settings = (
        plain | {f"sealed.{f}": v for f, v in sealed.items()} | {f"blind.{f}": v for f, v in blind.items()}
    )
    update: Document = {"$set": settings | {"changed_at_ms": hand.now_ms}, "$inc": {"version": 1}}
    erased = [f for f, v in personal.items() if v is None and f in PERSONAL]
    if erased:
        update["$unset"] = {f"{part}.{f}": "" for f in erased for part in ("sealed", "blind")}
    return Update(MEMBERS, {"_id": doc["_id"], "version": doc["version"]}, update)


def left(hand: Hand, doc: Document, ended: Steps) -> Steps:
    """Steps that end a membership: access ends at once; personal fields stay until their retention ends.

    Args:
        hand: Who acts.
        doc: The record.
        ended: Steps that end the member's roles (`holds.all_ended`), part of the same unit.

    Raises:
        Refused: MEMBER_INACTIVE.
    """
    if doc["status"] != ACTIVE:
        raise Refused(MEMBER_INACTIVE)
    settings = {"status": LEFT, "units": [], "left_at_ms": hand.now_ms, "changed_at_ms": hand.now_ms}
    guard = {"_id": doc["_id"], "version": doc["version"]}
    steps = Steps(
        writes=[
            Update(MEMBERS, guard, {"$set": settings, "$inc": {"version": 1}}),
            hand.audit(
                "roll.member_left", org=doc["org"], unit=doc["branch"], subject=doc["_id"], fields=("status",)
            ),
        ],
        access=[doc["_id"]],
    )
    steps.add(ended)
    topic = branch_topic(doc["branch"])
    steps.appends.append(Append(topic, "branch.member_left", {"member": doc["_id"]}, sender=hand.actor))
    steps.appends.extend(room_removed(doc["_id"], unit) for unit in doc["units"])
    return steps


def came_back(hand: Hand, rooms: Rooms, doc: Document) -> Steps:
    """Steps that put somebody who left on the roll again, without any role.

    Raises:
        Refused: MEMBER_INACTIVE: is active already.
    """
    if doc["status"] == ACTIVE:
        raise Refused(MEMBER_INACTIVE)
    groups = [g for g in doc["groups"] if g in rooms.groups]
    units = [doc["branch"], *groups]
    settings = {"status": ACTIVE, "groups": groups, "units": units, "changed_at_ms": hand.now_ms}
    after = doc | settings
    guard = {"_id": doc["_id"], "version": doc["version"]}
    steps = Steps(
        appends=[person_entry(hand, rooms, "branch.member_added", to_person(after, ()))],
        writes=[
            Update(MEMBERS, guard, {"$set": settings, "$unset": {"left_at_ms": ""}, "$inc": {"version": 1}}),
            hand.audit(
                "roll.member_returned",
                org=doc["org"],
                unit=doc["branch"],
                subject=doc["_id"],
                fields=("status",),
            ),
        ],
        access=[doc["_id"]],
    )
    steps.appends.extend(rooms.added(doc["_id"], unit) for unit in units)
    return steps


def checked_reason(reason: str) -> str:
    """The reason an officer gives, trimmed.

    Raises:
        Refused: REASON_NEEDED.
    """
    text = " ".join(reason.split())[:REASON_MAX]
    if len(text) < REASON_MIN:
        raise Refused(REASON_NEEDED, n=REASON_MIN)
    return text


async def open_record(hand: Hand, doc: Document, reason: str) -> dict[str, str]:
    """Personal fields of a member in clear, after the audit row that the member sees is durable.

    Raises:
        Refused: REASON_NEEDED.
    """
    why = checked_reason(reason)
    values = unseal(hand.reader.cipher, doc)
    row = hand.audit(
        "roll.opened",
        org=doc["org"],
        unit=doc["branch"],
        subject=doc["_id"],
        fields=tuple(sorted(values)),
        reason=why,
    )
    await hand.reader.log.commit((), (row,))
    return values
