"""Who the demo's customers are, and how each of them pays."""

from __future__ import annotations

import dataclasses
import enum
import random
import unicodedata
from typing import TypeVar

from dunwell.workflows.demo.names import AGENCY_WORDS, FIRST_WORDS, REGIONS, SECOND_WORDS, Region

CUSTOMERS = 240
_WITHOUT_ADDRESS = 5
T = TypeVar("T")

_TAGS = (("agency",), ("publisher",), ("direct",), ("direct", "retainer"))


class Habit(enum.Enum):
    """How a customer pays, in customers of a hundred."""

    EARLY = 14
    ON_TIME = 32
    NOW_AND_THEN_LATE = 21
    REGULARLY_LATE = 23
    VERY_LATE = 7
    NEVER = 3


@dataclasses.dataclass(frozen=True)
class DemoContact:
    name: str
    role: str
    email: str
    phone: str
    is_primary: bool


@dataclasses.dataclass(frozen=True)
class DemoCustomer:
    """A customer and the traits that the book follows from."""

    number: str
    name: str
    region: Region
    terms_days: int
    tags: tuple[str, ...]
    contacts: tuple[DemoContact, ...]
    habit: Habit
    orders_a_month: float
    size: float  # how large its orders are, 1 being usual


def invent_customers(dice: random.Random, count: int = CUSTOMERS) -> list[DemoCustomer]:
    """All customers; their habits and regions in fixed proportions, in an order drawn by the dice."""
    habits = _in_proportion([(habit, habit.value) for habit in Habit], count)
    regions = _in_proportion([(region, region.weight) for region in REGIONS], count)
    dice.shuffle(habits)
    dice.shuffle(regions)
    names = _company_names(dice, count)
    unreachable = set(dice.sample(range(count), max(1, _WITHOUT_ADDRESS * count // CUSTOMERS)))
    return [
        _invent_customer(dice, index, names[index], habits[index], regions[index], reachable=index not in unreachable)
        for index in range(count)
    ]


def _invent_customer(
    dice: random.Random, index: int, stem: str, habit: Habit, region: Region, *, reachable: bool
) -> DemoCustomer:
    domain = f"{_plain(stem)}.example"
    billing = _person(dice, region)
    shared_mailbox = dice.random() < 0.4
    contacts = [
        DemoContact(
            name=billing,
            role="billing",
            email=f"{'accounts' if shared_mailbox else _plain(billing, '.')}@{domain}" if reachable else "",
            phone=_phone(dice, region) if dice.random() < 0.5 or not reachable else "",
            is_primary=True,
        )
    ]
    if dice.random() < 0.35:
        chief = _person(dice, region)
        if chief != billing:
            contacts.append(
                DemoContact(
                    name=chief,
                    role="decision_maker",
                    email=f"{_plain(chief, '.')}@{domain}" if reachable else "",
                    phone="",
                    is_primary=False,
                )
            )
    return DemoCustomer(
        number=f"C{index + 1001}",
        name=f"{stem} {dice.choice(region.forms)}".strip(),
        region=region,
        terms_days=dice.choices((7, 15, 30), weights=(20, 35, 45))[0],
        tags=dice.choice(_TAGS),
        contacts=tuple(contacts),
        habit=habit,
        orders_a_month=dice.triangular(0.4, 2.8, 1.1),
        size=dice.lognormvariate(0, 0.45),
    )


def _company_names(dice: random.Random, count: int) -> list[str]:
    """Different names: some first words come back, with another trade behind them."""
    names: dict[str, None] = {}
    while len(names) < count:
        trade = dice.choice(AGENCY_WORDS) if dice.random() < 0.2 else dice.choice(SECOND_WORDS)
        names[f"{dice.choice(FIRST_WORDS)} {trade}"] = None
    return list(names)


def _in_proportion(shares: list[tuple[T, int]], count: int) -> list[T]:
    """`count` items in the given shares of a hundred; what rounding leaves over goes to the first."""
    items = [item for item, share in shares for _ in range(round(share * count / 100))]
    return (items + [shares[0][0]] * count)[:count]


def _person(dice: random.Random, region: Region) -> str:
    return f"{dice.choice(region.given)} {dice.choice(region.family)}"


def _phone(dice: random.Random, region: Region) -> str:
    """A number in the ranges that are reserved for stories, where a country has such a range."""
    last = dice.randrange(100, 200)
    return {"GB": f"+44 20 7946 0{last}", "US": f"+1 202 555 0{last}"}.get(region.country, "")


def _plain(text: str, separator: str = "") -> str:
    """Letters and digits of ASCII only, in lower case: what stands in an address."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss").replace("ı", "i"))
    words = "".join(
        letter if letter.isascii() and letter.isalnum() else " "
        for letter in folded
        if not unicodedata.combining(letter)
    )
    return separator.join(words.split())
