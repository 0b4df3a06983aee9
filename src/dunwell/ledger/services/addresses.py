"""What becomes of addresses: refused by a server, confirmed by a person, agreed to or opted out of by their owners."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from dunwell.ledger.models import ChannelChoice, ChoiceSource, Contact, Customer, DoNotContact, Said, WhyNot
from dunwell.ledger.services.do_not_contact import keep_refusal_of_nobody, keep_words_of_nobody
from dunwell.ledger.services.versions import locked
from dunwell.organizations.models import Organization, User
from dunwell.organizations.recording import recorded
from dunwell.rules.channels import Channel

_WORDS = 300


def refuse_address(
    *, organization_id: int, customer_id: int, channel: str, address: str, reason: str, now: dt.datetime
) -> int:
    """A server said that this address does not exist: it is not used until a person confirms it.

    Returns how many were marked; one that is marked already keeps its time and reason. A letter comes back after
    weeks: an address that was corrected since it was written is another one, and stays in use.
    """
    with recorded(user="delivery"):
        if channel == Channel.LETTER:
            return _written_to(organization_id, customer_id, address).update(
                address_refused_at=now, address_refused_reason=reason[:_WORDS], updated_at=now
            )
        contacts = Contact.objects.filter(organization_id=organization_id, customer_id=customer_id)
        same = contacts.filter(Q(sms_number=address) if channel == Channel.SMS else Q(email__iexact=address))
        if not same.exists():
            # It was removed or corrected meanwhile
            keep_refusal_of_nobody(
                organization_id=organization_id,
                address=address,
                channel=channel,
                source=ChoiceSource.PROVIDER,
                now=now,
                detail=reason,
            )
            return 0
        if channel == Channel.SMS:
            return same.filter(sms_refused_at__isnull=True).update(
                sms_refused_at=now, sms_refused_reason=reason[:_WORDS], updated_at=now
            )
        return same.filter(email_refused_at__isnull=True).update(
            email_refused_at=now, email_refused_reason=reason[:_WORDS], updated_at=now
        )


def _written_to(organization_id: int, customer_id: int, address: str) -> QuerySet[Customer]:
    """The customer, if these six lines (as `ledger_addresses` has them) are still where letters to it go."""
    *lines, country = [*address.split("\n"), *[""] * 6][:6]
    fields = ("address_line_1", "address_line_2", "postal_code", "city", "region")
    return Customer.objects.filter(
        Q(country=country) | Q(country="", organization__country=country),
        organization_id=organization_id,
        pk=customer_id,
        address_refused_at__isnull=True,
        **dict(zip(fields, lines, strict=True)),
    )


def confirm_address(
    *, organization_id: int, contact_id: int, user_id: int, now: dt.datetime, channel: str = Channel.EMAIL
) -> int:
    """A person says that a refused e-mail address or phone is right after all: it is used again."""
    contacts = Contact.objects.filter(organization_id=organization_id, id=contact_id)
    with recorded(user=user_id):
        if channel == Channel.SMS:
            return contacts.filter(sms_refused_at__isnull=False).update(
                sms_refused_at=None, sms_refused_reason="", updated_at=now
            )
        return contacts.filter(email_refused_at__isnull=False).update(
            email_refused_at=None, email_refused_reason="", updated_at=now
        )


def confirm_postal_address(*, organization_id: int, customer_id: int, user_id: int, now: dt.datetime) -> int:
    """A person says that letters do arrive there: the address is used again."""
    with recorded(user=user_id):
        return Customer.objects.filter(
            organization_id=organization_id, pk=customer_id, address_refused_at__isnull=False
        ).update(address_refused_at=None, address_refused_reason="", updated_at=now)


@transaction.atomic
def keep_choice(
    *,
    organization: Organization,
    contact_id: int,
    channel: str,
    said: str,
    source: str = ChoiceSource.STAFF,
    now: dt.datetime,
    by: User | None = None,
    detail: str = "",
) -> ChannelChoice:
    """A contact agrees to a channel or opts out of it. What was said before stays in the history."""
    contact = locked(Contact, organization, contact_id)
    return _keep([contact], channel, said, source, now, by, detail)[0]


@transaction.atomic
def keep_choices(
    *, organization: Organization, contact_id: int, said: Mapping[str, str], how: str, by: User, now: dt.datetime
) -> None:
    """What a contact has told us about each channel; empty: nothing, or what was noted was a mistake.

    What is as it was keeps its source and time.
    """
    contact = locked(Contact, organization, contact_id)
    known = {choice.channel: choice.said for choice in ChannelChoice.objects.filter(contact=contact)}
    for channel, words in said.items():
        if words == known.get(channel, ""):
            continue
        if words:
            _keep([contact], channel, words, ChoiceSource.STAFF, now, by, how)
        else:
            forget_choice(organization=organization, contact_id=contact_id, channel=channel, by=by)


@transaction.atomic
def forget_choice(*, organization: Organization, contact_id: int, channel: str, by: User) -> None:
    """Take back what was noted by mistake: neither agreed nor opted out. The history keeps that it was noted."""
    contact = locked(Contact, organization, contact_id)
    with recorded(user=by.pk, action="forget what a contact said about a channel"):
        known_by = [address for address in (contact.email.lower(), contact.sms_number) if address]
        DoNotContact.objects.filter(
            organization=organization, address__in=known_by, channel=channel, why=WhyNot.OPTED_OUT
        ).delete()
        ChannelChoice.objects.filter(organization=organization, contact_id=contact_id, channel=channel).delete()


@transaction.atomic
def keep_choice_of_number(
    *, organization_id: int, number: str, said: str, source: str, now: dt.datetime, detail: str
) -> list[Contact]:
    """Whoever has this SMS number has answered from it: it holds for each contact with the number."""
    contacts = list(
        Contact.objects.select_for_update()
        .filter(organization_id=organization_id, sms_number=number)
        .select_related("customer")
        .order_by("pk")
    )
    if contacts:
        _keep(contacts, Channel.SMS, said, source, now, None, detail)
    else:
        _keep_of_nobody(organization_id, number, Channel.SMS, said, source, now, detail)
    return contacts


@transaction.atomic
def keep_choice_of_address(
    *, organization_id: int, email: str, said: str, source: str, now: dt.datetime, detail: str
) -> list[Contact]:
    """Whoever has this e-mail address has complained or unsubscribed: it holds for each contact with the address."""
    contacts = list(
        Contact.objects.select_for_update()
        .filter(organization_id=organization_id, email__iexact=email)
        .select_related("customer")
        .order_by("pk")
    )
    if contacts:
        _keep(contacts, Channel.EMAIL, said, source, now, None, detail)
    else:
        _keep_of_nobody(organization_id, email, Channel.EMAIL, said, source, now, detail)
    return contacts


@transaction.atomic
def keep_own_wishes(*, contact: Contact, preferred: str | None, no_mail: bool, now: dt.datetime) -> None:
    """What a contact chose on their own page: the channel that reaches them best, and whether mails may go.

    `preferred` is None where the choice was left as the page showed it: nobody agreed to anything then.
    """
    channel = Channel.EMAIL
    opted_out = ChannelChoice.objects.filter(contact=contact, channel=channel, said=Said.OPTED_OUT).exists()
    if no_mail != opted_out:
        said = Said.OPTED_OUT if no_mail else Said.AGREED
        _keep([contact], channel, said, ChoiceSource.PAGE, now, None, "")
    if preferred is None:
        return
    if preferred == Channel.SMS:
        _keep([contact], Channel.SMS, Said.AGREED, ChoiceSource.PAGE, now, None, "")
    with recorded(user="customer", action="choose a channel"):
        Customer.objects.filter(pk=contact.customer_id).exclude(preferred_channel=preferred).update(
            preferred_channel=preferred, updated_at=now
        )


def _keep_of_nobody(
    organization_id: int, address: str, channel: str, said: str, source: str, now: dt.datetime, detail: str
) -> None:
    with recorded(user="customer", action="keep what was said from an address that nobody has"):
        keep_words_of_nobody(
            organization_id=organization_id,
            address=address,
            channel=channel,
            said=said,
            source=source,
            now=now,
            detail=detail,
        )


def _keep(
    contacts: Sequence[Contact],
    channel: str,
    said: str,
    source: str,
    now: dt.datetime,
    by: User | None,
    detail: str,
) -> list[ChannelChoice]:
    Said(said), ChoiceSource(source), Channel(channel)
    kept = []
    with recorded(user=by.pk if by else "customer", action="keep what a contact said about a channel"):
        for contact in contacts:
            choice, _ = ChannelChoice.objects.update_or_create(
                organization_id=contact.organization_id,
                contact=contact,
                channel=channel,
                defaults={"said": said, "source": source, "said_at": now, "by": by, "detail": detail[:_WORDS]},
            )
            kept.append(choice)
    return kept
