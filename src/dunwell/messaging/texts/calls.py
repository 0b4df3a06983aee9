"""The default call scripts by tone, in seven languages: a beginning to speak from, not a text to be read out.

Before anything is said about a debt the script asks who is speaking. Like the mails, each sentence is true for one
invoice or many, with or without credit; an earlier reminder is
named only where one was sent, and an earlier call only where somebody was reached.
"""

from __future__ import annotations

from dunwell.messaging.texts.shipped import ShippedText
from dunwell.rules.channels import SPOKEN

_FROM = "{{ organization.name }}"
_NUMBER = "{{ invoice_numbers }}"
_COUNT = "{{ invoice_count }}"
_TOTAL = "{{ total_due }}"
_DUE = "{{ oldest_invoice.due_on|date('long') }}"
_PERSON = "{{ contact.name }}"
_CREDIT = "{{ credit }}"
_WRITTEN = "{{ last_notice_on|date('long') }}"


def _one_or_more(one: str, more: str) -> str:
    return f"{{% if invoice_count == 1 %}}{one}{{% else %}}{more}{{% endif %}}"


def _spoken_before(last_call: str) -> str:
    """A call that may be the first about this debt is not called the last."""
    return f"{{% if earlier_calls %}}{last_call} {{% endif %}}"


def _script(
    language: str, *, hello: str, person: str, about: str, credit: str, wrote: str, link: str, tones: dict[str, str]
) -> tuple[ShippedText, ...]:
    """A script for each tone: who speaks, what it is about, the tone's own words, the link. A friendly call, which may
    be the first word, does not bring up what was written before.
    """
    opening = f"{hello}{{% if contact.name %}} {person}{{% endif %}}"
    facts = f"{about}{{% if credit %}} {credit}{{% endif %}}"
    before = f"{{% if earlier_notices and last_notice_on %}} {wrote}{{% endif %}}"
    offer = f"{{% if pay_link %}}{link}{{% endif %}}"
    return tuple(
        ShippedText(
            key=f"call-{tone}",
            language=language,
            subject="",
            paragraphs=(opening, facts if tone == "friendly" else facts + before, words, offer),
            channel=SPOKEN,
        )
        for tone, words in tones.items()
    )


ENGLISH = _script(
    "en",
    hello=f"Hello, I am calling from {_FROM}.",
    person=f"Am I speaking with {_PERSON}?",
    about="It is about "
    + _one_or_more(
        f"invoice {_NUMBER} for {_TOTAL}, due on {_DUE}.",
        f"{_COUNT} invoices for {_TOTAL} in total, the first due on {_DUE}.",
    ),
    credit=f"Your credit of {_CREDIT} is already taken off.",
    wrote=f"We last wrote to you about this on {_WRITTEN}.",
    link="I can send you the link to pay right away.",
    tones={
        "friendly": "Has everything arrived as it should? May I ask when we can expect the payment?",
        "neutral": "We have not received the full payment yet. Is anything unclear? On which day will you pay?",
        "firm": (
            "The payment is still missing. What is holding it up? Can you give me a date on which you will pay? I will "
            "make a note of it."
        ),
        "final": (
            _spoken_before("We have spoken about this before, and this is my last call about it.")
            + "If we cannot find a solution today, I have to pass this on to my manager, who decides what comes next. "
            "What can you offer?"
        ),
    },
)

