"""How a contact wants to be reached: the page that a mail's footer leads to.

It shows a name and a masked address, and nothing of what is owed: a link may be forwarded. It changes who is written to
how, never what is owed, and says so.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation.trans_real import parse_accept_lang_header
from django.views.decorators.cache import never_cache

from dunwell.ledger.models import ChannelChoice, Contact, Said
from dunwell.ledger.queries.contacts import contact_that_stayed
from dunwell.ledger.services.addresses import keep_own_wishes
from dunwell.organizations import throttles
from dunwell.organizations.links import contact_in
from dunwell.organizations.queries import database_now
from dunwell.portal.words import Words, words_for, words_in
from dunwell.rules.channels import Channel

MOST_VISITS, WINDOW = 60, dt.timedelta(minutes=10)


class PreferencesForm(forms.Form):
    """`channels` are those on which there is an address to choose.

    `shown` is the channel that the page came with: only what differs from it was chosen by whoever saves.
    """

    shown = forms.CharField(required=False, widget=forms.HiddenInput)
    no_mail = forms.BooleanField(required=False, widget=forms.CheckboxInput(attrs={"wide": True}))

    def __init__(self, data: Any, *, channels: list[Channel], words: Words, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        choices = [("", words.no_preference), *((channel.value, words.by[channel]) for channel in channels)]
        self.fields["preferred"] = forms.ChoiceField(label=words.reach_me, required=False, choices=choices)
        self.fields["no_mail"].label = words.no_mail
        self.order_fields(["preferred", "no_mail"])

    @property
    def chosen(self) -> str | None:
        """The channel chosen in this very post; None where it was left as it was shown."""
        preferred: str = self.cleaned_data["preferred"]
        return preferred if preferred != self.cleaned_data["shown"] else None


@never_cache
@login_not_required
def preferences(request: HttpRequest, token: str) -> HttpResponse:
    contact = _contact(token)
    if contact is None:
        words = words_in(*_languages_of(request))
        return _refused(request, words, words.nowhere, words.not_whole, status=404)
    words = words_for(contact)
    now = database_now()
    name = f"reach:{contact.pk}"
    if throttles.too_many(name=name, most=MOST_VISITS, window=WINDOW, now=now) is not None:
        return _refused(request, words, words.too_many, words.try_again, status=429)
    opted_out = ChannelChoice.objects.filter(contact=contact, channel=Channel.EMAIL, said=Said.OPTED_OUT).exists()
    preferred = _preferred(contact)
    form = PreferencesForm(
        request.POST if request.method == "POST" else None,
        channels=_channels(contact),
        words=words,
        initial={"preferred": preferred, "shown": preferred, "no_mail": opted_out},
    )
    if request.method == "POST" and form.is_valid():
        keep_own_wishes(
            contact=contact,
            preferred=form.chosen,
            no_mail=form.cleaned_data["no_mail"],
            now=now,
        )
        return redirect(f"{request.path}?kept=1")
    name_of_ours = contact.customer.organization.name
    response = render(
        request,
        "portal/preferences.html",
        {
            "words": words,
            "title": words.title.format(organization=name_of_ours),
            "still_owed": words.still_owed.format(organization=name_of_ours),
            "organization": contact.customer.organization,
            "contact": contact,
            "address": masked(contact.email),
            "form": form,
            "kept": request.GET.get("kept") == "1",
        },
    )
    # Not "no-referrer": then a browser names no origin for the form either, and it is refused
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _contact(token: str) -> Contact | None:
    """Whom a link is for; nobody for one that we did not sign, or whose contact is not in the book any more."""
    pk = contact_in(token)
    return contact_that_stayed(pk) if pk else None


def _languages_of(request: HttpRequest) -> list[str]:
    """What the reader's browser asks for, the best first: of a link that names nobody nothing else is known."""
    return [language for language, _ in parse_accept_lang_header(request.headers.get("Accept-Language", ""))]


def _refused(request: HttpRequest, words: Words, title: str, why: str, *, status: int) -> HttpResponse:
    """For a reader who knows nothing of Dunwell: no way to its Home, and no name of whose page it would be."""
    return render(request, "portal/refused.html", {"words": words, "title": title, "why": why}, status=status)


def _channels(contact: Contact) -> list[Channel]:
    customer = contact.customer
    known = {
        Channel.EMAIL: bool(contact.email),
        Channel.SMS: bool(contact.sms_number),
        Channel.LETTER: bool(customer.address_line_1 and customer.city),
    }
    return [channel for channel in Channel if known[channel]]


def _preferred(contact: Contact) -> str:
    """What the page shows as chosen: the customer's channel, unless this contact has no address on it or opted out."""
    preferred: str = contact.customer.preferred_channel
    out = ChannelChoice.objects.filter(contact=contact, channel=preferred, said=Said.OPTED_OUT).exists()
    return preferred if preferred in _channels(contact) and not out else ""


def masked(address: str) -> str:
    """Enough for its owner to know it: a…@harbor.example."""
    local, at, domain = address.partition("@")
    return f"{local[:1]}…{at}{domain}" if at else ""
