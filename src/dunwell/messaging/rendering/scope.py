"""One rendering: the facts, what was already worked out from them, and how much may still be written."""

from __future__ import annotations

import functools
from decimal import Decimal
from urllib.parse import quote, urlsplit

from dunwell.messaging.rendering import formats
from dunwell.messaging.rendering.context import InvoiceFacts, NoticeContext
from dunwell.messaging.rendering.phrases import phrases
from dunwell.rules.mergetags import described

# Characters of one body: some mail programs cut off far below that
MOST_OUTPUT = 256 * 1024
# What is worked off in loops; a hundred invoices with twenty tags each take two thousand
MOST_STEPS = 10_000
# A single value longer than this is a mistake, and would make filters slow
LONGEST_VALUE = 5_000
_NUMBERS_SHOWN = 5


class MissingValueError(Exception):
    """A tag has no value for this customer; nothing goes out with a hole in it."""

    def __init__(self, tag: str) -> None:
        super().__init__(f"There is nothing to put for {described(tag)}.")
        self.tag = tag


class TooLongError(Exception):
    """The text would exceed what may be sent."""


class Scope:
    """What the nodes of a text see while it is rendered once."""

    def __init__(self, context: NoticeContext) -> None:
        self.context = context
        self.locale = formats.known_locale(context.locale)
        self.money = formats.money(self.locale, context.currency)
        self.phrases = phrases(context.language)
        self.room = MOST_OUTPUT
        self.steps = MOST_STEPS
        self.row: InvoiceFacts | None = None
        self.index = 0

    def start_body(self) -> None:
        """Each of subject, HTML and text has its own allowance; what was worked out stays."""
        self.room = MOST_OUTPUT
        self.steps = MOST_STEPS

    @functools.cached_property
    def oldest(self) -> InvoiceFacts:
        if not self.context.invoices:
            raise MissingValueError("invoices")
        return min(self.context.invoices, key=lambda invoice: (invoice.due_on, invoice.number))

    @functools.cached_property
    def balance_total(self) -> Decimal:
        return sum((invoice.balance for invoice in self.context.invoices), Decimal(0))

    @functools.cached_property
    def total_due(self) -> Decimal:
        return max(self.balance_total - self.context.credit, Decimal(0))

    @functools.cached_property
    def overdue(self) -> list[InvoiceFacts]:
        return [invoice for invoice in self.context.invoices if invoice.days_past_due > 0]

    @functools.cached_property
    def invoice_numbers(self) -> str:
        numbers = [invoice.number for invoice in self.context.invoices]
        if len(numbers) > _NUMBERS_SHOWN:
            rest = len(numbers) - _NUMBERS_SHOWN + 1
            numbers = [*numbers[: _NUMBERS_SHOWN - 1], self.phrases.and_more.format(count=rest)]
        return formats.joined(numbers, self.phrases.conjunction)

    @functools.cached_property
    def pay_links(self) -> list[str]:
        """For each invoice where it can be paid online, else the empty string."""
        pattern = self.context.organization.payment_url_pattern
        return [pay_address(invoice.payment_url, pattern, invoice.number) for invoice in self.context.invoices]

    @functools.cached_property
    def pay_link_by_number(self) -> dict[str, str]:
        return dict(zip((invoice.number for invoice in self.context.invoices), self.pay_links, strict=True))

    # Blocks are worked out once for each form, however often a text names them

    @functools.cached_property
    def table_html(self) -> str:
        from dunwell.messaging.rendering.tables import html_table

        return html_table(self)

    @functools.cached_property
    def table_text(self) -> str:
        from dunwell.messaging.rendering.tables import text_table

        return text_table(self)

    @functools.cached_property
    def pay_html(self) -> str:
        from dunwell.messaging.rendering.payment import html_instructions

        return html_instructions(self)

    @functools.cached_property
    def pay_text(self) -> str:
        from dunwell.messaging.rendering.payment import text_instructions

        return text_instructions(self)


@functools.lru_cache(maxsize=4096)
def _web_address(url: str) -> str:
    """The address if it leads into the web, else nothing: a book's column may hold anything."""
    url = url.strip()
    if any(letter in url for letter in ' "<>\\^`{|}\r\n\t'):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in {"http", "https"} and parts.netloc else ""


def pay_address(url: str, pattern: str, number: str) -> str:
    """Where an invoice can be paid online: its own address, else the organization's pattern with its number."""
    return _web_address(url) or _filled(pattern, number)


def _filled(pattern: str, number: str) -> str:
    return _web_address(pattern.replace("{invoice.number}", quote(number, safe=""))) if pattern else ""
