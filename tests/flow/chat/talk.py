"""Short words for the flow tests of chat."""

from typing import Any

import pytest

from channels.chat.contract import chat_topic
from channels.chat.protocol import ChatHistory, ChatMessage, ChatPage, ChatSend, ChatSendResult
from channels.protocol.base import Command
from channels.protocol.errors import ErrorRow, Refused
from tests.replay.world import BRANCH_B, World

B = chat_topic(BRANCH_B)


async def say(world: World, caller: str, text: str, **fields: Any) -> ChatSendResult:  # noqa: ANN401 - fields of the command
    """Send with a fresh client id unless one is given, to branch B unless a room is given."""
    result = await world.do(
        caller, ChatSend, **{"room": BRANCH_B, "cid": world.reader.ids.uuid7(), "text": text, **fields}
    )
    assert isinstance(result, ChatSendResult)
    return result


async def refused(
    world: World,
    row: ErrorRow,
    caller: str,
    model: type[Command],
    **fields: Any,  # noqa: ANN401
) -> Refused:
    """Expect a refusal that tells nobody anything."""
    before = len(world.heard)
    with pytest.raises(Refused) as caught:
        await world.do(caller, model, **fields)
    assert caught.value.row is row
    assert len(world.heard) == before
    return caught.value


async def shown(world: World, caller: str, message: int, room: str = BRANCH_B) -> ChatMessage:
    """One message as the caller sees it now."""
    page = await world.do(caller, ChatHistory, room=room, around=message, limit=1)
    assert isinstance(page, ChatPage)
    (found,) = page.messages
    assert found.seq == message
    return found
