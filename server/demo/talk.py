"""What was said in the demo's rooms, through the same commands people use. May be imported by server."""

from channels.branch.contract import Unit
from channels.branch.store import groups_of
from channels.chat.contract import MAIN, chat_topic
from channels.chat.protocol import ChatPin, ChatReact, ChatSend, ChatSendResult
from channels.core.context import Reader
from server.demo.script import TALK, Line
from server.demo.stage import Stage, stage_of

LIKE = "👍"


class _Talk:
    """The rooms of the demo, and what was said in them."""

    def __init__(self, stage: Stage, rooms: dict[str, str]) -> None:
        self._stage = stage
        self._rooms = rooms
        self._said: dict[str, list[int]] = {}

    async def play(self, line: Line) -> None:
        """Say one line; what it answers was said before."""
        room = self._rooms[line.group]
        said = self._said.setdefault(room, [])
        command = ChatSend(
            ref=1,
            room=room,
            cid=self._stage.reader.ids.uuid7(),
            text=line.text,
            thread=said[line.answers - 1] if line.answers else None,
            mentions=[self._stage.people[number] for number in line.names],
        )
        result = await self._stage.run(line.by, command)
        if not isinstance(result, ChatSendResult):
            raise TypeError("chat.send answers with ChatSendResult")
        said.append(result.seq)
        for number in line.liked_by:
            await self._stage.run(
                number, ChatReact(ref=1, room=room, message=result.seq, emoji=LIKE, on=True)
            )
        if line.pinned:
            await self._stage.run(line.by, ChatPin(ref=1, room=room, message=result.seq, on=True))


async def talk(reader: Reader, branch: Unit) -> None:
    """Say the demo's lines, unless something was said in the branch already."""
    if await reader.log.counter_head(chat_topic(branch.unit), MAIN):
        return
    rooms: dict[str, str] = {group.name: group.unit for group in await groups_of(reader.mongo, branch.unit)}
    said = _Talk(await stage_of(reader, branch), rooms | {"": branch.unit})
    for line in TALK:
        await said.play(line)
