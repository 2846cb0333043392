#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws what `ualg bench --json FILE` wrote:  charts.py FILE DIRECTORY

Three SVG files: throughput against size, the cost of a small request, scaling with threads.
Wants matplotlib (Debian: python3-matplotlib).
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402

matplotlib.rcParams["svg.hashsalt"] = "ualg"  # the same file from the same numbers
matplotlib.rcParams["svg.fonttype"] = "none"

SMALL = 64
# The colours of a kind of ways, from the first of them on, and its line.
STYLES = {
    "library": (["#08306b", "#2171b5", "#6baed6", "#41b6c4"], "-"),
    "common": (["#7f7f7f"], "-"),
    "door": (["#cb181d", "#fb6a4a", "#67000d", "#fc9272"], "-"),
    "ours": (["#238b45", "#a1d99b"], "--"),
    "floor": (["black", "#969696"], ":"),
}
MARKS = "osv^D<>"


def size_text(size):
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size // unit} {name}"
    return f"{size} B"


def save(figure, path):
    figure.savefig(path, format="svg", metadata={"Date": None})
    plt.close(figure)


def ways_of(data):
    """Name and looks of each way."""
    seen = {}
    for way in data["ways"]:
        number = seen.setdefault(way["kind"], 0)
        seen[way["kind"]] += 1
        colors, line = STYLES[way["kind"]]
        yield way["name"], dict(color=colors[number % len(colors)], linestyle=line,
                                marker=MARKS[number % len(MARKS)])


def throughput(data, path):
    names = list(dict.fromkeys(cell["algorithm"] for cell in data["cells"]))
    columns = 2
    rows = (len(names) + 1) // columns
    figure, axes = plt.subplots(rows, columns, figsize=(13, 4.2 * rows), squeeze=False)
    for axis, name in zip(axes.flat, names):
        for way, looks in ways_of(data):
            cells = [c for c in data["cells"] if c["algorithm"] == name and c["way"] == way]
            if not cells:
                continue
            axis.plot([c["size"] for c in cells], [c["size"] / c["ns"] for c in cells],
                      label=way, markersize=4, **looks)
        sizes = sorted({c["size"] for c in data["cells"]})
        axis.set(title=name, xscale="log", yscale="log", ylabel="GB/s")
        axis.set_xticks(sizes, [size_text(s) for s in sizes], rotation=30, fontsize=8)
        axis.minorticks_off()
        axis.grid(True, alpha=0.3)
        axis.legend(fontsize=7, ncols=2)
    for axis in axes.flat[len(names):]:
        axis.set_visible(False)
    figure.suptitle(f"Throughput by size of a request ({data['processor']})")
    figure.tight_layout(rect=(0, 0, 1, 0.985))
    save(figure, path)


def small_requests(data, path):
    cells = [c for c in data["cells"] if c["size"] == SMALL]
    names = list(dict.fromkeys(c["algorithm"] for c in cells))
    figure, axes = plt.subplots(1, len(names), figsize=(2.4 * len(names) + 1, 5), sharey=True)
    for axis, name in zip(axes, names):
        here = [(way, looks, cell) for way, looks in ways_of(data) for cell in cells
                if cell["algorithm"] == name and cell["way"] == way]
        axis.set_yscale("log")
        for place, (way, looks, cell) in enumerate(here):
            axis.bar(place, cell["ns"], color=looks["color"],
                     yerr=[[cell["ns"] - cell["low"]], [cell["high"] - cell["ns"]]], capsize=2)
            axis.text(place, cell["ns"] * 1.08, f"{cell['ns']:.0f}", ha="center", fontsize=6)
        axis.set_xticks(range(len(here)), [way for way, _, _ in here], rotation=90, fontsize=8)
        axis.set_title(name if len(name) < 16 else name.replace("(", "(\n"), fontsize=9)
        axis.minorticks_off()
        axis.grid(True, axis="y", alpha=0.3)
    axes[0].set(ylabel="ns", ylim=(min(c["ns"] for c in cells) / 2, 2 * max(c["ns"] for c in cells)))
    figure.suptitle(f"Cost of a request of {SMALL} bytes ({data['processor']}); "
                    "the floor is a sendmsg and a recvmsg")
    figure.tight_layout()
    save(figure, path)


def threads(data, path):
    gains = {name: gain for name, gain in data["threads"].items() if name != "counting"}
    figure, axis = plt.subplots(figsize=(8, 3.2))
    axis.barh([name.split(", ")[1] for name in gains], list(gains.values()), color="tab:red")
    axis.axvline(data["threads"]["counting"], color="black", linestyle=":",
                 label="what the machine gave two threads that only count")
    axis.set(xlabel="requests of two threads / of one", xlim=(0, None))
    axis.legend(fontsize=8, loc="upper left", bbox_to_anchor=(0, -0.2))
    axis.set_title(f"Two threads, each with a socket of its own ({data['processor']})", fontsize=10)
    figure.tight_layout()
    save(figure, path)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    data = json.loads(pathlib.Path(sys.argv[1]).read_text())
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    throughput(data, folder / "throughput.svg")
    small_requests(data, folder / "small-requests.svg")
    if "threads" in data:
        threads(data, folder / "threads.svg")


if __name__ == "__main__":
    main()
