"""Small vocabularies of cells: yes and no, states of an invoice, kinds of document, payment terms, totals lines."""

from __future__ import annotations

import re
from typing import Literal

from dunwell.rules.columns.months import fold

DocumentKind = Literal["invoice", "credit_note"]
State = Literal["draft", "open", "paid", "void", "written_off"]

_YES = "yes y true t 1 x ja j oui o vrai si sim s v wahr verdadero vero verdadeiro waar disputed strittig conteste"
_NO = "no n false f 0 nein non faux nao nee falsch falso onwaar none"
_STATES: dict[State, str] = {
    "draft": "draft|entwurf|brouillon|borrador|bozza|rascunho|concept",
    "open": (
        "open|unpaid|outstanding|overdue|past due|due|sent|viewed|approved|authorised|authorized|partial|"
        "partially paid|part paid|"
        "offen|unbezahlt|uberfallig|versendet|teilweise bezahlt|teilbezahlt|ouvert|ouverte|impaye|impayee|"
        "non paye|non payee|"
        "en retard|envoye|envoyee|partiellement paye|partiellement payee|abierta|abierto|pendiente|vencida|"
        "vencido|impagada|"
        "parcialmente pagada|enviada|aperta|aperto|non pagata|non pagato|scaduta|inviata|parzialmente pagata|"
        "aberta|aberto|em aberto|vencida|por pagar|parcialmente paga|onbetaald|openstaand|vervallen|verzonden|"
        "deels betaald"
    ),
    "paid": (
        "paid|closed|settled|cleared|paid in full|bezahlt|beglichen|ausgeglichen|erledigt|paye|payee|regle|"
        "reglee|solde|"
        "pagada|pagado|cobrada|cobrado|liquidada|pagata|pagato|saldata|saldato|incassata|paga|pago|liquidado|quitada|"
        "betaald|voldaan"
    ),
    "void": (
        "void|voided|cancelled|canceled|deleted|reversed|storniert|storno|annulliert|annule|annulee|anulada|anulado|"
        "cancelada|cancelado|annullata|annullato|stornata|anulada|geannuleerd|vervallen verklaard"
    ),
    "written_off": (
        "written off|write off|writeoff|bad debt|uncollectible|abgeschrieben|ausgebucht|uneinbringlich|irrecouvrable|"
        "passee en perte|incobrable|castigada|inesigibile|incobravel|afgeschreven|oninbaar"
    ),
}
_KINDS: dict[DocumentKind, str] = {
    "invoice": (
        "invoice|inv|in|rechnung|re|rg|facture|fac|fa|factura|fattura|ft|fatura|fc|factuur|accrec|debit|sales invoice"
    ),
    "credit_note": (
        "credit note|credit memo|creditmemo|creditnote|credit|cn|cm|crn|gutschrift|gs|gu|rechnungskorrektur|avoir|av|"
        "note de credit|nota de credito|abono|factura rectificativa|nota di credito|nc|nota di accredito|"
        "creditnota|accreccredit"
    ),
}
_AT_ONCE = (
    "due on receipt|on receipt|immediate|immediately|at once|cash|cod|prepaid|sofort|sofort fallig|bar|"
    "comptant|a reception|"
    "immediat|contado|al contado|inmediato|a vista|vista diretta|immediato|rimessa diretta|pronto pagamento|"
    "direct|contant"
)
_TOTALS = (
    "total|totals|grand total|subtotal|sub total|sum|report total|overall total|summe|gesamt|gesamtsumme|endsumme|"
    "zwischensumme|total general|totaux|sous total|somme|suma|totales|totale|totali|totale generale|subtotale|somma|"
    "soma|total geral|totaal|eindtotaal|subtotaal"
)


def plain(text: str) -> str:
    """A cell as words: folded, signs to spaces, single spaces."""
    return " ".join(_WORD.findall(fold(text)))


_WORD = re.compile(r"[^\W_]+")
_YES_WORDS, _NO_WORDS = frozenset(_YES.split()), frozenset(_NO.split())
_STATE_OF: dict[str, State] = {word: state for state, words in _STATES.items() for word in words.split("|")}
_KIND_OF: dict[str, DocumentKind] = {word: kind for kind, words in _KINDS.items() for word in words.split("|")}
_AT_ONCE_WORDS, _TOTAL_WORDS = frozenset(_AT_ONCE.split("|")), frozenset(_TOTALS.split("|"))
_TOTAL_STARTS = ("total ", "summe ", "totale ", "totaal ")
_DAYS = re.compile(r"(?<!\d)(\d{1,3})(?!\d)")
_NOT_NET = re.compile(
    r"\d\s*%|\d\s*/\s*\d|\b(?:eom|months?|monate?|mois|mes|meses|mese|mesi|maand|maanden|fine mese|fin de mois)\b"
)


def yes_or_no(text: str) -> bool | None:
    """True or False for a word that says so, None for any other."""
    word = plain(text)
    return True if word in _YES_WORDS else False if word in _NO_WORDS else None


def state_of(text: str) -> State | None:
    """What a status cell says about an invoice; `open` includes partially paid and overdue."""
    return _STATE_OF.get(plain(text))


def kind_of(text: str) -> DocumentKind | None:
    """Whether a cell of a type column says invoice or credit note."""
    return _KIND_OF.get(plain(text))


def days_of_terms(text: str) -> int | None:
    """Days from issue to due date: 30 for "Net 30", 0 for "due on receipt".

    Discounts (2/10 net 30), months and ends of months are not days and give None.
    """
    words = plain(text)
    if words in _AT_ONCE_WORDS:
        return 0
    if _NOT_NET.search(fold(text)):
        return None
    numbers = _DAYS.findall(words)
    return int(numbers[0]) if len(numbers) == 1 and int(numbers[0]) <= 365 else None


def is_total(text: str) -> bool:
    """Whether a cell marks its line as a sum of the lines above."""
    words = plain(text)
    return words in _TOTAL_WORDS or (len(words) < 60 and words.startswith(_TOTAL_STARTS))
