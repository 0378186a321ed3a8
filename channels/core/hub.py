"""Topics and their readers: entries strictly in order, who gets them, who has to wait and why. No knowledge of features.

* A sequencer per topic lets entries out in order and reports gaps, so that recovery fills them (realtime.md 6).
* A reader of a topic is either live (gets everything, costs one list append) or has a `Seat` that says why not: it joins
  (attach first, buffer, catch up, splice; realtime.md 7), its rights are being judged, or it reads too slowly.
* Frames arrive ready made and leave by `channels.core.fanout`. Nothing here awaits, nothing raises.
* Every queue is bounded in bytes; a reader over the bound gets no pushes until it drained, or is closed.

One event loop owns a hub; nothing is thread-safe. May be imported by server and tests.
"""

from collections.abc import Callable, Iterable

from channels.core.counts import Counts
from channels.core.fanout import Fanout
from channels.core.framing import text_frame
from channels.core.lingering import Lingering
from channels.core.seats import HubLimits, Link, Mode, Seat, Stream
from channels.core.sequencer import UNKNOWN, Item
from channels.protocol.close_codes import SLOW_CONSUMER, CloseRow
from channels.protocol.codec import encode
from channels.protocol.pushes import Lagged

GIVEN_UP_AT_ONCE = (
    4  # slow readers closed in one look: each costs some hundred microseconds of farewells, and others wait
)
SWEEP_MS = 5_000  # between two looks for topics that were left long enough ago


