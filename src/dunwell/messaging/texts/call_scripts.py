# ruff: noqa: E501 - a sentence is easier to read in one line
"""What somebody says on the phone, by tone and language: a beginning to speak from, not a text to be read out.

Only tags are used that every customer has. The language is the customer's; a step's own instructions stand beside it.
"""

from __future__ import annotations

_ABOUT = {
    "en": "{% if invoice_count == 1 %}invoice {{ invoice_numbers }}{% else %}{{ invoice_count }} invoices{% endif %}",
    "de": "{% if invoice_count == 1 %}die Rechnung {{ invoice_numbers }}{% else %}{{ invoice_count }} Rechnungen{% endif %}",
    "fr": "{% if invoice_count == 1 %}la facture {{ invoice_numbers }}{% else %}{{ invoice_count }} factures{% endif %}",
    "es": "{% if invoice_count == 1 %}la factura {{ invoice_numbers }}{% else %}{{ invoice_count }} facturas{% endif %}",
    "it": "{% if invoice_count == 1 %}la fattura {{ invoice_numbers }}{% else %}{{ invoice_count }} fatture{% endif %}",
    "pt": "{% if invoice_count == 1 %}a fatura {{ invoice_numbers }}{% else %}{{ invoice_count }} faturas{% endif %}",
    "nl": "{% if invoice_count == 1 %}factuur {{ invoice_numbers }}{% else %}{{ invoice_count }} facturen{% endif %}",
}

