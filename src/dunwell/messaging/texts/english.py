"""The default texts in English.

One notice may hold several invoices, and an early step's invoice may ride along with a late one,
so every sentence is true for one or many, due or overdue, with or without credit. Earlier
reminders are named only where `earlier_notices` says that there were some.
"""

from __future__ import annotations

from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText

_HELLO = "{% if contact.name %}Hello {{ contact.name }},{% else %}Hello,{% endif %}"
_REGARDS = "Kind regards,\n{{ sender.signature }}"
_OVERDUE_SINCE = (
    "{% if oldest_invoice.days_overdue == 1 %}1 day{% else %}{{ oldest_invoice.days_overdue }} days{% endif %}"
)
_PROMISED = (
    "{% if promise.made_on %}"
    " On {{ promise.made_on|date('long') }} you told us that "
    "you would pay by {{ promise.pay_on|date('long') }}."
    "{% endif %}"
)
_WE_WROTE = (
    "{% if earlier_notices and last_notice_on %}"
    " We last wrote to you about this on {{ last_notice_on|date('long') }}."
    "{% endif %}"
)

HEADS_UP = ShippedText(
    key="before-due",
    language="en",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: invoice {{ invoice_numbers }} for {{ total_due }} "
        "is due on {{ oldest_invoice.due_on }}"
        "{% else %}"
        "{{ organization.name }}: {{ invoice_count }} invoices due soon, {{ total_due }} in total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            "Just a short note in advance: invoice {{ invoice_numbers }} "
            "is due on {{ oldest_invoice.due_on|date('long') }}."
            "{% else %}"
            "Just a short note in advance: {{ invoice_count }} invoices will be due soon, "
            "the first on {{ oldest_invoice.due_on|date('long') }}."
            "{% endif %}"
            "{% if credit %} Your credit of {{ credit }} is already taken into account.{% endif %}"
        ),
        TABLE,
        PAY,
        (
            "If the payment is already on its way, there is nothing left for you to do. "
            "And if anything on the {% if invoice_count == 1 %}invoice{% else %}invoices{% endif %} is not right, "
            "simply reply to this e-mail."
        ),
        "Thank you, and kind regards,\n{{ sender.signature }}",
    ),
)

DUE_TODAY = ShippedText(
    key="due-today",
    language="en",
    subject=(
        "{% if invoice_count > 1 %}"
        "{{ organization.name }}: {{ invoice_count }} open invoices, {{ total_due }} in total"
        "{% elif oldest_invoice.days_overdue == 0 %}"
        "{{ organization.name }}: invoice {{ invoice_numbers }} for {{ total_due }} is due today"
        "{% else %}"
        "{{ organization.name }}: invoice {{ invoice_numbers }} for {{ total_due }} is now due"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count > 1 %}"
            "{{ invoice_count }} invoices are open; "
            "{% if oldest_invoice.days_overdue == 0 %}the first of them is due today."
            "{% else %}the first of them was due on {{ oldest_invoice.due_on|date('long') }}.{% endif %}"
            "{% elif oldest_invoice.days_overdue == 0 %}"
            "Invoice {{ invoice_numbers }} is due today."
            "{% else %}"
            "Invoice {{ invoice_numbers }} was due on {{ oldest_invoice.due_on|date('long') }}."
            "{% endif %}"
            "{% if credit %} Your credit of {{ credit }} is already taken into account.{% endif %}"
            " We would be glad to receive your payment of {{ total_due }}."
        ),
        TABLE,
        PAY,
        (
            "If you have just paid, thank you: please ignore this e-mail. "
            "If you have a question about the {% if invoice_count == 1 %}invoice{% else %}invoices{% endif %}, "
            "simply reply."
        ),
        _REGARDS,
    ),
)

