"""Every metric of the installation, one row each: the collector, docs/metrics.md and the dashboard's test read this table.

May be imported by server and tests.
"""

from channels.protocol.close_codes import CLOSE_ROWS
from server.metrics.families import Family, named, one, outcomes, requests

MS = 1_000
"""Milliseconds of a second: what is counted in the one is shown in the other."""

RESUMED = ("memory", "log", "gap", "snapshot", "lost")
CLOSED = (*(row.key for row in CLOSE_ROWS), "lost")

SESSIONS = (
    Family("open_sockets", "gauge", "Open WebSockets.", one(lambda m: m.now.sockets)),
    Family(
        "sessions", "gauge", "Open WebSockets whose callers are signed in.", one(lambda m: m.now.sessions)
    ),
    Family("topics", "gauge", "Topics with readers in this worker.", one(lambda m: m.now.topics)),
    Family(
        "subscriptions",
        "gauge",
        "Topics entered, by all sockets together.",
        one(lambda m: m.now.subscriptions),
    ),
    Family("sockets_opened_total", "counter", "WebSockets accepted.", one(lambda m: m.core.opened)),
    Family(
        "sockets_closed_total",
        "counter",
        "WebSockets gone, by the key of the close code; `lost` for those that broke.",
        named(lambda m: m.core.closed, CLOSED),
        ("reason",),
    ),
    Family(
        "resumes_total",
        "counter",
        "Topics entered again, by outcome: from `memory`, from the `log`, with a `gap` the client pages "
        "through, with a new `snapshot`, or `lost` to somebody who may not enter any more.",
        named(lambda m: m.core.resumes, RESUMED),
        ("outcome",),
    ),
    Family(
        "commands_total",
        "counter",
        "Commands of features answered, by outcome: `done` or the key of the refusal.",
        outcomes,
        ("outcome",),
    ),
    Family("commands_under_way", "gauge", "Hellos and commands under way.", one(lambda m: m.now.commands)),
)

DELIVERIES = (
    Family(
        "deliveries_total",
        "counter",
        "Events handed to live readers, one for each event and reader.",
        one(lambda m: m.core.deliveries),
    ),
    Family(
        "socket_writes_total",
        "counter",
        "Writes to WebSockets; events of one turn share one.",
        one(lambda m: m.core.writes),
    ),
    Family(
        "socket_written_bytes_total",
        "counter",
        "Bytes of those writes, before compression.",
        one(lambda m: m.core.written_bytes),
    ),
    Family(
        "socket_saved_bytes_total",
        "counter",
        "Bytes of them that compression saved.",
        one(lambda m: m.core.saved_bytes),
    ),
    Family(
        "delivery_lag_seconds",
        "histogram",
        "From the commit of a batch in this worker to the last write of it to a reader here.",
        one(lambda m: m.core.lag_ms),
        per=MS,
    ),
    Family(
        "lagging_readers",
        "gauge",
        "Readers that are too slow just now: they get no pushes until they drained.",
        one(lambda m: m.now.lagging),
    ),
    Family(
        "readers_lagged_total", "counter", "Readers that were found too slow.", one(lambda m: m.core.lagging)
    ),
    Family(
        "slow_readers_closed_total",
        "counter",
        "Readers that were closed for being too slow.",
        one(lambda m: m.core.slow_closed),
    ),
)

