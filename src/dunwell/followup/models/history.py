"""The book day by day: rollups that pages compare and draw, written anew from dated facts after each change."""

from __future__ import annotations

from django.db import models

from dunwell.followup.models.standings import amount
from dunwell.organizations.models import Organization


class BookDay(models.Model):
    """One day of one currency: what was owed by age at its end, and what happened on it.

    Written by `followup/services/history.py` for the days pages look back to, from effective dates alone: a
    back-dated entry changes its past here too. Reconciled with `ledger_open_items` by a test.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    day = models.DateField()

    outstanding = amount()
    overdue = amount()
    not_due = amount()
    days_1_30 = amount()
    days_31_60 = amount()
    days_61_90 = amount()
    days_91 = amount()

    invoiced = amount()
    voided = amount()
    received = amount()

    # Invoices whose last open amount was paid or credited on this day; not voided, written off, or paid before the book
    paid_invoices = models.IntegerField(default=0)
    paid_on_time = models.IntegerField(default=0)
    paid_amount = amount()
    paid_amount_days = amount()
    paid_0_15 = models.IntegerField(default=0)
    paid_16_30 = models.IntegerField(default=0)
    paid_31_45 = models.IntegerField(default=0)
    paid_46_60 = models.IntegerField(default=0)
    paid_61_90 = models.IntegerField(default=0)
    paid_91 = models.IntegerField(default=0)

    # Invoices whose first notice went on this day, and how many of them were paid within so many days of it
    noticed = models.IntegerField(default=0)
    noticed_paid_7 = models.IntegerField(default=0)
    noticed_paid_14 = models.IntegerField(default=0)
    noticed_paid_30 = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization", "day", "currency"), name="book_day_once")]

    def __str__(self) -> str:
        return f"{self.outstanding} {self.currency} on {self.day}"


class StandingDay(models.Model):
    """How many customers were what on a day that pages compare with, by the thresholds of now."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    current = models.IntegerField()
    due_soon = models.IntegerField()
    late = models.IntegerField()
    defaulter = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization", "day"), name="standing_day_once")]

    def __str__(self) -> str:
        return f"{self.defaulter} defaulters on {self.day}"


class RiskDay(models.Model):
    """What the defaulters of a day owed on it in one currency, due or not: the revenue at risk."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    currency = models.CharField(max_length=3)
    at_risk = amount()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("organization", "day", "currency"), name="risk_day_once")]

    def __str__(self) -> str:
        return f"{self.at_risk} {self.currency} on {self.day}"
