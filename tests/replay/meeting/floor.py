"""Replay scenarios of the floor."""

from typing import Any

from channels.meeting.protocol.floor import (
    MeetingCloseVote,
    MeetingEndItem,
    MeetingEnterTally,
    MeetingFileOpinion,
    MeetingGiveFloor,
    MeetingLowerHand,
    MeetingOpenVote,
    MeetingPropose,
    MeetingRaiseHand,
    MeetingSetFloor,
    MeetingSetMotion,
    MeetingSetTask,
    MeetingStartItem,
    MeetingVote,
)
from channels.meeting.protocol.values import Meeting
from channels.meeting.reading import MEETINGS
from tests.replay.meeting.entry import comes
from tests.replay.meeting_stage import ANNOUNCED, OPENED, in_meeting, newest
from tests.replay.scenario import Scenario, Step
from tests.replay.world import AN, BEI, CHEN, SECRETARY, World

SEEN = (SECRETARY, AN, BEI)
HERE = (*OPENED, comes(AN), comes(BEI), comes(SECRETARY))
TALLY = {"issued": 0, "returned": 0, "yes": 2, "no": 1, "abstain": 0, "invalid": 0}


def item(state: Meeting) -> str:
    """The first item."""
    return state.items[0].id


def motion(state: Meeting) -> str:
    """The motion."""
    return state.motions[-1].id


def hand(state: Meeting) -> str:
    """The first hand."""
    return state.hands[0].id


def propose(**more: Any) -> Step:  # noqa: ANN401 - fields of the command
    """Put a motion."""
    return in_meeting(
        SECRETARY, MeetingPropose, **{"title": "年度计划", "rule": "general", "form": "hand", **more}
    )


async def _written_counts(world: World) -> None:
    """The organisation's rules take written opinions, for this scenario."""
    state = await newest(world)
    changed = [rule.model_copy(update={"written_opinion": True}) for rule in state.rules.rules]
    rules = state.rules.model_copy(update={"rules": changed}).model_dump()
    await world.mongo[MEETINGS].update_one(
        {"_id": state.id}, {"$set": {"state.rules": rules}, "$inc": {"rev": 1}}
    )


OPEN_VOTE = (*HERE, propose(), in_meeting(SECRETARY, MeetingOpenVote, motion=motion))
NAMED = (*HERE, propose(form="named"), in_meeting(SECRETARY, MeetingOpenVote, motion=motion))
COUNTED = (*OPEN_VOTE, in_meeting(SECRETARY, MeetingEnterTally, motion=motion, **TALLY))
VOTED_AND_PUT_OFF = (
    in_meeting(AN, MeetingVote, motion=motion, choice="yes"),
    in_meeting(SECRETARY, MeetingSetMotion, motion=motion, state="deferred", reason="再议"),
)
HANDS = (*OPENED, in_meeting(BEI, MeetingRaiseHand))
SPEAKING = (*HANDS, in_meeting(AN, MeetingGiveFloor, hand=hand, limit_ms=60_000))
FILED = (
    *ANNOUNCED, _written_counts, propose(), in_meeting(CHEN, MeetingFileOpinion, motion=motion, member=BEI, choice="yes"),
)  # fmt: skip

SCENARIOS: tuple[Scenario, ...] = (
    Scenario("meeting.start_item", "the first", (in_meeting(AN, MeetingStartItem, item=item),), OPENED, SEEN),
    Scenario("meeting.end_item", "the first",
             (in_meeting(AN, MeetingEndItem),), (*OPENED, in_meeting(AN, MeetingStartItem, item=item)), SEEN),
    Scenario("meeting.raise_hand", "a point of order goes first", (in_meeting(CHEN, MeetingRaiseHand, kind="order"),), HANDS, SEEN),
    Scenario("meeting.lower_hand", "own", (in_meeting(BEI, MeetingLowerHand, hand=hand),), HANDS, SEEN),
    Scenario("meeting.give_floor", "from the list", (in_meeting(AN, MeetingGiveFloor, hand=hand, limit_ms=60_000),), HANDS, SEEN),
    Scenario("meeting.set_floor", "paused, then ended",
             (in_meeting(AN, MeetingSetFloor, act="pause"), in_meeting(AN, MeetingSetFloor, act="end")), SPEAKING, SEEN),
    Scenario("meeting.propose", "a motion", (propose(),), OPENED, SEEN),
    Scenario("meeting.open_vote", "with enough present",
             (in_meeting(SECRETARY, MeetingOpenVote, motion=motion),), (*HERE, propose()), SEEN),
    Scenario("meeting.vote", "by name",
             (in_meeting(AN, MeetingVote, motion=motion, choice="yes"), in_meeting(BEI, MeetingVote, motion=motion, choice="no")),
             NAMED, SEEN),
    Scenario("meeting.vote", "put off, opened again, and closed",
             (*VOTED_AND_PUT_OFF, in_meeting(SECRETARY, MeetingSetMotion, motion=motion, state="discussing"),
              in_meeting(SECRETARY, MeetingOpenVote, motion=motion), in_meeting(BEI, MeetingVote, motion=motion, choice="no"),
              in_meeting(SECRETARY, MeetingCloseVote, motion=motion)),
             NAMED, SEEN),
    Scenario("meeting.enter_tally", "of a show of hands",
             (in_meeting(SECRETARY, MeetingEnterTally, motion=motion, **TALLY),), OPEN_VOTE, SEEN),
    Scenario("meeting.close_vote", "counted", (in_meeting(SECRETARY, MeetingCloseVote, motion=motion),), COUNTED, SEEN),
    Scenario("meeting.set_motion", "deferred",
             (in_meeting(SECRETARY, MeetingSetMotion, motion=motion, state="deferred", reason="再议"),), OPEN_VOTE, SEEN),
    Scenario("meeting.file_opinion", "confirmed by a second person",
             (in_meeting(SECRETARY, MeetingFileOpinion, motion=motion, member=BEI, choice="yes"),), FILED, SEEN),
    Scenario("meeting.set_task", "for a member",
             (in_meeting(AN, MeetingSetTask, title="排班表", owner=BEI, due_on="2026-12-20"),), OPENED, SEEN),
)  # fmt: skip
