"""Pictures of a bench, as SVG for documents and PNG for mails: one function each, drawn only when its figures are there."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from load_tests.peers.table import OURS, PEERS
from load_tests.records import Record
from load_tests.scenarios.peers import MODES

Figures = Mapping[str, Mapping[str, Sequence[float]]]
SIZE = (7.0, 4.0)
DOTS = 120
COLOURS = {True: "#b3261e", False: "#8a8f98"}
SHARES = ("p50", "p90", "p99")
DELAYS = (
    ("latency", "delivery", "delivery, 20/s"),
    ("durable", "one_ack", "ack, one topic"),
    ("durable", "many_ack", "ack, many topics"),
    ("storm", "resume", "resume, storm"),
    ("checkin", "check_in", "check-in"),
    ("day", "delivery", "delivery, day"),
)


def servers(figures: Figures, axes: Axes) -> bool:
    """CPU per delivery by server."""
    found = figures.get("peers", {})
    names = [name for name in (OURS, *(peer.name for peer in PEERS)) if found.get(f"{name}_sparse_us")]
    for place, mode in enumerate(MODES):
        values = [median(found[f"{name}_{mode}_us"]) for name in names]
        bars = axes.bar(
            [spot + 0.4 * (place - 0.5) for spot in range(len(names))],
            values,
            0.38,
            label=mode,
            alpha=1 - 0.4 * place,
        )
        axes.bar_label(bars, fmt="%.3g", fontsize=8)
        for bar, name in zip(bars, names, strict=True):
            bar.set_color(COLOURS[name == OURS])
    axes.set_xticks(range(len(names)), names)
    axes.set(
        yscale="log",
        ylim=(0.1, None),
        ylabel="µs of CPU per delivery",
        title="CPU per delivery (pale: 20 in flight)",
    )
    return bool(names)


def delays(figures: Figures, axes: Axes) -> bool:
    """Percentiles of delays."""
    rows = [
        (words, [median(figures[part][f"{name}_{share}_ms"]) for share in SHARES])
        for part, name, words in DELAYS
        if figures.get(part, {}).get(f"{name}_p50_ms")
    ]
    for place, share in enumerate(SHARES):
        spots = [spot + 0.26 * (place - 1) for spot in range(len(rows))]
        axes.barh(spots, [max(0.01, values[place]) for _, values in rows], 0.24, label=share)
    axes.set_yticks(range(len(rows)), [words for words, _ in rows])
    axes.set(xscale="log", xlim=(0.1, None), xlabel="ms", title="Delays")
    axes.legend()
    return bool(rows)


def memory(figures: Figures, axes: Axes) -> bool:
    """Resident memory per session over their number."""
    points = _sized(figures.get("memory", {}), "kib_per_session_")
    axes.plot([size for size, _ in points], [value for _, value in points], "o-", color=COLOURS[True])
    axes.axhline(16, ls="--", color=COLOURS[False], label="target")
    axes.set(xlabel="sessions", ylabel="KiB per session", title="Resident memory per idle session")
    axes.set_ylim(bottom=0)
    axes.legend()
    return bool(points)


def growth(figures: Figures, axes: Axes) -> bool:
    """CPU per delivery over the size of the room."""
    points = _sized(figures.get("growth", {}), "cpu_us_per_delivery_")
    axes.plot([size for size, _ in points], [value for _, value in points], "o-", color=COLOURS[True])
    axes.set(
        xscale="log",
        xlabel="members",
        ylabel="µs per delivery",
        title="CPU per delivery over the size of the room",
    )
    axes.set_ylim(bottom=0)
    return bool(points)


def storm(figures: Figures, axes: Axes) -> bool:
    """How many are back, over the time since they were cut off."""
    found = figures.get("storm", {})
    points = sorted(
        (median(values), int(name.removeprefix("back_s_at_")))
        for name, values in found.items()
        if name.startswith("back_s_at_") and values
    )
    axes.plot(
        [0.0, *(second for second, _ in points)], [0, *(share for _, share in points)], color=COLOURS[True]
    )
    axes.set(xlabel="s since the storm began", ylabel="% back", title="Reconnect storm")
    return bool(points)


PICTURES: tuple[tuple[str, Callable[[Figures, Axes], bool]], ...] = (
    ("cpu-per-delivery", servers),
    ("delays", delays),
    ("memory-per-session", memory),
    ("growth", growth),
    ("storm", storm),
)


def _sized(figures: Mapping[str, Sequence[float]], prefix: str) -> list[tuple[int, float]]:
    """(number at the end of the name, median) of figures of a kind, in order."""
    return sorted(
        (int(name.removeprefix(prefix)), median(values))
        for name, values in figures.items()
        if name.startswith(prefix) and name.removeprefix(prefix).isdecimal() and values
    )


def draw(record: Record, folder: Path) -> list[str]:
    """Draw what the record has figures for; returns the names of the SVG files."""
    names, figures = [], record.figures()
    with mpl.rc_context({"svg.hashsalt": "huitang", "svg.fonttype": "none"}):
        for name, picture in PICTURES:
            canvas = Figure(figsize=SIZE, layout="constrained")
            if picture(figures, canvas.add_subplot()):
                canvas.savefig(folder / f"{name}.svg", metadata={"Date": None})
                canvas.savefig(folder / f"{name}.png", dpi=DOTS)
                names.append(f"{name}.svg")
    return names
