"""The row of the organisation: topic `branch:<unit id>`, commands `branch.*`, roll and roles over HTTP."""

from channels.branch import handlers
from channels.branch.contract import (
    BranchesOf,
    GroupsOf,
    Holders,
    MemberByBlind,
    MembersOf,
    OrganisationOf,
    PeopleOf,
    PersonCards,
    PlaceOf,
    UnitOf,
    UnitsOf,
)
from channels.branch.errors import BRANCH_ERRORS
from channels.branch.protocol import (
    BRANCH_EVENTS,
    BranchCards,
    BranchCounted,
    BranchCounts,
    BranchPeople,
    BranchSnapshot,
)
from channels.branch.records import BRANCH_INDEXES, SEALED_FIELDS
from channels.branch.roles import CAPABILITIES
from channels.branch.settings import WORDS, listed
from channels.core.feature import CommandRow, Feature, QueryRow, RateClass, TopicRow
from channels.core.settings import SettingsRow

FEATURE = Feature(
    name="branch",
    commands=(
        CommandRow(BranchPeople, BranchCards, handlers.people, rate=RateClass.READ, writes=False, bots=True),
        CommandRow(
            BranchCounts,
            BranchCounted,
            handlers.counts,
            "branch.read_counts",
            RateClass.READ,
            writes=False,
            bots=True,
        ),
    ),
    events=BRANCH_EVENTS,
    topic=TopicRow(
        kind="branch",
        may_enter=handlers.may_enter,
        snapshot=handlers.snapshot,
        snapshot_model=BranchSnapshot,
        render=handlers.render,
        roster=True,
    ),
    queries=(
        QueryRow(PlaceOf, handlers.answer_place),
        QueryRow(UnitOf, handlers.answer_unit),
        QueryRow(UnitsOf, handlers.answer_units),
        QueryRow(GroupsOf, handlers.answer_groups),
        QueryRow(MembersOf, handlers.answer_members),
        QueryRow(PeopleOf, handlers.answer_people),
        QueryRow(PersonCards, handlers.answer_cards),
        QueryRow(MemberByBlind, handlers.answer_contact),
        QueryRow(OrganisationOf, handlers.answer_organisation),
        QueryRow(BranchesOf, handlers.answer_branches),
        QueryRow(Holders, handlers.answer_holders),
    ),
    errors=BRANCH_ERRORS,
    indexes=BRANCH_INDEXES,
    sealed=SEALED_FIELDS,
    capabilities={word: en for word, (_, en) in CAPABILITIES.items() if word.startswith("branch.")},
    settings=(SettingsRow(WORDS, listed),),
)
