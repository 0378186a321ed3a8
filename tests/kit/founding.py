"""A small organisation founded the real way in a running application: one branch, officers and members with accounts."""

from dataclasses import dataclass, field

from channels.branch.contract import Unit
from channels.branch.hand import SYSTEM, Hand, commit
from channels.branch.holds import Office, granted, here_of, titled
from channels.branch.members import Newcomer, added, rooms_of
from channels.branch.store import person_cards
from channels.branch.template import templates
from channels.branch.units import Founding, founded
from server.accounts.provision import Provision
from storage.ids import MemberId, OrgId
from tests.kit.application import PASSWORD, SEED, Application

TEMPLATE = templates()["party_branch_zh"]


@dataclass(slots=True)
class SmallOrganisation:
    """One branch.

    Attributes:
        application: Where.
        hand: The machine's own hand.
        org: Organisation.
        branch: Its only branch.
        members: Name -> member id.
    """

    application: Application
    hand: Hand
    org: OrgId
    branch: Unit
    members: dict[str, str] = field(default_factory=dict)

    async def add(self, name: str, role: str = "", login: str = "") -> str:
        """Put somebody on the roll, with a role and an account when they are named; answers with the member id."""
        number = f"QH{len(self.members) + 1:04}"
        rooms = await rooms_of(self.hand, self.branch, [])
        member, steps = added(self.hand, rooms, Newcomer(number, name, TEMPLATE.classes[0].key))
        await commit(self.hand, steps)
        self.members[name] = member
        if role:
            card = (await person_cards(self.hand.mongo, [member]))[MemberId(member)]
            here = await here_of(self.hand.mongo, self.branch.unit)
            await commit(
                self.hand, granted(self.hand, self.branch, card, titled(Office(role), TEMPLATE), here)
            )
        if login:
            wish = Provision(login, PASSWORD, SEED, self.org, member)
            await self.application.house.accounts.provisioner.create(wish)
        return member


async def found_small(application: Application, name: str = "青河机关") -> SmallOrganisation:
    """Found an organisation with one branch; nobody is on its roll."""
    house = application.house
    hand = Hand(house.ground.reader, SYSTEM, "", "", house.exchange.access_changed)
    org, branch, steps = founded(hand, Founding(name, TEMPLATE.key, "QH"))
    await commit(hand, steps)
    return SmallOrganisation(application, hand, org, branch)
