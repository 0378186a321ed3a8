"""Values of the topic log: what is appended, what stands in it, and companion writes of the same unit.

May be imported by every floor (most take them from `storage.log`).
"""

from dataclasses import dataclass, field
from typing import Any

from storage.indexes import IndexSpec

LOG = "log"

LOG_INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec(LOG, "log_topic_seq", (("topic", 1), ("seq", -1)), unique=True),
    IndexSpec(
        LOG, "log_sender_cid", (("sender", 1), ("cid", 1)), unique=True, partial={"cid": {"$exists": True}}
    ),
    IndexSpec(
        LOG,
        "log_counter_n",
        (("topic", 1), ("counter", 1), ("n", -1)),
        unique=True,
        partial={"counter": {"$exists": True}},
    ),
    IndexSpec(
        LOG, "log_pending", (("pending_since_ms", 1),), partial={"pending_since_ms": {"$exists": True}}
    ),
)


@dataclass(frozen=True, slots=True)
class Insert:
    """A document to store in the same unit as an entry."""

    collection: str
    document: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Update:
    """A change of one document in the same unit as an entry.

    Attributes:
        collection: Where.
        filter: Which; put the guard in it (e.g. `{"gone": None}`).
        update: MongoDB update document.
        upsert: Insert when nothing matches.
        must_match: Roll the whole unit back with GuardFailed when nothing matches.
        many: Change every match instead of one.
    """

    collection: str
    filter: dict[str, Any]
    update: dict[str, Any]
    upsert: bool = False
    must_match: bool = True
    many: bool = False


@dataclass(frozen=True, slots=True)
class Delete:
    """A document to remove in the same unit as an entry."""

    collection: str
    filter: dict[str, Any]
    must_match: bool = True


Write = Insert | Update | Delete


@dataclass(frozen=True, slots=True)
class Fact:
    """Something other features want to hear of after the commit, at least once.

    Attributes:
        kind: Word in past tense, e.g. `CheckedIn`.
        body: Plain values, no personal data.
    """

    kind: str
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Append:
    """One entry to be.

    Attributes:
        topic: `kind:id`.
        type: Wire type of the event, past tense.
        body: Fields of the event; what the feature's `render` reads.
        sender: Member or account who caused it.
        cid: Client-made UUIDv7; with `sender` the idempotency key. Needs `sender`.
        counter: Name of the counter this entry advances, e.g. `main`; None for entries that do not count.
        facts: For the outbox.
        writes: Companion writes; present writes make the unit a transaction.
    """

    topic: str
    type: str
    body: dict[str, Any]
    sender: str | None = None
    cid: str | None = None
    counter: str | None = None
    facts: tuple[Fact, ...] = ()
    writes: tuple[Write, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that is durable.

    Attributes:
        topic: `kind:id`.
        seq: 1, 2, 3 … without holes in the topic.
        type: Wire type of its event.
        at_ms: Server time of numbering.
        sender: Who caused it.
        cid: Idempotency key.
        counter: Counter it advanced.
        n: Its ordinal in that counter: 1, 2, 3 … without holes; None when it does not count.
        body: Fields; later commands of the same feature may have changed them (edit, recall).
    """

    topic: str
    seq: int
    type: str
    at_ms: int
    sender: str | None = None
    cid: str | None = None
    counter: str | None = None
    n: int | None = None
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Appended:
    """Outcome of an append.

    Attributes:
        entry: The durable entry; for a retry the original one.
        duplicate: True when (sender, cid) was known already.
    """

    entry: Entry
    duplicate: bool = False


@dataclass(frozen=True, slots=True)
class Head:
    """Newest position of a topic; seq 0 when it is empty."""

    epoch: str
    seq: int


def to_entry(document: dict[str, Any]) -> Entry:
    """Entry of a stored log document."""
    return Entry(
        topic=document["topic"],
        seq=document["seq"],
        type=document["type"],
        at_ms=document["at_ms"],
        sender=document.get("sender"),
        cid=document.get("cid"),
        counter=document.get("counter"),
        n=document.get("n"),
        body=document["body"],
    )


def to_document(entry: Entry, facts: tuple[Fact, ...]) -> dict[str, Any]:
    """Stored form of an entry; absent values are left out so that partial indexes skip them."""
    document: dict[str, Any] = {
        "topic": entry.topic,
        "seq": entry.seq,
        "type": entry.type,
        "at_ms": entry.at_ms,
        "body": entry.body,
    }
    optional = {"sender": entry.sender, "cid": entry.cid, "counter": entry.counter, "n": entry.n}
    document |= {key: value for key, value in optional.items() if value is not None}
    if facts:
        document["facts"] = [{"kind": fact.kind, "body": fact.body} for fact in facts]
        document["pending_since_ms"] = entry.at_ms
    return document
