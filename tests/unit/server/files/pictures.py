"""Files as people and attackers send them, made on the spot."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image

GPS_TAG, ORIENTATION_TAG, MAKER_TAG = 0x8825, 0x0112, 0x010F


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:  # noqa: ANN401 - options of the encoder
    """The bytes of a picture."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def photo(width: int = 640, height: int = 400) -> Image.Image:
    """A picture whose left upper corner is red and whose rest is blue."""
    image = Image.new("RGB", (width, height), "blue")
    image.paste("red", (0, 0, width // 4, height // 4))
    return image


def telephone_jpeg(orientation: int = 6) -> bytes:
    """A JPEG as telephones make it: lying on its side, with place and maker in EXIF."""
    exif = Image.Exif()
    exif[ORIENTATION_TAG] = orientation
    exif[MAKER_TAG] = "SecretPhone"
    exif.get_ifd(GPS_TAG)[2] = (39.0, 54.0, 15.0)
    return encoded(photo(), "JPEG", exif=exif, comment=b"SecretComment")


def png_claiming(width: int, height: int) -> bytes:
    """A tiny PNG whose header claims a huge picture."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )


def moving_gif(frames_count: int, side: int = 40) -> bytes:
    """An animated GIF."""
    frames = [Image.new("L", (side, side), 97 * i % 256) for i in range(frames_count)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50, loop=0)


def package(entries: dict[str, bytes], *, stored_first: bool = False) -> bytes:
    """A ZIP package of these entries, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for i, (name, content) in enumerate(entries.items()):
            kind = zipfile.ZIP_STORED if stored_first and i == 0 else zipfile.ZIP_DEFLATED
            archive.writestr(name, content, compress_type=kind)
    return out.getvalue()


def docx(**extra: bytes) -> bytes:
    """A small Word document; further entries by name, `/` written as `__`."""
    entries = {
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": b"<r/>",
        "word/document.xml": b"<w:document/>",
    }
    return package(entries | {name.replace("__", "/"): content for name, content in extra.items()})


def odt() -> bytes:
    """A small OpenDocument text."""
    mime = b"application/vnd.oasis.opendocument.text"
    return package({"mimetype": mime, "content.xml": b"<office/>"}, stored_first=True)


def with_lying_sizes(content: bytes) -> bytes:
    """The same package with every declared inflated size set to 10 bytes."""
    lying = bytearray(content)
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = lying.find(signature)
        while at >= 0:
            lying[at + offset : at + offset + 4] = struct.pack("<I", 10)
            at = lying.find(signature, at + 4)
    return bytes(lying)
