"""Who may do what: one table, read by pages, services and the command line alike.

Every row is a permission; the marks name the roles that have it. A permission that is not in the
table does not exist: asking for it is a programming error, not a refusal. Without `see_every_customer` a role's
other permissions reach only the customers that the member owns.
"""

from __future__ import annotations

from enum import StrEnum


class Permission(StrEnum):
    VIEW_BOOK = "view_book"
    SEE_EVERY_CUSTOMER = "see_every_customer"
    EXPORT_BOOK = "export_book"
    IMPORT_BOOK = "import_book"
    UNDO_IMPORT = "undo_import"
    EDIT_CUSTOMERS = "edit_customers"
    MERGE_CUSTOMERS = "merge_customers"
    EDIT_INVOICES = "edit_invoices"
    RECORD_PAYMENTS = "record_payments"
    WRITE_OFF = "write_off"
    HOLD = "hold"
    ADD_NOTES = "add_notes"
    DO_TASKS = "do_tasks"
    GIVE_CASES = "give_cases"
    READ_NOTICES = "read_notices"
    APPROVE_NOTICES = "approve_notices"
    EDIT_NOTICES = "edit_notices"
    SEND_NOW = "send_now"
    OVERRIDE_LIMITS = "override_limits"
    CHASE_OLD_DEBT = "chase_old_debt"
    RESOLVE_UNCERTAIN = "resolve_uncertain"
    START_CHASING = "start_chasing"
    STOP_SENDING = "stop_sending"
    RESUME_SENDING = "resume_sending"
    VIEW_SETTINGS = "view_settings"
    EDIT_SETTINGS = "edit_settings"
    EDIT_TEXTS = "edit_texts"
    EDIT_POLICIES = "edit_policies"
    MANAGE_SHARED_VIEWS = "manage_shared_views"
    VIEW_AUDIT = "view_audit"
    VIEW_PEOPLE = "view_people"
    MANAGE_PEOPLE = "manage_people"
    EXPORT_ORGANIZATION = "export_organization"
    DELETE_ORGANIZATION = "delete_organization"


ROLES = ("owner", "finance_head", "collector", "account_manager", "viewer")

_TABLE = """
                    owner  finance_head  collector  account_manager  viewer
view_book             x         x            x             x            x
see_every_customer    x         x            x             -            x
export_book           x         x            x             x            -
import_book           x         x            x             -            -
undo_import           x         x            x             -            -
edit_customers        x         x            x             x            -
merge_customers       x         x            x             -            -
edit_invoices         x         x            x             -            -
record_payments       x         x            x             -            -
write_off             x         x            -             -            -
hold                  x         x            x             x            -
add_notes             x         x            x             x            -
do_tasks              x         x            x             x            -
give_cases            x         x            x             -            -
read_notices          x         x            x             x            x
approve_notices       x         x            x             -            -
edit_notices          x         x            x             x            -
send_now              x         x            x             -            -
override_limits       x         x            -             -            -
chase_old_debt        x         x            x             -            -
resolve_uncertain     x         x            x             -            -
start_chasing         x         x            -             -            -
stop_sending          x         x            x             x            -
resume_sending        x         x            -             -            -
view_settings         x         x            x             x            x
edit_settings         x         x            -             -            -
edit_texts            x         x            -             -            -
edit_policies         x         x            -             -            -
manage_shared_views   x         x            -             -            -
view_audit            x         x            x             -            -
view_people           x         x            x             x            x
manage_people         x         -            -             -            -
export_organization   x         -            -             -            -
delete_organization   x         -            -             -            -
"""


# What each role is for, as the people page tells it
ROLE_NOTES = {
    "owner": "Everything, and who works here.",
    "finance_head": "Everything but people: starts chasing, decides about limits and settings.",
    "collector": "The daily work: imports, approves, sends, decides about cases.",
    "account_manager": "Sees and works on their own customers only; sends nothing.",
    "viewer": "Reads everything, changes nothing.",
}


def _read(table: str) -> dict[str, frozenset[Permission]]:
    head, *rows = [line.split() for line in table.strip().splitlines()]
    marks = {Permission(row[0]): dict(zip(head, row[1:], strict=True)) for row in rows}
    return {role: frozenset(name for name, given in marks.items() if given[role] == "x") for role in head}


PERMISSIONS: dict[str, frozenset[Permission]] = _read(_TABLE)


def may(role: str, permission: Permission) -> bool:
    """Whether a member with this role may do this; an unknown role may nothing."""
    return permission in PERMISSIONS.get(role, frozenset())
