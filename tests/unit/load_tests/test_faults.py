"""How drills judge: equal accounts are equal, every planted fault is found, breaks are put down to the right blow."""

import random
from collections.abc import Callable
from dataclasses import replace

import pytest

from load_tests.faults.controls import Controls
from load_tests.faults.drill import Scale, drawn
from load_tests.faults.judging import (
    Shared,
    Spoke,
    TopicWords,
    digest,
    own_order,
    shared_of,
    spokes_of,
    weigh,
)
from load_tests.faults.killer import Kill, read_victims
from load_tests.faults.kills import Kills
from load_tests.faults.look import WATCHED
from load_tests.faults.loyal import CAP_S, OWN, Break, Readings, retry_s
from load_tests.faults.outages import blow_of, measure
from load_tests.faults.soak import Soak
from load_tests.house import HouseFault
from load_tests.line import ABNORMAL
from load_tests.screen import Screen

TEXTS = tuple(f"{1_000 + number}.{number % 2}.{number}·字" for number in range(1, 9))
STORED = tuple((seq, text) for seq, text in enumerate(TEXTS, 1))
MS = 1_000_000


def words() -> TopicWords:
    """Eight messages of two speakers, all acknowledged, seen by three subscribers alike."""
    spokes = tuple(Spoke(text, seq, 10 * seq, 10 * seq + 5) for seq, text in STORED)
    return TopicWords("chat:r", TEXTS, spokes, STORED, (Shared((1, 2, 3), digest(STORED), STORED),))


def seen(entries: tuple[tuple[int, str], ...]) -> TopicWords:
    """Two see everything, one sees something else."""
    other = Shared((9,), digest(entries), entries)
    return replace(words(), seen=(Shared((1, 2), digest(STORED), STORED), other))


def test_equal_accounts_are_equal() -> None:
    found = weigh(words())
    assert found.equal
    assert found.verdict.good
    assert (found.acknowledged, found.stored, found.subscribers, found.delivered) == (8, 8, 3, 24)
    assert found.sha256 == digest(STORED)


@pytest.mark.parametrize(
    "entries",
    [
        STORED[:-1],
        STORED[1:],
        (*STORED[:3], STORED[2], *STORED[3:]),
        (STORED[1], STORED[0], *STORED[2:]),
        (*STORED[:-1], (8, "别的")),
        (),
    ],
)
def test_a_subscriber_who_saw_something_else_is_found(entries: tuple[tuple[int, str], ...]) -> None:
    found = weigh(seen(entries))
    assert not found.equal
    assert not found.verdict.good


@pytest.mark.parametrize(
    "stored",
    [
        STORED[:-1],
        (*STORED, (9, TEXTS[0])),
        (*STORED[:3], STORED[2], *STORED[3:]),
        (*STORED[:2], (4, TEXTS[2])),
    ],
)
def test_a_store_that_differs_from_what_was_acknowledged_is_found(
    stored: tuple[tuple[int, str], ...],
) -> None:
    found = weigh(replace(words(), stored=stored, seen=(Shared((1,), digest(stored), stored),)))
    assert not found.equal
    assert not found.verdict.good


def test_a_message_without_an_answer_makes_the_counts_differ() -> None:
    short = replace(words(), acknowledged=words().acknowledged[:-1])
    assert weigh(short).verdict.good, "nothing is lost"
    assert not weigh(short).equal, "but not everything that is stored was answered"


def test_the_hash_tells_numbers_texts_and_order_apart() -> None:
    others = [
        STORED[:-1],
        STORED[::-1],
        ((2, TEXTS[0]), *STORED[1:]),
        ((1, TEXTS[1]), (2, TEXTS[0]), *STORED[2:]),
    ]
    assert len({digest(marks) for marks in (STORED, *others)}) == 5


def test_a_speaker_whose_messages_stand_in_another_order_is_found() -> None:
    in_order = [Spoke("1.a.1·", 1, 10, 11), Spoke("2.b.1·", 2, 12, 30), Spoke("3.a.2·", 3, 13, 14)]
    assert own_order(in_order).good
    swapped = [Spoke("1.a.1·", 3, 10, 11), Spoke("3.a.2·", 1, 13, 14)]
    assert own_order(swapped).reordered == 1


def test_answers_of_programs_are_read() -> None:
    answer = {"acknowledged": [["r", "t", 1, 2, 3], ["q", "u", 4, 5, 6]]}
    assert spokes_of([answer, answer], "q") == [Spoke("u", 4, 5, 6)] * 2
    account = {"who": [4, 5], "sha256": "x", "entries": [[1, "t"]]}
    assert shared_of([{"accounts": [account]}]) == [Shared((4, 5), "x", [(1, "t")])]


# -- outages -----------------------------------------------------------------------------------------------------------

