"""The stage of the browser tests: a whole server with the fictional roll of fixture B42, and a way to hand out codes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from channels.branch.hand import SYSTEM, commit
from channels.branch.records import MEMBERS
from channels.branch.roll.apply import apply
from channels.branch.roll.dryrun import Choices, dry_run
from channels.branch.units import Founding, founded
from server.accounts.activation import Issuer
from server.commands.inside import hand_of_machine
from storage.client import MongoSettings
from tests.kit.whole import Served, whole_server

ROLL = Path(__file__).resolve().parents[1] / "fixtures" / "roll" / "roll-b42.xlsx"
BRANCH = "青禾社区第二党支部"


@dataclass(frozen=True, slots=True)
class Hall:
    """A served organisation.

    Attributes:
        served: The server.
        branch: Id of the branch, which is also its room.
        mongo: Its database.
    """

    served: Served
    branch: str
    mongo: MongoSettings

    async def code(self, name: str) -> str:
        """A fresh activation code for a member, as an officer would print it."""
        house = self.served.house
        found = await house.ground.mongo[MEMBERS].find_one({"name": name})
        assert found is not None
        person = await house.accounts.directory.person(found["_id"])
        assert person is not None
        return (await house.accounts.activation.issue(person, Issuer(SYSTEM, "test"))).code


@asynccontextmanager
async def open_hall(mongo: MongoSettings, folder: Path) -> AsyncIterator[Hall]:
    """Serve the organisation while the block runs."""
    async with whole_server(mongo, folder) as served:
        hand = hand_of_machine(served.house.ground)
        _org, root, steps = founded(hand, Founding(BRANCH, "party_branch_zh", "QH"))
        await commit(hand, steps)
        look = await dry_run(hand.reader, root.unit, ROLL.read_bytes(), Choices())
        await apply(hand, look, give_offices=True)
        yield Hall(served, root.unit, mongo)
