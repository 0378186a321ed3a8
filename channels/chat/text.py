"""What people may write: cleaning and bounds of message text, reasons and file names. Pure.

Messages are plain text (a Markdown subset is the client's affair). Cleaning keeps every script readable and takes out only
what deceives or breaks: directional overrides, invisible fillers, controls, towers of combining marks.

* NFC, never NFKC: display text keeps full-width forms and rare characters (domain.md 6.1, trap 10).
* NUL, lone surrogates and noncharacters are refused: no keyboard makes them, BSON and UTF-8 break on them.
* The explicit directional controls (LRE RLE LRO RLO PDF LRI RLI FSI PDI, UAX #9) are removed, marks (LRM RLM ALM) stay, so
  right-to-left text reads as it should and nobody can turn a file name or an amount around.
* Zero-width joiner and non-joiner stay (emoji, Persian); other zero-width fillers go.

Every pattern is linear. Imported by channels.chat, channels.me and server.
"""

import re
import unicodedata

TEXT_MAX = (
    4_000  # code points of a message; about three screens of a phone, a long letter goes into a document
)
REASON_MAX = 300  # code points; a reason is one or two sentences
FILE_NAME_MAX = 120  # code points; 255 bytes is what file systems bear, and 120 Chinese characters stay below it in UTF-8 mostly
MARKS_MAX = (
    8  # combining marks on one base: Tibetan and Vietnamese need up to five, "Zalgo" towers need dozens
)
BLANK_LINES_MAX = 3  # empty lines in a row; more only push other people's messages off the screen

_PLAIN = re.compile(r"[ -~\u3001-\u3017\u4e00-\u9fff\uff01-\uff5e\u2018-\u201d\u2026]*")
_FORBIDDEN = re.compile(r"[\x00\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_UNSEEN = re.compile(
    r"[\x01-\x08\x0e-\x1f\x7f-\x9f\u00ad\u180e\u200b\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0001]"
)
_STRAY_TAGS = re.compile(r"(\U0001f3f4[\U000e0020-\U000e007e]{1,6}\U000e007f)|[\U000e0020-\U000e007f]+")
_BLANK_LINES = re.compile(rf"\n(?:[ \t\u3000]*\n){{{BLANK_LINES_MAX + 1},}}")
_PLANE_NONCHARACTERS = frozenset(0x10000 * plane + low for plane in range(1, 17) for low in (0xFFFE, 0xFFFF))


class BadText(ValueError):
    """Text that cannot be taken; the message is `empty`, `long` or `forbidden`."""


def clean_text(raw: str, *, limit: int = TEXT_MAX) -> str:
    """Text as it is stored and shown.

    Args:
        raw: What the client sent; bounded by the wire model.
        limit: Most code points of the result; the result may be empty.

    Raises:
        BadText: `forbidden` characters, or `long` after cleaning.
    """
    text = raw if _PLAIN.fullmatch(raw) else _clean(raw)
    text = text.strip()
    if len(text) > limit:
        raise BadText("long")
    return text


def clean_line(raw: str, *, limit: int) -> str:
    """One line of text: like `clean_text`, line ends and tabs become spaces.

    Raises:
        BadText: As `clean_text`, and `empty`.
    """
    line = " ".join(clean_text(raw, limit=len(raw) * 4).split())
    if not line:
        raise BadText("empty")
    if len(line) > limit:
        raise BadText("long")
    return line


def clean_file_name(raw: str) -> str:
    """A file name to show and to offer at download: never a path, never hidden, never longer than FILE_NAME_MAX.

    The extension survives the cut. Stored names are ours (ASVS 5.3.2); this one is only a label.

    Raises:
        BadText: Nothing is left, or forbidden characters.
    """
    line = clean_line(raw, limit=len(raw) * 4 + 1)
    name = re.split(r"[/\\]", line)[-1]
    name = re.sub(r'[<>:"|?*]', "_", name).strip(" .")
    if not name:
        raise BadText("empty")
    if len(name) > FILE_NAME_MAX:
        stem, dot, extension = name.rpartition(".")
        tail = dot + extension if dot and len(extension) <= 10 else ""
        name = (stem if tail else name)[: FILE_NAME_MAX - len(tail)] + tail
    return name


def _clean(raw: str) -> str:
    if _FORBIDDEN.search(raw) or any(ord(char) in _PLANE_NONCHARACTERS for char in raw):
        raise BadText("forbidden")
    text = _LINE_END.sub("\n", raw)
    text = _UNSEEN.sub("", text)
    text = _STRAY_TAGS.sub(r"\1", text)
    text = unicodedata.normalize("NFC", text)
    text = _bound_marks(text)
    return _BLANK_LINES.sub("\n" * (BLANK_LINES_MAX + 1), text)


def _bound_marks(text: str) -> str:
    """Drop combining marks beyond MARKS_MAX in a row."""
    kept = []
    marks_count = 0
    for char in text:
        marks_count = marks_count + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks_count <= MARKS_MAX:
            kept.append(char)
    return "".join(kept)
