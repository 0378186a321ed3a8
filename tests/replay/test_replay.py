"""Snapshot before + events == snapshot after, for every command, for whoever looks on (realtime.md 9).

What a client holds that was there all along must equal what a client holds that comes afresh; so must a client's that was
away and reads the events from the log later. The cases are written to `fixtures/` as JSON and run again in the web client's
reducers; `HUITANG_WRITE_FIXTURES=1` writes them anew, otherwise they are compared.
"""

import json

import pytest

from channels.branch.contract import branch_topic
from channels.catalog import FEATURES
from channels.chat.contract import chat_topic
from channels.core.registry import Registry
from channels.me.contract import me_topic
from channels.protocol.base import LogEvent, WireModel
from storage.log import Entry
from tests.replay.fixture_files import FIXTURES, Case, as_case, check_fixture
from tests.replay.meeting_stage import meeting_topics
from tests.replay.reducers import KINDS
from tests.replay.scenario import Scenario
from tests.replay.scenarios import SCENARIOS
from tests.replay.world import BRANCH_B, World

COMMANDS = Registry(FEATURES).commands


def topics_of(scenario: Scenario, viewer: str) -> list[str]:
    """Topics the viewer has open."""
    return [me_topic(viewer), branch_topic(BRANCH_B), *(chat_topic(room) for room in scenario.rooms)]


async def states(world: World, scenario: Scenario) -> dict[tuple[str, str], WireModel]:
    """(viewer, topic) -> what a fresh client holds now; topics closed to the viewer are left out."""
    meetings = [
        topic for topic in await meeting_topics(world) if not (scenario.fresh and topic.endswith("-sheet"))
    ]
    return {
        (viewer, topic): await KINDS[topic.partition(":")[0]].load(world, viewer, topic, scenario.threads)
        for viewer in scenario.viewers
        for topic in (*topics_of(scenario, viewer), *meetings)
        if await world.may_enter(viewer, topic)
    }


async def resumed(world: World, heard: list[Entry]) -> list[Entry]:
    """The same entries as a client reads them from the log later."""
    stored = {
        (e.topic, e.seq): e
        for topic in {e.topic for e in heard}
        for e in await world.log.since(topic, 0, 10_000)
    }
    return [stored[entry.topic, entry.seq] for entry in heard]


def replayed(topic: str, before: WireModel, after: WireModel, events: list[LogEvent]) -> object:
    """What a client shows that applied the events to what it held."""
    kind = KINDS[topic.partition(":")[0]]
    return kind.shown(kind.apply(before, events))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s.command}: {s.name}")
async def test_snapshot_and_events_make_the_snapshot(world: World, scenario: Scenario) -> None:
    for prepare in scenario.prepare:
        await prepare(world)
    before = await states(world, scenario)
    world.heard.clear()
    for act in scenario.act:
        await act(world)
    heard = list(world.heard)
    after = await states(world, scenario)
    row = COMMANDS[scenario.command]
    assert row.writes or heard == [], "a command that only reads tells nobody anything"

    cases: list[Case] = []
    for (viewer, topic), state in before.items():
        then = after[viewer, topic]
        streams = KINDS[topic.partition(":")[0]].streams(topic, state, then)
        events = world.events(heard, *streams)
        assert replayed(topic, state, then, events) == then, f"{topic} live"
        assert replayed(topic, state, then, events + events) == then, f"{topic} told twice"
        later = world.events(await resumed(world, heard), *streams)
        assert replayed(topic, state, then, later) == then, f"{topic} resumed"
        if events:
            cases.append(as_case(viewer, topic, state, events, then))
    check_fixture(scenario.command, scenario.name, cases)


def test_every_command_has_a_scenario() -> None:
    assert COMMANDS.keys() - {scenario.command for scenario in SCENARIOS} == set()
    assert {scenario.command for scenario in SCENARIOS} - COMMANDS.keys() == set()


def test_every_topic_has_a_reducer() -> None:
    assert Registry(FEATURES).topics.keys() == KINDS.keys()


def test_every_event_of_the_log_is_caused_somewhere() -> None:
    told = {
        event["type"]
        for path in FIXTURES.glob("*.json")
        for cases in json.loads(path.read_text()).values()
        for case in cases
        for event in case["events"]
    }
    durable = {
        name
        for name, event in Registry(FEATURES).events.items()
        if event.durable and name.startswith(("chat.", "me.", "meeting."))
    }
    over_http = {
        "me.room_removed",
        "me.security_notice",
        "me.organisation_told",
        "meeting.roll_frozen",
    }  # caused by the roll, by accounts and by the template, see tests/unit and tests/flow/template; a frozen roll is read by a
    # fresh snapshot
    assert durable - told == over_http


def test_no_fixture_is_left_over() -> None:
    current = {(s.command, s.name) for s in SCENARIOS} | {("talk", "away, then back")}
    stored = {(path.stem, name) for path in FIXTURES.glob("*.json") for name in json.loads(path.read_text())}
    assert stored - current == set()
