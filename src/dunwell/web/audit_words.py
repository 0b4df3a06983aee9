"""A row of history in words: what it is about, which fields changed from what to what, and by whom."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import models

from dunwell.insights.audit import Change, kinds
from dunwell.organizations.models import OrganizationSettings, User
from dunwell.web.access import Desk
from dunwell.web.settings_forms import SECTIONS, WEEKDAYS
from dunwell.web.templatetags.figures import write_day

VERBS = {"insert": "Added", "update": "Changed", "delete": "Deleted"}
# Work that no person is named for
PROGRAMS = {
    "command": "A command on the server",
    "dunwell": "Dunwell",
    "delivery": "Delivery of mail",
    "demo": "The demo",
    "worker": "The worker",
}
SHORT = {"smtp": "SMTP", "sms": "SMS", "url": "URL"}
# Pages whose fields stand in groups name them within these: "Port" alone would say nothing here
_SETTINGS = {
    name: str(field.label)
    for entry in SECTIONS.values()
    if not hasattr(entry.form, "groups")
    for name, field in entry.form.base_fields.items()
}
NAMED_BY = ("name", "number", "email", "reference", "title", "subject")


@dataclass(frozen=True)
class Field:
    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Told:
    """What the page and the file show of one change."""

    at: dt.datetime
    who: str
    verb: str
    kind: str
    about: str
    url: str
    reason: str
    fields: Sequence[Field]


def kind_names() -> dict[str, str]:
    """The history tables in words, for the filter: by the name of what they tell of."""
    names = {table: _plain(str(model._meta.verbose_name)) for table, model in kinds()}  # noqa: SLF001
    return dict(sorted(names.items(), key=lambda item: item[1]))


def told(desk: Desk, changes: Sequence[Change]) -> list[Told]:
    """The changes of a page; names of other rows are read in one query a table."""
    models_of = dict(kinds())
    names = _names(models_of, changes)
    people = _people(changes)
    return [_told(desk, change, models_of[change.table], names, people) for change in changes]


def _told(
    desk: Desk, change: Change, model: type[models.Model], names: dict[tuple[Any, str], str], people: dict[str, str]
) -> Told:
    fields: dict[str, Any] = {str(field.column): field for field in model._meta.concrete_fields}  # noqa: SLF001
    shown = [
        Field(
            _field_name(model, fields[column]),
            _value(desk, fields[column], change.before.get(column), names),
            _value(desk, fields[column], value, names),
        )
        for column, value in change.after.items()
        if column in fields and not _is_no_news(change, column, value)
    ]
    return Told(
        at=change.at,
        who=_who(change.context, people),
        verb=VERBS.get(change.label, _plain(change.label)),
        kind=str(model._meta.verbose_name),  # noqa: SLF001
        about=_about(change, fields, names),
        url=_url(desk, change, model),
        reason=_plain(str(change.context.get("action") or change.context.get("file") or "")),
        fields=shown,
    )


def _is_no_news(change: Change, column: str, value: str | None) -> bool:
    """An empty column of a row that came or went."""
    if change.label == "delete":
        return _says_nothing(change.before.get(column))
    return not change.before and _says_nothing(value)


def _says_nothing(value: str | None) -> bool:
    """What a new row has where nobody entered anything."""
    return value is None or value in {"", "[]", "{}", "false"} or not value.strip("0.")


def _about(change: Change, fields: dict[str, Any], names: dict[tuple[Any, str], str]) -> str:
    own = next((change.row[name] for name in NAMED_BY if change.row.get(name)), "") or ""
    parts = [own]
    for column in ("user_id", "invoice_id", "customer_id"):
        value = change.row.get(column)
        if value and column in fields:
            parts.append(names.get((fields[column].related_model, value), ""))
            break
    return ", ".join(part for part in parts if part)


def _url(desk: Desk, change: Change, model: type[models.Model]) -> str:
    invoice = change.object_id if model.__name__ == "Invoice" else change.row.get("invoice_id")
    customer = change.object_id if model.__name__ == "Customer" else change.row.get("customer_id")
    if invoice:
        return desk.url("web:invoice", invoice)
    return desk.url("web:customer", customer) if customer else ""


def _who(context: dict[str, Any], people: dict[str, str]) -> str:
    user = context.get("user")
    if user is None:
        return "Dunwell itself" if not context.get("source") else _plain(str(context["source"]))
    name = people.get(str(user)) or PROGRAMS.get(str(user)) or _plain(str(user))
    if login := context.get("login"):
        name = f"{name} ({login})"
    return f"{name}, by import" if context.get("source") == "import" else name


def _value(desk: Desk, field: Any, value: str | None, names: dict[tuple[Any, str], str]) -> str:
    """One value as a person reads it: words of choices, names instead of numbers, dates and amounts as written here."""
    if value is None or value == "":
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.ForeignKey):
        return names.get((field.related_model, value), f"no. {value}")
    if isinstance(field, models.BooleanField):
        return "yes" if value == "true" else "no"
    if isinstance(field, models.DecimalField):
        return _amount(value)
    if field.name == "window_weekdays":
        return ", ".join(day for number, day in WEEKDAYS if number in json.loads(value))
    return _time(desk, field, value)


def _time(desk: Desk, field: Any, value: str) -> str:
    """A moment, a day or an hour as written here; what is none of them stays as it is."""
    if isinstance(field, models.DateTimeField):
        moment = dt.datetime.fromisoformat(value).astimezone(desk.organization.zone)
        return f"{write_day(moment.date(), desk.organization.locale)} {moment:%H:%M}"
    if isinstance(field, models.DateField):
        return write_day(dt.date.fromisoformat(value), desk.organization.locale)
    return value[:5] if isinstance(field, models.TimeField) else value


def _amount(value: str) -> str:
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    return f"{amount:,.2f}" if amount == amount.quantize(Decimal("0.01")) else f"{amount.normalize():,f}"


def _names(models_of: dict[str, type[models.Model]], changes: Iterable[Change]) -> dict[tuple[Any, str], str]:
    """What other rows that are pointed to are called: one query a table."""
    wanted: dict[Any, set[str]] = defaultdict(set)
    for change in changes:
        for field in models_of[change.table]._meta.concrete_fields:  # noqa: SLF001
            if isinstance(field, models.ForeignKey) and field.name != "organization":
                for values in (change.row, change.before):
                    if value := values.get(field.column):
                        wanted[field.related_model].add(value)
    return {
        (model, str(key)): str(row)
        for model, ids in wanted.items()
        for key, row in model._default_manager.in_bulk(ids).items()  # noqa: SLF001
    }


def _people(changes: Iterable[Change]) -> dict[str, str]:
    ids = {str(change.context.get("user")) for change in changes}
    numbers = [int(one) for one in ids if one.isdigit()]
    return {str(user.pk): str(user) for user in User.objects.filter(pk__in=numbers)}


def _field_name(model: type[models.Model], field: Any) -> str:
    """A field as its own page calls it, where it is a setting."""
    if model is OrganizationSettings and field.name in _SETTINGS:
        return _SETTINGS[field.name]
    return _plain(str(field.verbose_name))


def _plain(name: str) -> str:
    """A name of a program's as words: "smtp_user" is "SMTP user"."""
    words = [SHORT.get(word, word) for word in name.replace("_", " ").replace("-", " ").split()]
    text = " ".join(words)
    return text[:1].upper() + text[1:]
