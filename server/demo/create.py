"""Make the demo organisation: founded, its roll imported, offices given, four log-ins, a little talk, the next meeting.

Every step looks first whether it was done: a second call changes nothing, a call after an interruption goes on. May be
imported by server and tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from channels.branch.contract import Unit
from channels.branch.hand import SYSTEM, Hand, commit
from channels.branch.normalise import name_key
from channels.branch.records import MEMBERS, ORGS
from channels.branch.roles import SYSTEM_CAPABILITIES
from channels.branch.roll.apply import apply
from channels.branch.roll.dryrun import Choices, dry_run
from channels.branch.store import unit
from channels.branch.units import Founding, founded
from channels.core.context import Reader
from channels.protocol.errors import Refused
from server.accounts.codes import write_code
from server.accounts.errors import NO_ACCOUNT
from server.accounts.factors import random_bytes
from server.accounts.house import Accounts
from server.accounts.passwords import Context as Words
from server.accounts.passwords import check_password
from server.accounts.provision import Provision
from server.accounts.totp import SEED_BYTES, provisioning_uri, seed_text
from server.demo.gathering import gathering
from server.demo.keepsake import DemoLogin, read, write
from server.demo.script import ISSUER, NUMBER_PREFIX, ORGANISATION, PARTS, ROLL, TEMPLATE, Part
from server.demo.talk import talk
from storage.ids import IdSource, MemberId, OrgId

PASSWORD_BYTES = 7  # 56 random bits: three groups of four letters and digits
TRIES_MAX = 20

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Demo:
    """The demo as it stands.

    Attributes:
        org: Organisation.
        branch: Its branch.
        created: True when this call made it.
        logins: Who can sign in; empty when the demo was made earlier and its log-ins were not kept.
    """

    org: OrgId
    branch: Unit
    created: bool
    logins: tuple[DemoLogin, ...]


def uri_of(login: DemoLogin) -> str:
    """`otpauth://` address for the QR code of a demo log-in."""
    return provisioning_uri(login.seed, login.part.login, ISSUER)


async def make_demo(reader: Reader, accounts: Accounts, folder: Path, say: Say = lambda words: None) -> Demo:
    """Make the demo, or find it.

    Args:
        reader: The stores.
        accounts: Where log-ins are made.
        folder: Data folder; keeps the log-ins in a private file.
        say: Told in a few words what is going on.

    Raises:
        Refused: The roll of the demo or an account is refused: a fault of the program, not of the caller.
        StorageError: The database is away.
    """
    hand = Hand(reader, SYSTEM, "command line", "", _nobody_waits)
    found = await _find(reader)
    created = found is None
    logins = read(folder, PARTS)
    if not logins and created:
        logins = tuple(_draw(part, reader.ids) for part in PARTS)
        write(folder, logins)  # before anything else: an interruption loses none
    say("demo: organisation and roll")
    branch = found if found is not None else await _found(hand)
    await _roll(hand, branch)
    say("demo: log-ins")
    for login in logins:
        await _account(reader, accounts, branch, login)
    say("demo: a little talk")
    await talk(reader, branch)
    say("demo: the next meeting")
    await gathering(reader, branch)
    return Demo(branch.org, await unit(reader.mongo, branch.unit) or branch, created, logins)


async def _nobody_waits(member: str) -> None:
    """There are no sockets of people who did not exist."""
    del member


async def _find(reader: Reader) -> Unit | None:
    doc = await reader.mongo[ORGS].find_one({"name_key": name_key(ORGANISATION)})
    return await unit(reader.mongo, doc["root"]) if doc else None


async def _found(hand: Hand) -> Unit:
    _, root, steps = founded(hand, Founding(ORGANISATION, TEMPLATE, NUMBER_PREFIX))
    await commit(hand, steps)
    return root


async def _roll(hand: Hand, branch: Unit) -> None:
    """Import the roll with its offices; on a demo that people have changed since, nothing is put back."""
    if await hand.mongo[MEMBERS].count({"branch": branch.unit}, limit=42) >= 42:
        return
    run = await dry_run(hand.reader, branch.unit, ROLL.read_bytes(), Choices())
    await apply(hand, run, give_offices=True)


def _draw(part: Part, ids: IdSource) -> DemoLogin:
    for _ in range(TRIES_MAX):
        password = write_code(random_bytes(ids, PASSWORD_BYTES)).lower()
        try:
            check_password(password, Words((part.login, part.name)), second_factor=True)
        except Refused:
            continue  # a drawn word that happens to look like a habit
        return DemoLogin(part, password, seed_text(random_bytes(ids, SEED_BYTES)))
    raise RuntimeError("no password could be drawn")


async def _account(reader: Reader, accounts: Accounts, branch: Unit, login: DemoLogin) -> None:
    part = login.part
    if await accounts.parts.accounts.by_login(part.login) is not None:
        return
    doc = (
        await reader.mongo[MEMBERS].find_one({"org": branch.org, "number": part.number})
        if part.number
        else None
    )
    if part.number and doc is None:
        return  # somebody took the member off the roll
    wish = Provision(
        login=part.login,
        password=login.password,
        seed=login.seed,
        org=branch.org if doc else None,
        member=MemberId(doc["_id"]) if doc else None,
        system=frozenset() if doc else frozenset(SYSTEM_CAPABILITIES),
    )
    try:
        await accounts.provisioner.create(wish)
    except Refused as refused:
        if refused.row is not NO_ACCOUNT:  # the member has an account under another name
            raise
