"""The fixed words of documents, by language."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """Fields in braces are filled in by the document that uses the words."""

    page_of: str
    date: str
    customer_number: str
    account_number: str
    statement: str
    statement_opening: str
    nothing_open: str
    open_invoices: str
    by_age: str
    ages: tuple[str, str, str, str, str]
    payments_since: str
    credits: str
    reference: str
    received: str
    not_used: str
    open_total: str
    credit_total: str
    balance_due: str
    balance_credit: str
    balance_none: str
    disputed: str
    pay_by_transfer: str
    invoice_copy: str
    copy_opening: str
    description: str
    invoice_date: str
    due_date: str
    scan_to_pay: str
    pay_online: str
    invoice_file: str
    statement_file: str
    letter_file: str


ENGLISH = DocumentWords(
    page_of="Page {page} of {pages}",
    date="Date",
    customer_number="Customer no.",
    account_number="Invoice no.",
    statement="Statement of account, {currency}",
    statement_opening="Your account with us as of {date}. Payments and credits that reached us later are not included.",
    nothing_open="Your account with us as of {date}: no invoice is open.",
    open_invoices="Open invoices",
    by_age="How long past due",
    ages=("Not yet due", "1 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days"),
    payments_since="Payments received since {date}",
    credits="Credits not yet used",
    reference="Reference",
    received="Received",
    not_used="Not yet used",
    open_total="Open invoices",
    credit_total="Credits not yet used",
    balance_due="To pay",
    balance_credit="In your favor",
    balance_none="Settled",
    disputed="under clarification",
    pay_by_transfer="Please transfer to:",
    invoice_copy="Copy of invoice {number}",
    copy_opening="This copy repeats what our books say about the invoice. It does not replace the original.",
    description="Description",
    invoice_date="Invoice date",
    due_date="Due date",
    scan_to_pay="Scan to pay",
    pay_online="Pay online: {link}",
    invoice_file="Invoice",
    statement_file="Statement",
    letter_file="Letter",
)

GERMAN = DocumentWords(
    page_of="Seite {page} von {pages}",
    date="Datum",
    customer_number="Kundennummer",
    account_number="Rechnungsnummer",
    statement="Kontoauszug, {currency}",
    statement_opening=(
        "Ihr Konto bei uns zum {date}. Später eingegangene Zahlungen und Gutschriften sind nicht enthalten."
    ),
    nothing_open="Ihr Konto bei uns zum {date}: Es ist keine Rechnung offen.",
    open_invoices="Offene Rechnungen",
    by_age="Überfällig seit",
    ages=("Noch nicht fällig", "1 bis 30 Tagen", "31 bis 60 Tagen", "61 bis 90 Tagen", "Über 90 Tagen"),
    payments_since="Zahlungseingänge seit {date}",
    credits="Noch nicht verrechnete Guthaben",
    reference="Beleg",
    received="Eingang",
    not_used="Nicht verrechnet",
    open_total="Offene Rechnungen",
    credit_total="Nicht verrechnete Guthaben",
    balance_due="Zu zahlen",
    balance_credit="Zu Ihren Gunsten",
    balance_none="Ausgeglichen",
    disputed="in Klärung",
    pay_by_transfer="Bitte überweisen Sie an:",
    invoice_copy="Kopie der Rechnung {number}",
    copy_opening="Diese Kopie gibt wieder, was in unseren Büchern zur Rechnung steht. Sie ersetzt nicht das Original.",
    description="Bezeichnung",
    invoice_date="Rechnungsdatum",
    due_date="Fällig am",
    scan_to_pay="Scannen und zahlen",
    pay_online="Online zahlen: {link}",
    invoice_file="Rechnung",
    statement_file="Kontoauszug",
    letter_file="Brief",
)

FRENCH = DocumentWords(
    page_of="Page {page} sur {pages}",
    date="Date",
    customer_number="N° de client",
    account_number="N° de facture",
    statement="Relevé de compte, {currency}",
    statement_opening=(
        "Votre compte chez nous au {date}. Les paiements et avoirs reçus après cette date n’y figurent pas."
    ),
    nothing_open="Votre compte chez nous au {date}\N{NO-BREAK SPACE}: aucune facture n’est ouverte.",
    open_invoices="Factures à régler",
    by_age="Retard de paiement",
    ages=("Non échu", "1 à 30 jours", "31 à 60 jours", "61 à 90 jours", "Plus de 90 jours"),
    payments_since="Paiements reçus depuis le {date}",
    credits="Avoirs non utilisés",
    reference="Référence",
    received="Reçu",
    not_used="Non utilisé",
    open_total="Factures à régler",
    credit_total="Avoirs non utilisés",
    balance_due="Solde à payer",
    balance_credit="Solde en votre faveur",
    balance_none="Compte soldé",
    disputed="en cours d’examen",
    pay_by_transfer="Merci de virer à\N{NO-BREAK SPACE}:",
    invoice_copy="Copie de la facture {number}",
    copy_opening="Cette copie reprend ce que nos livres indiquent sur la facture. Elle ne remplace pas l’original.",
    description="Désignation",
    invoice_date="Date de facture",
    due_date="Échéance",
    scan_to_pay="Scanner pour payer",
    pay_online="Payer en ligne\N{NO-BREAK SPACE}: {link}",
    invoice_file="Facture",
    statement_file="Releve",
    letter_file="Lettre",
)

SPANISH = DocumentWords(
    page_of="Página {page} de {pages}",
    date="Fecha",
    customer_number="N.º de cliente",
    account_number="N.º de factura",
    statement="Estado de cuenta, {currency}",
    statement_opening="Su cuenta con nosotros a {date}. No incluye pagos ni abonos recibidos después.",
    nothing_open="Su cuenta con nosotros a {date}: no hay facturas pendientes.",
    open_invoices="Facturas pendientes",
    by_age="Tiempo de retraso",
    ages=("Aún no vencido", "De 1 a 30 días", "De 31 a 60 días", "De 61 a 90 días", "Más de 90 días"),
    payments_since="Pagos recibidos desde el {date}",
    credits="Saldos a favor sin aplicar",
    reference="Referencia",
    received="Recibido",
    not_used="Sin aplicar",
    open_total="Facturas pendientes",
    credit_total="Saldos a favor sin aplicar",
    balance_due="A pagar",
    balance_credit="A su favor",
    balance_none="Saldada",
    disputed="en revisión",
    pay_by_transfer="Transfiera a:",
    invoice_copy="Copia de la factura {number}",
    copy_opening="Esta copia recoge lo que consta en nuestros libros sobre la factura. No sustituye al original.",
    description="Descripción",
    invoice_date="Fecha de factura",
    due_date="Vencimiento",
    scan_to_pay="Escanear y pagar",
    pay_online="Pagar en línea: {link}",
    invoice_file="Factura",
    statement_file="Estado-de-cuenta",
    letter_file="Carta",
)

ITALIAN = DocumentWords(
    page_of="Pagina {page} di {pages}",
    date="Data",
    customer_number="Codice cliente",
    account_number="N. fattura",
    statement="Estratto conto, {currency}",
    statement_opening=(
        "Il Suo conto presso di noi al {date}. Pagamenti e crediti ricevuti in seguito non sono compresi."
    ),
    nothing_open="Il Suo conto presso di noi al {date}: nessuna fattura è aperta.",
    open_invoices="Fatture aperte",
    by_age="Giorni di ritardo",
    ages=("Non scaduto", "Da 1 a 30 giorni", "Da 31 a 60 giorni", "Da 61 a 90 giorni", "Oltre 90 giorni"),
    payments_since="Pagamenti ricevuti dal {date}",
    credits="Crediti non ancora utilizzati",
    reference="Riferimento",
    received="Ricevuto",
    not_used="Non utilizzato",
    open_total="Fatture aperte",
    credit_total="Crediti non ancora utilizzati",
    balance_due="Da pagare",
    balance_credit="A Suo favore",
    balance_none="In pari",
    disputed="in verifica",
    pay_by_transfer="Può versare con bonifico a:",
    invoice_copy="Copia della fattura {number}",
    copy_opening="Questa copia riporta ciò che risulta nei nostri libri. Non sostituisce l’originale.",
    description="Descrizione",
    invoice_date="Data fattura",
    due_date="Scadenza",
    scan_to_pay="Inquadrare per pagare",
    pay_online="Pagamento online: {link}",
    invoice_file="Fattura",
    statement_file="Estratto-conto",
    letter_file="Lettera",
)

PORTUGUESE = DocumentWords(
    page_of="Página {page} de {pages}",
    date="Data",
    customer_number="N.º de cliente",
    account_number="N.º da fatura",
    statement="Extrato de conta, {currency}",
    statement_opening="A sua conta connosco em {date}. Não inclui pagamentos e créditos recebidos depois.",
    nothing_open="A sua conta connosco em {date}: não há faturas em aberto.",
    open_invoices="Faturas em aberto",
    by_age="Tempo de atraso",
    ages=("Por vencer", "1 a 30 dias", "31 a 60 dias", "61 a 90 dias", "Mais de 90 dias"),
    payments_since="Pagamentos recebidos desde {date}",
    credits="Créditos por utilizar",
    reference="Referência",
    received="Recebido",
    not_used="Por utilizar",
    open_total="Faturas em aberto",
    credit_total="Créditos por utilizar",
    balance_due="A pagar",
    balance_credit="A seu favor",
    balance_none="Liquidada",
    disputed="em análise",
    pay_by_transfer="Transfira para:",
    invoice_copy="Cópia da fatura {number}",
    copy_opening="Esta cópia repete o que consta nos nossos livros sobre a fatura. Não substitui o original.",
    description="Descrição",
    invoice_date="Data da fatura",
    due_date="Vencimento",
    scan_to_pay="Ler para pagar",
    pay_online="Pagar online: {link}",
    invoice_file="Fatura",
    statement_file="Extrato",
    letter_file="Carta",
)

DUTCH = DocumentWords(
    page_of="Pagina {page} van {pages}",
    date="Datum",
    customer_number="Klantnummer",
    account_number="Factuurnummer",
    statement="Rekeningoverzicht, {currency}",
    statement_opening=(
        "Uw rekening bij ons op {date}. Betalingen en tegoeden die later binnenkwamen, staan er niet bij."
    ),
    nothing_open="Uw rekening bij ons op {date}: er staat geen factuur open.",
    open_invoices="Openstaande facturen",
    by_age="Hoe lang te laat",
    ages=("Nog niet vervallen", "1 tot 30 dagen", "31 tot 60 dagen", "61 tot 90 dagen", "Meer dan 90 dagen"),
    payments_since="Betalingen ontvangen sinds {date}",
    credits="Nog niet verrekende tegoeden",
    reference="Kenmerk",
    received="Ontvangen",
    not_used="Niet verrekend",
    open_total="Openstaande facturen",
    credit_total="Nog niet verrekende tegoeden",
    balance_due="Te betalen",
    balance_credit="In uw voordeel",
    balance_none="Vereffend",
    disputed="in onderzoek",
    pay_by_transfer="Maak het bedrag over naar:",
    invoice_copy="Kopie van factuur {number}",
    copy_opening="Deze kopie herhaalt wat in onze boeken over de factuur staat. Zij vervangt het origineel niet.",
    description="Omschrijving",
    invoice_date="Factuurdatum",
    due_date="Vervaldatum",
    scan_to_pay="Scan om te betalen",
    pay_online="Online betalen: {link}",
    invoice_file="Factuur",
    statement_file="Rekeningoverzicht",
    letter_file="Brief",
)

BY_LANGUAGE = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
}


def document_words(language: str) -> DocumentWords:
    """The words of a language; English where there are none yet."""
    return BY_LANGUAGE.get(language.replace("-", "_").split("_")[0].lower(), ENGLISH)
