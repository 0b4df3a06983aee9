"""Addresses of a person's work, below /o/<slug>/."""

from __future__ import annotations

from django.urls import path

from dunwell.web.work import calls, cases, escalation, tasks

urlpatterns = [
    path("tasks/<int:task_id>/", tasks.task, name="task"),
    path("tasks/<int:task_id>/reopen/", tasks.reopen, name="task_reopen"),
    path("customers/<int:customer_id>/call/", calls.call, name="customer_call"),
    path("contacts/<int:contact_id>/confirm-phone/", calls.confirm, name="contact_phone_confirm"),
    path("customers/<int:customer_id>/case/", cases.case, name="customer_case"),
    path("cases/<int:case_id>/release/", cases.release, name="case_release"),
    path("cases/<int:case_id>/looked-at/", cases.looked_at, name="case_looked_at"),
    path("policies/escalation/", escalation.rules, name="escalation"),
    path("policies/escalation/new/", escalation.add, name="escalation_add"),
    path("policies/escalation/<int:rule_id>/", escalation.edit, name="escalation_edit"),
    path("policies/escalation/<int:rule_id>/move/", escalation.move, name="escalation_move"),
    path("policies/escalation/<int:rule_id>/remove/", escalation.remove, name="escalation_remove"),
]
