"""An address on an envelope."""

from __future__ import annotations

from dataclasses import dataclass

from babel import Locale

# Where the town stands before its postal code, on a line of its own for the code: as the Universal Postal Union lists
_TOWN_FIRST = {"US", "CA", "AU", "GB", "IE", "IN", "NZ"}


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Where a letterbox is; whose it is stands beside it."""

    line_1: str
    line_2: str
    postal_code: str
    city: str
    region: str
    country: str

    @classmethod
    def read(cls, stored: str) -> PostalAddress:
        """From what `ledger_recipient` answers for letters: six lines, empty ones included."""
        line_1, line_2, postal_code, city, region, country, *_ = [*stored.split("\n"), *[""] * 6]
        return cls(line_1, line_2, postal_code, city, region, country)

    def lines(self, *, name: str, person: str, from_country: str, language: str) -> tuple[str, ...]:
        """As they stand on the paper: the country in capitals, and only on letters that cross a border."""
        if self.country in _TOWN_FIRST:
            town = " ".join(part for part in (self.city + ("," if self.region else ""), self.region) if part)
            town = f"{town} {self.postal_code}".strip()
        else:
            town = " ".join(part for part in (self.postal_code, self.city) if part)
        abroad = self.country and self.country != from_country
        return tuple(
            line
            for line in (
                name,
                person if person != name else "",
                self.line_1,
                self.line_2,
                town,
                _country(self.country, language) if abroad else "",
            )
            if line
        )


def _country(code: str, language: str) -> str:
    return (Locale.parse(language).territories.get(code) or code).upper()
