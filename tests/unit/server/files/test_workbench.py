"""Pictures are made anew without what came with them; bombs and broken files end as a word."""

import io
import random
import zipfile
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
from PIL import Image, ImageCms

from server.files.workbench import (
    ANIMATION_FRAMES_MAX,
    ANIMATION_SIDE_MAX,
    PIXELS_MAX,
    SIDE_MAX,
    THUMBNAIL_MAX,
    work,
)
from tests.unit.server.files.pictures import (
    docx,
    encoded,
    moving_gif,
    odt,
    package,
    photo,
    png_claiming,
    telephone_jpeg,
    with_lying_sizes,
)

BROKEN: dict[str, Any] = {"ok": False, "fault": "broken"}
TOO_LARGE: dict[str, Any] = {"ok": False, "fault": "too_large"}
REFUSED: dict[str, Any] = {"ok": False, "fault": "refused"}


def do(folder: Path, task: str, content: bytes) -> dict[str, Any]:
    """Put a file on the bench."""
    (folder / "source").write_bytes(content)
    return work(task, folder)


def heic() -> bytes:
    """A HEIC picture."""
    out = io.BytesIO()
    pillow_heif.from_pillow(photo()).save(out, quality=50)
    return out.getvalue()


def kept(folder: Path, name: str = "full") -> Image.Image:
    """A picture that was made."""
    image = Image.open(folder / f"{name}.webp")
    image.load()
    return image


def test_a_telephone_picture_stands_upright_and_tells_nothing(tmp_path: Path) -> None:
    said = do(tmp_path, "image:JPEG,MPO", telephone_jpeg())
    assert said == {"ok": True, "width": 400, "height": 640}
    for name in ("full", "thumbnail"):
        content = (tmp_path / f"{name}.webp").read_bytes()
        assert b"Secret" not in content
        assert not any(mark in content for mark in (b"EXIF", b"XMP ", b"ICCP"))
        assert dict(kept(tmp_path, name).getexif()) == {}
    red, _, blue = kept(tmp_path).convert("RGB").getpixel((390, 10))  # type: ignore[misc]  # three channels
    assert red > 200 > 60 > blue, "the corner moved where the camera saw it"


@pytest.mark.parametrize(
    ("task", "content"),
    [
        ("image:PNG", encoded(photo(), "PNG")),
        ("image:WEBP", encoded(photo(), "WEBP")),
        ("image:GIF", encoded(photo(), "GIF")),
        ("image:AVIF", encoded(photo(), "AVIF")),
        ("image:HEIF", heic()),
        ("image:JPEG,MPO", encoded(photo().convert("CMYK"), "JPEG")),
        ("image:PNG", encoded(photo().convert("P"), "PNG")),
        ("image:PNG", encoded(photo().convert("I;16"), "PNG")),
    ],
)
def test_every_kind_becomes_webp_with_a_thumbnail(tmp_path: Path, task: str, content: bytes) -> None:
    assert do(tmp_path, task, content) == {"ok": True, "width": 640, "height": 400}
    assert (kept(tmp_path).format, kept(tmp_path).size) == ("WEBP", (640, 400))
    assert kept(tmp_path, "thumbnail").size == (THUMBNAIL_MAX, 300)