class Hub:
    """All topics and readers of one process.

    Args:
        soon: Runs a callback at the end of this event-loop turn (`loop.call_soon`).
        later: Runs a callback after so many seconds (`loop.call_later`).
        now_ms: Monotonic time.
        limits: Bounds.
        counts: Written in place.

    Attributes:
        on_gap: Told a topic whose log has entries that did not arrive.
        on_drained: Told a reader that keeps up again.
        on_dropped: Told a reader that is gone, with the topics it was in.
    """

    def __init__(
        self,
        soon: Callable[[Callable[[], None]], object],
        later: Callable[[float, Callable[[], None]], object],
        now_ms: Callable[[], int],
        limits: HubLimits | None = None,
        counts: Counts | None = None,
    ) -> None:
        self._later = later
        self._now_ms = now_ms
        self._limits = limits or HubLimits()
        self._counts = counts or Counts()
        self._fanout = Fanout(soon, now_ms, self._limits.soft_bytes, self._counts)
        self._fanout.on_slow = self._slow
        self._streams: dict[str, Stream] = {}
        self._lingering = Lingering(self._limits)
        self._lagging: set[Link] = set()
        self._watching = False
        self._sweeping = False
        self.on_gap: Callable[[str], None] = lambda _topic: None
        self.on_drained: Callable[[Link], None] = lambda _link: None
        self.on_dropped: Callable[[Link, list[str]], None] = lambda _link, _topics: None

    # -- what comes in ---------------------------------------------------------------------------------------------

    def stream(self, topic: str) -> Stream | None:
        """The topic as it stands here; None when nobody here reads it, or did a moment ago."""
        return self._streams.get(topic)

    def topics(self) -> list[str]:
        """Topics that have readers (or had a moment ago) and a known place in the log."""
        return [name for name, stream in self._streams.items() if stream.order.cursor != UNKNOWN]

    def deliver(self, topic: str, items: Iterable[Item]) -> None:
        """Entries of a topic became known, in any order and repetition."""
        stream = self._streams.get(topic)
        if stream is not None:
            self._emit(stream, stream.order.accept(items))

    def heard_head(self, topic: str, head: int) -> None:
        """Somebody says that the topic's log reaches to `head`."""
        stream = self._streams.get(topic)
        if stream is not None and stream.order.heard(head):
            self.on_gap(topic)

    def publish_live(self, topic: str, frame: bytes) -> None:
        """Tell those who are live in the topic now; not kept for anybody else."""
        stream = self._streams.get(topic)
        if stream is not None and stream.live:
            self._fanout.put(stream, frame)

    # -- readers ---------------------------------------------------------------------------------------------------

    def attach(self, link: Link, topic: str) -> Seat:
        """Seat a reader that is about to read the log; from now on entries are buffered for it.

        A second call for the same reader replaces the first seat and its buffer.
        """
        stream = self._streams.get(topic)
        if stream is None:
            stream = self._streams[topic] = Stream(topic)
        self._lingering.come_back(stream)
        return self._seat(stream, link, Mode.JOIN)

    @staticmethod
    def is_current(seat: Seat) -> bool:
        """False when the reader left, was put out, or asked anew meanwhile."""
        return seat.link.seats.get(seat.stream.name) is seat

    @staticmethod
    def joins_at(seat: Seat, at: int) -> bool:
        """True when `join(seat, at)` leaves no hole; else read the log from `at` on once more."""
        if at >= seat.stream.order.cursor:
            return True
        return bool(seat.buffer) and seat.buffer[0].seq <= at + 1

    def join(self, seat: Seat, at: int) -> None:
        """Make a reader live that has everything up to `at`; call after its answer was sent, in the same turn.

        Buffered entries after `at` are sent now; entries up to `at` that are still to come are skipped.
        """
        stream = seat.stream
        self._emit(stream, stream.order.anchor(at))
        for item in seat.buffer:
            if item.seq > at:
                self.send(seat.link, item.frame)
        if stream.order.cursor >= at:
            self._promote(seat)
        else:
            seat.mode, seat.at, seat.buffer = Mode.PASS, at, []

    def detach(self, link: Link, topic: str) -> bool:
        """Take a reader out of a topic; True when it was in."""
        if topic not in link.seats:
            return False
        stream = self._streams[topic]
        stream.live.discard(link)
        stream.seats.pop(link, None)
        del link.seats[topic]
        if not stream.live and not stream.seats:
            if stream.order.cursor == UNKNOWN:
                del self._streams[topic]
            else:
                self._forget(self._lingering.leave(stream, self._now_ms()))
        return True

    def _forget(self, streams: Iterable[Stream]) -> None:
        for stream in streams:
            del self._streams[stream.name]
        if len(self._lingering) and not self._sweeping:
            self._sweeping = True
            self._later(SWEEP_MS / 1_000, self._sweep)

    def _sweep(self) -> None:
        self._sweeping = False
        self._forget(self._lingering.sweep(self._now_ms()))

    def hold(self, link: Link) -> None:
        """Keep everything back from a reader until `release`: its rights are being judged."""
        link.holds += 1
        for topic, seat in list(link.seats.items()):
            if seat is None:
                self._seat(self._streams[topic], link, Mode.HOLD)

    def release(self, link: Link) -> None:
        """A judgement is over: topics the reader is still in go on."""
        link.holds -= 1
        if link.holds or not link.open:
            return
        heads = {}
        for topic, seat in list(link.seats.items()):
            if seat is not None and seat.mode is Mode.HOLD:
                if seat.lost:
                    heads[topic] = seat.stream.order.cursor
                for item in seat.buffer:
                    self.send(link, item.frame)
                self._promote(seat)
        self._tell_lagged(link, heads)

    @staticmethod
    def is_in(link: Link, topic: str) -> bool:
        """True when the reader was let into the topic: joining is not yet in, being judged is not any more."""
        seat = link.seats.get(topic)
        return topic in link.seats and (seat is None or seat.mode in (Mode.PASS, Mode.LAG))

    def heads(self, link: Link) -> dict[str, int]:
        """Newest entry of each topic the reader was let into, as known here."""
        return {topic: self._streams[topic].order.cursor for topic in link.seats if self.is_in(link, topic)}

    def send(self, link: Link, frame: bytes) -> None:
        """One frame for one reader, in order with everything else it gets."""
        if link.open:
            self._fanout.send(link, frame)

    def close(self, link: Link, row: CloseRow, retry_after_ms: int | None = None) -> None:
        """Send what waits for a reader, then close its socket and forget it."""
        if link.open:
            if link.out is not None:
                link.port.write_frame(b"".join(link.out))
            link.ended_by = row.key
            self.drop(link)
            link.port.close(row, retry_after_ms)

    def drop(self, link: Link) -> None:
        """The socket is gone: forget the reader; a second call does nothing."""
        if not link.open:
            return
        link.open = False
        link.out = None
        self._lagging.discard(link)
        topics = list(link.seats)
        for topic in topics:
            self.detach(link, topic)
        self.on_dropped(link, topics)

    # -- inside ----------------------------------------------------------------------------------------------------

    def _emit(self, stream: Stream, items: Iterable[Item]) -> None:
        for item in items:
            if stream.live:
                self._fanout.put(stream, item.frame)
            for seat in list(stream.seats.values()):
                if seat.mode is Mode.PASS:
                    if item.seq >= seat.at:
                        self._promote(seat)
                elif seat.mode is not Mode.LAG:
                    seat.keep(item, self._limits.seat_bytes)
        if stream.order.has_gap:
            self.on_gap(stream.name)

    def _seat(self, stream: Stream, link: Link, mode: Mode) -> Seat:
        if link in stream.live:
            self._fanout.spread(stream)  # what was emitted before still belongs to the reader
            stream.live.discard(link)
        seat = Seat(link, stream, mode, stream.order.cursor)
        stream.seats[link] = link.seats[stream.name] = seat
        return seat

    def _promote(self, seat: Seat) -> None:
        """From a seat to live; a reader that is judged or lags stays seated for that reason."""
        stream, link = seat.stream, seat.link
        self._fanout.spread(stream)  # what was emitted before is not for this reader
        del stream.seats[link]
        stream.live.add(link)
        link.seats[stream.name] = None
        if link.holds:
            self._seat(stream, link, Mode.HOLD)
        elif link.lag_since_ms is not None:
            self._seat(stream, link, Mode.LAG)

    # -- slow readers ----------------------------------------------------------------------------------------------

    def _slow(self, links: Iterable[Link]) -> None:
        for link in links:
            if not link.open:
                continue
            if link.port.buffered_bytes() > self._limits.hard_bytes:
                self._give_up(link)
            elif link.lag_since_ms is None:
                link.lag_since_ms = self._now_ms()
                self._counts.lagging += 1
                self._lagging.add(link)
                for topic, seat in list(link.seats.items()):
                    if seat is None:
                        self._seat(self._streams[topic], link, Mode.LAG)
        self._watch()

    def _give_up(self, link: Link) -> None:
        self._counts.slow_closed += 1
        self.close(link, SLOW_CONSUMER)

    def _watch(self) -> None:
        if self._lagging and not self._watching:
            self._watching = True
            self._later(self._limits.watch_ms / 1_000, self._look)

    def _look(self) -> None:
        self._watching = False
        late_ms = self._now_ms() - self._limits.lag_ms
        given_up = 0
        for link in list(self._lagging):
            if link.port.buffered_bytes() <= self._limits.soft_bytes // 4:
                self._drained(link)
            elif (
                link.lag_since_ms is not None and link.lag_since_ms < late_ms and given_up < GIVEN_UP_AT_ONCE
            ):
                given_up += 1
                self._give_up(link)
        self._watch()

    def _drained(self, link: Link) -> None:
        link.lag_since_ms = None
        self._lagging.discard(link)
        heads = {}
        for topic, seat in list(link.seats.items()):
            if seat is not None and seat.mode is Mode.LAG:
                if seat.stream.order.cursor > seat.at:
                    heads[topic] = seat.stream.order.cursor
                self._promote(seat)
        self._tell_lagged(link, heads)
        self.on_drained(link)

    def _tell_lagged(self, link: Link, heads: dict[str, int]) -> None:
        if heads:
            self.send(link, text_frame(encode(Lagged(heads=heads))))
