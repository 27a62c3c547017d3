#!/usr/bin/env python3
"""Draws how the search's time grows: draw_scaling.py [OUTPUT]

OUTPUT is what `bench_scaling --benchmark_format=csv` wrote; it is put into docs/mapper_scaling.csv, and that is
drawn to docs/mapper_scaling.svg (without OUTPUT: as it is).
"""

import csv
import math
import sys
from pathlib import Path

import tree

TABLE, DRAWING = tree.ROOT / "docs/mapper_scaling.csv", tree.ROOT / "docs/mapper_scaling.svg"
COLUMNS = ["series", "x", "factors", "cpu_s", "priced", "stopped"]
TITLES = {"size": "channels M = C (rows and columns: a quarter)", "levels": "levels of memory", "elements": "elements"}
COLOURS = {"perfect": "#1b6ca8", "ragged": "#c8553d"}
WIDTH, HEIGHT, LEFT, TOP = 250, 200, 60, 40
LEAST, MOST = 1e-4, 1e2  # seconds at the ends of the vertical axis


def rows_of(output: Path) -> list[dict[str, str]]:
    """The rows of a benchmark's output, which begins with a few lines about the machine."""
    lines = output.read_text(encoding="utf-8").splitlines()
    found = []
    for row in csv.DictReader(lines[next(i for i, line in enumerate(lines) if line.startswith("name,")):]):
        series, x, perfect = row["name"].split("/")[:3]
        found.append({"series": series, "x": str(int(x) ** 2 if series == "elements" else int(x)),
                      "factors": "perfect" if perfect == "1" else "ragged",
                      "cpu_s": f"{float(row['cpu_time']) / 1e3:.4g}", "priced": f"{float(row['priced']):.0f}",
                      "stopped": "yes" if float(row["stopped"]) else "no"})
    return found


def height(seconds: float) -> float:
    return TOP + HEIGHT * (1 - math.log(seconds / LEAST) / math.log(MOST / LEAST))


def text(x: float, y: float, words: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>'


def panel(left: float, series: str, rows: list[dict[str, str]]) -> list[str]:
    """One series: a line for each kind of factors; hollow points are searches that were stopped."""
    values = sorted({int(row["x"]) for row in rows})
    place = {x: left + WIDTH * (i + 0.5) / len(values) for i, x in enumerate(values)}
    parts = [f'<rect x="{left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>',
             text(left + WIDTH / 2, TOP + HEIGHT + 36, TITLES[series])]
    parts += [text(place[x], TOP + HEIGHT + 16, str(x)) for x in values]
    for power in range(-3, 2):
        y = height(10.0 ** power)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{left + WIDTH}" y2="{y:.1f}" stroke="#ddd"/>')
    for factors, colour in COLOURS.items():
        points = [(place[int(row["x"])], height(float(row["cpu_s"])), row["stopped"] == "yes")
                  for row in rows if row["factors"] == factors]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y, _ in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" stroke="{colour}" fill="{"white" if stopped else colour}"/>'
                  for x, y, stopped in points]
    return parts


def draw(rows: list[dict[str, str]]) -> str:
    width = LEFT + len(TITLES) * (WIDTH + 20)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {TOP + HEIGHT + 50}" width="{width}" '
             'font-family="sans-serif" font-size="11">', '<rect width="100%" height="100%" fill="white"/>']
    parts += [text(LEFT - 6, height(10.0 ** power) + 4, f"{10.0 ** power:g} s", "end") for power in range(-4, 3)]
    for i, series in enumerate(TITLES):
        parts += panel(LEFT + i * (WIDTH + 20), series, [row for row in rows if row["series"] == series])
    for i, (factors, colour) in enumerate(COLOURS.items()):
        parts.append(f'<circle cx="{LEFT + 8 + 130 * i}" cy="20" r="4" fill="{colour}"/>')
        parts.append(text(LEFT + 18 + 130 * i, 24, f"{factors} factors", "start"))
    parts.append(text(LEFT + 280, 24, "hollow: stopped after 20 s; CPU seconds, one thread", "start"))
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    if len(sys.argv) > 1:
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows_of(Path(sys.argv[1])))
    DRAWING.write_text(draw(list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines()))), encoding="utf-8")


if __name__ == "__main__":
    main()
