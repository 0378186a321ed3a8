"""From log entries to frames: the feature renders, the codec encodes, and a damaged entry never stops the others.

May be imported by server and tests.
"""

import structlog

from channels.core.framing import text_frame
from channels.core.refusals import place_of
from channels.core.registry import Registry
from channels.core.sequencer import Item
from channels.protocol.codec import encode
from channels.protocol.pushes import Unreadable
from storage.log import Entry

log = structlog.get_logger(__name__)


class Rendering:
    """Turns entries into what goes out.

    Args:
        registry: Knows which feature renders which topic.
    """

    def __init__(self, registry: Registry) -> None:
        self._topics = registry.topics

    def event(self, entry: Entry) -> bytes:
        """JSON of an entry's event; `log.unreadable` when its feature is gone or cannot read it."""
        row = self._topics.get(entry.topic.partition(":")[0])
        try:
            if row is None:
                raise LookupError("no feature has this kind of topic")
            return encode(row.render(entry))
        except Exception as error:
            log.error(
                "entry cannot be shown",
                topic=entry.topic,
                seq=entry.seq,
                fault=type(error).__name__,
                at=place_of(error),
            )
            return encode(Unreadable(topic=entry.topic, seq=entry.seq, at_ms=entry.at_ms))

    def item(self, entry: Entry) -> Item:
        """An entry ready for the hub."""
        return Item(entry.seq, text_frame(self.event(entry)), revises=entry.counter is None)
