"""How to pay: the invoice's own address, else the organization's pattern, else the bank details."""

from __future__ import annotations

from markupsafe import escape

from dunwell.messaging.rendering import formats
from dunwell.messaging.rendering.context import InvoiceFacts
from dunwell.messaging.rendering.scope import MissingValueError, Scope
from dunwell.rules.colors import text_on

_BOX = (
    '<table role="presentation" cellpadding="0" cellspacing="0" style="margin:12px 0 20px"><tr>'
    '<td class="box" style="padding:12px 16px;background:#f3f5f8;border-radius:6px;line-height:1.5">'
)
_REFERENCES_SHOWN = 12
BUTTON = "#1d5fbf"


def _references(scope: Scope, invoices: list[InvoiceFacts]) -> str:
    numbers = [invoice.number for invoice in invoices]
    words = scope.phrases
    if len(numbers) == 1:
        return words.reference_one.format(numbers=numbers[0])
    if len(numbers) > _REFERENCES_SHOWN:
        more = words.and_more.format(count=len(numbers) - _REFERENCES_SHOWN)
        numbers = [*numbers[:_REFERENCES_SHOWN], more]
    return words.reference_many.format(numbers=formats.joined(numbers, words.conjunction))


def _transfers(scope: Scope) -> list[InvoiceFacts]:
    """The invoices without an address to pay at; MissingValueError when there are no bank details for them."""
    without = [invoice for invoice, link in zip(scope.context.invoices, scope.pay_links, strict=True) if not link]
    if without and not scope.context.organization.bank_details.strip():
        raise MissingValueError("pay_instructions")
    return without


def _sentence(scope: Scope, transfers: list[InvoiceFacts]) -> str:
    if len(transfers) == len(scope.context.invoices):
        return scope.phrases.pay_by_transfer.format(amount=scope.money(scope.total_due))
    return scope.phrases.pay_rest_by_transfer


def html_instructions(scope: Scope) -> str:
    """A button, or a sentence, or the bank details in a box."""
    words = scope.phrases
    transfers = _transfers(scope)
    parts = []
    if len(scope.context.invoices) == 1 and not transfers:
        label = words.pay_amount.format(amount=scope.money(scope.total_due))
        color = scope.context.organization.brand_color or BUTTON
        text = text_on(color)
        parts.append(
            '<table role="presentation" cellpadding="0" cellspacing="0" style="margin:4px 0 24px"><tr>'
            f'<td bgcolor="{color}" style="border-radius:6px;background:{color}">'
            f'<a href="{escape(scope.pay_links[0])}" style="display:inline-block;padding:12px 22px;color:{text};'
            f'font-weight:600;text-decoration:none;border-radius:6px">{escape(label)}</a></td></tr></table>'
        )
    elif len(transfers) < len(scope.context.invoices):
        parts.append(f"<p>{words.pay_each}</p>")
    if transfers:
        details = "<br>".join(str(escape(line)) for line in _lines(scope))
        parts.append(
            f"<p>{escape(_sentence(scope, transfers))}</p>{_BOX}{details}<br>"
            f"{escape(_references(scope, transfers))}</td></tr></table>"
        )
    return "".join(parts)


def text_instructions(scope: Scope) -> str:
    """The same in plain text."""
    words = scope.phrases
    transfers = _transfers(scope)
    parts = []
    if len(scope.context.invoices) == 1 and not transfers:
        parts.append(f"{words.pay_here}\n{scope.pay_links[0]}")
    elif len(transfers) < len(scope.context.invoices):
        parts.append(words.pay_each)
    if transfers:
        lines = [*_lines(scope), _references(scope, transfers)]
        parts.append(_sentence(scope, transfers) + "\n\n" + "\n".join(f"  {line}" for line in lines))
    return "\n\n".join(parts)


def _lines(scope: Scope) -> list[str]:
    return [line.strip() for line in scope.context.organization.bank_details.splitlines() if line.strip()]
