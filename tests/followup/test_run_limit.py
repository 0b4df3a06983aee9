"""The most notices of a day: the most urgent are written, the rest waits and says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dunwell.followup.models import Action, Notice, PolicyStep, PolicyVersion
from dunwell.followup.services import passes
from dunwell.followup.services.compose import Composed, compose
from dunwell.followup.services.notices import send_despite_limits
from dunwell.followup.services.prepare import prepare
from dunwell.followup.services.run_limit import choose_most_urgent
from dunwell.followup.services.texts import Texts
from dunwell.ledger.models import Customer, TouchedCustomer
from dunwell.messaging.models import MessageTemplate
from dunwell.organizations.models import Organization, OrganizationSettings
from dunwell.rules.urgency import Wanted, most_urgent
from dunwell.workflows.sender import sender_of
from tests import worlds
from tests.worlds import TODAY

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def begin(organization: Organization, day: dt.date, hour: int) -> passes.Pass:
    organization = Organization.objects.select_related("settings").get(pk=organization.pk)
    now = dt.datetime.combine(day, dt.time(hour), tzinfo=dt.UTC)
    return passes.begin(organization, as_of=day, now=now, channels_set_up=("email", "letter"))


def live(organization: Organization, day: dt.date = TODAY, hour: int = 7) -> int:
    """One pass; how many notices it wrote."""
    this = begin(organization, day, hour)
    prepare(this)
    sender = sender_of(organization)
    return compose(this, None, sender, Texts(organization, sender)).notices


def limit(most: int | None) -> None:
    OrganizationSettings.objects.update(run_limit=most)


def late(organization: Organization, *days: int) -> list[Customer]:
    """A customer with one invoice for each number of days past due."""
    customers = [worlds.make_customer(organization) for _ in days]
    for customer, overdue in zip(customers, days, strict=True):
        worlds.make_invoice(customer, due_on=TODAY - overdue * DAY)
    return customers


def written_to() -> set[int]:
    return set(Notice.objects.exclude(state="cancelled").values_list("customer_id", flat=True))


def waiting() -> set[int]:
    return set(Action.objects.filter(state="waiting", reason="run_limit").values_list("customer_id", flat=True))


def ids(customers: Iterable[Customer]) -> set[int]:
    return {customer.pk for customer in customers}


def test_the_oldest_debts_go_and_the_rest_says_why_it_waits(organization: Organization, policy: PolicyVersion) -> None:
    young, old, older = late(organization, 0, 7, 30)
    limit(2)
    assert live(organization) == 2
    assert written_to() == ids([old, older])
    assert waiting() == ids([young])
    action = Action.objects.get(customer=young, reason="run_limit")
    assert action.recheck_on == TODAY + DAY


def test_the_passes_of_one_day_count_together(organization: Organization, policy: PolicyVersion) -> None:
    late(organization, 0, 3, 7, 30)
    limit(3)
    assert live(organization) == 3
    newcomer = worlds.make_customer(organization)
    worlds.make_invoice(newcomer, due_on=TODAY - 60 * DAY)
    assert live(organization, hour=8) == 0
    assert newcomer.pk in waiting()


def test_what_waits_goes_on_the_next_day(organization: Organization, policy: PolicyVersion) -> None:
    late(organization, 3, 7, 7, 30, 30)
    limit(2)
    live(organization)
    Notice.objects.update(state="sent", contact_on=TODAY)
    Action.objects.filter(state="planned").update(state="done", done_on=TODAY)
    assert live(organization, TODAY + DAY) == 2
    assert len(waiting()) == 1


def test_a_place_that_is_given_up_is_taken_by_the_next(organization: Organization, policy: PolicyVersion) -> None:
    """What turns out to be called back leaves room in the next pass of the same day."""
    young, old = late(organization, 0, 7)
    limit(1)
    live(organization)
    assert written_to() == ids([old])
    worlds.make_hold(old)
    assert live(organization, hour=8) == 1
    assert written_to() == ids([young])


def test_what_cannot_be_written_holds_nobody_up(organization: Organization, policy: PolicyVersion) -> None:
    """The most urgent one has a text with a hole: the next in order takes its place within the same pass."""
    young, old = late(organization, 0, 30)
    old.contacts.update(name="")
    text = PolicyStep.objects.get(version=policy, offset_days=7).template
    assert text is not None
    MessageTemplate.objects.filter(key=text.key).update(subject="For {{ contact.name }}")
    limit(1)
    assert live(organization) == 1
    assert written_to() == ids([young])
    assert Action.objects.filter(customer=old, state="waiting", reason="text_incomplete").exists()


def test_many_batches_are_sorted_as_often_as_few(
    organization: Organization, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dunwell.followup.services.compose.CUSTOMERS_PER_BATCH", 1)
    sorted_times = []
    for more in (2, 6):
        late(organization, *range(20, 20 + more))
        limit(100)
        with CaptureQueriesContext(connection) as queries:
            assert live(organization) == more
        sorted_times.append(sum("WITH candidate AS" in query["sql"] for query in queries))
    assert sorted_times[0] == sorted_times[1]


def test_what_another_pass_plans_between_two_batches_is_within_the_limit(
    organization: Organization, policy: PolicyVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dunwell.followup.services.compose.CUSTOMERS_PER_BATCH", 1)
    first, second = late(organization, 20, 30)
    limit(2)
    this = begin(organization, TODAY, 7)
    prepare(this)
    sender = sender_of(organization)
    came: list[Customer] = []

    def another_pass(_: Composed) -> None:
        if not came:
            came.extend(late(organization, 40, 50))
            prepare(begin(organization, TODAY, 8))

    assert compose(this, None, sender, Texts(organization, sender), after_batch=another_pass).notices == 2
    assert written_to() == ids([first, came[1]])
    assert waiting() == ids([second, came[0]])


def test_without_a_limit_what_waited_for_it_goes(organization: Organization, policy: PolicyVersion) -> None:
    customers = late(organization, 0, 7, 30)
    limit(1)
    live(organization)
    limit(None)
    live(organization, hour=8)
    assert written_to() == ids(customers)
    assert waiting() == set()


def test_a_person_lets_one_go_all_the_same(organization: Organization, policy: PolicyVersion) -> None:
    young, old = late(organization, 0, 30)
    limit(1)
    live(organization)
    person = worlds.make_user(organization=organization)
    now = begin(organization, TODAY, 8).now
    assert send_despite_limits(organization=organization, customer_id=young.pk, by=person, now=now) == 1
    live(organization, hour=8)
    assert written_to() == ids([young, old])
    assert Notice.objects.get(customer=young).state == "awaiting_approval"


def test_two_currencies_of_one_customer_are_two_notices(organization: Organization, policy: PolicyVersion) -> None:
    customer = worlds.make_customer(organization)
    for currency, overdue in (("EUR", 30), ("USD", 0)):
        worlds.make_invoice(customer, due_on=TODAY - overdue * DAY, currency=currency)
    limit(1)
    assert live(organization) == 1
    assert list(Notice.objects.values_list("currency", flat=True)) == ["EUR"]


def sent_notice(organization: Organization, customer: Customer, currency: str, step: PolicyStep) -> Notice:
    """One that went some days ago."""
    at = dt.datetime.combine(TODAY - 5 * DAY, dt.time(9), tzinfo=dt.UTC)
    return Notice.objects.create(
        organization=organization, customer=customer, currency=currency, channel="email", step=step, tone=step.tone,
        as_of=at.date(), state="sent", recipient="billing@client.example", subject="Reminder", body_text="",
        body_html="", amount=1, fingerprint="", opens_at=at, closes_at=at,
    )  # fmt: skip


books = st.lists(
    st.tuples(
        st.integers(0, 3),  # which customer
        st.integers(-3, 40),  # days past due
        st.sampled_from(["EUR", "USD"]),
        st.booleans(),  # whether an earlier step of it was sent
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(book=books, most=st.integers(1, 8))
def test_the_statement_chooses_what_the_rule_chooses(
    book: list[tuple[int, int, str, bool]], most: int, organization: Organization, policy: PolicyVersion
) -> None:
    for model in (Action, Notice, TouchedCustomer):
        model._default_manager.all().delete()
    Customer.objects.filter(organization=organization).delete()
    customers = [worlds.make_customer(organization) for _ in range(4)]
    steps = list(PolicyStep.objects.filter(version=policy).order_by("offset_days"))
    rows: dict[tuple[int, str], list[tuple[dt.date, bool, bool, Action]]] = {}
    for which, overdue, currency, known in book:
        invoice = worlds.make_invoice(customers[which], due_on=TODAY - overdue * DAY, currency=currency)
        common = {
            "organization": organization,
            "customer": customers[which],
            "invoice": invoice,
            "step_day": TODAY,
            "channel": "email",
        }
        if known:
            earlier = {**common, "notice": sent_notice(organization, customers[which], currency, steps[0])}
            Action.objects.create(
                **earlier, step=steps[0], lineage=steps[0].lineage, offset_days=-3, state="done", done_on=TODAY
            )
        step = steps[-1] if known and overdue > 20 else steps[2]
        action = Action.objects.create(
            **common, step=step, lineage=step.lineage, offset_days=step.offset_days, state="planned"
        )
        rows.setdefault((customers[which].pk, currency), []).append(
            (invoice.due_on, step.tone == "final", known, action)
        )
    wanted: dict[Wanted, list[Action]] = {}
    for (customer, currency), lines in rows.items():
        is_split = any(is_final for _, is_final, _, _ in lines)
        for is_first_word in (False, True):
            part = [line for line in lines if (is_split and not line[2]) is is_first_word]
            if part:
                oldest = min(due_on for due_on, *_ in part)
                key = Wanted(customer, oldest, currency, "email", is_first_word)
                wanted[key] = [line[3] for line in part]
    limit(most)
    choose_most_urgent(begin(organization, TODAY, 7))
    expected = {action.pk for notice in most_urgent(wanted, most) for action in wanted[notice]}
    assert set(Action.objects.filter(state="planned").values_list("pk", flat=True)) == expected
    assert Action.objects.filter(state="waiting", reason="run_limit").count() == len(book) - len(expected)
