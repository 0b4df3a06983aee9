"""What a chart is drawn from, with every text already written, and the table that has the same numbers.

`components/chart.html` shows both; `assets/scripts/charts.js` draws. A chart of a few bars is drawn by the server
(`components/bars.html`), so that a page with no other chart needs no script. The first column of the table names the
points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any


@dataclass(frozen=True)
class Link:
    """The list behind a number; `rows` where the number itself says how many rows that list has."""

    url: str
    rows: int | None = None


Links = Sequence[Link | None]


@dataclass(frozen=True)
class Cell:
    """A number of the table as it is read, and where it leads."""

    shown: str
    link: Link | None


@dataclass(frozen=True)
class Series:
    """One row of values. `color` is a name of `--series-…` or `--aging-…` in assets/styles/tokens.css."""

    name: str
    color: str
    values: Sequence[Decimal | int | None]
    shown: Sequence[str]
    links: Links = ()


@dataclass(frozen=True)
class Column:
    """A column that only the table has."""

    name: str
    shown: Sequence[str]
    values: Sequence[Decimal | int | None]
    links: Links = ()


@dataclass(frozen=True)
class Bar:
    """One bar of a chart that the server draws: across in percent of the width, down in pixels, as SVG writes them."""

    name: str
    label: str
    shown: str
    value: str
    left: str
    width: str
    middle: str
    top: str
    height: str
    value_at: str
    name_at: str


# A drawing of bars in pixels, see .bars in assets/styles/insights.css: the highest leaves room for its value above
BARS_TOP, BARS_BOTTOM, NAMES_AT = 20, 132, 150
BAR_SHARE = 0.56
FEWEST_PLACES = 8  # fewer bars stand at the left, as narrow as the others


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
    def bars(self) -> list[Bar]:
        """The first series as bars, each with its value above it; a point without a value has none."""
        first = self.series[0]
        step = 100 / max(len(self.labels), FEWEST_PLACES)
        highest = max((float(value) for value in first.values if value), default=1.0)
        bars = []
        for index, (label, value) in enumerate(zip(self.labels, first.values, strict=True)):
            height = 0.0 if not value else max(2.0, (BARS_BOTTOM - BARS_TOP) * float(value) / highest)
            top = BARS_BOTTOM - height
            bars.append(
                Bar(
                    name=self.names[index],
                    label=label,
                    shown=first.shown[index],
                    value="–" if value is None else f"{value:,}",
                    left=f"{step * (index + (1 - BAR_SHARE) / 2):.2f}%",
                    width=f"{step * BAR_SHARE:.2f}%",
                    middle=f"{step * (index + 0.5):.2f}%",
                    top=f"{top:.1f}",
                    height=f"{height:.1f}" if height else "",
                    value_at=f"{top - 6:.1f}",
                    name_at=str(NAMES_AT),
                )
            )
        return bars

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
    def rows(self) -> list[tuple[str, list[Cell]]]:
        """The table as it is read."""
        columns = [
            [Cell(text, link) for text, link in zip_longest(column.shown, column.links)] for column in self._columns
        ]
        return [(name, [column[index] for column in columns]) for index, name in enumerate(self.names)]

    @property
    def plain_rows(self) -> list[list[object]]:
        """The table for a file: numbers bare, in the order of `columns`."""
        cells = [column.values for column in self._columns]
        names = self.plain_names or self.names
        return [[name, *(_bare(column[index]) for column in cells)] for index, name in enumerate(names)]


def _bare(value: Decimal | int | None) -> object:
    return f"{value:.2f}" if isinstance(value, Decimal) else value
