"""Finds sealed values in stored documents by the key they name. May be imported by tests."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from storage.client import Mongo
from storage.crypto import HEAD_BYTES, VERSION
from storage.keyring import Key


def _blobs(value: Any) -> Iterator[bytes]:  # noqa: ANN401 - a BSON value
    if isinstance(value, bytes):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _blobs(one)
    elif isinstance(value, list):
        for one in value:
            yield from _blobs(one)


async def sealed_with(mongo: Mongo, collections: Iterable[str], keys: Iterable[Key]) -> Counter[str]:
    """How many values each of the collections holds, at any depth, that name one of the keys."""
    heads = {VERSION + key.id for key in keys}
    found: Counter[str] = Counter()
    for name in collections:
        async for document in mongo[name].stream({}):
            found[name] += sum(blob[:HEAD_BYTES] in heads for blob in _blobs(document))
    return +found
