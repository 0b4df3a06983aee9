"""Addresses of policies, below /o/<slug>/policies/."""

from __future__ import annotations

from django.urls import path

from dunwell.web.policies import editor, files, rules, simulate, views

urlpatterns = [
    path("", views.policies, name="policies"),
    path("new/", editor.add, name="policy_add"),
    path("file/", files.download_all, name="policies_file"),
    path("upload/", files.upload, name="policies_upload"),
    path("rules/", rules.rules, name="rules"),
    path("rules/new/", rules.add, name="rule_add"),
    path("rules/<int:rule_id>/", rules.edit, name="rule_edit"),
    path("rules/<int:rule_id>/move/", rules.move, name="rule_move"),
    path("rules/<int:rule_id>/remove/", rules.remove, name="rule_remove"),
    path("of-customer/<int:customer_id>/", rules.of_customer, name="customer_policy"),
    path("simulate/", simulate.simulate, name="simulate"),
    path("simulate/<int:simulation_id>/", simulate.simulation, name="simulation"),
    path("simulate/<int:simulation_id>/progress/", simulate.progress, name="simulation_progress"),
    path("simulate/<int:simulation_id>/cancel/", simulate.cancel, name="simulation_cancel"),
    path("simulate/<int:simulation_id>/remove/", simulate.remove, name="simulation_remove"),
    path("simulate/<int:simulation_id>/file/", simulate.download, name="simulation_file"),
    path("<int:policy_id>/", views.policy, name="policy"),
    path("<int:policy_id>/edit/", editor.edit, name="policy_edit"),
    path("<int:policy_id>/default/", views.default, name="policy_default"),
    path("<int:policy_id>/archive/", views.archive, name="policy_archive"),
    path("<int:policy_id>/remove/", views.remove, name="policy_remove"),
    path("<int:policy_id>/file/", files.download, name="policy_file"),
]
