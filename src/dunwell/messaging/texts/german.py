"""The shipped texts in German: Sie, matter-of-fact, never stiff."""

from __future__ import annotations

from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText

_HELLO = "Guten Tag{% if contact.name %} {{ contact.name }}{% endif %},"
_REGARDS = "Freundliche Grüße\n{{ sender.signature }}"
_CREDIT = "{% if credit %} Ihr Guthaben von {{ credit }} ist dabei schon berücksichtigt.{% endif %}"
_DAYS = "{% if oldest_invoice.days_overdue == 1 %}einem Tag{% else %}{{ oldest_invoice.days_overdue }} Tagen{% endif %}"
_DUE = "{{ oldest_invoice.due_on|date('long') }}"
_PROMISED = (
    "{% if promise.made_on %}"
    " Am {{ promise.made_on|date('long') }} haben Sie uns die "
    "Zahlung bis zum {{ promise.pay_on|date('long') }} zugesagt."
    "{% endif %}"
)
_WE_WROTE = (
    "{% if earlier_notices and last_notice_on %}"
    " Zuletzt haben wir Ihnen am {{ last_notice_on|date('long') }} dazu geschrieben."
    "{% endif %}"
)
_STATE = (
    "{% if invoice_count == 1 %}"
    f"die Rechnung {{{{ invoice_numbers }}}} ist seit {_DAYS} überfällig."
    "{% elif overdue_count == invoice_count %}"
    f"{{{{ invoice_count }}}} Rechnungen sind überfällig, die älteste seit {_DAYS}."
    "{% else %}"
    "{{ invoice_count }} Rechnungen sind offen, davon {{ overdue_count }} überfällig, "
    f"die älteste seit {_DAYS}."
    f"{{% endif %}}{_WE_WROTE}{_PROMISED}"
)

HEADS_UP = ShippedText(
    key="before-due",
    language="de",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: Rechnung {{ invoice_numbers }} über {{ total_due }} "
        "wird am {{ oldest_invoice.due_on }} fällig"
        "{% else %}"
        "{{ organization.name }}: {{ invoice_count }} Rechnungen werden bald fällig, zusammen {{ total_due }}"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"nur ein kurzer Hinweis vorab: Die Rechnung {{{{ invoice_numbers }}}} wird am {_DUE} fällig."
            "{% else %}"
            "nur ein kurzer Hinweis vorab: {{ invoice_count }} Rechnungen werden demnächst fällig, "
            f"die erste am {_DUE}."
            f"{{% endif %}}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Falls Sie die Zahlung schon veranlasst haben, brauchen Sie nichts weiter zu tun. "
            "Und falls etwas an {% if invoice_count == 1 %}der Rechnung{% else %}den Rechnungen{% endif %} "
            "nicht stimmt, antworten Sie einfach auf diese E-Mail."
        ),
        "Vielen Dank und freundliche Grüße\n{{ sender.signature }}",
    ),
)

DUE_TODAY = ShippedText(
    key="due-today",
    language="de",
    subject=(
        "{% if invoice_count > 1 %}"
        "{{ organization.name }}: {{ invoice_count }} offene Rechnungen, zusammen {{ total_due }}"
        "{% elif oldest_invoice.days_overdue == 0 %}"
        "{{ organization.name }}: Rechnung {{ invoice_numbers }} über {{ total_due }} ist heute fällig"
        "{% else %}"
        "{{ organization.name }}: Rechnung {{ invoice_numbers }} über {{ total_due }} ist jetzt fällig"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count > 1 %}"
            "{{ invoice_count }} Rechnungen sind offen; "
            "{% if oldest_invoice.days_overdue == 0 %}die erste davon ist heute fällig."
            f"{{% else %}}die erste davon war am {_DUE} fällig.{{% endif %}}"
            "{% elif oldest_invoice.days_overdue == 0 %}"
            "die Rechnung {{ invoice_numbers }} ist heute fällig."
            "{% else %}"
            f"die Rechnung {{{{ invoice_numbers }}}} war am {_DUE} fällig."
            "{% endif %}"
            f" Wir freuen uns über Ihre Zahlung von {{{{ total_due }}}}.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Haben Sie gerade bezahlt? Dann vielen Dank, und diese E-Mail hat sich erledigt. "
            "Bei Fragen zu {% if invoice_count == 1 %}der Rechnung{% else %}den Rechnungen{% endif %} "
            "antworten Sie einfach."
        ),
        _REGARDS,
    ),
)

