"""The template language: what it accepts, why it refuses, and that it always ends."""

from __future__ import annotations

import datetime as dt
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.messaging.rendering import (
    MOST_OUTPUT,
    AccountManagerFacts,
    ContactFacts,
    CustomerFacts,
    InvoiceFacts,
    MissingValueError,
    NoticeContext,
    OrganizationFacts,
    PromiseFacts,
    Rendered,
    SenderFacts,
    TemplateRefusedError,
    TemplateSource,
    TooLongError,
    compile_template,
    derive_text,
    render,
)
from dunwell.rules import mergetags

TODAY = dt.date(2026, 3, 18)


def invoice(number: str, days_past_due: int = 5, **fields: Any) -> InvoiceFacts:
    due = TODAY - dt.timedelta(days=days_past_due)
    values = {
        "issued_on": due - dt.timedelta(days=30),
        "due_on": due,
        "days_past_due": days_past_due,
        "total": Decimal(100),
        "balance": Decimal(100),
        **fields,
    }
    return InvoiceFacts(number=number, **values)


def context(*invoices: InvoiceFacts, **fields: Any) -> NoticeContext:
    values: dict[str, Any] = {
        "organization": OrganizationFacts("Northlight", "", "https://pay.example/{invoice.number}"),
        "sender": SenderFacts("Emma Hughes", "accounts@northlight.example"),
        "customer": CustomerFacts("Bright & Co"),
        "contact": ContactFacts("anna@bright.example", "Anna Schmidt"),
        "invoices": invoices or (invoice("INV-1"),),
        "currency": "EUR",
        "as_of": TODAY,
    }
    return NoticeContext(**{**values, **fields})


def text_of(source: str, facts: NoticeContext | None = None) -> str:
    rendered = render(compile_template(TemplateSource("Subject", "", source)), facts or context())
    return rendered.text.split("\n-- \n")[0].strip("\n")


