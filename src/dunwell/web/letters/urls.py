"""Addresses of letters on paper."""

from __future__ import annotations

from django.urls import path

from dunwell.web.letters import views

urlpatterns = [
    path("", views.letters, name="letters"),
    path("print/", views.make, name="letters_print"),
    path("batches/<int:batch_id>/", views.batch, name="letter_batch"),
    path("batches/<int:batch_id>/file/", views.file, name="letter_batch_file"),
    path("batches/<int:batch_id>/posted/", views.posted, name="letter_batch_posted"),
    path("batches/<int:batch_id>/not-posted/", views.unmark, name="letter_batch_unmark"),
    path("batches/<int:batch_id>/take-out/", views.take_out, name="letter_batch_take_out"),
]
