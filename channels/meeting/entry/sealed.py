"""Secrets of meetings, devices that checked somebody in, claims that were used. Imported by channels.meeting.entry.

meeting_secrets   {_id: meeting, secret (sealed)}          made when a code is first needed
meeting_devices   {_id: HMAC of round|browser under the secret of the meeting, member, expires_at}
meeting_claims    {_id: nonce of a claim, member, expires_at}
"""

import base64
import binascii
import hmac
from collections import OrderedDict
from dataclasses import dataclass

from channels.core.context import Context, Reader
from channels.me.contract import security_notice
from channels.meeting.errors import CODE_EXPIRED, DEVICE_ALREADY_USED
from channels.protocol.errors import Refused
from storage.clock import utc
from storage.errors import BadCiphertext, Duplicate
from storage.rotation import SealedField

SECRETS = "meeting_secrets"
DEVICES = "meeting_devices"
CLAIMS = "meeting_claims"

SECRET_FIELD = "meeting_secrets.secret"  # noqa: S105 - a label
CLAIM_FIELD = "meeting_claims.claim"

SEALED_FIELDS: tuple[SealedField, ...] = (SealedField(SECRETS, "secret"),)
"""For key rotation."""

OPENED_MAX = 200
DAY_MS = 86_400_000
DEVICE_DAYS = 180
CLAIM_MS = 300_000


class Opened:
    """Secrets this process has opened; kept in `Reader.memory`. A secret never changes."""

    def __init__(self) -> None:
        self.secrets: OrderedDict[str, bytes] = OrderedDict()


async def secret_of(reader: Reader, meeting: str) -> bytes:
    """The secret of a meeting's codes, made at the first need; two who need it at once get the same."""
    opened = reader.memory.of(Opened).secrets
    if meeting not in opened:
        opened[meeting] = await _read_secret(reader, meeting)
        if len(opened) > OPENED_MAX:
            opened.popitem(last=False)
    return opened[meeting]


async def _read_secret(reader: Reader, meeting: str) -> bytes:
    secrets = reader.mongo[SECRETS]
    found = await secrets.by_id(meeting)
    if found is None:
        fresh = reader.cipher.encrypt(reader.ids.secret(), field=SECRET_FIELD, record=meeting)
        try:
            await secrets.insert_one({"_id": meeting, "secret": fresh})
        except Duplicate:
            found = await secrets.by_id(meeting)
        else:
            found = {"secret": fresh}
    if found is None:
        raise LookupError(meeting)
    return reader.cipher.decrypt(bytes(found["secret"]), field=SECRET_FIELD, record=meeting).encode()


async def take_device(ctx: Context, meeting: str, round_: str) -> None:
    """This browser checks in the caller in this round and nobody else.

    Raises:
        Refused: DEVICE_ALREADY_USED; both members are told on their own topics.
    """
    if not ctx.actor.browser or ctx.actor.member is None:
        return
    # The secret of the meeting, not a key of the ring: a rotation within the window must not free a device.
    secret = await secret_of(ctx.reader, meeting)
    key = hmac.digest(secret, f"device|{round_}|{ctx.actor.browser}".encode(), "sha256").hex()
    until = utc(ctx.received_at_ms + DEVICE_DAYS * DAY_MS)
    try:
        await ctx.mongo[DEVICES].insert_one({"_id": key, "member": ctx.actor.member, "expires_at": until})
    except Duplicate:
        found = await ctx.mongo[DEVICES].by_id(key)
        if found is None or found["member"] == ctx.actor.member:
            return
        for member in (ctx.actor.member, found["member"]):
            await ctx.append(security_notice(member, "check_in_device_shared"))
        raise Refused(DEVICE_ALREADY_USED) from None


@dataclass(frozen=True, slots=True)
class Claim:
    """A code that was right while its bearer was signed out.

    Attributes:
        round: Of which round.
        at_ms: When it was shown: what counts (domain.md 2.5 rule 4).
        nonce: Makes it one.
    """

    round: str
    at_ms: int
    nonce: str


def make_claim(reader: Reader, round_: str, now_ms: int) -> str:
    """A claim as opaque text; holds no person."""
    text = f"{round_}|{now_ms}|{reader.ids.secret(12)}"
    return (
        base64.urlsafe_b64encode(reader.cipher.encrypt(text, field=CLAIM_FIELD, record="claim"))
        .decode()
        .rstrip("=")
    )


def read_claim(reader: Reader, text: str, now_ms: int) -> Claim:
    """A claim that was made here within five minutes.

    Raises:
        Refused: CODE_EXPIRED for everything else.
    """
    try:
        blob = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        round_, at, nonce = reader.cipher.decrypt(blob, field=CLAIM_FIELD, record="claim").split("|")
    except (BadCiphertext, binascii.Error, ValueError):
        raise Refused(CODE_EXPIRED) from None
    claim = Claim(round_, int(at), nonce)
    if not 0 <= now_ms - claim.at_ms < CLAIM_MS:
        raise Refused(CODE_EXPIRED)
    return claim


async def use_claim(ctx: Context, claim: Claim) -> None:
    """A claim serves one member.

    Raises:
        Refused: CODE_EXPIRED when somebody else used it.
    """
    document = {"_id": claim.nonce, "member": ctx.actor.member, "expires_at": utc(claim.at_ms + DAY_MS)}
    try:
        await ctx.mongo[CLAIMS].insert_one(document)
    except Duplicate:
        found = await ctx.mongo[CLAIMS].by_id(claim.nonce)
        if found is None or found["member"] != ctx.actor.member:
            raise Refused(CODE_EXPIRED) from None
