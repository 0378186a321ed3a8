"""Indexes as data: every module that owns a collection lists what it needs; start-up compares.

May be imported by every floor.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """One index.

    Attributes:
        collection: Collection name.
        name: Index name, unique in the installation, e.g. `log_topic_seq`.
        keys: (field, direction) pairs, direction 1 or -1.
        unique: Refuse equal keys.
        partial: Filter expression of a partial index, empty for a full one.
        expire_after_s: Time to live for date fields; None for none.
    """

    collection: str
    name: str
    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    partial: dict[str, Any] = field(default_factory=dict)
    expire_after_s: int | None = None
