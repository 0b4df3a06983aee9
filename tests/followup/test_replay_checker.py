"""A replay keeps the invariants, by a checker that knows nothing of the engine and finds what is seeded."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import random
from pathlib import Path

import pytest

from dunwell.followup.models import Action, Notice, PolicyVersion
from dunwell.ledger.imports.files import look_at
from dunwell.ledger.imports.inspection import inspect
from dunwell.ledger.imports.mapping import shipped_mapping
from dunwell.ledger.imports.services import import_file
from dunwell.ledger.models import WriteOff
from dunwell.organizations.models import Organization
from dunwell.workflows.replay import Replay, replay
from tests import worlds
from tests.replay_checker import DAY, Owed, Sent, Terms, Violation, check

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parents[3] / "shared/data/ibm_accounts_receivable"
IBM = sorted(FOLDER.glob("*.csv"))
FIRST, LAST = dt.date(2026, 1, 5), dt.date(2026, 3, 31)
TERMS = Terms()


def sent_in(result: Replay) -> list[Sent]:
    return [Sent(notice.day, notice.customer, notice.day, notice.currency, notice.items) for notice in result.notices]


def kinds(violations: list[Violation]) -> set[str]:
    return {violation.what for violation in violations}


@pytest.fixture
def book(organization: Organization, policy: PolicyVersion) -> list[Owed]:
    """Thirty invoices of six customers over two months: most are paid late, some never, some are disputed."""
    chance = random.Random(7)
    owed = []
    for number in range(6):
        customer = worlds.make_customer(organization, number=f"K{number}")
        for _ in range(5):
            due = FIRST + chance.randrange(4, 60) * DAY
            settled = chance.choice([None, due - 5 * DAY, due, due + 2 * DAY, due + 9 * DAY, due + 30 * DAY])
            invoice = worlds.make_invoice(customer, due_on=due, terms_days=14)
            holds = []
            if chance.random() < 0.3:
                start = due + chance.randrange(-4, 8) * DAY
                holds.append((start, chance.choice([None, start + 6 * DAY])))
                worlds.make_hold(customer, invoice=invoice, starts_on=start, ends_on=holds[0][1], reason="dispute")
            if settled is not None:
                worlds.make_payment(customer, 100, on=settled, towards=invoice)
            owed.append(Owed(invoice.number, customer.number, invoice.issued_on, due, settled, None, tuple(holds)))
    return owed


@dataclasses.dataclass
class Lived:
    """The book and what its replay sent: lived through once, examined by many tests."""

    book: list[Owed] = dataclasses.field(default_factory=list)
    sent: list[Sent] = dataclasses.field(default_factory=list)


LIVED = Lived()


@pytest.fixture
def lived(request: pytest.FixtureRequest) -> Lived:
    if not LIVED.sent:
        LIVED.book = request.getfixturevalue("book")
        LIVED.sent = sent_in(replay(request.getfixturevalue("organization"), first=FIRST, last=LAST))
        assert not Notice.objects.exists(), "a replay leaves nothing"
        assert not Action.objects.exists()
        assert Organization.objects.count() == 1
    return LIVED


@pytest.fixture
def sent(lived: Lived) -> list[Sent]:
    return lived.sent


@pytest.fixture
def owed(lived: Lived) -> list[Owed]:
    return lived.book


def examined(sent: list[Sent], book: list[Owed]) -> list[Violation]:
    return check(sent, book, TERMS, first=FIRST, last=LAST)


def test_a_replay_breaks_no_invariant(owed: list[Owed], sent: list[Sent]) -> None:
    assert len(sent) > 30
    assert [str(violation) for violation in examined(sent, owed)] == []


def test_a_day_off_moves_what_falls_on_it(organization: Organization, book: list[Owed]) -> None:
    closed = frozenset(dt.date(2026, 2, 9) + n * DAY for n in range(12))
    for day in closed:
        organization.closing_days.create(date=day)
    sent = sent_in(replay(organization, first=FIRST, last=LAST))
    terms = dataclasses.replace(TERMS, days_off=closed)
    assert [str(violation) for violation in check(sent, book, terms, first=FIRST, last=LAST)] == []


def test_a_seeded_duplicate_is_found(owed: list[Owed], sent: list[Sent]) -> None:
    again = dataclasses.replace(sent[3], day=sent[3].day + 21 * DAY, contact_on=sent[3].contact_on + 21 * DAY)
    assert any("a second time" in what for what in kinds(examined([*sent, again], owed)))


def test_a_seeded_notice_for_a_held_invoice_is_found(owed: list[Owed], sent: list[Sent]) -> None:
    held = next(invoice for invoice in owed if any(invoice.is_open(start) for start, _ in invoice.holds))
    day = next(start for start, _ in held.holds if held.is_open(start))
    notice = Sent(day, held.customer, day, "EUR", ((held.number, 3, 3),))
    assert "held" in kinds(examined([*sent, notice], owed))


def test_a_seeded_notice_for_a_settled_invoice_is_found(owed: list[Owed], sent: list[Sent]) -> None:
    paid = next(invoice for invoice in owed if invoice.settled is not None and invoice.settled > invoice.due)
    assert paid.settled is not None
    notice = Sent(paid.settled, paid.customer, paid.settled, "EUR", ((paid.number, 5, 14),))
    assert "settled, void or not issued" in kinds(examined([*sent, notice], owed))


def test_a_seeded_contact_too_soon_is_found(owed: list[Owed], sent: list[Sent]) -> None:
    index = next(index for index, notice in enumerate(sent) if notice.day.isoweekday() == 2)
    notice = sent[index]
    earlier = dataclasses.replace(notice, day=notice.day + DAY, contact_on=notice.day + DAY, items=())
    assert "too soon after the last contact" in kinds(examined([*sent, earlier], owed))


def test_a_seeded_contact_on_a_sunday_is_found(owed: list[Owed], sent: list[Sent]) -> None:
    sunday = dt.date(2026, 2, 8)
    assert "on a day off" in kinds(examined([*sent, Sent(sunday, "K0", sunday, "EUR", ())], owed))


def test_a_fourth_contact_in_seven_days_is_found(owed: list[Owed]) -> None:
    days = [dt.date(2026, 2, day) for day in (2, 3, 5, 6)]
    notices = [Sent(day, "K0", day, "EUR", ()) for day in days]
    terms = dataclasses.replace(TERMS, interval=1)
    assert "too many contacts in seven days" in kinds(check(notices, owed, terms, first=FIRST, last=LAST))


def test_a_notice_that_was_left_out_is_found(owed: list[Owed], sent: list[Sent]) -> None:
    for index in range(0, len(sent), 5):
        found = kinds(examined([*sent[:index], *sent[index + 1 :]], owed))
        assert any("left out" in what for what in found)


def test_a_step_that_is_not_its_turn_is_found(owed: list[Owed], sent: list[Sent]) -> None:
    number, lineage, _ = sent[0].items[0]
    wrong = dataclasses.replace(sent[0], items=((number, 5 if lineage != 5 else 1, 14),))
    assert any("out of turn" in what for what in kinds(examined([wrong, *sent[1:]], owed)))


def test_only_payments_are_counted_as_payments(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    paid, void, written_off = (worlds.make_invoice(customer, due_on=FIRST + 7 * DAY) for _ in range(3))
    worlds.make_payment(customer, 100, on=FIRST + 14 * DAY, towards=paid)
    void.voided_on = FIRST + 10 * DAY
    void.save(update_fields=["voided_on"])
    WriteOff.objects.create(organization=organization, invoice=written_off, amount=100, written_off_on=FIRST + 11 * DAY)
    result = replay(organization, first=FIRST, last=FIRST + 21 * DAY)
    assert {number for notice in result.notices for number, _, _ in notice.items} == {
        paid.number, void.number, written_off.number,
    }  # fmt: skip
    assert len(result.days_to_payment) == 1


# --- The real book ------------------------------------------------------------------------------------------------


def by_script() -> list[Owed]:
    """The IBM book read from its file, disputes as holds from due date to settlement."""

    def day(text: str) -> dt.date:
        month, day, year = map(int, text.split("/"))
        return dt.date(year, month, day)

    owed = []
    with IBM[0].open(newline="") as file:
        for row in csv.DictReader(file):
            due, settled = day(row["DueDate"]), day(row["SettledDate"])
            holds = ((due, settled),) if row["Disputed"] == "Yes" and settled > due else ()
            owed.append(
                Owed(row["invoiceNumber"], row["customerID"], day(row["InvoiceDate"]), due, settled, None, holds)
            )
    return owed


@pytest.mark.skipif(not IBM, reason=f"the IBM book is not at {FOLDER}")
def test_the_whole_ibm_history_breaks_no_invariant(organization: Organization, policy: PolicyVersion) -> None:
    owed = by_script()
    first, last = min(row.issued for row in owed), max(row.settled for row in owed if row.settled is not None)
    inspection = inspect(look_at(IBM[0]), mapping=shipped_mapping("ibm-ar"), base_currency="USD")
    now = dt.datetime.combine(last + DAY, dt.time(9), tzinfo=dt.UTC)
    report = import_file(organization=organization, inspection=inspection, as_of=last + DAY, now=now)
    assert report.refused == 0
    result = replay(organization, first=first, last=last)
    sent = sent_in(result)
    assert len(sent) > 500
    assert [str(violation) for violation in check(sent, owed, TERMS, first=first, last=last)] == []
    assert sum(result.as_json()["notices"].values()) == len(sent)

    assert any("a second time" in what for what in kinds(check([*sent, sent[0]], owed, TERMS, first=first, last=last)))
    held = next(row for row in owed if row.holds)
    day = held.holds[0][0]
    fault = Sent(day, held.customer, day, "USD", ((held.number, 2, 0),))
    assert "held" in kinds(check([*sent, fault], owed, TERMS, first=first, last=last))
    soon = sent[0].day + DAY
    fault = Sent(soon, sent[0].customer, soon, "USD", ())
    assert "too soon after the last contact" in kinds(check([*sent, fault], owed, TERMS, first=first, last=last))
