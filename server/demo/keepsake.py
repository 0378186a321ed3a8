"""The demo's log-ins, kept in a private file of the data folder so that a later start can show them again.

Only the demo does this. The accounts themselves hold a hash and a sealed seed like any other. May be imported by server.
"""

import json
from dataclasses import dataclass, field
from pathlib import Path

from server.demo.script import Part
from storage.files import write_private

FILE = "demo.json"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """How to sign in as one of the demo's people.

    Attributes:
        part: Who.
        password: Drawn at random when the demo was made.
        seed: TOTP seed in base 32, drawn at random.
    """

    part: Part
    password: str = field(repr=False)
    seed: str = field(repr=False)


def read(folder: Path, parts: tuple[Part, ...]) -> tuple[DemoLogin, ...]:
    """The log-ins that are kept; empty when there is no file, or it is of another demo."""
    try:
        kept = json.loads((folder / FILE).read_bytes())
        return tuple(DemoLogin(p, kept[p.login]["password"], kept[p.login]["seed"]) for p in parts)
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def write(folder: Path, logins: tuple[DemoLogin, ...]) -> None:
    """Keep the log-ins, readable by the owner of the process only."""
    kept = {login.part.login: {"password": login.password, "seed": login.seed} for login in logins}
    write_private(folder / FILE, json.dumps(kept, indent=1).encode(), replace=True)
