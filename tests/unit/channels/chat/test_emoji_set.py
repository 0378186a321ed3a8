"""Every emoji of the client's set is one the server takes as a reaction."""

import re
from pathlib import Path

from channels.chat.emoji import is_reaction

TABLE = Path(__file__).parents[4] / "web_client/src/features/chat/emoji/table.ts"


def test_every_emoji_of_the_set_is_a_reaction() -> None:
    blocks = re.findall(r"`\n(.*?)`", TABLE.read_text(encoding="utf-8"), re.DOTALL)
    signs = [line.split(" ")[0] for block in blocks for line in block.splitlines()]
    assert len(signs) > 150
    assert [sign for sign in signs if not is_reaction(sign)] == []
    assert not is_reaction(signs[0] + signs[1]), "two are not one"
