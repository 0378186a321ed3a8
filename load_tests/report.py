"""The report of a bench: Markdown from a record, with plots beside it.

python -m load_tests.report .cache/bench/<date>/report.json              render it again
python -m load_tests.report .cache/bench/<date>/report.json --publish    and copy it to docs/benchmarks/
"""

import argparse
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from load_tests.outcome import number
from load_tests.peers.table import OURS, PEERS, YARDSTICK
from load_tests.plots import draw
from load_tests.programs import ROOT
from load_tests.records import Part, Record, read
from load_tests.scenarios.peers import MODES
from load_tests.targets import LEFT_OUT, MOST, Judged, judge_targets, spread

PUBLISHED = ROOT / "docs" / "benchmarks"
NAME = "report"
WORDS = {True: "met", False: "**short**", None: "not measured"}


def render(record: Record, plots: Sequence[str] = ()) -> str:
    """The whole report.

    Args:
        record: Of the bench.
        plots: Names of picture files beside it.
    """
    blocks = [
        ["# Benchmarks", "", *_head(record)],
        ["## Targets", "", *_targets(record)],
        ["## Beside other servers", "", *peers_table(record)],
        *([["## Pictures", "", *(f"![{Path(name).stem}]({name})" for name in plots)]] if plots else []),
        ["## Losses", "", *_losses(record)],
        *(_part(part) for part in record.parts),
        ["## Machine", "", *_machine(record.machine)],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def _head(record: Record) -> Iterator[str]:
    yield f"Made by `make bench` on {record.when} (UTC), {record.repetitions} repetition(s); median and range (least to most)."
    yield "Everything ran on one machine: server, databases, generator. CPU is that of the serving processes alone."
    if record.quick:
        yield ""
        yield "**A quick run: small sizes and short times. Its figures show that the bench works, not what the server does.**"
    for part in record.parts:
        if part.fault:
            yield ""
            yield f"**`{part.name}` is not complete:** {_cell(part.fault)}"


def _targets(record: Record) -> Iterator[str]:
    yield "| id | what | target | median | range | verdict | distance |"
    yield "|---|---|---|---|---|---|---|"
    for one in judge_targets(record.figures(), record.losses()):
        yield _target(one)
    for name, why in LEFT_OUT.items():
        yield f"| {name} | {why} | | | | left out | |"


def _target(one: Judged) -> str:
    target = one.target
    wanted = f"{'≤' if target.sense == MOST else '≥'} {number(target.limit)}"
    cells = [target.id, target.about, wanted, "", "", WORDS[one.met], ""]
    if one.found is not None:
        cells[3], cells[4] = (
            number(one.found.median),
            f"{number(one.found.least)} to {number(one.found.most)}",
        )
        cells[6] = f"{one.distance:+.0%}"
    if one.losses:
        cells[5] = f"**short**: {one.losses} losses"
    return f"| {' | '.join(cells)} |"


def peers_table(record: Record) -> list[str]:
    """CPU per delivery of every server that was measured."""
    figures = record.figures().get("peers", {})
    if not figures:
        return ["Not measured."]
    about = {peer.name: peer.about for peer in PEERS} | {OURS: "ours: the whole server, durable messages"}
    heads = [f"{mode}, µs | × {YARDSTICK} | deliveries/s" for mode in MODES]
    lines = [f"| server | {' | '.join(heads)} |", f"|---{'|---' * 3 * len(MODES)}|"]
    for name in (OURS, *(peer.name for peer in PEERS)):
        cells = [cell for mode in MODES for cell in _peer(figures, f"{name}_{mode}", name == YARDSTICK)]
        if any(cells):
            lines.append(f"| {name} ({about[name]}) | {' | '.join(cells)} |")
    inflight = ", ".join(f"{mode}: {count} in flight" for mode, count in MODES.items())
    return [*lines, "", f"CPU per delivery; {inflight}. Ratios are taken within each repetition."]


def _peer(figures: Mapping[str, Sequence[float]], name: str, is_yardstick: bool) -> list[str]:
    def cell(figure: str) -> str:
        return _spread(figures[figure]) if figures.get(figure) else ""

    ratio = "1" if is_yardstick and figures.get(f"{name}_us") else cell(f"{name}_ratio")
    return [cell(f"{name}_us"), ratio, cell(f"{name}_per_s")]


def _spread(values: Sequence[float]) -> str:
    found = spread(values)
    if found.least == found.most:
        return number(found.median)
    return f"{number(found.median)} ({number(found.least)} to {number(found.most)})"


def _losses(record: Record) -> Iterator[str]:
    yield "| part | losses |"
    yield "|---|---|"
    for part in record.parts:
        kinds: dict[str, int] = {}
        for run in part.runs:
            for kind, count in run.losses.items():
                kinds[kind] = kinds.get(kind, 0) + count
        bad = ", ".join(f"**{kind} {count}**" for kind, count in kinds.items() if count)
        checked = f"0 ({', '.join(kinds)})" if kinds else "nothing to lose"
        yield f"| {part.name} | {bad or checked if part.runs else 'not measured'} |"


def _part(part: Part) -> list[str]:
    lines = [f"## {part.name}", "", part.about, ""]
    lines += [f"Options: {', '.join(f'{name} {value}' for name, value in part.options.items())}.", ""]
    if part.runs:
        lines += ["| figure | median (range) |", "|---|---|"]
        for name in dict.fromkeys(name for run in part.runs for name in run.figures):
            lines.append(
                f"| {name} | {_spread([run.figures[name] for run in part.runs if name in run.figures])} |"
            )
        lines.append("")
    notes = dict.fromkeys(note for run in part.runs for note in run.notes)
    lines += [f"- {_cell(note)}" for note in notes]
    if part.fault:
        lines.append(f"- not complete: {_cell(part.fault)}")
    return [*lines, f"- took {part.took_s:.0f} s, setting up included"]


def _machine(facts: Mapping[str, str]) -> Iterator[str]:
    yield "| fact | value |"
    yield "|---|---|"
    for name, value in facts.items():
        yield f"| {name} | {_cell(value)} |"


def _cell(words: str) -> str:
    """One line without what Markdown would read."""
    return " ".join(words.split()).replace("|", "/")


def write_report(record: Record, folder: Path) -> Path:
    """Markdown and pictures into a folder; returns the Markdown file."""
    plots = draw(record, folder)
    target = folder / f"{NAME}.md"
    target.write_text(render(record, plots))
    return target


def publish(folder: Path, target: Path = PUBLISHED) -> list[Path]:
    """Copy report, record and vector pictures to where they are committed."""
    target.mkdir(parents=True, exist_ok=True)
    names = [
        f"{NAME}.md",
        f"{NAME}.json",
        *sorted(path.name for path in folder.glob("*.svg") if "profile" not in path.name),
    ]
    return [Path(shutil.copyfile(folder / name, target / name)) for name in names]


def main(arguments: Sequence[str] | None = None) -> int:
    """Render, and publish when asked to."""
    options = argparse.ArgumentParser(prog="python -m load_tests.report", description=__doc__)
    options.add_argument("record", type=Path)
    options.add_argument("--publish", action="store_true", help="copy it to docs/benchmarks/")
    said = options.parse_args(arguments)
    try:
        record = read(said.record)
    except (OSError, ValueError) as fault:
        print(fault, file=sys.stderr)
        return 2
    print(write_report(record, said.record.parent))
    if said.publish:
        print("\n".join(str(path) for path in publish(said.record.parent)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
