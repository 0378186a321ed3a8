"""Who is where: grace, several devices, other processes, changes that cancel out."""

import random

from presence.diff import Meta, State, apply
from presence.tracker import GRACE_MS, NODE_EXPIRES_MS, STAYS_MAX, Arrival, Tracker

T = "chat:room"


def arrival(ref: str, device: str | None = None, state: State = State.HERE) -> Arrival:
    return Arrival(ref, device or f"device of {ref}", 1_000, state)


def states(tracker: Tracker, member: str) -> dict[str, str]:
    return {meta.ref: meta.state.value for meta in tracker.roster(T).get(member, ())}


def test_a_dropped_connection_reconnects_for_the_grace_time_and_only_then_leaves() -> None:
    tracker = Tracker()
    tracker.join(T, "a", arrival("r1"))
    tracker.drop(T, "a", "r1", now_ms=10_000)
    assert states(tracker, "a") == {"r1": "reconnecting"}
    tracker.expire(10_000 + GRACE_MS - 1)
    assert tracker.count(T) == 1
    tracker.expire(10_000 + GRACE_MS)
    assert tracker.count(T) == 0


def test_the_same_device_coming_back_replaces_its_broken_connection() -> None:
    tracker = Tracker()
    tracker.join(T, "a", arrival("r1", "phone"))
    tracker.join(T, "a", arrival("r2", "desk"))
    tracker.drop(T, "a", "r1", 0)
    tracker.drop(T, "a", "r2", 0)
    tracker.join(T, "a", arrival("r3", "phone"))
    assert states(tracker, "a") == {"r2": "reconnecting", "r3": "here"}
    tracker.expire(GRACE_MS)
    assert states(tracker, "a") == {"r3": "here"}


def test_a_line_that_breaks_again_and_again_does_not_make_the_roster_grow() -> None:
    tracker = Tracker()
    for number in range(100):
        tracker.join(T, "a", arrival(f"r{number}", f"device {number}"))
        tracker.drop(T, "a", f"r{number}", now_ms=number)
    assert len(states(tracker, "a")) == STAYS_MAX
    assert "r99" in states(tracker, "a")
    for number in range(20):
        tracker.join(T, "a", arrival(f"here {number}", f"desk {number}"))
    assert list(states(tracker, "a").values()) == ["here"] * 20  # those who are here are never hidden
    tracker.expire(10**9)
    assert len(states(tracker, "a")) == 20


def test_leaving_on_purpose_has_no_grace() -> None:
    tracker = Tracker()
    tracker.join(T, "a", arrival("r1"))
    tracker.leave(T, "a", "r1")
    tracker.leave(T, "a", "r1")
    tracker.drop(T, "a", "r1", 5)
    assert tracker.roster(T) == {}


def test_changes_that_cancel_out_are_not_told() -> None:
    tracker = Tracker()
    tracker.join(T, "a", arrival("r1"))
    assert tracker.take_changes()[T].present == {"a": (Meta("r1", 1_000),)}
    tracker.join(T, "a", arrival("r2"))
    tracker.leave(T, "a", "r2")
    assert tracker.take_changes() == {}
    tracker.leave(T, "a", "r1")
    assert tracker.take_changes()[T].gone == {"a"}
    assert tracker.take_changes() == {}


def test_empty_topics_are_forgotten() -> None:
    tracker = Tracker()
    tracker.join(T, "a", arrival("r1"))
    tracker.leave(T, "a", "r1")
    tracker.take_own_changes()
    tracker.take_changes()
    assert tracker.topics() == ()


def test_two_processes_agree_by_announcing_changes() -> None:
    left, right = Tracker(), Tracker()
    left.join(T, "a", arrival("r1"))
    right.join(T, "b", arrival("r2"))
    exchange({"L": left, "R": right})
    assert left.roster(T) == right.roster(T)
    assert set(left.roster(T)) == {"a", "b"}


def test_a_device_that_comes_back_on_another_process_ends_its_grace_on_the_first() -> None:
    left, right = Tracker(), Tracker()
    left.join(T, "a", arrival("r1", "phone"))
    exchange({"L": left, "R": right})
    left.drop(T, "a", "r1", 0)
    right.join(T, "a", arrival("r2", "phone"))
    exchange({"L": left, "R": right})
    exchange({"L": left, "R": right})
    assert states(left, "a") == states(right, "a") == {"r2": "here"}


def test_a_silent_process_loses_its_people_after_expiry_and_grace() -> None:
    tracker = Tracker()
    tracker.heard("R", 0)
    tracker.announced("R", T, {"b": [arrival("r2")]})
    tracker.expire(NODE_EXPIRES_MS + 1)
    assert states(tracker, "b") == {"r2": "reconnecting"}
    tracker.expire(NODE_EXPIRES_MS + 1 + GRACE_MS)
    assert tracker.count(T) == 0


def test_a_whole_announcement_removes_those_it_does_not_name() -> None:
    tracker = Tracker()
    tracker.announced("R", T, {"b": [arrival("r2")], "c": [arrival("r3")]})
    tracker.announced("R", T, {"c": [arrival("r3")]}, whole=True)
    assert set(tracker.roster(T)) == {"c"}
    assert tracker.own_people(T) == {}


def test_own_people_are_announced_without_the_others() -> None:
    tracker = Tracker()
    tracker.join(T, "a", arrival("r1"))
    tracker.announced("R", T, {"a": [arrival("r9")]})
    assert tracker.own_people(T) == {"a": (arrival("r1"),)}
    assert tracker.take_own_changes() == {T: {"a"}}
    tracker.leave(T, "a", "r1")
    assert tracker.own_people(T, ["a"]) == {"a": ()}
    assert set(states(tracker, "a")) == {"r9"}


def test_random_walks_keep_told_changes_equal_to_the_roster() -> None:
    chance = random.Random(7)
    tracker, now_ms = Tracker(), 0
    told: dict[str, tuple[Meta, ...]] = {}
    for step in range(4_000):
        member, ref = chance.choice("abcd"), f"r{chance.randrange(6)}"
        now_ms += chance.randrange(20_000)
        verb = chance.randrange(6)
        if verb == 0:
            tracker.join(T, member, Arrival(f"{member}{ref}", f"{member}{ref[1]}", step))
        elif verb == 1:
            tracker.drop(T, member, f"{member}{ref}", now_ms)
        elif verb == 2:
            tracker.leave(T, member, f"{member}{ref}")
        elif verb == 3:
            tracker.heard("R", now_ms)
            tracker.announced("R", T, {member: [arrival(f"R{member}{ref}")] * chance.randrange(2)})
        elif verb == 4:
            tracker.expire(now_ms)
        else:
            change = tracker.take_changes().get(T)
            told = apply(told, change) if change else told
            assert told == tracker.roster(T)


def exchange(trackers: dict[str, Tracker]) -> None:
    for name, tracker in trackers.items():
        for topic, members in tracker.take_own_changes().items():
            for other in trackers.values():
                if other is not tracker:
                    other.announced(name, topic, tracker.own_people(topic, members))
