"""The book of sessions: opens, finds, advances and ends them. What it says is read from the store at every question.

A session counts only while its account is active and of the same generation, its member is on the roll, neither its idle
nor its absolute time has passed, and no required factor is missing. Officers' sessions are shorter, from the moment they
are officers. Ended sessions are told on the bus, so that their sockets close on every process.

May be imported by server.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from channels.core.actor import Actor
from channels.core.ports import Credential, SessionFacts, Standing
from server.accounts.account_store import Account, AccountStore
from server.accounts.actors import bot_actor, person_actor
from server.accounts.directory import Directory, Person
from server.accounts.policy import AccountPolicy, Lifetime
from server.accounts.session_store import SessionStore, StoredSession
from server.accounts.token_store import BotToken, TokenStore
from server.accounts.values import Kind, Opened, SessionView, Step, Visit
from storage.bus.port import Bus
from storage.clock import Clock
from storage.entries import Update
from storage.ids import AccountId, IdSource, MemberId, SessionId

SESSIONS_CHANNEL = "sessions"
"""Bus channel; the payload is a JSON list of ids of sessions that ended."""


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom a cookie or token stands for.

    Attributes:
        session: The session as stored just now, with its real end and step.
        actor: The caller with today's roles; None while a factor is missing.
        account: The account; None for bots.
        person: The member; None for bots and accounts without membership.
        made_by: For bots: the member who answers for the token.
    """

    session: SessionView
    actor: Actor | None
    account: Account | None = None
    person: Person | None = None
    made_by: MemberId | None = None


@dataclass(frozen=True, slots=True)
class Shelves:
    """The stores a book reads."""

    accounts: AccountStore
    sessions: SessionStore
    tokens: TokenStore
    directory: Directory


