"""Make a rehearsal: an organisation of invented people, each with an account and an open session, written in bulk.

Documents are made by the same functions as everybody's. What differs: records do not go through the log (the roll is the
truth, so topics begin at 0 and snapshots are complete), no audit row is written per person, and the password of an account is
none, so that no hash is computed and nobody can log in with it. May be imported by server and tests.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from channels.branch.contract import Unit
from channels.branch.hand import Hand, Steps, commit
from channels.branch.members import Newcomer, new_record
from channels.branch.records import MEMBERS, ORGS, ROLE_HOLDS, UNITS, UNITS_MAX
from channels.branch.units import Founding, founded, unit_added
from server.accounts.account_store import ACCOUNTS, SEED_FIELD, NewAccount
from server.accounts.factors import random_bytes
from server.accounts.hashing import FIELD as PASSWORD_FIELD
from server.accounts.house import Accounts
from server.accounts.session_store import SESSIONS, StoredSession, to_document
from server.accounts.totp import SEED_BYTES, seed_text
from server.accounts.values import Kind, SessionView, Step
from server.rehearsal.people import (
    AGENT,
    BRANCHES_MAX,
    GROUPS_MAX,
    GROUPS_OF_MEMBER,
    MEMBERS_MAX,
    NUMBER_PREFIX,
    TEMPLATE,
    Pass,
    Wish,
    branch_name,
    branch_of,
    group_name,
    groups_of,
    member_name,
    organisation_name,
)
from storage.client import Document
from storage.errors import NotReady
from storage.ids import AccountId, MemberId, OrgId, SessionId
from storage.log import Insert

PAGE = 500
"""Members written at once: four documents of some 2 KB in all for each, well below what one insert may hold."""

NO_PASSWORD = "!"  # noqa: S105 - no hash of anything, so that no password fits
MARK = "rehearsal"
"""Field of an organisation's document: it may be rehearsed on."""

FOREIGN = (
    "此数据库中已有真实的组织,演练数据只能写入空数据库\n"
    "this database holds an organisation that is no rehearsal; use an empty one (HUITANG_DATA_DIR, HUITANG_MONGO_DATABASE)"
)

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch with its groups."""

    unit: Unit
    groups: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was made.

    Attributes:
        org: The organisation.
        name: What it is called.
        branches: Its branches.
        passes: A session for each member, in the order of their numbers.
    """

    org: OrgId
    name: str
    branches: tuple[Branch, ...]
    passes: tuple[Pass, ...]


