"""Making tenants and people."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from collections.abc import Sequence
from typing import Any

import babel
from babel.core import get_global
from babel.numbers import list_currencies
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from dunwell.organizations.calendars import known_region
from dunwell.organizations.models import ClosingDay, Membership, Organization, OrganizationSettings, Role, User
from dunwell.rules.hosts import tells_password


@transaction.atomic
def create_organization(
    *,
    slug: str,
    name: str,
    base_currency: str,
    time_zone: str = "UTC",
    country: str = "",
    region: str = "",
    locale: str = "",
    is_demo: bool = False,
) -> Organization:
    """An organization with default settings; it sends nothing before somebody presses *Start chasing*.

    Without a locale, English as it is written in the country. Raises ValidationError by field.
    """
    errors: dict[str, str] = {}
    base_currency, country = base_currency.upper(), country.upper()
    if base_currency not in list_currencies():
        errors["base_currency"] = f"{base_currency!r} is no ISO 4217 currency code such as EUR."
    if time_zone not in zoneinfo.available_timezones():
        errors["time_zone"] = f"{time_zone!r} is no IANA time zone such as Europe/Berlin."
    errors |= _wrong_place(country, region)
    locale = locale or _english_of(country)
    if not _is_locale(locale):
        errors["locale"] = f"{locale!r} is no locale such as en_GB."
    if errors:
        raise ValidationError(errors)
    organization = Organization(
        slug=slug,
        name=name,
        base_currency=base_currency,
        time_zone=time_zone,
        country=country,
        region=known_region(country, region) or "",
        locale=locale,
        is_demo=is_demo,
    )
    organization.full_clean()
    organization.save()
    OrganizationSettings.objects.create(organization=organization, sender_name=name)
    return organization


@transaction.atomic
def create_user(
    *,
    email: str,
    name: str = "",
    password: str | None,
    organization: Organization | None = None,
    role: str = Role.OWNER,
) -> User:
    """A person who signs in by e-mail address. Without a password they can only sign in once they have set one.

    Raises ValidationError when the address is taken or the password is weak.
    """
    email = email.strip().lower()
    user = User(email=email, name=name)
    if password is not None:
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise ValidationError({"password": error.messages}) from error
    user.set_password(password)
    user.full_clean()
    user.save()
    if organization is not None:
        grant_role(user=user, organization=organization, role=role)
    return user


@transaction.atomic
def grant_role(*, user: User, organization: Organization, role: str) -> Membership:
    """Make the person a member, or give a member another role."""
    if role not in Role.values:
        raise ValidationError({"role": [f"{role!r} is no role. There are: {', '.join(Role.values)}."]})
    membership, _ = Membership.objects.update_or_create(organization=organization, user=user, defaults={"role": role})
    return membership


def change_settings(*, organization: Organization, **values: Any) -> OrganizationSettings:
    """Set the named settings. Raises ValidationError by field, and TypeError for a name that is none."""
    settings = organization.settings
    known = {field.name for field in settings._meta.concrete_fields}  # noqa: SLF001 - Django's documented Meta API
    if unknown := values.keys() - known:
        raise TypeError(f"No such setting: {', '.join(sorted(unknown))}")
    for name, value in values.items():
        setattr(settings, name, value)
    settings.full_clean()
    is_of_mail = any(name.startswith("smtp_") for name in values)
    if is_of_mail and tells_password(settings.smtp_host, settings.smtp_security, settings.smtp_user):
        sentence = (
            f"The password would cross the network to {settings.smtp_host} readable by all: choose STARTTLS or TLS."
        )
        raise ValidationError({"smtp_security": sentence})
    settings.save(update_fields=[*values])
    return settings


@transaction.atomic
def change_organization(*, organization: Organization, **values: str) -> Organization:
    """Set the named fields of the organization itself. Raises ValidationError by field."""
    if {"country", "region"} & values.keys():
        country, region = values.get("country", organization.country), values.get("region", organization.region)
        if wrong := _wrong_place(country, region):
            raise ValidationError(wrong)
        values["region"] = known_region(country, region) or ""
    for name, value in values.items():
        setattr(organization, name, value)
    organization.full_clean()
    organization.save(update_fields=[*values])
    return organization


@transaction.atomic
def change_calendar(
    *,
    organization: Organization,
    country: str,
    region: str,
    closing_days: Sequence[tuple[dt.date, str]],
    **settings: Any,
) -> None:
    """Set on which days and at what hours the organization does business; its closing days become exactly these.

    Raises ValidationError by field, and then changes nothing.
    """
    change_organization(organization=organization, country=country, region=region)
    change_settings(organization=organization, **settings)
    wanted = dict(closing_days)
    present = {entry.date: entry for entry in ClosingDay.objects.filter(organization=organization)}
    for date in present.keys() - wanted.keys():
        present[date].delete()
    for date, name in wanted.items():
        if date not in present or present[date].name != name:
            ClosingDay.objects.update_or_create(organization=organization, date=date, defaults={"name": name})


def _wrong_place(country: str, region: str) -> dict[str, str]:
    """What is wrong with a country and its region, by field: a region that is not known would lose its holidays."""
    if country and (country not in get_global("territory_languages") or len(country) != 2):
        return {"country": f"{country!r} is no ISO 3166 country code such as DE."}
    if region and not country:
        return {"region": "A region needs its country."}
    if region and known_region(country, region) is None:
        return {
            "region": f"{country} has no region {region!r} with holidays of its own; leave it empty for the country's."
        }
    return {}


def _english_of(country: str) -> str:
    return f"en_{country}" if country and _is_locale(f"en_{country}") else "en_US"


def _is_locale(identifier: str) -> bool:
    try:
        babel.Locale.parse(identifier)
    except (ValueError, babel.UnknownLocaleError):
        return False
    return True
