"""Files from upload over message to download: what is taken, who may have it, when it is gone."""

import asyncio
import os
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from starlette.requests import ClientDisconnect, Request

from channels.chat.errors import ATTACHMENT_UNKNOWN
from channels.chat.protocol import ChatDelete, ChatFiles, ChatOpenDirect, ChatRecall, ChatSend
from channels.chat.uploads import UPLOADS
from channels.protocol.errors import UNKNOWN_TOPIC
from server.files import bench as bench_module
from server.files.intake import LOOSE_MAX
from server.files.shelf import LOOSE_MS
from storage.blobs import CHUNKS, FILES
from tests.flow.chat.door import Door, open_door
from tests.flow.chat.talk import refused, say, shown
from tests.replay.world import (
    AN,
    BEI,
    BRANCH_B,
    BRANCH_C,
    CHEN,
    DING,
    GROUP_G,
    QIN,
    SECRETARY,
    World,
    fixed_id,
)
from tests.unit.server.files.pictures import docx, encoded, photo, png_claiming, telephone_jpeg

R = {"room": BRANCH_B}
PNG = encoded(photo(), "PNG")
PDF = b"%PDF-1.7\n" + b"x" * 2_000


@pytest.fixture
async def door(world: World) -> AsyncIterator[Door]:
    """The file routes."""
    async with open_door(world) as door:
        yield door


async def stored(world: World) -> tuple[int, int, int]:
    """How many uploads, files and chunks the database holds."""
    count = {name: await world.mongo[name].count({}) for name in (UPLOADS, FILES, CHUNKS)}
    return count[UPLOADS], count[FILES], count[CHUNKS]


async def test_a_picture_is_made_anew_sent_and_seen(door: Door) -> None:
    world = door.world
    file = await door.kept(AN, telephone_jpeg(), quote("春游 合影.JPG"), declared="image/jpeg")
    assert {k: file[k] for k in ("name", "kind", "mime", "width", "height", "thumbnail")} == {
        "name": "春游 合影.webp", "kind": "image", "mime": "image/webp", "width": 400, "height": 640, "thumbnail": True,
    }  # fmt: skip
    await say(world, AN, "", attachments=[file["id"]])
    assert [a.model_dump() for a in (await shown(world, BEI, 1)).attachments] == [file]
    answer = await door.get(BEI, file["id"])
    assert answer.content[8:12] == b"WEBP"
    assert len(answer.content) == file["size_bytes"]
    assert answer.headers["content-type"] == "image/webp"
    small = await door.get(BEI, f"{file['id']}/thumbnail")
    assert small.content[8:12] == b"WEBP"
    assert b"SecretPhone" not in answer.content + small.content


async def test_downloads_are_locked_in(door: Door) -> None:
    name = '名单 "终稿";\r\n.pdf'
    file = await door.kept(AN, PDF, quote(name), declared="application/pdf")
    headers = (await door.get(AN, file["id"])).headers
    assert headers["content-disposition"] == (
        "attachment; filename=\"__ _____ .pdf\"; filename*=UTF-8''" + quote("名单 _终稿_; .pdf", safe="")
    )
    assert headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert headers["cache-control"] == "private, no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    picture = await door.kept(AN, PNG)
    assert (await door.get(AN, picture["id"])).headers["content-disposition"].startswith("inline; ")


async def test_loose_files_are_their_owners_only(door: Door) -> None:
    world = door.world
    file = await door.kept(AN, PNG)
    assert (await door.get(AN, file["id"])).status_code == 200
    for other in (BEI, SECRETARY, DING, QIN):
        assert (await door.get(other, file["id"])).status_code == 404
        assert (await door.get(other, f"{file['id']}/thumbnail")).status_code == 404
    named = {"cid": fixed_id(9, 1), "text": "", "attachments": [file["id"]]}
    await refused(world, ATTACHMENT_UNKNOWN, BEI, ChatSend, **R, **named)
    await refused(world, ATTACHMENT_UNKNOWN, AN, ChatSend, room=GROUP_G, **named)
    doubled = named | {"attachments": [file["id"]] * 2}
    await refused(world, ATTACHMENT_UNKNOWN, AN, ChatSend, **R, **doubled)


