"""Motions and votes; story S1 from 19:40 on, and its variants (a) to (e)."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from channels.branch.records import MEMBERS
from channels.meeting.committing import sheet_entry
from channels.meeting.errors import (
    NOT_ENTITLED,
    QUORUM_LOST,
    QUORUM_NOT_MET,
    ROLES_CLASH,
    VOTE_CLOSED,
    WRONG_STAGE,
)
from channels.meeting.floor.errors import (
    FORM_NOT_ALLOWED,
    ONE_PER_PERSON,
    OPINION_DIFFERS,
    OPINIONS_FILED,
    TALLIES_DIFFER,
    TALLY_MISSING,
    TALLY_WRONG,
    VOTE_RUNNING,
)
from channels.meeting.floor.voting import NO_BASE
from channels.meeting.protocol.entry import MeetingSignOut
from channels.meeting.protocol.floor import (
    MeetingCloseVote,
    MeetingEnterTally,
    MeetingFileOpinion,
    MeetingOpenVote,
    MeetingPropose,
    MeetingSetMotion,
    MeetingVote,
)
from channels.meeting.protocol.life import MeetingClose, MeetingOpen
from channels.meeting.protocol.sheet import MeetingCollecting
from channels.meeting.reading import MEETINGS, load, stored
from channels.meeting.sheets import sheet_of_meeting
from channels.protocol.errors import FORBIDDEN, Refused
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import Branch42
from tests.flow.meeting.floor_stage import HAND, NAMES, motion_of, opened_vote, propose
from tests.flow.meeting.hall import come, come_all, quorum_events, state_of


async def test_a_show_of_hands_must_add_up_and_passes_with_22(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 39)
    numbers = {"yes": 35, "no": 1, "abstain": 2}
    fault = await refused(
        b42.world,
        TALLY_WRONG,
        b42.ids["宋佳宁"],
        MeetingEnterTally,
        meeting=meeting,
        motion=motion,
        **HAND,
        **numbers,
    )
    assert fault.params == {"n": 38, "m": 39}
    await refused(
        b42.world, TALLY_MISSING, b42.ids["宋佳宁"], MeetingCloseVote, meeting=meeting, motion=motion
    )
    await b42.do(
        "宋佳宁", MeetingEnterTally, meeting=meeting, motion=motion, **HAND, **numbers | {"abstain": 3}
    )
    for _ in range(2):
        await b42.do("宋佳宁", MeetingCloseVote, meeting=meeting, motion=motion)
    counted = await motion_of(b42, meeting, motion)
    assert counted.state == "passed"
    assert counted.result is not None
    assert (counted.result.yes, counted.result.no, counted.result.abstain, counted.result.needed) == (
        35,
        1,
        3,
        22,
    )
    assert counted.frozen is not None
    assert (counted.frozen.present, counted.frozen.quorum_needed, counted.frozen.roll_version) == (39, 21, 7)


async def test_two_who_count_hands_differently_have_to_look_again(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 30)
    enter = {"meeting": meeting, "motion": motion, **HAND, "yes": 24, "no": 4, "abstain": 2}
    close = {"meeting": meeting, "motion": motion}
    await asyncio.gather(
        b42.do("宋佳宁", MeetingEnterTally, **enter | {"yes": 21, "no": 7}),
        b42.do("孙巧云", MeetingEnterTally, **enter),
    )
    await refused(b42.world, TALLIES_DIFFER, b42.ids["宋佳宁"], MeetingCloseVote, **close)
    assert len((await motion_of(b42, meeting, motion)).tallies) == 2, "both stand, for both to see"
    await b42.do("宋佳宁", MeetingEnterTally, **enter)
    await b42.do("宋佳宁", MeetingCloseVote, **close)
    result = (await motion_of(b42, meeting, motion)).result
    assert result is not None
    assert (result.yes, result.no, result.abstain) == (24, 4, 2)


async def test_ballots_on_paper_with_a_written_opinion(b42: Branch42) -> None:
    meeting = await b42.announced()
    motion = await propose(
        b42, meeting, title="接收周晓禾为预备党员", rule="admission", form="paper", person="周晓禾"
    )
    absent = {"meeting": meeting, "motion": motion, "member": b42.ids["冯国栋"], "choice": "yes"}
    await b42.do("宋佳宁", MeetingFileOpinion, **absent)
    assert (await motion_of(b42, meeting, motion)).written == 0  # one person alone is not enough
    await refused(b42.world, ROLES_CLASH, b42.ids["宋佳宁"], MeetingFileOpinion, **absent)
    await refused(
        b42.world, OPINION_DIFFERS, b42.ids["孙巧云"], MeetingFileOpinion, **absent | {"choice": "no"}
    )
    await b42.do("孙巧云", MeetingFileOpinion, **absent)
    b42.move_to("19:00")
    await b42.do("宋佳宁", MeetingOpen, meeting=meeting)
    late = absent | {"member": b42.ids["高远"]}
    await refused(b42.world, WRONG_STAGE, b42.ids["宋佳宁"], MeetingFileOpinion, **late)
    await come_all(b42, meeting, [name for name in NAMES if name not in ("冯国栋", "高远", "钟敏", "贺文斌")])
    await b42.do("宋佳宁", MeetingOpenVote, meeting=meeting, motion=motion)
    numbers = {"issued": 38, "returned": 38, "yes": 34, "no": 2, "abstain": 2, "invalid": 0}
    enter = {"meeting": meeting, "motion": motion, **numbers}
    await refused(b42.world, FORBIDDEN, b42.ids["宋佳宁"], MeetingEnterTally, **enter)
    await b42.do("孙巧云", MeetingEnterTally, **enter)
    await b42.do("谢春生", MeetingEnterTally, **enter | {"yes": 33, "no": 3})
    await refused(
        b42.world, TALLIES_DIFFER, b42.ids["宋佳宁"], MeetingCloseVote, meeting=meeting, motion=motion
    )
    await b42.do("谢春生", MeetingEnterTally, **enter)
    await b42.do("宋佳宁", MeetingCloseVote, meeting=meeting, motion=motion)
    counted = await motion_of(b42, meeting, motion)
    assert counted.result is not None
    assert (counted.result.yes, counted.result.no, counted.result.abstain) == (35, 2, 2)
    assert (counted.result.written_yes, counted.result.needed, counted.state) == (1, 22, "passed")


async def test_an_opinion_is_about_the_words_that_were_read(b42: Branch42) -> None:
    meeting = await b42.announced()
    fields = {"title": "接收周晓禾为预备党员", "rule": "admission", "form": "paper", "person": "周晓禾"}
    motion = await propose(b42, meeting, **fields)
    opinion = {"meeting": meeting, "motion": motion, "member": b42.ids["冯国栋"], "choice": "yes"}
    edit = {"meeting": meeting, "motion": motion, **fields}
    await b42.do("宋佳宁", MeetingFileOpinion, **opinion)
    await b42.do("宋佳宁", MeetingPropose, **edit | {"text": "附考察报告"})
    # what one person entered was about other words: the second one begins anew
    await b42.do("孙巧云", MeetingFileOpinion, **opinion)
    assert (await motion_of(b42, meeting, motion)).written == 0
    await b42.do("宋佳宁", MeetingFileOpinion, **opinion)
    assert (await motion_of(b42, meeting, motion)).written == 1
    await refused(
        b42.world, OPINIONS_FILED, b42.ids["宋佳宁"], MeetingPropose, **edit | {"text": "另一份报告"}
    )
    await b42.do("宋佳宁", MeetingPropose, **edit | {"text": "附考察报告"})  # the same words again
    assert (await motion_of(b42, meeting, motion)).written == 1


async def test_more_ballots_back_than_given_out_make_the_vote_void(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 25, form="paper")
    numbers = {"issued": 24, "returned": 25, "yes": 25, "no": 0, "abstain": 0, "invalid": 0}
    for name in ("孙巧云", "谢春生"):
        await b42.do(name, MeetingEnterTally, meeting=meeting, motion=motion, **numbers)
    await b42.do("宋佳宁", MeetingCloseVote, meeting=meeting, motion=motion)
    counted = await motion_of(b42, meeting, motion)
    assert (counted.state, counted.result) == ("void", None)


async def test_variant_a_twenty_are_too_few_and_21_open_the_general_vote_only(b42: Branch42) -> None:
    meeting = await b42.opened()
    general = await propose(b42, meeting)
    admission = await propose(b42, meeting, rule="admission", form="paper", person="周晓禾")
    await come_all(b42, meeting, NAMES[:20])
    fault = await refused(
        b42.world, QUORUM_NOT_MET, b42.ids["宋佳宁"], MeetingOpenVote, meeting=meeting, motion=general
    )
    assert fault.params == {"n": 20, "m": 21}
    await b42.do("宋佳宁", MeetingSetMotion, meeting=meeting, motion=general, state="discussing")
    await come(b42, meeting, NAMES[20])
    fault = await refused(
        b42.world, QUORUM_NOT_MET, b42.ids["宋佳宁"], MeetingOpenVote, meeting=meeting, motion=admission
    )
    assert fault.params == {"n": 21, "m": 22}
    await b42.do("宋佳宁", MeetingOpenVote, meeting=meeting, motion=general)
    assert quorum_events(b42, meeting) == [("general", 21)]


async def test_variant_b_who_left_is_missed_at_the_moment_of_the_vote(b42: Branch42) -> None:
    meeting = await b42.opened()
    admission = await propose(b42, meeting, rule="admission", form="paper", person="周晓禾")
    general = await propose(b42, meeting)
    await come_all(b42, meeting, NAMES[:39])
    for name in NAMES[:18]:
        await b42.do(name, MeetingSignOut, meeting=meeting)
    fault = await refused(
        b42.world, QUORUM_LOST, b42.ids["宋佳宁"], MeetingOpenVote, meeting=meeting, motion=admission
    )
    assert fault.params == {"n": 21, "m": 22}
    await b42.do("宋佳宁", MeetingOpenVote, meeting=meeting, motion=general)
    for name in NAMES[:18]:
        await b42.do(name, MeetingSignOut, meeting=meeting, on=False)
    assert quorum_events(b42, meeting) == [
        ("general", 21),
        ("admission", 22),
    ]  # coming back tells nothing again


async def test_variant_c_two_applicants_are_two_motions(b42: Branch42) -> None:
    meeting = await b42.opened()
    fields = {"meeting": meeting, "title": "接收", "rule": "admission", "form": "paper"}
    for person in ("周晓禾、李某", ""):
        await refused(b42.world, ONE_PER_PERSON, b42.ids["宋佳宁"], MeetingPropose, **fields, person=person)
    await propose(b42, meeting, rule="admission", form="paper", person="周晓禾")
    await refused(b42.world, ONE_PER_PERSON, b42.ids["宋佳宁"], MeetingPropose, **fields, person="周晓禾")
    await refused(
        b42.world,
        FORM_NOT_ALLOWED,
        b42.ids["宋佳宁"],
        MeetingPropose,
        **fields | {"form": "hand"},
        person="李某",
    )


async def test_variant_d_rules_and_roll_of_a_running_vote_stand(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 30)
    before = await motion_of(b42, meeting, motion)
    changed = {"$set": {"class": "probationary"}}
    await b42.world.mongo[MEMBERS].update_many(
        {"_id": {"$in": [b42.ids[name] for name in NAMES[:20]]}}, changed
    )
    await b42.world.mongo[MEMBERS].update_one(
        {"_id": b42.ids[NAMES[0]]}, {"$set": {"status": "left", "units": []}}
    )
    await b42.do("宋佳宁", MeetingEnterTally, meeting=meeting, motion=motion, **HAND, yes=21, no=9, abstain=0)
    await b42.do("宋佳宁", MeetingCloseVote, meeting=meeting, motion=motion)
    after = await motion_of(b42, meeting, motion)
    assert after.frozen == before.frozen
    assert after.result is not None
    # 21 of 42 are no majority; of the 22 who would be entitled by now they were one
    assert (after.state, after.result.needed, after.result.base) == ("failed", 22, 42)


async def test_a_vote_by_name_counts_once_for_each_who_is_present_and_entitled(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 30, form="named")
    voters = NAMES[:30]
    choices = ["yes"] * 22 + ["no"] * 5 + ["abstain"] * 3
    votes = [
        b42.world.do(b42.ids[name], MeetingVote, meeting=meeting, motion=motion, choice=choice)
        for name, choice in zip(voters, choices, strict=True)
        for _ in range(3)
    ]
    await asyncio.gather(*votes)
    again = await b42.do(voters[0], MeetingVote, meeting=meeting, motion=motion, choice="no")
    assert (again.already, again.choice) == (True, "yes")
    await refused(
        b42.world, NOT_ENTITLED, b42.ids["高远"] if "高远" not in voters else b42.ids["顾清"], MeetingVote,
        meeting=meeting, motion=motion, choice="yes",
    )  # fmt: skip
    await refused(
        b42.world, NOT_ENTITLED, b42.ids["周晓禾"], MeetingVote, meeting=meeting, motion=motion, choice="yes"
    )
    await b42.do("宋佳宁", MeetingCloseVote, meeting=meeting, motion=motion)
    counted = await motion_of(b42, meeting, motion)
    assert counted.result is not None
    assert (counted.result.yes, counted.result.no, counted.result.abstain) == (22, 5, 3)
    await come(b42, meeting, "顾清")
    await refused(
        b42.world, VOTE_CLOSED, b42.ids["顾清"], MeetingVote, meeting=meeting, motion=motion, choice="yes"
    )
    sheet = await sheet_of_meeting(b42.world.reader, meeting)
    assert len(sheet.votes[motion]) == 30


async def test_a_vote_put_off_and_opened_again_begins_anew(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 30, form="named")
    here = {"meeting": meeting, "motion": motion}
    for name in NAMES[:5]:
        await b42.do(name, MeetingVote, **here, choice="yes")
    await b42.do("宋佳宁", MeetingSetMotion, **here, state="deferred", reason="先补充说明")
    await refused(b42.world, VOTE_CLOSED, b42.ids[NAMES[6]], MeetingVote, **here, choice="yes")
    await b42.do("宋佳宁", MeetingSetMotion, **here, state="discussing")
    await b42.do("宋佳宁", MeetingOpenVote, **here)
    for place, name in enumerate(NAMES[:30]):
        again = await b42.do(name, MeetingVote, **here, choice="no" if place < 10 else "yes")
        assert not again.already
    await b42.do("宋佳宁", MeetingCloseVote, **here)
    counted = (await motion_of(b42, meeting, motion)).result
    assert counted is not None
    assert (counted.yes, counted.no, counted.abstain) == (20, 10, 0)


async def test_who_comes_after_the_opening_of_a_vote_has_no_part_in_it(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 30, form="named")
    here = {"meeting": meeting, "motion": motion}
    late = NAMES[35]
    await come(b42, meeting, late)
    await refused(b42.world, NOT_ENTITLED, b42.ids[late], MeetingVote, **here, choice="yes")
    for name in NAMES[:30]:
        await b42.do(name, MeetingVote, **here, choice="yes")
    await b42.do("宋佳宁", MeetingCloseVote, **here)
    counted = await motion_of(b42, meeting, motion)
    assert counted.result is not None
    assert (counted.state, counted.result.yes) == ("passed", 30)


async def test_no_vote_is_both_acknowledged_and_left_out(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 38, form="named")
    here = {"meeting": meeting, "motion": motion}

    async def vote(name: str) -> bool:
        try:
            await b42.do(name, MeetingVote, **here, choice="yes")
        except Refused as fault:
            if fault.row is not VOTE_CLOSED:
                raise
            return False
        return True

    async def close() -> bool:
        await b42.do("宋佳宁", MeetingCloseVote, **here)
        return False

    said = await asyncio.gather(
        *(vote(name) for name in NAMES[:20]), close(), *(vote(n) for n in NAMES[20:38])
    )
    counted = (await motion_of(b42, meeting, motion)).result
    assert counted is not None
    assert counted.yes == sum(said)
    await refused(b42.world, WRONG_STAGE, b42.ids["宋佳宁"], MeetingSetMotion, **here, state="discussing")


async def _stored(b42: Branch42, meeting: str, **fields: Any) -> None:  # noqa: ANN401 - fields of the meeting
    """The meeting as it would stand in the database after an interruption, or under other rules."""
    held = await load(b42.world.reader, meeting)
    after = replace(held, state=held.state.model_copy(update=fields), rev=held.rev + 1)
    await b42.world.mongo[MEETINGS].update_one({"_id": meeting}, {"$set": stored(after)})


async def _interrupted(b42: Branch42, meeting: str, motion: str) -> None:
    """A vote whose collecting has ended, and whose counting has not begun."""
    held = await load(b42.world.reader, meeting)
    await b42.world.log.append(sheet_entry(held, MeetingCollecting, roll_call=None, motion=None))
    ended = [
        one.model_copy(update={"state": "counted"}) if one.id == motion else one for one in held.state.motions
    ]
    await _stored(b42, meeting, motions=ended)


async def test_a_vote_interrupted_while_counted_is_finished_by_closing_again(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 25, form="named")
    here = {"meeting": meeting, "motion": motion}
    for name in NAMES[:25]:
        await b42.do(name, MeetingVote, **here, choice="yes")
    await _interrupted(b42, meeting, motion)
    assert (await motion_of(b42, meeting, motion)).state == "counted"
    await refused(b42.world, VOTE_CLOSED, b42.ids[NAMES[30]], MeetingVote, **here, choice="yes")
    await refused(b42.world, VOTE_RUNNING, b42.ids["宋佳宁"], MeetingClose, meeting=meeting)
    await b42.do("宋佳宁", MeetingCloseVote, **here)
    counted = await motion_of(b42, meeting, motion)
    assert counted.result is not None
    assert (counted.state, counted.result.yes) == ("passed", 25)


async def test_a_vote_with_nothing_to_take_a_share_of_is_void(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 25, form="named")
    rules = (await state_of(b42, meeting)).rules
    on_valid = rules.rules[0].decision.model_copy(update={"base": "cast_valid"})
    await _stored(b42, meeting, rules=rules.model_copy(
        update={"rules": [rules.rules[0].model_copy(update={"decision": on_valid}), *rules.rules[1:]]}
    ))  # fmt: skip
    await b42.do("宋佳宁", MeetingCloseVote, meeting=meeting, motion=motion)
    counted = await motion_of(b42, meeting, motion)
    assert (counted.state, counted.result, counted.reason) == ("void", None, NO_BASE)


async def test_two_motions_about_one_person_never_stand_together(b42: Branch42) -> None:
    meeting = await b42.opened()
    await come_all(b42, meeting, NAMES[:25])
    about = {"rule": "admission", "form": "paper", "person": "周晓禾"}
    first = await propose(b42, meeting, **about)
    await b42.do(
        "宋佳宁", MeetingSetMotion, meeting=meeting, motion=first, state="deferred", reason="材料待补"
    )
    await propose(b42, meeting, **about)
    await refused(
        b42.world, ONE_PER_PERSON, b42.ids["宋佳宁"], MeetingSetMotion,
        meeting=meeting, motion=first, state="discussing",
    )  # fmt: skip


async def test_one_vote_at_a_time_and_a_reason_to_put_it_off(b42: Branch42) -> None:
    meeting, motion = await opened_vote(b42, 25)
    other = await propose(b42, meeting, title="另一项")
    await refused(b42.world, VOTE_RUNNING, b42.ids["宋佳宁"], MeetingOpenVote, meeting=meeting, motion=other)
    with pytest.raises(Refused):
        await b42.do("宋佳宁", MeetingSetMotion, meeting=meeting, motion=motion, state="deferred")
    await b42.do(
        "宋佳宁",
        MeetingSetMotion,
        meeting=meeting,
        motion=motion,
        state="deferred",
        reason="票数接近,下次再议",
    )
    await b42.do("宋佳宁", MeetingOpenVote, meeting=meeting, motion=other)
