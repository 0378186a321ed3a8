"""Fan-out: topic -> readers, entries strictly in order, one write per reader and event-loop turn. No knowledge of features.

* A sequencer per topic lets entries out in order and reports gaps, so that recovery fills them (realtime.md 6).
* A reader of a topic is either live (gets everything, costs one list append) or has a `Seat` that says why not: it joins
  (attach first, buffer, catch up, splice; realtime.md 7), its rights are being judged, or it reads too slowly.
* Frames arrive ready made. Those of one turn leave in one write per reader. Nothing here awaits, nothing raises.
* Every queue is bounded in bytes; a reader over the bound gets no pushes until it drained, or is closed.

One event loop owns a hub; nothing is thread-safe. May be imported by server and tests.
"""

from collections.abc import Callable, Iterable

from channels.core.framing import text_frame
from channels.core.seats import HubLimits, Link, Mode, Seat, Stream
from channels.core.sequencer import UNKNOWN, Item
from channels.protocol.close_codes import SLOW_CONSUMER, CloseRow
from channels.protocol.codec import encode
from channels.protocol.pushes import Lagged


class Hub:
    """All topics and readers of one process.

    Args:
        soon: Runs a callback at the end of this event-loop turn (`loop.call_soon`).
        later: Runs a callback after so many seconds (`loop.call_later`).
        now_ms: Monotonic time.
        limits: Bounds.

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
    ) -> None:
        self._soon = soon
        self._later = later
        self._now_ms = now_ms
        self._limits = limits or HubLimits()
        self._streams: dict[str, Stream] = {}
        self._dirty_streams: list[Stream] = []
        self._dirty_links: list[Link] = []
        self._lagging: set[Link] = set()
        self._scheduled = False
        self._watching = False
        self.on_gap: Callable[[str], None] = lambda _topic: None
        self.on_drained: Callable[[Link], None] = lambda _link: None
        self.on_dropped: Callable[[Link, list[str]], None] = lambda _link, _topics: None

    # -- what comes in ---------------------------------------------------------------------------------------------

    def stream(self, topic: str) -> Stream | None:
        """The topic as it stands here; None when nobody here reads it."""
        return self._streams.get(topic)

    def topics(self) -> list[str]:
        """Topics that have readers and a known place in the log."""
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
            self._put(stream, frame)

    # -- readers ---------------------------------------------------------------------------------------------------

    def attach(self, link: Link, topic: str) -> Seat:
        """Seat a reader that is about to read the log; from now on entries are buffered for it.

        A second call for the same reader replaces the first seat and its buffer.
        """
        stream = self._streams.get(topic)
        if stream is None:
            stream = self._streams[topic] = Stream(topic)
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
            del self._streams[topic]
        return True

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
            if not link.out:
                self._dirty_links.append(link)
                self._schedule()
            link.out.append(frame)

    def close(self, link: Link, row: CloseRow, retry_after_ms: int | None = None) -> None:
        """Send what waits for a reader, then close its socket and forget it."""
        if link.open:
            if link.out:
                link.port.write_frame(b"".join(link.out))
            self.drop(link)
            link.port.close(row, retry_after_ms)

    def drop(self, link: Link) -> None:
        """The socket is gone: forget the reader; a second call does nothing."""
        if not link.open:
            return
        link.open = False
        link.out.clear()
        self._lagging.discard(link)
        topics = list(link.seats)
        for topic in topics:
            self.detach(link, topic)
        self.on_dropped(link, topics)

    # -- the hot path ----------------------------------------------------------------------------------------------

    def _emit(self, stream: Stream, items: Iterable[Item]) -> None:
        for item in items:
            if stream.live:
                self._put(stream, item.frame)
            for seat in list(stream.seats.values()):
                if seat.mode is Mode.PASS:
                    if item.seq >= seat.at:
                        self._promote(seat)
                elif seat.mode is not Mode.LAG:
                    seat.keep(item, self._limits.seat_bytes)
        if stream.order.has_gap:
            self.on_gap(stream.name)

    def _put(self, stream: Stream, frame: bytes) -> None:
        if not stream.out:
            self._dirty_streams.append(stream)
            self._schedule()
        stream.out.append(frame)

    def _spread(self, stream: Stream) -> None:
        """Give the topic's frames of this turn to its live readers."""
        if not stream.out:
            return
        frames = stream.out[0] if len(stream.out) == 1 else b"".join(stream.out)
        stream.out.clear()
        dirty = self._dirty_links
        for link in stream.live:
            out = link.out
            if not out:
                dirty.append(link)
            out.append(frames)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._soon(self._flush)

    def _flush(self) -> None:
        """Write what became ready in this turn: one write per reader."""
        self._scheduled = False
        streams, self._dirty_streams = self._dirty_streams, []
        for stream in streams:
            self._spread(stream)
        links, self._dirty_links = self._dirty_links, []
        soft_bytes = self._limits.soft_bytes
        slow: list[Link] = []
        for link in links:
            out = link.out
            if not out:
                continue
            frames = out[0] if len(out) == 1 else b"".join(out)
            out.clear()
            port = link.port
            port.write_frame(frames)
            if port.buffered_bytes() > soft_bytes:
                slow.append(link)
        for link in slow:
            self._slow(link)

    # -- seats -----------------------------------------------------------------------------------------------------

    def _seat(self, stream: Stream, link: Link, mode: Mode) -> Seat:
        if link in stream.live:
            self._spread(stream)  # what was emitted before still belongs to the reader
            self._schedule()
            stream.live.discard(link)
        seat = Seat(link, stream, mode, stream.order.cursor)
        stream.seats[link] = link.seats[stream.name] = seat
        return seat

    def _promote(self, seat: Seat) -> None:
        """From a seat to live; a reader that is judged or lags stays seated for that reason."""
        stream, link = seat.stream, seat.link
        self._spread(stream)  # what was emitted before is not for this reader
        self._schedule()
        del stream.seats[link]
        stream.live.add(link)
        link.seats[stream.name] = None
        if link.holds:
            self._seat(stream, link, Mode.HOLD)
        elif link.lag_since_ms is not None:
            self._seat(stream, link, Mode.LAG)

    # -- slow readers ----------------------------------------------------------------------------------------------

    def _slow(self, link: Link) -> None:
        if link.port.buffered_bytes() > self._limits.hard_bytes:
            self.close(link, SLOW_CONSUMER)
        elif link.open and link.lag_since_ms is None:
            link.lag_since_ms = self._now_ms()
            self._lagging.add(link)
            for topic, seat in list(link.seats.items()):
                if seat is None:
                    self._seat(self._streams[topic], link, Mode.LAG)
        self._watch()

    def _watch(self) -> None:
        if self._lagging and not self._watching:
            self._watching = True
            self._later(self._limits.watch_ms / 1_000, self._look)

    def _look(self) -> None:
        self._watching = False
        late_ms = self._now_ms() - self._limits.lag_ms
        for link in list(self._lagging):
            if link.port.buffered_bytes() <= self._limits.soft_bytes // 4:
                self._drained(link)
            elif link.lag_since_ms is not None and link.lag_since_ms < late_ms:
                self.close(link, SLOW_CONSUMER)
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