def html_of(source: str, facts: NoticeContext | None = None) -> str:
    html = render(compile_template(TemplateSource("Subject", source, "x")), facts or context()).html
    return html.split('color:#1c2430">\n', 1)[1].split("\n</td></tr>\n", 1)[0]


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("{{ customer.name }}", "Bright & Co"),
        ("[Client Name]", "Bright & Co"),
        ("[client name] and [CUSTOMER]", "Bright & Co and Bright & Co"),
        ("[Amount Due] since [Due Date]", "€100.00 since Mar 13, 2026"),
        ("{{ oldest_invoice.due_on|date('long') }}", "March 13, 2026"),
        ("{{ customer.name|upper }}", "BRIGHT & CO"),
        ("{{ customer.number|default('no number') }}", "no number"),
        ("{{ customer.name|truncate(7) }}", "Bright…"),
        ("{% if customer.number %}a{% else %}b{% endif %}", "b"),
        ("{% if oldest_invoice.days_overdue > 3 and not credit %}late{% endif %}", "late"),
        ("{% if invoice_count == 1 %}one{% elif invoice_count > 1 %}many{% endif %}", "one"),
        ("{% if total_due >= 99.5 %}yes{% endif %}", "yes"),
        ("{% if currency == 'EUR' %}euro{% endif %}", "euro"),
        ("{% for invoice in invoices %}{{ invoice.number }}{% endfor %}", "INV-1"),
        ("{% for i in invoices %}{{ i.number }}: {{ i.balance }}{% endfor %}", "INV-1: €100.00"),
        ("{% for i in invoices %}[Invoice Number] [Balance]{% endfor %}", "INV-1 €100.00"),
        ("[1] [...] [[Client Name]]", "[1] [...] [Client Name]"),
        ("{% raw %}{{ x }}{% endraw %}", "{{ x }}"),
        ("a\n{% if credit %}\nb\n{% endif %}\nc", "a\nc"),
        ("{# not seen #}seen", "seen"),
    ],
)
def test_what_is_written(source: str, written: str) -> None:
    assert text_of(source) == written


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("[Client Nme]", "text, line 1: `[Client Nme]`: did you mean `[Client Name]`?"),
        (
            "\n\n{{ customer.nam }}",
            "text, line 3: There is no merge tag `{{ customer.nam }}`: did you mean `{{ customer.name }}`?",
        ),
        ("one\ntwo [Foo Bar Baz]", "text, line 2: `[Foo Bar Baz]` is no merge tag."),
        ("{{ client_name }}", "did you mean `{{ customer.name }}`?"),
        ("{{ invoice.number }}", "between {% for invoice in invoices %}"),
        ("{{ customer.name.upper() }}", "Calls are not possible"),
        ("{{ customer['name'] }}", "Square brackets"),
        ("{{ customer.__class__ }}", "There is no merge tag"),
        ("{{ customer.name.__class__ }}", "Only merge tags"),
        ("{{ 1 + 1 }}", "cannot calculate"),
        ("{{ 9 ** 999999999 }}", "cannot calculate"),
        ("{{ range(10) }}", "Calls are not possible"),
        ("{{ 'a' if credit else 'b' }}", "{% if … %}"),
        ("{% set x = 1 %}", "cannot set"),
        ("Plus [Late Fees]", "is no merge tag. Charges"),
        ("Plus {{ charges.total }}", "this tag comes with them"),
        ("{% include 'x' %}", "cannot include"),
        ("{% extends 'x' %}", "cannot extend"),
        ("{% macro m() %}{% endmacro %}", "Macros"),
        ("{% import 'x' as y %}", "Only merge tags"),
        ("{% block b %}{% endblock %}", "Only merge tags"),
        ("{% filter upper %}x{% endfilter %}", "Only merge tags"),
        ("{% frobnicate %}", "There is no `{% frobnicate %}`"),
        ("{% for i in [1,2,3] %}{% endfor %}", "A loop is written"),
        ("{% for i in range(9) %}{% endfor %}", "A loop is written"),
        ("{% for a in invoices %}{% for b in invoices %}{% endfor %}{% endfor %}", "inside another loop"),
        ("{% for i in invoices if i.number %}{% endfor %}", "Put the condition inside"),
        ("{% for i in invoices recursive %}{% endfor %}", "Put the condition inside"),
        ("{% for i in invoices %}{{ invoice_table }}{% endfor %}", "cannot stand in a loop"),
        ("{{ invoices }}", "is a list"),
        ("{{ customer.name|safe }}", "There is no filter `safe`"),
        ("{{ customer.name|truncate }}", "is used as"),
        ("{{ customer.name|upper|upper|upper|upper|upper }}", "At most 4 filters"),
        ("{% if 1 == 1 %}{% endif %}", "needs a merge tag"),
        ("{% if customer.name > 3 %}{% endif %}", "cannot be compared"),
        ("{% if customer.name < 'a' %}{% endif %}", "Texts can only be equal"),
        ("{% if 1 < invoice_count < 3 %}{% endif %}", "two things at a time"),
        ("{% if credit is defined %}{% endif %}", "A condition is made of"),
        ("{% if customer.name in 'abc' %}{% endif %}", "Compare with =="),
        ("{% if credit %}", "line 1"),
        ("{{ customer.name", "line 1"),
        ("{{ " + "(" * 5000 + "credit" + ")" * 5000 + " }}", "text"),
        ("{% if not " * 200 + "credit %}", "text"),
        ("x" * 70_000, "at most 64 kB"),
    ],
)
def test_what_is_refused_and_why(source: str, reason: str) -> None:
    with pytest.raises(TemplateRefusedError) as refused:
        compile_template(TemplateSource("Subject", "", source))
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("<p>{{ customer.name }}</p>", "<p>Bright &amp; Co</p>"),
        ('<p title="[Client Name]">x</p>', '<p title="Bright &amp; Co">x</p>'),
        ('<a href="{{ pay_link }}">pay</a>', '<a href="https://pay.example/INV-1">pay</a>'),
        ("<style>a[href] { color: red }</style>[Client Name]", "<style>a[href] { color: red }</style>Bright &amp; Co"),
        ("<!--[if mso]>x<![endif]--><p>y</p>", "<!--[if mso]>x<![endif]--><p>y</p>"),
    ],
)
def test_html_is_escaped(source: str, written: str) -> None:
    assert html_of(source) == written


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("<p>\n<script>alert(1)</script></p>", "HTML, line 2: <script> has no place in a mail"),
        ("<scr{% if credit %}{% endif %}ipt>", "<script> has no place"),
        ('<p onclick="x">', "Programs have no place"),
        ('<a href="javascript:alert(1)">', "Programs have no place"),
        ('<a href="{{ customer.name }}">', "is no link"),
        ("<a href={{ pay_link }}>", "in quotes"),
        ("<p {{ customer.name }}>", "in quotes"),
        ("<style>{{ customer.name }}</style>", "style sheets"),
        ('<p title="{{ invoice_table }}">', "inside an attribute"),
        ("<html><body>x</body></html>", "Write only the content"),
    ],
)
def test_html_that_has_no_place_in_a_mail(source: str, reason: str) -> None:
    with pytest.raises(TemplateRefusedError) as refused:
        compile_template(TemplateSource("Subject", source))
    assert reason in str(refused.value)


