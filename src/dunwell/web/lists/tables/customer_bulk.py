"""What can be done with many customers at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q

from dunwell.ledger.models import Hold, HoldReason
from dunwell.ledger.services import customers as services
from dunwell.ledger.services import holds
from dunwell.organizations.models import Membership
from dunwell.rules.permissions import Permission
from dunwell.web.access import Desk
from dunwell.web.lists.table import Bulk, Choices, Effect, Outcome, Rows
from dunwell.web.lists.tables import notice_counts
from dunwell.workflows.by_hand import follow_up

NOBODY = "nobody"


class OwnerForm(forms.Form):
    owner = forms.ChoiceField(label="Owner")


class TagForm(forms.Form):
    tag = forms.CharField(label="Tag", max_length=50)


class HoldForm(forms.Form):
    reason = forms.ChoiceField(label="Reason", choices=HoldReason.choices, initial=HoldReason.MANUAL)
    ends_on = forms.DateField(
        label="Until",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Chasing goes on from this day. Empty: until somebody releases it.",
    )
    note = forms.CharField(label="Note", required=False, max_length=500)


def people(desk: Desk) -> Choices:
    """The members that can own a customer, by name."""
    members = Membership.objects.filter(organization=desk.organization).select_related("user")
    return sorted(((str(one.user_id), str(one.user)) for one in members), key=lambda pair: pair[1].casefold())


def _owner_form(desk: Desk, data: Any) -> OwnerForm:
    form = OwnerForm(data)
    field = form.fields["owner"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [*people(desk), (NOBODY, "Nobody")]
    return form


def _owner_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    del desk
    return (
        Effect(rows.filter(owner=None).count(), "without an owner so far"),
        Effect(rows.exclude(owner=None).count(), "with an owner already, who is replaced", "warn"),
    )


def _assign(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    owner = None if answers["owner"] == NOBODY else int(answers["owner"])
    done = services.assign_owner(
        organization=desk.organization, customer_ids=ids, owner_id=owner, by=desk.user, now=desk.now
    )
    return left_out(done, len(ids), "they had this owner already")


def left_out(done: int, count: int, why: str) -> Outcome:
    return Outcome(done, {why: count - done} if done < count else {})


def _tag_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    del desk
    return (
        Effect(rows.exclude(tags=[]).count(), "with tags already, which stay"),
        Effect(rows.filter(tags__len__gte=services.MOST_TAGS).count(), "full: they take no other tag", "warn"),
    )


def _tagged_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    del desk
    return (Effect(rows.exclude(tags=[]).count(), "with tags; only the one you name is taken away"),)


def _add_tag(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    done = services.add_tag(
        organization=desk.organization, customer_ids=ids, tag=answers["tag"], by=desk.user, now=desk.now
    )
    return left_out(done, len(ids), "they have this tag already, or no room for one")


def _remove_tag(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    done = services.remove_tag(
        organization=desk.organization, customer_ids=ids, tag=answers["tag"], by=desk.user, now=desk.now
    )
    return left_out(done, len(ids), "they do not have this tag")


def _hold_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    held = _standing_holds(desk).filter(invoice=None)
    return (
        Effect(rows.filter(pk__in=held.values("customer")).count(), "on hold already: this hold comes on top", "warn"),
        Effect(notice_counts.unsent_of(desk, rows), "with a notice not yet sent, which is called back", "warn"),
        Effect(rows.exclude(balances__outstanding__gt=0).count(), "owing nothing at present"),
    )


def _hold(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    placed = holds.hold_customers(
        organization=desk.organization,
        customer_ids=ids,
        reason=answers["reason"],
        starts_on=desk.today,
        ends_on=answers["ends_on"],
        note=answers["note"],
        by=desk.user,
        as_of=desk.today,
    )
    follow_up(desk.organization, now=desk.now)
    return Outcome(len(placed))


def _standing_holds(desk: Desk) -> Any:
    return desk.scope.rows(Hold).filter(
        Q(ends_on=None) | Q(ends_on__gt=desk.today), released_on=None, starts_on__lte=desk.today
    )


def _release_effects(desk: Desk, rows: Rows) -> Sequence[Effect]:
    standing = _standing_holds(desk)
    held = rows.filter(pk__in=standing.values("customer"))
    disputed = standing.filter(reason=HoldReason.DISPUTE)
    return (
        Effect(held.count(), "with holds of their own or on invoices: all of them end, and chasing goes on", "warn"),
        Effect(rows.filter(pk__in=disputed.values("customer")).count(), "with a dispute among them", "bad"),
        Effect(rows.exclude(pk__in=standing.values("customer")).count(), "not on hold: nothing changes for them"),
    )


def _release(desk: Desk, ids: list[int], answers: dict[str, Any]) -> Outcome:
    del answers
    held = _standing_holds(desk).filter(customer__in=ids).values("customer").distinct().count()
    holds.release_customers(
        organization=desk.organization, customer_ids=ids, by=desk.user, as_of=desk.today, now=desk.now
    )
    follow_up(desk.organization, now=desk.now)
    return left_out(held, len(ids), "they were not on hold")


CUSTOMER_BULK = (
    Bulk(
        name="owner",
        label="Assign owner",
        icon="user-plus",
        permission=Permission.EDIT_CUSTOMERS,
        title="Give an owner to",
        button="Assign",
        effects=_owner_effects,
        act=_assign,
        form=_owner_form,
        undo=True,
    ),
    Bulk(
        name="tag",
        label="Add tag",
        icon="tag",
        permission=Permission.EDIT_CUSTOMERS,
        title="Add a tag to",
        button="Add the tag",
        effects=_tag_effects,
        act=_add_tag,
        form=lambda _desk, data: TagForm(data),
        undo=True,
    ),
    Bulk(
        name="untag",
        label="Remove tag",
        icon="x",
        permission=Permission.EDIT_CUSTOMERS,
        title="Take a tag from",
        button="Remove the tag",
        effects=_tagged_effects,
        act=_remove_tag,
        form=lambda _desk, data: TagForm(data),
        undo=True,
    ),
    Bulk(
        name="hold",
        label="Put on hold",
        icon="player-pause",
        permission=Permission.HOLD,
        title="Stop chasing",
        button="Put on hold",
        effects=_hold_effects,
        act=_hold,
        form=lambda _desk, data: HoldForm(data),
        undo=True,
    ),
    Bulk(
        name="release",
        label="Release",
        icon="player-play",
        permission=Permission.HOLD,
        title="End the holds of",
        button="End their holds",
        effects=_release_effects,
        act=_release,
        undo=True,
        only_first=True,
    ),
)
