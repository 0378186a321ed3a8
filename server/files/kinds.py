"""Which files are taken, and how name, declared type and content must agree. Pure.

Three witnesses (ASVS 5.0 5.2.2): the extension says what the sender means, the declared media type must not contradict it,
the first bytes must prove it. What a witness cannot say (no declared type, text without a signature) it need not.
May be imported by server.
"""

from dataclasses import dataclass
from typing import Literal

import filetype

from channels.protocol.errors import Refused
from server.files.errors import UPLOAD_MISMATCH, UPLOAD_TYPE

MB = 1024 * 1024
IMAGE_MAX_BYTES = 20 * MB  # a 48-megapixel HEIC or JPEG of a telephone stays below
DOCUMENT_MAX_BYTES = 20 * MB  # what mail takes, too: who can mail a document can send it here
SNIFF_BYTES = 8_192  # filetype looks no further

NO_WITNESS = frozenset({"", "application/octet-stream", "binary/octet-stream", "application/x-download"})
"""Declared by systems that do not know the extension (HEIC on Windows, for example)."""

Task = Literal["image", "office", "text", "none"]


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file.

    Attributes:
        mime: Media type it is kept and given out with; pictures become WebP.
        extensions: Lower case, without dot.
        declared: Other media types that senders declare for it.
        sniffed: Extensions that `filetype` may find in its first bytes; empty for text.
        task: What must be done before it is kept.
    """

    mime: str
    extensions: tuple[str, ...]
    declared: frozenset[str] = frozenset()
    sniffed: frozenset[str] = frozenset()
    task: Task = "none"

    @property
    def is_image(self) -> bool:
        """True for pictures, which are made anew."""
        return self.task == "image"

    @property
    def limit_bytes(self) -> int:
        """Most bytes taken."""
        return IMAGE_MAX_BYTES if self.is_image else DOCUMENT_MAX_BYTES


def _image(mime: str, *extensions: str, sniffed: str = "", declared: str = "") -> FileKind:
    known = frozenset((*sniffed.split(), *extensions))
    return FileKind(mime, extensions, frozenset(declared.split()), known, "image")


_OOXML = "application/vnd.openxmlformats-officedocument."

KINDS: tuple[FileKind, ...] = (
    _image("image/jpeg", "jpg", "jpeg", declared="image/jpg image/pjpeg"),
    _image("image/png", "png", sniffed="apng", declared="image/x-png image/apng"),
    _image("image/webp", "webp"),
    _image("image/gif", "gif"),
    _image(
        "image/heic", "heic", "heif", "hif", declared="image/heif image/heic-sequence image/heif-sequence"
    ),
    _image("image/avif", "avif", sniffed="heic", declared="image/avif-sequence"),
    FileKind("application/pdf", ("pdf",), frozenset({"application/x-pdf"}), frozenset({"pdf"})),
    FileKind(
        _OOXML + "wordprocessingml.document", ("docx",), frozenset(), frozenset({"docx", "zip"}), "office"
    ),
    FileKind(_OOXML + "spreadsheetml.sheet", ("xlsx",), frozenset(), frozenset({"xlsx", "zip"}), "office"),
    FileKind(
        _OOXML + "presentationml.presentation", ("pptx",), frozenset(), frozenset({"pptx", "zip"}), "office"
    ),
    FileKind(
        "application/vnd.oasis.opendocument.text", ("odt",), frozenset(), frozenset({"odt", "zip"}), "office"
    ),
    FileKind("text/plain", ("txt",), task="text"),
    FileKind(
        "text/csv",
        ("csv",),
        frozenset(
            {"text/plain", "application/csv", "text/comma-separated-values", "application/vnd.ms-excel"}
        ),
        task="text",
    ),
)

BY_EXTENSION: dict[str, FileKind] = {extension: kind for kind in KINDS for extension in kind.extensions}


def kind_of(name: str, declared: str) -> FileKind:
    """The kind a file claims to be, by name and declared media type.

    Args:
        name: Cleaned file name.
        declared: Content-Type header, parameters and all.

    Raises:
        Refused: UPLOAD_TYPE for extensions that are not taken, UPLOAD_MISMATCH when the two disagree.
    """
    _, dot, extension = name.rpartition(".")
    kind = BY_EXTENSION.get(extension.lower()) if dot else None
    if kind is None:
        raise Refused(UPLOAD_TYPE)
    media = declared.partition(";")[0].strip().lower()
    if media not in NO_WITNESS and media != kind.mime and media not in kind.declared:
        raise Refused(UPLOAD_MISMATCH)
    return kind


def check_content(kind: FileKind, first: bytes) -> None:
    """Compare the first bytes with the claim.

    Args:
        kind: What the file claims to be.
        first: The first SNIFF_BYTES of it, or all.

    Raises:
        Refused: UPLOAD_MISMATCH.
    """
    if kind.mime == "application/pdf" and not first.startswith(b"%PDF-"):
        raise Refused(UPLOAD_MISMATCH)  # readers bear other bytes before it, which is how polyglots hide
    found = filetype.guess(first[:SNIFF_BYTES])
    sniffed = found.extension if found is not None else ""
    # Text has no signature; what has one is something else.
    agrees = sniffed in kind.sniffed if kind.sniffed else found is None
    if not agrees:
        raise Refused(UPLOAD_MISMATCH)


def extension_of(name: str) -> str:
    """Extension in lower case, without dot."""
    return name.rpartition(".")[2].lower()


def with_extension(name: str, extension: str) -> str:
    """The name with another extension: `照片.heic` -> `照片.webp`."""
    return f"{name.rpartition('.')[0]}.{extension}"
