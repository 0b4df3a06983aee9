"""What is set, in a few words, for the overview of settings."""

from __future__ import annotations

from dunwell.followup.services.letterheads import paper_of
from dunwell.organizations.models import Organization
from dunwell.rules.papers import Paper

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def payment(organization: Organization) -> str:
    settings = organization.settings
    if settings.payment_url_pattern:
        return "Payment page and bank details" if settings.bank_details else "Payment page"
    return "Bank details" if settings.bank_details else "Nothing yet: chasing cannot start"


def papers(organization: Organization) -> str:
    settings = organization.settings
    along = [
        words
        for words, wanted in (("invoices", settings.attach_invoices), ("a statement", settings.attach_statement))
        if wanted
    ]
    named = {Paper.A4: "A4", Paper.US_LETTER: "US Letter"}[paper_of(organization)]
    return f"{named}, {' and '.join(along)} attached" if along else f"{named}, nothing attached"


def letters(organization: Organization) -> str:
    by = organization.settings.letters_by
    return {"print": "Printed and posted here", "lob": "Printed and posted by Lob"}.get(by, "No letters are sent")


def calendar(organization: Organization) -> str:
    settings = organization.settings
    days = sorted(settings.window_weekdays)
    runs_on = days == list(range(days[0], days[-1] + 1)) if days else False
    named = f"{_DAYS[days[0] - 1]}–{_DAYS[days[-1] - 1]}" if runs_on else ", ".join(_DAYS[day - 1] for day in days)
    holidays = f", holidays of {organization.country}" if organization.country else ""
    return f"{named} {settings.window_opens:%H:%M}–{settings.window_closes:%H:%M}{holidays}"


def limits(organization: Organization) -> str:
    settings = organization.settings
    approval = ", each read before it goes" if settings.approval_required else ""
    most = "".join(
        f", {number} {of}"
        for number, of in ((settings.run_limit, "notices a day"), (settings.hourly_limit, "messages an hour"))
        if number is not None
    )
    apart = _days(settings.contact_interval_days)
    return f"{apart} apart, at most {settings.weekly_contact_limit} a week{most}{approval}"


def standing(organization: Organization) -> str:
    settings = organization.settings
    grace = f", {_days(settings.grace_days)} of grace" if settings.grace_days else ""
    return f"Defaulter when more than {_days(settings.defaulter_after_days)} overdue{grace}"


def segments(organization: Organization) -> str:
    settings = organization.settings
    late = settings.segment_frequent_percent
    return f"Frequent defaulter from {late} % late invoices in {_days(settings.segment_window_days)}"


def _days(number: int) -> str:
    return f"{number} day" if number == 1 else f"{number} days"