def check_wish(wish: Wish) -> None:
    """Refuse what cannot be made.

    Raises:
        NotReady: The text says which number does not fit.
    """
    bounds = (
        ("members", wish.members, 1, MEMBERS_MAX),
        ("branches", wish.branches, 1, min(BRANCHES_MAX, wish.members)),
        ("groups", wish.groups, GROUPS_OF_MEMBER, min(GROUPS_MAX, UNITS_MAX // max(1, wish.branches) - 1)),
    )
    for name, value, least, most in bounds:
        if not least <= value <= most:
            raise NotReady(f"--{name} 应在 {least} 与 {most} 之间\n--{name} must be {least} to {most}")


async def refuse_foreign(hand: Hand) -> int:
    """Refuse a database that people use; returns how many rehearsals it holds.

    Raises:
        NotReady: It holds an organisation that is no rehearsal.
    """
    if await hand.mongo[ORGS].count({MARK: {"$ne": True}}, limit=1):
        raise NotReady(FOREIGN)
    return await hand.mongo[ORGS].count({})


async def make_rehearsal(
    hand: Hand, accounts: Accounts, wish: Wish, progress: Progress = lambda done: None
) -> Rehearsal:
    """Make a rehearsal.

    Args:
        hand: Who acts.
        accounts: How sessions live.
        wish: How large it is.
        progress: Told after each page how many members stand.

    Raises:
        NotReady: See `check_wish` and `refuse_foreign`; nothing was written then.
        StorageError: The database is away; what was written stays, and is no obstacle for another one.
    """
    check_wish(wish)
    name = organisation_name(await refuse_foreign(hand))
    org, branches = await _units(hand, name, wish)
    passes: list[Pass] = []
    for numbers in _pages(wish.members):
        made = [_member(hand, accounts, branches, number) for number in numbers]
        for collection, column in ((MEMBERS, 0), (ACCOUNTS, 1), (SESSIONS, 2)):
            await hand.mongo[collection].insert_many([documents[column] for documents, _ in made])
        passes.extend(opened for _, opened in made)
        progress(len(passes))
    await hand.mongo[ROLE_HOLDS].insert_many(_organizers(hand, org, branches, passes))
    await hand.mongo[ORGS].update_one({"_id": org}, {"$set": {"next_number": wish.members + 1}})
    return Rehearsal(org, name, branches, tuple(passes))


def _organizers(hand: Hand, org: OrgId, branches: Sequence[Branch], passes: Sequence[Pass]) -> list[Document]:
    """The first member of each branch organizes it, so that meetings can be rehearsed."""
    first = {one.branch: one.member for one in reversed(passes)}
    return [
        {
            "_id": hand.reader.ids.uuid7(),
            "org": org,
            "unit": branch.unit.unit,
            "branch": branch.unit.unit,
            "member": first[branch.unit.unit],
            "role": "organizer",
            "title": {"zh": "组织者", "en": "Organizer"},
            "since_ms": hand.now_ms,
            "by": "rehearsal",
        }
        for branch in branches
    ]


def _pages(members: int) -> Iterator[range]:
    for first in range(1, members + 1, PAGE):
        yield range(first, min(first + PAGE, members + 1))


async def _units(hand: Hand, name: str, wish: Wish) -> tuple[OrgId, tuple[Branch, ...]]:
    org, root, steps = founded(hand, Founding(name, TEMPLATE, NUMBER_PREFIX))
    for organisation in _documents(steps, ORGS):
        organisation[MARK] = True
    await commit(hand, steps)
    units = [root]
    for place in range(1, wish.branches):
        unit, steps = unit_added(hand, root, "branch", branch_name(place), place)
        await commit(hand, steps)
        units.append(unit)
    return org, tuple([await _with_groups(hand, unit, wish.groups) for unit in units])


async def _with_groups(hand: Hand, branch: Unit, count: int) -> Branch:
    groups, documents = [], []
    for place in range(count):
        group, steps = unit_added(hand, branch, "group", group_name(place), place)
        groups.append(group)
        documents.extend(_documents(steps, UNITS))
    await hand.mongo[UNITS].insert_many(documents)
    return Branch(branch, tuple(groups))


def _documents(steps: Steps, collection: str) -> list[Document]:
    return [
        write.document
        for write in steps.writes
        if isinstance(write, Insert) and write.collection == collection
    ]


def _member(
    hand: Hand, accounts: Accounts, branches: Sequence[Branch], number: int
) -> tuple[tuple[Document, Document, Document], Pass]:
    branch = branches[branch_of(number, len(branches))]
    places = groups_of(number, len(branches), len(branch.groups))
    groups = tuple(branch.groups[place].unit for place in places)
    newcomer = Newcomer(f"{NUMBER_PREFIX}{number:04}", member_name(number), "personal", groups)
    record = new_record(hand, branch.unit, newcomer)
    account = _account(hand, accounts, MemberId(record["_id"]), record)
    session, secret = _session(hand, accounts, account)
    opened = Pass(
        secret=secret,
        member=record["_id"],
        account=account["_id"],
        session=session["_id"],
        branch=branch.unit.unit,
        rooms=tuple(record["units"]),
    )
    return (record, account, session), opened


def _account(hand: Hand, accounts: Accounts, member: MemberId, record: Document) -> Document:
    """An account with a second factor nobody knows and a password that is none."""
    cipher, ids = hand.reader.cipher, hand.reader.ids
    ident = AccountId(ids.uuid7())
    login = f"rehearsal-{member[-12:]}"
    password = cipher.encrypt(NO_PASSWORD, field=PASSWORD_FIELD, record=ident)
    new = NewAccount(ident, login, login, password, OrgId(record["org"]), member)
    document = accounts.parts.accounts.insert(new, hand.now_ms).document
    seed = seed_text(random_bytes(ids, SEED_BYTES))
    document["sealed"]["seed"] = cipher.encrypt(seed, field=SEED_FIELD, record=ident)
    document["factor_at_ms"] = hand.now_ms
    return document


def _session(hand: Hand, accounts: Accounts, account: Document) -> tuple[Document, str]:
    now_ms, secret = hand.now_ms, hand.reader.ids.secret()
    view = SessionView(
        id=SessionId(hand.reader.ids.uuid7()),
        account=account["_id"],
        org=account["org"],
        member=account["member"],
        step=Step.DONE,
        kind=Kind.DEVICE,
        made_at_ms=now_ms,
        seen_at_ms=now_ms,
        expires_at_ms=now_ms + accounts.parts.policy.member.absolute_ms,
        proved_at_ms=now_ms,
        agent=AGENT,
    )
    return to_document(StoredSession(view, account["generation"], 0), secret), secret
