"""Write docs/guide.zh.md and docs/guide.en.md: the client's page of help, for people who read or print it elsewhere.

    .venv/bin/python scripts/guide.py              writes them
    .venv/bin/python scripts/guide.py --check      fails when they differ (a test does)

The texts are those of web_client/src/features/help; nothing else is written here.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLIENT = ROOT / "web_client" / "src"
HELP = CLIENT / "features" / "help"
TERM = re.compile(r"@:\{'terms\.(\w+)'\}")
"""How a message of the catalogue names such a word."""

PAGES = {"zh-CN": ROOT / "docs" / "guide.zh.md", "en": ROOT / "docs" / "guide.en.md"}


def spoken(locale: str) -> dict[str, dict[str, str]]:
    """The texts with the client's own words for what an organisation may call otherwise."""
    terms = json.loads((CLIENT / "locales" / f"{locale}.json").read_text(encoding="utf-8"))["terms"]
    raw = (HELP / "locales" / f"{locale}.json").read_text(encoding="utf-8")
    texts: dict[str, dict[str, str]] = json.loads(TERM.sub(lambda found: terms[found[1]], raw))
    return texts


def lines(locale: str) -> Iterator[str]:
    """Lines of the page in a language."""
    texts = spoken(locale)
    order = json.loads((HELP / "contents.json").read_text(encoding="utf-8"))["guide"]
    yield f"<!-- Written by scripts/guide.py from web_client/src/features/help/locales/{locale}.json; do not edit. -->"
    yield f"# {texts['guide']['title']}"
    for key in order:
        yield f"## {texts['question'][key]}"
        yield texts["answer"][key]
    yield texts["guide"]["sub"]


def main() -> int:
    """Write or compare the pages; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check = parser.parse_args().check
    stale = 0
    for locale, path in PAGES.items():
        text = "\n\n".join(lines(locale)) + "\n"
        if not check:
            path.write_text(text, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != text:
            sys.stderr.write(f"{path.relative_to(ROOT)} is not what the client says; run scripts/guide.py\n")
            stale = 1
    return stale


if __name__ == "__main__":
    raise SystemExit(main())