REMINDER = ShippedText(
    key="reminder",
    language="en",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: reminder for invoice {{ invoice_numbers }}, {{ total_due }}"
        "{% else %}"
        "{{ organization.name }}: reminder for {{ invoice_count }} open invoices, {{ total_due }} in total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            "Invoice {{ invoice_numbers }} was due on {{ oldest_invoice.due_on|date('long') }}, "
            "and we have not received the full payment yet. "
            "Perhaps it slipped through. Could you have a look at it?"
            "{% elif overdue_count == invoice_count %}"
            "{{ invoice_count }} invoices are past their due date, and we have not received the full payment yet. "
            "Perhaps they slipped through. Could you have a look at them?"
            "{% else %}"
            "{{ invoice_count }} invoices are open, {{ overdue_count }} of them past the due date. "
            "Perhaps something slipped through. Could you have a look?"
            f"{{% endif %}}{_PROMISED}"
            "{% if credit %} Your credit of {{ credit }} is already taken into account.{% endif %}"
        ),
        TABLE,
        PAY,
        (
            "If you have paid in the last few days, thank you: our mails have crossed. "
            "If something is not right or you need more time, simply reply to this e-mail and we will sort it out."
        ),
        _REGARDS,
    ),
)

FIRM = ShippedText(
    key="firm-reminder",
    language="en",
    subject=(
        "{% if invoice_count == 1 %}"
        "Overdue: invoice {{ invoice_numbers }} from {{ organization.name }}, {{ total_due }}"
        "{% else %}"
        "Overdue: {{ invoice_count }} open invoices from {{ organization.name }}, {{ total_due }} in total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"Invoice {{{{ invoice_numbers }}}} is now {_OVERDUE_SINCE} overdue."
            "{% elif overdue_count == invoice_count %}"
            f"{{{{ invoice_count }}}} invoices are overdue, the oldest by {_OVERDUE_SINCE}."
            "{% else %}"
            "{{ invoice_count }} invoices are open, {{ overdue_count }} of them overdue; "
            f"the oldest by {_OVERDUE_SINCE}."
            f"{{% endif %}}{_WE_WROTE}{_PROMISED}"
        ),
        (
            "Please pay {{ total_due }} within the next few days, or let us know by when we can expect it."
            "{% if credit %} Your credit of {{ credit }} is already taken into account.{% endif %}"
        ),
        TABLE,
        PAY,
        (
            "If there is a reason why {% if invoice_count == 1 %}this invoice has"
            "{% else %}these invoices have{% endif %} not been paid, please tell us. A short reply is "
            "enough, and we will look for a solution together. "
            "If you have paid in the last few days, please ignore this e-mail."
        ),
        _REGARDS,
    ),
)

FINAL = ShippedText(
    key="final-reminder",
    language="en",
    subject=(
        "{% if invoice_count == 1 %}"
        "Please respond: invoice {{ invoice_numbers }} from {{ organization.name }}, "
        f"{{{{ total_due }}}}, {_OVERDUE_SINCE} overdue"
        "{% else %}"
        "Please respond: {{ invoice_count }} open invoices from {{ organization.name }}, {{ total_due }} in total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"Invoice {{{{ invoice_numbers }}}} is {_OVERDUE_SINCE} overdue."
            "{% elif overdue_count == invoice_count %}"
            f"{{{{ invoice_count }}}} invoices are overdue, the oldest by {_OVERDUE_SINCE}."
            "{% else %}"
            "{{ invoice_count }} invoices are open, {{ overdue_count }} of them overdue; "
            f"the oldest by {_OVERDUE_SINCE}."
            f"{{% endif %}}{_WE_WROTE}{_PROMISED}"
        ),
        (
            "This is the last reminder we send automatically. Please pay {{ total_due }} now, or reply "
            "with a date on which you will pay.{% if credit %} Your credit of {{ credit }} is already "
            "taken into account.{% endif %}"
        ),
        TABLE,
        PAY,
        (
            "What happens next: if we have neither your payment nor a reply in the next few days, "
            "a person from our team will contact you to agree on how to go on. If something keeps you from "
            "paying, tell us now; "
            "we would rather find a solution with you."
        ),
        _REGARDS,
    ),
)

ENGLISH = (HEADS_UP, DUE_TODAY, REMINDER, FIRM, FINAL)