async def test_downloads_are_judged_by_the_roll_of_now(door: Door) -> None:
    world = door.world
    file = await door.kept(AN, PNG, room=GROUP_G)
    await say(world, AN, "组内", room=GROUP_G, attachments=[file["id"]])
    assert (await door.get(BEI, file["id"])).status_code == 200
    assert (await door.get(CHEN, file["id"])).status_code == 404
    await world.take_from_group(BEI, GROUP_G)
    assert (await door.get(BEI, file["id"])).status_code == 404
    await world.put_in_group(CHEN, GROUP_G)
    assert (await door.get(CHEN, file["id"])).status_code == 200
    await world.take_from_group(AN, GROUP_G)
    assert (await door.get(AN, file["id"])).status_code == 404, "not even the sender, once outside"


async def test_a_file_of_a_direct_talk_is_for_two(door: Door) -> None:
    world = door.world
    room = (await world.do(AN, ChatOpenDirect, member=DING)).room
    file = await door.kept(AN, PDF, "a.pdf", room=room)
    await say(world, AN, "", room=room, attachments=[file["id"]])
    assert (await door.get(DING, file["id"])).content == PDF
    assert (await door.get(SECRETARY, file["id"])).status_code == 404
    assert (await door.upload(BEI, PNG, room=room)).status_code == 404


@pytest.mark.parametrize("by_right", [False, True])
async def test_a_message_that_is_gone_takes_its_files_along(door: Door, by_right: bool) -> None:
    world = door.world
    file = await door.kept(AN, PNG)
    await say(world, AN, "看", attachments=[file["id"]])
    if by_right:
        await world.do(SECRETARY, ChatDelete, **R, message=1, reason="违反公约")
    else:
        await world.do(AN, ChatRecall, **R, message=1)
    for member in (AN, BEI, SECRETARY):
        assert (await door.get(member, file["id"])).status_code == 404, "closed with the commit"
    assert await door.shelf.sweep() == 1
    assert await stored(world) == (0, 0, 0)
    await refused(
        world, ATTACHMENT_UNKNOWN, AN, ChatSend, **R, cid=fixed_id(9, 2), text="", attachments=[file["id"]]
    )


async def test_what_nobody_sends_is_swept_after_a_day(door: Door) -> None:
    world = door.world
    await door.kept(AN, PNG)
    sent = await door.kept(AN, PDF, "a.pdf")
    await say(world, AN, "", attachments=[sent["id"]])
    await world.mongo[UPLOADS].insert_one(
        {"_id": "broken", "owner": AN, "room": BRANCH_B, "loose_since_ms": world.clock.now_ms()}
    )
    assert await door.shelf.sweep() == 0
    world.clock.advance(LOOSE_MS + 1)
    assert await door.shelf.sweep() == 2
    assert await stored(world) == (1, 1, 1)
    assert (await door.get(BEI, sent["id"])).status_code == 200


async def test_one_file_goes_into_one_message(door: Door) -> None:
    world = door.world
    file = await door.kept(AN, PNG)
    sends = [
        world.do(AN, ChatSend, **R, cid=fixed_id(9, i), text="", attachments=[file["id"]]) for i in range(5)
    ]
    outcomes = await asyncio.gather(*sends, return_exceptions=True)
    assert sum(not isinstance(o, Exception) for o in outcomes) == 1
    cid = (await world.log.since(f"chat:{BRANCH_B}", 0, 10))[0].cid
    again = await world.do(AN, ChatSend, **R, cid=cid, text="", attachments=[file["id"]])
    assert again.duplicate, "the retry of the one that won is answered"