GERMAN = _script(
    "de",
    hello=f"Guten Tag, ich rufe von {_FROM} an.",
    person=f"Spreche ich mit {_PERSON}?",
    about="Es geht um "
    + _one_or_more(
        f"die Rechnung {_NUMBER} über {_TOTAL}, fällig am {_DUE}.",
        f"{_COUNT} Rechnungen über insgesamt {_TOTAL}, die erste fällig am {_DUE}.",
    ),
    credit=f"Ihr Guthaben von {_CREDIT} ist dabei schon abgezogen.",
    wrote=f"Zuletzt haben wir Ihnen am {_WRITTEN} dazu geschrieben.",
    link="Den Link zum Bezahlen kann ich Ihnen gleich schicken.",
    tones={
        "friendly": "Ist alles gut bei Ihnen angekommen? Darf ich fragen, wann wir mit der Zahlung rechnen können?",
        "neutral": (
            "Die Zahlung ist noch nicht vollständig bei uns eingegangen. Ist etwas unklar? An welchem Tag werden Sie "
            "zahlen?"
        ),
        "firm": (
            "Die Zahlung fehlt noch immer. Was steht im Weg? Ich brauche von Ihnen einen Tag, an dem Sie zahlen, und "
            "notiere ihn."
        ),
        "final": (
            _spoken_before("Wir haben schon darüber gesprochen, und das ist mein letzter Anruf dazu.")
            + "Finden wir heute keine Lösung, entscheidet meine Leitung, wie es weitergeht. Was können Sie anbieten?"
        ),
    },
)

FRENCH = tuple(
    text.with_french_spaces()
    for text in _script(
        "fr",
        hello=f"Bonjour, je vous appelle de la part de {_FROM}.",
        person=f"Suis-je bien avec {_PERSON} ?",
        about="Il s’agit de "
        + _one_or_more(
            f"la facture {_NUMBER} de {_TOTAL}, à échéance du {_DUE}.",
            f"{_COUNT} factures pour un total de {_TOTAL}, la première à échéance du {_DUE}.",
        ),
        credit=f"Votre avoir de {_CREDIT} est déjà déduit.",
        wrote=f"Notre dernier message à ce sujet date du {_WRITTEN}.",
        link="Je peux vous envoyer tout de suite le lien de paiement.",
        tones={
            "friendly": "Avez-vous tout bien reçu ? Puis-je vous demander quand le règlement est prévu ?",
            "neutral": (
                "Nous n’avons pas encore reçu la totalité du règlement. Y a-t-il un point à éclaircir ? Quel jour "
                "allez-vous payer ?"
            ),
            "firm": (
                "Le règlement manque toujours. Qu’est-ce qui bloque ? J’ai besoin d’une date de paiement de votre "
                "part, et je la note."
            ),
            "final": (
                _spoken_before("Nous en avons déjà parlé, et c’est mon dernier appel à ce sujet.")
                + "Sans solution aujourd’hui, ma direction décidera de la suite. Que pouvez-vous proposer ?"
            ),
        },
    )
)

SPANISH = _script(
    "es",
    hello=f"Buenos días, le llamo de parte de {_FROM}.",
    person=f"¿Hablo con {_PERSON}?",
    about="Se trata de "
    + _one_or_more(
        f"la factura {_NUMBER} por {_TOTAL}, con vencimiento el {_DUE}.",
        f"{_COUNT} facturas por un total de {_TOTAL}, la primera con vencimiento el {_DUE}.",
    ),
    credit=f"Su saldo a favor de {_CREDIT} ya está descontado.",
    wrote=f"Le escribimos por última vez sobre este asunto el {_WRITTEN}.",
    link="Puedo enviarle ahora mismo el enlace para pagar.",
    tones={
        "friendly": "¿Ha llegado todo bien? ¿Puedo preguntarle para cuándo está previsto el pago?",
        "neutral": "Aún no hemos recibido el pago completo. ¿Hay algo que aclarar? ¿Qué día van a pagar?",
        "firm": "El pago sigue pendiente. ¿Qué lo impide? Necesito que me diga un día de pago, y lo anoto.",
        "final": (
            _spoken_before("Ya hemos hablado de este asunto, y esta es mi última llamada.")
            + "Si hoy no encontramos una solución, mi dirección decidirá cómo seguir. ¿Qué puede ofrecer?"
        ),
    },
)

