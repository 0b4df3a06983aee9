"""Who of the team is told what, and by which way.

One table holds the defaults by role; an organization may choose otherwise for a role, and a person for themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class AlertKind(StrEnum):
    DUE_SOON = "due_soon"
    FIRST_MISSED_PAYMENT = "first_missed_payment"
    BECAME_DEFAULTER = "became_defaulter"
    DEFAULTED_AGAIN = "defaulted_again"
    LAST_STEP_DONE = "last_step_done"
    ESCALATION = "escalation"
    MESSAGE_FAILED = "message_failed"
    MESSAGE_UNCERTAIN = "message_uncertain"
    ADDRESS_REFUSED = "address_refused"
    REPLY_RECEIVED = "reply_received"
    LETTERS_NOT_POSTED = "letters_not_posted"
    WORK_LEFT = "work_left"
    DATA_STALE = "data_stale"


MEANINGS: dict[AlertKind, tuple[str, str]] = {
    AlertKind.DUE_SOON: ("A due date is coming", "Something of a customer falls due within three days."),
    AlertKind.FIRST_MISSED_PAYMENT: ("First missed payment", "A customer who was never late before is overdue."),
    AlertKind.BECAME_DEFAULTER: ("Became a defaulter", "A customer is a defaulter for the first time."),
    AlertKind.DEFAULTED_AGAIN: ("Defaulted again", "A customer who had paid up is a defaulter once more."),
    AlertKind.LAST_STEP_DONE: ("Every reminder has gone", "The last step is done and the invoice is still open."),
    AlertKind.ESCALATION: ("An escalation", "A case was raised to priority 1 or 2, or given to somebody."),
    AlertKind.MESSAGE_FAILED: ("A message failed", "A reminder could not be delivered."),
    AlertKind.MESSAGE_UNCERTAIN: ("A message is uncertain", "Nobody knows whether a reminder arrived."),
    AlertKind.ADDRESS_REFUSED: ("An address was refused", "A server says that a contact's address does not exist."),
    AlertKind.REPLY_RECEIVED: (
        "A customer answered by SMS",
        "Somebody has to read it; STOP and START count by themselves.",
    ),
    AlertKind.LETTERS_NOT_POSTED: ("Letters were not posted", "A printed pile that nobody has marked as posted."),
    AlertKind.WORK_LEFT: ("Work is nobody's", "Whose it was works here no more, or sees less than before."),
    AlertKind.DATA_STALE: ("The book is out of date", "A source is older than allowed; its customers are not chased."),
}


# Business days after which a printed pile that nobody has marked as posted is told. A pile is called back rather than
# posted after a week: this leaves three days to find out.
UNPOSTED_AFTER = 2


class ByMail(StrEnum):
    NONE = "none"
    AT_ONCE = "at_once"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether a kind is shown in the app, and whether it comes by e-mail."""

    in_app: bool
    mail: ByMail

    @property
    def wanted(self) -> bool:
        return self.in_app or self.mail is not ByMail.NONE


_WAYS = {
    "-": Choice(in_app=False, mail=ByMail.NONE),
    "app": Choice(in_app=True, mail=ByMail.NONE),
    "daily": Choice(in_app=True, mail=ByMail.DAILY),
    "mail": Choice(in_app=True, mail=ByMail.AT_ONCE),
}

_DEFAULTS = """
                       owner  finance_head  collector  account_manager  viewer
due_soon                 -         -            -             -           -
first_missed_payment     -        app          daily         daily        -
became_defaulter        app       daily        daily         daily        -
defaulted_again         app       daily        daily         daily        -
last_step_done          app       daily        mail          mail         -
escalation              app        app         mail          mail         -
message_failed           -        app          app           app          -
message_uncertain        -        app          mail          app          -
address_refused          -        app          mail          mail         -
reply_received           -         -           mail          mail         -
letters_not_posted       -        app          mail           -           -
work_left               app       mail         app            -           -
data_stale              mail      mail         mail           -           -
"""


def _read(table: str) -> dict[tuple[AlertKind, str], Choice]:
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return {
        (AlertKind(name), role): _WAYS[cell] for name, *cells in rows for role, cell in zip(head, cells, strict=True)
    }


DEFAULTS: dict[tuple[AlertKind, str], Choice] = _read(_DEFAULTS)
NOTHING = _WAYS["-"]


def choice(
    kind: AlertKind,
    *,
    role: str,
    user_id: int,
    by_role: Mapping[tuple[str, str], Choice],
    by_user: Mapping[tuple[str, int], Choice],
) -> Choice:
    """How a member is told of this kind: as they chose themselves, else as their role does, else by the defaults.

    `by_role` is keyed by (kind, role), `by_user` by (kind, user id). An unknown role is told nothing.
    """
    own = by_user.get((kind, user_id))
    if own is not None:
        return own
    return by_role.get((kind, role)) or DEFAULTS.get((kind, role), NOTHING)
