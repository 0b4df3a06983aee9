"""The letters in German."""

from __future__ import annotations

from dunwell.messaging.texts.letters import parts as p

_VOICE = p.Voice(
    language="de",
    to_person="Guten Tag {{ contact.name }},",
    to_nobody="Sehr geehrte Damen und Herren,",
    regards="Mit freundlichen Grüßen",
    credit=f"Ihr Guthaben von {p.CREDIT} ist dabei schon berücksichtigt.",
    earlier=f"Zuletzt haben wir Ihnen am {p.LAST} dazu geschrieben.",
    promised=f"Am {p.PROMISED} haben Sie uns die Zahlung bis zum {p.PAY_ON} zugesagt.",
    write_to=f"Sie erreichen uns unter {p.MAIL}.",
)
_LATE = p.late("einem Tag", "Tagen")
_STATE = p.open_since(
    f"die Rechnung {p.NUMBER} ist seit {_LATE} überfällig.",
    f"{p.COUNT} Rechnungen sind überfällig, die älteste seit {_LATE}.",
    f"{p.COUNT} Rechnungen sind offen, davon {p.LATE_COUNT} überfällig, die älteste seit {_LATE}.",
)

GERMAN = (
    _VOICE.letter(
        "before-due",
        p.one_or_more(
            f"Rechnung {p.NUMBER}, fällig am {p.DUE}", f"{p.COUNT} demnächst fällige Rechnungen, zusammen {p.TOTAL}"
        ),
        p.one_or_more(
            f"ein kurzer Hinweis vorab: Die Rechnung {p.NUMBER} wird am {p.DUE} fällig.",
            f"ein kurzer Hinweis vorab: {p.COUNT} Rechnungen werden demnächst fällig, die erste am {p.DUE}.",
        )
        + f" Zu zahlen sind {p.TOTAL}."
        + _VOICE.if_credit,
        after="Falls Sie die Zahlung schon veranlasst haben, brauchen Sie nichts weiter zu tun. "
        "Stimmt etwas nicht, lassen Sie es uns bitte wissen.",
    ),
    _VOICE.letter(
        "due-today",
        p.one_or_more(f"Rechnung {p.NUMBER} ist fällig", f"{p.COUNT} offene Rechnungen, zusammen {p.TOTAL}"),
        p.one_or_more(
            p.due(f"die Rechnung {p.NUMBER} ist heute fällig.", f"die Rechnung {p.NUMBER} war am {p.DUE} fällig."),
            f"{p.COUNT} Rechnungen sind offen; "
            + p.due("die erste davon ist heute fällig.", f"die erste davon war am {p.DUE} fällig."),
        )
        + f" Wir freuen uns über Ihre Zahlung von {p.TOTAL}."
        + _VOICE.if_credit,
        after="Haben Sie gerade bezahlt? Dann vielen Dank, und dieses Schreiben hat sich erledigt.",
    ),
    _VOICE.letter(
        "reminder",
        p.one_or_more(f"Zahlungserinnerung: Rechnung {p.NUMBER}", f"Zahlungserinnerung: {p.COUNT} offene Rechnungen"),
        p.open_since(
            f"die Rechnung {p.NUMBER} war am {p.DUE} fällig, und wir konnten bisher keinen vollständigen "
            "Zahlungseingang feststellen. Vielleicht ist sie untergegangen.",
            f"bei {p.COUNT} Rechnungen ist der Fälligkeitstag vorbei, und wir konnten bisher keinen vollständigen "
            "Zahlungseingang feststellen. Vielleicht sind sie untergegangen.",
            f"{p.COUNT} Rechnungen sind offen, bei {p.LATE_COUNT} davon ist der Fälligkeitstag vorbei. "
            "Vielleicht ist etwas untergegangen.",
        )
        + _VOICE.if_promised
        + f" Bitte überweisen Sie {p.TOTAL}."
        + _VOICE.if_credit,
        after="Falls Sie in den letzten Tagen bezahlt haben: vielen Dank, dann haben sich Ihre Zahlung und unser "
        "Schreiben überschnitten. Stimmt etwas nicht oder brauchen Sie mehr Zeit, sagen Sie es uns bitte; wir finden "
        "eine Lösung.",
    ),
    _VOICE.letter(
        "firm-reminder",
        p.one_or_more(f"Überfällig: Rechnung {p.NUMBER}", f"Überfällig: {p.COUNT} offene Rechnungen"),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Bitte zahlen Sie {p.TOTAL} in den nächsten Tagen, oder sagen Sie uns, bis wann wir damit rechnen können."
        + _VOICE.if_credit,
        after="Gibt es einen Grund, warum noch etwas offen ist, dann schreiben Sie uns. Eine kurze Antwort genügt, und "
        "wir suchen gemeinsam nach einer Lösung. Haben Sie inzwischen bezahlt, betrachten Sie dieses Schreiben bitte "
        "als erledigt.",
    ),
    _VOICE.letter(
        "final-reminder",
        p.one_or_more(
            f"Bitte melden Sie sich: Rechnung {p.NUMBER}, seit {_LATE} überfällig",
            f"Bitte melden Sie sich: {p.COUNT} offene Rechnungen",
        ),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Dies ist die letzte Erinnerung, die wir auf diesem Weg verschicken. Bitte zahlen Sie {p.TOTAL} jetzt, oder "
        f"nennen Sie uns den Tag, an dem Sie zahlen werden.{_VOICE.if_credit}",
        after="So geht es weiter: Trifft in den nächsten Tagen weder Ihre Zahlung noch eine Antwort ein, meldet sich "
        "jemand aus unserem Team bei Ihnen, um das weitere Vorgehen abzusprechen. Können Sie gerade nicht zahlen, "
        "sagen Sie es uns jetzt; eine gemeinsame Lösung ist uns lieber.",
    ),
)
