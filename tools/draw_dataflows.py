#!/usr/bin/env python3
"""Draws the energy of the dataflows: draw_dataflows.py [--binary FILE]

docs/dataflows.csv is drawn to docs/dataflows.svg. With --binary the table is first computed anew by that program, as
`picojoule dataflows alexnet --csv docs/dataflows.csv`.
"""

import argparse
import csv
import subprocess
from pathlib import Path

import tree

TABLE, DRAWING = tree.ROOT / "docs/dataflows.csv", tree.ROOT / "docs/dataflows.svg"
PARTS = {"operations": "#444444", "dram": "#c8553d", "buffer": "#e0a458", "array": "#1b6ca8", "registers": "#7fb069"}
BAR, GAP, HEIGHT, LEFT, TOP, ROW = 22, 30, 180, 60, 40, 240
PER_ROW = 3
TICKS = 4
AXIS = "energy per operation (MAC = 1)"


def text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def groups_of(rows: list[dict[str, str]]) -> dict[tuple[str, str, str], list[dict[str, str]]]:
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault((row["layers"], row["elements"], row["batch"]), []).append(row)
    return groups


def each(row: dict[str, str], part: str) -> float:
    """The part of a bar for each operation, in multiples of the energy of a multiply-accumulate."""
    return float(row[part]) / float(row["operations"])


def step(most: float) -> float:
    """A round distance of the lines of an axis that reaches to `most`."""
    return next(size for size in (0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500) if TICKS * size >= most)


def bar(left: float, bottom: float, row: dict[str, str], most: float) -> list[str]:
    """The parts of one bar from below, or a cross where there is no mapping."""
    if row["no_mapping"]:
        return [text(left + BAR / 2, bottom - 6, "×"), text(left + BAR / 2, bottom + 14, row["dataflow"])]
    parts, y = [], bottom
    for part, colour in PARTS.items():
        height = HEIGHT * each(row, part) / most
        y -= height
        parts.append(f'<rect x="{left:.1f}" y="{y:.1f}" width="{BAR}" height="{height:.1f}" fill="{colour}"/>')
    return [*parts, text(left + BAR / 2, bottom + 14, row["dataflow"])]


def axis(left: float, right: float, bottom: float, most: float, with_title: bool) -> list[str]:
    """Lines across a panel; in the first of a row also their numbers and what they are of."""
    lines = []
    for tick in range(TICKS + 1):
        y = bottom - HEIGHT * tick / TICKS
        lines.append(f'<line x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}" stroke="#dddddd"/>')
        if with_title:
            lines.append(text(left - 6, y + 4, f"{most * tick / TICKS:g}", "end"))
    if with_title:
        middle = bottom - HEIGHT / 2
        lines.append(f'<text x="{left - 38:.1f}" y="{middle:.1f}" text-anchor="middle" '
                     f'transform="rotate(-90 {left - 38:.1f} {middle:.1f})">{AXIS}</text>')
    return lines


def draw(rows: list[dict[str, str]]) -> str:
    groups = groups_of(rows)
    most = {kind: TICKS * step(max(sum(each(row, part) for part in PARTS) for row in rows
                                   if row["layers"] == kind and not row["no_mapping"]))
            for kind in {row["layers"] for row in rows if not row["no_mapping"]}}
    width = LEFT + PER_ROW * (6 * (BAR + 6) + GAP)
    lines = -(-len(groups) // PER_ROW)
    drawn = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + lines * ROW}" width="{width}" '
             'font-family="sans-serif" font-size="11">', '<rect width="100%" height="100%" fill="white"/>']
    for i, (part, colour) in enumerate(PARTS.items()):
        drawn.append(f'<rect x="{LEFT + 100 * i}" y="12" width="10" height="10" fill="{colour}"/>')
        drawn.append(text(LEFT + 16 + 100 * i, 21, part if part != "dram" else "DRAM", "start"))
    for i, ((kind, elements, batch), bars) in enumerate(groups.items()):
        left = LEFT + (i % PER_ROW) * (6 * (BAR + 6) + GAP)
        bottom = TOP + (i // PER_ROW) * ROW + HEIGHT + 10
        drawn += axis(left, left + 6 * (BAR + 6), bottom, most[kind], i % PER_ROW == 0)
        drawn.append(text(left + 3 * (BAR + 6), bottom + 30, f"{kind}, {elements} elements, batch {batch}"))
        for j, row in enumerate(bars):
            drawn += bar(left + j * (BAR + 6), bottom, row, most[kind])
    return "\n".join([*drawn, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binary", type=Path)
    options = parser.parse_args()
    if options.binary is not None:
        subprocess.run([options.binary, "dataflows", "alexnet", "--csv", TABLE], check=True)
    DRAWING.write_text(draw(list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))), encoding="utf-8")


if __name__ == "__main__":
    main()
