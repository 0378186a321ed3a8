"""What meetings seal survives a rotation of the keys, and nothing of it is left under the old ones."""

import pytest

from channels.catalog import FEATURES
from channels.core.registry import Registry
from channels.meeting.calendar import feed, new_address
from channels.meeting.entry.sealed import Opened
from channels.meeting.errors import CODE_WRONG, DEVICE_ALREADY_USED
from channels.meeting.feature import FEATURE
from channels.meeting.protocol.entry import MeetingCheckIn
from channels.meeting.protocol.floor import MeetingFileOpinion
from channels.meeting.protocol.leave import (
    MeetingAskCorrection,
    MeetingAskLeave,
    MeetingCorrections,
    MeetingReadLeave,
)
from channels.meeting.protocol.life import MeetingClose
from channels.protocol.errors import Refused
from server.ground import all_sealed
from storage.crypto import Purpose
from storage.rotation import rotate_keys
from tests.flow.chat.talk import refused
from tests.flow.meeting.branch42 import Branch42
from tests.flow.meeting.floor_stage import motion_of, propose
from tests.flow.meeting.hall import code_of, row_of
from tests.kit.sealed import sealed_with
from tests.replay.world import ORG_O

COLLECTIONS = frozenset(field.collection for field in FEATURE.sealed)


async def check_in(b42: Branch42, meeting: str, name: str, code: str) -> None:
    await b42.do(name, MeetingCheckIn, meeting=meeting, code=code)


async def test_meetings_go_on_with_new_keys(b42: Branch42) -> None:
    reader = b42.world.reader
    other = await b42.announced()
    await b42.do("田甜", MeetingAskLeave, meeting=other, category="personal", note="去外地出差三天")
    motion = await propose(
        b42, other, title="接收周晓禾为预备党员", rule="admission", form="paper", person="周晓禾"
    )
    opinion = {"meeting": other, "motion": motion, "member": b42.ids["冯国栋"], "choice": "yes"}
    await b42.do("宋佳宁", MeetingFileOpinion, **opinion)
    address = await new_address(reader, b42.ids["田甜"], ORG_O)
    assert await feed(reader, address, "https://example.org") is not None
    meeting = await b42.opened()
    b42.world.browsers[b42.ids["高远"]] = b42.world.browsers[b42.ids["钟敏"]] = "one browser"
    await check_in(b42, meeting, "高远", await code_of(b42, meeting))

    old = [key for purpose in Purpose for key in reader.cipher.ring.all(purpose)]
    before = await sealed_with(reader.mongo, COLLECTIONS, old)
    assert set(before) == {"meeting_leaves", "meeting_opinions", "meeting_secrets"}
    rows = await rotate_keys(reader.mongo, reader.cipher, all_sealed(Registry(FEATURES)), b42.world.clock)
    assert sum(row.unreadable for row in rows) == 0
    assert await sealed_with(reader.mongo, COLLECTIONS, old) == {}
    reader.memory.of(Opened).secrets.clear()

    code = await code_of(b42, meeting)
    with pytest.raises(Refused) as caught:  # both are told of it
        await check_in(b42, meeting, "钟敏", code)
    assert caught.value.row is DEVICE_ALREADY_USED
    await refused(b42.world, CODE_WRONG, b42.ids["邵军"], MeetingCheckIn, meeting=meeting, code="000000")
    await check_in(b42, meeting, "邵军", code)
    assert (await row_of(b42, meeting, "邵军")).status == "on_time"
    read = await b42.do("宋佳宁", MeetingReadLeave, meeting=other, member=b42.ids["田甜"])
    assert read.note == "去外地出差三天"
    await b42.do("孙巧云", MeetingFileOpinion, **opinion)
    assert (await motion_of(b42, other, motion)).written == 1
    assert await feed(reader, address, "https://example.org") is not None
    assert await feed(reader, address[:-1] + "!", "https://example.org") is None


async def test_corrections_are_read_with_new_keys(b42: Branch42) -> None:
    reader = b42.world.reader
    meeting = await b42.opened()
    b42.move_to("20:32")
    await b42.do("宋佳宁", MeetingClose, meeting=meeting)
    await b42.do("高远", MeetingAskCorrection, meeting=meeting, text="我在后排")
    old = reader.cipher.ring.all(Purpose.FIELD)
    assert (await sealed_with(reader.mongo, COLLECTIONS, old))["meeting_corrections"] == 1
    await rotate_keys(reader.mongo, reader.cipher, all_sealed(Registry(FEATURES)), b42.world.clock)
    assert await sealed_with(reader.mongo, COLLECTIONS, old) == {}
    listed = await b42.do("宋佳宁", MeetingCorrections, meeting=meeting)
    assert [one.text for one in listed.corrections] == ["我在后排"]
