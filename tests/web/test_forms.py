"""Every form of the site, filled in wrongly: each refusal stands beside its field, and what was entered is still there.

The walk takes every page that the URLs have, and every form on it that a person fills in. What it sends is nonsense; it
is taken back after each form, so that the next one meets the same book.
"""

from __future__ import annotations

import dataclasses
from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.contrib.messages import get_messages
from django.db import transaction
from django.test import Client

from dunwell.ledger.models import Allocation, Contact, Customer, HoldReason, Invoice, Note
from dunwell.organizations.queries import database_now
from dunwell.web.settings_forms import SECTIONS
from tests import worlds
from tests.web.conftest import Desk, every_path

NONSENSE = "~ no such thing ~"
TEXTS = {"text", "email", "number", "date", "time", "url", "search", "tel", "color", ""}


@dataclasses.dataclass
class Field:
    tag: str
    kind: str
    name: str
    value: str
    id: str = ""
    invalid: bool = False
    described_by: str = ""
    text: str = ""
    choices: list[str] = dataclasses.field(default_factory=list)
    chosen: list[str] = dataclasses.field(default_factory=list)

    @property
    def is_text(self) -> bool:
        return self.tag == "textarea" or (self.tag == "input" and self.kind in TEXTS)

    @property
    def shows(self) -> str:
        return self.text.removeprefix("\n") if self.tag == "textarea" else self.value


