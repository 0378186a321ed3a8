"""Values of metrics: everything that is known of one process at one moment. No I/O.

May be imported by server and tests.
"""

import copy
from dataclasses import dataclass, field, replace

from channels.core.counts import Counts
from server.metrics.http_times import HttpTimes
from storage.bus.port import BusCounts
from storage.histogram import Histogram
from storage.log_counts import LogCounts

LOOP_LAG_MS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500)


@dataclass(frozen=True, slots=True)
class Standing:
    """How things stand now.

    Attributes:
        sockets: Open sockets.
        sessions: Sockets whose callers are known.
        topics: Topics with readers here.
        subscriptions: Topics entered by all sockets together.
        lagging: Readers that are too slow just now.
        commands: Hellos and commands under way.
        log_waiting: Appends that wait for their batch or are in one.
        mongo_waiting: Callers that wait for a place at the database.
        mongo_under_way: Operations the driver has.
        bus_linked: The bus is heard.
        bus_queued_bytes: What waits for the bus.
        facts_pending: Facts nobody has handled yet, in the whole installation; None when that is not known.
    """

    sockets: int = 0
    sessions: int = 0
    topics: int = 0
    subscriptions: int = 0
    lagging: int = 0
    commands: int = 0
    log_waiting: int = 0
    mongo_waiting: int = 0
    mongo_under_way: int = 0
    bus_linked: bool = False
    bus_queued_bytes: int = 0
    facts_pending: int | None = None


@dataclass(frozen=True, slots=True)
class MachineUse:
    """What the process takes of the machine.

    Attributes:
        cpu_ms: Processor time in user and system mode since its start.
        resident_bytes: Resident memory.
        open_files: Open file descriptors, sockets included.
        open_files_max: How many it may have.
        started_ms: Wall time of its start.
    """

    cpu_ms: int = 0
    resident_bytes: int = 0
    open_files: int = 0
    open_files_max: int = 0
    started_ms: int = 0


@dataclass(frozen=True, slots=True)
class Moment:
    """All figures of one process.

    Attributes:
        core: Counted by the real-time core.
        log: Counted by the topic log.
        bus: Counted by the bus.
        http: Counted by the access log.
        loop_lag_ms: How late the event loop was, by samples.
        now: How things stand.
        machine: What the process takes.
        at_ms: Wall time of this moment.
        refusals: Keys of all errors a command may be answered with.
    """

    core: Counts = field(default_factory=Counts)
    log: LogCounts = field(default_factory=LogCounts)
    bus: BusCounts = field(default_factory=BusCounts)
    http: HttpTimes = field(default_factory=HttpTimes)
    loop_lag_ms: Histogram = field(default_factory=lambda: Histogram(LOOP_LAG_MS))
    now: Standing = field(default_factory=Standing)
    machine: MachineUse = field(default_factory=MachineUse)
    at_ms: int = 0
    refusals: frozenset[str] = frozenset()

    def still(self) -> "Moment":
        """A copy that nobody counts on with: it may be read beside the event loop."""
        core = replace(
            self.core,
            resumes=self.core.resumes.copy(),
            closed=self.core.closed.copy(),
            commands=self.core.commands.copy(),
            lag_ms=twin(self.core.lag_ms),
        )
        log = replace(
            self.log, batch_entries=twin(self.log.batch_entries), commit_ms=twin(self.log.commit_ms)
        )
        http = HttpTimes({series: twin(times) for series, times in self.http.series.items()})
        return replace(
            self, core=core, log=log, bus=replace(self.bus), http=http, loop_lag_ms=twin(self.loop_lag_ms)
        )


def twin(times: Histogram) -> Histogram:
    """A copy of a histogram."""
    other = copy.copy(times)
    other.counts = times.counts.copy()
    return other
