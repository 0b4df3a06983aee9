"""The shipped texts in Italian, in the courteous form.

A date never follows an article: "il 7 marzo" but "l'8 marzo" would need to know the day.
"""

from __future__ import annotations

from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText

_HELLO = "Buongiorno{% if contact.name %} {{ contact.name }}{% endif %},"
_REGARDS = "Cordiali saluti\n{{ sender.signature }}"
_CREDIT = "{% if credit %} Il Suo credito di {{ credit }} è già stato detratto.{% endif %}"
_DAYS = "{% if oldest_invoice.days_overdue == 1 %}1 giorno{% else %}{{ oldest_invoice.days_overdue }} giorni{% endif %}"
_DUE = "{{ oldest_invoice.due_on|date('long') }}"
_PROMISED = (
    "{% if promise.made_on %}"
    " In data {{ promise.made_on|date('long') }} ci aveva annunciato "
    "il pagamento; data indicata: {{ promise.pay_on|date('long') }}."
    "{% endif %}"
)
_WE_WROTE = (
    "{% if earlier_notices and last_notice_on %}"
    " Il nostro ultimo messaggio in merito è datato {{ last_notice_on|date('long') }}."
    "{% endif %}"
)
_STATE = (
    "{% if invoice_count == 1 %}"
    f"la fattura {{{{ invoice_numbers }}}} è scaduta da {_DAYS}."
    "{% elif overdue_count == invoice_count %}"
    f"{{{{ invoice_count }}}} fatture sono scadute, la più vecchia da {_DAYS}."
    "{% else %}"
    "{{ invoice_count }} fatture sono ancora aperte, di cui già scadute: {{ overdue_count }}. "
    f"La più vecchia è scaduta da {_DAYS}."
    f"{{% endif %}}{_WE_WROTE}{_PROMISED}"
)

HEADS_UP = ShippedText(
    key="before-due",
    language="it",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: fattura {{ invoice_numbers }} di {{ total_due }}, "
        "scadenza {{ oldest_invoice.due_on }}"
        "{% else %}"
        "{{ organization.name }}: {{ invoice_count }} fatture in scadenza, {{ total_due }} in totale"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"solo un breve promemoria: la fattura {{{{ invoice_numbers }}}} ha scadenza {_DUE}."
            "{% else %}"
            f"solo un breve promemoria: {{{{ invoice_count }}}} fatture scadono a breve, la prima con scadenza {_DUE}."
            f"{{% endif %}}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Se il pagamento è già in corso, non occorre fare altro. "
            "E se qualcosa {% if invoice_count == 1 %}nella fattura{% else %}nelle fatture{% endif %} non torna, "
            "basta rispondere a questa e-mail."
        ),
        "Grazie e cordiali saluti\n{{ sender.signature }}",
    ),
)

DUE_TODAY = ShippedText(
    key="due-today",
    language="it",
    subject=(
        "{% if invoice_count > 1 %}"
        "{{ organization.name }}: {{ invoice_count }} fatture aperte, {{ total_due }} in totale"
        "{% elif oldest_invoice.days_overdue == 0 %}"
        "{{ organization.name }}: la fattura {{ invoice_numbers }} di {{ total_due }} scade oggi"
        "{% else %}"
        "{{ organization.name }}: la fattura {{ invoice_numbers }} di {{ total_due }} è scaduta"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count > 1 %}"
            "{{ invoice_count }} fatture sono ancora aperte; "
            "{% if oldest_invoice.days_overdue == 0 %}la prima scade oggi."
            f"{{% else %}}la prima aveva scadenza {_DUE}.{{% endif %}}"
            "{% elif oldest_invoice.days_overdue == 0 %}"
            "la fattura {{ invoice_numbers }} scade oggi."
            "{% else %}"
            f"la fattura {{{{ invoice_numbers }}}} aveva scadenza {_DUE}."
            "{% endif %}"
            f" Saremo lieti di ricevere il pagamento di {{{{ total_due }}}}.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Se ha appena pagato, grazie: può ignorare questa e-mail. "
            "Per qualsiasi domanda {% if invoice_count == 1 %}sulla fattura{% else %}sulle fatture{% endif %} "
            "basta rispondere."
        ),
        _REGARDS,
    ),
)

REMINDER = ShippedText(
    key="reminder",
    language="it",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: promemoria per la fattura {{ invoice_numbers }}, {{ total_due }}"
        "{% else %}"
        "{{ organization.name }}: promemoria per {{ invoice_count }} fatture aperte, {{ total_due }} in totale"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"la fattura {{{{ invoice_numbers }}}} aveva scadenza {_DUE} e non ci risulta ancora saldata per intero. "
            "Forse è sfuggita. Potrebbe verificare?"
            "{% elif overdue_count == invoice_count %}"
            "{{ invoice_count }} fatture hanno superato la data di scadenza e non ci risultano ancora saldate "
            "per intero. "
            "Forse sono sfuggite. Potrebbe verificare?"
            "{% else %}"
            "{{ invoice_count }} fatture sono ancora aperte, di cui già scadute: {{ overdue_count }}. "
            "Forse qualcosa è sfuggito. Potrebbe verificare?"
            f"{{% endif %}}{_PROMISED}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Se ha pagato negli ultimi giorni, grazie: i nostri messaggi si sono incrociati. "
            "Se qualcosa non è corretto o serve più tempo, basta rispondere a questa e-mail e troveremo una soluzione."
        ),
        _REGARDS,
    ),
)

FIRM = ShippedText(
    key="firm-reminder",
    language="it",
    subject=(
        "{% if invoice_count == 1 %}"
        "Scaduta: fattura {{ invoice_numbers }} di {{ organization.name }}, {{ total_due }}"
        "{% else %}"
        "Pagamento in ritardo: {{ invoice_count }} fatture aperte di {{ organization.name }}, {{ total_due }} in totale"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "La preghiamo di pagare {{ total_due }} nei prossimi giorni, oppure di farci sapere "
            f"entro quando possiamo contare sul pagamento.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Se c’è un motivo per cui {% if invoice_count == 1 %}questa fattura non è stata pagata"
            "{% else %}queste fatture non sono state pagate{% endif %}, ce lo dica. Basta una breve risposta "
            "e cercheremo insieme una soluzione. "
            "Se ha pagato negli ultimi giorni, può ignorare questa e-mail."
        ),
        _REGARDS,
    ),
)

FINAL = ShippedText(
    key="final-reminder",
    language="it",
    subject=(
        "{% if invoice_count == 1 %}"
        "Attendiamo una risposta: fattura {{ invoice_numbers }} di {{ organization.name }}, "
        f"{{{{ total_due }}}}, scaduta da {_DAYS}"
        "{% else %}"
        "Attendiamo una risposta: {{ invoice_count }} fatture aperte di {{ organization.name }}, "
        "{{ total_due }} in totale"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Questo è l’ultimo promemoria che inviamo in automatico. La preghiamo di pagare {{ total_due }} adesso, "
            f"oppure di rispondere indicando la data in cui pagherà.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Che cosa succede dopo: se nei prossimi giorni non riceveremo né il pagamento né una risposta, una persona "
            "del nostro team La contatterà per concordare come procedere. Se qualcosa Le impedisce di pagare, "
            "ce lo dica ora; preferiamo trovare una soluzione insieme."
        ),
        _REGARDS,
    ),
)

ITALIAN = (HEADS_UP, DUE_TODAY, REMINDER, FIRM, FINAL)