@pytest.mark.parametrize(
    ("tag", "facts"),
    [
        ("customer.number", context()),
        ("credit", context()),
        ("contact.name", context(contact=ContactFacts("a@b.example"))),
        ("last_notice_on", context()),
        ("organization.address", context()),
        ("pay_link", context(invoice("a"), invoice("b"))),
        ("pay_instructions", context(organization=OrganizationFacts("Northlight"))),
    ],
)
def test_nothing_goes_out_with_a_hole_in_it(tag: str, facts: NoticeContext) -> None:
    with pytest.raises(MissingValueError) as missing:
        text_of(f"{{{{ {tag} }}}}", facts)
    assert missing.value.tag == tag


@pytest.mark.parametrize("url", ["javascript:alert(1)", "ftp://x.example/1", "pay me", 'https://x.example/"onclick="'])
def test_only_addresses_of_the_web_are_links(url: str) -> None:
    facts = context(invoice("INV-1", payment_url=url), organization=OrganizationFacts("Northlight"))
    with pytest.raises(MissingValueError):
        text_of("{{ pay_link }}", facts)


def test_the_invoices_own_address_comes_first_and_numbers_are_quoted() -> None:
    own = invoice("INV-1", payment_url="https://bank.example/?a=1&b=2")
    assert 'href="https://bank.example/?a=1&amp;b=2"' in html_of("{{ pay_instructions }}", context(own))
    assert "https://pay.example/R%2F17%20%C3%BC" in text_of("{{ pay_instructions }}", context(invoice("R/17 ü")))


def test_bank_details_for_what_has_no_link() -> None:
    bank = OrganizationFacts("Northlight", bank_details="IBAN DE02\nBIC X")
    linked = invoice("INV-1", payment_url="https://bank.example/1")
    text = text_of("{{ pay_instructions }}", context(linked, invoice("INV-2"), organization=bank))
    assert "link next to it" in text
    assert "other invoices by transfer" in text
    assert "  Reference: INV-2" in text


@pytest.mark.parametrize("name", ["Billing", "accounts payable", "Finance team", "anna@bright.example", ""])
def test_a_department_is_not_greeted_like_a_person(name: str) -> None:
    facts = context(contact=ContactFacts("anna@bright.example", name))
    assert text_of("Hello{% if contact.name %} {{ contact.name }}{% endif %},", facts) == "Hello,"


