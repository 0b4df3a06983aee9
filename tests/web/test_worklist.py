"""The worklist, the sheet of a call, cases and escalation rules, as a person sees them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from dunwell.alerts.models import Alert, AlertWatch
from dunwell.alerts.services.collect import collect
from dunwell.alerts.words import words as told
from dunwell.followup.models import Case, DunningPolicy, EscalationRule, Task
from dunwell.followup.queries.at_work import who_is_at_work
from dunwell.followup.services.escalation import install_escalation_rules
from dunwell.followup.services.policies import save_policy
from dunwell.followup.services.tasks import give_tasks
from dunwell.ledger.models import Contact, Hold
from dunwell.organizations.models import Membership, OrganizationSettings, User
from dunwell.organizations.queries import database_now
from dunwell.rules.escalation import Tone
from dunwell.rules.permissions import ROLES
from dunwell.rules.policies import PolicyDraft, StepDraft
from tests import worlds
from tests.web.conftest import Desk, run
from tests.web.test_people import sign_in

Browse = Callable[..., Client]
DAY = dt.timedelta(days=1)
STEPS = (
    StepDraft("Reminder", 1, Tone.NEUTRAL, template="reminder"),
    StepDraft("Call them", 5, channel="call", instructions="Ask for <a day>."),
    StepDraft("Check the order", 6, channel="task", instructions="Was it delivered?"),
)


@pytest.fixture
def calling(desk: Desk) -> Desk:
    """Harbor & Pine is to be called, and its order to be checked."""
    policy = DunningPolicy.objects.get(organization=desk.organization)
    save_policy(organization=desk.organization, draft=PolicyDraft("Standard", STEPS), policy_id=policy.pk, by=None)
    install_escalation_rules(organization=desk.organization)
    OrganizationSettings.objects.filter(organization=desk.organization).update(chasing_started_at=worlds.NOW)
    Contact.objects.filter(customer=desk.customer).update(phone="+49 30 12-34")
    run(desk.organization)
    return desk


def text(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_says_what_to_do_and_why(calling: Desk, owner: Client) -> None:
    page = text(owner, calling.url("follow-up/worklist/"))
    for words in ("Harbor &amp; Pine", "Call", "Ask for &lt;a day&gt;.", "Check the order", "Was it delivered?"):
        assert words in page
    assert "Harbor" not in text(owner, calling.url("follow-up/worklist/?whose=mine"))
    assert "Harbor" not in text(owner, calling.url("follow-up/worklist/?due=later"))
    assert "Harbor" in text(owner, calling.url("follow-up/worklist/?whose=everybody&due=all&kind=call"))
    lines = owner.get(calling.url("follow-up/worklist/?format=csv&whose=everybody&due=all")).getvalue().decode()
    assert "Harbor & Pine" in lines


def test_nobody_is_called_before_chasing_has_started(calling: Desk, owner: Client) -> None:
    OrganizationSettings.objects.filter(organization=calling.organization).update(chasing_started_at=None)
    page = text(owner, calling.url("follow-up/worklist/"))
    assert "Chasing has not started" in page
    assert "Ask for" not in page


def test_a_call_is_made_from_its_sheet(calling: Desk, owner: Client) -> None:
    task = Task.objects.get(kind="call")
    address = calling.url(f"tasks/{task.pk}/")
    page = text(owner, address)
    assert 'href="tel:+49301234"' in page
    assert "Has everything arrived" in page
    assert "two_digits" not in page
    assert owner.get(address).context["form"]["contact_id"].value() == str(calling.customer.contacts.get().pk)
    wrong = owner.post(address, {"outcome": "promised"})
    assert wrong.status_code == 422
    assert "Write down the day they named." in wrong.content.decode()
    promised_on = calling.today + 3 * DAY
    done = owner.post(
        address, {"outcome": "promised", "promised_on": promised_on.isoformat(), "note": "Friday"}, follow=True
    )
    said = done.content.decode()
    assert "Promised to pay: kept." in said
    assert "Ask for" not in said
    assert set(Hold.objects.values_list("reason", "ends_on")) == {("promise", promised_on + DAY)}
    assert "off the list" in text(owner, address)


def test_a_call_is_undone(calling: Desk, owner: Client) -> None:
    task = Task.objects.get(kind="call")
    contact = calling.customer.contacts.get()
    page = owner.post(
        calling.url(f"tasks/{task.pk}/"), {"outcome": "wrong_number", "contact_id": contact.pk}, follow=True
    )
    task.refresh_from_db()
    assert (task.state, task.reason) == ("done", "not_reached")
    token = page.context["messages"]
    (message,) = list(token)
    owner.post(calling.url("undo/"), {"change": message.extra_tags.removeprefix("undo:")})
    task.refresh_from_db()
    contact.refresh_from_db()
    assert task.state == "open"
    assert contact.phone_refused_at is None


def test_a_call_of_ones_own_idea(calling: Desk, owner: Client) -> None:
    other = worlds.make_customer(calling.organization, "Quiet & Co")
    address = calling.url(f"customers/{other.pk}/call/")
    assert "No phone number is known" in text(owner, address)
    owner.post(address, {"outcome": "reached", "note": "All is well"})
    assert "All is well" in text(owner, calling.url(f"customers/{other.pk}/"))
    # Where a call stands on the list, it is that one
    assert owner.get(calling.url(f"customers/{calling.customer.pk}/call/")).status_code == 302


def test_an_internal_task_is_closed_and_reopened(calling: Desk, owner: Client) -> None:
    task = Task.objects.get(kind="task")
    address = calling.url(f"tasks/{task.pk}/")
    assert "Was it delivered?" in text(owner, address)
    owner.post(address, {"note": "It was.", "do": "done"})
    assert "It was." in text(owner, address)
    owner.post(f"{address}reopen/")
    task.refresh_from_db()
    assert task.state == "open"


def test_the_case_of_a_customer_is_set_by_hand_and_goes_back_to_the_rules(calling: Desk, owner: Client) -> None:
    bob = worlds.make_user("bob@northlight.example", organization=calling.organization, role="collector")
    page = text(owner, calling.url(f"customers/{calling.customer.pk}/"))
    assert "4 Low" in page
    owner.post(
        calling.url(f"customers/{calling.customer.pk}/case/"),
        {"priority": "1", "owner": str(bob.pk), "note": "He knows them"},
    )
    for path in (f"customers/{calling.customer.pk}/", f"invoices/{calling.invoice.pk}/"):
        page = text(owner, calling.url(path))
        for words in ("1 Urgent", "He knows them", "The rules say 4, low."):
            assert words in page
    case = Case.objects.get()
    assert "He knows them" in page
    owner.post(calling.url(f"cases/{case.pk}/looked-at/"))
    owner.post(calling.url(f"cases/{case.pk}/release/"))
    case.refresh_from_db()
    assert (case.priority, case.due_on, case.owner_by_hand) == (4, None, None)


def test_many_entries_are_given_and_done(calling: Desk, owner: Client, browse: Browse) -> None:
    bob = worlds.make_user("bob@northlight.example", organization=calling.organization, role="collector")
    address = calling.url("lists/worklist/bulk/give/")
    preview = owner.post(address, {"all": "1"})
    assert preview.status_code == 200
    owner.post(address, {"all": "1", "confirmed": "1", "expected": "2", "owner": str(bob.pk)})
    assert set(Task.objects.values_list("given_to", flat=True)) == {bob.pk}
    assert "Ask for" in text(browse(bob), calling.url("follow-up/worklist/?whose=mine"))
    done = calling.url("lists/worklist/bulk/done/?kind=task")
    client = browse(bob)
    client.post(done, {"all": "1", "confirmed": "1", "expected": "1", "note": "Seen"})
    assert Task.objects.get(kind="task").state == "done"


def test_work_is_given_to_those_who_can_do_it(calling: Desk, owner: Client) -> None:
    vera = worlds.make_user("vera@northlight.example", organization=calling.organization, role="viewer")
    mia = worlds.make_user("mia@northlight.example", organization=calling.organization, role="account_manager")
    address = calling.url("lists/worklist/bulk/give/")
    page = owner.post(address, {"all": "1"}).content.decode()
    assert "Vera" not in page
    refused = owner.post(address, {"all": "1", "confirmed": "1", "expected": "2", "owner": str(mia.pk)})
    assert "Mia sees only the customers they own, and not Harbor &amp; Pine" in refused.content.decode()
    assert not Task.objects.exclude(given_to=None).exists()
    case = calling.url(f"customers/{calling.customer.pk}/case/")
    choices = owner.get(case).context["form"].fields["owner"].choices
    assert {str(vera.pk), str(mia.pk)}.isdisjoint(value for value, _ in choices)
    calling.customer.owner = mia
    calling.customer.save()
    choices = owner.get(case).context["form"].fields["owner"].choices
    assert str(mia.pk) in {value for value, _ in choices}


def test_what_somebody_had_is_nobodys_when_they_leave(calling: Desk, browse: Browse) -> None:
    owner = sign_in(worlds.make_user(organization=calling.organization))
    worklist, whose = (
        calling.url("follow-up/worklist/?due=all"),
        calling.url("follow-up/worklist/?due=all&whose=nobody"),
    )
    bob = worlds.make_user("bob@northlight.example", organization=calling.organization, role="collector")
    finance = browse("finance_head")
    AlertWatch.objects.create(organization=calling.organization, collected_to=database_now())
    give_tasks(
        organization=calling.organization, task_ids=list(Task.objects.values_list("pk", flat=True)), user_id=bob.pk
    )
    assert "Harbor" not in text(finance, whose)
    member = Membership.objects.get(user=bob)
    page = owner.post(calling.url(f"people/{member.pk}/role/"), {"role": "viewer"}, follow=True)
    assert "2 entries that were theirs are nobody’s now" in page.content.decode()
    assert "Ask for" in text(finance, whose)
    assert "Bob" not in text(finance, worklist)
    collect(calling.organization, now=database_now())
    alert = Alert.objects.get(kind="work_left")
    said = told(alert, "en")
    assert (said.title, said.path) == ("2 entries of Bob: nobody's now", "follow-up/worklist/?whose=nobody&due=all")
    owner.post(calling.url(f"people/{member.pk}/role/"), {"role": "collector"}, follow=True)
    assert "Ask for" not in text(finance, whose)  # it is his again
    page = owner.post(calling.url(f"people/{member.pk}/deactivate/"), follow=True)
    assert "2 entries that were theirs are nobody’s now" in page.content.decode()
    assert "Ask for" in text(finance, whose)


@pytest.mark.parametrize("role", ROLES)
def test_the_view_and_the_table_of_permissions_say_the_same(calling: Desk, role: str) -> None:
    person = worlds.make_user("pat@northlight.example", organization=calling.organization, role=role)
    people = who_is_at_work(calling.organization)
    with connection.cursor() as cursor:
        for owned_by in (None, person.pk, calling.organization.pk + 1000):
            cursor.execute("SELECT coalesce(followup_may_take(%s, %s, %s), false)", [role, person.pk, owned_by])
            assert cursor.fetchone() == (people.may_take(person.pk, owned_by),)
            assert people.has(role, owned_by) is people.may_take(person.pk, owned_by)


def test_an_account_manager_sees_own_customers_only(calling: Desk, browse: Browse) -> None:
    mia = worlds.make_user("mia@northlight.example", organization=calling.organization, role="account_manager")
    client = browse(mia)
    task = Task.objects.get(kind="call")
    assert "Harbor" not in text(client, calling.url("follow-up/worklist/?whose=everybody"))
    assert client.get(calling.url(f"tasks/{task.pk}/")).status_code == 404
    assert client.post(calling.url(f"tasks/{task.pk}/"), {"outcome": "reached"}).status_code == 404
    calling.customer.owner = mia
    calling.customer.save()
    assert "Harbor" in text(client, calling.url("follow-up/worklist/"))
    assert client.post(calling.url(f"customers/{calling.customer.pk}/case/"), {"priority": "1"}).status_code == 403


def test_escalation_rules_are_written(calling: Desk, owner: Client, browse: Browse) -> None:
    page = text(owner, calling.url("policies/escalation/"))
    assert "Refuses to pay" in page
    assert "10,000 EUR overdue or more" in page
    added = {"name": "A week", "priority": "2", "minimum_days": "7"}
    owner.post(calling.url("policies/escalation/new/"), added)
    rule = EscalationRule.objects.get(name="A week")
    run(calling.organization)
    assert "A week: 7 days overdue or more." in text(owner, calling.url(f"customers/{calling.customer.pk}/"))
    owner.post(calling.url(f"policies/escalation/{rule.pk}/move/"), {"to": "up"})
    refused = owner.post(
        calling.url(f"policies/escalation/{rule.pk}/"), {**added, "minimum_days": "", "before": "A week"}
    )
    assert "fit every case" in refused.content.decode()
    owner.post(calling.url(f"policies/escalation/{rule.pk}/remove/"))
    assert not EscalationRule.objects.filter(name="A week").exists()
    assert browse("collector").get(calling.url("policies/escalation/new/")).status_code == 403


def test_a_person_who_left_is_not_chosen(calling: Desk, owner: Client, browse: Browse) -> None:
    stranger: User = worlds.make_user("else@where.example")
    answer = owner.post(calling.url(f"customers/{calling.customer.pk}/case/"), {"owner": str(stranger.pk)})
    assert answer.status_code == 422
