"""Owner of background tasks: they are known, their failures are logged, and none outlives its owner.

May be imported by every floor. The only place besides TaskGroups where tasks begin.
"""

import asyncio
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, Self, TypeVar

import structlog

T = TypeVar("T")
log = structlog.get_logger(__name__)

CANCEL_AGAIN_S = 5.0
"""Longer than an orderly task needs to end."""


class Tasks:
    """A set of tasks that end with their owner.

    A task that fails is logged and forgotten: it never takes its siblings along (that is what a TaskGroup does).
    """

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, Any], *, name: str) -> None:
        """Begin `work` now. Arguments and errors as in `begin`."""
        task = self.begin(work, name=name)
        del task  # we own it

    def begin(self, work: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
        """Begin `work` now and return its task, for callers that wait for it or cancel it.

        Args:
            work: The coroutine.
            name: What it is, for log lines.

        Raises:
            RuntimeError: The owner has been closed.
        """
        if self._closed:
            work.close()
            raise RuntimeError("the owner of this task has been closed")
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self, limit_s: float) -> bool:
        """Wait for all tasks to end by themselves; False when some still ran after `limit_s` seconds."""
        if self._running:
            await asyncio.wait(tuple(self._running), timeout=limit_s)
        return not self._running

    async def close(self) -> None:
        """Cancel all tasks and wait until the last has ended; no more can be started.

        Whoever has not ended after CANCEL_AGAIN_S is cancelled again: a library may swallow a cancellation that meets its own
        time limit.
        """
        self._closed = True
        own = asyncio.current_task()
        while others := [task for task in self._running if task is not own]:
            for task in others:
                task.cancel()
            await asyncio.wait(others, timeout=CANCEL_AGAIN_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task failed", task=task.get_name(), exc_info=error)
