"""Who is connected: found by session, account and member, forgotten without a trace; judgements are waited for."""

import asyncio

from channels.core.seats import Link
from channels.core.visitor import Directory, Visitor
from tests.kit.callers import FakeSessions
from tests.unit.channels.core.stage import Port


def visitor(sessions: FakeSessions, number: int) -> Visitor:
    facts = sessions.open(number)
    return Visitor(Link(Port()), facts, sessions.actors[facts.session], f"ref {number}")


def test_connections_are_found_by_everything_they_are_known_by() -> None:
    sessions, directory = FakeSessions(), Directory()
    phone, desk, other = visitor(sessions, 1), visitor(sessions, 1), visitor(sessions, 2)
    for one in (phone, desk, other):
        directory.add(one)
    assert set(directory.of(str(phone.facts.member))) == {phone, desk}
    assert set(directory.of(phone.facts.account)) == {phone, desk}
    assert directory.of(phone.facts.session) == (phone,)
    assert directory.of("nobody") == ()
    for one in (phone, desk, phone):
        directory.remove(one)
    assert directory.of(str(phone.facts.member)) == ()
    assert directory.visitors == {other}


async def test_a_judgement_under_way_is_waited_for() -> None:
    judged = visitor(FakeSessions(), 1)
    await judged.settled()
    judged.quiet = asyncio.Event()
    waiting = asyncio.ensure_future(judged.settled())
    await asyncio.sleep(0)
    assert not waiting.done()
    judged.quiet.set()
    judged.quiet = None
    await waiting
