"""Point reads that meet: whoever asks while a read is under way is answered by the next one, together with all others.

The group commit of reading. A lone caller waits for one read, as always; ten thousand sessions that come back at once share
a few dozen reads instead of making ten thousand. An answer is never older than the question: a read that began before is
not waited for. May be imported by every floor.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Generic, TypeVar

from storage.errors import Busy, StorageError, Unavailable
from storage.tasks import Tasks

K = TypeVar("K")
V = TypeVar("V")

KEYS_MAX = 200  # keys in one read: enough that its fixed cost does not count, small enough to stay a matter of milliseconds
READS_AT_ONCE = 2  # one is worked on by the database while the other's answer is taken apart
WAITING_MAX = 20_000  # callers; as many as sockets in one process


class Batched(Generic[K, V]):
    """Reads many keys at once on behalf of callers that want one each.

    Args:
        read: Reads all values of these distinct keys; what it leaves out does not exist.
        at_once: Reads under way at the same time, at least 1.
    """

    def __init__(
        self, read: Callable[[Sequence[K]], Awaitable[Mapping[K, V]]], *, at_once: int = READS_AT_ONCE
    ) -> None:
        self._read = read
        self._at_once = at_once
        self._waiting: dict[K, list[asyncio.Future[V | None]]] = {}
        self._waiting_count = 0
        self._reading_count = 0
        self._scheduled = False
        self._tasks = Tasks()

    async def get(self, key: K) -> V | None:
        """The value of a key as of now or later; None when there is none.

        Raises:
            Busy: Too many callers wait; nothing was read.
            StorageError: As `read` raises it.
        """
        if self._waiting_count >= WAITING_MAX:
            raise Busy
        answer: asyncio.Future[V | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(key, []).append(answer)
        self._waiting_count += 1
        self._schedule()
        return await answer

    def _schedule(self) -> None:
        if not self._scheduled and self._waiting and self._reading_count < self._at_once:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._begin)  # who asks in this turn comes along

    def _begin(self) -> None:
        self._scheduled = False
        keys = [key for key, _ in zip(self._waiting, range(KEYS_MAX), strict=False)]
        asked = {key: self._waiting.pop(key) for key in keys}
        self._reading_count += 1
        self._tasks.start(self._answer(asked), name="storage: batched read")
        self._schedule()

    async def _answer(self, asked: Mapping[K, list[asyncio.Future[V | None]]]) -> None:
        try:
            found = await self._read(list(asked))
        except Exception as error:
            fault = error if isinstance(error, StorageError) else Unavailable("the read failed")
            for answers in asked.values():
                for answer in answers:
                    if not answer.done():
                        answer.set_exception(fault)
            if not isinstance(error, StorageError):
                raise
        else:
            for key, answers in asked.items():
                for answer in answers:
                    if not answer.done():
                        answer.set_result(found.get(key))
        finally:
            self._waiting_count -= sum(len(answers) for answers in asked.values())
            self._reading_count -= 1
            self._schedule()
