"""Addresses of the staff pages. Everything of one organization lies below /o/<slug>/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from dunwell.web import (
    appearance,
    audit,
    chasing,
    customers,
    guide,
    home,
    insights,
    invoices,
    joining,
    landing,
    message,
    notice_actions,
    notices,
    payments,
    search,
    settings,
    settings_data,
    undo,
    waiting_actions,
)
from dunwell.web.lists import bulk, saved, tables
from dunwell.web.lists.pages import show
from dunwell.web.setup import urls as setup

app_name = "web"

inside: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("lists/<str:name>/bulk/<str:action>/", bulk.bulk, name="bulk"),
    path("lists/<str:name>/views/", saved.save, name="view_save"),
    path("lists/views/<int:view_id>/change/", saved.change, name="view_change"),
    path("lists/views/<int:view_id>/delete/", saved.delete, name="view_delete"),
    path("search/", search.search, name="search"),
    path("customers/", show(tables.CUSTOMERS), name="customers"),
    path("customers/<int:customer_id>/", customers.customer, name="customer"),
    path("defaulters/", show(tables.DEFAULTERS), name="defaulters"),
    path("invoices/", show(tables.INVOICES), name="invoices"),
    path("invoices/<int:invoice_id>/", invoices.invoice, name="invoice"),
    path("payments/", show(tables.PAYMENTS), name="payments"),
    path("payments/<int:payment_id>/", payments.payment, name="payment"),
    path("credit-notes/", show(tables.CREDIT_NOTES), name="credit_notes"),
    path("credit-notes/<int:credit_note_id>/", payments.credit_note, name="credit_note"),
    path("follow-up/", show(tables.NOTICES), name="followup"),
    path("follow-up/waiting/", show(tables.WAITING), name="followup_waiting"),
    path("follow-up/waiting/<int:action_id>/chase/", waiting_actions.chase, name="waiting_chase"),
    path("follow-up/waiting/<int:action_id>/send/", waiting_actions.send, name="waiting_send"),
    path("follow-up/waiting/<int:action_id>/drop/", waiting_actions.drop, name="waiting_drop"),
    path("follow-up/ended/", show(tables.ENDED), name="followup_ended"),
    path("follow-up/messages/", show(tables.MESSAGES), name="messages"),
    path("follow-up/messages/<int:message_id>/", message.message, name="message"),
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
    path("alerts/", include("dunwell.web.alerts.urls")),
    path("set-up/", include("dunwell.web.setup.urls")),
    path("undo/", undo.undo, name="undo"),
    path("", include("dunwell.web.customer_edit.urls")),
    path("", include("dunwell.web.ledger_entries.urls")),
    path("", include("dunwell.web.notebook.urls")),
    path("imports/", include("dunwell.web.imports.urls")),
    path("insights/", insights.insights, name="insights"),
    path("changes/", audit.audit, name="audit"),
    path("people/", include("dunwell.web.people_urls")),
    path("policies/", include("dunwell.web.policies.urls")),
    path("templates/", include("dunwell.web.texts.urls")),
    path("settings/", settings.overview, name="settings"),
    path("settings/sender/test/", settings.test_mail, name="settings_test_mail"),
    path("settings/appearance/", appearance.appearance, name="appearance"),
    path("settings/data/", settings_data.data, name="settings_data"),
    path("settings/data/export/", settings_data.export, name="settings_export"),
    path("settings/data/delete/", settings_data.delete, name="settings_delete"),
    path("settings/<str:section>/", settings.section, name="settings_section"),
]

urlpatterns = [
    path("logo/<str:digest>/", appearance.logo, name="logo"),
    path("brand/<str:color>.css", appearance.brand, name="brand"),
    path("", landing.landing, name="landing"),
    path("setup/", include(setup.outside)),
    path("join/<str:token>/", joining.join, name="join"),
    path("guide/", guide.guide, name="guide"),
    path("guide/pictures/<str:name>", guide.picture, name="guide_picture"),
    path("guide/<slug:name>/", guide.page, name="guide_page"),
    path("o/<slug:slug>/", include(inside)),
]
