"""What each figure means, in the words that pages show beside it."""

from __future__ import annotations

from typing import NamedTuple


class Meaning(NamedTuple):
    """The figure's name, and how it is made in one or two sentences."""

    name: str
    text: str


MEANINGS: dict[str, Meaning] = {
    "outstanding": Meaning(
        "Outstanding",
        "Everything invoiced and not yet paid, credited, written off or voided, due or not. "
        "Credit that is not applied to an invoice is not taken off.",
    ),
    "overdue": Meaning(
        "Overdue",
        "The part of what is outstanding whose due date has passed, disputed amounts and holds included.",
    ),
    "defaulters": Meaning(
        "Defaulters",
        "Customers with an undisputed invoice that is overdue by more days than the settings allow after the grace. "
        "Past days are counted by the thresholds of today.",
    ),
    "at_risk": Meaning(
        "Revenue at risk",
        "All that defaulters owe, due or not: who does not pay the old invoice may not pay the next one.",
    ),
    "days_to_pay": Meaning(
        "Average days to pay",
        "Days from issue to the day an invoice was fully paid, weighted by amount, for invoices paid in the last "
        "90 days. Written off and voided invoices are left out, and those paid before this book began.",
    ),
    "on_time": Meaning(
        "Paid on time",
        "Of the invoices fully paid in the last 90 days, the share that was paid on or before its due date.",
    ),
    "dso": Meaning(
        "Days sales outstanding",
        "DSO by countback: how many of the latest days’ sales are unpaid. What is outstanding is taken off the "
        "newest month’s invoices, then the month before, with real month lengths.",
    ),
    "add": Meaning(
        "Average days delinquent",
        "DSO less the best possible DSO, which counts only what is not yet due: the days that late payers add.",
    ),
    "aging": Meaning(
        "Outstanding by age",
        "What was outstanding at the end of each day shown, by days past due on that day. "
        "The parts add up to the whole.",
    ),
    "received": Meaning(
        "Received",
        "Payments by the day they arrived, less those that bounced or were paid back, on the day they did. "
        "What was paid before this book began is left out.",
    ),
    "paid_bands": Meaning(
        "Days to pay",
        "Invoices fully paid in the period, by days from issue to the last payment or credit.",
    ),
    "on_time_trend": Meaning(
        "Paid on time by month",
        "Of the invoices fully paid in each month, the share that was paid on or before its due date.",
    ),
    "after_notice": Meaning(
        "From first notice to payment",
        "Invoices by the month of their first notice, and the share fully paid within 7, 14 and 30 days of it. "
        "Invoices noticed in the last days have not had that time yet.",
    ),
    "dso_trend": Meaning(
        "Days sales outstanding by month",
        "DSO by countback at the end of each month, beside the best possible DSO, which counts only what was not yet "
        "due. The space between the two is what late payers add.",
    ),
    "habit": Meaning(
        "How they pay",
        "Days from issue to the last payment or credit, for invoices fully paid, as a plain average over invoices of "
        "all currencies. Voided and written off invoices are left out, and those paid before this book began.",
    ),
    "effectiveness": Meaning(
        "Collection effectiveness",
        "CEI by month: (open at its start + invoiced − open at its end) ÷ (open at its start + invoiced − not yet due "
        "at its end). 100 % means that everything due was collected.",
    ),
}
