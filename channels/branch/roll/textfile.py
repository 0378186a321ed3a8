"""Text files (.csv, .tsv, .txt) into a sheet: encoding and separator without guessing wrong. Pure.

Encodings: a byte order mark decides; else strict UTF-8; else strict GB18030, which Chinese Excel writes. Bytes that are
valid in both (two GBK letters can look like one UTF-8 letter: the 联通 trap) are judged by what the words say, and when that
does not decide, the file is refused rather than read wrongly.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable

from channels.branch.errors import ENCODING_UNCLEAR, FILE_UNREADABLE
from channels.branch.roll.table import CELL_MAX, Sheet
from channels.protocol.errors import Refused

SEPARATORS = ",\t;|\uff0c"
ENCODINGS = ("utf-8", "gb18030")

Score = Callable[[Iterable[str]], int]
"""How many of the given cells are words of a header; `header.known_words`."""

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_STRANGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffd\ue000-\uf8ff]")


def decode(content: bytes, score: Score, encoding: str | None = None) -> str:
    """The text of a file.

    Args:
        content: The file.
        score: Counts known header words, to judge between encodings.
        encoding: `utf-8` or `gb18030` when a person chose; None to find out.

    Raises:
        Refused: ENCODING_UNCLEAR.
    """
    for mark, name in _BOMS:
        if content.startswith(mark):
            return _strict(content[len(mark) :], name) or _unclear()
    if encoding is not None:
        return _strict(content, encoding) or _unclear()
    utf8, gb = (_strict(content, name) for name in ENCODINGS)
    if utf8 is not None and (gb is None or content.isascii()):
        return utf8 if not _STRANGE.search(utf8) else _unclear()
    if gb is not None and utf8 is None:
        return gb if _is_chinese(gb, score) else _unclear()
    return _likelier(utf8, gb, score) if utf8 is not None and gb is not None else _unclear()


def _is_chinese(gb: str, score: Score) -> bool:
    """True when a GB18030 reading makes sense: header words, or mostly everyday letters (those of GB 2312).

    Latin-1 text is often valid GB18030, too, but gives rare letters.
    """
    if _STRANGE.search(gb):
        return False
    if score(_first_cells(gb)):
        return True
    letters = [c for c in gb if not c.isascii()]
    everyday = sum(1 for c in letters if _strict(c.encode("gb18030"), "gb2312") is not None)
    return everyday >= 0.8 * len(letters)


def _likelier(utf8: str, gb: str, score: Score) -> str:
    """Choose between two readings that are both valid.

    Only known header words decide: which letters a reading gives proves nothing, since two GB18030 letters and an
    everyday UTF-8 letter can be the same bytes.
    """
    if _STRANGE.search(gb):
        return utf8
    words_utf8, words_gb = (score(_first_cells(text)) for text in (utf8, gb))
    if words_utf8 != words_gb:
        return utf8 if words_utf8 > words_gb else gb
    return _unclear()


def _first_cells(text: str) -> list[str]:
    return re.split(rf"[{SEPARATORS}\r\n\"]", text[:4_000])


def _strict(content: bytes, encoding: str) -> str | None:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        return None


def _unclear() -> str:
    raise Refused(ENCODING_UNCLEAR)


def separator_of(text: str) -> str:
    """The separator that splits the first lines most evenly; a comma when nothing does.

    Excel's own hint (`sep=;` as the first line) is obeyed.
    """
    hint = re.match(r"sep=(.)\r?\n", text, re.IGNORECASE)
    if hint:
        return hint.group(1)
    head = "".join(text.splitlines(keepends=True)[:30])
    best, best_rank = ",", (0, 0, 0)
    for separator in SEPARATORS:
        widths = [len(row) for row in _records(head, separator) if any(row)]
        common = max(set(widths), key=lambda w: (widths.count(w), w), default=0)
        rank = (widths.count(common), common, -SEPARATORS.index(separator)) if common > 1 else (0, 0, 0)
        if rank > best_rank:
            best, best_rank = separator, rank
    return best


def read_text(content: bytes, score: Score, encoding: str | None = None) -> Sheet:
    """A separated text file as a sheet.

    Raises:
        Refused: ENCODING_UNCLEAR or FILE_UNREADABLE (a quote that never ends).
    """
    text = decode(content, score, encoding)
    separator = separator_of(text)
    try:
        records = _records(text, separator)
    except csv.Error as error:
        raise Refused(FILE_UNREADABLE) from error
    if records and len(records[0]) <= 2 and records[0][0].lower().startswith("sep="):
        records[0] = []
    return Sheet("", tuple(tuple(_unquoted(cell[:CELL_MAX]) for cell in record) for record in records))


def _records(text: str, separator: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))


def _unquoted(cell: str) -> str:
    """Take away the apostrophe that an export puts before =, +, - and @ (see export.py)."""
    return cell[1:] if re.match(r"'+[=+\-@\t\r]", cell) else cell
