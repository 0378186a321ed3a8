"""Who is where, over all processes: metas per connection, reconnect grace, coalesced changes. Plain values, time passed in.

Each process announces only its own people and merges what the others announce; a process that falls silent for
NODE_EXPIRES_MS loses its people after the same grace a broken connection gets. Nothing here is stored; a restart starts
empty. May be imported by channels and server.
"""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from presence.diff import Diff, Meta, Roster, State

GRACE_MS = 45_000
"""How long a dropped connection shows as reconnecting: a lift, a tunnel, a change from Wi-Fi to mobile."""

NODE_EXPIRES_MS = 12_000
"""Silence after which another process counts as gone: two missed signs of life of 5 s and some air."""

STAYS_MAX = 8
"""Connections of one member shown in one topic: beyond them broken ones go at once, the oldest first. A line that breaks
again and again must not make the roster grow."""

OWN = ""
"""Node name of this process inside the tracker."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A connection that enters a topic, or that another process announces.

    Attributes:
        ref: Name of the connection, unique over all processes.
        device: Name of the signed-in device; a new connection of the device ends its broken ones.
        since_at_ms: Wall time of joining.
        state: Here or reconnecting.
    """

    ref: str
    device: str
    since_at_ms: int
    state: State = State.HERE


@dataclass(slots=True)
class _Stay:
    """One connection in one topic; `until_ms` is set while it is reconnecting here."""

    arrival: Arrival
    node: str
    until_ms: int | None = None


@dataclass(slots=True)
class _Place:
    """One topic: people now, and how changed ones looked when they were last told."""

    people: dict[str, dict[str, _Stay]] = field(default_factory=dict)
    told: dict[str, tuple[Meta, ...]] = field(default_factory=dict)
    own_changed: set[str] = field(default_factory=set)