def test_what_shows_through_still_does(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    assert do(tmp_path, "image:PNG", encoded(clear, "PNG"))["ok"]
    assert kept(tmp_path).mode == "RGBA"


@pytest.mark.slow
def test_large_pictures_are_shrunk(tmp_path: Path) -> None:
    said = do(tmp_path, "image:JPEG,MPO", encoded(photo(6_000, 4_000), "JPEG"))
    assert (said["width"], said["height"]) == (SIDE_MAX, 2_000)


def test_a_small_picture_is_not_blown_up(tmp_path: Path) -> None:
    assert do(tmp_path, "image:PNG", encoded(photo(8, 4), "PNG")) == {"ok": True, "width": 8, "height": 4}
    assert kept(tmp_path, "thumbnail").size == (8, 4)


@pytest.mark.parametrize("size", [(20_000, 20_000), (2**31 - 1, 2**31 - 1), (PIXELS_MAX + 1, 1)])
def test_decompression_bombs_are_not_decoded(tmp_path: Path, size: tuple[int, int]) -> None:
    assert do(tmp_path, "image:PNG", png_claiming(*size)) == TOO_LARGE


@pytest.mark.parametrize(
    "content",
    [
        telephone_jpeg()[:800],
        b"\xff\xd8\xff\xe0" + b"\0" * 400,
        png_claiming(100, 100),
        b"",
        encoded(photo(), "PNG"),
    ],
)
def test_broken_and_foreign_pictures_are_refused(tmp_path: Path, content: bytes) -> None:
    assert do(tmp_path, "image:JPEG,MPO", content) == BROKEN


def test_what_hangs_behind_a_picture_is_gone(tmp_path: Path) -> None:
    content = encoded(photo(), "JPEG") + b"<script>alert(1)</script>" + docx()
    assert do(tmp_path, "image:JPEG,MPO", content)["ok"]
    assert b"script" not in (tmp_path / "full.webp").read_bytes()


def test_moving_pictures_keep_moving_within_bounds(tmp_path: Path) -> None:
    assert do(tmp_path, "image:GIF", moving_gif(5, 900)) == {
        "ok": True,
        "width": ANIMATION_SIDE_MAX,
        "height": ANIMATION_SIDE_MAX,
    }
    assert getattr(kept(tmp_path), "n_frames", 1) == 5
    assert getattr(kept(tmp_path, "thumbnail"), "n_frames", 1) == 1


@pytest.mark.slow
def test_too_many_frames_become_a_still_and_too_many_pixels_are_refused(tmp_path: Path) -> None:
    assert do(tmp_path, "image:GIF", moving_gif(ANIMATION_FRAMES_MAX + 1, 8))["ok"]
    assert getattr(kept(tmp_path), "n_frames", 1) == 1
    assert do(tmp_path, "image:GIF", moving_gif(3, 4_500)) == TOO_LARGE


def test_colours_of_a_wide_profile_are_brought_to_srgb(tmp_path: Path) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert do(tmp_path, "image:PNG", encoded(photo(), "PNG", icc_profile=profile))["ok"]
    assert do(tmp_path, "image:PNG", encoded(photo(), "PNG", icc_profile=b"not a profile"))["ok"]
    assert b"ICCP" not in (tmp_path / "full.webp").read_bytes()


# -- office packages -----------------------------------------------------------------------------------------------------


def test_documents_pass(tmp_path: Path) -> None:
    assert do(tmp_path, "office:docx", docx()) == {"ok": True}
    assert do(tmp_path, "office:odt", odt()) == {"ok": True}
    book = package({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"})
    assert do(tmp_path, "office:xlsx", book) == {"ok": True}


@pytest.mark.parametrize(
    ("task", "content"),
    [
        ("office:xlsx", docx()),
        ("office:odt", docx()),
        ("office:docx", odt()),
        ("office:docx", package({"a.txt": b"a"})),
        ("office:docx", docx(**{"word__vbaProject.bin": b"macro"})),
        ("office:docx", docx(**{"setup.exe": b"MZ"})),
    ],
)
def test_other_packages_and_macros_are_refused(tmp_path: Path, task: str, content: bytes) -> None:
    assert do(tmp_path, task, content) == REFUSED


def test_package_bombs_are_refused_whatever_they_declare(tmp_path: Path) -> None:
    bomb = docx(**{"word__media__a.bin": b"\0" * (5 * 1024 * 1024)})
    assert do(tmp_path, "office:docx", bomb) == TOO_LARGE
    assert do(tmp_path, "office:docx", with_lying_sizes(bomb))["ok"] is False
    many = docx(**{f"e{i}": b"" for i in range(5_001)})
    assert do(tmp_path, "office:docx", many) == TOO_LARGE


def test_the_sum_of_all_entries_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.files.workbench.INFLATED_MAX_BYTES", 4_000_000)
    noise = random.Random(1).randbytes(500_000)
    seven = {f"word__media__{i}": noise for i in range(7)}
    assert do(tmp_path, "office:docx", docx(**seven)) == {"ok": True}
    assert do(tmp_path, "office:docx", docx(**seven, word__media__7=noise)) == TOO_LARGE


def test_two_entries_of_one_name_are_refused(tmp_path: Path) -> None:
    out = io.BytesIO(docx())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("word/document.xml", b"another")
    assert do(tmp_path, "office:docx", out.getvalue()) == REFUSED


def test_encrypted_and_broken_packages_are_refused(tmp_path: Path) -> None:
    content = bytearray(docx())
    for signature, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.rfind(signature) + offset] |= 1
    assert do(tmp_path, "office:docx", bytes(content)) == REFUSED
    assert do(tmp_path, "office:docx", docx()[:-40]) == BROKEN
    assert do(tmp_path, "office:docx", b"PK\x03\x04") == BROKEN
