"""The hot path: frames that are ready made to many readers, one write per reader and event-loop turn. Knows no feature.

    put(stream, frame) ...  send(link, frame) ...  -- end of the turn -->  flush: one write per reader

* A frame is built once; a topic's frames of a turn are joined once; every live reader gets those very bytes.
* The usual turn concerns one topic: then each reader costs one call of its transport, and no list or task is touched.
  Between the writes as little as possible happens: a receiver that falls asleep in between has to be woken for each one,
  which costs more than the write.
* Long events are compressed once, for all readers that understand it (`channels.core.framing`).
* Nothing here awaits, nothing raises, and no write waits: what the kernel does not take, the transport keeps, and a reader
  whose transport keeps too much is handed to `on_slow` at the end of the turn.

May be imported by the core and tests.
"""

from collections.abc import Callable

from channels.core.counts import Counts
from channels.core.framing import PACK_BYTES, packed_frame
from channels.core.seats import Link, Stream


class Fanout:
    """What is to be written in this turn.

    Args:
        soon: Runs a callback at the end of this event-loop turn (`loop.call_soon`).
        now_ms: Monotonic time.
        soft_bytes: Unsent bytes of a reader above which it is slow.
        counts: Written in place.

    Attributes:
        on_slow: Told readers that have more than soft_bytes unsent, after everything was written.
    """

    def __init__(
        self,
        soon: Callable[[Callable[[], None]], object],
        now_ms: Callable[[], int],
        soft_bytes: int,
        counts: Counts,
    ) -> None:
        self._soon = soon
        self._now_ms = now_ms
        self._soft_bytes = soft_bytes
        self._counts = counts
        self._streams: list[Stream] = []
        self._links: list[Link] = []
        self._scheduled = False
        self._since_ms = 0
        self._before = 0
        self.on_slow: Callable[[list[Link]], None] = lambda _links: None

    def put(self, stream: Stream, frame: bytes) -> None:
        """One frame for all who are live in the topic at the end of the turn."""
        if not stream.out:
            self._streams.append(stream)
            self._schedule()
        stream.out.append(frame)

    def send(self, link: Link, frame: bytes) -> None:
        """One frame for one reader, after everything that was spread to it before."""
        if link.out is None:
            link.out = [frame]
            self._links.append(link)
            self._schedule()
        else:
            link.out.append(frame)

    def spread(self, stream: Stream) -> None:
        """Give what was put so far to those who are live now, because who is live is about to change."""
        if stream.out:
            self._schedule()
            self._spread(stream)

    def flush(self) -> None:
        """Write everything; runs by itself at the end of the turn."""
        self._scheduled = False
        streams = [stream for stream in self._streams if stream.out]
        self._streams = []
        slow: list[Link] = []
        if len(streams) == 1:
            self._write_stream(streams[0], slow)
        else:
            for stream in streams:
                self._spread(stream)
        links, self._links = self._links, []
        self._write_links(links, slow)
        if delivered := self._counts.deliveries - self._before:
            self._counts.lag_ms.observe(self._now_ms() - self._since_ms, delivered)
        if slow:
            self.on_slow(slow)

    def _spread(self, stream: Stream) -> None:
        frames, packed = self._take(stream)
        links = self._links
        for link in stream.live:
            mine = packed if link.packs else frames
            if link.out is None:
                link.out = [mine]
                links.append(link)
            else:
                link.out.append(mine)

    def _take(self, stream: Stream) -> tuple[bytes, bytes]:
        """The topic's frames of this turn, plain and for readers that understand compression."""
        out = stream.out
        self._counts.deliveries += len(out) * len(stream.live)
        frames = out[0] if len(out) == 1 else b"".join(out)
        packed = frames
        if len(frames) > PACK_BYTES and any(len(frame) > PACK_BYTES for frame in out) and _any_packs(stream):
            packed = b"".join(packed_frame(frame) if len(frame) > PACK_BYTES else frame for frame in out)
        out.clear()
        return frames, packed

    def _write_stream(self, stream: Stream, slow: list[Link]) -> None:
        """The usual turn: news of one topic straight to its readers."""
        frames, packed = self._take(stream)
        soft_bytes, written, same = self._soft_bytes, 0, packed is frames
        saved_bytes = len(frames) - len(packed)
        readers = iter(stream.live)
        while True:
            try:
                for link in readers:
                    mine = frames if same or not link.packs else packed
                    if link.out is not None:
                        link.out.append(mine)  # it has frames of its own in this turn: they leave together
                        continue
                    transport = link.transport
                    transport.write(mine)
                    written += 1
                    if transport.get_write_buffer_size() > soft_bytes:
                        slow.append(link)
            except RuntimeError:  # this transport is closing, and its reader about to be dropped
                continue
            break
        self._counts.writes += written
        self._counts.written_bytes += written * len(frames)
        if not same:
            self._counts.saved_bytes += saved_bytes * sum(link.packs for link in stream.live)

    def _write_links(self, links: list[Link], slow: list[Link]) -> None:
        for link in links:
            out, link.out = link.out, None
            if out is None:
                continue
            frames = out[0] if len(out) == 1 else b"".join(out)
            try:
                link.transport.write(frames)
                if link.transport.get_write_buffer_size() > self._soft_bytes:
                    slow.append(link)
            except RuntimeError:
                continue
            self._counts.writes += 1
            self._counts.written_bytes += len(frames)

    def _schedule(self) -> None:
        if not self._scheduled:
            self._scheduled = True
            self._since_ms, self._before = self._now_ms(), self._counts.deliveries
            self._soon(self.flush)


def _any_packs(stream: Stream) -> bool:
    return any(link.packs for link in stream.live)