KILLS = (Kill("worker", 1_000 * MS, 1, 5, 100.0), Kill("redis", 3_000 * MS, 1, 0, 100.0))


def test_an_outage_lasts_from_the_blow_to_the_first_message_after_it() -> None:
    found = measure(KILLS, [[Break(1_001 * MS, ABNORMAL, 1, 1_150 * MS, 1_200 * MS, 1_250 * MS)]])
    assert found.by_victim["worker"].max_ms == 250
    assert (found.back.max_ms, found.entering.max_ms) == (200, 50)
    assert (found.tries, found.unheard, found.unexplained, found.own) == ({1: 1}, 0, {}, 0)


def test_a_break_before_anything_was_heard_prolongs_the_outage() -> None:
    twice = [
        Break(1_001 * MS, ABNORMAL, 1, 1_100 * MS, 1_200 * MS),
        Break(1_300 * MS, ABNORMAL, 2, 1_800 * MS, 1_900 * MS, 2_000 * MS),
    ]
    found = measure(KILLS[:1], [twice])
    assert found.by_victim["worker"].p50_ms == found.by_victim["worker"].max_ms == 1_000
    assert found.by_victim["worker"].count == 2


def test_breaks_that_no_blow_explains_and_our_own_are_told_apart() -> None:
    members = [
        [Break(500 * MS, 1013, 1, 0, 600 * MS, 700 * MS)],
        [Break(1_010 * MS, OWN, 1, 0, 1_100 * MS, 1_200 * MS)],
        [Break(1_020 * MS, ABNORMAL)],
    ]
    found = measure(KILLS, members)
    assert (found.unexplained, found.own, found.unheard) == ({1013: 1}, 1, 1)
    assert found.by_victim == {}


def test_a_break_belongs_to_the_newest_blow() -> None:
    assert blow_of(Break(3_001 * MS, ABNORMAL), KILLS) == KILLS[1]
    assert blow_of(Break(2_999 * MS, ABNORMAL), KILLS) == KILLS[1], "clocks of two readers"
    assert blow_of(Break(2_000 * MS, ABNORMAL), KILLS) == KILLS[0]
    assert blow_of(Break(900 * MS, ABNORMAL), KILLS) is None
    assert blow_of(Break(9_000 * MS, ABNORMAL), KILLS) is None


# -- members and options -----------------------------------------------------------------------------------------------


def test_the_way_back_is_jittered_like_that_of_the_web_client() -> None:
    chance = random.Random(1)
    first = [retry_s(0, chance) for _ in range(2_000)]
    assert 0 <= min(first) < 0.01
    assert 0.49 < max(first) < 0.5
    assert max(retry_s(3, chance) for _ in range(2_000)) <= 4.0
    assert max(retry_s(40, chance) for _ in range(2_000)) <= CAP_S
    assert min(retry_s(0, chance, 4.0) for _ in range(100)) >= 4.0


def test_a_frame_is_read_once_for_all_readers() -> None:
    readings = Readings()
    raw = '{"type":"chat.sent","topic":"chat:r","seq":7,"text":"123.4.5·您好"}'.encode()
    told = readings.of(raw)
    assert (told.topic, told.seq, told.label, told.sent_ns) == ("chat:r", 7, "123.4.5·您好", 123)
    assert readings.of(bytes(raw)) is told


def test_the_kernels_list_of_watched_sockets_is_read() -> None:
    text = (
        "pos:\t0\nflags:\t02\ntfd:        7 events:       19 data:                7  pos:0 ino:1f3a sdev:9\n"
    )
    assert WATCHED.findall(text) == ["1f3a"]


def test_victims_are_read() -> None:
    assert read_victims("worker, redis,") == ("worker", "redis")
    for wrong in ("", "worker,parent", "Worker"):
        with pytest.raises(ValueError, match="victims"):
            read_victims(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Kills(kills=0),
        lambda: Kills(workers=1),
        lambda: Kills(pause_min=2.0, pause_max=1.0),
        lambda: Kills(victims="all,nobody"),
        lambda: Kills(topics=2),
        lambda: Soak(workers="1,2"),
        lambda: Soak(workers="two"),
        lambda: Soak(seconds=0.0),
        lambda: Soak(subscribers=1),
        lambda: Controls(kills=0),
        lambda: Scale(8, 10, 0, 2, 0.0, 1, 1),
    ],
)
def test_options_that_do_not_fit_are_refused(wrong: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        wrong()


def test_a_seed_is_drawn_when_none_is_asked_for() -> None:
    assert drawn(7) == 7
    assert len({drawn(0) for _ in range(5)}) > 1
    assert drawn(0) > 0


async def test_a_fault_behind_a_progress_bar_is_told_as_it_is() -> None:
    with pytest.raises(HouseFault, match="not whole"):
        async with Screen().waiting("等待", 1.0):
            raise HouseFault("not whole")
