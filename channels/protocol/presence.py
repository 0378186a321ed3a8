"""Who is here: live events of every topic whose row says `roster`. Never stored, never resumed.

`presence.state` comes once after `subscribe`; `presence.changed` follows, coalesced. Both SET: applying one twice changes
nothing. Imported by channels, server, load_tests.
"""

from typing import Literal

from pydantic import Field

from channels.protocol.base import Count, Id, LiveEvent, Millis, WireModel


class Meta(WireModel):
    """One connection of a member in the topic."""

    ref: str = Field(max_length=40)
    """Name of the connection, unique, without meaning."""
    since_at_ms: Millis
    state: Literal["here", "reconnecting"]
    """`reconnecting`: the connection broke a moment ago; it leaves for good when it does not come back."""


class PresenceState(LiveEvent):
    """Everybody who is here; replaces what the client knew of the topic's roster."""

    type: Literal["presence.state"] = "presence.state"
    count: Count
    """Members present."""
    people: dict[Id, list[Meta]] | None
    """Member id -> connections; None when there are too many to list, then only `count` is kept current."""


class PresenceChanged(LiveEvent):
    """What changed since the last state or change, at most twice a second."""

    type: Literal["presence.changed"] = "presence.changed"
    count: Count
    """Members present after the change."""
    people: dict[Id, list[Meta]]
    """Members whose connections changed, with all their connections now."""
    gone: list[Id]
    """Members who are no longer here."""


PRESENCE_EVENTS: tuple[type[LiveEvent], ...] = (PresenceState, PresenceChanged)
