"""What a chart is drawn from, with every text already written, and the table that has the same numbers.

`components/chart.html` shows both; `assets/scripts/charts.js` draws. The first column of the table names the points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


@dataclass(frozen=True)
class Series:
    """One row of values. `color` is a name of `--series-…` or `--aging-…` in assets/styles/tokens.css."""

    name: str
    color: str
    values: Sequence[Decimal | int | None]
    shown: Sequence[str]


@dataclass(frozen=True)
class Chart:
    """`kind` is line or bar; `stacked` puts the series on one another; `points` name what is compared."""

    key: str
    sentence: str
    points: str
    labels: Sequence[str]
    names: Sequence[str]
    series: Sequence[Series]
    kind: str = "line"
    stacked: bool = False
    unit: str = ""
    # Columns that only the table has: a name, and a cell for each point
    more: Sequence[tuple[str, Sequence[str]]] = field(default=())

    @property
    def data(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "stacked": self.stacked,
            "unit": self.unit,
            "labels": list(self.labels),
            "names": list(self.names),
            "series": [
                {
                    "name": series.name,
                    "color": series.color,
                    "values": [None if value is None else float(value) for value in series.values],
                    "shown": list(series.shown),
                }
                for series in self.series
            ],
        }

    @property
    def columns(self) -> list[str]:
        return [*(series.name for series in self.series), *(name for name, _ in self.more)]

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        cells = [*(series.shown for series in self.series), *(cells for _, cells in self.more)]
        return [(name, [column[index] for column in cells]) for index, name in enumerate(self.names)]
