"""The shipped texts in French: vous, courteous, and with the space that French puts before : ? ! and ;."""

from __future__ import annotations

from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText

_HELLO = "Bonjour{% if contact.name %} {{ contact.name }}{% endif %},"
_REGARDS = "Bien cordialement,\n{{ sender.signature }}"
_CREDIT = "{% if credit %} Votre avoir de {{ credit }} est déjà pris en compte.{% endif %}"
_DAYS = "{% if oldest_invoice.days_overdue == 1 %}1 jour{% else %}{{ oldest_invoice.days_overdue }} jours{% endif %}"
_DUE = "{{ oldest_invoice.due_on|date('long') }}"
_PROMISED = (
    "{% if promise.made_on %}"
    " Vous nous aviez annoncé, le {{ promise.made_on|date('long') }}, "
    "un règlement au plus tard le {{ promise.pay_on|date('long') }}."
    "{% endif %}"
)
_WE_WROTE = (
    "{% if earlier_notices and last_notice_on %}"
    " Notre dernier message à ce sujet date du {{ last_notice_on|date('long') }}."
    "{% endif %}"
)
_STATE = (
    "{% if invoice_count == 1 %}"
    f"La facture {{{{ invoice_numbers }}}} est en retard de {_DAYS}."
    "{% elif overdue_count == invoice_count %}"
    f"{{{{ invoice_count }}}} factures sont en retard, la plus ancienne de {_DAYS}."
    "{% else %}"
    "{{ invoice_count }} factures restent à régler, dont {{ overdue_count }} en retard ; "
    f"la plus ancienne l’est de {_DAYS}."
    f"{{% endif %}}{_WE_WROTE}{_PROMISED}"
)

HEADS_UP = ShippedText(
    key="before-due",
    language="fr",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }} : la facture {{ invoice_numbers }} de {{ total_due }} "
        "arrive à échéance le {{ oldest_invoice.due_on }}"
        "{% else %}"
        "{{ organization.name }} : {{ invoice_count }} factures bientôt à échéance, {{ total_due }} au total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"Un petit mot d’avance : la facture {{{{ invoice_numbers }}}} arrive à échéance le {_DUE}."
            "{% else %}"
            "Un petit mot d’avance : {{ invoice_count }} factures arrivent bientôt à échéance, "
            f"la première le {_DUE}."
            f"{{% endif %}}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Si le règlement est déjà en route, vous n’avez rien d’autre à faire. "
            "Et si quelque chose ne va pas sur {% if invoice_count == 1 %}la facture{% else %}les factures{% endif %}, "
            "répondez simplement à ce message."
        ),
        "Merci, et bien cordialement,\n{{ sender.signature }}",
    ),
)

DUE_TODAY = ShippedText(
    key="due-today",
    language="fr",
    subject=(
        "{% if invoice_count > 1 %}"
        "{{ organization.name }} : {{ invoice_count }} factures à régler, {{ total_due }} au total"
        "{% elif oldest_invoice.days_overdue == 0 %}"
        "{{ organization.name }} : la facture {{ invoice_numbers }} de {{ total_due }} est à régler aujourd’hui"
        "{% else %}"
        "{{ organization.name }} : la facture {{ invoice_numbers }} de {{ total_due }} est arrivée à échéance"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count > 1 %}"
            "{{ invoice_count }} factures restent à régler ; "
            "{% if oldest_invoice.days_overdue == 0 %}la première arrive à échéance aujourd’hui."
            f"{{% else %}}la première est arrivée à échéance le {_DUE}.{{% endif %}}"
            "{% elif oldest_invoice.days_overdue == 0 %}"
            "La facture {{ invoice_numbers }} arrive à échéance aujourd’hui."
            "{% else %}"
            f"La facture {{{{ invoice_numbers }}}} est arrivée à échéance le {_DUE}."
            "{% endif %}"
            f" Nous vous remercions par avance de votre règlement de {{{{ total_due }}}}.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Vous venez de payer ? Merci, et ne tenez pas compte de ce message. "
            "Pour toute question sur {% if invoice_count == 1 %}la facture{% else %}les factures{% endif %}, "
            "il suffit de répondre."
        ),
        _REGARDS,
    ),
)

REMINDER = ShippedText(
    key="reminder",
    language="fr",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }} : rappel pour la facture {{ invoice_numbers }}, {{ total_due }}"
        "{% else %}"
        "{{ organization.name }} : rappel pour {{ invoice_count }} factures à régler, {{ total_due }} au total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"La facture {{{{ invoice_numbers }}}} est arrivée à échéance le {_DUE}, "
            "et sauf erreur de notre part elle n’est pas encore entièrement réglée. "
            "C’est sans doute un oubli. Pourriez-vous vérifier de votre côté ?"
            "{% elif overdue_count == invoice_count %}"
            "{{ invoice_count }} factures ont dépassé leur échéance, "
            "et sauf erreur de notre part elles ne sont pas encore entièrement réglées. "
            "C’est sans doute un oubli. Pourriez-vous vérifier de votre côté ?"
            "{% else %}"
            "{{ invoice_count }} factures restent à régler, dont {{ overdue_count }} après leur échéance. "
            "C’est sans doute un oubli. Pourriez-vous vérifier de votre côté ?"
            f"{{% endif %}}{_PROMISED}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Si vous avez payé ces derniers jours, merci : nos messages se sont croisés. "
            "Si quelque chose ne convient pas ou s’il vous faut plus de temps, répondez-nous ; nous trouverons "
            "une solution."
        ),
        _REGARDS,
    ),
)

FIRM = ShippedText(
    key="firm-reminder",
    language="fr",
    subject=(
        "{% if invoice_count == 1 %}"
        "En retard : facture {{ invoice_numbers }} de {{ organization.name }}, {{ total_due }}"
        "{% else %}"
        "En retard : {{ invoice_count }} factures de {{ organization.name }}, {{ total_due }} au total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Merci de régler {{ total_due }} dans les prochains jours, ou de nous indiquer "
            f"la date à laquelle nous pouvons compter sur votre paiement.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "S’il y a une raison pour laquelle {% if invoice_count == 1 %}cette facture n’est pas réglée"
            "{% else %}ces factures ne sont pas réglées{% endif %}, dites-le-nous. Une courte réponse suffit, "
            "et nous chercherons une solution ensemble. "
            "Si vous avez payé ces derniers jours, ne tenez pas compte de ce message."
        ),
        _REGARDS,
    ),
)

FINAL = ShippedText(
    key="final-reminder",
    language="fr",
    subject=(
        "{% if invoice_count == 1 %}"
        "Merci de nous répondre : facture {{ invoice_numbers }} de {{ organization.name }}, "
        f"{{{{ total_due }}}}, {_DAYS} de retard"
        "{% else %}"
        "Merci de nous répondre : {{ invoice_count }} factures de {{ organization.name }}, {{ total_due }} au total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Ceci est le dernier rappel que nous envoyons automatiquement. Merci de régler {{ total_due }} dès "
            "maintenant, "
            f"ou de nous répondre en indiquant la date de votre paiement.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Et ensuite ? Sans paiement ni réponse dans les prochains jours, une personne de notre équipe "
            "prendra contact avec vous pour convenir de la suite. Si quelque chose vous empêche de payer, "
            "dites-le-nous maintenant ; nous préférons trouver une solution avec vous."
        ),
        _REGARDS,
    ),
)

FRENCH = tuple(text.with_french_spaces() for text in (HEADS_UP, DUE_TODAY, REMINDER, FIRM, FINAL))
