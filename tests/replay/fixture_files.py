"""Cases as JSON: `fixtures/<file>.json` holds {name of the case: [what each onlooker had, heard and has]}."""

import json
import os
from pathlib import Path
from typing import Any

from channels.protocol.base import LogEvent, WireModel

FIXTURES = Path(__file__).parent / "fixtures"
Case = dict[str, Any]


def as_case(viewer: str, topic: str, before: WireModel, events: list[LogEvent], after: WireModel) -> Case:
    """A case as the web client's tests read it."""
    return {
        "viewer": viewer,
        "topic": topic,
        "before": before.model_dump(mode="json"),
        "events": [event.model_dump(mode="json") for event in events],
        "after": after.model_dump(mode="json"),
    }


def check_fixture(file: str, name: str, cases: list[Case]) -> None:
    """Compare cases with the checked-in file; with `HUITANG_WRITE_FIXTURES=1` write them instead."""
    path = FIXTURES / f"{file}.json"
    content = json.loads(path.read_text()) if path.exists() else {}
    if os.environ.get("HUITANG_WRITE_FIXTURES") == "1":
        if cases:
            FIXTURES.mkdir(exist_ok=True)
            written = content | {name: cases}
            path.write_text(json.dumps(written, ensure_ascii=False, indent=1, sort_keys=True) + "\n")
    else:
        assert content.get(name, []) == cases, f"{path.name} is not current"