REMINDER = ShippedText(
    key="reminder",
    language="de",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: Erinnerung an Rechnung {{ invoice_numbers }}, {{ total_due }}"
        "{% else %}"
        "{{ organization.name }}: Erinnerung an {{ invoice_count }} offene Rechnungen, zusammen {{ total_due }}"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"die Rechnung {{{{ invoice_numbers }}}} war am {_DUE} fällig, "
            "und wir konnten bisher keinen vollständigen Zahlungseingang feststellen. "
            "Vielleicht ist sie untergegangen. Würden Sie bitte einmal nachsehen?"
            "{% elif overdue_count == invoice_count %}"
            "bei {{ invoice_count }} Rechnungen ist der Fälligkeitstag vorbei, "
            "und wir konnten bisher keinen vollständigen Zahlungseingang feststellen. "
            "Vielleicht sind sie untergegangen. Würden Sie bitte einmal nachsehen?"
            "{% else %}"
            "{{ invoice_count }} Rechnungen sind offen, bei {{ overdue_count }} davon ist der Fälligkeitstag vorbei. "
            "Vielleicht ist etwas untergegangen. Würden Sie bitte einmal nachsehen?"
            f"{{% endif %}}{_PROMISED}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Falls Sie in den letzten Tagen bezahlt haben: vielen Dank, dann haben sich unsere Nachrichten "
            "überschnitten. "
            "Wenn etwas nicht stimmt oder Sie mehr Zeit brauchen, antworten Sie einfach; wir finden eine Lösung."
        ),
        _REGARDS,
    ),
)

FIRM = ShippedText(
    key="firm-reminder",
    language="de",
    subject=(
        "{% if invoice_count == 1 %}"
        "Überfällig: Rechnung {{ invoice_numbers }} von {{ organization.name }}, {{ total_due }}"
        "{% else %}"
        "Überfällig: {{ invoice_count }} offene Rechnungen von {{ organization.name }}, zusammen {{ total_due }}"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Bitte zahlen Sie {{ total_due }} in den nächsten Tagen, oder sagen Sie uns, "
            f"bis wann wir damit rechnen können.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Gibt es einen Grund, warum {% if invoice_count == 1 %}diese Rechnung noch offen ist"
            "{% else %}diese Rechnungen noch offen sind{% endif %}? Dann schreiben Sie uns. Eine kurze Antwort genügt, "
            "und wir suchen gemeinsam nach einer Lösung. "
            "Falls Sie in den letzten Tagen bezahlt haben, betrachten Sie diese E-Mail bitte als erledigt."
        ),
        _REGARDS,
    ),
)

FINAL = ShippedText(
    key="final-reminder",
    language="de",
    subject=(
        "{% if invoice_count == 1 %}"
        "Bitte melden Sie sich: Rechnung {{ invoice_numbers }} von {{ organization.name }}, "
        f"{{{{ total_due }}}}, seit {_DAYS} überfällig"
        "{% else %}"
        "Bitte melden Sie sich: {{ invoice_count }} offene Rechnungen von {{ organization.name }}, "
        "zusammen {{ total_due }}"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Dies ist die letzte Erinnerung, die wir automatisch verschicken. Bitte zahlen Sie {{ total_due }} jetzt, "
            f"oder nennen Sie uns den Tag, an dem Sie zahlen werden.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "So geht es weiter: Wenn in den nächsten Tagen weder Ihre Zahlung noch eine Antwort eintrifft, meldet sich "
            "jemand aus unserem Team bei Ihnen, um das weitere Vorgehen abzusprechen. Falls Sie gerade nicht zahlen "
            "können, sagen Sie es uns jetzt; eine gemeinsame Lösung ist uns lieber."
        ),
        _REGARDS,
    ),
)

GERMAN = (HEADS_UP, DUE_TODAY, REMINDER, FIRM, FINAL)
