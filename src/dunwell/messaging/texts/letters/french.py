"""The letters in French."""

from __future__ import annotations

from dunwell.messaging.texts.letters import parts as p

_VOICE = p.Voice(
    language="fr",
    to_person="Bonjour {{ contact.name }},",
    to_nobody="Madame, Monsieur,",
    regards="Nous vous prions d’agréer nos salutations distinguées.",
    credit=f"Votre avoir de {p.CREDIT} est déjà pris en compte.",
    earlier=f"Nous vous avons écrit à ce sujet pour la dernière fois le {p.LAST}.",
    promised=f"Vous nous aviez annoncé, le {p.PROMISED}, un règlement au plus tard le {p.PAY_ON}.",
    write_to=f"Vous pouvez nous joindre à l’adresse {p.MAIL}.",
)
_LATE = p.late("1 jour", "jours")
_STATE = p.open_since(
    f"La facture {p.NUMBER} est en retard de {_LATE}.",
    f"{p.COUNT} factures sont en retard, la plus ancienne de {_LATE}.",
    f"{p.COUNT} factures restent à régler, dont {p.LATE_COUNT} en retard, la plus ancienne de {_LATE}.",
)

FRENCH = tuple(
    text.with_french_spaces()
    for text in (
        _VOICE.letter(
            "before-due",
            p.one_or_more(
                f"Facture {p.NUMBER}, échéance le {p.DUE}", f"{p.COUNT} factures bientôt à échéance, {p.TOTAL} au total"
            ),
            p.one_or_more(
                f"Juste un mot à l’avance : la facture {p.NUMBER} arrive à échéance le {p.DUE}.",
                f"Juste un mot à l’avance : {p.COUNT} factures arrivent bientôt à échéance, la première le {p.DUE}.",
            )
            + f" Le montant à régler est de {p.TOTAL}."
            + _VOICE.if_credit,
            after="Si votre paiement est déjà en route, vous n’avez plus rien à faire. "
            "Si quelque chose ne va pas, merci de nous le signaler.",
        ),
        _VOICE.letter(
            "due-today",
            p.one_or_more(f"Facture {p.NUMBER} à échéance", f"{p.COUNT} factures à régler, {p.TOTAL} au total"),
            p.one_or_more(
                p.due(
                    f"La facture {p.NUMBER} arrive à échéance aujourd’hui.",
                    f"La facture {p.NUMBER} est arrivée à échéance le {p.DUE}.",
                ),
                f"{p.COUNT} factures restent à régler ; "
                + p.due(
                    "la première arrive à échéance aujourd’hui.", f"la première est arrivée à échéance le {p.DUE}."
                ),
            )
            + f" Nous serions heureux de recevoir votre paiement de {p.TOTAL}."
            + _VOICE.if_credit,
            after="Si vous venez de payer, merci : ce courrier est alors sans objet.",
        ),
        _VOICE.letter(
            "reminder",
            p.one_or_more(f"Rappel : facture {p.NUMBER}", f"Rappel : {p.COUNT} factures à régler"),
            p.open_since(
                f"La facture {p.NUMBER} est arrivée à échéance le {p.DUE} et nous n’avons pas encore reçu son "
                "règlement complet. Elle vous a peut-être échappé.",
                f"{p.COUNT} factures ont dépassé leur échéance et nous n’avons pas encore reçu leur règlement complet. "
                "Elles vous ont peut-être échappé.",
                f"{p.COUNT} factures restent à régler, dont {p.LATE_COUNT} ont dépassé leur échéance. "
                "Quelque chose vous a peut-être échappé.",
            )
            + _VOICE.if_promised
            + f" Merci de régler {p.TOTAL}."
            + _VOICE.if_credit,
            after="Si vous avez payé ces derniers jours, merci : nos courriers se sont croisés. Si quelque chose ne va "
            "pas ou s’il vous faut plus de temps, dites-le-nous ; nous trouverons une solution.",
        ),
        _VOICE.letter(
            "firm-reminder",
            p.one_or_more(f"En retard : facture {p.NUMBER}", f"En retard : {p.COUNT} factures à régler"),
            _STATE + _VOICE.if_earlier + _VOICE.if_promised,
            f"Merci de régler {p.TOTAL} dans les prochains jours, ou de nous indiquer quand nous pouvons compter sur "
            f"votre paiement.{_VOICE.if_credit}",
            after="S’il y a une raison à ce retard, écrivez-nous : une courte réponse suffit, et nous chercherons "
            "ensemble une solution. Si vous avez payé entre-temps, considérez ce courrier comme sans objet.",
        ),
        _VOICE.letter(
            "final-reminder",
            p.one_or_more(
                f"Merci de nous contacter : facture {p.NUMBER}, en retard de {_LATE}",
                f"Merci de nous contacter : {p.COUNT} factures à régler",
            ),
            _STATE + _VOICE.if_earlier + _VOICE.if_promised,
            f"Ceci est le dernier rappel que nous envoyons par cette voie. Merci de régler {p.TOTAL} maintenant, ou de "
            f"nous indiquer le jour où vous paierez.{_VOICE.if_credit}",
            after="La suite : si ni paiement ni réponse ne nous parvient dans les prochains jours, quelqu’un de notre "
            "équipe vous contactera pour convenir de la marche à suivre. Si vous ne pouvez pas payer en ce moment, "
            "dites-le-nous maintenant ; nous préférons trouver une solution ensemble.",
        ),
    )
)
