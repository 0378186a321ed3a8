"""Fan-out on a hand-turned loop: order, one write per turn, seams, judgement, slow readers."""

import json
import random
from dataclasses import dataclass, field
from itertools import pairwise

import pytest

from channels.core.hub import GIVEN_UP_AT_ONCE
from channels.core.seats import HubLimits, Link, Seat
from channels.protocol.close_codes import SLOW_CONSUMER, TRY_LATER
from tests.unit.channels.core.stage import Port, Stage, entry

T = "talk:hall"
SMALL = HubLimits(soft_bytes=1_000, hard_bytes=5_000, lag_ms=1_000, watch_ms=100, seat_bytes=2_000)


def test_frames_of_one_turn_leave_in_one_write_and_are_made_once() -> None:
    stage = Stage()
    (_, a), (_, b) = stage.reader(T), stage.reader(T)
    stage.say(T, 1)
    stage.say(T, 2, 3)
    stage.hub.publish_live(T, entry(0).frame)
    assert a.writes == b.writes == []
    stage.turn()
    assert len(a.writes) == 1
    assert a.writes[0] is b.writes[0]
    assert a.numbers == [1, 2, 3, 0]


def test_a_single_frame_is_not_even_copied() -> None:
    stage = Stage()
    _, port = stage.reader(T)
    only = entry(1)
    stage.hub.deliver(T, [only])
    stage.turn()
    assert port.writes[0] is only.frame


def test_several_topics_and_answers_share_a_write_in_order() -> None:
    stage = Stage()
    link, port = stage.reader(T)
    stage.hub.join(stage.hub.attach(link, "talk:other"), 0)
    stage.hub.send(link, entry(100).frame)
    stage.say(T, 1)
    stage.say("talk:other", 1)
    stage.hub.send(link, entry(101).frame)
    stage.turn()
    assert len(port.writes) == 1
    assert port.numbers == [100, 101, 1, 1]


def test_order_gaps_and_doubles() -> None:
    stage = Stage()
    _, port = stage.reader(T)
    stage.say(T, 2)
    assert stage.gaps == [T]
    stage.say(T, 1, 1, 2, 3)
    stage.say(T, 2)
    stage.turn()
    assert port.numbers == [1, 2, 3]


def test_topics_nobody_reads_cost_nothing() -> None:
    stage = Stage()
    stage.say(T, 5)
    stage.hub.heard_head(T, 9)
    stage.hub.publish_live(T, b"")
    assert stage.gaps == []
    assert stage.hub.stream(T) is None
    link, _ = stage.reader(T)
    assert stage.hub.topics() == [T]
    stage.hub.detach(link, T)
    assert not stage.hub.detach(link, T)
    stage.pass_ms(40_000)
    assert stage.hub.stream(T) is None


def test_entries_between_attaching_and_joining_come_after_the_answer() -> None:
    stage = Stage()
    _, other = stage.reader(T, at=3)
    link, port = stage.reader()
    seat = stage.hub.attach(link, T)
    stage.say(T, 4, 5)
    stage.turn()
    assert port.writes == []
    assert stage.hub.joins_at(seat, 4)
    stage.hub.send(link, entry(1_004).frame)
    stage.hub.join(seat, 4)
    stage.say(T, 6)
    stage.turn()
    assert port.numbers == [1_004, 5, 6]
    assert other.numbers == [4, 5, 6]


def test_who_read_ahead_of_the_cursor_skips_what_it_has() -> None:
    stage = Stage()
    _, other = stage.reader(T, at=0)
    _, port = stage.reader(T, at=3)
    stage.say(T, 1, 2)
    stage.turn()
    stage.say(T, 3, 4)
    stage.turn()
    assert port.numbers == [4]
    assert other.numbers == [1, 2, 3, 4]


def test_who_joins_in_the_middle_of_a_turn_does_not_get_what_went_before() -> None:
    stage = Stage()
    stage.reader(T)
    stage.say(T, 1, 2)
    _, late = stage.reader(T, at=2)
    stage.say(T, 3)
    stage.turn()
    assert late.numbers == [3]


def test_a_page_that_is_older_than_the_buffer_must_be_read_again() -> None:
    stage = Stage(SMALL)
    stage.reader(T)
    link, _ = stage.reader()
    seat = stage.hub.attach(link, T)
    for seq in range(1, 20):
        stage.say(T, seq, size_bytes=200)
    assert seat.lost
    assert not stage.hub.joins_at(seat, 5)
    seat.restart()
    assert not stage.hub.joins_at(seat, 18)
    assert stage.hub.joins_at(seat, 19)


