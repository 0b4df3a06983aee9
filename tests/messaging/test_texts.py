"""The shipped texts: true for one or many invoices, with or without credit, and without a hole."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest

from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.rendering import (
    ContactFacts,
    OrganizationFacts,
    TemplateRefusedError,
    TemplateSource,
    compile_template,
    render,
)
from dunwell.messaging.services.templates import (
    TemplateChangedError,
    install_shipped,
    restore_shipped,
    save_template,
)
from dunwell.messaging.texts import SHIPPED, ShippedText
from dunwell.organizations.models import Organization, User
from tests.messaging.test_templates import TODAY, context, invoice

DAYS = {"before-due": -3, "due-today": 0, "reminder": 3, "firm-reminder": 7, "final-reminder": 14}


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda text: text.key)
def test_every_text_is_true_and_whole(shipped: ShippedText) -> None:
    template = compile_template(TemplateSource(shipped.subject, shipped.html, shipped.text))
    ways = (
        OrganizationFacts("Northlight", "1 Harbour Street\nDublin", "https://pay.example/{invoice.number}"),
        OrganizationFacts("Northlight", bank_details="IBAN DE02"),
    )
    variants = itertools.product((1, 2, 5), (0, 30), (0, 2), ways, ("", "Anna Schmidt"))
    for count, credit, earlier, organization, name in variants:
        days = [DAYS[shipped.key] - 2 * number for number in range(count)]
        facts = context(
            *(invoice(f"INV-{number}", day) for number, day in enumerate(days)),
            credit=Decimal(credit),
            earlier_notices=earlier,
            last_notice_on=TODAY if earlier else None,
            organization=organization,
            contact=ContactFacts("anna@bright.example", name),
        )
        rendered = render(template, facts)
        total = f"€{100 * count - credit}.00"
        assert total in rendered.subject
        assert total in rendered.text
        assert total in rendered.html
        assert "Northlight" in rendered.subject
        assert ("INV-0" in rendered.subject) == (count == 1)
        assert ("credit" in rendered.text) == bool(credit)
        assert ("last wrote" in rendered.text) <= bool(earlier)
        assert organization.postal_address.split("\n")[0] in rendered.text
        assert ("IBAN" in rendered.text) == bool(organization.bank_details)
        assert rendered.text.startswith(f"Hello {name}," if name else "Hello,")
        for written in (rendered.subject, rendered.text, rendered.html):
            assert not any(mark in written for mark in ("{{", "{%", "[", "None", " 1 days", " 1 invoices", "  ,"))


def test_shipped_texts_become_the_organizations_own(organization: Organization, alice: User) -> None:
    installed = install_shipped(organization=organization)
    assert set(installed) == set(DAYS)
    template = installed["reminder"]
    edited = save_template(
        organization_id=organization.pk,
        template_id=template.pk,
        version=template.version,
        user_id=alice.pk,
        subject="Ours",
        body_html="<p>[Client Name]</p>",
    )
    assert (edited.version, edited.is_shipped) == (2, False)
    # An upgrade leaves alone what somebody has written
    assert install_shipped(organization=organization)["reminder"].subject == "Ours"
    assert MessageTemplate.objects.filter(organization=organization).count() == 5
    restored = restore_shipped(organization_id=organization.pk, template_id=template.pk, user_id=alice.pk)
    assert restored.subject == template.subject
    with pytest.raises(TemplateChangedError):
        save_template(
            organization_id=organization.pk, template_id=template.pk, version=1, user_id=alice.pk,
            subject="Late", body_html="x",
        )  # fmt: skip


def test_what_cannot_be_rendered_is_not_stored(organization: Organization, alice: User) -> None:
    template = install_shipped(organization=organization)["reminder"]
    with pytest.raises(TemplateRefusedError, match="did you mean"):
        save_template(
            organization_id=organization.pk, template_id=template.pk, version=1, user_id=alice.pk,
            subject="[Client Nme]", body_html="x",
        )  # fmt: skip
    template.refresh_from_db()
    assert template.version == 1
