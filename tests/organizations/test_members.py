"""Who works here: roles, leaving, invitations, and an owner that is never lost."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from dunwell.organizations.members import invitations, queries, services
from dunwell.organizations.members.queries import InvitationOverError
from dunwell.organizations.models import Invitation, Membership, Organization, OrganizationSettings, Role, User
from tests import worlds

NOW = worlds.NOW


def membership(user: User) -> Membership:
    return Membership.objects.get(user=user)


def check_now() -> None:
    """What a commit would check."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_last_owner_can_neither_step_down_nor_leave(organization: Organization, alice: User, bob: User) -> None:
    own = membership(alice)
    with pytest.raises(services.LastOwnerError, match="Northlight needs an owner"):
        services.change_role(organization=organization, membership_id=own.pk, role=Role.VIEWER, by=alice)
    with pytest.raises(services.LastOwnerError):
        services.leave(organization=organization, by=alice, now=NOW)
    services.change_role(organization=organization, membership_id=membership(bob).pk, role=Role.OWNER, by=alice)
    services.leave(organization=organization, by=alice, now=NOW)
    assert not membership(alice).is_active


def test_ownership_changes_hands_in_one_step(organization: Organization, alice: User, bob: User) -> None:
    services.transfer_ownership(organization=organization, membership_id=membership(bob).pk, by=alice)
    assert (membership(alice).role, membership(bob).role) == (Role.FINANCE_HEAD, Role.OWNER)
    check_now()
    with pytest.raises(ValidationError):
        services.transfer_ownership(organization=organization, membership_id=membership(bob).pk, by=bob)


@pytest.mark.parametrize("loss", ["role = 'viewer'", "deactivated_at = now()"])
def test_the_database_keeps_an_owner_against_any_writer(organization: Organization, alice: User, loss: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE organizations_membership SET {loss} WHERE user_id = %s", [alice.pk])
        with pytest.raises(IntegrityError, match="last owner"), transaction.atomic():
            check_now()
        cursor.execute("UPDATE organizations_membership SET role = 'owner', deactivated_at = NULL")
        check_now()


def test_an_organization_goes_with_its_owners(organization: Organization, alice: User) -> None:
    Membership.objects.filter(organization=organization).delete()
    OrganizationSettings.objects.filter(organization=organization).delete()
    organization.delete()
    check_now()
    assert not Membership.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_step_down_at_once_take_turns() -> None:
    organization = worlds.make_organization()
    both = [worlds.make_user(organization=organization, role=Role.OWNER) for _ in range(2)]
    barrier = threading.Barrier(2)
    lost: list[Exception] = []

    def step_down(user: User) -> None:
        barrier.wait()
        try:
            with transaction.atomic():  # past the service, so that the trigger alone decides
                Membership.objects.filter(user=user).update(role=Role.VIEWER)
        except IntegrityError as error:
            lost.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=step_down, args=(user,)) for user in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lost) == 1
    assert queries.owners(organization).count() == 1


def signed_in(user: User) -> str:
    session = Session.objects.create(session_key=f"key{user.pk}", session_data="", expire_date=NOW)
    UserSession.objects.create(user=user, session_key=session.session_key, ip="127.0.0.1", user_agent="Test")
    return session.session_key


def test_who_is_deactivated_is_signed_out_unless_they_work_elsewhere(
    organization: Organization, other_organization: Organization, alice: User, bob: User
) -> None:
    both = worlds.make_user(organization=organization, role=Role.VIEWER)
    Membership.objects.create(organization=other_organization, user=both, role=Role.VIEWER)
    keys = [signed_in(user) for user in (alice, bob, both)]
    for user in (bob, both):
        found = Membership.objects.get(user=user, organization=organization)
        services.deactivate(organization=organization, membership_id=found.pk, by=alice, now=NOW)
    assert set(Session.objects.values_list("session_key", flat=True)) == {keys[0], keys[2]}
    assert [entry.organization for entry in queries.memberships_of(both)] == [other_organization]
    services.reactivate(organization=organization, membership_id=membership(bob).pk, by=alice)
    assert membership(bob).is_active


