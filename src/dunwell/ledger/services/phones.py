"""Phone numbers as SMS providers want them, from the way people write them."""

from __future__ import annotations

import functools

from django.db import connection, transaction

_BATCH = 5_000

_WANTED = """
SELECT contact.id, contact.phone, coalesce(nullif(customer.country, ''), organization.country)
  FROM ledger_contact AS contact
  JOIN ledger_customer AS customer ON customer.id = contact.customer_id
  JOIN organizations_organization AS organization ON organization.id = contact.organization_id
 WHERE contact.organization_id = %s AND contact.sms_number IS NULL AND contact.phone <> '' LIMIT %s
"""
_STORE = """
UPDATE ledger_contact AS contact SET sms_number = found.number
  FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS found (id, phone, number)
 WHERE contact.id = found.id AND contact.phone = found.phone  -- else it was changed meanwhile, and is looked at again
"""


@functools.lru_cache(maxsize=4096)
def sms_number(phone: str, country: str) -> str:
    """The number in E.164 where it can take an SMS; empty where it is a fixed line, or no number at all.

    `country` (two letters, may be empty) says what a number without +49 or 0049 means.
    """
    # Here: the plans of all countries are loaded only by who reads a number
    import phonenumbers
    from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

    # Where numbers are shared between fixed lines and mobiles (North America) nobody can tell from the number
    takes_sms = (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE)
    text = f"+{phone.strip()[2:]}" if phone.strip().startswith("00") else phone
    try:
        number = phonenumbers.parse(text, country or None)
    except NumberParseException:
        return ""
    if not phonenumbers.is_valid_number(number) or phonenumbers.number_type(number) not in takes_sms:
        return ""
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


@transaction.atomic
def look_at_phones(*, organization_id: int) -> int:
    """Find the SMS number of contacts whose phone or country is new; how many were looked at."""
    looked_at = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(_WANTED, [organization_id, _BATCH])
            rows = cursor.fetchall()
            if not rows:
                return looked_at
            numbers = [sms_number(phone, country) for _, phone, country in rows]
            cursor.execute(_STORE, [[pk for pk, _, _ in rows], [phone for _, phone, _ in rows], numbers])
            looked_at += len(rows)