@pytest.mark.parametrize(
    ("name", "declared", "content", "key"),
    [
        ("a.svg", "image/svg+xml", b"<svg/>", "UPLOAD_TYPE"),
        ("a.zip", "application/zip", docx(), "UPLOAD_TYPE"),
        ("a.png", "text/html", PNG, "UPLOAD_MISMATCH"),
        ("a.png", "", b"<script>alert(1)</script>", "UPLOAD_MISMATCH"),
        ("a.jpg", "", PNG, "UPLOAD_MISMATCH"),
        ("a.txt", "", b"MZ\x90\x00\x03\x00", "UPLOAD_MISMATCH"),
        ("a.txt", "", b"text\x00", "UPLOAD_MISMATCH"),
        ("a.pdf", "", b"GIF89a" + PDF, "UPLOAD_MISMATCH"),
        ("a.png", "", png_claiming(20_000, 20_000), "IMAGE_TOO_LARGE"),
        ("a.png", "", PNG[:300], "IMAGE_BROKEN"),
        ("a.xlsx", "", docx(), "UPLOAD_MISMATCH"),
        ("a.docx", "", docx(**{"word__vbaProject.bin": b"x"}), "DOCUMENT_REFUSED"),
        ("a.docx", "", docx(word__a=b"\0" * 5_000_000), "DOCUMENT_REFUSED"),
        ("a.png", "", b"", "UPLOAD_EMPTY"),
        ("", "", PNG, "UPLOAD_NAME"),
        ("..%2F", "", PNG, "UPLOAD_NAME"),
        ("%ff.png", "", PNG, "UPLOAD_NAME"),
        ("a%00.png", "", PNG, "UPLOAD_NAME"),
        ("a" * 3_000 + ".png", "", PNG, "UPLOAD_NAME"),
    ],
)
async def test_what_is_refused_leaves_nothing(
    door: Door, name: str, declared: str, content: bytes, key: str
) -> None:
    answer = await door.upload(AN, content, name, declared)
    assert answer.json()["key"] == key
    assert answer.headers["content-type"] == "application/problem+json"
    assert await stored(door.world) == (0, 0, 0)


async def test_uploads_are_for_people_in_the_room(door: Door) -> None:
    for member, room in (
        (DING, BRANCH_B),
        (QIN, BRANCH_B),
        (CHEN, GROUP_G),
        (AN, BRANCH_C),
        (AN, fixed_id(2, 9)),
    ):
        assert (await door.upload(member, PNG, room=room)).json()["key"] == "UNKNOWN_TOPIC"
    assert await stored(door.world) == (0, 0, 0)


async def test_size_is_counted_while_it_arrives(door: Door) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(400):
            yield b"%PDF-" + b"x" * 65_531

    answer = await door.upload(AN, endless(), "a.pdf")
    assert answer.status_code == 413
    assert await stored(door.world) == (0, 0, 0)


async def test_waiting_files_are_bounded(door: Door) -> None:
    rows = [{"_id": f"f{i}", "owner": AN, "room": BRANCH_B, "loose_since_ms": 1} for i in range(LOOSE_MAX)]
    await door.world.mongo[UPLOADS].insert_many(rows)
    answer = await door.upload(AN, PNG)
    assert (answer.status_code, answer.json()["params"]) == (409, {"max": LOOSE_MAX})
    assert (await door.upload(BEI, PNG)).status_code == 201


async def test_unknown_files_and_odd_paths_are_not_found(door: Door) -> None:
    file = await door.kept(AN, PDF, "a.pdf")
    for path in (fixed_id(7, 99), "..%2f..%2fetc", "x" * 300, f"{file['id']}/thumbnail"):
        assert (await door.get(AN, path)).status_code == 404


async def test_texts_in_the_encodings_people_use(door: Door) -> None:
    for content in ("姓名,编号".encode(), "姓名,编号".encode("gb18030"), "姓名,编号".encode("utf-16")):
        file = await door.kept(AN, content, "a.csv", declared="text/csv")
        assert (await door.get(AN, file["id"])).content == content


