"""Notes between processes: order, own ones left out, damaged ones skipped, nothing after the close."""

import asyncio
from collections.abc import Sequence

from structlog.testing import capture_logs

from channels.core.relay import PREFIX, Head, Relay
from storage.bus.local import LocalBus
from storage.tasks import Tasks

Heard = list[tuple[Head, list[bytes]]]


async def hearing(bus: LocalBus, node: str, tasks: Tasks, *, own: bool = False) -> tuple[Relay, Heard]:
    relay, heard = Relay(bus, node, tasks), Heard()

    def take(head: Head, lines: Sequence[bytes]) -> None:
        if head.get("bad"):
            raise KeyError("bad")
        heard.append((head, list(lines)))

    await relay.listen("news", take, own=own)
    return relay, heard


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


async def test_notes_arrive_in_order_with_their_lines_and_not_at_home() -> None:
    async with Tasks() as tasks:
        bus = LocalBus()
        a, at_a = await hearing(bus, "a", tasks)
        b, at_b = await hearing(bus, "b", tasks, own=True)
        for number in range(5):
            a.say("news", {"n": number}, [b'{"x":1}', b"[2]"])
        b.say("news", {"n": 9})
        await settle()
        assert [head["n"] for head, _ in at_b] == [0, 1, 2, 3, 4, 9]
        assert at_b[0][1] == [b'{"x":1}', b"[2]"]
        assert [(head["node"], head["n"]) for head, _ in at_a] == [("b", 9)]


async def test_damaged_notes_and_failing_listeners_stop_nothing() -> None:
    with capture_logs() as logs:
        async with Tasks() as tasks:
            bus = LocalBus()
            a, _ = await hearing(bus, "a", tasks)
            _, at_b = await hearing(bus, "b", tasks)
            for damaged in (b"", b"{", b"\xff", b"7", b"{}"):
                await bus.publish(PREFIX + "news", damaged)
            a.say("news", {"bad": True})
            a.say("news", {"n": 1})
            await settle()
            assert [head["n"] for head, _ in at_b] == [1]
    assert [line["event"] for line in logs] == ["note skipped"] * (5 + 5 + 1)


async def test_nothing_is_said_after_the_close() -> None:
    async with Tasks() as tasks:
        bus = LocalBus()
        a, _ = await hearing(bus, "a", tasks)
        _, at_b = await hearing(bus, "b", tasks)
        a.say("news", {"n": 1})
        a.close()
        a.say("news", {"n": 2})
        await settle()
        assert [head["n"] for head, _ in at_b] == [1]
