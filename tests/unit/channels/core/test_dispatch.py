"""The pipeline before every handler: the gates in their order, and every outcome a numbered refusal."""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest
from structlog.testing import capture_logs

from channels.core.actor import Actor
from channels.core.context import Reader
from channels.core.dispatch import Dispatcher, Gates
from channels.core.feature import CommandRow, RateClass
from channels.core.refusals import refusal_of
from channels.core.registry import Registry
from channels.protocol.base import Command, Done, LiveEvent
from channels.protocol.errors import FORBIDDEN, INTERNAL, Refused
from channels.protocol.frames import Heartbeat
from storage import errors as storage
from tests.kit.callers import FakeSessions
from tests.kit.talk import Talk, TalkFail, TalkWait, TalkWave

SECRET = "十三位的秘密"


class Buckets:
    """Remembers what was taken; refuses when told to."""

    def __init__(self, wait_ms: int = 0) -> None:
        self.taken: list[tuple[str, int, int]] = []
        self._wait_ms = wait_ms

    def take(self, key: str, burst: int, per_minute: int) -> int:
        self.taken.append((key, burst, per_minute))
        return self._wait_ms


class Silenced:
    """A measure that lets nobody write."""

    async def check(self, actor: Actor, row: CommandRow, command: Command) -> None:
        raise Refused(FORBIDDEN)


class Stage:
    """A dispatcher without stores."""

    def __init__(self, wait_ms: int = 0) -> None:
        self.talk = Talk()
        self.buckets = Buckets(wait_ms)
        self.live: list[tuple[LiveEvent, Actor]] = []
        self.changed: list[str] = []

    def dispatcher(self, *, silenced: bool = False) -> Dispatcher:
        async def access_changed(member: str) -> None:
            self.changed.append(member)

        gates = Gates(self.buckets, lambda event, actor: self.live.append((event, actor)), access_changed)
        gates = replace(gates, sanctions=Silenced()) if silenced else gates
        return Dispatcher(Registry((self.talk.feature,)), cast(Reader, None), gates)


def actor(**changes: object) -> Actor:
    sessions = FakeSessions()
    found = sessions.actors[sessions.open(1).session]
    return replace(found, **changes)  # type: ignore[arg-type]


async def refused(dispatcher: Dispatcher, command: Command, caller: Actor) -> Refused:
    with pytest.raises(Refused) as caught:
        await dispatcher.answer(command, caller, 5)
    return caught.value


async def test_a_command_reaches_its_handler_with_the_caller() -> None:
    stage, caller = Stage(), actor()
    assert await stage.dispatcher().answer(TalkWave(ref=1, room="hall"), caller, 5) == Done()
    ((event, who),) = stage.live
    assert (event.topic, who) == ("talk:hall", caller)
    assert stage.buckets.taken == [(f"ws:LIGHT:{caller.account}", *RateClass.LIGHT.value)]


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"fully_authenticated": False}, "NOT_SIGNED_IN"),
        ({"grants": ()}, "FORBIDDEN"),
        ({"scopes": frozenset({"talk.say"})}, "FORBIDDEN"),
        ({"scopes": frozenset({"talk.fail"})}, "FORBIDDEN"),  # not a command for bots
    ],
)
async def test_gates_refuse_before_the_handler(changes: dict[str, object], key: str) -> None:
    stage = Stage()
    error = await refused(stage.dispatcher(), TalkFail(ref=1, how="bug"), actor(**changes))
    assert error.row.key == key


async def test_who_may_not_at_all_takes_no_token() -> None:
    stage = Stage()
    await refused(stage.dispatcher(), TalkFail(ref=1, how="bug"), actor(fully_authenticated=False))
    await refused(stage.dispatcher(), TalkFail(ref=1, how="bug"), actor(scopes=frozenset()))
    assert stage.buckets.taken == []


async def test_the_rate_limit_stands_before_the_capability_and_says_when() -> None:
    stage = Stage(wait_ms=1_500)
    error = await refused(stage.dispatcher(), TalkFail(ref=1, how="bug"), actor(grants=()))
    assert (error.row.key, error.retry_after_ms, error.params) == ("TOO_MANY_REQUESTS", 1_500, {"s": 2})


async def test_measures_stand_before_writing_and_leave_reading_open() -> None:
    stage = Stage()
    dispatcher = stage.dispatcher(silenced=True)
    stage.talk.gate.set()
    assert (await refused(dispatcher, TalkWait(ref=1), actor())).row is FORBIDDEN
    assert await dispatcher.answer(TalkWave(ref=1, room="hall"), actor(), 5) == Done()


def test_being_in_topics_takes_a_token_and_needs_a_bots_scope() -> None:
    stage = Stage()
    stage.dispatcher().check_reading(actor())
    stage.dispatcher().check_reading(actor(scopes=frozenset({"subscribe"})))
    assert [key.split(":")[1] for key, *_ in stage.buckets.taken] == ["READ", "READ"]
    with pytest.raises(Refused, match="FORBIDDEN"):
        stage.dispatcher().check_reading(actor(scopes=frozenset({"talk.say"})))
    with pytest.raises(Refused, match="TOO_MANY_REQUESTS"):
        Stage(wait_ms=5).dispatcher().check_reading(actor())


async def test_a_command_without_a_row_is_unknown() -> None:
    assert (await refused(Stage().dispatcher(), Heartbeat(ref=1), actor())).row.key == "UNKNOWN_TYPE"


@pytest.mark.parametrize(
    ("error", "key", "retry"),
    [
        (storage.Busy, "BUSY", True),
        (storage.Unavailable, "UNAVAILABLE", True),
        (storage.GuardFailed, "CONFLICT", False),
        (lambda: storage.Duplicate("x"), "CONFLICT", False),
        (lambda: storage.PartialInsert("x", 1), "CONFLICT", False),
        (storage.NotFound, "NOT_FOUND", False),
        (storage.TooLarge, "TOO_LARGE", False),
        (storage.BadCiphertext, "INTERNAL", True),
        (storage.Rejected, "INTERNAL", True),
        (lambda: ValueError(SECRET), "INTERNAL", True),
        (lambda: TimeoutError(SECRET), "INTERNAL", True),
        (lambda: Refused(FORBIDDEN), "FORBIDDEN", False),
    ],
)  # fmt: skip
def test_every_exception_has_its_number(error: Callable[[], Exception], key: str, retry: bool) -> None:
    with capture_logs() as logs:
        try:
            raise error()
        except Exception as raised:
            refusal = refusal_of(raised, "talk.fail")
    assert (refusal.row.key, refusal.retry_after_ms is not None) == (key, retry)
    assert SECRET not in str(logs)
    if refusal.row is INTERNAL:
        assert [line["command"] for line in logs] == ["talk.fail"]
        assert "test_dispatch.py:" in logs[0]["at"]
    else:
        assert logs == []


async def test_a_bug_in_a_handler_is_internal_and_its_words_stay_inside() -> None:
    with capture_logs() as logs:
        error = await refused(Stage().dispatcher(), TalkFail(ref=1, how="bug"), actor())
    assert error.row is INTERNAL
    assert [line["fault"] for line in logs] == ["RuntimeError"]
    assert SECRET not in str(logs)
