"""What one process's topic log has done since its start; written by `storage.log`, read by metrics. May be imported by every floor."""

from dataclasses import dataclass, field

from storage.histogram import Histogram

BATCH_SIZES = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000)
COMMIT_MS = (1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000)


@dataclass(slots=True)
class LogCounts:
    """Counters of one process's log.

    Attributes:
        batch_entries: Entries per group commit.
        commit_ms: From handing a batch to the driver to its durable confirmation.
        units: Transactions committed.
        races: Batches or transactions that lost the race for a number and were tried again.
        duplicates: Appends answered with the original entry.
        refused: Appends refused because too many waited.
        failed: Appends whose batch the database could not confirm.
    """

    batch_entries: Histogram = field(default_factory=lambda: Histogram(BATCH_SIZES))
    commit_ms: Histogram = field(default_factory=lambda: Histogram(COMMIT_MS))
    units: int = 0
    races: int = 0
    duplicates: int = 0
    refused: int = 0
    failed: int = 0
