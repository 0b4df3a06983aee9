"""Addresses of the staff pages. Everything of one organization lies below /o/<slug>/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from dunwell.web import (
    chasing,
    customers,
    defaulters,
    followup,
    home,
    invoices,
    landing,
    notice_actions,
    notices,
    policies,
    search,
    settings,
    waiting_actions,
)

app_name = "web"

inside: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("customers/", customers.customers, name="customers"),
    path("customers/<int:customer_id>/", customers.customer, name="customer"),
    path("defaulters/", defaulters.defaulters, name="defaulters"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("follow-up/", followup.followup, name="followup"),
    path("follow-up/waiting/", followup.waiting, name="followup_waiting"),
    path("follow-up/waiting/<int:action_id>/chase/", waiting_actions.chase, name="waiting_chase"),
    path("follow-up/waiting/<int:action_id>/send/", waiting_actions.send, name="waiting_send"),
    path("follow-up/waiting/<int:action_id>/drop/", waiting_actions.drop, name="waiting_drop"),
    path("follow-up/ended/", followup.ended, name="followup_ended"),
    path("follow-up/start/", chasing.start, name="start_chasing"),
    path("follow-up/stop/", chasing.stop, name="stop_sending"),
    path("follow-up/resume/", chasing.resume, name="resume_sending"),
    path("notices/<int:notice_id>/", notices.notice, name="notice"),
    path("notices/<int:notice_id>/mail/", notices.mail, name="notice_mail"),
    path("notices/<int:notice_id>/approve/", notice_actions.approve, name="notice_approve"),
    path("notices/<int:notice_id>/edit/", notice_actions.edit, name="notice_edit"),
    path("notices/<int:notice_id>/drop/", notice_actions.drop, name="notice_drop"),
    path("notices/<int:notice_id>/send/", notice_actions.send, name="notice_send"),
    path("notices/<int:notice_id>/resolve/", notice_actions.resolve, name="notice_resolve"),
    path("imports/", include("dunwell.web.imports.urls")),
    path("policies/", policies.policies, name="policies"),
    path("policies/<int:policy_id>/", policies.policy, name="policy"),
    path("templates/", include("dunwell.web.texts.urls")),
    path("settings/", settings.overview, name="settings"),
    path("settings/sender/test/", settings.test_mail, name="settings_test_mail"),
    path("settings/<str:section>/", settings.section, name="settings_section"),
]

urlpatterns = [
    path("", landing.landing, name="landing"),
    path("o/<slug:slug>/", include(inside)),
]
