"""What people see while a scenario runs: a line for each step and a bar where one has to wait; nothing where nobody looks."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

TICK_S = 0.1


class Screen:
    """A terminal, or nobody.

    Args:
        console: Where bars are drawn, when it is a terminal.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Something of unknown length is done in the block."""
        with self._progress(SpinnerColumn(), TextColumn(words), TimeElapsedColumn()) as progress:
            progress.add_task(words, total=None)
            yield

    @asynccontextmanager
    async def waiting(self, words: str, seconds: float) -> AsyncIterator[None]:
        """Something is done in the block that takes about so long."""
        with self._progress(TextColumn(words), BarColumn(), TimeElapsedColumn()) as progress:
            task = progress.add_task(words, total=seconds)

            async def tick() -> None:
                while True:
                    await asyncio.sleep(TICK_S)
                    progress.advance(task, TICK_S)

            try:
                async with asyncio.TaskGroup() as group:
                    ticking = group.create_task(tick(), name="progress bar")
                    try:
                        yield
                    finally:
                        ticking.cancel()
            except ExceptionGroup as many:
                raise many.exceptions[0] from None  # what the block raised; the bar raises nothing

    @contextmanager
    def counting(self, words: str, total: int) -> Iterator[Callable[[int], None]]:
        """So many things are done one after the other in the block, which says how many are."""
        with self._progress(TextColumn(words), BarColumn(), TimeElapsedColumn()) as progress:
            task = progress.add_task(words, total=total)

            def done(count: int) -> None:
                progress.update(task, completed=count)

            yield done

    def _progress(self, *columns: TextColumn | BarColumn | SpinnerColumn | TimeElapsedColumn) -> Progress:
        console = self._console
        return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
