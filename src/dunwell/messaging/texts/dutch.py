"""The shipped texts in Dutch: u, friendly and direct."""

from __future__ import annotations

from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText

_HELLO = "{% if contact.name %}Beste {{ contact.name }},{% else %}Goedendag,{% endif %}"
_REGARDS = "Met vriendelijke groet,\n{{ sender.signature }}"
_CREDIT = "{% if credit %} Uw tegoed van {{ credit }} is daarin al verrekend.{% endif %}"
_DAYS = "{% if oldest_invoice.days_overdue == 1 %}1 dag{% else %}{{ oldest_invoice.days_overdue }} dagen{% endif %}"
_DUE = "{{ oldest_invoice.due_on|date('long') }}"
_PROMISED = (
    "{% if promise.made_on %}"
    " Op {{ promise.made_on|date('long') }} liet u ons weten dat "
    "u uiterlijk op {{ promise.pay_on|date('long') }} zou betalen."
    "{% endif %}"
)
_WE_WROTE = (
    "{% if earlier_notices and last_notice_on %}"
    " Op {{ last_notice_on|date('long') }} hebben wij u hier voor het laatst over geschreven."
    "{% endif %}"
)
_STATE = (
    "{% if invoice_count == 1 %}"
    f"Factuur {{{{ invoice_numbers }}}} is {_DAYS} over de vervaldatum."
    "{% elif overdue_count == invoice_count %}"
    f"{{{{ invoice_count }}}} facturen zijn over de vervaldatum, de oudste {_DAYS}."
    "{% else %}"
    "{{ invoice_count }} facturen staan open, waarvan {{ overdue_count }} over de vervaldatum; "
    f"de oudste {_DAYS}."
    f"{{% endif %}}{_WE_WROTE}{_PROMISED}"
)

HEADS_UP = ShippedText(
    key="before-due",
    language="nl",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: factuur {{ invoice_numbers }} van {{ total_due }} "
        "vervalt op {{ oldest_invoice.due_on }}"
        "{% else %}"
        "{{ organization.name }}: {{ invoice_count }} facturen vervallen binnenkort, samen {{ total_due }}"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"Even een kort bericht vooraf: factuur {{{{ invoice_numbers }}}} vervalt op {_DUE}."
            "{% else %}"
            f"Even een kort bericht vooraf: {{{{ invoice_count }}}} facturen vervallen binnenkort, de eerste op {_DUE}."
            f"{{% endif %}}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Is de betaling al onderweg, dan hoeft u niets meer te doen. "
            "En klopt er iets niet aan de {% if invoice_count == 1 %}factuur{% else %}facturen{% endif %}, "
            "beantwoord dan gewoon deze e-mail."
        ),
        "Dank u wel, en met vriendelijke groet,\n{{ sender.signature }}",
    ),
)

DUE_TODAY = ShippedText(
    key="due-today",
    language="nl",
    subject=(
        "{% if invoice_count > 1 %}"
        "{{ organization.name }}: {{ invoice_count }} openstaande facturen, samen {{ total_due }}"
        "{% elif oldest_invoice.days_overdue == 0 %}"
        "{{ organization.name }}: factuur {{ invoice_numbers }} van {{ total_due }} vervalt vandaag"
        "{% else %}"
        "{{ organization.name }}: factuur {{ invoice_numbers }} van {{ total_due }} is vervallen"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count > 1 %}"
            "{{ invoice_count }} facturen staan open; "
            "{% if oldest_invoice.days_overdue == 0 %}de eerste vervalt vandaag."
            f"{{% else %}}de eerste is vervallen op {_DUE}.{{% endif %}}"
            "{% elif oldest_invoice.days_overdue == 0 %}"
            "Factuur {{ invoice_numbers }} vervalt vandaag."
            "{% else %}"
            f"Factuur {{{{ invoice_numbers }}}} is vervallen op {_DUE}."
            "{% endif %}"
            f" Wij zien uw betaling van {{{{ total_due }}}} graag tegemoet.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Hebt u net betaald? Hartelijk dank, dan kunt u deze e-mail negeren. "
            "Hebt u een vraag over de {% if invoice_count == 1 %}factuur{% else %}facturen{% endif %}, "
            "antwoord dan gewoon."
        ),
        _REGARDS,
    ),
)

