"""Things that stand on the stage before a scenario begins."""

from channels.chat.protocol import ChatAttachment
from channels.chat.uploads import Upload
from storage.ids import RoomId
from tests.replay.world import BRANCH_B, fixed_id


def loose_file(owner: str, number: int) -> Upload:
    """A picture the owner uploaded to branch B and has not sent yet; its bytes are not stored."""
    attachment = ChatAttachment(
        id=fixed_id(7, number),
        name="合影.webp",
        kind="image",
        mime="image/webp",
        size_bytes=12_345,
        width=1_200,
        height=800,
        thumbnail=True,
    )
    return Upload(
        file=attachment.id,
        owner=owner,
        room=RoomId(BRANCH_B),
        attachment=attachment,
        full=fixed_id(8, 2 * number),
        thumbnail=fixed_id(8, 2 * number + 1),
    )
