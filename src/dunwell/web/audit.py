"""Changes: who changed what, when, before and after; narrowed in the address, and as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from dunwell.insights import audit as insights
from dunwell.insights import brought, customers, invoices
from dunwell.insights.audit import Asked, Cursor
from dunwell.ledger.models import FileImport
from dunwell.organizations.members.queries import members
from dunwell.rules.permissions import Permission
from dunwell.rules.windows import local_moment
from dunwell.web import audit_words
from dunwell.web.access import Desk, access
from dunwell.web.lists.files import csv_of_lines

PER_PAGE = 50
# A file ends here and says so in its last line: narrow the period for the rest
MOST_IN_A_FILE = 20_000
HEAD = ("at", "who", "what", "kind", "about", "occasion", "field", "before", "after")
FILTERS = ("kind", "person", "period", "customer", "invoice", "import")
PERIODS = (("1", "Today"), ("7", "Last 7 days"), ("30", "Last 30 days"), ("365", "Last 12 months"))
DAY = dt.timedelta(days=1)
SINCE = "since"


def audit(request: HttpRequest, slug: str) -> HttpResponseBase:
    desk = access(request, slug, Permission.VIEW_AUDIT)
    asked, context = _asked(desk)
    if request.GET.get("format") == "csv":
        desk.demand(Permission.EXPORT_BOOK)
        desk.limit("export", 60, dt.timedelta(minutes=10), "More than 60 files in ten minutes.")
        return csv_of_lines(desk, f"changes-{desk.today}", HEAD, _lines(desk, asked))
    found = insights.changes(desk.organization, asked, most=PER_PAGE + 1, below=_cursor(request.GET.get("below", "")))
    shown = found[:PER_PAGE]
    return desk.render(
        "web/audit.html",
        {
            "place": "settings",
            "section": "audit",
            "changes": audit_words.told(desk, shown),
            "below": _sealed(shown[-1].cursor) if len(found) > PER_PAGE else "",
            "filtered": any(request.GET.get(name) for name in FILTERS),
            **context,
        },
    )


def _asked(desk: Desk) -> tuple[Asked, dict[str, Any]]:
    """What the address narrows the list by, and what the filters show of it."""
    query = desk.request.GET
    kinds = audit_words.kind_names()
    kind = query.get("kind", "")
    kind = kind if kind in kinds else ""
    people = [(str(member.user_id), str(member.user)) for member in members(desk.organization)]
    people += list(audit_words.PROGRAMS.items())
    person = query.get("person", "")
    person = person if person in dict(people) else ""
    period = query.get("period", "")
    period = period if period in dict(PERIODS) else ""
    customer = customers.customer(desk.scope, _number(query.get("customer", "")))
    invoice = invoices.invoice(desk.scope, _number(query.get("invoice", "")))
    of_import, label = _of_import(desk, query.get("import", ""))
    since = None
    if period:
        since = local_moment(desk.today - (int(period) - 1) * DAY, dt.time.min, desk.organization.zone)
    asked = Asked(
        kinds=[kind] if kind else [],
        person=person,
        since=since,
        customer_id=customer.pk if customer else None,
        invoice_id=invoice.pk if invoice else None,
        context_id=of_import.history_context if of_import and label != SINCE else None,
        after_id=of_import.history_context if of_import and label == SINCE else None,
        label=label if label != SINCE else "",
    )
    return asked, {
        "kind": kind,
        "kinds": list(kinds.items()),
        "person": person,
        "people": people,
        "period": period,
        "periods": PERIODS,
        "customer": customer,
        "invoice": invoice,
        "of_import": of_import,
        "label": label,
    }


def _of_import(desk: Desk, text: str) -> tuple[FileImport | None, str]:
    """`5` is all that an import changed, `5:insert` the rows that came with it, `5:since` what became of its rows."""
    number, _, label = text.partition(":")
    found = brought.file_import(desk.organization, _number(number))
    return found, label if found and label in {*audit_words.VERBS, SINCE} else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


def _sealed(cursor: Cursor) -> str:
    return signing.dumps([cursor.at.isoformat(), cursor.table, cursor.id], salt="dunwell.audit")


def _cursor(text: str) -> Cursor | None:
    """Where the page before ended; an address that somebody has touched begins at the top."""
    try:
        at, table, id_ = signing.loads(text, salt="dunwell.audit")
    except signing.BadSignature:
        return None
    return Cursor(dt.datetime.fromisoformat(at), table, id_)


def _lines(desk: Desk, asked: Asked) -> Iterator[list[object]]:
    """A line for each field that changed."""
    below: Cursor | None = None
    for _ in range(MOST_IN_A_FILE // 1000):
        found = insights.changes(desk.organization, asked, most=1000, below=below)
        for told in audit_words.told(desk, found):
            start = [told.at.isoformat(timespec="seconds"), told.who, told.verb, told.kind, told.about, told.reason]
            for field in told.fields or [audit_words.Field("", "", "")]:
                yield [*start, field.name, field.before, field.after]
        if len(found) < 1000:
            return
        below = found[-1].cursor
    yield ["", "", f"The file ends after {MOST_IN_A_FILE} changes: narrow the period for the rest.", *[""] * 6]