class Forms(HTMLParser):
    """The forms of a page with their fields, and the text of each element that has an id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.forms: list[tuple[dict[str, str], list[Field]]] = []
        self.ids: dict[str, str] = {}
        self._open: list[str] = []
        self._current: Field | None = None
        self._inside = False
        self._fieldset = ""  # what describes all choices of one question
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        if found := named.get("id"):
            self.ids.setdefault(found, "")
            self._open.append(found)
        if tag == "form":
            self.forms.append((named, []))
            self._inside = True
        if tag == "fieldset":
            self._fieldset = named.get("aria-describedby", "")
        # A browser sends nothing of a disabled field
        takes_input = tag in {"input", "textarea", "select"} and "disabled" not in named
        if takes_input and self._inside and named.get("name"):
            field = Field(
                tag,
                named.get("type", ""),
                named["name"],
                named.get("value", ""),
                id=named.get("id", ""),
                invalid=named.get("aria-invalid") == "true",
                described_by=named.get("aria-describedby", "") or self._fieldset,
            )
            if tag == "input" and field.kind in {"checkbox", "radio"} and "checked" in named:
                field.chosen = [field.value or "on"]
            self.forms[-1][1].append(field)
            self._current = field if tag != "input" else None
        if tag == "option" and self._current is not None:
            self._current.choices.append(named.get("value", ""))
            if "selected" in named:
                self._current.chosen.append(named.get("value", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "fieldset":
            self._fieldset = ""
        if tag in {"textarea", "select"}:
            self._current = None

    def handle_data(self, data: str) -> None:
        if self._current is not None and self._current.tag == "textarea":
            self._current.text += data
        if self._open:
            self.ids[self._open[-1]] += data


def filled(fields: list[Field], text: str) -> dict[str, list[str]]:
    """What a browser would send, with `text` in each field that takes one."""
    sent: dict[str, list[str]] = {}
    for field in fields:
        if field.is_text:
            sent.setdefault(field.name, []).append(text)
        elif field.kind == "hidden":
            sent.setdefault(field.name, []).append(field.value)
        elif field.tag == "select":
            sent.setdefault(field.name, []).extend(field.chosen or field.choices[:1])
        elif field.chosen:
            sent.setdefault(field.name, []).extend(field.chosen)
        elif field.kind == "password":
            sent.setdefault(field.name, []).append("short")
    return sent


@pytest.fixture
def pages(desk: Desk, owner: Client) -> list[str]:
    """Every page that answers, with a book in which each has something to be about."""
    customer, invoice = desk.customer, desk.invoice
    worlds.make_payment(customer, 10, on=desk.today, towards=invoice)
    own = {"organization": desk.organization, "customer": customer}
    values: dict[str, object] = {
        "customer_id": customer.pk,
        "invoice_id": invoice.pk,
        "notice_id": desk.notice.pk,
        "contact_id": Contact.objects.filter(customer=customer)[0].pk,
        "hold_id": worlds.make_hold(customer, invoice=invoice, reason=HoldReason.DISPUTE).pk,
        "note_id": Note.objects.create(**own, text="Pays on Friday.", happened_at=database_now()).pk,
        "allocation_id": Allocation.objects.get().pk,
        "payment_id": Allocation.objects.get().payment_id,
    }
    found = []
    for section in SECTIONS:
        found += [desk.url(path) for path in every_path({**values, "section": section})]
    return [path for path in sorted(set(found)) if _is_page(owner, path)]


def _is_page(client: Client, path: str) -> bool:
    response = client.get(path)
    if response.status_code != 200 or response.streaming or not response["Content-Type"].startswith("text/html"):
        return False
    return b"<!doctype html>" in response.content[:200]


def _walk(client: Client, pages: list[str], text: str) -> tuple[set[str], list[str]]:
    """The addresses of forms that refused what was sent, and what is wrong with the refusals."""
    refused: set[str] = set()
    wrong: list[str] = []
    tried: set[str] = set()
    for page in pages:
        for about, fields in Forms(client.get(page).content.decode()).forms:
            action = urljoin(page, about.get("action") or page).split("#")[0]
            asks = [field for field in fields if field.is_text or field.kind == "password"]
            if about.get("method", "").lower() != "post" or not asks or action in tried or not action.startswith("/o/"):
                continue
            tried.add(action)
            sent = filled(fields, text)
            with transaction.atomic():
                response = client.post(action, sent)
                transaction.set_rollback(True)
            if response.status_code == 422:
                refused.add(action)
                wrong += [f"{action}: {what}" for what in _faults(response.content.decode(), sent)]
            elif any("error" in told.tags for told in get_messages(response.wsgi_request)):
                wrong.append(f"{action}: refuses away from its fields, and what was entered is lost")
            elif response.status_code not in {302, 204}:
                wrong.append(f"{action}: answers {response.status_code}")
    return refused, wrong


def _faults(page: str, sent: dict[str, list[str]]) -> list[str]:
    shown = Forms(page)
    faults = []
    fields = {field.name: field for _, found in shown.forms for field in found}
    marked = [field for field in fields.values() if field.invalid]
    if not marked and 'role="alert"' not in page:
        faults.append("no field is marked, and no sentence stands above them")
    for field in marked:
        texts = [shown.ids.get(one, "").strip() for one in field.described_by.split() if one.endswith("_error")]
        if not any(texts):
            faults.append(f"{field.name} is marked and does not say why")
    for name, values in sent.items():
        there = fields.get(name)
        if there is not None and there.is_text and values[0] and there.shows not in values:
            faults.append(f"{name} lost what was entered: {there.shows!r}")
    return faults


@pytest.mark.parametrize("text", [NONSENSE, ""], ids=["nonsense", "nothing"])
def test_every_form_refuses_beside_its_fields_and_keeps_what_was_entered(
    pages: list[str], owner: Client, text: str
) -> None:
    refused, wrong = _walk(owner, pages, text)
    assert not wrong, "\n".join(wrong)
    assert len(refused) > 12, refused  # the walk has met forms at all
    assert Customer.objects.exists()
    assert Invoice.objects.exists()


def test_a_customers_form_asks_each_field_once_under_its_heading(desk: Desk, owner: Client) -> None:
    form = owner.get(desk.url("customers/new/")).context["form"]
    asked = [field.name for _, fields in form.parts_of_page for field in fields]
    assert sorted(asked) == sorted(field.name for field in form.visible_fields())


def test_an_empty_form_says_in_plain_words_what_is_missing(desk: Desk, owner: Client) -> None:
    invoice = f"invoices/{desk.invoice.pk}"
    for path in (f"customers/{desk.customer.pk}/invoices/new/", f"{invoice}/void/", f"{invoice}/hold/"):
        page = owner.post(desk.url(path), {"nothing": "1"})
        assert page.status_code == 422
        assert page.context["form"].errors
        assert "This field is required" not in page.content.decode(), path
