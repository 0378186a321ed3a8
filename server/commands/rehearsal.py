"""`huitang rehearsal …`: a fictional organisation with open sessions, for load tests. May be imported by server."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from server.commands.inside import Inside, open_inside
from server.commands.running import run, settings_for_command
from server.config import Settings
from server.rehearsal.create import Rehearsal, check_wish, make_rehearsal
from server.rehearsal.history import HISTORY_MAX, Past, fill_room
from server.rehearsal.people import MEMBERS_MAX, Wish
from storage.errors import NotReady
from storage.files import write_private

FILE = "rehearsal.jsonl"
FORMAT = 1

rehearsal = typer.Typer(no_args_is_help=True, help="Fictional organisations for load tests.")


@rehearsal.callback()
def group() -> None:
    """Fictional organisations for load tests."""


@rehearsal.command()
def create(
    members: Annotated[int, typer.Option(help=f"People, at most {MEMBERS_MAX:,}.")] = 100,
    branches: Annotated[int, typer.Option(help="Branches they are spread over.")] = 1,
    groups: Annotated[int, typer.Option(help="Groups in each branch; everybody is in two.")] = 10,
    history: Annotated[
        int, typer.Option(help=f"Messages in the last group's room, at most {HISTORY_MAX:,}.")
    ] = 0,
    out: Annotated[
        Path | None, typer.Option(help=f"File of the sessions; {FILE} in the data folder by default.")
    ] = None,
) -> None:
    """Make an organisation of invented people with open sessions; refuses a database that people use."""
    settings = settings_for_command()
    target = out or settings.data_dir / FILE
    typer.echo(run(_create(settings, Wish(members, branches, groups), history, target)))


async def _create(settings: Settings, wish: Wish, history: int, target: Path) -> str:
    check_wish(wish)
    if not 0 <= history <= HISTORY_MAX:
        raise NotReady(f"--history 应在 0 与 {HISTORY_MAX} 之间\n--history must be 0 to {HISTORY_MAX}")
    async with open_inside(settings) as inside:
        with _bar("成员 members", wish.members) as bar:
            made = await make_rehearsal(inside.hand, inside.accounts, wish, bar.tell)
        said = [f"{made.name}: {bar.rate()}"]
        past = _past(made, history) if history else None
        if past is not None:
            with _bar("消息 messages", history) as bar:
                await fill_room(inside.ground.reader, past, bar.tell)
            said.append(f"{past.room}: {bar.rate()}")
        write_private(target, _lines(inside, made, past), replace=True)
        return "\n".join([*said, f"sessions: {target}"])


def _past(made: Rehearsal, messages: int) -> Past:
    room = made.branches[0].groups[-1].unit
    return Past(room, [opened.member for opened in made.passes if room in opened.rooms], messages)


def _lines(inside: Inside, made: Rehearsal, past: Past | None) -> bytes:
    """One JSON object a line: the house first, then a session for each member. The secrets are in clear."""
    house = {
        "kind": "house",
        "format": FORMAT,
        "org": made.org,
        "name": made.name,
        "epoch": inside.ground.log.epoch,
        "branches": [
            {"branch": branch.unit.unit, "groups": [unit.unit for unit in branch.groups]}
            for branch in made.branches
        ],
        "history": None if past is None else {"room": past.room, "messages": past.messages},
    }
    rows = [house, *(opened.line() for opened in made.passes)]
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()


class Bar:
    """How far a bulk write is, and how fast it was.

    Args:
        progress: What is drawn; nothing when nobody looks.
        task: Its bar.
        word: What is counted.
    """

    def __init__(self, progress: Progress, task: TaskID, word: str) -> None:
        self._progress, self._task, self._word = progress, task, word
        self._began = self._last = time.monotonic()
        self._done = 0

    def tell(self, done: int) -> None:
        """So many are written."""
        self._done, self._last = done, time.monotonic()
        self._progress.update(self._task, completed=done)

    def rate(self) -> str:
        """How many were written in what time."""
        took_s = max(1e-6, self._last - self._began)
        return f"{self._done:,} {self._word}, {took_s:.1f} s, {self._done / took_s:,.0f}/s"


@contextmanager
def _bar(word: str, total: int) -> Iterator[Bar]:
    console = Console(stderr=True)
    columns = (TextColumn(word), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        yield Bar(progress, progress.add_task(word, total=total), word)