REMINDER = ShippedText(
    key="reminder",
    language="nl",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: herinnering voor factuur {{ invoice_numbers }}, {{ total_due }}"
        "{% else %}"
        "{{ organization.name }}: herinnering voor {{ invoice_count }} openstaande facturen, samen {{ total_due }}"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"Factuur {{{{ invoice_numbers }}}} is vervallen op {_DUE}, "
            "en wij hebben de volledige betaling nog niet ontvangen. "
            "Misschien is de factuur aan uw aandacht ontsnapt. Wilt u er even naar kijken?"
            "{% elif overdue_count == invoice_count %}"
            "{{ invoice_count }} facturen zijn over de vervaldatum, "
            "en wij hebben de volledige betaling nog niet ontvangen. "
            "Misschien zijn ze aan uw aandacht ontsnapt. Wilt u er even naar kijken?"
            "{% else %}"
            "{{ invoice_count }} facturen staan open, waarvan {{ overdue_count }} over de vervaldatum. "
            "Misschien is er iets aan uw aandacht ontsnapt. Wilt u er even naar kijken?"
            f"{{% endif %}}{_PROMISED}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Hebt u de afgelopen dagen betaald, hartelijk dank: dan hebben onze berichten elkaar gekruist. "
            "Klopt er iets niet of hebt u meer tijd nodig, beantwoord dan deze e-mail en wij zoeken een oplossing."
        ),
        _REGARDS,
    ),
)

FIRM = ShippedText(
    key="firm-reminder",
    language="nl",
    subject=(
        "{% if invoice_count == 1 %}"
        "Te laat: factuur {{ invoice_numbers }} van {{ organization.name }}, {{ total_due }}"
        "{% else %}"
        "Te laat: {{ invoice_count }} openstaande facturen van {{ organization.name }}, samen {{ total_due }}"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Wilt u {{ total_due }} in de komende dagen betalen, of ons laten weten "
            f"wanneer wij de betaling kunnen verwachten?{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Is er een reden waarom {% if invoice_count == 1 %}deze factuur nog niet is betaald"
            "{% else %}deze facturen nog niet zijn betaald{% endif %}, laat het ons weten. Een kort antwoord is "
            "genoeg, "
            "en wij zoeken samen naar een oplossing. "
            "Hebt u de afgelopen dagen betaald, dan kunt u deze e-mail negeren."
        ),
        _REGARDS,
    ),
)

FINAL = ShippedText(
    key="final-reminder",
    language="nl",
    subject=(
        "{% if invoice_count == 1 %}"
        "Graag uw reactie: factuur {{ invoice_numbers }} van {{ organization.name }}, "
        f"{{{{ total_due }}}}, {_DAYS} te laat"
        "{% else %}"
        "Graag uw reactie: {{ invoice_count }} openstaande facturen van {{ organization.name }}, samen {{ total_due }}"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Dit is de laatste herinnering die wij automatisch sturen. Wilt u {{ total_due }} nu betalen, "
            f"of ons laten weten op welke datum u betaalt?{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Wat er daarna gebeurt: ontvangen wij de komende dagen geen betaling en geen antwoord, dan neemt "
            "iemand van "
            "ons team contact met u op om af te spreken hoe het verdergaat. Kunt u nu niet betalen, "
            "laat het ons dan meteen weten; wij vinden liever samen met u een oplossing."
        ),
        _REGARDS,
    ),
)

DUTCH = (HEADS_UP, DUE_TODAY, REMINDER, FIRM, FINAL)
