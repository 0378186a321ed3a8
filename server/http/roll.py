"""The roll over HTTP: cards, opening a record with a reason, activation letters, changes. May be imported by server."""

from datetime import date
from zoneinfo import ZoneInfo

import segno

from channels.branch.contract import Person, Unit
from channels.branch.errors import MEMBER_INACTIVE, NUMBER_TAKEN, UNIT_UNKNOWN
from channels.branch.fields import FIELD, PERSONAL
from channels.branch.hand import Hand, Steps, commit
from channels.branch.handlers import counted
from channels.branch.holds import all_ended
from channels.branch.members import (
    Edit,
    Newcomer,
    Rooms,
    added,
    came_back,
    changed,
    left,
    open_record,
    rooms_of,
)
from channels.branch.protocol import BranchText, BranchTitle, text_of
from channels.branch.record import label_of, shown_value
from channels.branch.records import ACTIVE, MEMBERS, MEMBERS_MAX, ORGS
from channels.branch.roll.numbers import fresh_numbers
from channels.branch.store import counts_of, groups_of, people_of, person_cards, template_of
from channels.branch.template import Template
from channels.branch.typed import read_class, read_field, read_personal
from channels.core.feature import RateClass
from channels.protocol.errors import FORBIDDEN, Refused
from server.accounts.account_store import ACCOUNTS
from server.accounts.activation import Issuer
from server.accounts.code_store import CODES
from server.http.officers import (
    branch_with,
    card_of,
    hand_of,
    home_of,
    member_with,
    own_unit,
    place_of,
    reader_of,
    sees_people,
)
from server.http.origin import own_origin
from server.http.roll_models import (
    AccountWord,
    OpenedRecord,
    OpenReason,
    PersonalField,
    PersonalValues,
    RollAnswer,
    RollEdit,
    RollLetter,
    RollNewcomer,
    RollPerson,
    RollQuery,
)
from server.http.routes import Call, Gate, RouteRow
from storage.client import Document
from storage.clock import utc
from storage.errors import Duplicate

READ_PERSONAL = "branch.read_personal"
MANAGE_ROLL = "branch.manage_roll"
ISSUE_CODES = "branch.issue_activation"
READ_COUNTS = "branch.read_counts"


async def list_roll(call: Call) -> RollAnswer:
    """Who is in a branch or group: cards for its members and officers, numbers only for officers above."""
    query: RollQuery = call.query
    found = await own_unit(call, query.unit)
    by_class = await counts_of(call.services.mongo, found.unit)
    if await sees_people(call, found):
        people = await _people(call, found, with_left=query.left)
        return RollAnswer(
            unit=found.unit, people=people, total=len([p for p in people if p.active]), by_class=by_class
        )
    if not call.actor.can(READ_COUNTS, place_of(found)):
        raise Refused(UNIT_UNKNOWN)
    numbers = counted(by_class)
    return RollAnswer(unit=found.unit, people=[], total=numbers.total, by_class=numbers.by_class)


async def _people(call: Call, found: Unit, *, with_left: bool) -> list[RollPerson]:
    cards = await people_of(call.services.mongo, found.unit)
    if with_left:
        if not call.actor.can(MANAGE_ROLL, home_of(found)):
            raise Refused(FORBIDDEN)
        gone = await call.services.mongo[MEMBERS].find(
            {"branch": found.branch, "status": {"$ne": ACTIVE}}, fields=("_id",), limit=MEMBERS_MAX
        )
        cards |= await person_cards(call.services.mongo, [doc["_id"] for doc in gone])
    accounts = await _accounts(call, found, list(cards))
    people = sorted(cards.values(), key=lambda person: person.number)
    return [
        roll_person(person, accounts.get(person.member) if accounts is not None else None)
        for person in people
    ]


