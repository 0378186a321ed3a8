"""Activation, log-in, second factor, session, password, devices. May be imported by server."""

from typing import Literal

import segno

from channels.branch.contract import Organisation
from channels.core.feature import RateClass
from channels.protocol.errors import NOT_FOUND, NOT_SIGNED_IN, Refused
from server.accounts.account_store import Account
from server.accounts.book import Identified
from server.accounts.directory import Person
from server.accounts.errors import START_OVER
from server.accounts.factors import FRESH_MS
from server.accounts.values import Step
from server.http.account_models import (
    AccountCard,
    ActivationCode,
    ActivationUse,
    ConfirmBody,
    DeviceCard,
    Devices,
    Ended,
    EnrolAnswer,
    InvitationAnswer,
    LoginBody,
    MemberCard,
    OrgSummary,
    PasswordBody,
    ReauthBody,
    RecoveryBody,
    RecoveryCodes,
    SessionAnswer,
    StepAnswer,
    TermText,
    TotpBody,
)
from server.http.routes import Call, Gate, RouteRow
from server.http.visits import hand_over, take_back, visit


async def check_activation(call: Call) -> InvitationAnswer:
    """What an activation code opens, without using it."""
    body: ActivationCode = call.body
    found = await call.services.accounts.activation.check(body.code)
    return InvitationAnswer(org=found.org, name=found.name, purpose=found.purpose.value, login=found.login)


async def use_activation(call: Call) -> StepAnswer:
    """Use an activation code: make the account, or set a new password, or go on after a reset."""
    body: ActivationUse = call.body
    activation = call.services.accounts.activation
    opened = await activation.use(body.code, body.login, body.password, visit(call))
    return StepAnswer(step=hand_over(call, opened).value)


async def log_in(call: Call) -> StepAnswer:
    """First step of a log-in: name, phone or mail, and password."""
    body: LoginBody = call.body
    opened = await call.services.accounts.log_in.password(body.login, body.password, visit(call))
    return StepAnswer(step=hand_over(call, opened).value)


async def log_in_totp(call: Call) -> StepAnswer:
    """Second step of a log-in: a one-time code."""
    body: TotpBody = call.body
    return await _second_step(call, body.code, recovery=False)


async def log_in_recovery(call: Call) -> StepAnswer:
    """Second step of a log-in: a recovery code, which is burnt."""
    body: RecoveryBody = call.body
    return await _second_step(call, body.code, recovery=True)


async def _second_step(call: Call, code: str, *, recovery: bool) -> StepAnswer:
    rooms = call.services.accounts.log_in
    step = rooms.recovery if recovery else rooms.totp
    try:
        opened = await step(call.signed, code, visit(call))
    except Refused as refused:
        if refused.row is START_OVER:
            take_back(call)
        raise
    return StepAnswer(step=hand_over(call, opened).value)


async def enrol(call: Call) -> EnrolAnswer:
    """Begin to set up a second factor; calling again draws a new one."""
    seed = await call.services.accounts.factors.start(call.signed)
    drawing = segno.make(seed.uri, error="m").svg_inline(border=4)
    return EnrolAnswer(secret=seed.text, uri=seed.uri, qr_svg=drawing)


async def confirm(call: Call) -> RecoveryCodes:
    """Finish setting up a second factor with its first code; all other sessions end."""
    body: ConfirmBody = call.body
    enrolled = await call.services.accounts.factors.confirm(call.signed, body.code, visit(call))
    hand_over(call, enrolled.opened)
    return RecoveryCodes(recovery_codes=list(enrolled.codes))


async def recovery_codes(call: Call) -> RecoveryCodes:
    """Ten new recovery codes; the old ones are dead."""
    codes = await call.services.accounts.factors.new_recovery_codes(call.signed)
    return RecoveryCodes(recovery_codes=list(codes))


async def reauth(call: Call) -> None:
    """Prove again who you are; sensitive changes are open for 10 minutes."""
    body: ReauthBody = call.body
    credentials = call.services.accounts.credentials
    hand_over(call, await credentials.prove(call.signed, body.password, body.code, visit(call)))


async def log_out(call: Call) -> None:
    """End this session, on every process."""
    session = call.signed.session
    await call.services.accounts.sessions.end(session.account, [session.id])
    take_back(call)


async def session(call: Call) -> SessionAnswer:
    """Who is signed in on this device, with today's roles."""
    found, now_ms = call.identity, call.now_ms
    locale = _locale(call)
    if found is None or found.account is None:
        return SessionAnswer(step="none", locale=locale, server_time_ms=now_ms)
    if found.session.step is not Step.DONE:
        return SessionAnswer(step=found.session.step.value, locale=locale, server_time_ms=now_ms)
    directory = call.services.accounts.directory
    org = await directory.org(found.person.org) if found.person else None
    branch = await directory.unit_name(found.person.branch) if found.person else ""
    proved_ms = found.session.proved_at_ms
    return SessionAnswer(
        step="done",
        account=_account_card(found.account),
        member=_member_card(found.person, branch) if found.person else None,
        org=_org_summary(org) if org else None,
        locale=locale,
        proved_until_ms=proved_ms + FRESH_MS if proved_ms else 0,
        server_time_ms=now_ms,
    )