ITALIAN = _script(
    "it",
    hello=f"Buongiorno, qui {_FROM}.",
    person=f"Parlo con {_PERSON}?",
    about="La chiamo per "
    + _one_or_more(
        f"la fattura {_NUMBER} di {_TOTAL}, con scadenza in data {_DUE}.",
        f"{_COUNT} fatture per un totale di {_TOTAL}, la prima con scadenza in data {_DUE}.",
    ),
    credit=f"Il Suo credito di {_CREDIT} è già stato detratto.",
    wrote=f"Il nostro ultimo messaggio in merito è datato {_WRITTEN}.",
    link="Posso inviarle subito il link per pagare.",
    tones={
        "friendly": "È arrivato tutto come doveva? Posso chiederle quando è previsto il pagamento?",
        "neutral": (
            "Non abbiamo ancora ricevuto il pagamento completo. C’è qualcosa da chiarire? In che giorno pagherete?"
        ),
        "firm": (
            "Il pagamento manca ancora. Che cosa lo impedisce? Mi serve da voi un giorno di pagamento, e ne prendo "
            "nota."
        ),
        "final": (
            _spoken_before("Ne abbiamo già parlato, e questa è la mia ultima telefonata in merito.")
            + "Se oggi non troviamo una soluzione, la mia direzione deciderà come proseguire. Che cosa potete "
            "proporre?"
        ),
    },
)

PORTUGUESE = _script(
    "pt",
    hello=f"Bom dia, estou a ligar da parte de {_FROM}.",
    person=f"Falo com {_PERSON}?",
    about="É por causa "
    + _one_or_more(
        f"da fatura {_NUMBER} de {_TOTAL}, com vencimento em {_DUE}.",
        f"de {_COUNT} faturas no total de {_TOTAL}, a primeira com vencimento em {_DUE}.",
    ),
    credit=f"O seu crédito de {_CREDIT} já foi descontado.",
    wrote=f"A nossa última mensagem sobre este assunto é de {_WRITTEN}.",
    link="Posso enviar-lhe já o link para pagar.",
    tones={
        "friendly": "Chegou tudo bem? Posso perguntar para quando está previsto o pagamento?",
        "neutral": "Ainda não recebemos o pagamento completo. Há algo a esclarecer? Em que dia vão pagar?",
        "firm": (
            "O pagamento continua em falta. O que está a impedir? Preciso que me diga um dia de pagamento, e tomo nota "
            "dele."
        ),
        "final": (
            _spoken_before("Já falámos sobre este assunto, e esta é a minha última chamada.")
            + "Se hoje não encontrarmos uma solução, a minha direção decide o que se segue. O que podem propor?"
        ),
    },
)

DUTCH = _script(
    "nl",
    hello=f"Goedendag, ik bel namens {_FROM}.",
    person=f"Spreek ik met {_PERSON}?",
    about="Het gaat over "
    + _one_or_more(
        f"factuur {_NUMBER} van {_TOTAL}, met vervaldatum {_DUE}.",
        f"{_COUNT} facturen van in totaal {_TOTAL}, de eerste met vervaldatum {_DUE}.",
    ),
    credit=f"Uw tegoed van {_CREDIT} is daar al van afgetrokken.",
    wrote=f"Op {_WRITTEN} hebben wij u hier voor het laatst over geschreven.",
    link="Ik kan u de betaallink meteen sturen.",
    tones={
        "friendly": "Is alles goed aangekomen? Mag ik vragen wanneer we de betaling kunnen verwachten?",
        "neutral": (
            "We hebben de volledige betaling nog niet ontvangen. Is er iets onduidelijk? Op welke dag betaalt u?"
        ),
        "firm": (
            "De betaling ontbreekt nog steeds. Wat staat in de weg? Ik heb van u een dag nodig waarop u betaalt, en "
            "die schrijf ik op."
        ),
        "final": (
            _spoken_before("We hebben hier al over gesproken, en dit is mijn laatste telefoontje hierover.")
            + "Vinden we vandaag geen oplossing, dan beslist mijn leidinggevende hoe het verder gaat. Wat kunt u "
            "aanbieden?"
        ),
    },
)

CALLS = (*ENGLISH, *GERMAN, *FRENCH, *SPANISH, *ITALIAN, *PORTUGUESE, *DUTCH)
