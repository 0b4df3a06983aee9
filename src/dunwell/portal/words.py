"""The words of a customer's own pages, in the languages that reminders are shipped in."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.ledger.models import Contact
from dunwell.messaging.rendering.formats import base_language
from dunwell.messaging.rendering.phrases import phrases
from dunwell.rules.channels import Channel


@dataclass(frozen=True, slots=True)
class Words:
    """`{organization}` is whose page it is. `by` names each way to be reached, as it follows `reach_me`."""

    language: str
    title: str
    reach_me: str
    no_preference: str
    by: dict[Channel, str]
    no_mail: str
    save: str
    kept: str
    still_owed: str
    nowhere: str
    not_whole: str
    too_many: str
    try_again: str

    @property
    def heading(self) -> str:
        """What the link in the mail is called."""
        return phrases(self.language).reach


ENGLISH = Words(
    language="en",
    title="How {organization} may reach you",
    reach_me="Reach me best by",
    no_preference="No preference",
    by={Channel.EMAIL: "E-mail", Channel.SMS: "SMS", Channel.LETTER: "Letter"},
    no_mail="Send me no reminders by e-mail",
    save="Save",
    kept="Your wishes are kept. They count from now on.",
    still_owed="Open invoices stay open: this changes how {organization} reminds you, not what is owed. Where "
    "one way is closed, another is used. If an invoice is not right, please tell {organization}.",
    nowhere="This link leads nowhere",
    not_whole="It may have been cut off on the way. Copy it whole from the mail, or answer the mail: whoever "
    "sent it can change how you are reached, too.",
    too_many="Too many visits",
    try_again="Nothing was changed. Try again in ten minutes.",
)
GERMAN = Words(
    language="de",
    title="Wie {organization} Sie erreichen darf",
    reach_me="Am besten erreichen Sie mich per",
    no_preference="Das ist mir gleich",
    by={Channel.EMAIL: "E-Mail", Channel.SMS: "SMS", Channel.LETTER: "Brief"},
    no_mail="Senden Sie mir keine Erinnerungen per E-Mail",
    save="Speichern",
    kept="Ihre Wünsche sind gespeichert und gelten ab jetzt.",
    still_owed="Offene Rechnungen bleiben offen: Hier ändern Sie nur, wie {organization} Sie erinnert, nicht, "
    "was zu zahlen ist. Ist ein Weg verschlossen, nehmen wir einen anderen. Stimmt eine Rechnung nicht, sagen "
    "Sie es {organization} bitte.",
    nowhere="Dieser Link führt ins Leere",
    not_whole="Vielleicht wurde er unterwegs abgeschnitten. Kopieren Sie ihn vollständig aus der E-Mail, oder "
    "antworten Sie darauf: Auch der Absender kann ändern, wie Sie erreicht werden.",
    too_many="Zu viele Aufrufe",
    try_again="Es wurde nichts geändert. Bitte versuchen Sie es in zehn Minuten noch einmal.",
)
FRENCH = Words(
    language="fr",
    title="Comment {organization} peut vous joindre",
    reach_me="Me joindre de préférence par",
    no_preference="Sans préférence",
    by={Channel.EMAIL: "E-mail", Channel.SMS: "SMS", Channel.LETTER: "Courrier"},
    no_mail="Ne plus m’envoyer de rappels par e-mail",
    save="Enregistrer",
    kept="Vos souhaits sont enregistrés et valent dès maintenant.",
    still_owed="Les factures impayées restent dues : vous changez ici la façon dont {organization} vous "
    "rappelle, non ce qui est dû. Si une voie est fermée, une autre est utilisée. Si une facture n’est pas "
    "juste, merci de le dire à {organization}.",
    nowhere="Ce lien ne mène nulle part",
    not_whole="Il a peut-être été coupé en route. Copiez-le en entier depuis l’e-mail, ou répondez à celui-ci : "
    "l’expéditeur peut lui aussi changer la façon dont on vous joint.",
    too_many="Trop de visites",
    try_again="Rien n’a été changé. Réessayez dans dix minutes.",
)
SPANISH = Words(
    language="es",
    title="Cómo puede contactarle {organization}",
    reach_me="Prefiero que me contacten por",
    no_preference="Sin preferencia",
    by={Channel.EMAIL: "Correo electrónico", Channel.SMS: "SMS", Channel.LETTER: "Carta"},
    no_mail="No me envíen recordatorios por correo electrónico",
    save="Guardar",
    kept="Hemos guardado sus preferencias. Valen desde ahora.",
    still_owed="Las facturas pendientes siguen pendientes: aquí cambia cómo le recuerda {organization}, no lo "
    "que se debe. Si una vía está cerrada, se usa otra. Si una factura no es correcta, por favor dígaselo a "
    "{organization}.",
    nowhere="Este enlace no lleva a ninguna parte",
    not_whole="Puede que se haya cortado por el camino. Cópielo entero del correo, o responda a él: quien lo "
    "envió también puede cambiar cómo se le contacta.",
    too_many="Demasiadas visitas",
    try_again="No se ha cambiado nada. Inténtelo de nuevo dentro de diez minutos.",
)
ITALIAN = Words(
    language="it",
    title="Come {organization} può contattarla",
    reach_me="Preferisco essere contattato per",
    no_preference="Nessuna preferenza",
    by={Channel.EMAIL: "E-mail", Channel.SMS: "SMS", Channel.LETTER: "Lettera"},
    no_mail="Non inviatemi solleciti per e-mail",
    save="Salva",
    kept="Le sue preferenze sono salvate e valgono da subito.",
    still_owed="Le fatture aperte restano aperte: qui cambia il modo in cui {organization} le scrive, non quanto "
    "è dovuto. Se una via è chiusa, se ne usa un’altra. Se una fattura non è corretta, lo comunichi a "
    "{organization}.",
    nowhere="Questo link non porta da nessuna parte",
    not_whole="Forse è stato troncato lungo la strada. Lo copi per intero dall’e-mail, oppure risponda "
    "all’e-mail: anche chi l’ha inviata può cambiare il modo in cui è contattato.",
    too_many="Troppe visite",
    try_again="Non è stato cambiato nulla. Riprovi tra dieci minuti.",
)
PORTUGUESE = Words(
    language="pt",
    title="Como {organization} pode contactar consigo",
    reach_me="Prefiro ser contactado por",
    no_preference="Sem preferência",
    by={Channel.EMAIL: "E-mail", Channel.SMS: "SMS", Channel.LETTER: "Carta"},
    no_mail="Não me enviem lembretes por e-mail",
    save="Guardar",
    kept="As suas preferências foram guardadas e valem a partir de agora.",
    still_owed="As faturas em aberto continuam em aberto: aqui muda a forma como {organization} o avisa, não o "
    "que é devido. Se uma via estiver fechada, usa-se outra. Se uma fatura não estiver certa, por favor diga-o a "
    "{organization}.",
    nowhere="Esta ligação não leva a lado nenhum",
    not_whole="Talvez tenha sido cortada pelo caminho. Copie-a por inteiro do e-mail, ou responda ao e-mail: "
    "quem o enviou também pode mudar a forma como é contactado.",
    too_many="Demasiadas visitas",
    try_again="Nada foi alterado. Tente de novo daqui a dez minutos.",
)
DUTCH = Words(
    language="nl",
    title="Hoe {organization} u mag bereiken",
    reach_me="Bereik mij het liefst per",
    no_preference="Geen voorkeur",
    by={Channel.EMAIL: "E-mail", Channel.SMS: "Sms", Channel.LETTER: "Brief"},
    no_mail="Stuur mij geen herinneringen per e-mail",
    save="Opslaan",
    kept="Uw wensen zijn bewaard en gelden vanaf nu.",
    still_owed="Openstaande facturen blijven open: hier verandert u hoe {organization} u herinnert, niet wat er "
    "te betalen is. Is de ene weg gesloten, dan nemen wij een andere. Klopt een factuur niet, laat het "
    "{organization} dan weten.",
    nowhere="Deze link leidt nergens heen",
    not_whole="Misschien is hij onderweg afgebroken. Kopieer hem helemaal uit de e-mail, of beantwoord de "
    "e-mail: wie hem stuurde, kan ook veranderen hoe u bereikt wordt.",
    too_many="Te veel bezoeken",
    try_again="Er is niets veranderd. Probeer het over tien minuten opnieuw.",
)
WORDS = {words.language: words for words in (ENGLISH, GERMAN, FRENCH, SPANISH, ITALIAN, PORTUGUESE, DUTCH)}


def words_in(*languages: str) -> Words:
    """The words of the first of these languages that there are words in (`de` for `de_AT`); else English."""
    bases = map(base_language, languages)
    return next((WORDS[base] for base in bases if base in WORDS), ENGLISH)


def words_for(contact: Contact) -> Words:
    """In the language in which the contact is written to."""
    return words_in(contact.language, contact.customer.language, contact.customer.organization.locale)