LOG = (
    Family(
        "log_batch_entries", "histogram", "Entries of one group commit.", one(lambda m: m.log.batch_entries)
    ),
    Family(
        "log_commit_seconds",
        "histogram",
        "From handing a batch to the database to its durable confirmation.",
        one(lambda m: m.log.commit_ms),
        per=MS,
    ),
    Family("log_transactions_total", "counter", "Transactions committed.", one(lambda m: m.log.units)),
    Family(
        "log_races_total",
        "counter",
        "Batches and transactions that lost the race for a number and were tried again.",
        one(lambda m: m.log.races),
    ),
    Family(
        "log_duplicates_total",
        "counter",
        "Appends answered with the original entry: retries of clients.",
        one(lambda m: m.log.duplicates),
    ),
    Family(
        "log_refused_total",
        "counter",
        "Appends refused because too many waited.",
        one(lambda m: m.log.refused),
    ),
    Family(
        "log_failed_total",
        "counter",
        "Appends the database could not confirm; their outcome is unknown to the sender.",
        one(lambda m: m.log.failed),
    ),
    Family(
        "log_waiting",
        "gauge",
        "Appends that wait for their batch or are in one; at 20,000 newcomers are refused.",
        one(lambda m: m.now.log_waiting),
    ),
    Family(
        "mongo_waiting",
        "gauge",
        "Operations that wait for a place at the database.",
        one(lambda m: m.now.mongo_waiting),
    ),
    Family(
        "mongo_under_way",
        "gauge",
        "Operations the database driver has; at most HUITANG_MONGO_POOL.",
        one(lambda m: m.now.mongo_under_way),
    ),
    Family(
        "facts_pending",
        "gauge",
        "Facts in the outbox that nobody has handled yet, in the whole installation, counted up to 1,000 "
        "every 10 s; missing while the database does not answer.",
        one(lambda m: m.now.facts_pending),
    ),
)

BUS = (
    Family(
        "gaps_mended_total",
        "counter",
        "Gaps in the order of a topic that were mended from the log.",
        one(lambda m: m.core.gaps),
    ),
    Family(
        "gap_entries_total",
        "counter",
        "Entries read from the log for them.",
        one(lambda m: m.core.gap_entries),
    ),
    Family("bus_published_total", "counter", "Notes handed to the bus.", one(lambda m: m.bus.published)),
    Family(
        "bus_heard_total", "counter", "Notes heard on the bus, own ones included.", one(lambda m: m.bus.heard)
    ),
    Family(
        "bus_lost_total",
        "counter",
        "Notes that could not be handed to Redis; the gaps they leave are mended.",
        one(lambda m: m.bus.lost),
    ),
    Family(
        "bus_links_total",
        "counter",
        "Links to Redis that were made; every one after the first follows a loss.",
        one(lambda m: m.bus.links),
    ),
    Family("bus_linked", "gauge", "1 while the bus is heard, else 0.", one(lambda m: int(m.now.bus_linked))),
    Family("bus_queued_bytes", "gauge", "What waits for Redis.", one(lambda m: m.now.bus_queued_bytes)),
)

MACHINE = (
    Family(
        "http_request_duration_seconds",
        "histogram",
        "HTTP requests by method, pattern of the route and class of the status (`none`: the client left "
        "before an answer).",
        requests,
        ("method", "route", "status"),
        per=MS,
    ),
    Family(
        "event_loop_lag_seconds",
        "histogram",
        "How much later than asked the event loop woke up, sampled twice a second.",
        one(lambda m: m.loop_lag_ms),
        per=MS,
    ),
    Family(
        "cpu_seconds_total",
        "counter",
        "Processor time of the worker, user and system.",
        one(lambda m: m.machine.cpu_ms),
        per=MS,
    ),
    Family(
        "resident_memory_bytes",
        "gauge",
        "Resident memory of the worker.",
        one(lambda m: m.machine.resident_bytes),
    ),
    Family(
        "open_fds",
        "gauge",
        "Open file descriptors of the worker, sockets included.",
        one(lambda m: m.machine.open_files),
    ),
    Family(
        "max_fds", "gauge", "File descriptors the worker may have.", one(lambda m: m.machine.open_files_max)
    ),
    Family(
        "start_time_seconds",
        "gauge",
        "When the worker started, in seconds since 1970.",
        one(lambda m: m.machine.started_ms),
        per=MS,
    ),
    Family(
        "written_time_seconds",
        "gauge",
        "When the worker wrote these figures down, in seconds since 1970; old ones mean that it hangs.",
        one(lambda m: m.at_ms),
        per=MS,
    ),
)

AREAS: tuple[tuple[str, tuple[Family, ...]], ...] = (
    ("Sessions and commands", SESSIONS),
    ("Deliveries and slow readers", DELIVERIES),
    ("Log and database", LOG),
    ("Between workers", BUS),
    ("HTTP and the worker itself", MACHINE),
)
FAMILIES: tuple[Family, ...] = tuple(family for _, families in AREAS for family in families)
