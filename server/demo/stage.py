"""The people of the demo, who act through the same commands that people use. Imported by server.demo."""

from channels.branch.contract import Unit
from channels.branch.records import MEMBERS, MEMBERS_MAX
from channels.branch.store import grants_of
from channels.catalog import FEATURES
from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.protocol.base import Command, LiveEvent, Result
from storage.ids import AccountId, MemberId, OrgId, SessionId

_HANDLERS = {row.model: row.handler for feature in FEATURES for row in feature.commands}


class Stage:
    """The demo's branch.

    Args:
        reader: Stores.
        org: Organisation.
        people: Member number -> member.
    """

    def __init__(self, reader: Reader, org: OrgId, people: dict[str, str]) -> None:
        self.reader = reader
        self.people = people
        self._org = org

    async def run(self, number: str, command: Command) -> Result:
        """Have somebody do something; refusals are faults of the program."""
        member = self.people[number]
        units, grants = await grants_of(self.reader.mongo, member)
        actor = Actor(AccountId(member), SessionId(member), self._org, MemberId(member), units, grants)
        context = Context(actor, self.reader.clock.now_ms(), self.reader, _nobody_hears, _nobody_waits)
        return await _HANDLERS[type(command)](command, context)


async def stage_of(reader: Reader, branch: Unit) -> Stage:
    """The stage with everybody on the branch's roll."""
    docs = await reader.mongo[MEMBERS].find({"units": branch.unit}, fields=("number",), limit=MEMBERS_MAX)
    return Stage(reader, branch.org, {doc["number"]: doc["_id"] for doc in docs})


def _nobody_hears(event: LiveEvent) -> None:
    del event


async def _nobody_waits(member: str) -> None:
    del member