def test_the_table_adds_up_with_credit() -> None:
    text = text_of("{{ invoice_table }}", context(invoice("A"), invoice("B", -2), credit=Decimal(30)))
    lines = text.split("\n")
    assert len({len(line) for line in lines if not line.startswith("  ")}) == 1
    assert lines[-3:] == [
        f"Total{'€200.00'.rjust(len(lines[0]) - 5)}",
        f"Your credit{'−€30.00'.rjust(len(lines[0]) - 11)}",
        f"To pay{'€170.00'.rjust(len(lines[0]) - 6)}",
    ]


def test_a_long_list_is_summed_up() -> None:
    many = context(*(invoice(f"INV-{number}") for number in range(500)))
    rendered = render(compile_template(TemplateSource("[Invoice Numbers]", "{{ invoice_table }}")), many)
    assert "440 more invoices" in rendered.html
    assert "€50,000.00" in rendered.html
    assert len(rendered.html) < 60_000
    assert rendered.subject == "INV-0, INV-1, INV-2, INV-3 and 496 more"


def test_text_is_made_from_the_html() -> None:
    html = (
        "<h2>Hello [Client Name]</h2><p>You owe {{ total_due }}.<br>Thanks &amp; regards</p>"
        "{% if credit %}<p>Credit: {{ credit }}</p>{% endif %}<ul><li>a</li><li>b</li></ul>"
        '<a href="{{ pay_link }}">Pay</a>'
    )
    assert derive_text(html).split("\n") == [
        "Hello [Client Name]", "", "You owe {{ total_due }}.", "Thanks & regards", "", "{% if credit %}", "",
        "Credit: {{ credit }}", "", "{% endif %}", "", "- a", "- b", "", "Pay: {{ pay_link }}", "",
    ]  # fmt: skip
    rendered = render(compile_template(TemplateSource("S", html)), context())
    assert "You owe €100.00." in rendered.text
    assert "Credit" not in rendered.text


def test_every_tag_has_a_value_or_is_optional() -> None:
    full = context(
        invoice("INV-1", description="Banner", payment_url="https://x.example/1"),
        organization=OrganizationFacts("Northlight", "1 Street", "", "IBAN X"),
        customer=CustomerFacts("Bright", "C-1"),
        credit=Decimal(1),
        earlier_notices=1,
        last_notice_on=TODAY,
        account_manager=AccountManagerFacts("Emma", "emma@northlight.example"),
        promise=PromiseFacts(TODAY, TODAY),
        balances=(("EUR", Decimal(1)),),
    )
    for tag in mergetags.palette(spoken=False):
        assert text_of(f"{{{{ {tag.path} }}}}", full)
        assert text_of(f"[{tag.label}]", full)
    for tag in mergetags.ROW_TAGS:
        if tag.kind is not mergetags.Kind.FLAG:
            assert text_of(f"{{% for invoice in invoices %}}{{{{ {tag.path} }}}}{{% endfor %}}", full)


BALANCES = (("EUR", Decimal("1200.5")), ("USD", Decimal(30)))


@pytest.mark.parametrize(
    ("language", "locale", "written"),
    [
        ("en", "en_GB", "€1,200.50 and US$30.00, promised on 3 May 2026 for 10 May 2026"),
        ("de", "de_DE", "1.200,50\xa0€ und 30,00\xa0$, promised on 03.05.2026 for 10.05.2026"),
        ("fr", "fr_FR", "1\u202f200,50\xa0€ et 30,00\xa0$US, promised on 3 mai 2026 for 10 mai 2026"),
        ("es", "es_ES", "1.200,50\xa0€ y 30,00\xa0US$, promised on 3 may 2026 for 10 may 2026"),
        ("it", "it_IT", "1.200,50\xa0€ e 30,00\xa0USD, promised on 3 mag 2026 for 10 mag 2026"),
        ("pt", "pt_PT", "1\xa0200,50\xa0€ e 30,00\xa0US$, promised on 03/05/2026 for 10/05/2026"),
        ("nl", "nl_NL", "€\xa01.200,50 en US$\xa030,00, promised on 3 mei 2026 for 10 mei 2026"),
    ],
)
def test_what_else_is_owed_and_promised_is_written_as_the_reader_writes(
    language: str, locale: str, written: str
) -> None:
    facts = context(
        balances=BALANCES,
        promise=PromiseFacts(dt.date(2026, 5, 3), dt.date(2026, 5, 10)),
        language=language,
        locale=locale,
    )
    assert text_of("[Balance by Currency], promised on [Promise Made] for [Promised Payment Date]", facts) == written


