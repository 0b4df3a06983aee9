"""The field's words, explained where they appear and on the guide's last page. They stand here alone."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """A word, what it means in one or two sentences, and the page of the guide that tells more."""

    word: str
    means: str
    guide: str


_WORDS = """
standing [deciding]
What a customer is as of a day: current (nothing overdue), due soon (something falls due within days), late
(something is overdue) or defaulter (overdue for longer). Disputed amounts do not count.

defaulter [deciding]
A customer with an undisputed invoice that is overdue for longer than the set number of days: 5 unless changed under
Settings, Standing.

segment [deciding]
How a customer has paid over time: new, always on time, occasionally late, or frequent defaulter. A standing is
about today, a segment about habit.

days past due [deciding]
How many days ago an invoice fell due, or would have since its due date was extended.

grace [deciding]
Days after the due date in which an invoice does not count as late yet.

policy [deciding]
The steps a customer is chased by, in order: when each is due, what it says and how firmly.

case [worklist]
A customer with overdue debt, how urgent it is (1 to 4) and whose. Rules raise it; a person may set it otherwise.

step [deciding]
One reminder of the policy, due so many days before or after an invoice’s due date. Each step goes once for each
invoice, whatever happens.

tone [deciding]
How firmly a step speaks, from friendly to final. The final tone is never the first word about an invoice.

notice [notices]
What one customer receives at once: one mail about all invoices of one currency that are due for a reminder.

approval [notices]
A person reads a notice and lets it go. Without approval it stays where it is.

uncertain [notices]
The connection broke while the mail server was answering: it may have gone or not. Such a notice is shown to a
person and never sent again by itself.

rehearsal [first-hour]
Before chasing has started, reminders are planned and written so that you can read them, and none is sent.

hold [holds]
A dated reason not to chase a customer or an invoice: a dispute, a promise, a payment on its way. Nothing is sent
while it lasts; standing and balance stay as they are.

dispute [holds]
The customer says that an invoice is wrong. It is not chased meanwhile, and the disputed amount does not make them a
defaulter.

extension [holds]
A later due date agreed for an invoice. Its steps count from the new date.

netting [payments]
A customer’s unapplied credit in the same currency counts against their oldest overdue invoices. What it covers
wholly is not chased.

unapplied credit [payments]
Money or credit notes of a customer that no invoice has taken up yet: an overpayment, or a payment without an
invoice number.

allocation [payments]
The part of a payment or credit note that settles an invoice, from a date on.

freshness [importing]
How old the book may be. After so many days without a new file nothing is sent: a customer may have paid meanwhile.

complete list [importing]
A file that lists all open invoices: those it does not have are taken as settled. Any other file only adds and
changes.

contact interval [deciding]
The fewest days between two contacts of one customer, whatever the reason.

weekly limit [deciding]
The most contacts of one customer in any 7 days. All notices of one morning are one contact.

day’s limit [deciding]
The most notices that the passes of one day write. The oldest debts go first, the rest waits for the next day.

hourly limit [deciding]
The most messages sent in any 60 minutes, over all workers. What is over it waits until there is room.

minimum amount [deciding]
In the base currency; a customer who owes less, after credits, is not written to.

catch-up [deciding]
What happens when several steps of an invoice are due at once, as after the first import: the latest one that fits
goes, the earlier ones are dropped.

send window [deciding]
The hours of business days in which mails go out, in the customer’s time zone where it is known.

business day [deciding]
A weekday you work on that is neither a public holiday of your country nor one of your own closing days.

pass [deciding]
What a worker does every morning, and after each change: work out who is late, plan what is due, write the notices.
"""


def _read(text: str) -> dict[str, Term]:
    """Each paragraph is a word, in brackets the page of the guide, and below it what the word means."""
    found = re.findall(r"^(.+) \[(.+)\]\n((?:.+\n)+)", text, re.MULTILINE)
    return {word: Term(word, " ".join(means.split()), guide) for word, guide, means in found}


TERMS = _read(_WORDS)

# Where a word is met: the heads of columns, and the names of settings' fields
OF_COLUMNS = {
    "Standing": "standing",
    "Step": "step",
    "Tone": "tone",
    "Policy": "policy",
    "Segment": "segment",
    "Unapplied": "unapplied credit",
    "Unapplied credit": "unapplied credit",
    "Days past due": "days past due",
}
OF_FIELDS = {
    "contact_interval_days": "contact interval",
    "weekly_contact_limit": "weekly limit",
    "run_limit": "day’s limit",
    "hourly_limit": "hourly limit",
    "minimum_amount": "minimum amount",
    "file_freshness_days": "freshness",
    "catch_up": "catch-up",
    "approval_required": "approval",
    "grace_days": "grace",
    "defaulter_after_days": "defaulter",
    "window_weekdays": "business day",
    "window_opens": "send window",
    "run_at": "pass",
    "scope": "complete list",
}
