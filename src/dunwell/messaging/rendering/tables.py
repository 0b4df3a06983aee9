"""The invoice table: three columns that fit a telephone, with the style in the rows, as mail programs need it."""

from __future__ import annotations

from markupsafe import escape

from dunwell.messaging.rendering import formats
from dunwell.messaging.rendering.context import InvoiceFacts
from dunwell.messaging.rendering.scope import Scope

# More rows would be cut off by mail programs (Gmail shows 102 kB)
MOST_ROWS = 60
LONGEST_ON_A_LINE = 16  # characters of an invoice's number

_TABLE = (
    '<table role="table" width="100%" cellpadding="0" cellspacing="0" '
    'style="width:100%;border-collapse:collapse;margin:20px 0;font-size:15px;line-height:1.4">'
)
_HEAD = (
    'class="muted line" style="padding:0 0 8px;border-bottom:1px solid #d5d9e0;'
    "color:#5b6472;font-size:13px;font-weight:600"
)
_CELL = 'class="line" valign="top" style="padding:10px 0;border-bottom:1px solid #e6e9ee'
_AMOUNT = f'align="right" {_CELL};text-align:right;padding-left:8px;white-space:nowrap'
_SMALL = 'class="muted" style="color:#5b6472;font-size:13px"'
_LATE = 'class="late" style="color:#a4262c;font-size:13px"'


def _shown(scope: Scope) -> tuple[tuple[InvoiceFacts, ...], tuple[InvoiceFacts, ...]]:
    invoices = scope.context.invoices
    if len(invoices) <= MOST_ROWS:
        return invoices, ()
    return invoices[:MOST_ROWS], invoices[MOST_ROWS:]


def _more(scope: Scope, count: int) -> str:
    return scope.phrases.more_invoices_one if count == 1 else scope.phrases.more_invoices_many.format(count=count)


def _sums(scope: Scope) -> list[tuple[str, str]]:
    """The lines below the rows; a single invoice without credit needs none."""
    words, context = scope.phrases, scope.context
    if context.credit > 0:
        return [
            (words.total, scope.money(scope.balance_total)),
            (words.credit, f"−{scope.money(min(context.credit, scope.balance_total))}"),
            (words.to_pay, scope.money(scope.total_due)),
        ]
    return [(words.total, scope.money(scope.balance_total))] if len(context.invoices) > 1 else []


def html_table(scope: Scope) -> str:
    """The table as HTML."""
    words = scope.phrases
    shown, rest = _shown(scope)
    head = (
        f'<tr><th align="left" {_HEAD};text-align:left">{words.invoice}</th>'
        f'<th align="left" {_HEAD};text-align:left;padding-left:8px">{words.due}</th>'
        f'<th align="right" {_HEAD};text-align:right;padding-left:8px">{words.amount}</th></tr>'
    )
    parts = [_TABLE, head, *(_html_row(scope, invoice) for invoice in shown)]
    if rest:
        amount = scope.money(sum(invoice.balance for invoice in rest))  # type: ignore[arg-type]
        parts.append(
            f'<tr><td {_CELL}" colspan="2">{_more(scope, len(rest))}</td><td {_AMOUNT}">{escape(amount)}</td></tr>'
        )
    sums = _sums(scope)
    for position, (label, amount) in enumerate(sums, start=1):
        weight = ";font-weight:600" if position == len(sums) else ""
        parts.append(
            f'<tr><td colspan="2" style="padding:8px 0 0{weight}">{label}</td>'
            f'<td align="right" style="padding:8px 0 0 12px;text-align:right;white-space:nowrap{weight}">'
            f"{escape(amount)}</td></tr>"
        )
    parts.append("</table>")
    return "".join(parts)


def _html_row(scope: Scope, invoice: InvoiceFacts) -> str:
    words = scope.phrases
    issued = words.issued.format(date=formats.date(invoice.issued_on, scope.locale))
    due = formats.date(invoice.due_on, scope.locale)
    standing = scope.phrases.when(invoice.days_past_due)
    style = _LATE if invoice.days_past_due > 0 else _SMALL
    amount = escape(scope.money(invoice.balance))
    partly = ""
    if invoice.balance != invoice.total:
        partly = f"<br><span {_SMALL}>{escape(words.of_total.format(total=scope.money(invoice.total)))}</span>"
    pay = ""
    # With one invoice the button below the table says it better
    if len(scope.context.invoices) > 1 and (link := scope.pay_link_by_number[invoice.number]):
        pay = f'<br><a href="{escape(link)}" class="link" style="color:#1d5fbf;font-size:13px">{words.pay}</a>'
    return (
        f'<tr><td {_CELL}">{_number(invoice.number)}<br><span {_SMALL}>{issued}</span></td>'
        f'<td {_CELL};padding-left:8px"><span style="white-space:nowrap">{due}</span><br>'
        f"<span {style}>{standing}</span></td>"
        f'<td {_AMOUNT}">{amount}{partly}{pay}</td></tr>'
    )


def _number(number: str) -> str:
    """An invoice's number; as most are it stays on its line: on a telephone the words beside it break instead."""
    breaks = "white-space:nowrap" if len(number) <= LONGEST_ON_A_LINE else "overflow-wrap:anywhere"
    return f'<span style="{breaks}">{escape(number)}</span>'


def text_table(scope: Scope) -> str:
    """The table for readers without HTML: aligned columns, amounts to the right."""
    words = scope.phrases
    shown, rest = _shown(scope)
    rows = [
        (
            invoice.number,
            formats.date(invoice.due_on, scope.locale),
            scope.phrases.when(invoice.days_past_due),
            scope.money(invoice.balance),
        )
        for invoice in shown
    ]
    if rest:
        rest_total = scope.money(sum(invoice.balance for invoice in rest))  # type: ignore[arg-type]
        rows.append((_more(scope, len(rest)), "", "", rest_total))
    head = (words.invoice, words.due, "", words.amount)
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(4)]
    several = len(scope.context.invoices) > 1
    lines = [_text_row(head, widths)]
    lines.append("-" * len(lines[0]))
    for row, invoice in zip(rows, [*shown, None], strict=False):
        lines.append(_text_row(row, widths))
        if several and invoice is not None and (link := scope.pay_link_by_number[invoice.number]):
            lines.append(f"  {words.pay}: {link}")
    sums = _sums(scope)
    if sums:
        width = len(lines[0])
        lines.append("-" * width)
        lines += [f"{label}{amount.rjust(max(width - len(label), len(amount) + 1))}" for label, amount in sums]
    return "\n".join(lines)


def _text_row(row: tuple[str, str, str, str], widths: list[int]) -> str:
    number, due, standing, amount = row
    return f"{number.ljust(widths[0])}  {due.ljust(widths[1])}  {standing.ljust(widths[2])}  {amount.rjust(widths[3])}"
