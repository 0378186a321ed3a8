"""Write web_client/src/pinyin/table.ts: how everyday Chinese characters are read, so that names are found by their sound.

Source: the character readings of pypinyin 0.55 (MIT licence), which is not installed with the project. The characters are those
of GB 2312 and some more that stand in names. Run again when a name cannot be found by its sound:

    pip install pypinyin && python scripts/make_pinyin_table.py
"""

from collections import defaultdict
from pathlib import Path

from pypinyin import Style, pinyin

TARGET = Path(__file__).parent.parent / "web_client" / "src" / "pinyin" / "table.ts"
ALSO_IN_NAMES = "喆堃玥珺頔昇镕赟翀晞昉旻燊甯瑀甦祎堉淏暐曈玙琲珮瑄璟瓅绮翊芃苡菡蓥衎袆誉贇邺郯郗闫陞靓鞠韪頫飏飚騵骉麴犇羴鱻槑囧"
READINGS_MAX = 3  # the common ones come first; what follows them is found in dictionaries only

HEAD = """/** Readings of characters: `syllable:characters`, separated by `|`; ü is v. Made by scripts/make_pinyin_table.py. */
"""


def characters() -> list[str]:
    """GB 2312, rows 16 to 87, and the others."""
    found = []
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                found.append(bytes((row, cell)).decode("gb2312"))
            except UnicodeDecodeError:  # rows are not full
                continue
    return [*found, *(c for c in ALSO_IN_NAMES if c not in set(found))]


def table() -> str:
    """The whole table as one text."""
    by_reading: defaultdict[str, list[str]] = defaultdict(list)
    for character in characters():
        readings = pinyin(character, style=Style.NORMAL, heteronym=True, v_to_u=False)[0]
        for reading in dict.fromkeys(readings[:READINGS_MAX]):
            if reading.isascii() and reading.isalpha():
                by_reading[reading.lower()].append(character)
    return "|".join(f"{reading}:{''.join(found)}" for reading, found in sorted(by_reading.items()))


if __name__ == "__main__":
    TARGET.write_text(f'{HEAD}export const TABLE =\n  "{table()}";\n', encoding="utf-8")
