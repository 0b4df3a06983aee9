"""The fixtures themselves."""

from __future__ import annotations

from django.db import connection

from dunwell.organizations.models import Organization, User
from tests import worlds


def test_people_belong_where_they_say(organization: Organization, alice: User, bob: User, charlie: User) -> None:
    assert set(organization.memberships.values_list("user__email", flat=True)) == {alice.email, bob.email}
    assert not charlie.memberships.filter(organization=organization).exists()


def test_a_payment_settles_as_far_as_the_invoice_asks(organization: Organization) -> None:
    customer = worlds.make_customer(organization, "Émile & Fils")
    invoice = worlds.make_invoice(customer, total=100)
    payment = worlds.make_payment(customer, 130, towards=invoice)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.balance, invoice.settled_on) == ("paid", 0, worlds.TODAY)
    assert (payment.status, payment.unapplied) == ("succeeded", 30)


def test_the_role_of_the_application_cannot_pass_row_security(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (False, False)
