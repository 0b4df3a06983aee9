"""Addresses of entries about customers and the people there, below /o/<slug>/."""

from __future__ import annotations

from django.urls import path

from dunwell.web.customer_edit import contacts, merge, views

urlpatterns = [
    path("customers/new/", views.add, name="customer_add"),
    path("customers/choose/", views.choose, name="customer_choose"),
    path("customers/<int:customer_id>/edit/", views.edit, name="customer_edit"),
    path("customers/<int:customer_id>/archive/", views.archive, name="customer_archive"),
    path("customers/<int:customer_id>/restore/", views.restore, name="customer_restore"),
    path("customers/<int:customer_id>/merge/", merge.merge, name="customer_merge"),
    path("customers/<int:customer_id>/contacts/new/", contacts.add, name="contact_add"),
    path("contacts/<int:contact_id>/edit/", contacts.edit, name="contact_edit"),
    path("contacts/<int:contact_id>/channels/", contacts.channels, name="contact_channels"),
    path("customers/<int:customer_id>/letters/confirm/", contacts.confirm_letters, name="customer_confirm_letters"),
    path("contacts/<int:contact_id>/remove/", contacts.remove, name="contact_remove"),
    path("contacts/<int:contact_id>/primary/", contacts.make_primary, name="contact_primary"),
    path("contacts/<int:contact_id>/confirm/", contacts.confirm, name="contact_confirm"),
]
