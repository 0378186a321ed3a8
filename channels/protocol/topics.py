"""Topic names: `<feature>:<id>`, e.g. `chat:0198…`. Imported by channels, server, load_tests."""

from typing import NamedTuple


class Topic(NamedTuple):
    """A parsed topic name.

    Attributes:
        kind: Feature word, e.g. `chat`.
        ident: Id inside the feature, e.g. a room id.
    """

    kind: str
    ident: str


def parse_topic(name: str) -> Topic:
    """Split a topic name.

    Raises:
        ValueError: No colon, or an empty part.
    """
    kind, colon, ident = name.partition(":")
    if not (kind and colon and ident):
        raise ValueError("a topic is kind:id")
    return Topic(kind, ident)
