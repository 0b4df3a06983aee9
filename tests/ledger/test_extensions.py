"""More time for an invoice: what moves, what is kept, and what is refused."""

from __future__ import annotations

import datetime as dt

import pytest

from dunwell.ledger.models import DueDateExtension, TouchedCustomer
from dunwell.ledger.services.extensions import ExtensionRefusedError, extend_due_date
from dunwell.organizations.models import Organization, User
from tests import worlds
from tests.worlds import NOW, TODAY

DAY = dt.timedelta(days=1)


def test_an_extension_moves_the_due_date_and_is_kept(organization: Organization, alice: User) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), due_on=TODAY - 4 * DAY)
    TouchedCustomer.objects.all().delete()
    for new_due_on in (TODAY + 10 * DAY, TODAY + 20 * DAY):
        extend_due_date(
            organization=organization,
            invoice_id=invoice.pk,
            new_due_on=new_due_on,
            note="  asked by phone ",
            by=alice,
            as_of=TODAY,
            now=NOW,
        )
    invoice.refresh_from_db()
    assert invoice.due_on == TODAY + 20 * DAY
    kept = [(row.old_due_on, row.new_due_on, row.note) for row in DueDateExtension.objects.order_by("id")]
    assert kept == [
        (TODAY - 4 * DAY, TODAY + 10 * DAY, "asked by phone"),
        (TODAY + 10 * DAY, TODAY + 20 * DAY, "asked by phone"),
    ]
    assert TouchedCustomer.objects.filter(customer_id=invoice.customer_id).exists(), "the next pass looks at it again"


@pytest.mark.parametrize(
    ("days", "fields", "why"),
    [
        (-1, {}, "later day"),
        (0, {}, "later day"),
        (5, {"is_draft": True}, "Nothing is open"),
        (5, {"voided_on": TODAY}, "Nothing is open"),
        (1, {"due_on": TODAY - 9 * DAY}, "passed already"),
    ],
)
def test_what_is_refused(organization: Organization, days: int, fields: dict[str, object], why: str) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(organization), **{"due_on": TODAY, **fields})  # type: ignore[arg-type]
    with pytest.raises(ExtensionRefusedError, match=why):
        extend_due_date(
            organization=organization,
            invoice_id=invoice.pk,
            new_due_on=invoice.due_on + days * DAY,
            by=None,
            as_of=TODAY,
            now=NOW,
        )
    assert not DueDateExtension.objects.exists()


def test_nobody_extends_an_invoice_of_somebody_else(
    organization: Organization, other_organization: Organization
) -> None:
    invoice = worlds.make_invoice(worlds.make_customer(other_organization), due_on=TODAY)
    with pytest.raises(ExtensionRefusedError, match="not in the book"):
        extend_due_date(
            organization=organization, invoice_id=invoice.pk, new_due_on=TODAY + DAY, by=None, as_of=TODAY, now=NOW
        )
