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
class Column:
    """A column that only the table has."""

    name: str
    shown: Sequence[str]
    values: Sequence[Decimal | int | None]


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
    more: Sequence[Column] = field(default=())
    # How a file names the points, where that differs from the page: dates as YYYY-MM-DD
    plain_names: Sequence[str] = field(default=())

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
    def data_id(self) -> str:
        """The element that has the data: the key itself may name the section around it."""
        return f"chart-{self.key}"

    @property
    def _columns(self) -> list[Series | Column]:
        return [*self.series, *self.more]

    @property
    def columns(self) -> list[str]:
        return [column.name for column in self._columns]

    @property
    def rows(self) -> list[tuple[str, list[str]]]:
        """The table as it is read."""
        cells = [column.shown for column in self._columns]
        return [(name, [column[index] for column in cells]) for index, name in enumerate(self.names)]

    @property
    def plain_rows(self) -> list[list[object]]:
        """The table for a file: numbers bare, in the order of `columns`."""
        cells = [column.values for column in self._columns]
        names = self.plain_names or self.names
        return [[name, *(_bare(column[index]) for column in cells)] for index, name in enumerate(names)]


def _bare(value: Decimal | int | None) -> object:
    return f"{value:.2f}" if isinstance(value, Decimal) else value
