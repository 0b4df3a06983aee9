"""Templates that nobody in his right mind writes: each is refused with a reason at saving, or renders in bounds.

None reaches an attribute, another customer's data or the machine: the facts given are full of marked secrets in every
place that a text must not read, and no rendering may show one. Long under `make torture`.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.messaging.rendering import (
    MOST_OUTPUT,
    InvoiceFacts,
    MissingValueError,
    NoticeContext,
    OrganizationFacts,
    TemplateRefusedError,
    TemplateSource,
    TooLongError,
    compile_template,
    render,
)
from dunwell.rules import mergetags
from tests.messaging.test_templates import context, invoice

SECONDS = float(os.environ.get("DUNWELL_TORTURE_SECONDS", "0"))
MOST_SECONDS = 0.05
SECRET = "s3cr3t-of-the-machine"
os.environ["DUNWELL_TEST_SECRET"] = SECRET

# What has broken out of template languages before: OWASP's and PortSwigger's lists of server-side template injection,
# Jinja's own advisories (CVE-2016-10745, CVE-2019-10906, CVE-2024-56201, CVE-2024-56326, CVE-2025-27516)
ATTACKS = (
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ customer.__class__.__init__.__globals__ }}",
    "{{ customer.name.__class__ }}",
    "{{ self.__init__.__globals__.__builtins__ }}",
    "{{ self._TemplateReference__context.cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ cycler.__init__.__globals__.os.environ }}",
    "{{ joiner.__init__.__globals__ }}",
    "{{ lipsum.__globals__['os'].popen('id').read() }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ url_for.__globals__ }}",
    "{{ request.application.__globals__ }}",
    "{{ config.items() }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ customer|attr('__class__') }}",
    "{{ customer|attr('__cl' ~ 'ass__') }}",
    "{{ '%s'|format(customer.name) }}",
    "{{ '{0.__class__}'.format(customer) }}",
    "{{ customer.name|map(attribute='__class__')|list }}",
    "{{ invoices|map(attribute='organization')|list }}",
    "{{ invoices[0].__class__ }}",
    "{{ invoices|first }}",
    "{{ invoices|pprint }}",
    "{{ customer['name'] }}",
    "{{ customer.name() }}",
    "{% set x = customer.__class__ %}{{ x }}",
    "{% import 'os' as os %}{{ os.environ }}",
    "{% from 'os' import environ %}",
    "{% include '/etc/passwd' %}",
    "{% extends '/etc/passwd' %}",
    "{% macro x() %}{{ caller() }}{% endmacro %}{{ x() }}",
    "{% call x() %}{% endcall %}",
    "{% filter upper %}x{% endfilter %}",
    "{% autoescape false %}{{ customer.name }}{% endautoescape %}",
    "{% for x in range(10**9) %}x{% endfor %}",
    "{% for a in invoices %}{% for b in invoices %}{% for c in invoices %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% for x in customer.__dict__ %}{{ x }}{% endfor %}",
    "{% for i in invoices recursive %}{{ loop(invoices) }}{% endfor %}",
    "{% for i in invoices if i.__class__ %}{{ i.number }}{% endfor %}",
    "{% for invoice in invoices %}{{ loop.__class__ }}{% endfor %}",
    "{% for invoice in invoices %}{{ invoice.customer }}{% endfor %}",
    "{{ 'a' * 10**9 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ customer.name|center(10**9) }}",
    "{{ customer.name|truncate(10**9) }}",
    "{{ bank_details|upper|lower|upper|lower|upper|lower }}",
    "{{ customer.name if customer.__class__ else 1 }}",
    "{{ customer.name is mapping }}",
    "{{ [customer.name] }}",
    "{{ {'a': customer.name} }}",
    "{{ (lambda: 1)() }}",
    "{% do customer.__setattr__('name', 'x') %}",
    "{% debug %}",
    "{% trans %}x{% endtrans %}",
    "{{ debug() }}",
    "{{ dict.mro()[-1].__subclasses__()[276](request.args.cmd,shell=True,stdout=-1).communicate()[0].strip() }}",
    "{{ customer.name.format_map }}",
    "{{ customer.name.encode.__self__ }}",
    "{% if customer.__class__ %}x{% endif %}",
    "{% if ''.__class__ == '' %}x{% endif %}",
    "{{ organization.settings.smtp_password }}",
    "{{ organization.__dict__ }}",
    "{{ context }}",
    "{{ scope.context }}",
    "{{ environ['PATH'] }}",
    "${7*7} #{7*7} <%= 7*7 %> *{7*7} @(7*7) {7*7}",
    "{{7*'7'}}",
    "{{ '\\x5f\\x5fclass\\x5f\\x5f' }}",
    "{{" * 500 + "}}" * 500,
    "{% if credit %}" * 200 + "{% endif %}" * 200,
    "[" * 5000 + "]" * 5000,
    "[Client Name" * 3000,
    "{% raw %}" + "{{ customer.__class__ }}" + "{% endraw %}",
    "<script>{{ customer.name }}</script>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='{{ customer.name }}'>x</a>",
    "<img src=x onerror=alert(1)>",
    "<p style='x:{{ customer.name }}'>x</p>",
    "<style>{{ customer.name }}</style>",
    "<!-- {{ customer.name }} -->",
    "<p {{ customer.name }}>x</p>",
    "\x00{{ customer.name }}\x00",
    "{{ customer.name }}\u2028{{ customer\u2024name }}",
    "{{ ｃustomer.name }}",
    "{{ customer．name }}",
)


@dataclass(frozen=True, slots=True)
class Trapped(InvoiceFacts):
    """An invoice with things beside its facts that no text may read."""

    organization: str = SECRET
    customer: str = SECRET
    password: str = SECRET


def trapped() -> NoticeContext:
    rows = tuple(
        Trapped(**{name: getattr(plain, name) for name in InvoiceFacts.__slots__})
        for plain in (invoice(f"INV-{number:03}", days_past_due=number % 40 - 5) for number in range(400))
    )
    return context(
        *rows, organization=OrganizationFacts("Northlight", "1 Street", "", "IBAN\n" * 50), credit=Decimal(1)
    )


FACTS = trapped()
LONGEST = 40


def tried(source: TemplateSource) -> str:
    """What it says where it renders, why not where it does not; asserts that it stays in bounds."""
    reason, compiled = "", None
    try:
        compiled = compile_template(source)
    except TemplateRefusedError as refusal:
        reason = refusal.reason
    if compiled is None:
        assert len(reason) >= 10, f"no reason: {source}"
        return ""
    fastest, shown = 1.0, ""
    # The best of three: another process may have the processor meanwhile
    for _ in range(3):
        started = time.process_time()
        try:
            rendered = render(compiled, FACTS)
        except (MissingValueError, TooLongError):
            shown = ""
        else:
            bodies = (rendered.subject, rendered.html, rendered.text)
            assert max(len(body.encode()) for body in bodies) <= MOST_OUTPUT
            shown = "\n".join(bodies)
        fastest = min(fastest, time.process_time() - started)
        if fastest <= MOST_SECONDS:
            break
    assert fastest <= MOST_SECONDS, f"{fastest:.3f} s: {source}"
    assert SECRET not in shown
    return shown


@pytest.mark.parametrize("attack", ATTACKS, ids=range(len(ATTACKS)))
@pytest.mark.parametrize("place", ["html", "text", "subject"])
def test_what_breaks_out_elsewhere(attack: str, place: str) -> None:
    source = {
        "html": TemplateSource("S", f"<p>{attack}</p>"),
        "text": TemplateSource("S", "", attack or "x"),
        "subject": TemplateSource(attack or "x", "", "x"),
    }[place]
    shown = tried(source)
    for sign in ("<class", "object at 0x", "built-in", "os.environ", "root:x:0", "Traceback", "7777777"):
        assert sign not in shown.replace("&lt;", "<")


WORDS = st.sampled_from(
    [
        *(tag.path for tag in (*mergetags.TAGS, *mergetags.ROW_TAGS)), "customer", "invoice", "loop", "self", "true",
        "none", "1", "-1", "10**9", "'a'", '"', "''", "__class__", "__globals__", "range", "lipsum", "cycler", "dict",
    ]
)  # fmt: skip
GLUE = st.sampled_from(
    [".", "|", "[", "]", "(", ")", "~", "+", "*", "==", "<", " if ", " else ", " and ", " not ", ", ", " "]
)
FILTERS = st.sampled_from(
    ["upper", "lower", "title", "trim", "default('x')", "truncate(9)", "date('long')", "attr('x')", "map('upper')",
     "join", "safe", "tojson", "list", "format(1)", "replace('a','b')", "batch(2)", "xmlattr", "urlize", "length"]
)  # fmt: skip
EXPRESSION = st.one_of(
    WORDS,
    st.tuples(WORDS, FILTERS).map("|".join),
    st.tuples(WORDS, GLUE, WORDS, GLUE, WORDS).map("".join),
    st.text(st.sampled_from("abc_.|()[]{}'\"%+-*~<>=! 19"), max_size=25),
)
LABELS = st.sampled_from([tag.label for tag in (*mergetags.TAGS, *mergetags.ROW_TAGS)])
PIECE = st.one_of(
    EXPRESSION.map(lambda inside: f"{{{{ {inside} }}}}"),
    EXPRESSION.map(lambda test: f"{{% if {test} %}}"),
    st.sampled_from(["{% elif credit %}", "{% else %}", "{% endif %}", "{% endfor %}", "{% for i in invoices %}"]),
    EXPRESSION.map(lambda over: f"{{% for x in {over} %}}"),
    LABELS.map(lambda label: f"[{label}]"),
    st.text(max_size=12).map(lambda label: f"[{label}]"),
    st.sampled_from(ATTACKS),
    st.sampled_from(["<p>", "</p>", '<a href="', '">', "<td style='", "<!--", "-->", "<style>", "</style>", "<", ">"]),
    st.text(max_size=40),
    st.sampled_from(["x" * 3000, "{{ invoice_table }}" * 60, "\n" * 500]),
)
BODY = st.lists(PIECE, min_size=1, max_size=LONGEST).map("".join)


def _as_html(body: str) -> TemplateSource:
    return TemplateSource("Subject", body)


def _as_text(body: str) -> TemplateSource:
    return TemplateSource("Subject", "", body)


def _as_subject(body: str) -> TemplateSource:
    return TemplateSource(body, "", "x")


SOURCES = st.tuples(st.sampled_from([_as_html, _as_text, _as_subject]), BODY)
RELAXED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
}


@settings(max_examples=120, **RELAXED)
@given(drawn=SOURCES)
def test_anything_is_refused_with_a_reason_or_renders_in_bounds(drawn: tuple[Any, str]) -> None:
    make, body = drawn
    tried(make(body))


@pytest.mark.skipif(not SECONDS, reason="for as long as DUNWELL_TORTURE_SECONDS says: make torture")
def test_for_a_long_time() -> None:
    tries = 0
    ends = time.monotonic() + SECONDS

    @settings(max_examples=500, database=None, **RELAXED)
    @given(drawn=SOURCES)
    def once(drawn: tuple[Any, str]) -> None:
        nonlocal tries
        make, body = drawn
        tried(make(body))
        tries += 1

    while time.monotonic() < ends:
        once()
    print(f"{tries:,} templates tried")
