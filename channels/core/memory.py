"""What features remember in one process: caches of what the store holds anyway. Lost with the process, never the truth.

May be imported by features and server.
"""

from typing import Any, TypeVar, cast

T = TypeVar("T")


class Memory:
    """One object of each class that a feature asks for, made at the first time.

    A class that is kept here takes no arguments and bounds itself.
    """

    def __init__(self) -> None:
        self._kept: dict[type[Any], Any] = {}

    def of(self, kind: type[T]) -> T:
        """The process's object of this class."""
        if kind not in self._kept:
            self._kept[kind] = kind()
        return cast("T", self._kept[kind])

    def forget(self) -> None:
        """Drop everything: the store was put back to an earlier state, so what was read from it may never have been."""
        self._kept.clear()
