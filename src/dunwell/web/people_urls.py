"""Addresses of the people pages, below /o/<slug>/people/."""

from __future__ import annotations

from django.urls import path

from dunwell.web import people

urlpatterns = [
    path("", people.people, name="people"),
    path("invite/", people.invite, name="people_invite"),
    path("second-factor/", people.second_factor, name="people_second_factor"),
    path("leave/", people.leave, name="people_leave"),
    path("invitations/<int:invitation_id>/resend/", people.resend, name="invitation_resend"),
    path("invitations/<int:invitation_id>/withdraw/", people.withdraw, name="invitation_withdraw"),
    path("<int:membership_id>/role/", people.change_role, name="member_role"),
    path("<int:membership_id>/deactivate/", people.deactivate, name="member_deactivate"),
    path("<int:membership_id>/reactivate/", people.reactivate, name="member_reactivate"),
    path("<int:membership_id>/transfer/", people.transfer, name="member_transfer"),
]
