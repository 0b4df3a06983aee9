"""Addresses of the set-up: before there is an organization, and inside one."""

from __future__ import annotations

from django.urls import URLPattern, path

from dunwell.web.setup import beginning, samples, steps

outside: list[URLPattern] = [
    path("", beginning.owner, name="setup_owner"),
    path("organization/", beginning.organization, name="setup_organization"),
    path("archive/", beginning.archive, name="setup_archive"),
]

urlpatterns: list[URLPattern] = [
    path("", steps.overview, name="setup"),
    path("sender/", steps.sender, name="setup_sender"),
    path("way-to-pay/", steps.payment, name="setup_payment"),
    path("book/", steps.book, name="setup_book"),
    path("finish/", steps.finish, name="setup_finish"),
    path("sample/", samples.make, name="setup_sample"),
    path("sample/remove/", samples.remove, name="setup_sample_remove"),
]
