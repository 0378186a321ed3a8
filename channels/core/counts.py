"""What the real-time core of one process has done since its start: plain integers, written in place, read by metrics.

Nothing here is ever reset and nothing is personal: no topic, member or text. May be imported by the core, server and tests.
"""

from collections import Counter
from dataclasses import dataclass, field

from storage.histogram import Histogram

LAG_MS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)
"""Bounds of the time from commit to the last write, in ms: P5 of the targets asks for 5 and 25."""


@dataclass(slots=True)
class Counts:
    """Counters of one process.

    Attributes:
        deliveries: Events handed to live readers, one for each event and reader.
        writes: Writes to sockets; several events of one turn share one.
        written_bytes: Of those writes, before compression.
        saved_bytes: Of them what compression saved.
        lagging: Readers that were found too slow and lost their pushes for a while.
        slow_closed: Readers that were closed for being too slow.
        gaps: Gaps in a topic's order that were mended from the log.
        gap_entries: Entries read from the log for them.
        resumes: Topics entered again by outcome: `memory`, `log` (from the database), `gap` (more than a page was missing),
            `snapshot` (started over), `lost` (may not enter any more).
        opened: Sockets accepted.
        closed: Sockets gone, by the key of the close code; `lost` for those that broke.
        commands: Feature commands answered, by outcome: `done` or the key of the refusal.
        lag_ms: From the commit of a batch here to the end of the turn that wrote it to its readers.
    """

    deliveries: int = 0
    writes: int = 0
    written_bytes: int = 0
    saved_bytes: int = 0
    lagging: int = 0
    slow_closed: int = 0
    gaps: int = 0
    gap_entries: int = 0
    resumes: Counter[str] = field(default_factory=Counter)
    opened: int = 0
    closed: Counter[str] = field(default_factory=Counter)
    commands: Counter[str] = field(default_factory=Counter)
    lag_ms: Histogram = field(default_factory=lambda: Histogram(LAG_MS))
