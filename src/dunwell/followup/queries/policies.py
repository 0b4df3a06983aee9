"""Policies as they can be written again, and what they are looked at with."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from dunwell.followup.models import DunningPolicy, PolicyStep, PolicyVersion
from dunwell.followup.queries.at_work import at_work
from dunwell.ledger.models import Contact, Customer
from dunwell.messaging.models import MessageTemplate
from dunwell.messaging.queries.senders import senders_in_use
from dunwell.messaging.rendering.formats import base_language
from dunwell.organizations.models import Membership, Organization
from dunwell.rules.policies import PolicyDraft, StepDraft, Surroundings


def draft_of(version: PolicyVersion) -> PolicyDraft:
    """A version as a draft: saved unchanged, it makes no new version."""
    steps = PolicyStep.objects.filter(version=version).select_related("template", "give_to_person", "sender")
    return PolicyDraft(
        version.policy.name,
        tuple(_draft(step) for step in steps.order_by("offset_days", "anchor", "channel")),
        version.sender.address if version.sender else "",
    )


def current_draft(policy: DunningPolicy) -> PolicyDraft:
    return draft_of(PolicyVersion.objects.select_related("policy").get(policy=policy, is_current=True))


def _draft(step: PolicyStep) -> StepDraft:
    return StepDraft(
        name=step.name,
        offset_days=step.offset_days,
        tone=step.tone,
        channel=step.channel,
        template=step.template.key if step.template else "",
        anchor=step.anchor,
        lineage=step.lineage,
        repeat_every_days=step.repeat_every_days,
        times=step.times,
        minimum_balance=step.minimum_balance,
        maximum_balance=step.maximum_balance,
        segments=tuple(step.segments),
        minimum_risk=step.minimum_risk,
        copy_to_decision_maker=step.copy_to_decision_maker,
        copy_to_owner=step.copy_to_owner,
        sender=step.sender.address if step.sender else "",
        attachments=step.attachments,
        approval_required=step.approval_required,
        raise_priority_to=step.raise_priority_to,
        give_to_role=step.give_to_role,
        give_to_person=step.give_to_person.email if step.give_to_person else "",
        instructions=step.instructions,
    )


def surroundings(
    organization: Organization, policy: DunningPolicy | None, channels_set_up: tuple[str, ...] = ("email",)
) -> Surroundings:
    """What `rules.policies.problems` wants to know."""
    texts: dict[tuple[str, str], set[str]] = {}
    found = MessageTemplate.objects.filter(organization=organization, archived_at=None)
    for key, channel, language in found.values_list("key", "channel", "language"):
        texts.setdefault((key, channel), set()).add(language)
    lineages = PolicyStep.objects.filter(version__policy=policy).values_list("lineage", flat=True) if policy else ()
    settings = organization.settings
    members = Membership.objects.filter(organization=organization).values_list("user__email", flat=True)
    return Surroundings(
        texts={place: frozenset(languages) for place, languages in texts.items()},
        languages=_read_in(organization),
        channels_set_up=frozenset(channels_set_up),
        contact_interval_days=settings.contact_interval_days,
        terms_days=settings.default_terms_days,
        window=settings.hours,
        lineages=frozenset(lineages),
        people=frozenset(members),
        gone=frozenset(members) - frozenset(at_work(organization).values_list("user__email", flat=True)),
        senders=frozenset(sender.address.lower() for sender in senders_in_use(organization)),
    )


def _read_in(organization: Organization) -> frozenset[str]:
    """The languages in which the customers of the book are written to: their own, or the organization's for who names
    none, and those of the people there.
    """
    customers = Customer.objects.filter(organization=organization)
    people = Contact.objects.filter(organization=organization).exclude(language="")
    named = {*_languages(customers), *_languages(people)}
    return frozenset(base_language(language or organization.locale) for language in named)


def _languages(rows: QuerySet[Any]) -> QuerySet[Any, str]:
    return rows.order_by().values_list("language", flat=True).distinct()