def test_a_change_names_who_made_it(organization: Organization, alice: User, bob: User) -> None:
    services.change_role(organization=organization, membership_id=membership(bob).pk, role=Role.VIEWER, by=alice)
    event = membership(bob).events.select_related("pgh_context").order_by("pgh_id").last()  # type: ignore[attr-defined]
    assert (event.role, event.pgh_context.metadata["user"]) == (Role.VIEWER, alice.pk)


def test_members_of_others_are_out_of_reach(organization: Organization, alice: User, charlie: User) -> None:
    with pytest.raises(Membership.DoesNotExist):
        services.change_role(
            organization=organization, membership_id=membership(charlie).pk, role=Role.VIEWER, by=alice
        )


@pytest.fixture
def invitation(organization: Organization, alice: User) -> Invitation:
    return invitations.invite(
        organization=organization, email="Dana@Example.com ", role=Role.COLLECTOR, by=alice, now=NOW
    )


def test_an_invitation_works_once_and_makes_an_account(organization: Organization, invitation: Invitation) -> None:
    token = queries.token_of(invitation)
    joined = invitations.accept_with_new_account(token=token, name="Dana", password=worlds.PASSWORD, now=NOW)
    assert (joined.user.email, joined.role, joined.organization) == ("dana@example.com", "collector", organization)
    with pytest.raises(InvitationOverError, match="used already"):
        invitations.accept(token=token, user=joined.user, now=NOW)


def test_who_has_an_account_joins_with_it_and_no_other(invitation: Invitation, charlie: User) -> None:
    token = queries.token_of(invitation)
    with pytest.raises(invitations.OtherAccountError, match=r"for dana@example\.com"):
        invitations.accept(token=token, user=charlie, now=NOW)
    dana = worlds.make_user("dana@example.com")
    assert invitations.accept(token=token, user=dana, now=NOW).user == dana


def test_a_link_that_is_old_renewed_withdrawn_or_forged_leads_nowhere(
    organization: Organization, alice: User, invitation: Invitation
) -> None:
    first = queries.token_of(invitation)
    with pytest.raises(InvitationOverError, match="expired"):
        queries.invitation_of(first, NOW + dt.timedelta(days=7))
    invitations.renew(organization=organization, invitation_id=invitation.pk, by=alice, now=NOW)
    with pytest.raises(InvitationOverError, match="newer mail"):
        queries.invitation_of(first, NOW)
    invitation.refresh_from_db()
    second = queries.token_of(invitation)
    assert queries.invitation_of(second, NOW).pk == invitation.pk
    with pytest.raises(InvitationOverError, match="not complete"):
        queries.invitation_of(second[:-2], NOW)
    invitations.withdraw(organization=organization, invitation_id=invitation.pk, by=alice, now=NOW)
    with pytest.raises(InvitationOverError, match="withdrawn"):
        queries.invitation_of(second, NOW)


def test_nobody_is_asked_twice(organization: Organization, alice: User, invitation: Invitation) -> None:
    def ask(email: str) -> Invitation:
        return invitations.invite(organization=organization, email=email, role=Role.VIEWER, by=alice, now=NOW)

    with pytest.raises(ValidationError, match="invited already"):
        ask("dana@example.com")
    with pytest.raises(ValidationError, match="works here already"):
        ask(alice.email)
    with pytest.raises(ValidationError, match=r"name@example\.com"):
        ask("dana")


def test_who_was_deactivated_comes_back_by_invitation(organization: Organization, alice: User, bob: User) -> None:
    services.deactivate(organization=organization, membership_id=membership(bob).pk, by=alice, now=NOW)
    asked = invitations.invite(organization=organization, email=bob.email, role=Role.VIEWER, by=alice, now=NOW)
    joined = invitations.accept(token=queries.token_of(asked), user=bob, now=NOW)
    assert (joined.is_active, joined.role) == (True, Role.VIEWER)