# By language and tone; «about» stands for the invoices
_WORDS = {
    "en": {
        "friendly": (
            "Hello, this is {{ sender.name }}. I am calling about «about» for {{ total_due }}. Has everything arrived as "
            "it should? May I ask when we can expect the payment?"
        ),
        "neutral": (
            "Hello, this is {{ sender.name }}. I am calling about «about» for {{ total_due }}, which we have not received "
            "yet. Is anything unclear? On which day will it be paid?"
        ),
        "firm": (
            "Hello, this is {{ sender.name }}. «about» for {{ total_due }} is still open although the time to pay is long "
            "over. What stands in the way? I need a day from you on which you pay."
        ),
        "final": (
            "Hello, this is {{ sender.name }}. This is my last call about «about» for {{ total_due }}. If we find no "
            "solution today, it goes to my manager, who decides what comes next. What can you offer?"
        ),
    },
    "de": {
        "friendly": (
            "Guten Tag, hier ist {{ sender.name }}. Ich rufe an wegen «about» über {{ total_due }}. Ist alles gut "
            "angekommen? Darf ich fragen, wann wir mit der Zahlung rechnen können?"
        ),
        "neutral": (
            "Guten Tag, hier ist {{ sender.name }}. Es geht um «about» über {{ total_due }}; wir haben noch kein Geld "
            "erhalten. Ist etwas unklar? An welchem Tag werden Sie zahlen?"
        ),
        "firm": (
            "Guten Tag, hier ist {{ sender.name }}. Es geht um «about» über {{ total_due }}; die Zeit zum Zahlen ist längst "
            "vorbei. Was steht im Weg? Ich brauche von Ihnen einen Tag, an dem Sie zahlen."
        ),
        "final": (
            "Guten Tag, hier ist {{ sender.name }}. Das ist mein letzter Anruf wegen «about» über {{ total_due }}. Finden "
            "wir heute keine Lösung, entscheidet meine Leitung, wie es weitergeht. Was können Sie anbieten?"
        ),
    },
    "fr": {
        "friendly": (
            "Bonjour, {{ sender.name }} à l’appareil. Je vous appelle au sujet de «about», {{ total_due }} au total. "
            "Avez-vous tout bien reçu ? Puis-je vous demander quand le règlement est prévu ?"
        ),
        "neutral": (
            "Bonjour, {{ sender.name }} à l’appareil. Je vous appelle au sujet de «about», {{ total_due }} au total, que "
            "nous n’avons pas encore reçu. Y a-t-il un point à éclaircir ? Quel jour allez-vous payer ?"
        ),
        "firm": (
            "Bonjour, {{ sender.name }} à l’appareil. Il s’agit de «about», {{ total_due }} au total : le délai est "
            "largement dépassé. Qu’est-ce qui bloque ? J’ai besoin d’une date de paiement de votre part."
        ),
        "final": (
            "Bonjour, {{ sender.name }} à l’appareil. C’est mon dernier appel au sujet de «about», {{ total_due }} au "
            "total. Sans solution aujourd’hui, ma direction décidera de la suite. Que pouvez-vous proposer ?"
        ),
    },
    "es": {
        "friendly": (
            "Buenos días, le habla {{ sender.name }}. Llamo por «about», {{ total_due }} en total. ¿Ha llegado todo bien? "
            "¿Puedo preguntarle para cuándo está previsto el pago?"
        ),
        "neutral": (
            "Buenos días, le habla {{ sender.name }}. Llamo por «about», {{ total_due }} en total, que aún no hemos "
            "recibido. ¿Hay algo que aclarar? ¿Qué día van a pagar?"
        ),
        "firm": (
            "Buenos días, le habla {{ sender.name }}. Se trata de «about», {{ total_due }} en total: el plazo venció hace "
            "tiempo. ¿Qué lo impide? Necesito que me diga un día de pago."
        ),
        "final": (
            "Buenos días, le habla {{ sender.name }}. Es mi última llamada por «about», {{ total_due }} en total. Si hoy "
            "no encontramos una solución, mi dirección decidirá cómo seguir. ¿Qué puede ofrecer?"
        ),
    },
    "it": {
        "friendly": (
            "Buongiorno, sono {{ sender.name }}. La chiamo per «about», {{ total_due }} in totale. È arrivato tutto come "
            "doveva? Posso chiederle quando è previsto il pagamento?"
        ),
        "neutral": (
            "Buongiorno, sono {{ sender.name }}. La chiamo per «about», {{ total_due }} in totale, che non abbiamo ancora "
            "ricevuto. C’è qualcosa da chiarire? In che giorno pagherete?"
        ),
        "firm": (
            "Buongiorno, sono {{ sender.name }}. Si tratta di «about», {{ total_due }} in totale: il termine è passato da "
            "tempo. Che cosa lo impedisce? Mi serve da voi un giorno di pagamento."
        ),
        "final": (
            "Buongiorno, sono {{ sender.name }}. È la mia ultima telefonata per «about», {{ total_due }} in totale. Se oggi "
            "non troviamo una soluzione, la mia direzione deciderà come proseguire. Che cosa potete proporre?"
        ),
    },
    "pt": {
        "friendly": (
            "Bom dia, fala {{ sender.name }}. Estou a ligar sobre «about», {{ total_due }} no total. Chegou tudo bem? "
            "Posso perguntar para quando está previsto o pagamento?"
        ),
        "neutral": (
            "Bom dia, fala {{ sender.name }}. Estou a ligar sobre «about», {{ total_due }} no total, que ainda não "
            "recebemos. Há algo a esclarecer? Em que dia vão pagar?"
        ),
        "firm": (
            "Bom dia, fala {{ sender.name }}. Trata-se de «about», {{ total_due }} no total: o prazo já passou há muito. O "
            "que está a impedir? Preciso que me diga um dia de pagamento."
        ),
        "final": (
            "Bom dia, fala {{ sender.name }}. É a minha última chamada sobre «about», {{ total_due }} no total. Se hoje não "
            "encontrarmos uma solução, a minha direção decide o que se segue. O que podem propor?"
        ),
    },
    "nl": {
        "friendly": (
            "Goedendag, u spreekt met {{ sender.name }}. Ik bel over «about» van {{ total_due }}. Is alles goed "
            "aangekomen? Mag ik vragen wanneer we de betaling kunnen verwachten?"
        ),
        "neutral": (
            "Goedendag, u spreekt met {{ sender.name }}. Ik bel over «about» van {{ total_due }}; we hebben nog niets "
            "ontvangen. Is er iets onduidelijk? Op welke dag betaalt u?"
        ),
        "firm": (
            "Goedendag, u spreekt met {{ sender.name }}. Het gaat om «about» van {{ total_due }}; de termijn is al lang "
            "voorbij. Wat staat in de weg? Ik heb van u een dag nodig waarop u betaalt."
        ),
        "final": (
            "Goedendag, u spreekt met {{ sender.name }}. Dit is mijn laatste telefoontje over «about» van {{ total_due }}. "
            "Vinden we vandaag geen oplossing, dan beslist mijn leiding hoe het verder gaat. Wat kunt u aanbieden?"
        ),
    },
}  # fmt: skip

LANGUAGES = tuple(_WORDS)


def call_script(tone: str, language: str) -> tuple[str, str]:
    """The words for a tone in a language, in English where there are none, and the language they are in."""
    known = language if language in _WORDS else "en"
    return _WORDS[known][tone].replace("«about»", _ABOUT[known]), known
