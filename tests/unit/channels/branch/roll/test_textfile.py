"""Text files: encodings and separators without guessing wrong."""

import csv
import io

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from channels.branch.errors import ENCODING_UNCLEAR
from channels.branch.roll.export import quoted
from channels.branch.roll.header import known_words
from channels.branch.roll.table import CELL_MAX
from channels.branch.roll.textfile import decode, read_text, separator_of
from channels.protocol.errors import Refused

ROLL = "姓名,手机号\r\n林书远,19900000001\r\n"
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16"])
def test_every_encoding_people_save_in_is_found(encoding: str) -> None:
    assert decode(ROLL.encode(encoding), known_words) == ROLL


def test_the_trap_of_letters_that_are_valid_in_both() -> None:
    """GBK bytes of some words are well-formed UTF-8 (2-byte letters); header words and common sense decide."""
    text = "姓名,手机号\r\n联通,1\r\n"
    assert decode(text.encode("gbk"), known_words) == text
    both = "亲".encode("gbk") + b",1\n"
    if _valid(both, "utf-8"):
        with pytest.raises(Refused) as refused:
            decode(both, known_words)
        assert refused.value.row is ENCODING_UNCLEAR


def test_rare_letters_of_gb18030_are_four_bytes() -> None:
    assert decode("姓名,小组\n𠮷田红,一\n".encode("gb18030"), known_words) == "姓名,小组\n𠮷田红,一\n"


@pytest.mark.parametrize(
    "content", [b"\xff\xff\xff", b"name\x00,phone\n\x81", bytes(range(256)), "Müller;Äpfel".encode("latin-1")]
)
def test_what_is_no_text_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        decode(content, known_words)
    assert refused.value.row is ENCODING_UNCLEAR


def test_a_person_may_choose() -> None:
    both = "亲,1\n".encode("gbk")
    assert decode(both, known_words, "gb18030") == "亲,1\n"
    with pytest.raises(Refused):
        decode("林".encode("gbk"), known_words, "utf-8")


@given(st.lists(st.text(HAN, min_size=2, max_size=4), min_size=1, max_size=30))
def test_a_roll_is_never_read_in_the_wrong_encoding(names: list[str]) -> None:
    """Whatever the names, a file with a header of ours is read as it was written, in both encodings."""
    text = "姓名,手机号\n" + "".join(f"{name},19900000001\n" for name in names)
    assert decode(text.encode("utf-8"), known_words) == text
    assert decode(text.encode("gb18030"), known_words) == text


def _valid(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


@given(st.text(HAN, min_size=1, max_size=12))
@example("鍊乲")
@example("鍏乲")
def test_without_a_header_it_is_right_or_refused(text: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        try:
            read = decode(text.encode(encoding), known_words)
        except Refused:
            continue
        assert read == text


@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "\uff0c"])
def test_separators(separator: str) -> None:
    text = f"姓名{separator}手机号{separator}小组\n林书远{separator}1{separator}一\n"
    assert separator_of(text) == separator
    assert [len(row) for row in read_text(text.encode(), known_words).rows] == [3, 3]


def test_separator_inside_quotes_does_not_count() -> None:
    text = '姓名;备注\n"林,书,远";"a,b,c"\n'
    assert separator_of(text) == ";"
    assert read_text(text.encode(), known_words).rows[1] == ("林,书,远", "a,b,c")


def test_excel_may_name_its_separator() -> None:
    sheet = read_text("sep=;\r\n姓名;电话\r\n林书远;1\r\n".encode(), known_words)
    assert sheet.rows == ((), ("姓名", "电话"), ("林书远", "1"))


def test_rows_are_numbered_as_excel_shows_them() -> None:
    """A line break inside quotes does not make a row; a blank line does."""
    sheet = read_text('姓名,备注\n"林书远","两\n行"\n\n曹玉兰,x\n'.encode(), known_words)
    assert sheet.rows[3] == ("曹玉兰", "x")


def test_one_column_is_a_table_too() -> None:
    assert read_text("姓名\n林书远\n".encode(), known_words).rows == (("姓名",), ("林书远",))


def test_cells_have_an_end() -> None:
    assert len(str(read_text(b"a," + b"x" * 10_000, known_words).rows[0][1])) == CELL_MAX


@given(st.lists(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12), min_size=2, max_size=4))
def test_what_an_export_quotes_the_import_reads_back(cells: list[str]) -> None:
    assume(any(cells))
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerow([quoted(cell) for cell in cells])
    content = b"\xef\xbb\xbf" + out.getvalue().encode()
    sheet = read_text(content, known_words)
    if separator_of(out.getvalue()) == "," and not cells[0].lower().startswith("sep="):
        assert sheet.rows == (tuple(cells),)
