"""Addresses of the import pages, below /o/<slug>/imports/."""

from __future__ import annotations

from django.urls import path

from dunwell.web.imports import views

urlpatterns = [
    path("", views.imports, name="imports"),
    path("new/", views.receive, name="import_new"),
    path("<int:import_id>/", views.file_import, name="import"),
    path("<int:import_id>/columns/", views.columns, name="import_columns"),
    path("<int:import_id>/start/", views.start, name="import_start"),
    path("<int:import_id>/progress/", views.progress, name="import_progress"),
    path("<int:import_id>/undo/", views.undo, name="import_undo"),
    path("<int:import_id>/file/", views.file, name="import_file"),
    path("<int:import_id>/errors/", views.errors, name="import_errors"),
]