def test_attaching_again_replaces_the_seat() -> None:
    stage = Stage()
    link, port = stage.reader(T)
    stage.say(T, 1)
    first = stage.hub.attach(link, T)
    second = stage.hub.attach(link, T)
    assert (stage.hub.is_current(first), stage.hub.is_current(second)) == (False, True)
    stage.say(T, 2)
    stage.hub.join(second, 1)
    stage.turn()
    assert port.numbers == [1, 2]


def test_a_held_reader_gets_everything_later_or_nothing() -> None:
    stage = Stage()
    (stays, a), (goes, b) = stage.reader(T), stage.reader(T)
    stage.say(T, 1)
    for link in (stays, goes):
        stage.hub.hold(link)
        assert not stage.hub.is_in(link, T)
    stage.say(T, 2)
    stage.hub.publish_live(T, entry(0).frame)
    stage.turn()
    assert a.numbers == b.numbers == [1]
    stage.hub.detach(goes, T)
    stage.hub.hold(stays)
    stage.hub.release(stays)
    stage.turn()
    assert a.numbers == [1]
    for link in (stays, goes):
        stage.hub.release(link)
    stage.say(T, 3)
    stage.turn()
    assert (a.numbers, b.numbers) == ([1, 2, 3], [1])


def test_who_joins_while_held_waits_for_the_judgement() -> None:
    stage = Stage()
    link, port = stage.reader()
    seat = stage.hub.attach(link, T)
    stage.hub.hold(link)
    stage.hub.join(seat, 0)
    stage.say(T, 1)
    stage.turn()
    assert port.numbers == []
    stage.hub.release(link)
    stage.turn()
    assert port.numbers == [1]


def test_a_held_reader_whose_buffer_overflowed_is_told() -> None:
    stage = Stage(SMALL)
    link, port = stage.reader(T)
    stage.hub.hold(link)
    for seq in range(1, 20):
        stage.say(T, seq, size_bytes=200)
    stage.hub.release(link)
    stage.turn()
    assert json.loads(port.payloads[-1]) == {"type": "lagged", "heads": {T: 19}}


def test_a_slow_reader_misses_pushes_is_told_and_goes_on() -> None:
    stage = Stage(SMALL)
    drained: list[Link] = []
    stage.hub.on_drained = drained.append
    (slow, port), (_, good) = stage.reader(T), stage.reader(T)
    port.stuck = True
    for seq in range(1, 9):
        stage.say(T, seq, size_bytes=300)
        stage.turn()
    assert port.numbers == [1, 2, 3, 4]
    assert good.numbers == list(range(1, 9))
    assert slow.lag_since_ms == 0
    port.stuck, port.waiting_bytes = False, 0
    stage.pass_ms(100)
    assert json.loads(port.payloads[-1]) == {"type": "lagged", "heads": {T: 8}}
    assert drained == [slow]
    stage.say(T, 9)
    stage.turn()
    assert port.numbers == [1, 2, 3, 4, 9]


def test_a_slow_reader_that_missed_nothing_is_told_nothing() -> None:
    stage = Stage(SMALL)
    _, port = stage.reader(T)
    port.stuck = True
    stage.say(T, *range(1, 8), size_bytes=300)
    stage.turn()
    port.stuck, port.waiting_bytes = False, 0
    stage.pass_ms(100)
    assert port.numbers == list(range(1, 8))
    assert len(port.payloads) == 7


def test_a_slow_reader_that_does_not_drain_is_closed() -> None:
    stage = Stage(SMALL)
    dropped: list[list[str]] = []
    stage.hub.on_dropped = lambda _link, topics: dropped.append(topics)
    _, port = stage.reader(T)
    port.stuck = True
    stage.say(T, *range(1, 5), size_bytes=300)
    stage.turn()
    stage.pass_ms(1_000)
    assert port.closed is None
    stage.pass_ms(300)
    assert port.closed == (SLOW_CONSUMER, None)
    assert dropped == [[T]]
    stage.pass_ms(40_000)
    assert stage.hub.stream(T) is None


def test_many_slow_readers_are_closed_a_few_at_a_time() -> None:
    stage = Stage(SMALL)
    ports = [stage.reader(T)[1] for _ in range(3 * GIVEN_UP_AT_ONCE)]
    for port in ports:
        port.stuck = True
    stage.say(T, *range(1, 5), size_bytes=300)
    stage.turn()
    closed = []
    for _ in range(20):
        stage.pass_ms(SMALL.watch_ms)
        closed.append(sum(port.closed is not None for port in ports))
    assert {after - before for before, after in pairwise(closed)} == {0, GIVEN_UP_AT_ONCE}
    assert closed[-1] == len(ports)


