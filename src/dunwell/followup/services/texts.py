"""The texts of notices: the organization's templates, filled with the facts of one customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.conf import settings as installation

from dunwell.followup.services.side_facts import NOTHING, SideFacts
from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.rendering import (
    CompiledTemplate,
    ContactFacts,
    CustomerFacts,
    InvoiceFacts,
    NoticeContext,
    OrganizationFacts,
    Rendered,
    SenderFacts,
    TemplateSource,
    compile_template,
    render,
)
from dunwell.messaging.rendering.formats import base_language, reading_locale
from dunwell.organizations.links import preferences_url
from dunwell.organizations.models import Organization, OrganizationSettings

ZERO = Decimal(0)


@dataclass(frozen=True)
class Sender:
    """Who the messages come from; `sms` is a number, or what a provider knows several by.

    `others` are the organization's further senders of e-mail, by their keys: a policy or a step may name one.
    """

    address: str
    name: str
    reply_to: str = ""
    sms: str = ""
    others: Mapping[int, Sender] = field(default_factory=dict, repr=False)
    signature: str = ""

    def named(self, sender_id: int | None) -> Sender:
        """The sender that was chosen; the organization's own where none was."""
        return self if sender_id is None else self.others[sender_id]

    def address_on(self, channel: str) -> str:
        """Where messages on a channel come from; letters name their sender in the text."""
        return {"email": self.address, "sms": self.sms}.get(channel, "")

    @property
    def facts(self) -> SenderFacts:
        return SenderFacts(name=self.name, email=self.address, reply_to=self.reply_to, signature=self.signature)


def organization_facts(organization: Organization) -> OrganizationFacts:
    """What texts say about who writes, as it is set now."""
    settings = organization.settings
    return OrganizationFacts(
        name=organization.name,
        postal_address=settings.postal_address,
        payment_url_pattern=settings.payment_url_pattern,
        bank_details=settings.bank_details,
        brand_color=settings.brand_color,
        logo_url=_logo_url(settings),
    )


def _logo_url(settings: OrganizationSettings) -> str:
    """Where a mail program finds the logo; nowhere when this installation is not on the web."""
    base = installation.BASE_URL.rstrip("/")
    return f"{base}/logo/{settings.logo_digest}/" if settings.logo_digest and base.startswith("https://") else ""


def written_before(invoices: Iterable[tuple[int, dt.date | None]]) -> tuple[int, dt.date | None]:
    """How many reminders have gone about each of these invoices, at least, and the day of the last; none: 0 and None.

    What one text says of several must be true of each: where one of them has never been written about, nothing is said
    of the reminders about the others.
    """
    counted, days = zip(*invoices, strict=True)
    known = [day for day in days if day is not None]
    return (min(counted), max(known)) if min(counted) and known else (0, None)


class Texts:
    """An organization's texts by the key of a step's template, in the reader's language where there is one."""

    def __init__(self, organization: Organization, sender: Sender) -> None:
        templates = list(MessageTemplate.objects.filter(organization=organization, archived_at=None))
        self._by_id = {template.pk: template for template in templates}
        self._by_key = {(text.key, text.channel, text.language): text for text in templates}
        self._compiled: dict[int, CompiledTemplate] = {}
        self._locale = organization.locale
        self._organization = organization_facts(organization)
        self._sender = sender

    def tags(self, leading: Any) -> frozenset[str]:
        """The paths of the tags in the text that `leading`'s reader gets."""
        return self._compile(self._template(leading.template_id, leading.channel, leading.language)).tags

    def reader(self, leading: Any) -> dict[str, str]:
        """In which language `leading`'s reader is written to, and how dates and amounts look there."""
        language = self._template(leading.template_id, leading.channel, leading.language).language
        return {"language": language, "locale": reading_locale(language, leading.language, self._locale)}

    def named(self, leading: Any) -> str:
        """Which text that is, for a person."""
        template = self._template(leading.template_id, leading.channel, leading.language)
        return f"“{template.name}” ({template.language})"

    def write(
        self,
        leading: Any,
        lines: Sequence[Any],
        sending_on: dt.date,
        side: SideFacts = NOTHING,
        *,
        sender_id: int | None = None,
    ) -> Rendered:
        """The words of the notice whose highest step is `leading`'s, about the invoices of `lines`.

        Rows are those of `compose_actions.sql`; `side` is what `tags` ask for besides, `sender_id` whose e-mail it is
        where somebody else than the organization's own sender was chosen. Raises MissingValueError or
        TooLongError: nothing goes with a hole.
        """
        template = self._template(leading.template_id, leading.channel, leading.language)
        earlier, last = written_before((line.earlier_notices, line.last_notice_on) for line in lines)
        context = NoticeContext(
            organization=self._organization,
            sender=self._sender.named(sender_id).facts,
            customer=CustomerFacts(name=leading.customer_name, number=leading.customer_number),
            contact=ContactFacts(
                email=leading.address if leading.channel == "email" else "", name=leading.contact_name
            ),
            invoices=tuple(
                InvoiceFacts(
                    number=line.number,
                    issued_on=line.issued_on,
                    due_on=line.due_on,
                    days_past_due=(sending_on - line.due_on).days,
                    total=line.total,
                    balance=line.balance,
                    payment_url=line.payment_url,
                    description=line.description,
                )
                for line in lines
            ),
            currency=leading.currency,
            as_of=sending_on,
            locale=reading_locale(template.language, leading.language, self._locale),
            language=template.language,
            credit=sum((line.netted for line in lines), ZERO),
            earlier_notices=earlier,
            last_notice_on=last,
            account_manager=side.owner,
            promise=side.promise,
            balances=side.balances,
            preferences_url=preferences_url(leading.contact_id) if leading.channel == "email" else "",
        )
        return render(self._compile(template), context)

    def _template(self, template_id: int, channel: str, language: str) -> MessageTemplate:
        """The step's text for the channel: in the reader's language, in its base language (`de` of `de_AT`), else the
        step's own. Where the channel stands in for the step's and lacks that one, the organization's or any other.
        """
        template = self._by_id[template_id]
        for wanted in (language, base_language(language), template.language, base_language(self._locale), "en"):
            if (found := self._by_key.get((template.key, channel, wanted))) is not None:
                return found
        others = (text for (key, on, _), text in sorted(self._by_key.items()) if (key, on) == (template.key, channel))
        return next(others, template)

    def _compile(self, template: MessageTemplate) -> CompiledTemplate:
        compiled = self._compiled.get(template.pk)
        if compiled is None:
            source = TemplateSource(template.subject, template.body_html, template.body_text, template.channel)
            compiled = self._compiled[template.pk] = compile_template(source)
        return compiled
