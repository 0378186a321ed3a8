"""Sessions that a test holds in its hand: who they are, when they end, what they may."""

from collections.abc import Sequence

from channels.core.actor import Actor, Grant
from channels.core.ports import Credential, SessionFacts, Standing
from storage.clock import SystemClock
from storage.errors import Unavailable
from storage.ids import AccountId, MemberId, OrgId, SessionId, UnitId


def numbered_id(kind: int, number: int) -> str:
    """A canonical id that says what it is for."""
    return f"01980000-0000-7{kind:03x}-8000-{number:012x}"


CLOCK = SystemClock()
UNIT = UnitId(numbered_id(2, 1))


class FakeSessions:
    """A `SessionSource` in memory: `cookie-<n>`, and the tokens `bearer-<n>` (an app) and `bot-<n>`, are member n.

    Attributes:
        facts: Session id -> facts; remove one to end the session.
        ends_at_ms: Session id -> wall time of its end, None for never.
        actors: Session id -> actor.
        away: Raise Unavailable at every question.
        lifetime_ms: Sessions end so long after their hello or last report of use; None for never.
        touched: Sessions reported as used.
    """

    def __init__(self) -> None:
        self.facts: dict[str, SessionFacts] = {}
        self.actors: dict[str, Actor] = {}
        self.ends_at_ms: dict[str, int | None] = {}
        self.away = False
        self.lifetime_ms: int | None = None
        self.touched: list[str] = []
        self._next = 0
        self._by_secret: dict[str, SessionId] = {}

    async def load(self, credential: Credential) -> SessionFacts | None:
        """The session of a well-known secret, opened when it is first shown."""
        self._check()
        kind, _, number = credential.secret.partition("-")
        if kind not in (("bearer", "bot") if credential.bearer else ("cookie",)) or not number.isdigit():
            return None
        known = self._by_secret.get(credential.secret)
        if known is None:
            known = self._by_secret[credential.secret] = self.open(int(number), bot=kind == "bot").session
        return self.facts.get(known)

    def open(self, number: int, *, bot: bool = False) -> SessionFacts:
        """A new session of member `number`; bots may only speak."""
        self._next += 1
        session = SessionId(numbered_id(5, self._next))
        account, member = AccountId(numbered_id(4, number)), MemberId(numbered_id(3, number))
        facts = SessionFacts(session, account, member)
        self.facts[session] = facts
        self.ends_at_ms[session] = self._end_ms()
        self.actors[session] = Actor(
            account=account,
            session=session,
            org=OrgId(numbered_id(1, 1)),
            member=member,
            units=frozenset({UNIT}),
            grants=(Grant("secretary", UNIT, frozenset({"talk.fail"}), inherited=True),)
            if number == 1
            else (),
            scopes=frozenset({"talk.say"}) if bot else None,
        )
        return facts

    async def standing(self, session: SessionId, *, used: bool = False) -> Standing | None:
        """How a session that is still open stands."""
        del used
        self._check()
        ends_at_ms = self.ends_at_ms.get(session)
        if session not in self.facts or (ends_at_ms is not None and ends_at_ms <= CLOCK.now_ms()):
            return None
        actor = self.actors.get(session)
        return None if actor is None else Standing(actor, ends_at_ms)

    async def ended(self, sessions: Sequence[SessionId]) -> list[SessionId]:
        """Those that were removed."""
        self._check()
        return [session for session in sessions if session not in self.facts]

    async def touch(self, session: SessionId) -> int | None:
        """Note the use."""
        self.touched.append(session)
        self.ends_at_ms[session] = self._end_ms()
        return self.ends_at_ms[session]

    def _end_ms(self) -> int | None:
        return None if self.lifetime_ms is None else CLOCK.now_ms() + self.lifetime_ms

    def _check(self) -> None:
        if self.away:
            raise Unavailable("sessions")
