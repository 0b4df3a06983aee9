"""The letters in English."""

from __future__ import annotations

from dunwell.messaging.texts.letters import parts as p

_VOICE = p.Voice(
    language="en",
    to_person="Dear {{ contact.name }},",
    to_nobody="Dear Sir or Madam,",
    regards="With kind regards,",
    credit=f"Your credit of {p.CREDIT} is already taken into account.",
    earlier=f"We last wrote to you about this on {p.LAST}.",
    promised=f"On {p.PROMISED} you told us that you would pay by {p.PAY_ON}.",
    write_to=f"You can reach us at {p.MAIL}.",
)
_LATE = p.late("1 day", "days")
_STATE = p.open_since(
    f"Invoice {p.NUMBER} has been overdue for {_LATE}.",
    f"{p.COUNT} invoices are overdue, the oldest of them for {_LATE}.",
    f"{p.COUNT} invoices are open, {p.LATE_COUNT} of them overdue, the oldest for {_LATE}.",
)

ENGLISH = (
    _VOICE.letter(
        "before-due",
        p.one_or_more(f"Invoice {p.NUMBER}, due on {p.DUE}", f"{p.COUNT} invoices due soon, {p.TOTAL} in total"),
        p.one_or_more(
            f"This is a short note in advance: invoice {p.NUMBER} is due on {p.DUE}.",
            f"This is a short note in advance: {p.COUNT} invoices will be due soon, the first on {p.DUE}.",
        )
        + f" The amount to pay is {p.TOTAL}."
        + _VOICE.if_credit,
        after="If your payment is already on its way, there is nothing left for you to do. "
        "If anything is not right, please let us know.",
    ),
    _VOICE.letter(
        "due-today",
        p.one_or_more(f"Invoice {p.NUMBER} is due", f"{p.COUNT} open invoices, {p.TOTAL} in total"),
        p.one_or_more(
            p.due(f"Invoice {p.NUMBER} is due today.", f"Invoice {p.NUMBER} was due on {p.DUE}."),
            f"{p.COUNT} invoices are open; "
            + p.due("the first of them is due today.", f"the first of them was due on {p.DUE}."),
        )
        + f" We would be glad to receive your payment of {p.TOTAL}."
        + _VOICE.if_credit,
        after="If you have just paid, thank you: please disregard this letter.",
    ),
    _VOICE.letter(
        "reminder",
        p.one_or_more(f"Reminder: invoice {p.NUMBER}", f"Reminder: {p.COUNT} open invoices"),
        p.open_since(
            f"Invoice {p.NUMBER} was due on {p.DUE}, and we have not received the full payment yet. "
            "It may have slipped through.",
            f"{p.COUNT} invoices are past their due date, and we have not received the full payment yet. "
            "They may have slipped through.",
            f"{p.COUNT} invoices are open, {p.LATE_COUNT} of them past the due date. "
            "Something may have slipped through.",
        )
        + _VOICE.if_promised
        + f" Please pay {p.TOTAL}."
        + _VOICE.if_credit,
        after="If you have paid in the last few days, thank you: our letter and your payment have crossed. "
        "If something is not right or you need more time, please tell us, and we will sort it out.",
    ),
    _VOICE.letter(
        "firm-reminder",
        p.one_or_more(f"Overdue: invoice {p.NUMBER}", f"Overdue: {p.COUNT} open invoices"),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Please pay {p.TOTAL} within the next few days, or let us know by when we can expect it." + _VOICE.if_credit,
        after="If there is a reason why this is still unpaid, please tell us. A short reply is enough, and we will "
        "look for a solution together. If you have paid in the meantime, please disregard this letter.",
    ),
    _VOICE.letter(
        "final-reminder",
        p.one_or_more(
            f"Please get in touch: invoice {p.NUMBER}, overdue for {_LATE}",
            f"Please get in touch: {p.COUNT} open invoices",
        ),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"This is the last reminder that we will send by post. Please pay {p.TOTAL} now, or give us a date on which "
        f"you will pay.{_VOICE.if_credit}",
        after="What happens next: if neither your payment nor an answer reaches us in the coming days, a person "
        "from our team will contact you to agree on how to go on. If you cannot pay at the moment, please tell us now; "
        "we would rather find a solution with you.",
    ),
)
