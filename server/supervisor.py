"""Several serving processes: one parent that holds the databases and the listening socket, workers that are born again.

* A worker that dies is replaced after a pause that grows while workers keep dying. The listening socket is one, shared by
  all: what waits in it is accepted by whoever lives, so a dead or stopped worker swallows no connection.
* SIGHUP replaces all workers, one after the other: a fresh one is started and says that it is ready, then the old one
  drains. There are never fewer ready ones than before; a fresh one that does not get ready ends the restart, not the service.
* SIGTERM and SIGINT end them all. When the parent dies, however it dies, workers get the stop signal from the kernel and,
  after a grace, the end from the keeper: nobody serves the port without its databases.

May be imported by server.
"""

import asyncio
import os
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from server.backing import Backing
from server.config import PREFIX, Settings
from server.worker import Keeper, Worker

logger = structlog.stdlib.get_logger("huitang.supervisor")

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0
STEADY_AFTER_S = 3.0  # of serving: who fell later was killed by something else than its own start
READY_LIMIT_S = 60.0  # a start takes 1-2 s; a database that comes back needs its time, too
STOP_EXTRA_S = 2.0  # beyond the workers' own grace, then they are killed


def worker_environment(settings: Settings, backing: Backing) -> dict[str, str]:
    """Environment of a worker: ours, what the command line said, and where the databases are.

    Only the same user can read it.
    """
    environment = dict(os.environ)
    environment[f"{PREFIX}MONGO_URL"] = backing.mongo.url
    environment[f"{PREFIX}HOST"] = settings.host
    environment[f"{PREFIX}PORT"] = str(settings.port)
    environment[f"{PREFIX}WORKERS"] = str(settings.workers)
    # The parent waits for all; one worker that is replaced needs no delay.
    environment[f"{PREFIX}DRAIN_DELAY_S"] = "0"
    if backing.redis_url is not None:
        environment[f"{PREFIX}REDIS_URL"] = backing.redis_url
    return environment


@dataclass(slots=True)
class Place:
    """Where one worker at a time serves.

    Attributes:
        number: For log lines.
        worker: Who serves; None between two.
    """

    number: int
    worker: Worker | None = None


class Supervisor:
    """Keeps `settings.workers` processes running.

    Args:
        settings: Of the parent.
        backing: The databases.
        listener: Shared by all workers.
        ready: Told once, when all places have a worker that answers.
    """

    def __init__(
        self,
        settings: Settings,
        backing: Backing,
        listener: socket.socket,
        ready: Callable[[], None] = lambda: None,
    ) -> None:
        self._environment = worker_environment(settings, backing)
        self._drain_delay_s = settings.drain_delay_s
        self._grace_s = settings.stop_grace_s + STOP_EXTRA_S
        self._listener = listener
        self._ready = ready
        self._places = [Place(number) for number in range(settings.workers)]
        self._unready = settings.workers
        self._alive: set[Worker] = set()
        self._stopping = asyncio.Event()
        self._wanted = asyncio.Event()

    async def run(self) -> None:
        """Run until a stop signal arrives; returns when the last worker has ended."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopping.set)
        loop.add_signal_handler(signal.SIGHUP, self._wanted.set)
        self._listener.set_inheritable(True)
        self._keeper = await Keeper.start(self._grace_s)
        try:
            async with asyncio.TaskGroup() as group:
                lasting = (
                    group.create_task(self._roll_when_asked(), name="rolling restarts"),
                    group.create_task(self._keep_keeper(), name="keeper"),
                )
                for place in self._places:
                    group.create_task(self._keep(place), name=f"worker {place.number}")
                await self._stopping.wait()
                for task in lasting:
                    task.cancel()
                await self._leave()
                await self._end()
        finally:
            await self._keeper.close()

    # -- one place -------------------------------------------------------------------------------------------------

    async def _keep(self, place: Place) -> None:
        loop = asyncio.get_running_loop()
        pause_s, first = FIRST_PAUSE_S, True
        while not self._stopping.is_set():
            worker = await self._fill(place)
            served_since_s = loop.time() + READY_LIMIT_S
            if await worker.is_ready(READY_LIMIT_S):
                served_since_s = loop.time()
                if first:
                    self._one_more_ready()
                first = False
            elif worker.exit_code is None:
                logger.warning("worker does not get ready, ending it", place=place.number)
                worker.kill()
            code = await worker.ended()
            if place.worker is not worker:
                continue  # a rolling restart replaced it
            place.worker = None
            if self._stopping.is_set():
                return
            if loop.time() - served_since_s > STEADY_AFTER_S:
                pause_s = FIRST_PAUSE_S
            logger.warning(
                "worker ended, starting it again", place=place.number, exit_code=code, pause_s=pause_s
            )
            await self._stopped_within(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _fill(self, place: Place) -> Worker:
        """Whoever serves in a place now; somebody new when nobody does."""
        if place.worker is None:
            fresh = await self._start()
            if place.worker is None:
                place.worker = fresh
            else:
                fresh.kill()  # a rolling restart was faster
        return place.worker

    async def _start(self) -> Worker:
        worker = await Worker.start(self._listener.fileno(), self._environment)
        for gone in [other for other in self._alive if other.exit_code is not None]:
            self._alive.discard(gone)
        self._alive.add(worker)
        self._keeper.watch(worker)
        if self._stopping.is_set():
            worker.kill()
        return worker

    def _one_more_ready(self) -> None:
        self._unready -= 1
        if self._unready == 0:
            self._ready()

    async def _stopped_within(self, limit_s: float) -> None:
        try:
            async with asyncio.timeout(limit_s):
                await self._stopping.wait()
        except TimeoutError:
            return

    # -- all places ------------------------------------------------------------------------------------------------

    async def _roll_when_asked(self) -> None:
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            logger.info("rolling restart begins")
            if await self._roll():
                logger.info("rolling restart done")

    async def _roll(self) -> bool:
        """Replace every worker; False when a fresh one did not get ready and the rest stays as it is."""
        for place in self._places:
            fresh = await self._start()
            if not await fresh.is_ready(READY_LIMIT_S):
                await fresh.gone(STOP_EXTRA_S)
                logger.error(
                    "rolling restart stopped: the new worker did not get ready, the old ones go on",
                    place=place.number,
                    exit_code=fresh.exit_code,
                )
                return False
            old, place.worker = place.worker, fresh
            if old is not None:
                await old.stop(self._grace_s)
        return True

    async def _keep_keeper(self) -> None:
        while True:
            await self._keeper.ended()
            logger.warning("keeper ended, starting it again")
            await asyncio.sleep(FIRST_PAUSE_S)
            self._keeper = await Keeper.start(self._grace_s)
            for worker in self._alive:
                self._keeper.watch(worker)

    async def _leave(self) -> None:
        """Let readiness fail on all workers, then give load balancers their time to notice."""
        if self._drain_delay_s:
            for worker in self._alive:
                worker.announce_stop()
            await asyncio.sleep(self._drain_delay_s)

    async def _end(self) -> None:
        leaving = tuple(self._alive)
        for worker in leaving:
            worker.ask_to_stop()
        await asyncio.gather(*(worker.gone(self._grace_s) for worker in leaving))