class SessionBook:
    """Sessions of one process over one database; also the `SessionSource` of the hub.

    Args:
        shelves: Where everything is.
        bus: Tells ended sessions.
        clock: Time.
        ids: Names and tokens.
        policy: Lifetimes and numbers.
    """

    def __init__(
        self, shelves: Shelves, bus: Bus, clock: Clock, ids: IdSource, policy: AccountPolicy
    ) -> None:
        self._shelves = shelves
        self._bus = bus
        self._clock = clock
        self._ids = ids
        self._policy = policy

    # -- who is calling ---------------------------------------------------------------------------------------------

    async def by_cookie(self, token: str) -> Identified | None:
        """Session of a cookie value; None when unknown, ended or expired. Writes the time of use once a minute."""
        stored = await self._shelves.sessions.by_token(token)
        found = None if stored is None else await self._judge(stored)
        if found is not None:
            await self._seen(found.session)
        return found

    async def by_bearer(self, token: str) -> Identified | None:
        """Session of a bearer token; None when unknown, revoked, expired, or its maker may no longer sign in."""
        found = await self._shelves.tokens.by_secret(token)
        return None if found is None else await self._judge_token(found)

    async def by_id(self, session: str) -> Identified | None:
        """Session of that name."""
        stored = await self._shelves.sessions.by_id(session)
        if stored is not None:
            return await self._judge(stored)
        token = await self._shelves.tokens.by_id(session)
        return None if token is None else await self._judge_token(token)

    async def load(self, credential: Credential) -> SessionFacts | None:
        """The session a credential names; None when it is unknown or a log-in that is not complete (port of the hub).

        An account belongs to one member from its birth (or to none), so what the session was opened with still holds.
        """
        if credential.bearer:
            token = await self._shelves.tokens.by_secret(credential.secret)
            return (
                None
                if token is None
                else SessionFacts(SessionId(token.id), AccountId(token.id), None, token.made_by)
            )
        stored = await self._shelves.sessions.by_token(credential.secret)
        if stored is None or stored.view.step is not Step.DONE:
            return None
        return SessionFacts(stored.view.id, stored.view.account, stored.view.member)

    async def standing(self, session: SessionId, *, used: bool = False) -> Standing | None:
        """How a session stands as of now; None when it ended or lacks a factor (port of the hub)."""
        found = await self.by_id(session)
        if found is None or found.actor is None:
            return None
        if used and found.account is not None:
            await self._seen(found.session)
        return Standing(found.actor, found.session.expires_at_ms)

    async def ended(self, sessions: Sequence[SessionId]) -> list[SessionId]:
        """Those of many sessions that are no longer stored (port of the hub)."""
        kept = await self._shelves.sessions.existing(sessions)
        rest = [session for session in sessions if session not in kept]
        tokens = await self._shelves.tokens.existing(rest)
        return [session for session in rest if session not in tokens]

    async def touch(self, session: SessionId) -> int | None:
        """The session was used just now; returns its end after that (port of the hub)."""
        now_ms = self._clock.now_ms()
        await self._shelves.sessions.seen(session, now_ms, now_ms - self._policy.seen_every_ms)
        found = await self.by_id(session)
        return now_ms if found is None else found.session.expires_at_ms

    async def _judge(self, stored: StoredSession) -> Identified | None:
        account = await self._shelves.accounts.by_id(stored.view.account)
        if account is None or not account.active or account.generation != stored.generation:
            return None
        person = None
        if account.member is not None:
            person = await self._shelves.directory.person(account.member)
            if person is None or not person.active:
                return None
        strict = person is None or person.officer
        lifetime = self._policy.officer if strict else self._policy.member
        view = _with_end(stored.view, lifetime)
        if view.expires_at_ms <= self._clock.now_ms():
            return None
        if (
            view.step is Step.DONE
            and account.seed is None
            and await self._shelves.directory.needs_factor(person)
        ):
            view = replace(view, step=Step.ENROL)  # became an officer, or the organisation asks for more now
        actor = person_actor(account, view, person) if view.step is Step.DONE else None
        return Identified(view, actor, account, person)

    async def _judge_token(self, token: BotToken) -> Identified | None:
        now_ms = self._clock.now_ms()
        maker = await self._shelves.directory.person(token.made_by)
        account = await self._shelves.accounts.by_member(token.made_by)
        place = await self._shelves.directory.place(token.unit)
        if token.ends_at_ms <= now_ms or place is None:
            return None
        if maker is None or not maker.active or account is None or not account.active:
            return None
        await self._shelves.tokens.seen(token.id, now_ms, now_ms - self._policy.seen_every_ms)
        return Identified(_token_view(token), bot_actor(token, maker, place), made_by=token.made_by)

    async def _seen(self, view: SessionView) -> None:
        now_ms = self._clock.now_ms()
        if view.step is Step.DONE and view.seen_at_ms < now_ms - self._policy.seen_every_ms:
            await self._shelves.sessions.seen(view.id, now_ms, now_ms - self._policy.seen_every_ms)

    # -- opening and advancing --------------------------------------------------------------------------------------

    async def open(
        self, account: Account, step: Step, visit: Visit, *, reset_code: str | None = None
    ) -> Opened:
        """A new session under a fresh token, instead of the one the browser had; the token is shown to it only.

        Args:
            account: Whose password was right just now.
            step: What is still missing.
            visit: The browser.
            reset_code: Digest of the officers' code after a reset.
        """
        now_ms = self._clock.now_ms()
        done = step is Step.DONE
        token = self._ids.secret()
        view = SessionView(
            id=SessionId(self._ids.uuid7()),
            account=account.id,
            org=account.org,
            member=account.member,
            step=step,
            kind=Kind.DEVICE,
            made_at_ms=now_ms,
            seen_at_ms=now_ms,
            expires_at_ms=now_ms + (self._policy.member.absolute_ms if done else self._policy.login_ms),
            proved_at_ms=now_ms if done else 0,
            agent=visit.agent,
            known_device=visit.known,
        )
        await self._shelves.sessions.insert(
            StoredSession(view, account.generation, 0, reset_code=reset_code), token
        )
        if visit.session is not None and visit.session.kind is Kind.DEVICE:
            await self.end(visit.session.account, [visit.session.id])
        await self._trim(account)
        return Opened(token, view)

    def advance(self, view: SessionView, step: Step, generation: int, *, proved: bool) -> tuple[str, Update]:
        """A new token and the change that brings a session to `step`; the old token is dead with the commit.

        Args:
            view: The session before.
            step: Where it goes.
            generation: Generation of the account it shall belong to.
            proved: Every factor was just given.
        """
        now_ms = self._clock.now_ms()
        token = self._ids.secret()
        done = step is Step.DONE
        ends_ms = view.made_at_ms + (self._policy.member.absolute_ms if done else self._policy.login_ms)
        after = replace(
            view,
            step=step,
            seen_at_ms=now_ms,
            expires_at_ms=ends_ms,
            proved_at_ms=now_ms if proved else view.proved_at_ms,
        )
        return token, self._shelves.sessions.advance(view, after, token, generation)

    async def _trim(self, account: Account) -> None:
        stored = await self._shelves.sessions.of_account(account.id)
        await self.end(account.id, [old.view.id for old in stored[self._policy.sessions_max :]])

    # -- ending -----------------------------------------------------------------------------------------------------

    async def list(self, account: AccountId) -> list[SessionView]:
        """Complete sessions of an account that count now, the one used last first."""
        found = [await self._judge(stored) for stored in await self._shelves.sessions.of_account(account)]
        return [known.session for known in found if known is not None and known.session.step is Step.DONE]

    async def end(self, account: AccountId, sessions: Iterable[SessionId]) -> int:
        """End sessions of an account everywhere; returns how many there were."""
        ended = [session for session in sessions if await self._shelves.sessions.delete(account, session)]
        await self.tell_ended(ended)
        return len(ended)

    async def end_others(self, account: AccountId, keep: SessionId | None) -> int:
        """End all sessions of an account but one; returns how many there were."""
        stored = await self._shelves.sessions.of_account(account)
        return await self.end(account, [other.view.id for other in stored if other.view.id != keep])

    async def tell_ended(self, sessions: Iterable[str]) -> None:
        """Tell every process to close the sockets of these sessions."""
        ended = list(sessions)
        if ended:
            await self._bus.publish(SESSIONS_CHANNEL, json.dumps(ended).encode())
            await self._bus.flush()


def _with_end(view: SessionView, lifetime: Lifetime) -> SessionView:
    """The view with the end that comes first: stored, absolute or idle."""
    if view.step is not Step.DONE:
        return view
    ends_ms = min(
        view.expires_at_ms, view.made_at_ms + lifetime.absolute_ms, view.seen_at_ms + lifetime.idle_ms
    )
    return replace(view, expires_at_ms=ends_ms)


def _token_view(token: BotToken) -> SessionView:
    return SessionView(
        id=SessionId(token.id),
        account=AccountId(token.id),
        org=token.org,
        member=None,
        step=Step.DONE,
        kind=Kind.BOT,
        made_at_ms=token.made_at_ms,
        seen_at_ms=token.seen_at_ms,
        expires_at_ms=token.ends_at_ms,
        proved_at_ms=0,
        agent=token.name,
    )