def test_beyond_the_hard_bound_there_is_no_patience() -> None:
    stage = Stage(SMALL)
    link, port = stage.reader(T)
    port.stuck = True
    for _ in range(60):
        stage.hub.send(link, entry(1, 120).frame)
    stage.turn()
    assert port.closed == (SLOW_CONSUMER, None)


def test_who_subscribes_while_lagging_gets_the_answer_and_no_pushes() -> None:
    stage = Stage(SMALL)
    link, port = stage.reader(T)
    port.stuck = True
    stage.say(T, *range(1, 5), size_bytes=300)
    stage.turn()
    stage.hub.join(stage.hub.attach(link, "talk:other"), 0)
    stage.say("talk:other", 1, 2)
    stage.turn()
    port.stuck, port.waiting_bytes = False, 0
    stage.pass_ms(100)
    assert json.loads(port.payloads[-1]) == {"type": "lagged", "heads": {"talk:other": 2}}


def test_closing_sends_what_waits_first_and_happens_once() -> None:
    stage = Stage()
    link, port = stage.reader(T)
    stage.hub.send(link, entry(7).frame)
    stage.hub.close(link, TRY_LATER, 5)
    assert port.numbers == [7]
    assert port.closed == (TRY_LATER, 5)
    port.closed = None
    stage.hub.close(link, TRY_LATER)
    stage.hub.send(link, entry(8).frame)
    stage.hub.release(link)
    stage.turn()
    assert (port.closed, port.numbers) == (None, [7])


def test_heads_name_only_topics_one_was_let_into() -> None:
    stage = Stage()
    link, _ = stage.reader(T, at=3)
    stage.hub.attach(link, "talk:other")
    assert stage.hub.heads(link) == {T: 3}
    assert not stage.hub.is_in(link, "talk:other")
    assert not stage.hub.is_in(link, "talk:nowhere")


@dataclass
class Follower:
    """A reader of the random walk: where it joined, and what it must have got since."""

    link: Link
    port: Port
    seat: Seat | None = None
    read: int = 0
    joined_at: int | None = None
    got_before: int = field(default=0)


@pytest.mark.parametrize("seed", range(25))
def test_random_walks_leave_no_hole_and_no_double(seed: int) -> None:
    """Notes in any order, joins at any moment, judgements in between: each stay is a run without holes."""
    chance = random.Random(seed)
    stage = Stage(HubLimits(seat_bytes=300))
    log = 0
    followers = [Follower(*stage.reader()) for _ in range(6)]
    on_the_way: list[int] = []
    for _ in range(1_500):
        who = chance.choice(followers)
        verb = chance.randrange(9)
        if verb <= 1:
            log += 1
            on_the_way.append(log)
        elif verb <= 4:
            for _ in range(min(3, len(on_the_way))):
                stage.say(T, on_the_way.pop(chance.randrange(min(4, len(on_the_way)))))
        elif verb == 5:
            who.seat, who.joined_at = stage.hub.attach(who.link, T), None
            stage.turn()
            who.got_before = len(who.port.numbers)
        elif verb == 6 and who.seat is not None and stage.hub.is_current(who.seat):
            who.seat.restart()
            who.read = log
        elif verb == 7 and who.seat is not None and who.read and who.joined_at is None:
            _try_to_join(stage, who)
        elif verb == 8:
            (stage.hub.hold if who.link.holds == 0 else stage.hub.release)(who.link)
        if chance.random() < 0.3:
            stage.turn()
    _finish(stage, followers, log)


def _try_to_join(stage: Stage, who: Follower) -> None:
    seat = who.seat
    assert seat is not None
    if stage.hub.is_current(seat) and stage.hub.joins_at(seat, who.read):
        stage.hub.join(seat, who.read)
        who.joined_at = who.read


def _finish(stage: Stage, followers: list[Follower], log: int) -> None:
    for who in followers:
        while who.link.holds:
            stage.hub.release(who.link)
    stage.say(T, *range(1, log + 1))
    stage.turn()
    told = 0
    for who in followers:
        if who.joined_at is not None and b"lagged" not in b"".join(who.port.writes):
            assert who.port.numbers[who.got_before :] == list(range(who.joined_at + 1, log + 1))
            told += 1
    assert told or not any(who.joined_at is not None for who in followers)
