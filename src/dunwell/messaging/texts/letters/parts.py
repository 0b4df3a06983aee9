"""What letters of every language are put together from.

A letter has no links and no "reply to this": the address block, the table and the box with the bank details are the
paper's, and the text says where to write. Sentences are true for one invoice or many, due or overdue,
with or without credit.
"""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText

NUMBER = "{{ invoice_numbers }}"
COUNT = "{{ invoice_count }}"
LATE_COUNT = "{{ overdue_count }}"
TOTAL = "{{ total_due }}"
DUE = "{{ oldest_invoice.due_on|date('long') }}"
LATE = "{{ oldest_invoice.days_overdue }}"
LAST = "{{ last_notice_on|date('long') }}"
PROMISED = "{{ promise.made_on|date('long') }}"
PAY_ON = "{{ promise.pay_on|date('long') }}"
CREDIT = "{{ credit }}"
MAIL = "{{ sender.email }}"
ORGANIZATION = "{{ organization.name }}"


def one_or_more(one: str, more: str) -> str:
    return f"{{% if invoice_count == 1 %}}{one}{{% else %}}{more}{{% endif %}}"


def late(one_day: str, days: str) -> str:
    """For how long the oldest invoice has been overdue."""
    return f"{{% if oldest_invoice.days_overdue == 1 %}}{one_day}{{% else %}}{LATE} {days}{{% endif %}}"


def open_since(one: str, all_late: str, some_late: str) -> str:
    """Where it stands: one invoice, several that are all overdue, several of which some are."""
    return (
        f"{{% if invoice_count == 1 %}}{one}{{% elif overdue_count == invoice_count %}}{all_late}"
        f"{{% else %}}{some_late}{{% endif %}}"
    )


def due(today: str, before: str) -> str:
    return f"{{% if oldest_invoice.days_overdue == 0 %}}{today}{{% else %}}{before}{{% endif %}}"


@dataclass(frozen=True)
class Voice:
    """How letters of a language begin, end, and say what all of them say."""

    language: str
    to_person: str
    to_nobody: str
    regards: str
    credit: str
    earlier: str
    promised: str
    write_to: str

    @property
    def greeting(self) -> str:
        return f"{{% if contact.name %}}{self.to_person}{{% else %}}{self.to_nobody}{{% endif %}}"

    @property
    def if_credit(self) -> str:
        return f"{{% if credit %}} {self.credit}{{% endif %}}"

    @property
    def if_earlier(self) -> str:
        return f"{{% if earlier_notices and last_notice_on %}} {self.earlier}{{% endif %}}"

    @property
    def if_promised(self) -> str:
        return f"{{% if promise.made_on %}} {self.promised}{{% endif %}}"

    @property
    def where_to_write(self) -> str:
        return f"{{% if sender.email %}} {self.write_to}{{% endif %}}"

    def letter(self, key: str, subject: str, *before: str, after: str) -> ShippedText:
        """The text of one step: what stands above the table, and what below the way to pay."""
        return ShippedText(
            key=key,
            language=self.language,
            subject=subject,
            paragraphs=(
                self.greeting,
                *before,
                TABLE,
                PAY,
                after + self.where_to_write,
                f"{self.regards}\n{{{{ sender.name }}}}",
            ),
            channel="letter",
        )
