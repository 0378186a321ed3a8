"""Topics that were just left: served from memory when their readers come back, forgotten in time, bounded."""

from dataclasses import replace

from channels.core.seats import HubLimits
from channels.core.sequencer import Item, Sequencer
from tests.unit.channels.core.stage import Stage, entry

T = "talk:hall"


def held(order: Sequencer, count: int) -> list[int] | None:
    found = order.newest(count)
    return None if found is None else [item.seq for item in found]


def test_a_topic_goes_on_in_memory_while_its_readers_are_away() -> None:
    stage = Stage()
    link, _ = stage.reader(T)
    stage.say(T, 1, 2)
    stage.hub.drop(link)
    stage.say(T, 3)
    stage.pass_ms(20_000)
    stream = stage.hub.stream(T)
    assert stream is not None
    assert held(stream.order, 3) == [1, 2, 3]
    _, port = stage.reader(T, at=3)
    stage.pass_ms(40_000)
    stage.say(T, 4)
    stage.turn()
    assert port.numbers == [4], "it did not expire under its new reader"


def test_what_was_left_longest_ago_is_forgotten_first() -> None:
    stage = Stage(replace(HubLimits(), linger_count=3))
    for number in range(5):
        link, _ = stage.reader(f"talk:{number}")
        stage.hub.drop(link)
    assert [stage.hub.stream(f"talk:{n}") is not None for n in range(5)] == [False, False, True, True, True]


def test_bytes_of_left_topics_are_bounded_also_while_they_grow() -> None:
    stage = Stage(replace(HubLimits(), linger_bytes=10_000))
    for number in range(3):
        link, _ = stage.reader(f"talk:{number}")
        stage.say(f"talk:{number}", 1, size_bytes=3_000)
        stage.hub.drop(link)
    assert all(stage.hub.stream(f"talk:{n}") for n in range(3))
    stage.say("talk:2", 2, size_bytes=3_000)
    stage.pass_ms(6_000)
    assert [stage.hub.stream(f"talk:{n}") is not None for n in range(3)] == [False, True, True]


def test_a_topic_whose_place_is_unknown_does_not_linger() -> None:
    stage = Stage()
    link, _ = stage.reader()
    stage.hub.attach(link, T)
    stage.hub.drop(link)
    assert stage.hub.stream(T) is None


def revising(seq: int) -> Item:
    return entry(seq)._replace(revises=True)


def test_entries_read_from_the_log_go_before_those_in_memory() -> None:
    order = Sequencer()
    order.anchor(5)
    order.recall([entry(4), entry(5)])
    assert held(order, 2) == [4, 5]
    order.accept([entry(6)])
    order.recall([entry(2), entry(3), entry(4)])
    assert held(order, 5) == [2, 3, 4, 5, 6]
    order.recall([entry(1)])
    order.recall([entry(-1)])
    assert held(order, 6) == [1, 2, 3, 4, 5, 6]
    assert order.memory_bytes == sum(len(entry(seq).frame) for seq in range(1, 7))


def test_entries_that_leave_a_hole_are_not_taken() -> None:
    order = Sequencer()
    order.recall([entry(1)])
    order.anchor(5)
    order.recall([entry(3)])
    order.recall([entry(6)])
    assert held(order, 1) is None


def test_what_was_read_before_a_revision_does_not_come_back() -> None:
    """A page was read, then a recall came in: the page's text must not be served to others from memory."""
    order = Sequencer()
    order.anchor(5)
    order.accept([revising(6)])
    order.recall([entry(4), entry(5)])
    assert held(order, 1) == [6]
    assert held(order, 2) is None
