"""The letters in Italian."""

from __future__ import annotations

from dunwell.messaging.texts.letters import parts as p

_VOICE = p.Voice(
    language="it",
    to_person="Gentile {{ contact.name }},",
    to_nobody="Spettabile ditta,",
    regards="Distinti saluti",
    credit=f"Il Suo credito di {p.CREDIT} è già stato considerato.",
    earlier=f"Le abbiamo scritto l’ultima volta a questo proposito in data {p.LAST}.",
    promised=f"In data {p.PROMISED} ci aveva annunciato il pagamento; data indicata: {p.PAY_ON}.",
    write_to=f"Può scriverci a {p.MAIL}.",
)
_LATE = p.late("1 giorno", "giorni")
_STATE = p.open_since(
    f"la fattura {p.NUMBER} è scaduta da {_LATE}.",
    f"{p.COUNT} fatture sono scadute, la più vecchia da {_LATE}.",
    f"{p.COUNT} fatture sono aperte, {p.LATE_COUNT} delle quali scadute, la più vecchia da {_LATE}.",
)

ITALIAN = (
    _VOICE.letter(
        "before-due",
        p.one_or_more(f"Fattura {p.NUMBER}, scadenza {p.DUE}", f"{p.COUNT} fatture in scadenza, {p.TOTAL} in totale"),
        p.one_or_more(
            f"un breve avviso in anticipo: la fattura {p.NUMBER} scade in data {p.DUE}.",
            f"un breve avviso in anticipo: {p.COUNT} fatture scadranno a breve, la prima in data {p.DUE}.",
        )
        + f" L’importo da pagare è di {p.TOTAL}."
        + _VOICE.if_credit,
        after="Se il pagamento è già in corso, non deve fare altro. Se qualcosa non è corretto, ce lo faccia sapere.",
    ),
    _VOICE.letter(
        "due-today",
        p.one_or_more(f"Fattura {p.NUMBER} in scadenza", f"{p.COUNT} fatture aperte, {p.TOTAL} in totale"),
        p.one_or_more(
            p.due(f"la fattura {p.NUMBER} scade oggi.", f"la fattura {p.NUMBER} è scaduta in data {p.DUE}."),
            f"{p.COUNT} fatture sono aperte; " + p.due("la prima scade oggi.", f"la prima è scaduta in data {p.DUE}."),
        )
        + f" Saremmo lieti di ricevere il Suo pagamento di {p.TOTAL}."
        + _VOICE.if_credit,
        after="Se ha appena pagato, grazie: può ignorare questa lettera.",
    ),
    _VOICE.letter(
        "reminder",
        p.one_or_more(f"Promemoria: fattura {p.NUMBER}", f"Promemoria: {p.COUNT} fatture aperte"),
        p.open_since(
            f"la fattura {p.NUMBER} è scaduta in data {p.DUE} e non abbiamo ancora ricevuto il pagamento completo. "
            "Forse è sfuggita.",
            f"{p.COUNT} fatture sono scadute e non abbiamo ancora ricevuto il pagamento completo. Forse sono sfuggite.",
            f"{p.COUNT} fatture sono aperte, {p.LATE_COUNT} delle quali già scadute. Forse qualcosa è sfuggito.",
        )
        + _VOICE.if_promised
        + f" La preghiamo di pagare {p.TOTAL}."
        + _VOICE.if_credit,
        after="Se ha pagato negli ultimi giorni, grazie: il Suo pagamento e questa lettera si sono incrociati. Se "
        "qualcosa non è corretto o Le serve più tempo, ce lo dica; troveremo una soluzione.",
    ),
    _VOICE.letter(
        "firm-reminder",
        p.one_or_more(f"Scaduta: fattura {p.NUMBER}", f"Scadute: {p.COUNT} fatture aperte"),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"La preghiamo di pagare {p.TOTAL} nei prossimi giorni, oppure di dirci entro quando possiamo contare sul "
        f"pagamento.{_VOICE.if_credit}",
        after="Se c’è un motivo per cui risulta ancora aperto, ci scriva: basta una breve risposta e cercheremo "
        "insieme una soluzione. Se nel frattempo ha pagato, consideri questa lettera superata.",
    ),
    _VOICE.letter(
        "final-reminder",
        p.one_or_more(
            f"La preghiamo di contattarci: fattura {p.NUMBER}, scaduta da {_LATE}",
            f"La preghiamo di contattarci: {p.COUNT} fatture aperte",
        ),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Questo è l’ultimo promemoria che inviamo per questa via. La preghiamo di pagare {p.TOTAL} adesso, oppure di "
        f"indicarci il giorno in cui pagherà.{_VOICE.if_credit}",
        after="Che cosa succede ora: se nei prossimi giorni non riceviamo né il pagamento né una risposta, una persona "
        "del nostro team La contatterà per concordare come procedere. Se al momento non può pagare, ce lo dica "
        "subito; preferiamo trovare una soluzione insieme.",
    ),
)
