"""The default texts as SMS, in seven languages.

An SMS may be read by whoever sees the telephone, on its locked screen: it names who writes, the invoice's number and
its date, and the link to pay. It names no amount and no person (docs/decisions/0031). It is short: where a language
allows it, in characters of the GSM alphabet alone (no "ú" or "ê"), of which a segment holds twice as many.
"""

from __future__ import annotations

from dunwell.messaging.texts.shipped import ShippedText

_FROM = "{{ sender.name }}: "
_NUMBER = "{{ invoice_numbers }}"
_COUNT = "{{ invoice_count }}"
_DUE = "{{ oldest_invoice.due_on }}"
_LATE = "{{ oldest_invoice.days_overdue }}"


def _one_or_more(one: str, more: str) -> str:
    return f"{{% if invoice_count == 1 %}}{one}{{% else %}}{more}{{% endif %}}"


def _today_or_before(today: str, before: str) -> str:
    return f"{{% if oldest_invoice.days_overdue == 0 %}}{today}{{% else %}}{before}{{% endif %}}"


def _late(one_day: str, days: str) -> str:
    return f"{{% if oldest_invoice.days_overdue == 1 %}}{one_day}{{% else %}}{_LATE} {days}{{% endif %}}"


def _in(language: str, pay: str, texts: dict[str, str]) -> tuple[ShippedText, ...]:
    link = f"{{% if pay_link %}} {pay} {{{{ pay_link }}}}{{% endif %}}"
    return tuple(
        ShippedText(key=key, language=language, subject="", paragraphs=(f"{_FROM}{text}{link}",), channel="sms")
        for key, text in texts.items()
    )


_EN_LATE, _DE_LATE, _FR_LATE = _late("1 day", "days"), _late("1 Tag", "Tagen"), _late("1 jour", "jours")
_IT_LATE, _NL_LATE = _late("1 giorno", "giorni"), _late("1 dag", "dagen")

ENGLISH = _in(
    "en",
    "Pay here:",
    {
        "before-due": _one_or_more(
            f"just a note that invoice {_NUMBER} is due on {_DUE}.",
            f"just a note that {_COUNT} invoices are due soon, the first on {_DUE}.",
        ),
        "due-today": _one_or_more(
            f"invoice {_NUMBER} {_today_or_before('is due today', f'was due on {_DUE}')}.",
            f"{_COUNT} invoices are open, the first {_today_or_before('is due today', f'was due on {_DUE}')}.",
        )
        + " If you have just paid, thank you.",
        "reminder": _one_or_more(
            f"invoice {_NUMBER} was due on {_DUE} and is still open.",
            f"{_COUNT} invoices are still open, the first was due on {_DUE}.",
        )
        + " Perhaps it slipped through? If you have paid, thank you.",
        "firm-reminder": _one_or_more(
            f"invoice {_NUMBER} is {_EN_LATE} overdue.",
            f"{_COUNT} invoices are open, the oldest is {_EN_LATE} overdue.",
        )
        + " Please pay, or tell us by when you will.",
        "final-reminder": "our last automatic reminder: "
        + _one_or_more(
            f"invoice {_NUMBER} is {_EN_LATE} overdue.",
            f"{_COUNT} invoices are open, the oldest is {_EN_LATE} overdue.",
        )
        + " Please pay now or call us; otherwise a person from our team will get in touch.",
    },
)

GERMAN = _in(
    "de",
    "Bezahlen:",
    {
        "before-due": "zur Erinnerung vorab: "
        + _one_or_more(
            f"Rechnung {_NUMBER} wird am {_DUE} fällig.",
            f"{_COUNT} Rechnungen werden bald fällig, die erste am {_DUE}.",
        ),
        "due-today": _one_or_more(
            f"Rechnung {_NUMBER} {_today_or_before('ist heute fällig', f'war am {_DUE} fällig')}.",
            f"{_COUNT} Rechnungen sind offen, die erste {_today_or_before('ist heute', f'war am {_DUE}')} fällig.",
        )
        + " Falls Sie gerade bezahlt haben: vielen Dank.",
        "reminder": _one_or_more(
            f"Rechnung {_NUMBER} war am {_DUE} fällig und ist noch offen.",
            f"{_COUNT} Rechnungen sind noch offen, die erste war am {_DUE} fällig.",
        )
        + " Vielleicht übersehen? Falls schon bezahlt: vielen Dank.",
        "firm-reminder": _one_or_more(
            f"Rechnung {_NUMBER} ist seit {_DE_LATE} überfällig.",
            f"{_COUNT} Rechnungen sind offen, die älteste seit {_DE_LATE} überfällig.",
        )
        + " Bitte zahlen Sie, oder nennen Sie uns einen Termin.",
        "final-reminder": "unsere letzte automatische Erinnerung: "
        + _one_or_more(
            f"Rechnung {_NUMBER} ist seit {_DE_LATE} überfällig.",
            f"{_COUNT} Rechnungen sind offen, die älteste seit {_DE_LATE} überfällig.",
        )
        + " Bitte zahlen Sie jetzt oder rufen Sie uns an; sonst meldet sich jemand aus unserem Team.",
    },
)