class Tracker:
    """Presence of all topics as one process sees it.

    Args:
        grace_ms: Reconnect grace.
        node_expires_ms: Silence after which another process counts as gone.
    """

    def __init__(self, *, grace_ms: int = GRACE_MS, node_expires_ms: int = NODE_EXPIRES_MS) -> None:
        self._grace_ms = grace_ms
        self._node_expires_ms = node_expires_ms
        self._places: dict[str, _Place] = {}
        self._due: list[tuple[int, str, str, str]] = []
        self._nodes: dict[str, int] = {}
        self._changed: set[str] = set()
        self._own_changed: set[str] = set()

    # -- own connections -------------------------------------------------------------------------------------------

    def join(self, topic: str, member: str, arrival: Arrival) -> None:
        """A connection of this process enters; broken connections of the same device leave."""
        self._put(topic, member, _Stay(arrival, OWN))

    def drop(self, topic: str, member: str, ref: str, now_ms: int) -> None:
        """A connection broke: it shows as reconnecting for the grace time."""
        stay = self._stay(topic, member, ref)
        if stay is not None and stay.until_ms is None:
            self._fade(topic, member, stay, now_ms)

    def leave(self, topic: str, member: str, ref: str) -> None:
        """A connection left on purpose, or lost its right to be here: gone at once."""
        stay = self._stay(topic, member, ref)
        if stay is not None:
            self._remove(topic, member, ref)

    # -- other processes -------------------------------------------------------------------------------------------

    def heard(self, node: str, now_ms: int) -> None:
        """Another process gave a sign of life."""
        self._nodes[node] = now_ms

    def announced(
        self, node: str, topic: str, people: Mapping[str, Iterable[Arrival]], *, whole: bool = False
    ) -> None:
        """Another process told the connections of some of its members in a topic; an empty list means none left.

        Args:
            node: Its name.
            topic: Where.
            people: Member -> all connections of that member on that process.
            whole: The announcement names everybody the process has there.
        """
        if whole:
            for member in [
                m for m, stays in self._people(topic) if any(s.node == node for s in stays.values())
            ]:
                if member not in people:
                    self._replace(node, topic, member, ())
        for member, arrivals in people.items():
            self._replace(node, topic, member, tuple(arrivals))

    def own_people(self, topic: str, members: Iterable[str] | None = None) -> dict[str, tuple[Arrival, ...]]:
        """What to announce: own connections of these members (all when None); empty tuples for those who left."""
        place = self._places.get(topic)
        if members is None:
            members = place.people.keys() if place else ()
            return {m: own for m in list(members) if (own := self._own(topic, m))}
        return {member: self._own(topic, member) for member in members}

    def take_own_changes(self) -> dict[str, frozenset[str]]:
        """Topic -> members whose own connections changed since the last call."""
        changed = {topic: frozenset(self._places[topic].own_changed) for topic in self._own_changed}
        for topic in changed:
            self._places[topic].own_changed.clear()
        self._own_changed.clear()
        self._forget_empty(changed)
        return changed

    # -- everybody -------------------------------------------------------------------------------------------------

    def roster(self, topic: str) -> Roster:
        """Everybody in a topic."""
        place = self._places.get(topic)
        if place is None:
            return {}
        return {member: _metas(stays) for member, stays in place.people.items()}

    def count(self, topic: str) -> int:
        """Members in a topic."""
        place = self._places.get(topic)
        return len(place.people) if place else 0

    def topics(self) -> tuple[str, ...]:
        """Topics where somebody is or was a moment ago."""
        return tuple(self._places)

    def take_changes(self) -> dict[str, Diff]:
        """Topic -> what changed since the last call; nothing for changes that cancelled out."""
        topics, self._changed = self._changed, set()
        changes = {}
        for topic in topics:
            place = self._places[topic]
            if change := _change(place):
                changes[topic] = change
            place.told.clear()
        self._forget_empty(topics)
        return changes

    def expire(self, now_ms: int) -> None:
        """Let go of connections whose grace is over and start the grace of silent processes' people."""
        for node in [n for n, at_ms in self._nodes.items() if now_ms - at_ms > self._node_expires_ms]:
            self.node_gone(node, now_ms)
        while self._due and self._due[0][0] <= now_ms:
            until_ms, topic, member, ref = heapq.heappop(self._due)
            stay = self._stay(topic, member, ref)
            if stay is not None and stay.until_ms == until_ms:
                self._remove(topic, member, ref)

    def node_gone(self, node: str, now_ms: int) -> None:
        """Another process is gone: its people get the reconnect grace."""
        self._nodes.pop(node, None)
        for topic in list(self._places):
            for member, stays in list(self._people(topic)):
                for stay in list(stays.values()):
                    if stay.node == node and stay.until_ms is None:
                        self._fade(topic, member, stay, now_ms)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _put(self, topic: str, member: str, stay: _Stay) -> None:
        stays = self._touch(topic, member, own=stay.node == OWN).people.setdefault(member, {})
        broken = [
            ref
            for ref, other in stays.items()
            if other.arrival.device == stay.arrival.device and other.arrival.state is State.RECONNECTING
        ]
        if stay.arrival.state is State.HERE:
            for ref in broken:
                self._touch(topic, member, own=stays.pop(ref).node == OWN)
        stays[stay.arrival.ref] = stay
        if len(stays) > STAYS_MAX:
            self._drop_oldest_broken(topic, member, stays)

    def _drop_oldest_broken(self, topic: str, member: str, stays: dict[str, _Stay]) -> None:
        broken = [ref for ref, stay in stays.items() if stay.arrival.state is State.RECONNECTING]
        for ref in broken[: len(stays) - STAYS_MAX]:
            self._touch(topic, member, own=stays.pop(ref).node == OWN)

    def _fade(self, topic: str, member: str, stay: _Stay, now_ms: int) -> None:
        self._touch(topic, member, own=stay.node == OWN)
        old = stay.arrival
        stay.arrival = Arrival(old.ref, old.device, old.since_at_ms, State.RECONNECTING)
        stay.until_ms = now_ms + self._grace_ms
        heapq.heappush(self._due, (stay.until_ms, topic, member, old.ref))

    def _remove(self, topic: str, member: str, ref: str) -> None:
        place = self._places[topic]
        own = place.people[member][ref].node == OWN
        self._touch(topic, member, own=own)
        del place.people[member][ref]
        if not place.people[member]:
            del place.people[member]

    def _replace(self, node: str, topic: str, member: str, arrivals: tuple[Arrival, ...]) -> None:
        place = self._touch(topic, member, own=False)
        stays = place.people.setdefault(member, {})
        for ref in [r for r, stay in stays.items() if stay.node == node]:
            del stays[ref]
        for arrival in arrivals:
            self._put(topic, member, _Stay(arrival, node))
        if not stays:
            del place.people[member]

    def _touch(self, topic: str, member: str, *, own: bool) -> _Place:
        """Remember how the member looked before a change."""
        place = self._places.setdefault(topic, _Place())
        if member not in place.told:
            place.told[member] = _metas(place.people.get(member, {}))
        self._changed.add(topic)
        if own:
            place.own_changed.add(member)
            self._own_changed.add(topic)
        return place

    def _stay(self, topic: str, member: str, ref: str) -> _Stay | None:
        place = self._places.get(topic)
        return place.people.get(member, {}).get(ref) if place else None

    def _people(self, topic: str) -> list[tuple[str, dict[str, _Stay]]]:
        place = self._places.get(topic)
        return list(place.people.items()) if place else []

    def _own(self, topic: str, member: str) -> tuple[Arrival, ...]:
        place = self._places.get(topic)
        stays = place.people.get(member, {}) if place else {}
        return tuple(s.arrival for s in stays.values() if s.node == OWN)

    def _forget_empty(self, topics: Iterable[str]) -> None:
        for topic in topics:
            place = self._places.get(topic)
            if place and not (place.people or place.told or place.own_changed):
                del self._places[topic]


def _metas(stays: Mapping[str, _Stay]) -> tuple[Meta, ...]:
    metas = [Meta(s.arrival.ref, s.arrival.since_at_ms, s.arrival.state) for s in stays.values()]
    return tuple(sorted(metas, key=lambda meta: meta.ref))


def _change(place: _Place) -> Diff:
    present, gone = {}, set()
    for member, before in place.told.items():
        after = _metas(place.people.get(member, {}))
        if after and after != before:
            present[member] = after
        elif before and not after:
            gone.add(member)
    return Diff(present, frozenset(gone))
