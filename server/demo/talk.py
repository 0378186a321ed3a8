"""What was said in the demo's rooms, through the same commands people use. May be imported by server."""

from channels.branch.contract import Unit
from channels.branch.records import MEMBERS, MEMBERS_MAX
from channels.branch.store import grants_of, groups_of
from channels.chat.contract import MAIN, chat_topic
from channels.chat.feature import FEATURE
from channels.chat.protocol import ChatPin, ChatReact, ChatSend, ChatSendResult
from channels.core.actor import Actor
from channels.core.context import Context, Reader
from channels.protocol.base import Command, LiveEvent, Result
from server.demo.script import TALK, Line
from storage.ids import AccountId, MemberId, OrgId, SessionId

LIKE = "👍"
_HANDLERS = {row.model: row.handler for row in FEATURE.commands}


class _Stage:
    """The people and rooms of the demo."""

    def __init__(self, reader: Reader, org: OrgId, rooms: dict[str, str], people: dict[str, str]) -> None:
        self._reader = reader
        self._org = org
        self._rooms = rooms
        self._people = people
        self._said: dict[str, list[int]] = {}

    async def play(self, line: Line) -> None:
        """Say one line; what it answers was said before."""
        room = self._rooms[line.group]
        said = self._said.setdefault(room, [])
        command = ChatSend(
            ref=1,
            room=room,
            cid=self._reader.ids.uuid7(),
            text=line.text,
            thread=said[line.answers - 1] if line.answers else None,
            mentions=[self._people[number] for number in line.names],
        )
        result = await self._run(line.by, command)
        if not isinstance(result, ChatSendResult):
            raise TypeError("chat.send answers with ChatSendResult")
        said.append(result.seq)
        for number in line.liked_by:
            await self._run(number, ChatReact(ref=1, room=room, message=result.seq, emoji=LIKE, on=True))
        if line.pinned:
            await self._run(line.by, ChatPin(ref=1, room=room, message=result.seq, on=True))

    async def _run(self, number: str, command: Command) -> Result:
        member = self._people[number]
        units, grants = await grants_of(self._reader.mongo, member)
        ident = MemberId(member)
        actor = Actor(AccountId(member), SessionId(member), self._org, ident, units, grants)
        context = Context(actor, self._reader.clock.now_ms(), self._reader, _nobody_hears, _nobody_waits)
        return await _HANDLERS[type(command)](command, context)


def _nobody_hears(event: LiveEvent) -> None:
    del event


async def _nobody_waits(member: str) -> None:
    del member


async def talk(reader: Reader, branch: Unit) -> None:
    """Say the demo's lines, unless something was said in the branch already."""
    if await reader.log.counter_head(chat_topic(branch.unit), MAIN):
        return
    rooms: dict[str, str] = {group.name: group.unit for group in await groups_of(reader.mongo, branch.unit)}
    docs = await reader.mongo[MEMBERS].find({"units": branch.unit}, fields=("number",), limit=MEMBERS_MAX)
    stage = _Stage(reader, branch.org, rooms | {"": branch.unit}, {doc["number"]: doc["_id"] for doc in docs})
    for line in TALK:
        await stage.play(line)
