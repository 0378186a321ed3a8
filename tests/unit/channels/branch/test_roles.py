"""The role table says only what it means."""

import pytest

from channels.branch.roles import CAPABILITIES, ROLES, SEPARATIONS, SYSTEM_CAPABILITIES, clashes, must_differ


def test_roles_give_only_known_capabilities_and_all_are_given() -> None:
    given = {word for role in ROLES.values() for word in role.capabilities}
    assert given == set(CAPABILITIES)
    assert not given & set(SYSTEM_CAPABILITIES)


def test_who_has_power_is_an_officer() -> None:
    assert [word for word, role in ROLES.items() if role.capabilities and not role.officer] == []


def test_only_roles_that_show_no_persons_reach_branches_below() -> None:
    for role in ROLES.values():
        if role.reach == "below":
            assert role.capabilities <= {"branch.read_counts"}


def test_only_leaders_give_roles_and_export() -> None:
    for word in ("branch.manage_roles", "branch.export_roll"):
        assert {role.word for role in ROLES.values() if word in role.capabilities} == {"secretary", "deputy"}


def test_the_one_who_watches_cannot_act() -> None:
    assert ROLES["oversight"].capabilities == {"branch.read_audit", "account.mfa_reset"}
    assert clashes("oversight", frozenset({"secretary", "committee"})) == {"secretary"}
    assert clashes("secretary", frozenset({"oversight"})) == {"oversight"}
    assert clashes("organizer", frozenset({"deputy", "group_leader"})) == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("recorder", "reviewer_of_minutes"),
        ("moderator", "appeal_judge"),
        ("leave_approver", "leave_applicant"),
        ("candidate", "teller"),
        ("case_handler", "case_subject"),
        ("mfa_reset_approver", "mfa_reset_requester"),
    ],
)
def test_separations_hold_both_ways(one: str, other: str) -> None:
    assert must_differ(one, other)
    assert must_differ(other, one)


def test_separations_of_held_roles_name_roles() -> None:
    for separation in SEPARATIONS:
        if separation.scope == "held":
            assert {separation.one, separation.other} <= set(ROLES)
    assert not must_differ("secretary", "organizer")
