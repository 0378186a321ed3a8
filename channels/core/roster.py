"""Presence on the wire: who is in a topic, told once on entering and then as changes, at most twice a second per topic.

The tracker (presence/) decides; this module carries its changes to readers here and to the other processes. Small topics
list people; in large ones only the number is kept current, because listing everybody to everybody grows with the square.
Nothing is stored. May be imported by server and tests.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import orjson

from channels.core.framing import text_frame
from channels.core.hub import Hub
from channels.core.registry import Registry
from channels.core.relay import Head, Relay
from channels.core.visitor import Visitor
from channels.protocol.codec import encode
from channels.protocol.presence import Meta as WireMeta
from channels.protocol.presence import PresenceChanged, PresenceState
from presence.diff import Diff, Meta, State
from presence.tracker import Arrival, Tracker
from storage.clock import Clock
from storage.tasks import Tasks

CHANNEL = "presence"

FRESH_COUNT = 50
"""Up to so many members a newcomer's state is made anew and names the newcomer; in larger topics the last one, with the
changes told since, serves many newcomers (a reconnect storm), and each sees itself with the next change."""

FRESH_MS = 2_000
"""From FEW_COUNT members on a state this young serves the next newcomer, too: in a storm every branch gets many in a moment."""

FEW_COUNT = 10

TELLINGS_PER_S = 10_000
"""Frames of presence that one process writes at most, over all topics and readers: about a twentieth of its time. Ten thousand
members that come back at once would otherwise be told of each other before anybody is served."""

LONGEST_PAUSE_MS = 4_000
"""Between two tellings, however many there are."""


@dataclass(frozen=True, slots=True)
class RosterTimes:
    """When presence is told, and to whom in full.

    Attributes:
        flush_ms: Between two changes of one topic.
        whole_ms: Between two announcements of everybody to the other processes.
        alive_ms: Between two signs of life to them.
        listed_count: Most members whose names are listed; a branch has fewer, an assembly has more.
        counted_ms: Longest time between two numbers of a topic that is not listed. They come the rarer the more members
            there are: one number is one frame to each of them, and who joins ten thousand moves nobody.
    """

    flush_ms: int = 500
    whole_ms: int = 15_000
    alive_ms: int = 5_000
    listed_count: int = 300
    counted_ms: int = 10_000


@dataclass(slots=True)
class _Kept:
    """What a newcomer is told: a state and the changes since. They SET, so reading old ones first does no harm.

    Attributes:
        frames: The state, then the changes.
        most_bytes: A new state is made before they are longer than that.
        made_ms: Monotonic time of the state.
    """

    frames: list[bytes]
    most_bytes: int
    made_ms: int

    def add(self, frame: bytes) -> bool:
        """Keep a change; False when it is time for a new state."""
        self.frames.append(frame)
        return sum(map(len, self.frames)) <= self.most_bytes


class Rosters:
    """Presence of all topics of one process.

    Args:
        hub: Readers.
        registry: Says which topics have a roster.
        relay: The other processes.
        clock: Time.
        tracker: Who is where.
        times: When to tell.
    """

    def __init__(  # noqa: PLR0913 - the tracker carries the grace, the times the rhythm
        self,
        hub: Hub,
        registry: Registry,
        relay: Relay,
        clock: Clock,
        tracker: Tracker,
        times: RosterTimes | None = None,
    ) -> None:
        self._hub = hub
        self._kinds = frozenset(kind for kind, row in registry.topics.items() if row.roster)
        self._relay = relay
        self._clock = clock
        self._tracker = tracker
        self._times = times or RosterTimes()
        self._states: dict[str, _Kept] = {}
        self._unlisted: set[str] = set()
        self._uncounted: dict[str, int] = {}

    async def start(self, tasks: Tasks, *, several: bool) -> None:
        """Begin to tell; `several`: other processes are told, too."""
        if several:
            await self._relay.listen(CHANNEL, self._heard)
            self._relay.say(CHANNEL, {"hello": True})
            tasks.start(self._announce_all(), name="roster: announce everybody")
        tasks.start(self._flush_all(several=several), name="roster: tell changes")

    def stop(self) -> None:
        """Tell the other processes that this one leaves: its people get the reconnect grace."""
        self._relay.say(CHANNEL, {"bye": True})

    # -- readers ---------------------------------------------------------------------------------------------------

    def entered(self, visitor: Visitor, topic: str) -> None:
        """A connection is in a topic now: it joins the roster and gets the state."""
        if not self._has(topic) or topic not in visitor.link.seats:
            return
        member = visitor.facts.member
        if member is not None:
            arrival = Arrival(visitor.ref, str(visitor.facts.session), self._clock.now_ms())
            self._tracker.join(topic, member, arrival)
            count, kept = self._tracker.count(topic), self._states.get(topic)
            old_ms = self._clock.monotonic_ms() - FRESH_MS
            if count <= FEW_COUNT or (count <= FRESH_COUNT and kept is not None and kept.made_ms <= old_ms):
                self._states.pop(topic, None)
        self._hub.send(visitor.link, self._state(topic))

    def left(self, visitor: Visitor, topics: Iterable[str]) -> None:
        """A connection left topics on purpose, lost its right to be there, or signed out: gone at once."""
        for topic in topics:
            if self._has(topic) and visitor.facts.member is not None:
                self._tracker.leave(topic, visitor.facts.member, visitor.ref)

    def dropped(self, visitor: Visitor, topics: Iterable[str]) -> None:
        """A socket broke: the connection shows as reconnecting for the grace time."""
        for topic in topics:
            if self._has(topic) and visitor.facts.member is not None:
                self._tracker.drop(topic, visitor.facts.member, visitor.ref, self._clock.monotonic_ms())

    def refresh(self, visitor: Visitor) -> None:
        """A reader that had missed changes gets the states of its topics again."""
        for topic in visitor.link.seats:
            if self._has(topic) and self._hub.is_in(visitor.link, topic):
                self._hub.send(visitor.link, self._state(topic))

    def _has(self, topic: str) -> bool:
        return topic.partition(":")[0] in self._kinds

    def _state(self, topic: str) -> bytes:
        """Frames of everybody: a state and the changes told since; what changed after them will be told anyway."""
        kept = self._states.get(topic)
        if kept is None:
            count = self._tracker.count(topic)
            people = None
            if self._is_listed(topic, count):
                people = {m: _on_wire(metas) for m, metas in self._tracker.roster(topic).items()}
            frame = text_frame(encode(PresenceState(topic=topic, count=count, people=people)))
            kept = self._states[topic] = _Kept([frame], 2 * len(frame), self._clock.monotonic_ms())
        return kept.frames[0] if len(kept.frames) == 1 else b"".join(kept.frames)

    def _is_listed(self, topic: str, count: int) -> bool:
        """Names are listed up to the bound, and after it was passed not before a fifth has left."""
        most = self._times.listed_count
        return count <= (most * 4 // 5 if topic in self._unlisted else most)

    # -- telling ---------------------------------------------------------------------------------------------------

    async def _flush_all(self, *, several: bool) -> None:
        pause_ms = self._times.flush_ms
        while True:
            await asyncio.sleep(pause_ms / 1_000)
            self._tracker.expire(self._clock.monotonic_ms())
            for topic, members in self._tracker.take_own_changes().items():
                if several:
                    self._announce(topic, self._tracker.own_people(topic, members), whole=False)
            tellings = self._tell_changes() + self._tell_counts()
            pause_ms = max(self._times.flush_ms, min(tellings * 1_000 // TELLINGS_PER_S, LONGEST_PAUSE_MS))

    def _tell_changes(self) -> int:
        """Tell every topic what changed in it; returns how many frames that makes."""
        tellings = 0
        for topic, change in self._tracker.take_changes().items():
            tellings += self._flush(topic, change)
        return tellings

    def _flush(self, topic: str, change: Diff) -> int:
        kept, count = self._states.pop(topic, None), self._tracker.count(topic)
        if self._hub.stream(topic) is None:
            self._unlisted.discard(topic)
            return 0
        listed, was_listed = self._is_listed(topic, count), topic not in self._unlisted
        (self._unlisted.discard if listed else self._unlisted.add)(topic)
        if listed and was_listed:
            people = {member: _on_wire(metas) for member, metas in change.present.items()}
            told = PresenceChanged(topic=topic, count=count, people=people, gone=sorted(change.gone))
            frame = text_frame(encode(told))
            if count and kept is not None and kept.add(frame):
                self._states[topic] = kept
            return self._publish(topic, frame)
        if listed or was_listed:
            return self._publish(topic, self._state(topic))
        self._uncounted.setdefault(topic, self._clock.monotonic_ms())
        return 0

    def _publish(self, topic: str, frame: bytes) -> int:
        """Tell all readers of a topic; returns how many there are."""
        self._hub.publish_live(topic, frame)
        stream = self._hub.stream(topic)
        return 0 if stream is None else len(stream.live)

    def _tell_counts(self) -> int:
        """Tell numbers that have changed, each topic's when its time has come; returns how many frames that makes."""
        tellings = 0
        now_ms = self._clock.monotonic_ms()
        for topic, since_ms in list(self._uncounted.items()):
            apart_ms = self._times.flush_ms * self._tracker.count(topic) // max(1, self._times.listed_count)
            if now_ms - since_ms >= min(apart_ms, self._times.counted_ms):
                del self._uncounted[topic]
                tellings += self._publish(topic, self._state(topic))
        return tellings

    def _announce(self, topic: str, people: Mapping[str, Sequence[Arrival]], *, whole: bool) -> None:
        told = {
            member: [[a.ref, a.device, a.since_at_ms, a.state.value] for a in arrivals]
            for member, arrivals in people.items()
        }
        self._relay.say(CHANNEL, {"topic": topic, "whole": whole}, [orjson.dumps(told)])

    async def _announce_all(self) -> None:
        step_ms = min(self._times.alive_ms, self._times.whole_ms)
        waited_ms = self._times.whole_ms
        while True:
            self._relay.say(CHANNEL, {"alive": True})
            if waited_ms >= self._times.whole_ms:
                self._announce_everybody()
                waited_ms = 0
            await asyncio.sleep(step_ms / 1_000)
            waited_ms += step_ms

    def _announce_everybody(self) -> None:
        for topic in self._tracker.topics():
            self._announce(topic, self._tracker.own_people(topic), whole=True)

    def _heard(self, head: Head, lines: Sequence[bytes]) -> None:
        node, now_ms = str(head["node"]), self._clock.monotonic_ms()
        if head.get("bye"):
            self._tracker.node_gone(node, now_ms)
            return
        self._tracker.heard(node, now_ms)
        if head.get("hello"):
            self._announce_everybody()
        if "topic" in head:
            people = {
                str(member): [
                    Arrival(str(ref), str(device), int(since), State(state))
                    for ref, device, since, state in rows
                ]
                for member, rows in orjson.loads(lines[0]).items()
            }
            self._tracker.announced(node, str(head["topic"]), people, whole=bool(head["whole"]))


def _on_wire(metas: Iterable[Meta]) -> list[WireMeta]:
    return [WireMeta(ref=m.ref, since_at_ms=m.since_at_ms, state=m.state.value) for m in metas]
