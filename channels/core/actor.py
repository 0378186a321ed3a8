"""Who acts, and what they may do. Plain values; built by the roof from account, member and roles.

May be imported by features and server.
"""

from dataclasses import dataclass, field

from storage.ids import AccountId, MemberId, OrgId, SessionId, UnitId


@dataclass(frozen=True, slots=True)
class Grant:
    """Capabilities that one role gives in one unit.

    Attributes:
        role: Role word of domain.md 2.17, e.g. `secretary`.
        unit: The unit the role is held in.
        capabilities: Words `feature.verb`, e.g. `chat.delete`.
        inherited: True when the grant reaches all units below `unit` too.
    """

    role: str
    unit: UnitId
    capabilities: frozenset[str]
    inherited: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where a unit stands in the tree.

    Attributes:
        unit: The unit itself.
        path: Ids from the root of the organisation down to and including the unit.
    """

    unit: UnitId
    path: tuple[UnitId, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of one command or request, as of now.

    Attributes:
        account: Log-in account.
        session: The signed-in device, or the token's id for bots.
        org: Organisation; None for a system administrator.
        member: Membership; None for system administrators and bots.
        units: Units the member belongs to by the roll (branch and groups).
        grants: What roles give.
        system: Capabilities of the installation itself (system administrator); never organisation content.
        scopes: For bot tokens: the only command types and routes allowed; None means no such limit.
        fully_authenticated: True only after every required factor.
        reauthenticated_at_ms: Last full proof of identity on this session, 0 if none.
        browser: Mark of the browser the session was opened in, the same for whoever signs in there; empty for none.
    """

    account: AccountId
    session: SessionId
    org: OrgId | None
    member: MemberId | None
    units: frozenset[UnitId]
    grants: tuple[Grant, ...]
    system: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    fully_authenticated: bool = True
    reauthenticated_at_ms: int = 0
    browser: str = field(default="", repr=False)

    def can(self, capability: str, place: Place) -> bool:
        """True when a role held in `place`, or an inherited one held above it, gives the capability."""
        return any(
            capability in grant.capabilities
            and (grant.unit == place.unit or (grant.inherited and grant.unit in place.path))
            for grant in self.grants
        )

    def can_anywhere(self, capability: str) -> bool:
        """True when any role anywhere gives the capability; the exact place is checked by the feature."""
        return any(capability in grant.capabilities for grant in self.grants)

    def may_use(self, wire_type: str) -> bool:
        """True unless a bot token's scopes leave this command or route out."""
        return self.scopes is None or wire_type in self.scopes