FRENCH = tuple(
    text.with_french_spaces()
    for text in _in(
        "fr",
        "Pour payer :",
        {
            "before-due": "pour information, "
            + _one_or_more(
                f"la facture {_NUMBER} arrive à échéance le {_DUE}.",
                f"{_COUNT} factures arrivent sous peu à échéance, la première le {_DUE}.",
            ),
            "due-today": _one_or_more(
                f"la facture {_NUMBER} {_today_or_before('est à régler ce jour', f'était à régler le {_DUE}')}.",
                f"{_COUNT} factures sont ouvertes, la première "
                f"{_today_or_before('est à régler ce jour', f'était à régler le {_DUE}')}.",
            )
            + " Si vous venez de payer, merci.",
            "reminder": _one_or_more(
                f"la facture {_NUMBER}, échue le {_DUE}, n'est pas encore réglée.",
                f"{_COUNT} factures ne sont pas encore réglées, la première est échue le {_DUE}.",
            )
            + " Un oubli ? Si le paiement est parti, merci.",
            "firm-reminder": _one_or_more(
                f"la facture {_NUMBER} est échue depuis {_FR_LATE}.",
                f"{_COUNT} factures sont ouvertes, la plus ancienne est échue depuis {_FR_LATE}.",
            )
            + " Merci de payer, ou de nous dire quand vous le ferez.",
            "final-reminder": "notre dernier rappel automatique : "
            + _one_or_more(
                f"la facture {_NUMBER} est échue depuis {_FR_LATE}.",
                f"{_COUNT} factures sont ouvertes, la plus ancienne est échue depuis {_FR_LATE}.",
            )
            + " Merci de payer à présent ou de nous appeler ; sans nouvelles, quelqu'un de notre équipe vous "
            "contactera.",
        },
    )
)

SPANISH = _in(
    "es",
    "Pago:",
    {
        "before-due": "le recordamos que "
        + _one_or_more(
            f"la factura {_NUMBER} vence el {_DUE}.",
            f"{_COUNT} facturas vencen pronto, la primera el {_DUE}.",
        ),
        "due-today": _one_or_more(
            f"la factura {_NUMBER} {_today_or_before('vence hoy', f'tiene fecha de pago {_DUE}')}.",
            f"hay {_COUNT} facturas pendientes, la primera "
            f"{_today_or_before('vence hoy', f'con fecha de pago {_DUE}')}.",
        )
        + " Si acaba de pagar, gracias.",
        "reminder": _one_or_more(
            f"la factura {_NUMBER}, con fecha de pago {_DUE}, sigue pendiente.",
            f"{_COUNT} facturas siguen pendientes, la primera con fecha de pago {_DUE}.",
        )
        + " ¿Se le ha pasado? Si ya ha pagado, gracias.",
        "firm-reminder": _one_or_more(
            f"la factura {_NUMBER} sigue sin pagar desde el {_DUE}.",
            f"hay {_COUNT} facturas abiertas, la primera sin pagar desde el {_DUE}.",
        )
        + " Le rogamos que pague, o que nos indique una fecha.",
        "final-reminder": "nuestro recordatorio final: "
        + _one_or_more(
            f"la factura {_NUMBER} sigue sin pagar desde el {_DUE}.",
            f"hay {_COUNT} facturas abiertas, la primera sin pagar desde el {_DUE}.",
        )
        + " Pague ahora o llame; si no, alguien de nuestro equipo se pone en contacto con usted.",
    },
)