def _locale(call: Call) -> Literal["zh-CN", "en"]:
    """The first language of the browser that we have."""
    for part in call.request.headers.get("accept-language", "")[:200].lower().split(","):
        if part.strip().startswith("zh"):
            return "zh-CN"
        if part.strip().startswith("en"):
            return "en"
    return "zh-CN"


def _account_card(account: Account) -> AccountCard:
    return AccountCard(
        id=account.id,
        login=account.login,
        factor=account.seed is not None,
        recovery_left=account.recovery_left,
        system=sorted(account.system),
    )


def _member_card(person: Person, branch_name: str) -> MemberCard:
    return MemberCard(
        id=person.member,
        name=person.name,
        branch=person.branch,
        branch_name=branch_name,
        units=sorted(person.units),
        roles=sorted({grant.role for grant in person.grants}),
        capabilities=sorted({word for grant in person.grants for word in grant.capabilities}),
    )


def _org_summary(org: Organisation) -> OrgSummary:
    return OrgSummary(
        id=org.org,
        name=org.name,
        template=org.template,
        terms={key: TermText(zh=word.zh, en=word.en) for key, word in org.terms.items()},
        accent=org.accent,
        time_zone=org.time_zone,
    )


async def change_password(call: Call) -> None:
    """A new password; all other sessions end."""
    body: PasswordBody = call.body
    credentials = call.services.accounts.credentials
    hand_over(call, await credentials.change_password(call.signed, body.current, body.new, visit(call)))


async def devices(call: Call) -> Devices:
    """Own signed-in devices."""
    found = _person(call)
    listed = await call.services.accounts.sessions.list(found.session.account)
    return Devices(
        devices=[
            DeviceCard(
                id=view.id,
                agent=view.agent,
                made_at_ms=view.made_at_ms,
                seen_at_ms=view.seen_at_ms,
                ends_at_ms=view.expires_at_ms,
                this=view.id == found.session.id,
            )
            for view in listed
        ]
    )


async def end_device(call: Call) -> None:
    """Sign one of the own devices out, wherever it is connected."""
    found = _person(call)
    if not await call.services.accounts.credentials.end_device(found, call.part("id")):
        raise Refused(NOT_FOUND)
    if call.part("id") == found.session.id:
        take_back(call)


async def end_other_devices(call: Call) -> Ended:
    """Sign all other own devices out."""
    return Ended(count=await call.services.accounts.credentials.end_other_devices(_person(call)))


def _person(call: Call) -> Identified:
    if call.signed.account is None:
        raise Refused(NOT_SIGNED_IN)
    return call.signed


HEAVY, READ, WRITE = RateClass.HEAVY, RateClass.READ, RateClass.WRITE

ROUTES: tuple[RouteRow, ...] = (
    RouteRow("POST", "/activation/check", "activation.check", ActivationCode, InvitationAnswer, Gate.PUBLIC,
             check_activation, rate=HEAVY),
    RouteRow("POST", "/activation", "activation.use", ActivationUse, StepAnswer, Gate.PUBLIC, use_activation, rate=HEAVY),
    RouteRow("POST", "/login", "login.password", LoginBody, StepAnswer, Gate.PUBLIC, log_in, rate=HEAVY),
    RouteRow("POST", "/login/totp", "login.totp", TotpBody, StepAnswer, Gate.PENDING, log_in_totp),
    RouteRow("POST", "/login/recovery", "login.recovery", RecoveryBody, StepAnswer, Gate.PENDING, log_in_recovery),
    RouteRow("POST", "/mfa/enrol", "mfa.enrol", None, EnrolAnswer, Gate.PENDING, enrol),
    RouteRow("POST", "/mfa/confirm", "mfa.confirm", ConfirmBody, RecoveryCodes, Gate.PENDING, confirm),
    RouteRow("POST", "/mfa/recovery-codes", "mfa.recovery_codes", None, RecoveryCodes, Gate.FRESH, recovery_codes),
    RouteRow("POST", "/reauth", "session.prove", ReauthBody, None, Gate.MEMBER, reauth),
    RouteRow("POST", "/logout", "session.end", None, None, Gate.PENDING, log_out),
    RouteRow("GET", "/session", "session.read", None, SessionAnswer, Gate.PUBLIC, session, rate=READ),
    RouteRow("POST", "/password", "password.change", PasswordBody, None, Gate.FRESH, change_password),
    RouteRow("GET", "/devices", "device.list", None, Devices, Gate.MEMBER, devices, rate=READ),
    RouteRow("DELETE", "/devices/{id}", "device.end", None, None, Gate.MEMBER, end_device),
    RouteRow("POST", "/devices/end-others", "device.end_others", None, Ended, Gate.MEMBER, end_other_devices),
)  # fmt: skip
