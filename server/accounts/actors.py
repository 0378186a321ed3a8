"""Who acts, from account, session and today's roles. Pure. May be imported by server."""

from channels.core.actor import Actor, Grant, Place
from server.accounts.account_store import Account
from server.accounts.directory import Person
from server.accounts.token_store import BotToken
from server.accounts.values import SessionView
from storage.ids import AccountId, SessionId

BOT_ROLE = "bot"


def person_actor(account: Account, session: SessionView, person: Person | None) -> Actor:
    """The actor of a session that passed every required factor.

    Args:
        account: Its account.
        session: The session.
        person: The member as of now; None for accounts without membership, which get no organisation content.
    """
    return Actor(
        account=account.id,
        session=session.id,
        org=person.org if person else None,
        member=person.member if person else None,
        units=person.units if person else frozenset(),
        grants=person.grants if person else (),
        system=account.system,
        fully_authenticated=True,
        reauthenticated_at_ms=session.proved_at_ms,
        browser=session.browser,
    )


def bot_actor(token: BotToken, maker: Person, place: Place) -> Actor:
    """The actor of a token: its scopes, one unit while the maker is in it, and of its capabilities those the maker still has there."""
    capabilities = frozenset(word for word in token.capabilities if maker.role_for(word, place))
    return Actor(
        account=AccountId(token.id),
        session=SessionId(token.id),
        org=token.org,
        member=None,
        units=maker.units & {token.unit},
        grants=(Grant(BOT_ROLE, token.unit, capabilities, inherited=False),),
        scopes=token.scopes,
    )
