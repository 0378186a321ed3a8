"""Name, declared type and content must agree."""

import pytest

from channels.protocol.errors import ErrorRow, Refused
from server.files.errors import UPLOAD_MISMATCH, UPLOAD_TYPE
from server.files.kinds import KINDS, check_content, extension_of, kind_of, with_extension
from tests.unit.server.files.pictures import docx, encoded, moving_gif, odt, photo, telephone_jpeg

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"


@pytest.mark.parametrize(
    ("name", "declared", "mime"),
    [
        ("照片.JPG", "image/jpeg", "image/jpeg"),
        ("a.jpeg", "image/jpg", "image/jpeg"),
        ("IMG_1.HEIC", "", "image/heic"),
        ("IMG_1.heic", "application/octet-stream", "image/heic"),
        ("a.png", "image/png; charset=binary", "image/png"),
        (
            "名单.xlsx",
            "application/octet-stream",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ),
        ("名单.csv", "application/vnd.ms-excel", "text/csv"),
        ("a.tar.pdf", "application/pdf", "application/pdf"),
    ],
)
def test_name_and_declared_type_agree(name: str, declared: str, mime: str) -> None:
    assert kind_of(name, declared).mime == mime


@pytest.mark.parametrize(
    ("name", "declared", "row"),
    [
        ("a.svg", "image/svg+xml", UPLOAD_TYPE),
        ("a.html", "text/html", UPLOAD_TYPE),
        ("a.zip", "application/zip", UPLOAD_TYPE),
        ("a.docm", "", UPLOAD_TYPE),
        ("a.exe", "", UPLOAD_TYPE),
        ("noextension", "image/png", UPLOAD_TYPE),
        ("a.png.exe", "image/png", UPLOAD_TYPE),
        ("a.png", "text/html", UPLOAD_MISMATCH),
        ("a.txt", "text/html", UPLOAD_MISMATCH),
        ("a.pdf", "image/png", UPLOAD_MISMATCH),
    ],
)
def test_what_is_not_taken(name: str, declared: str, row: ErrorRow) -> None:
    with pytest.raises(Refused) as caught:
        kind_of(name, declared)
    assert caught.value.row is row


GOOD = {
    "a.jpg": telephone_jpeg(),
    "a.png": encoded(photo(), "PNG"),
    "a.webp": encoded(photo(), "WEBP"),
    "a.gif": moving_gif(2),
    "a.avif": encoded(photo(), "AVIF"),
    "a.pdf": PDF,
    "a.docx": docx(),
    "a.odt": odt(),
    "a.txt": "您好".encode(),
    "a.csv": "姓名,编号\n".encode("gb18030"),
}


@pytest.mark.parametrize("name", GOOD)
def test_first_bytes_prove_the_claim(name: str) -> None:
    check_content(kind_of(name, ""), GOOD[name])
    others = [other for other in GOOD if kind_of(other, "").mime != kind_of(name, "").mime]
    for other in others:
        if {extension_of(name), extension_of(other)} <= {"docx", "odt", "txt", "csv"}:
            continue  # packages are told apart in the workbench, texts not at all
        with pytest.raises(Refused):
            check_content(kind_of(name, ""), GOOD[other])


@pytest.mark.parametrize(
    "content",
    [
        b"junk before\n" + PDF,
        b"GIF89a/*<script>*/=1;",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\x00",
        b"",
    ],
)
def test_polyglots_and_strangers_are_no_pdf(content: bytes) -> None:
    with pytest.raises(Refused) as caught:
        check_content(kind_of("a.pdf", ""), content)
    assert caught.value.row is UPLOAD_MISMATCH


def test_every_kind_has_an_extension_of_its_own() -> None:
    extensions = [extension for kind in KINDS for extension in kind.extensions]
    assert len(extensions) == len(set(extensions))


def test_pictures_are_renamed_to_what_they_become() -> None:
    assert with_extension("IMG.0001.HEIC", "webp") == "IMG.0001.webp"