ITALIAN = _in(
    "it",
    "Per pagare:",
    {
        "before-due": "Le ricordiamo che "
        + _one_or_more(
            f"la fattura {_NUMBER} scade il {_DUE}.",
            f"{_COUNT} fatture scadono a breve, la prima il {_DUE}.",
        ),
        "due-today": _one_or_more(
            f"la fattura {_NUMBER} {_today_or_before('scade oggi', f'è scaduta il {_DUE}')}.",
            f"{_COUNT} fatture sono aperte, la prima {_today_or_before('scade oggi', f'è scaduta il {_DUE}')}.",
        )
        + " Se ha appena pagato, grazie.",
        "reminder": _one_or_more(
            f"la fattura {_NUMBER}, scaduta il {_DUE}, risulta ancora aperta.",
            f"{_COUNT} fatture risultano ancora aperte, la prima è scaduta il {_DUE}.",
        )
        + " Una svista? Se ha già pagato, grazie.",
        "firm-reminder": _one_or_more(
            f"la fattura {_NUMBER} è scaduta da {_IT_LATE}.",
            f"{_COUNT} fatture sono aperte, la più vecchia è scaduta da {_IT_LATE}.",
        )
        + " La preghiamo di pagare, o di dirci entro quando pagherà.",
        "final-reminder": "il nostro ultimo sollecito automatico: "
        + _one_or_more(
            f"la fattura {_NUMBER} è scaduta da {_IT_LATE}.",
            f"{_COUNT} fatture sono aperte, la più vecchia è scaduta da {_IT_LATE}.",
        )
        + " La preghiamo di pagare ora o di chiamarci; altrimenti La contatterà una persona del nostro team.",
    },
)

PORTUGUESE = _in(
    "pt",
    "Pagar:",
    {
        "before-due": "lembramos que "
        + _one_or_more(
            f"a fatura {_NUMBER} vence em {_DUE}.",
            f"{_COUNT} faturas vencem em breve, a primeira em {_DUE}.",
        ),
        "due-today": _one_or_more(
            f"a fatura {_NUMBER} {_today_or_before('vence hoje', f'venceu em {_DUE}')}.",
            f"{_COUNT} faturas continuam em aberto, a primeira {_today_or_before('vence hoje', f'venceu em {_DUE}')}.",
        )
        + " Se acabou de pagar, obrigado.",
        "reminder": _one_or_more(
            f"a fatura {_NUMBER}, vencida em {_DUE}, continua em aberto.",
            f"{_COUNT} faturas continuam em aberto, a primeira venceu em {_DUE}.",
        )
        + " Passou despercebida? Se entretanto pagou, obrigado.",
        "firm-reminder": _one_or_more(
            f"a fatura {_NUMBER} continua por pagar desde {_DUE}.",
            f"{_COUNT} faturas continuam em aberto, a primeira por pagar desde {_DUE}.",
        )
        + " Pedimos que pague, ou que nos diga quando o pode fazer.",
        "final-reminder": "o nosso lembrete final: "
        + _one_or_more(
            f"a fatura {_NUMBER} continua por pagar desde {_DUE}.",
            f"{_COUNT} faturas continuam em aberto, a primeira por pagar desde {_DUE}.",
        )
        + " Pague agora ou ligue-nos; se nada soubermos, uma pessoa da nossa equipa fala consigo.",
    },
)

DUTCH = _in(
    "nl",
    "Betalen:",
    {
        "before-due": "ter herinnering: "
        + _one_or_more(
            f"factuur {_NUMBER} vervalt op {_DUE}.",
            f"{_COUNT} facturen vervallen binnenkort, de eerste op {_DUE}.",
        ),
        "due-today": _one_or_more(
            f"factuur {_NUMBER} {_today_or_before('vervalt vandaag', f'verviel op {_DUE}')}.",
            f"{_COUNT} facturen staan open, de eerste {_today_or_before('vervalt vandaag', f'verviel op {_DUE}')}.",
        )
        + " Net betaald? Dank u wel.",
        "reminder": _one_or_more(
            f"factuur {_NUMBER} verviel op {_DUE} en staat nog open.",
            f"{_COUNT} facturen staan nog open, de eerste verviel op {_DUE}.",
        )
        + " Misschien aan uw aandacht ontsnapt? Al betaald, dan dank u wel.",
        "firm-reminder": _one_or_more(
            f"factuur {_NUMBER} is {_NL_LATE} over de vervaldatum.",
            f"{_COUNT} facturen staan open, de oudste is {_NL_LATE} over de vervaldatum.",
        )
        + " Wilt u betalen, of ons laten weten wanneer u betaalt?",
        "final-reminder": "onze laatste automatische herinnering: "
        + _one_or_more(
            f"factuur {_NUMBER} is {_NL_LATE} over de vervaldatum.",
            f"{_COUNT} facturen staan open, de oudste is {_NL_LATE} over de vervaldatum.",
        )
        + " Betaal nu of bel ons; anders neemt iemand van ons team contact met u op.",
    },
)

SMS = (*ENGLISH, *GERMAN, *FRENCH, *SPANISH, *ITALIAN, *PORTUGUESE, *DUTCH)