def test_a_text_tells_which_tags_it_names() -> None:
    source = TemplateSource(
        "[Client Name]", "<p>{% if promise.made_on %}x{% endif %}</p>{% for i in invoices %}{{ i.number }}{% endfor %}"
    )
    assert compile_template(source).tags == {"customer.name", "promise.made_on", "invoice.number"}


# It always ends

PIECES = st.sampled_from(
    [
        "{{ customer.name }}", "[Client Name]", "[Amount Due]", "{{ invoice_table }}", "{{ pay_instructions }}",
        "{{ invoice_numbers|upper|lower|title|trim }}", "{{ bank_details|default('x') }}", "text " * 200, "<p>", "</p>",
        "{% for invoice in invoices %}", "{% endfor %}", "{{ invoice.number }}", "[Invoice Number]",
        "{{ invoice.balance }}",
        "{% if credit %}", "{% elif invoice_count > 3 %}", "{% else %}", "{% endif %}", "{{ range(10**9) }}",
        "{{ 'a' * 10**9 }}", "{{ customer.__class__.__mro__ }}", "{% set a = 1 %}", "{% raw %}", "{% endraw %}",
        "{{", "}}",
        "{%", "%}", "[", "]", "{#", "#}", "<!--", "-->", "<style>", "</style>", '"', "\n", "loop.index",
        "{% for a in invoices %}{{ a.number }}{{ a.total }}{% if a.days_overdue > 1 %}x{% endif %}{% endfor %}",
    ]
)  # fmt: skip
MANY = context(
    *(invoice(f"INV-{number:04}", days_past_due=number % 60 - 5) for number in range(2000)),
    organization=OrganizationFacts("Northlight", "", "", "IBAN\n" * 100),
)


def outcome(source: TemplateSource) -> Rendered | None:
    try:
        compiled = compile_template(source)
    except TemplateRefusedError as refusal:
        if not refusal.reason:
            raise
        return None
    # The best of three: another process may have the processor meanwhile
    fastest = 1.0
    rendered = None
    for _ in range(3):
        started = time.process_time()
        try:
            rendered = render(compiled, MANY)
        except (MissingValueError, TooLongError):
            rendered = None
        fastest = min(fastest, time.process_time() - started)
    assert fastest <= 0.05
    if rendered is not None:
        assert max(len(rendered.html.encode()), len(rendered.text.encode())) <= MOST_OUTPUT
    return rendered


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pieces=st.lists(PIECES, min_size=1, max_size=30), html=st.booleans())
def test_any_mixture_is_refused_with_a_reason_or_ends(pieces: list[str], html: bool) -> None:
    body = "".join(pieces)
    outcome(TemplateSource("Subject", body if html else "", "" if html else body))


@settings(max_examples=150, deadline=None)
@given(body=st.text(st.sampled_from("{}%[]#<>\"'abcdefor in=|.()*+-\n"), max_size=200))
def test_any_text_is_refused_with_a_reason_or_ends(body: str) -> None:
    outcome(TemplateSource("Subject", "", body or "x"))


def test_the_largest_texts_end_in_time() -> None:
    outcome(
        TemplateSource(
            "S", "", "{% for i in invoices %}{{ i.number }} {{ i.balance }} {{ i.due_on }}\n{% endfor %}" * 40
        )
    )
    outcome(TemplateSource("S", "", "{{ invoice_table }}" * 900))
    outcome(TemplateSource("S", "{{ bank_details|upper|lower|upper|lower }}" * 900))
    outcome(TemplateSource("S", "", "{% for i in invoices %}" + "{% if credit %}{% endif %}" * 1500 + "{% endfor %}"))