async def _accounts(call: Call, found: Unit, members: list[str]) -> dict[str, AccountWord] | None:
    """Who can sign in already; None for callers who do not hand out codes there."""
    if not call.actor.can(ISSUE_CODES, home_of(found)):
        return None
    asked = {"member": {"$in": members}}
    accounts = await call.services.mongo[ACCOUNTS].find(asked, fields=("member",), limit=MEMBERS_MAX)
    codes = await call.services.mongo[CODES].find(
        asked | {"ends_at_ms": {"$gt": call.now_ms}}, fields=("member",), limit=2 * MEMBERS_MAX
    )
    with_account, with_code = ({doc["member"] for doc in docs} for docs in (accounts, codes))
    return {m: "active" if m in with_account else "code" if m in with_code else "none" for m in members}


def roll_person(person: Person, account: AccountWord | None) -> RollPerson:
    """A card as the roll shows it."""
    return RollPerson(
        member=person.member,
        number=person.number,
        name=person.name,
        branch=person.branch,
        groups=list(person.groups),
        class_=person.class_,
        titles=[BranchTitle(hold=t.hold, role=t.role, unit=t.unit, title=text_of(t)) for t in person.titles],
        active=person.active,
        account=account,
    )


async def open_member(call: Call) -> OpenedRecord:
    """Open a member's personal details with a reason; the member sees who, when and why."""
    body: OpenReason = call.body
    doc, branch = await member_with(call, READ_PERSONAL)
    template = await _template(call, branch)
    values = await open_record(hand_of(call, branch, READ_PERSONAL), doc, body.reason)
    fields = []
    for key in PERSONAL:
        label = label_of(FIELD[key], template)
        text = BranchText(zh=label.zh, en=label.en)
        fields.append(PersonalField(key=key, label=text, value=shown_value(key, values.get(key, ""))[0]))
    return OpenedRecord(fields=fields)


async def issue_letter(call: Call) -> RollLetter:
    """An activation code for a member, shown once; an earlier one is void."""
    doc, branch = await member_with(call, ISSUE_CODES)
    accounts = call.services.accounts
    person = await accounts.directory.person(doc["_id"])
    if person is None or not person.active:
        raise Refused(MEMBER_INACTIVE)
    hand = hand_of(call, branch, ISSUE_CODES)
    issued = await accounts.activation.issue(person, Issuer(hand.actor, hand.name, hand.role))
    link = f"{_address(call)}/activate#{issued.code}"
    drawing = segno.make(link, error="m").svg_inline(border=4)
    return RollLetter(code=issued.code, link=link, qr_svg=drawing, ends_at_ms=issued.ends_at_ms)


def _address(call: Call) -> str:
    """Where our pages are: the configured origin when there is one, else where this request was sent to."""
    origins = call.services.web.origins
    return next(iter(origins)) if len(origins) == 1 else own_origin(call.request)


async def add_member(call: Call) -> RollPerson:
    """Put somebody on the roll of a branch."""
    body: RollNewcomer = call.body
    branch = await branch_with(call, body.unit, MANAGE_ROLL)
    hand, rooms = await _desk(call, branch)
    org = await _org(call, branch)
    template, today = template_of(org), _today(call, org)
    personal = read_personal(_personal(body), today)
    number = (
        read_field("number", body.number, today)
        if body.number
        else (await fresh_numbers(reader_of(call), branch.org, 1))[0]
    )
    newcomer = Newcomer(
        number=number,
        name=read_field("name", body.name, today),
        class_=read_class(body.class_, template) if body.class_ else template.classes[0].key,
        groups=_groups(body.groups, rooms),
        values={field: value for field, value in personal.items() if value is not None},
    )
    member, steps = added(hand, rooms, newcomer)
    await _commit_number(hand, steps)
    return roll_person(await card_of(call, member), "none")


