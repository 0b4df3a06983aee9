"""How a pass grows with the book: seconds and memory at 10,000, 100,000 and 1,000,000 open invoices.

python -m bench.growth [--big] [--sizes 10000,100000]

A tenth of each book is due today; of the rest half are not yet due and half long overdue and already planned. Each
size runs in a process and a database of its own. Draws docs/pictures/growth.svg and prints one JSON object a line.
--big adds 5,000,000.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

from bench.setting import bench_database

PICTURE = Path(__file__).parent.parent / "docs" / "pictures" / "growth.svg"
SIZES = (10_000, 100_000, 1_000_000)
BIGGEST = 5_000_000
LINES = (("assess", "assess, seconds", "#4263eb"), ("plan", "plan, seconds", "#2f9e44"))
MEMORY = ("memory", "memory, MB", "#e8590c")
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 360, 56, 150, 24, 44
LABEL_HEIGHT = 15


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--big", action="store_true")
    arguments.add_argument("--sizes", default="")
    arguments.add_argument("--only", type=int, help="measure one size, in this process")
    options = arguments.parse_args()
    if options.only:
        with bench_database():
            sys.stdout.write(json.dumps(measure(options.only)) + "\n")
        return
    sizes = [int(size) for size in options.sizes.split(",") if size] or list(SIZES)
    if options.big:
        sizes.append(BIGGEST)
    found = []
    for size in sizes:
        command = [sys.executable, "-m", "bench.growth", "--only", str(size)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
        sys.stdout.write(answer)
        sys.stdout.flush()
        found.append(json.loads(answer.splitlines()[-1]))
    PICTURE.write_text(drawn(found))


def measure(invoices: int) -> dict[str, Any]:
    """One round at this size: figures of a single pass, so read how they grow and not the last digit."""
    from bench.books import make_book
    from bench.plan import measure_book

    found = measure_book(make_book("growth", invoices=invoices, due=invoices // 10), 1)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds = {name: round(found[name], 3) for name in ("assess", "plan", "replan")}
    return {"benchmark": "growth", "invoices": invoices, "due": invoices // 10, **seconds, "memory": round(peak)}


def drawn(found: list[dict[str, Any]]) -> str:
    """Seconds and megabytes over open invoices, both axes logarithmic: linear growth is a straight line."""
    sizes = [row["invoices"] for row in found]
    series = [(*line, [max(row[line[0]], 0.001) for row in found]) for line in (*LINES, MEMORY)]
    values = [value for *_, line in series for value in line]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    first, last = math.log10(min(sizes)), math.log10(max(sizes))

    def x(size: float) -> float:
        return LEFT + (math.log10(size) - first) / max(last - first, 0.001) * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (math.log10(value) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
            ' font-family="system-ui, sans-serif"'
            ' font-size="12" role="img" aria-label="Seconds and memory of a pass over open invoices">'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for power in range(low, high + 1):
        at = y(10.0**power)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#dee2e6"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" fill="#495057">{10.0**power:g}</text>')
    for size in sizes:
        label = f"{size:,}"
        parts.append(f'<text x="{x(size):.1f}" y="{HEIGHT - 22}" text-anchor="middle" fill="#495057">{label}</text>')
    parts.append(f'<text x="{LEFT}" y="{HEIGHT - 6}" fill="#495057">open invoices, a tenth of them due today</text>')
    for _, _, color, line in series:
        points = " ".join(f"{x(size):.1f},{y(value):.1f}" for size, value in zip(sizes, line, strict=True))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [
            f'<circle cx="{x(size):.1f}" cy="{y(value):.1f}" r="3" fill="{color}"/>'
            for size, value in zip(sizes, line, strict=True)
        ]
    free_from = 0.0
    for _, name, color, line in sorted(series, key=lambda one: y(one[-1][-1])):
        end = f"{name} ({line[-1]:,.1f})" if line[-1] < 100 else f"{name} ({line[-1]:,.0f})"
        at = max(y(line[-1]) + 4, free_from)
        free_from = at + LABEL_HEIGHT
        parts.append(f'<text x="{WIDTH - RIGHT + 8}" y="{at:.1f}" fill="{color}">{end}</text>')
    return "\n".join((*parts, "</svg>")) + "\n"


if __name__ == "__main__":
    main()
