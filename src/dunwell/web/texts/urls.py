"""Addresses of the texts' pages, below /templates/ of an organization."""

from __future__ import annotations

from django.urls import path

from dunwell.web.texts import views

urlpatterns = [
    path("", views.library, name="texts"),
    path("<int:text_id>/", views.text, name="text"),
    path("<int:text_id>/preview/", views.preview, name="text_preview"),
    path("<int:text_id>/paper/", views.paper, name="text_paper"),
    path("<int:text_id>/check/", views.check, name="text_check"),
    path("<int:text_id>/test/", views.test, name="text_test"),
    path("<int:text_id>/restore/", views.restore, name="text_restore"),
    path("<int:text_id>/language/", views.add_language, name="text_language"),
    path("<int:text_id>/copy/", views.copy, name="text_copy"),
]
