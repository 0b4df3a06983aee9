"""What a second pair of eyes would say about a text before it is used.

Advice, not refusals: a person decides. The words looked for are whole words in the text's language.
Sources: a demand for payment that threatens court or credit agencies needs somebody who means it
(15 U.S.C. 1692e(5); Regulation F, 12 CFR 1006.18); a reminder that advertises becomes direct marketing,
which needs consent in the EU (Directive 2002/58/EC, article 13).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from dunwell.rules import mergetags


class Concern(StrEnum):
    LEGAL_THREAT = "legal_threat"
    PROMOTION = "promotion"
    NO_WAY_TO_PAY = "no_way_to_pay"
    NO_POSTAL_ADDRESS = "no_postal_address"


@dataclass(frozen=True, slots=True)
class Advice:
    """One concern, the words it is about (empty where something is missing), and what to do in a sentence."""

    concern: Concern
    words: str
    sentence: str


_LEGAL = {
    "en": r"legal (?:action|proceedings|steps|measures)|lawyers?|attorneys?|solicitors?|courts?|sue|lawsuit"
    r"|debt collect(?:or|ion)s?|collection agency|credit (?:bureau|agency|rating)|bailiffs?|enforcement",
    "de": r"rechtliche schritte|gerichtlich\w*|gericht|(?:rechts)?anwalt|anwält\w*|klage|mahnbescheid|inkasso\w*|schufa"
    r"|zwangsvollstreckung|gerichtsvollzieher",
    "fr": r"poursuites?|action en justice|tribunal|avocat|huissier|contentieux|mise en demeure|injonction de payer"
    r"|société de recouvrement",
    "es": r"acciones (?:legales|judiciales)|vía judicial|tribunal(?:es)?|juzgado|abogados?|demanda judicial|monitorio"
    r"|agencia de cobros?|ficheros? de morosos",
    "it": r"vie legali|azioni? legal[ei]|tribunale|avvocat[oi]|decreto ingiuntivo|messa in mora|recupero crediti"
    r"|ufficiale giudiziario",
    "pt": r"(?:ação|ações|medidas) (?:legal|legais|judicial|judiciais)|via judicial|tribunal|advogados?|injunção"
    r"|empresa de cobranças?|protesto|serasa",
    "nl": r"juridische stappen|gerechtelijke?|rechtbank|rechter|advoca(?:at|ten)|incassobureau|incasso|deurwaarder"
    r"|dagvaarding",
}
_PROMOTION = {
    "en": r"special offers?|discounts?|sale|upgrade|free trial|new products?|limited time|buy now|newsletter"
    r"|check out our",
    "de": r"sonderangebote?|rabatt\w*|angebot der woche|neue produkte|jetzt kaufen|newsletter|gratis|aktion",
    "fr": r"offres? spéciales?|promotions?|remises?|soldes|nouveaux produits|achetez|newsletter|gratuit\w*",
    "es": r"ofertas?|descuentos?|promoción|promociones|rebajas|nuevos productos|compre ahora|boletín|gratis",
    "it": r"offert[ae] special[ei]|sconti?|promozion[ei]|saldi|nuovi prodotti|acquista ora|newsletter|gratis",
    "pt": r"ofertas?|descontos?|promoção|promoções|saldos|novos produtos|compre agora|newsletter|grátis",
    "nl": r"aanbieding(?:en)?|korting(?:en)?|uitverkoop|nieuwe producten|koop nu|nieuwsbrief|gratis",
}
_WAYS_TO_PAY = frozenset({"pay_instructions", "pay_link", "bank_details", "invoice.pay_link"})
_TAG = re.compile(r"\{[{%][^{}]*[%}]\}")
_BRACKET = re.compile(r"\[([^\[\]\n]{1,60})\]")
_PATH = re.compile(r"[a-z_]+(?:\.[a-z_]+)?")
_MARKUP = re.compile(r"<[^>]*>")


def _found(patterns: dict[str, str], language: str, words: str) -> str:
    pattern = patterns.get(language.replace("-", "_").split("_")[0].lower(), patterns["en"])
    found = re.search(rf"\b(?:{pattern})\b", words, re.IGNORECASE)
    return found[0] if found else ""


def names_a_way_to_pay(parts: Iterable[str]) -> bool:
    """Whether a tag stands for the way to pay, in either form (`{{ pay_link }}`, `[How to Pay]`)."""
    for part in parts:
        if any(path in _WAYS_TO_PAY for tag in _TAG.findall(part) for path in _PATH.findall(tag)):
            return True
        tags = (mergetags.by_label(label, in_loop=True) for label in _BRACKET.findall(part))
        if any(tag is not None and tag.path in _WAYS_TO_PAY for tag in tags):
            return True
    return False


def advice(
    *,
    subject: str,
    bodies: Iterable[str],
    language: str,
    somebody_approves: bool,
    postal_address: str,
    is_said: bool = False,
) -> list[Advice]:
    """What to think about before this text is used; empty when there is nothing.

    `bodies` are the template's sources (HTML, plain text); tags and markup are no words. `somebody_approves`:
    every step that uses the text demands approval, so that a threat is read by a person before it goes. `is_said`:
    it is the script of a call. No approval stands before what a person says, and the way to pay and the address are
    asked for on the phone.
    """
    sources = [part for part in (subject, *bodies) if part.strip()]
    words = " ".join(_MARKUP.sub(" ", _TAG.sub(" ", part)) for part in sources)
    given: list[Advice] = []
    threat = _found(_LEGAL, language, words)
    if threat and (is_said or not somebody_approves):
        says = f"“{threat}” announces legal steps. Say so only where somebody means it"
        approve = "" if is_said else ", and demand approval on the steps that use this text"
        given.append(Advice(Concern.LEGAL_THREAT, threat, f"{says}{approve}."))
    selling = _found(_PROMOTION, language, words)
    if selling:
        given.append(
            Advice(
                Concern.PROMOTION,
                selling,
                f"“{selling}” reads like advertising. A reminder that advertises needs the reader's consent, and is "
                "more often taken for spam.",
            )
        )
    if is_said:
        return given
    if not names_a_way_to_pay(sources):
        given.append(
            Advice(
                Concern.NO_WAY_TO_PAY, "", "Nothing says how to pay. Add [How to Pay]: a pay link, or the bank details."
            )
        )
    if not postal_address.strip():
        given.append(
            Advice(
                Concern.NO_POSTAL_ADDRESS,
                "",
                "There is no postal address below the text. Enter one in Settings, Sender: readers, "
                "and some laws, expect it.",
            )
        )
    return given