async def edit_member(call: Call) -> RollPerson:
    """Change a member's record; what changed stands in the audit trail, which the member reads."""
    body: RollEdit = call.body
    doc, branch = await member_with(call, MANAGE_ROLL)
    hand, rooms = await _desk(call, branch)
    org = await _org(call, branch)
    today = _today(call, org)
    edit = Edit(
        number=read_field("number", body.number, today) if body.number else None,
        name=read_field("name", body.name, today) if body.name is not None else None,
        class_=read_class(body.class_, template_of(org)) if body.class_ else None,
        groups=_groups(body.groups, rooms) if body.groups is not None else None,
        values=read_personal(_personal(body), today),
    )
    if doc["status"] != ACTIVE:
        raise Refused(MEMBER_INACTIVE)
    card = await card_of(call, doc["_id"])
    steps = changed(hand, rooms, doc, card.titles, edit)
    if steps is not None:
        await _commit_number(hand, steps)
    return roll_person(await card_of(call, doc["_id"]), None)


async def end_membership(call: Call) -> None:
    """Take a member off the roll: access and roles end at once."""
    doc, branch = await member_with(call, MANAGE_ROLL)
    hand = hand_of(call, branch, MANAGE_ROLL)
    ended = await all_ended(hand, await card_of(call, doc["_id"]))
    await commit(hand, left(hand, doc, ended))


async def renew_membership(call: Call) -> RollPerson:
    """Put somebody who left on the roll again, without any role."""
    doc, branch = await member_with(call, MANAGE_ROLL)
    hand, rooms = await _desk(call, branch)
    await commit(hand, came_back(hand, rooms, doc))
    return roll_person(await card_of(call, doc["_id"]), None)


async def _desk(call: Call, branch: Unit) -> tuple[Hand, Rooms]:
    hand = hand_of(call, branch, MANAGE_ROLL)
    return hand, await rooms_of(hand, branch, await groups_of(call.services.mongo, branch.unit))


async def _commit_number(hand: Hand, steps: Steps) -> None:
    try:
        await commit(hand, steps)
    except Duplicate as taken:
        raise Refused(NUMBER_TAKEN) from taken


def _personal(body: PersonalValues) -> dict[str, str | None]:
    return {field: getattr(body, field) for field in PERSONAL}


def _groups(wanted: list[str], rooms: Rooms) -> tuple[str, ...]:
    if not set(wanted) <= set(rooms.groups):
        raise Refused(UNIT_UNKNOWN)
    return tuple(dict.fromkeys(wanted))


async def _org(call: Call, branch: Unit) -> Document:
    found = await call.services.mongo[ORGS].find_one({"_id": branch.org})
    if found is None:
        raise Refused(UNIT_UNKNOWN)
    return found


async def _template(call: Call, branch: Unit) -> Template:
    return template_of(await _org(call, branch))


def _today(call: Call, org: Document) -> date:
    return utc(call.now_ms).astimezone(ZoneInfo(org["time_zone"])).date()


R, H = RateClass.READ, RateClass.HEAVY

ROLL_ROUTES: tuple[RouteRow, ...] = (
    RouteRow("GET", "/roll", "roll.list", None, RollAnswer, Gate.MEMBER, list_roll, rate=R, query=RollQuery),
    RouteRow("POST", "/roll", "roll.add", RollNewcomer, RollPerson, Gate.MEMBER, add_member, MANAGE_ROLL, status=201),
    RouteRow("PATCH", "/roll/{member}", "roll.edit", RollEdit, RollPerson, Gate.MEMBER, edit_member, MANAGE_ROLL),
    RouteRow("POST", "/roll/{member}/open", "roll.open", OpenReason, OpenedRecord, Gate.MEMBER, open_member, READ_PERSONAL, H),
    RouteRow(
        "POST", "/roll/{member}/activation-code", "roll.issue_code", None, RollLetter, Gate.FRESH, issue_letter, ISSUE_CODES
    ),
    RouteRow("POST", "/roll/{member}/leave", "roll.leave", None, None, Gate.FRESH, end_membership, MANAGE_ROLL),
    RouteRow("POST", "/roll/{member}/return", "roll.return", None, RollPerson, Gate.FRESH, renew_membership, MANAGE_ROLL),
)  # fmt: skip
