"""Addresses that nothing more goes to, whoever brings them again.

What a contact said, and what a server said of its address, stands with the contact. A contact can be removed, be given
another address, be merged, or come anew with tomorrow's file: the address is remembered here. The database does so
itself, statement by statement, by the triggers below, whatever writes the rows; where a contact with a remembered
address comes, it gets the opt-out or the refusal at once, and is treated like everybody who has one.
"""
# ruff: noqa: S608 - the statements are made of parts of this file, never of a request

from __future__ import annotations

import pgtrigger
from django.db import models

from dunwell.ledger.models.choices import ChannelChoice, ChoiceSource
from dunwell.ledger.models.customers import CHANNELS, Contact
from dunwell.organizations.keeping import kept
from dunwell.organizations.models import Organization


class WhyNot(models.TextChoices):
    OPTED_OUT = "opted_out", "Opted out"
    REFUSED = "refused", "Refused by the server"
    SOMEBODY_ELSE = "somebody_else", "Somebody else’s"


@kept()
class DoNotContact(models.Model):
    """An address through which a channel is closed. An address is an e-mail address in small letters, an SMS number in
    E.164, or, of somebody else's, the phone as it was entered (no SMS goes there, and no call).

    Who opted out of letters is known again by either of the first two.
    """

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+", db_index=False)
    address = models.CharField(max_length=320)
    channel = models.CharField(max_length=20, choices=CHANNELS)
    why = models.CharField(max_length=15, choices=WhyNot.choices)
    since = models.DateTimeField()
    source = models.CharField(max_length=10, choices=ChoiceSource.choices, blank=True)
    detail = models.CharField(max_length=300, blank=True, help_text="Their words, or the server's.")
    name = models.CharField(max_length=520, blank=True, help_text="Whose it was: the person, and the customer.")
    by = models.ForeignKey("organizations.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name = "address not to be contacted"
        verbose_name_plural = "addresses not to be contacted"
        constraints = [
            # Also how a contact that comes is looked up
            models.UniqueConstraint(fields=("organization", "address", "channel", "why"), name="do_not_contact_once"),
            models.CheckConstraint(condition=~models.Q(address=""), name="do_not_contact_has_an_address"),
            models.CheckConstraint(
                condition=models.Q(channel__in=[value for value, _ in CHANNELS]), name="do_not_contact_channel_known"
            ),
            models.CheckConstraint(condition=models.Q(why__in=WhyNot.values), name="do_not_contact_why_known"),
            models.CheckConstraint(
                condition=models.Q(source__in=["", *ChoiceSource.values]), name="do_not_contact_source_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.address}: {self.get_why_display().lower()}"


# While this is "on" in a transaction, rows come back as they were: nothing follows from them once more
RESTORING = "dunwell.restoring"

_UNLESS_RESTORING = f"IF current_setting('{RESTORING}', true) = 'on' THEN RETURN NULL; END IF;"
_INTO = "INSERT INTO ledger_donotcontact (organization_id, address, channel, why, since, source, detail, name, by_id)"
# What is known already stays, unless this is newer: who comes again with what was remembered changes nothing
_NEWEST = """
ON CONFLICT (organization_id, address, channel, why) DO UPDATE
   SET since = excluded.since, source = excluded.source, detail = excluded.detail, name = excluded.name,
       by_id = excluded.by_id
 WHERE ledger_donotcontact.since < excluded.since;
"""
_WHO = "concat_ws(', ', nullif(contact.name, ''), customer.name)"
# A contact's addresses, and the channel that each is for
_KNOWN_BY = (
    "CROSS JOIN LATERAL (VALUES ('email', lower(contact.email)), ('sms', contact.sms_number)) AS own (kind, address)"
)

# The addresses of whoever has opted out: when that is said, and when one of them gets another address
_OPTED_OUT = f"""
{_INTO}
SELECT DISTINCT ON (contact.organization_id, own.address, choice.channel)
       contact.organization_id, own.address, choice.channel, 'opted_out', choice.said_at, choice.source, choice.detail,
       {_WHO}, choice.by_id
  FROM {{said}}
  JOIN ledger_customer AS customer ON customer.id = contact.customer_id
  {_KNOWN_BY}
 WHERE choice.said = 'opted_out' AND own.address > '' AND choice.channel IN (own.kind, 'letter')
 ORDER BY contact.organization_id, own.address, choice.channel, choice.said_at DESC
{_NEWEST}
"""
_OF_CHOICES = "new_rows AS choice JOIN ledger_contact AS contact ON contact.id = choice.contact_id"
_OF_CONTACTS = "({came}) AS contact JOIN ledger_channelchoice AS choice ON choice.contact_id = contact.id"

_CHOICE_MADE = f"""
{_UNLESS_RESTORING}
{_OPTED_OUT.format(said=_OF_CHOICES)}
DELETE FROM ledger_donotcontact AS known
 USING new_rows AS choice
  JOIN ledger_contact AS contact ON contact.id = choice.contact_id
  {_KNOWN_BY}
 WHERE choice.said = 'agreed' AND known.why = 'opted_out' AND known.organization_id = contact.organization_id
   AND known.address = own.address AND known.channel = choice.channel AND choice.channel IN (own.kind, 'letter');
RETURN NULL;
"""

# What a server, or whoever answered, has said of an address: `was` before this statement, `is` after it
_REFUSALS = """CROSS JOIN LATERAL (VALUES
    ('email', 'refused', lower(earlier.email), lower(contact.email), earlier.email_refused_at, contact.email_refused_at,
     'provider', contact.email_refused_reason),
    ('sms', 'refused', earlier.sms_number, contact.sms_number, earlier.sms_refused_at, contact.sms_refused_at,
     'provider', contact.sms_refused_reason),
    ('sms', 'somebody_else', earlier.phone, contact.phone, earlier.phone_refused_at, contact.phone_refused_at,
     'staff', '')
) AS refusal (channel, why, had, has, was, since, source, detail)"""

_REFUSED_OR_CONFIRMED = f"""
{_INTO}
SELECT DISTINCT ON (contact.organization_id, refusal.has, refusal.channel, refusal.why)
       contact.organization_id, refusal.has, refusal.channel, refusal.why, refusal.since, refusal.source,
       refusal.detail, {_WHO}, NULL
  FROM new_rows AS contact
  JOIN old_rows AS earlier ON earlier.id = contact.id
  JOIN ledger_customer AS customer ON customer.id = contact.customer_id
  {_REFUSALS}
 WHERE refusal.since IS NOT NULL AND refusal.has > ''
   AND (refusal.was IS NULL OR refusal.had IS DISTINCT FROM refusal.has)
 ORDER BY contact.organization_id, refusal.has, refusal.channel, refusal.why, refusal.since DESC
{_NEWEST}
DELETE FROM ledger_donotcontact AS known
 USING new_rows AS contact
  JOIN old_rows AS earlier ON earlier.id = contact.id
  {_REFUSALS}
 WHERE refusal.was IS NOT NULL AND refusal.since IS NULL AND refusal.had = refusal.has
   AND known.organization_id = contact.organization_id AND known.address = refusal.has
   AND known.channel = refusal.channel AND known.why = refusal.why;
"""

# Whoever comes with an address that is remembered gets what is remembered of it
_KNOWN_AGAIN = f"""
INSERT INTO ledger_channelchoice (organization_id, contact_id, channel, said, source, said_at, detail, by_id)
SELECT DISTINCT ON (contact.id, known.channel)
       contact.organization_id, contact.id, known.channel, 'opted_out', known.source, known.since, known.detail,
       known.by_id
  FROM ({{came}}) AS contact
  {_KNOWN_BY}
  JOIN ledger_donotcontact AS known ON known.organization_id = contact.organization_id AND known.address = own.address
       AND known.why = 'opted_out' AND known.channel IN (own.kind, 'letter')
 ORDER BY contact.id, known.channel, known.since DESC
ON CONFLICT (contact_id, channel) DO UPDATE
   SET said = excluded.said, source = excluded.source, said_at = excluded.said_at, detail = excluded.detail,
       by_id = excluded.by_id
 WHERE ledger_channelchoice.said_at < excluded.said_at;

UPDATE ledger_contact AS contact
   SET email_refused_at = coalesce(contact.email_refused_at, email.since),
       email_refused_reason = CASE WHEN contact.email_refused_at IS NULL THEN coalesce(email.detail, '')
                                   ELSE contact.email_refused_reason END,
       sms_refused_at = coalesce(contact.sms_refused_at, sms.since),
       sms_refused_reason = CASE WHEN contact.sms_refused_at IS NULL THEN coalesce(sms.detail, '')
                                 ELSE contact.sms_refused_reason END,
       phone_refused_at = coalesce(contact.phone_refused_at, phone.since)
  FROM ({{came}}) AS came
  LEFT JOIN ledger_donotcontact AS email ON email.organization_id = came.organization_id
       AND email.address = lower(came.email) AND email.channel = 'email' AND email.why = 'refused'
  LEFT JOIN ledger_donotcontact AS sms ON sms.organization_id = came.organization_id
       AND sms.address = came.sms_number AND sms.channel = 'sms' AND sms.why = 'refused'
  LEFT JOIN ledger_donotcontact AS phone ON phone.organization_id = came.organization_id
       AND phone.address = came.phone AND phone.channel = 'sms' AND phone.why = 'somebody_else'
 WHERE contact.id = came.id
   AND (email.id IS NOT NULL AND contact.email_refused_at IS NULL
        OR sms.id IS NOT NULL AND contact.sms_refused_at IS NULL
        OR phone.id IS NOT NULL AND contact.phone_refused_at IS NULL);
"""

_CAME = "SELECT * FROM new_rows"
_CHANGED = """SELECT now_is.* FROM new_rows AS now_is JOIN old_rows AS was ON was.id = now_is.id
    WHERE (lower(now_is.email), now_is.sms_number, now_is.phone)
          IS DISTINCT FROM (lower(was.email), was.sms_number, was.phone)"""
_SAME = """
IF NOT EXISTS (
    SELECT FROM new_rows AS now_is JOIN old_rows AS was ON was.id = now_is.id
     WHERE (now_is.email, now_is.sms_number, now_is.phone,
            now_is.email_refused_at, now_is.sms_refused_at, now_is.phone_refused_at)
           IS DISTINCT FROM
           (was.email, was.sms_number, was.phone, was.email_refused_at, was.sms_refused_at, was.phone_refused_at)
) THEN RETURN NULL; END IF;
"""
_NEW = pgtrigger.Referencing(new="new_rows")  # type: ignore[no-untyped-call]
_OLD_AND_NEW = pgtrigger.Referencing(old="old_rows", new="new_rows")  # type: ignore[no-untyped-call]

# Triggers run in the order of their names. These come after the history's (insert_insert, update_update): what they
# change is then its last entry.
pgtrigger.register(
    *(
        pgtrigger.Trigger(
            name=f"remembered_{name}",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=_NEW,
            func=_CHOICE_MADE,
        )
        for name, operation in (("insert", pgtrigger.Insert), ("update", pgtrigger.Update))
    )
)(ChannelChoice)
pgtrigger.register(
    pgtrigger.Trigger(
        name="whoever_comes_insert",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=_NEW,
        func=_UNLESS_RESTORING + _KNOWN_AGAIN.format(came=_CAME) + "RETURN NULL;",
    ),
    pgtrigger.Trigger(
        name="whoever_comes_update",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Update,
        referencing=_OLD_AND_NEW,
        func=_UNLESS_RESTORING
        + _SAME
        + _REFUSED_OR_CONFIRMED
        + _OPTED_OUT.format(said=_OF_CONTACTS.format(came=_CHANGED))
        + _KNOWN_AGAIN.format(came=_CHANGED)
        + "RETURN NULL;",
    ),
)(Contact)
