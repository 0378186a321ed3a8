"""The envelope: what every connection speaks before any feature does.

client: hello, heartbeat, subscribe, resume, replay, unsubscribe      server: welcome, reply, error
Order: `hello` first (within 5 s), answered by `welcome`; then any command, each answered by exactly one `reply` or
`error` with the same `ref`; events come in between. Imported by channels, server, load_tests.
"""

from typing import Any, Literal

from pydantic import Field

from channels.protocol.base import Command, Count, Epoch, Id, Millis, Ref, Result, Seq, TopicName, WireModel

PAGE_EVENTS = 200
"""Most log events in one subscribe, resume or replay answer."""

MAX_TOPICS = 500
"""Most topics one connection may hold."""


class Position(WireModel):
    """Where a client stands in a topic."""

    epoch: Epoch
    """Changes only when a backup was restored: then the client starts over."""
    seq: Seq
    """Last entry the client has applied, without holes before it."""


class Gap(WireModel):
    """Entries that lie between what the client has and what it was sent; fetch them with `replay`."""

    after: Seq
    """The client has everything up to and including this one."""
    before: Seq
    """First entry that was sent."""


class Hello(Command):
    """Who is calling. Browsers are known by their cookie; bots and native clients send `token`."""

    type: Literal["hello"] = "hello"
    protocol: int = Field(ge=1, le=1000)
    client: str = Field(max_length=60)
    """Name and version of the client, e.g. `web/0.1.0`."""
    locale: Literal["zh-CN", "en"] = "zh-CN"
    token: str | None = Field(default=None, max_length=200)


class Heartbeat(Command):
    """A sign of life; the answer carries server time and the heads of all subscribed topics."""

    type: Literal["heartbeat"] = "heartbeat"


class Subscribe(Command):
    """Enter a topic. Without `since` the answer carries a snapshot; with it, what was missed."""

    type: Literal["subscribe"] = "subscribe"
    topic: TopicName
    since: Position | None = None


class Resume(Command):
    """Enter many topics again after a broken connection."""

    type: Literal["resume"] = "resume"
    topics: dict[TopicName, Position] = Field(max_length=MAX_TOPICS)


class Replay(Command):
    """Fetch entries `after < seq < before` of a subscribed topic, oldest first, to close a gap."""

    type: Literal["replay"] = "replay"
    topic: TopicName
    after: Seq
    before: Seq
    limit: int = Field(default=PAGE_EVENTS, ge=1, le=PAGE_EVENTS)


class Unsubscribe(Command):
    """Leave a topic."""

    type: Literal["unsubscribe"] = "unsubscribe"
    topic: TopicName


class Welcome(WireModel):
    """The connection is authenticated."""

    type: Literal["welcome"] = "welcome"
    ref: Ref
    protocol: int
    member: Id | None
    """The signed-in member; None for an account without membership (system administrator, bot)."""
    account: Id
    session: Id
    server_time_ms: Millis
    heartbeat_ms: Millis
    """Send a heartbeat at least this often; the first after a random part of it."""


class Beat(Result):
    """Answer to a heartbeat."""

    server_time_ms: Millis
    heads: dict[TopicName, Seq]
    """Newest entry of each subscribed topic: a client that has less asks with `replay`."""


class Subscribed(Result):
    """Answer to `subscribe`, and one part of the answer to `resume`."""

    topic: TopicName
    epoch: Epoch
    head: Seq
    """Newest entry at the moment of attaching; live events follow from head + 1."""
    recovered: bool
    """True: `events` continue from the client's position. False: drop the local state and take `snapshot`."""
    gap: Gap | None = None
    """Set when more than a page was missed: `events` are the newest page."""
    events: list[dict[str, Any]] = Field(default_factory=list)
    """Log events, oldest first, each as it would have come live."""
    snapshot: dict[str, Any] | None = None
    """State at `head` as the feature defines it (see its snapshot model); None when recovered."""


class Resumed(Result):
    """Answer to `resume`: topics that are not in `topics` are closed to the caller or gone."""

    topics: dict[TopicName, Subscribed]
    lost: list[TopicName]
    """Asked for, but no longer open to the caller: forget them."""


class Replayed(Result):
    """Answer to `replay`."""

    topic: TopicName
    events: list[dict[str, Any]]
    more: bool
    """True when entries remain between the last of `events` and `before`."""


class Reply(WireModel):
    """The command with this `ref` took effect."""

    type: Literal["reply"] = "reply"
    ref: Ref
    result: dict[str, Any]


class Message(WireModel):
    """The same sentence in both languages."""

    zh: str
    en: str


class Error(WireModel):
    """The command with this `ref` was refused; nothing changed."""

    type: Literal["error"] = "error"
    ref: Ref | None
    code: Count
    key: str
    message: Message
    temporary: bool
    retry_after_ms: Millis | None = None
    params: dict[str, str | int] = Field(default_factory=dict)


CORE_COMMANDS: tuple[type[Command], ...] = (Hello, Heartbeat, Subscribe, Resume, Replay, Unsubscribe)
