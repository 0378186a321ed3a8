"""Write the tables of sizes in the documents from docs/sizing.toml: figures are filled in once, the arithmetic is done here.

    python scripts/sizing.py             writes docs/deployment.md and docs/beyond-one-machine.md between their marks
    python scripts/sizing.py --check     says whether they are current

Standard library only, any Python >= 3.11.
"""

import math
import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).resolve().parent.parent / "docs"
BEGIN, END = "<!-- {name}: written by scripts/sizing.py from docs/sizing.toml -->", "<!-- end of {name} -->"
DAY_S = 86_400
KIB, MIB, GIB, TIB = 2**10, 2**20, 2**30, 2**40


@dataclass(frozen=True)
class Figure:
    """One figure: `value` in `unit`; `measured` on the whole server, or a placeholder."""

    value: float
    unit: str
    what: str
    measured: bool


def load(text: str) -> tuple[dict[str, Figure], dict[str, float]]:
    """Figures and assumptions."""
    tree = tomllib.loads(text)
    return {name: Figure(**row) for name, row in tree["figures"].items()}, dict(tree["assumed"])


def short(number: float) -> str:
    """Whole numbers as they are, others with two or three digits; thousands with commas."""
    if number == int(number) and number < 100_000:
        return f"{number:,.0f}"
    size = math.floor(math.log10(abs(number)))
    digits = (1 if size < 0 else 2) - size
    return f"{round(number, digits):,.{max(0, digits)}f}"


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def figures_table(figures: dict[str, Figure]) -> str:
    """All figures with their standing."""
    rows = [
        (
            figure.what,
            f"{short(figure.value)} {figure.unit}".strip(),
            "measured" if figure.measured else "**to be measured**",
        )
        for figure in figures.values()
    ]
    return table(("figure", "value", "standing"), rows)


def hub_bytes(figures: dict[str, Figure], sessions: float) -> float:
    """Memory of a hub with so many sessions and two pictures being read."""
    base = (figures["hub_base_mib"].value + 2 * figures["picture_mib"].value) * MIB
    return base + sessions * figures["session_kib"].value * KIB


def hubs_table(figures: dict[str, Figure], assumed: dict[str, float]) -> str:
    """Sessions and deliveries of one hub."""
    busy_us = assumed["hub_cpu_share"] * 1e6
    sparse, burst = figures["delivery_sparse_us"].value, figures["delivery_burst_us"].value
    rows = [("deliveries per second and core, one by one", short(busy_us / sparse))]
    rows += [("deliveries per second and core, in bursts", short(busy_us / burst))]
    rows += [("acknowledged sends per second and core", short(busy_us / figures["send_us"].value))]
    for sessions in (2_000, 10_000, 20_000):
        rows.append(
            (
                f"memory of a hub with {sessions:,} sessions (two pictures of 500 MB included)",
                f"{short(hub_bytes(figures, sessions) / GIB)} GiB",
            )
        )
        rows.append(
            (
                "… and its sessions are back on one other core after",
                f"{short(sessions / figures['resumes_per_core'].value)} s",
            )
        )
    return table(("one hub", "value"), rows)


def installation(figures: dict[str, Figure], assumed: dict[str, float], members: float) -> list[float]:
    """Numbers of an installation of so many members, in the order of `ROWS`."""
    sessions = members * assumed["online_share"]
    per_s = members * assumed["messages_per_member_day"] / DAY_S
    peak = per_s * assumed["peak_factor"]
    deliveries = peak * assumed["branch"] * assumed["online_share"]
    cpu_us = deliveries * figures["delivery_sparse_us"].value + peak * figures["send_us"].value
    by_cpu = cpu_us / (assumed["hub_cpu_share"] * 1e6)
    by_sessions = sessions / assumed["sessions_per_hub"]
    hubs = max(2, math.ceil(max(by_cpu, by_sessions)) + 1)
    day_bytes = (
        per_s
        * DAY_S
        * (figures["entry_bytes"].value * figures["compression"].value + figures["entry_index_bytes"].value)
    )
    hot = (
        assumed["hot_days"]
        * per_s
        * DAY_S
        * (figures["entry_bytes"].value + figures["entry_index_bytes"].value)
    )
    bus = peak * figures["note_bytes"].value
    return [
        members / assumed["branch"], sessions, per_s, peak, deliveries, by_cpu, by_sessions, hubs,
        hubs * hub_bytes(figures, sessions / hubs) / GIB, day_bytes / GIB, day_bytes * assumed["retention_days"] / TIB, hot / GIB,
        peak / figures["sends_per_replica_set"].value, peak / figures["bus_per_core"].value, bus * hubs / MIB,
    ]  # fmt: skip


ROWS = (
    "branches (rooms)", "sessions in the busiest minute", "messages per second, average of the day", "messages per second, busiest minute",
    "deliveries per second, busiest minute", "hubs by CPU", "hubs by sessions", "hubs to run (one may be missing)",
    "memory of all hubs, GiB", "log per day on disk, GiB", "log over the retention time, TiB", "hot part of the log in the cache, GiB",
    "share of one replica set's sends", "share of one bus connection when every hub hears everything", "traffic of the bus then, MiB/s",
)  # fmt: skip


def growth_table(figures: dict[str, Figure], assumed: dict[str, float]) -> str:
    """Installations of four sizes beside each other."""
    sizes = (2_000, 20_000, 200_000, assumed["members"])
    columns = [installation(figures, assumed, size) for size in sizes]
    rows = [(name, *(short(column[place]) for column in columns)) for place, name in enumerate(ROWS)]
    return table(("members", *(f"{size:,.0f}" for size in sizes)), rows)


def assumed_table(assumed: dict[str, float]) -> str:
    """The assumptions."""
    return table(
        ("assumed", "value"), [(name.replace("_", " "), f"{value:,}") for name, value in assumed.items()]
    )


def filled(page: str, parts: dict[str, str]) -> str:
    """The page with every marked part written anew."""
    for name, text in parts.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
        page = pattern.sub(f"{begin}\n\n{text}\n\n{end}".replace("\\", r"\\"), page)
    return page


def pages() -> dict[Path, str]:
    """The documents as they should be."""
    figures, assumed = load((DOCS / "sizing.toml").read_text())
    parts = {
        "figures": figures_table(figures),
        "hub": hubs_table(figures, assumed),
        "growth": growth_table(figures, assumed),
        "assumptions": assumed_table(assumed),
    }
    return {
        path: filled(path.read_text(), parts)
        for path in (DOCS / "deployment.md", DOCS / "beyond-one-machine.md")
    }


def main() -> int:
    """Write or compare."""
    wanted = pages()
    stale = [path for path, text in wanted.items() if path.read_text() != text]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is not current: python scripts/sizing.py", file=sys.stderr)
        return int(bool(stale))
    for path in stale:
        path.write_text(wanted[path])
        print(f"wrote docs/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
