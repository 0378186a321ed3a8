"""Resets of second factors by two officers, and bot tokens. May be imported by server."""

from channels.core.feature import RateClass
from server.accounts.resets import CAPABILITY as RESET
from server.accounts.resets import Reset
from server.accounts.token_store import BotToken
from server.accounts.tokens import CAPABILITY as BOTS
from server.accounts.tokens import Wish
from server.http.account_models import (
    CodeAnswer,
    ResetAsk,
    ResetCard,
    ResetList,
    TokenCard,
    TokenList,
    TokenMade,
    TokenWish,
)
from server.http.routes import Call, Gate, RouteRow
from server.http.scopes import offered_scopes
from storage.ids import MemberId


async def ask_reset(call: Call) -> ResetCard:
    """Ask for a reset of a member's second factor, as the first officer; the member is told."""
    body: ResetAsk = call.body
    reset = await call.services.accounts.resets.ask(call.actor, body.member, body.reason)
    return await _card(call, reset)


async def approve_reset(call: Call) -> CodeAnswer:
    """Approve a reset as the second officer; answers with the code to hand to the member."""
    issued = await call.services.accounts.resets.approve(call.actor, call.part("id"))
    return CodeAnswer(code=issued.code, ends_at_ms=issued.ends_at_ms)


async def decline_reset(call: Call) -> None:
    """Decline a reset, as an officer or as the member it is about."""
    await call.services.accounts.resets.decline(call.actor, call.part("id"))


async def list_resets(call: Call) -> ResetList:
    """Requests in which the caller may take part, and those about the caller."""
    found = await call.services.accounts.resets.list(call.actor)
    return ResetList(resets=[await _card(call, reset) for reset in found])


async def _card(call: Call, reset: Reset) -> ResetCard:
    person = await call.services.accounts.directory.person(reset.member)
    me: MemberId | None = call.actor.member
    return ResetCard(
        id=reset.id,
        member=reset.member,
        member_name=person.name if person else "",
        state=reset.state,
        asked_by=reset.asked_by,
        asked_by_name=reset.asked_by_name,
        reason=reset.reason,
        made_at_ms=reset.made_at_ms,
        ends_at_ms=reset.ends_at_ms,
        decided_by_name=reset.decided_by_name,
        may_approve=reset.state == "open"
        and me not in {reset.asked_by, reset.member}
        and call.actor.can_anywhere(RESET),
    )


async def make_token(call: Call) -> TokenMade:
    """Make a bot token; its secret is shown once."""
    body: TokenWish = call.body
    wish = Wish(body.unit, body.name, frozenset(body.scopes), body.days)
    offered = offered_scopes(call.services.registry, call.table)
    made = await call.services.accounts.tokens.make(call.actor, wish, offered)
    return TokenMade(token=_token(made.token), secret=made.secret)


async def list_tokens(call: Call) -> TokenList:
    """Bot tokens of the units in which the caller manages bots, and the scopes on offer."""
    tokens = await call.services.accounts.tokens.list(call.actor)
    offered = offered_scopes(call.services.registry, call.table)
    return TokenList(tokens=[_token(token) for token in tokens], scopes=sorted(offered))


async def revoke_token(call: Call) -> None:
    """Revoke a bot token; its connections close."""
    await call.services.accounts.tokens.revoke(call.actor, call.part("id"))


def _token(token: BotToken) -> TokenCard:
    return TokenCard(
        id=token.id,
        unit=token.unit,
        name=token.name,
        scopes=sorted(token.scopes),
        made_by=token.made_by,
        made_at_ms=token.made_at_ms,
        ends_at_ms=token.ends_at_ms,
        seen_at_ms=token.seen_at_ms,
    )


READ = RateClass.READ

ROUTES: tuple[RouteRow, ...] = (
    RouteRow("GET", "/mfa-resets", "mfa_reset.list", None, ResetList, Gate.MEMBER, list_resets, rate=READ),
    RouteRow("POST", "/mfa-resets", "mfa_reset.ask", ResetAsk, ResetCard, Gate.FRESH, ask_reset, RESET),
    RouteRow("POST", "/mfa-resets/{id}/approve", "mfa_reset.approve", None, CodeAnswer, Gate.FRESH, approve_reset, RESET),
    RouteRow("POST", "/mfa-resets/{id}/decline", "mfa_reset.decline", None, None, Gate.MEMBER, decline_reset),
    RouteRow("GET", "/tokens", "token.list", None, TokenList, Gate.MEMBER, list_tokens, BOTS, READ),
    RouteRow("POST", "/tokens", "token.make", TokenWish, TokenMade, Gate.FRESH, make_token, BOTS),
    RouteRow("DELETE", "/tokens/{id}", "token.revoke", None, None, Gate.MEMBER, revoke_token, BOTS),
)  # fmt: skip
