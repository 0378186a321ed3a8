"""Server frames that answer nothing: a topic was closed to the caller, pushes were skipped, an entry cannot be shown.

Imported by channels, server, load_tests.
"""

from typing import Literal

from pydantic import Field

from channels.protocol.base import LogEvent, Seq, TopicName, WireModel


class Unsubscribed(WireModel):
    """The server took the caller out of a topic: forget it. No event of the topic follows."""

    type: Literal["unsubscribed"] = "unsubscribed"
    topic: TopicName
    key: str = Field(max_length=40)
    """Key of the error row that says why, e.g. `UNKNOWN_TOPIC` when the caller is no longer in it."""


class Lagged(WireModel):
    """The client read too slowly and entries were left out; live events follow after `heads`.

    Fetch what lies between the own position and `heads` with `replay`. Live events that were left out do not come back;
    topics with a roster get a fresh `presence.state`.
    """

    type: Literal["lagged"] = "lagged"
    heads: dict[TopicName, Seq]


class Unreadable(LogEvent):
    """An entry this server cannot show (a feature was removed, or the entry is damaged); its place in the order is kept."""

    type: Literal["log.unreadable"] = "log.unreadable"


PUSHES: tuple[type[WireModel], ...] = (Unsubscribed, Lagged, Unreadable)
