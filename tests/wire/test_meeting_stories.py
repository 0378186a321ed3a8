"""Story S1 and its variants through real sockets: 42 members, each with a session and a socket, on a manual clock (C1)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from storage.client import MongoSettings
from tests.flow.meeting import test_life, test_votes
from tests.flow.meeting.branch42 import Branch42, seed_branch42
from tests.flow.meeting.story_s1 import from_notice_to_approved_minutes
from tests.wire.socket_world import socket_world

VARIANTS: tuple[Callable[[Branch42], Awaitable[None]], ...] = (
    test_votes.test_variant_a_twenty_are_too_few_and_21_open_the_general_vote_only,
    test_votes.test_variant_b_who_left_is_missed_at_the_moment_of_the_vote,
    test_votes.test_variant_c_two_applicants_are_two_motions,
    test_votes.test_variant_d_rules_and_roll_of_a_running_vote_stand,
    test_votes.test_ballots_on_paper_with_a_written_opinion,  # (e): one filed after the opening is refused
    test_life.test_variant_f_a_second_meeting_is_asked_about,
    test_votes.test_more_ballots_back_than_given_out_make_the_vote_void,
)


@pytest.fixture
async def b42(mongo_settings: MongoSettings, tmp_path: Path) -> AsyncIterator[Branch42]:
    """江澜市青禾社区第二党支部 behind a whole server."""
    async with socket_world(mongo_settings, tmp_path) as world:
        yield await seed_branch42(world)


async def test_s1_through_sockets(b42: Branch42) -> None:
    await from_notice_to_approved_minutes(b42)


@pytest.mark.parametrize("play", VARIANTS, ids=lambda play: play.__name__.removeprefix("test_"))
async def test_variants_through_sockets(b42: Branch42, play: Callable[[Branch42], Awaitable[None]]) -> None:
    await play(b42)