async def test_a_decoder_that_hangs_or_dies_ends_as_a_refusal(
    door: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]
) -> None:
    script = os.path.join(tmp_path, "hang.py")
    for source in (
        "import time; time.sleep(60)",
        "import os; os.abort()",
        'print(\'{"ok": true, "width": 99999999, "height": 1}\')',
        "import sys\nwhile True: sys.stdout.write('x' * 65536)",
        "print('{\"ok\": true}'); raise SystemExit(3)",
    ):
        with open(script, "w") as file:  # noqa: ASYNC230 - a test's own file
            file.write(source)
        monkeypatch.setattr(bench_module, "WORKBENCH", script)
        monkeypatch.setattr(bench_module, "LIMIT_S", 0.5)
        answer = await door.upload(AN, PNG)
        assert answer.json()["key"] == "IMAGE_BROKEN"
    assert await stored(door.world) == (0, 0, 0)


async def test_a_sender_who_hangs_up_leaves_nothing(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_request: Request) -> AsyncIterator[bytes]:
        yield PNG[:100]
        raise ClientDisconnect

    monkeypatch.setattr(Request, "stream", broken)
    assert (await door.upload(AN, PNG)).json()["key"] == "BAD_REQUEST"
    assert await stored(door.world) == (0, 0, 0)


async def test_many_pictures_at_once_are_all_made(door: Door) -> None:
    answers = await asyncio.gather(*(door.upload(AN, PNG) for _ in range(9)))
    assert [a.status_code for a in answers] == [201] * 9
    assert (await stored(door.world))[0] == 9


async def used(world: World) -> int:
    """How often the index of messages with files was read."""
    rows = await world.mongo["log"].aggregate([{"$indexStats": {}}, {"$match": {"name": "log_files"}}])
    return int(rows[0]["accesses"]["ops"])


async def test_files_of_a_room_newest_first_by_pages(door: Door) -> None:
    world = door.world
    await say(world, AN, "议题")
    for number in range(1, 6):
        file = await door.kept(AN, PDF + str(number).encode(), f"{number}.pdf")
        await say(world, AN, str(number), attachments=[file["id"]], **({"thread": 1} if number == 3 else {}))
        await say(world, BEI, "没有附件")
    elsewhere = await door.kept(AN, PDF, "elsewhere.pdf", room=GROUP_G)
    await say(world, AN, "", attachments=[elsewhere["id"]], room=GROUP_G)
    await world.do(AN, ChatRecall, **R, message=8)
    before = await used(world)
    first = await world.do(BEI, ChatFiles, **R, limit=2)
    assert await used(world) > before
    assert ([m.text for m in first.messages], first.more) == (["5", "3"], True), "what is gone holds no files"
    assert first.messages[1].thread == 1
    rest = await world.do(BEI, ChatFiles, **R, limit=2, before=first.messages[-1].seq)
    assert ([(m.text, m.attachments[0].name) for m in rest.messages], rest.more) == (
        [("2", "2.pdf"), ("1", "1.pdf")],
        False,
    )
    for stranger in (DING, QIN):
        await refused(world, UNKNOWN_TOPIC, stranger, ChatFiles, **R)


async def test_a_copy_in_another_room_lives_by_itself(door: Door) -> None:
    """What a client does that forwards a file: it fetches it where it may and sends it where it may."""
    world = door.world
    opened = await world.do(AN, ChatOpenDirect, member=DING)
    file = await door.kept(BEI, PDF, "list.pdf")
    await say(world, BEI, "名单", attachments=[file["id"]])
    assert (await door.get(DING, file["id"])).status_code == 404, (
        "the target's readers may not fetch the original"
    )
    assert (await door.upload(DING, PDF, room=BRANCH_B)).status_code == 404, "nor send where they are not"
    body = (await door.get(AN, file["id"])).content
    copy = await door.kept(AN, body, "copy.pdf", room=opened.room)
    await refused(
        world,
        ATTACHMENT_UNKNOWN,
        AN,
        ChatSend,
        room=opened.room,
        cid=fixed_id(9, 7),
        text="",
        attachments=[file["id"]],
    )
    await say(world, AN, "转发", attachments=[copy["id"]], room=opened.room)
    assert (await door.get(DING, copy["id"])).content == body
    assert (await door.get(BEI, copy["id"])).status_code == 404
    await world.do(BEI, ChatRecall, **R, message=1)
    assert (await door.get(AN, file["id"])).status_code == 404
    assert (await door.get(DING, copy["id"])).status_code == 200
