"""Background tasks end with their owner, and their failures are seen."""

import asyncio

import pytest
import structlog

from storage.tasks import Tasks


async def test_closing_cancels_and_waits() -> None:
    ended: list[str] = []

    async def work(name: str) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(name)

    async with Tasks() as tasks:
        for name in ("a", "b"):
            tasks.start(work(name), name=name)
        await asyncio.sleep(0)
        assert len(tasks) == 2
    assert sorted(ended) == ["a", "b"]
    assert len(tasks) == 0


async def test_a_failure_is_logged_and_spares_the_others() -> None:
    async def fail() -> None:
        raise ValueError("broken")

    with structlog.testing.capture_logs() as lines:
        async with Tasks() as tasks:
            tasks.start(fail(), name="the failing one")
            other = tasks.begin(asyncio.sleep(0.001, "done"), name="other")
            assert await other == "done"
    assert [(line["event"], line["task"]) for line in lines] == [("task failed", "the failing one")]


async def test_finish_waits_but_not_for_ever() -> None:
    async with Tasks() as tasks:
        tasks.start(asyncio.sleep(0), name="short")
        assert await tasks.finish(1.0)
        tasks.start(asyncio.Event().wait(), name="long")
        assert not await tasks.finish(0.001)


async def test_a_closed_owner_takes_no_more_work() -> None:
    tasks = Tasks()
    await tasks.close()
    with pytest.raises(RuntimeError, match="closed"):
        tasks.start(asyncio.sleep(0), name="late")


async def test_a_task_may_close_its_owner() -> None:
    tasks = Tasks()
    await tasks.begin(tasks.close(), name="closer")
    assert len(tasks) == 0


async def test_who_swallows_a_cancellation_is_cancelled_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("storage.tasks.CANCEL_AGAIN_S", 0.05)
    swallowed = 0

    async def deaf() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.sleep(3_600)
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed > 1:
                    raise

    tasks = Tasks()
    tasks.start(deaf(), name="deaf")
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        await tasks.close()
    assert (swallowed, len(tasks)) == (2, 0)
