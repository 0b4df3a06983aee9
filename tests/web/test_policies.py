"""Policies in the browser: written in rows, looked at before they are saved, never over a colleague's version."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from dunwell.followup.models import Action, DunningPolicy, PolicyVersion
from dunwell.followup.queries.policies import current_draft
from dunwell.followup.services.policies import HIGH_VALUE_STEPS, PolicyRefusedError, save_policy
from dunwell.organizations.models import Membership, Organization, OrganizationSettings
from dunwell.rules.policies import PolicyDraft, StepDraft
from dunwell.web.policies.forms import initial_of
from tests import worlds
from tests.web.conftest import Desk, prepare
from tests.worlds import NOW

Browse = Callable[..., Client]


@pytest.fixture
def policy(desk: Desk) -> DunningPolicy:
    return DunningPolicy.objects.get(organization=desk.organization)


def typed(draft: PolicyDraft, seen: int | None = None, **changes: str) -> dict[str, object]:
    """What a browser sends for a draft."""
    sent: dict[str, object] = {"name": draft.name, "seen": seen or "", "checked": "", "rows": len(draft.steps)}
    for place, step in enumerate(draft.steps):
        for name, value in initial_of(step).items():
            if value is not None and value is not False:
                sent[f"step-{place}-{name}"] = value
    return sent | changes


def checked(client: Client, at: str, sent: dict[str, object]) -> dict[str, object]:
    """As it is sent after it was looked at."""
    page = client.post(at, {**sent, "do": "check"})
    assert page.status_code == 200, page.content.decode()
    return {**sent, "checked": page.context["sheet"].policy.data["checked"], "do": "save"}


def test_a_change_is_shown_before_it_is_saved_and_then_saved_as_the_next_version(
    owner: Client, desk: Desk, policy: DunningPolicy
) -> None:
    at = desk.url(f"policies/{policy.pk}/edit/")
    assert owner.get(at).content.decode().count('name="do" value="remove-') == 5
    sent = typed(current_draft(policy), seen=1, **{"step-3-days": "8", "step-4-days": "9", "step-4-name": "Last word"})
    before = list(Action.objects.order_by("pk").values_list("pk", "step_id", "state", "reason"))
    page = owner.post(at, {**sent, "do": "save"})  # not looked at yet: shown, not saved
    text = page.content.decode()
    assert "2 open invoices would be chased otherwise." in text
    assert "Last word" in text
    assert PolicyVersion.objects.filter(policy=policy).count() == 1
    assert list(Action.objects.order_by("pk").values_list("pk", "step_id", "state", "reason")) == before
    saved = owner.post(at, checked(owner, at, sent))
    assert saved.status_code == 302
    version = PolicyVersion.objects.get(policy=policy, is_current=True)
    assert version.number == 2
    assert version.created_by is not None
    assert [(step.lineage, step.offset_days) for step in version.steps.all()] == [
        (1, -3),
        (2, 0),
        (3, 3),
        (4, 8),
        (5, 9),
    ]
    shown = owner.get(desk.url(f"policies/{policy.pk}/")).content.decode()
    assert "Version 1" in shown
    assert "Last word" in shown


def test_a_step_gives_the_case_to_a_person(owner: Client, desk: Desk, policy: DunningPolicy) -> None:
    at = desk.url(f"policies/{policy.pk}/edit/")
    anna = worlds.make_user("anna@northlight.example", organization=desk.organization, role="collector")
    gives = {"step-4-give_to_person": anna.email, "step-4-give_to_role": "finance_head"}
    owner.post(at, checked(owner, at, typed(current_draft(policy), seen=1, **gives)))
    assert current_draft(policy).steps[4].give_to_person == anna.email
    shown = owner.get(desk.url(f"policies/{policy.pk}/")).content.decode()
    assert "Gives the case to Anna, else to: finance head" in shown
    Membership.objects.filter(user=anna).update(deactivated_at=NOW)
    assert "Anna (no more)" in owner.get(at).content.decode()
    stranger = {"step-4-give_to_person": "eve@else.example"}
    assert owner.post(at, typed(current_draft(policy), seen=2, do="check", **stranger)).status_code == 422


def test_what_was_changed_after_the_look_is_looked_at_again(owner: Client, desk: Desk, policy: DunningPolicy) -> None:
    at = desk.url(f"policies/{policy.pk}/edit/")
    sent = checked(owner, at, typed(current_draft(policy), seen=1, **{"step-4-days": "15"}))
    page = owner.post(at, {**sent, "step-4-days": "16"})
    assert "since the last check" in page.content.decode()
    assert not PolicyVersion.objects.filter(policy=policy, number=2).exists()


def test_refusals_stand_beside_their_fields_and_keep_what_was_typed(
    owner: Client, desk: Desk, policy: DunningPolicy
) -> None:
    at = desk.url(f"policies/{policy.pk}/edit/")
    changes = {"step-0-template": "", "step-1-times": "3", "step-2-name": "My own name", "step-3-days": "3"}
    page = owner.post(at, typed(current_draft(policy), seen=1, do="check", **changes))
    assert page.status_code == 422
    steps = page.context["sheet"].steps
    assert steps[0].errors["template"] == ["An e-mail needs a text."]
    assert steps[1].errors["repeat_every_days"] == ["A step that repeats needs to know every how many days."]
    assert "the same day as" in steps[3].errors["days"][0]
    assert "My own name" in page.content.decode()
    unread = owner.post(at, typed(current_draft(policy), seen=1, do="check", **{"step-0-days": "soon"}))
    assert unread.status_code == 422
    assert unread.context["sheet"].steps[0].errors["days"]


def test_a_bad_policy_is_refused_or_warned_about_with_the_reason(
    owner: Client, desk: Desk, policy: DunningPolicy
) -> None:
    """What a team may write by mistake: two on one day, a language without a text, a night, a day before the issue."""
    at = desk.url(f"policies/{policy.pk}/edit/")
    draft = current_draft(policy)

    def said(**changes: str) -> tuple[int, str]:
        page = owner.post(at, typed(draft, seen=1, do="check", **changes))
        return page.status_code, page.content.decode()

    status, text = said(**{"step-3-days": "3"})
    assert status == 422
    assert "It falls on the same day as &#x27;Reminder&#x27;, through the same channel: 3 days after." in text
    worlds.make_customer(desk.organization, language="pl")
    status, text = said()
    assert status == 200
    assert "The text &#x27;reminder&#x27; is not written in pl: those customers get another." in text
    assert "Save" in text
    status, text = said(**{"step-0-days": "45"})
    assert "With terms of 30 days its day lies before the invoice is issued" in text
    status, text = said(**{"step-0-side": "after-issue", "step-0-days": "-1"})
    assert status == 422
    call = {"step-4-channel": "call", "step-4-template": ""}
    OrganizationSettings.objects.filter(organization=desk.organization).update(
        window_opens=dt.time(6), window_closes=dt.time(20)
    )
    status, text = said(**call)
    assert status == 200
    assert "A call goes between 08:00 and 21:00 only, whatever the send window says." in text
    # A window of nights alone is not even kept
    settings = OrganizationSettings.objects.filter(organization=desk.organization)
    with pytest.raises(IntegrityError, match="settings_window_has_daytime"), transaction.atomic():
        settings.update(window_opens=dt.time(21, 30), window_closes=dt.time(23))
    # Whatever is saved ends: no form nor file brings more
    status, text = said(**{"step-2-repeat_every_days": "1", "step-2-times": "61"})
    assert status == 422
    with pytest.raises(PolicyRefusedError, match="nothing chases for ever"):
        save_policy(
            organization=desk.organization,
            draft=PolicyDraft("Endless", (StepDraft("Again", 1, channel="call", repeat_every_days=1, times=61),)),
            by=None,
        )


def test_rows_come_and_go_without_a_script(owner: Client, desk: Desk, policy: DunningPolicy) -> None:
    at = desk.url(f"policies/{policy.pk}/edit/")
    more_of_it = {"step-0-name": "Hello", "step-0-copy_to_owner": "on", "step-0-approval_required": "on"}
    sent = typed(current_draft(policy), seen=1, **more_of_it)
    more = owner.post(at, {**sent, "do": "add"})
    assert len(more.context["sheet"].steps) == 6
    assert 'value="Hello"' in more.content.decode()
    assert more.context["sheet"].steps[0].has_more
    assert re.search(r'name="step-0-copy_to_owner"[^>]* checked', more.content.decode())
    fewer = owner.post(at, {**sent, "do": "remove-1"})
    assert [form.initial["name"] for form in fewer.context["sheet"].steps] == [
        "Hello", "Reminder", "Firm reminder", "Final reminder",
    ]  # fmt: skip
    nothing = owner.post(at, {"name": "", "rows": "0", "do": "check"})
    assert nothing.status_code == 422


def test_a_colleagues_version_is_not_overwritten(owner: Client, desk: Desk, policy: DunningPolicy) -> None:
    at = desk.url(f"policies/{policy.pk}/edit/")
    sent = checked(owner, at, typed(current_draft(policy), seen=1, **{"step-4-days": "20"}))
    draft = current_draft(policy)
    colleague = worlds.make_user(organization=desk.organization, role="finance_head")
    save_policy(
        organization=desk.organization,
        draft=PolicyDraft("Standard", draft.steps[:4]),
        policy_id=policy.pk,
        by=colleague,
    )
    page = owner.post(at, sent)
    assert page.status_code == 422
    assert "Version 2 was saved" in page.content.decode()
    assert 'value="20"' in page.content.decode()  # what was typed is kept
    assert PolicyVersion.objects.filter(policy=policy).count() == 2
    again = {**sent, "seen": page.context["sheet"].policy["seen"].value()}
    assert again["seen"] == "2"


def test_a_new_policy_a_copy_and_what_can_be_done_with_it(owner: Client, desk: Desk, policy: DunningPolicy) -> None:
    at = desk.url("policies/new/")
    assert 'value="Copy of Standard"' in owner.get(f"{at}?of={policy.pk}").content.decode()
    example = owner.get(f"{at}?example=high-value").context["sheet"]
    assert len(example.steps) == len(HIGH_VALUE_STEPS)
    draft = PolicyDraft("High value", HIGH_VALUE_STEPS)
    owner.post(at, checked(owner, at, typed(draft)))
    made = DunningPolicy.objects.get(organization=desk.organization, name="High value")
    assert [step.name for step in current_draft(made).steps] == [step.name for step in HIGH_VALUE_STEPS]
    taken = owner.post(at, {**typed(draft), "do": "check"})
    assert "There is a policy" in taken.context["sheet"].policy.errors["name"][0]
    assert "It is the default" in owner.post(desk.url(f"policies/{policy.pk}/remove/"), follow=True).content.decode()
    owner.post(desk.url(f"policies/{made.pk}/default/"))
    assert DunningPolicy.objects.get(organization=desk.organization, is_default=True) == made
    kept = owner.post(desk.url(f"policies/{policy.pk}/remove/"), follow=True).content.decode()
    assert "It has chased invoices" in kept
    owner.post(desk.url(f"policies/{policy.pk}/default/"))
    owner.post(desk.url(f"policies/{made.pk}/remove/"))
    assert not DunningPolicy.objects.filter(pk=made.pk).exists()
    file = owner.get(desk.url(f"policies/{policy.pk}/file/"))
    assert "standard.toml" in file["Content-Disposition"]
    assert 'name = "Final reminder"' in file.content.decode()


@pytest.mark.parametrize("role", ["collector", "account_manager", "viewer"])
def test_who_may_not_edit_reads(browse: Browse, desk: Desk, policy: DunningPolicy, role: str) -> None:
    client = browse(role)
    page = client.get(desk.url(f"policies/{policy.pk}/"))
    assert page.status_code == 200
    assert "/edit/" not in page.content.decode()
    assert client.post(desk.url(f"policies/{policy.pk}/edit/"), {"do": "save"}).status_code == 403
    assert client.post(desk.url(f"policies/{policy.pk}/default/")).status_code == 403


def test_another_organizations_policy_is_not_there(owner: Client, desk: Desk, db: None) -> None:
    other: Organization = worlds.make_organization("elsewhere", chasing=False)
    prepare(other)
    theirs = DunningPolicy.objects.get(organization=other)
    for path in ("", "edit/", "file/"):
        assert owner.get(desk.url(f"policies/{theirs.pk}/{path}")).status_code == 404, path
    for path in ("edit/", "default/", "remove/"):
        assert owner.post(desk.url(f"policies/{theirs.pk}/{path}"), {"do": "save"}).status_code == 404, path
    assert owner.get(desk.url(f"policies/new/?of={theirs.pk}")).status_code == 404


def test_a_policy_is_archived_and_comes_back(owner: Client, desk: Desk) -> None:
    steps = (StepDraft("Call", 1, channel="call"),)
    spare = save_policy(organization=desk.organization, draft=PolicyDraft("By phone", steps), by=None).policy
    address = desk.url(f"policies/{spare.pk}/")
    page = owner.post(address + "archive/", follow=True).content.decode()
    assert "“By phone” is archived." in page
    assert "Archived: 1" in page
    page = owner.get(address).content.decode()
    assert "It cannot be assigned, and chases nobody." in page
    assert "Edit" not in page.split("page-head-actions")[1].split("</details>")[0].split("<details")[0]
    page = owner.post(address + "archive/", {"to": "restore"}, follow=True).content.decode()
    assert "“By phone” is back." in page
    default = DunningPolicy.objects.get(organization=desk.organization, is_default=True)
    page = owner.post(desk.url(f"policies/{default.pk}/archive/"), follow=True).content.decode()
    assert "is not archived. It is the default" in page
