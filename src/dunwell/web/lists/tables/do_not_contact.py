"""Do not contact: addresses that nothing more goes to, whoever brings them again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dunwell.ledger.models import ChoiceSource, DoNotContact, WhyNot
from dunwell.ledger.queries import do_not_contact as queries
from dunwell.ledger.services.do_not_contact import lift
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.web.lists.table import Bulk, Choices, Column, Effect, Empty, Filter, Outcome, Rows, Sort, Table
from dunwell.web.lists.tables import filters
from dunwell.web.lists.tables.customer_bulk import left_out

THEIRS, NOBODYS = "theirs", "nobodys"
NOW: Choices = ((THEIRS, "Somebody’s now"), (NOBODYS, "Nobody’s now"))


def rows(desk: Desk) -> Rows:
    """All of the organization: an address is not one customer's."""
    return DoNotContact.objects.filter(organization=desk.organization)


def source_of(row: DoNotContact) -> str:
    """Where we have it from, in words; a refusal says so itself."""
    return ChoiceSource(row.source).label if row.why == WhyNot.OPTED_OUT and row.source else ""


def _of_now(_desk: Desk, found: Rows, value: str) -> Rows:
    return queries.with_contact(found) if value == THEIRS else queries.without_contact(found)


def _search(_desk: Desk, found: Rows, text: str) -> Rows:
    return found.filter(address__contains=text.strip().lower()) | found.filter(name__icontains=text.strip())


def _add(desk: Desk, found: Sequence[Any]) -> None:
    contacts = queries.contacts_by_address(desk.organization.pk, (row.address for row in found))
    for row in found:
        row.contact = contacts.get(row.address)
        row.source_words = source_of(row)


def _lift_effects(_desk: Desk, found: Rows) -> Sequence[Effect]:
    return (
        Effect(
            queries.without_contact(found).count(),
            "forgotten: written to again when somebody comes with the address",
            "warn",
        ),
        Effect(
            queries.with_contact(found).count(),
            "somebody’s now: they stay. Settle it with that contact (Consent and opt-out, or The address is right)",
        ),
    )


def _lift(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    done = lift(organization=desk.organization, ids=ids, by=desk.user)
    return left_out(done, len(ids), "they are somebody’s now: settle it with that contact")


def _of_field(name: str, label: str, choices: Choices, anything: str) -> Filter:
    return filters.of_choices(
        name, label, choices, lambda _desk, found, value: found.filter(**{name: value}), anything=anything
    )


DO_NOT_CONTACT = Table(
    name="do_not_contact",
    title="Do not contact",
    one="address",
    many="addresses",
    permission=Permission.SEE_EVERY_CUSTOMER,
    place="customers",
    rows=rows,
    complete=lambda _desk, found: found.select_related("by"),
    add=_add,
    search=_search,
    search_hint="Address or name",
    sort="-since",
    bulk=(
        Bulk(
            name="lift",
            label="Lift",
            icon="mail-check",
            permission=Permission.EDIT_CUSTOMERS,
            title="Lift",
            button="Take them off",
            effects=_lift_effects,
            act=_lift,
            only_first=True,
        ),
    ),
    columns=(
        Column(
            "address",
            "Address",
            "web/cells/closed_address.html",
            files=(
                ("address", lambda row: row.address),
                ("name", lambda row: row.name),
                ("customer", lambda row: row.contact.customer.name if row.contact else ""),
            ),
            sort=Sort(("address", "pk")),
        ),
        Column(
            "channel",
            "Closed for",
            "web/cells/closed_channel.html",
            files=(("channel", lambda row: row.channel),),
            css="quiet",
        ),
        Column(
            "why",
            "Why",
            "web/cells/closed_why.html",
            files=(
                ("why", lambda row: row.get_why_display()),
                ("source", source_of),
                ("words", lambda row: row.detail),
                ("by", lambda row: str(row.by or "")),
            ),
            css="span",
        ),
        Column(
            "since",
            "Since",
            "web/cells/closed_since.html",
            files=(("since", lambda row: row.since),),
            sort=Sort(("since", "pk"), starts_down=True),
            css="quiet",
        ),
    ),
    filters=(
        _of_field("why", "Why", WhyNot.choices, "Any reason"),
        _of_field("channel", "Channel", (("email", "E-mail"), ("sms", "SMS"), ("letter", "Letter")), "Any channel"),
        filters.of_choices("now", "Now", NOW, _of_now, anything="Whoever’s"),
        filters.on_days("since", "Since", filters.by_moment("since")),
    ),
    empty=Empty(
        symbol="ban",
        title="No address is closed",
        text="Who opts out, and addresses that a server refuses, come here by themselves. They are not written to "
        "again when a contact is removed and comes back with a file or by hand.",
        fits_none="No address fits",
        hint="Search finds parts of addresses and names.",
    ),
)
