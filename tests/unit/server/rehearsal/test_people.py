"""How members of a rehearsal are spread."""

from collections import Counter

import pytest

from server.rehearsal.create import check_wish
from server.rehearsal.people import GROUPS_OF_MEMBER, Pass, Wish, branch_of, groups_of, member_name
from storage.errors import NotReady


def test_branches_and_groups_get_equal_shares() -> None:
    numbers = range(1, 1_001)
    branches = Counter(branch_of(number, 7) for number in numbers)
    assert len(branches) == 7
    assert max(branches.values()) - min(branches.values()) <= 1
    groups = Counter(place for number in numbers for place in groups_of(number, 7, 5))
    assert len(groups) == 5
    assert max(groups.values()) - min(groups.values()) <= 2 * 7
    assert all(len(set(groups_of(number, 7, 5))) == GROUPS_OF_MEMBER for number in numbers)


def test_names_say_that_they_are_invented() -> None:
    assert member_name(1) == "演练成员0001"
    assert member_name(20_000) == "演练成员20000"


def test_a_pass_opens_five_topics_and_does_not_show_its_secret() -> None:
    opened = Pass("sesame", "m", "a", "s", "b", ("b", "g1", "g2"))
    assert opened.topics == ("me:m", "branch:b", "chat:b", "chat:g1", "chat:g2")
    assert "sesame" not in repr(opened)
    assert opened.line()["secret"] == "sesame"


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        (Wish(0), "members"),
        (Wish(20_001), "members"),
        (Wish(5, branches=6), "branches"),
        (Wish(2_000, branches=1_001), "branches"),
        (Wish(5, groups=1), "groups"),
        (Wish(2_000, branches=1_000, groups=5), "groups"),
    ],
)
def test_what_cannot_be_made_is_refused_by_name(wish: Wish, named: str) -> None:
    with pytest.raises(NotReady, match=f"--{named} must be"):
        check_wish(wish)
