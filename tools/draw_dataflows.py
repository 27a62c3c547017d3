#!/usr/bin/env python3
"""Draws the energy of the dataflows: draw_dataflows.py

docs/dataflows.csv, which `picojoule dataflows alexnet --csv docs/dataflows.csv` wrote, is drawn to docs/dataflows.svg.
"""

import csv

import tree

TABLE, DRAWING = tree.ROOT / "docs/dataflows.csv", tree.ROOT / "docs/dataflows.svg"
PARTS = {"operations": "#444444", "dram": "#c8553d", "buffer": "#e0a458", "array": "#1b6ca8", "registers": "#7fb069"}
BAR, GAP, HEIGHT, LEFT, TOP, ROW = 22, 30, 180, 50, 40, 240
PER_ROW = 3


def text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def groups_of(rows: list[dict[str, str]]) -> dict[tuple[str, str, str], list[dict[str, str]]]:
    groups: dict[tuple[str, str, str], list[dict[str, str]]] = {}
    for row in rows:
        groups.setdefault((row["layers"], row["elements"], row["batch"]), []).append(row)
    return groups


def bar(left: float, bottom: float, row: dict[str, str], most: float) -> list[str]:
    """The parts of one bar from below, or a cross where there is no mapping."""
    if row["no_mapping"]:
        return [text(left + BAR / 2, bottom - 6, "×"), text(left + BAR / 2, bottom + 14, row["dataflow"])]
    parts, y = [], bottom
    for part, colour in PARTS.items():
        height = HEIGHT * float(row[part]) / float(row["macs"]) / most
        y -= height
        parts.append(f'<rect x="{left:.1f}" y="{y:.1f}" width="{BAR}" height="{height:.1f}" fill="{colour}"/>')
    return [*parts, text(left + BAR / 2, bottom + 14, row["dataflow"])]


def draw(rows: list[dict[str, str]]) -> str:
    groups = groups_of(rows)
    energy = {kind: max(sum(float(row[part]) for part in PARTS) / float(row["macs"])
                        for row in rows if row["layers"] == kind and not row["no_mapping"]) for kind in ("CONV", "FC")}
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
        drawn.append(text(left + 3 * (BAR + 6), bottom + 30, f"{kind}, {elements} elements, batch {batch}"))
        if i % PER_ROW == 0:
            drawn.append(text(left - 6, bottom - HEIGHT + 4, f"{energy[kind]:.1f}", "end"))
            drawn.append(text(left - 6, bottom, "0", "end"))
        for j, row in enumerate(bars):
            drawn += bar(left + j * (BAR + 6), bottom, row, energy[kind])
    return "\n".join([*drawn, "</svg>", ""])


def main() -> None:
    DRAWING.write_text(draw(list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))), encoding="utf-8")


if __name__ == "__main__":
    main()
