"""What a column of a file can be, and the words in seven languages that its header says it with."""

from __future__ import annotations

from typing import Literal

Target = Literal[
    "customer_number", "customer_name", "customer_email", "contact_name", "customer_phone", "customer_street",
    "customer_street_2", "customer_postal_code", "customer_city", "customer_region", "customer_country",
    "customer_language", "customer_terms", "customer_tags", "invoice_number", "issued_on", "due_on", "terms",
    "currency", "total", "balance", "paid", "status", "payment_url", "description", "settled_on", "disputed", "kind",
]  # fmt: skip

# The words people see for each target
TARGET_NAMES: dict[Target, str] = {
    "customer_number": "customer number",
    "customer_name": "customer name",
    "customer_email": "e-mail address",
    "contact_name": "contact person",
    "customer_phone": "phone",
    "customer_street": "street and number",
    "customer_street_2": "address, second line",
    "customer_postal_code": "postal code",
    "customer_city": "city",
    "customer_region": "state or region",
    "customer_country": "country",
    "customer_language": "language",
    "customer_terms": "customer's terms",
    "customer_tags": "tags",
    "invoice_number": "invoice number",
    "issued_on": "issue date",
    "due_on": "due date",
    "terms": "terms",
    "currency": "currency",
    "total": "total",
    "balance": "open balance",
    "paid": "paid amount",
    "status": "status",
    "payment_url": "payment link",
    "description": "description",
    "settled_on": "payment date",
    "disputed": "disputed",
    "kind": "kind of document",
}
TARGETS: tuple[Target, ...] = tuple(TARGET_NAMES)

# Folded, words apart, best first. A word after "~" names the target only where nothing better does.
WORDS: dict[Target, str] = {
    "customer_number": (
        "customer number|customer no|customer nr|customer id|customer code|customer ref|client id|"
        "client number|client no|client code|"
        "account number|account no|account code|account id|debtor number|debtor no|debtor id|cust id|cust no|"
        "cust number|cust code|"
        "kundennummer|kunden nr|kundennr|kunden id|kdnr|kd nr|debitor|debitorennummer|debitor nr|debitorennr|"
        "numero client|n client|no client|code client|ref client|id client|numero de client|"
        "numero cliente|numero de cliente|codigo cliente|codigo de cliente|id cliente|cod cliente|n cliente|no cliente|"
        "codice cliente|cliente id|numero do cliente|codigo do cliente|"
        "klantnummer|klant nr|klantnr|klantcode|klant id|debiteurnummer|debiteurennummer|debiteur nr|~account|"
        "~konto|~compte"
    ),
    "customer_name": (
        "customer name|client name|company name|account name|debtor name|bill to name|customer full name|"
        "sold to|bill to|billed to|"
        "customer|client|company|debtor|buyer|business name|organisation|organization|"
        "kunde|kundenname|firma|firmenname|name des kunden|debitorenname|rechnungsempfanger|unternehmen|"
        "nom client|nom du client|raison sociale|societe|entreprise|nom de la societe|debiteur|"
        "cliente|nombre cliente|nombre del cliente|razon social|empresa|deudor|nombre de cliente|"
        "nome cliente|ragione sociale|azienda|intestatario|debitore|"
        "nome do cliente|razao social|"
        "klant|klantnaam|naam klant|bedrijf|bedrijfsnaam|relatie|debiteurnaam|naam debiteur|~name|~nom|~nombre|"
        "~nome|~naam"
    ),
    "customer_email": (
        "email|e mail|email address|e mail address|mail|customer email|client email|contact email|"
        "billing email|invoice email|"
        "e mail adresse|emailadresse|mailadresse|kunden e mail|rechnungs e mail|courriel|adresse email|"
        "adresse e mail|adresse mail|"
        "email client|correo|correo electronico|email cliente|posta elettronica|indirizzo email|correio eletronico|"
        "e mailadres|emailadres|mailadres"
    ),
    "contact_name": (
        "contact|contact name|contact person|attention|attn|primary contact|billing contact|first name last name|"
        "ansprechpartner|ansprechperson|kontakt|kontaktperson|zu handen|interlocuteur|nom du contact|"
        "personne de contact|"
        "contacto|persona de contacto|nombre de contacto|contatto|referente|persona di contatto|contato|"
        "pessoa de contato|"
        "contacto nome|contactpersoon|contactnaam|ter attentie van"
    ),
    "customer_phone": (
        "phone|phone number|telephone|tel|mobile|mobile number|cell|telefon|telefonnummer|handy|mobil|"
        "mobilnummer|rufnummer|"
        "numero de telephone|portable|telefono|numero de telefono|movil|cellulare|telefone|telemovel|celular|telefoon|"
        "telefoonnummer|mobiel"
    ),
    "customer_street": (
        "street|address|street address|address line 1|address 1|billing street|billing address|billing address line 1|"
        "strasse|strasse und hausnummer|strasse nr|anschrift|adresse|adresse ligne 1|rue|rue et numero|calle|"
        "direccion|domicilio|via|indirizzo|rua|morada|endereco|straat|straat en huisnummer|adres"
    ),
    "customer_street_2": (
        "address line 2|address 2|street 2|billing address line 2|adresszusatz|complement d adresse|"
        "complement adresse|adresse ligne 2|direccion 2|indirizzo 2|complemento|adresregel 2"
    ),
    "customer_postal_code": (
        "postal code|postcode|post code|zip|zip code|billing zip|billing postal code|plz|postleitzahl|code postal|"
        "codigo postal|cap|cep"
    ),
    "customer_city": (
        "city|town|billing city|city town|ort|stadt|wohnort|ville|ciudad|poblacion|localidad|citta|comune|cidade|"
        "localidade|plaats|woonplaats|stad"
    ),
    "customer_region": (
        "state province|province|county|region|billing state|state or province|bundesland|provincia|provincie|"
        "departement|estado provincia"
    ),
    "customer_country": (
        "country|country code|customer country|billing country|land|landercode|landerkennzeichen|staat|pays|"
        "code pays|pais|"
        "codigo pais|codigo de pais|paese|codice paese|nazione|codigo do pais|landcode"
    ),
    "customer_language": "language|customer language|sprache|langue|idioma|lingua|taal",
    "customer_terms": "customer terms|default terms|client terms|zahlungsziel kunde",
    "customer_tags": "tags|tag|labels|customer group|segment|kundengruppe|etiquetas|etichette|groupe client",
    "invoice_number": (
        "invoice number|invoice no|invoice nr|invoice num|invoice id|invoice|invoice ref|invoice reference|"
        "inv no|inv number|"
        "inv|inv nr|document number|document no|doc no|doc number|document|bill number|bill no|transaction number|"
        "rechnungsnummer|rechnung nr|rechnungsnr|rechnungs nr|rechnung|re nr|belegnummer|beleg nr|belegnr|beleg|rg nr|"
        "numero de facture|numero facture|n facture|no facture|facture|n de facture|facture n|num facture|"
        "numero de piece|piece|"
        "numero de factura|numero factura|n factura|no factura|factura|num factura|n de factura|"
        "numero fattura|n fattura|fattura|nr fattura|num fattura|numero documento|n documento|"
        "numero da fatura|numero fatura|n fatura|fatura|numero do documento|no fatura|"
        "factuurnummer|factuur nr|factuurnr|factuur|factuurnr|boekstuknummer|~number|~no|~nummer|~nr|~numero|"
        "~num|~reference|"
        "~referenz|~ref|~n"
    ),
    "issued_on": (
        "invoice date|issue date|issued|issued on|date issued|date of invoice|inv date|document date|doc date|"
        "billing date|bill date|"
        "date of issue|transaction date|txn date|posting date|created|created date|date created|"
        "rechnungsdatum|belegdatum|ausstellungsdatum|re datum|rg datum|buchungsdatum|rechnung vom|"
        "date de facture|date facture|date de facturation|date d emission|date emission|date de la facture|date piece|"
        "fecha de factura|fecha factura|fecha de emision|fecha emision|fecha de expedicion|"
        "data fattura|data di emissione|data emissione|data documento|data della fattura|"
        "data da fatura|data fatura|data de emissao|data emissao|"
        "factuurdatum|datum factuur|boekdatum|boekingsdatum|~date|~datum|~fecha|~data"
    ),
    "due_on": (
        "due date|due|due on|date due|payment due|payment due date|due by|maturity|maturity date|net due date|"
        "expiry date|"
        "falligkeitsdatum|fallig am|fallig|falligkeit|zahlbar bis|zahlungsziel datum|nettofalligkeit|zieldatum|"
        "date d echeance|date echeance|echeance|echeance le|date limite de paiement|date limite|"
        "fecha de vencimiento|fecha vencimiento|vencimiento|fecha limite|vence|"
        "data scadenza|data di scadenza|scadenza|scadenza pagamento|"
        "data de vencimento|data vencimento|vencimento|"
        "vervaldatum|vervaldag|uiterste betaaldatum|betalen voor|betaaldatum uiterlijk"
    ),
    "terms": (
        "terms|payment terms|net terms|terms days|credit terms|credit days|days|zahlungsbedingungen|"
        "zahlungsbedingung|zahlungsziel|"
        "zahlungsfrist|ziel tage|conditions de paiement|conditions|delai de paiement|delai|condiciones de pago|"
        "condiciones|"
        "plazo de pago|plazo|termini di pagamento|condizioni di pagamento|termini|condicoes de pagamento|"
        "prazo de pagamento|"
        "prazo|betalingstermijn|betaaltermijn|betalingsvoorwaarden|betalingsconditie|termijn"
    ),
    "currency": (
        "currency|currency code|curr|ccy|cur|invoice currency|iso currency|wahrung|wahrungscode|wkz|wahr|"
        "devise|monnaie|"
        "code devise|moneda|divisa|codigo de moneda|valuta|codice valuta|moeda|codigo da moeda|munteenheid|valutacode"
    ),
    "total": (
        "total|invoice total|total amount|invoice amount|amount|gross amount|gross|grand total|amount total|"
        "total incl tax|original amount|"
        "document amount|total gross|invoice value|value|total inc vat|total incl vat|amount incl vat|"
        "inv amount|inv total|"
        "betrag|rechnungsbetrag|gesamtbetrag|bruttobetrag|brutto|summe|gesamt|betrag brutto|rechnungssumme|endbetrag|"
        "montant|montant total|montant ttc|total ttc|ttc|montant de la facture|montant facture|"
        "importe|importe total|total factura|monto|monto total|importe factura|importe bruto|"
        "importo|importo totale|totale|totale fattura|importo fattura|totale documento|"
        "valor|valor total|montante|valor da fatura|total da fatura|total com iva|"
        "bedrag|totaal|totaalbedrag|factuurbedrag|bedrag incl btw|totaal incl btw|brutobedrag"
    ),
    "balance": (
        "balance|balance due|open balance|amount due|outstanding|outstanding amount|open amount|"
        "amount outstanding|remaining|"
        "remaining amount|unpaid|unpaid amount|due amount|amount open|residual|residual amount|"
        "outstanding balance|amount remaining|"
        "offener betrag|offen|restbetrag|saldo|offener saldo|offene summe|noch offen|offener posten|restforderung|"
        "solde|solde du|montant du|reste a payer|restant du|montant restant|reste du|solde restant|"
        "saldo pendiente|pendiente|importe pendiente|monto pendiente|pendiente de pago|"
        "saldo aperto|importo residuo|residuo|da pagare|importo aperto|saldo residuo|"
        "saldo em aberto|valor em aberto|valor pendente|em aberto|em divida|valor em divida|"
        "openstaand|openstaand bedrag|nog te betalen|openstaand saldo|restant|openstaand totaal"
    ),
    "paid": (
        "paid|amount paid|paid amount|payments|payment|payments received|received|amount received|total paid|"
        "paid to date|payment amount|"
        "bezahlt|gezahlt|bezahlter betrag|zahlbetrag|zahlungen|zahlung|zahlungseingang|bereits bezahlt|"
        "paye|montant paye|regle|montant regle|reglement|encaisse|paiements|deja paye|"
        "pagado|importe pagado|monto pagado|cobrado|importe cobrado|pagos|"
        "pagato|importo pagato|incassato|pagamenti|"
        "pago|valor pago|recebido|valor recebido|pagamentos|"
        "betaald|betaald bedrag|reeds betaald|voldaan|ontvangen|betalingen"
    ),
    "status": (
        "status|state|invoice status|payment status|rechnungsstatus|zahlungsstatus|statut|etat|"
        "statut de paiement|estado|"
        "estado de pago|situacion|stato|stato pagamento|estado do pagamento|situacao|betaalstatus|factuurstatus"
    ),
    "payment_url": (
        "payment url|payment link|pay link|pay url|invoice url|invoice link|link|url|online invoice|"
        "zahlungslink|bezahllink|"
        "lien de paiement|enlace de pago|link di pagamento|link pagamento|link de pagamento|betaallink|betaal link"
    ),
    "description": (
        "description|memo|details|subject|notes|note|comment|invoice description|beschreibung|betreff|"
        "buchungstext|text|bemerkung|"
        "verwendungszweck|libelle|objet|designation|descripcion|concepto|asunto|notas|descrizione|oggetto|"
        "causale|descricao|"
        "assunto|observacoes|omschrijving|onderwerp|opmerking"
    ),
    "settled_on": (
        "settled date|settled on|settled|paid date|date paid|paid on|payment date|date of payment|closed date|"
        "clearing date|cleared|"
        "settlement date|fully paid on|last payment date|bezahlt am|zahlungsdatum|zahldatum|ausgleichsdatum|"
        "ausgeglichen am|"
        "date de paiement|date paiement|date de reglement|date reglement|paye le|regle le|"
        "fecha de pago|fecha pago|fecha de cobro|fecha cobro|pagado el|"
        "data pagamento|data di pagamento|data incasso|pagato il|data saldo|"
        "data de pagamento|data do pagamento|pago em|data de recebimento|"
        "betaaldatum|datum betaald|betaald op|datum betaling|betalingsdatum"
    ),
    "disputed": (
        "disputed|dispute|in dispute|is disputed|strittig|in klarung|reklamation|reklamiert|bestritten|litige|"
        "en litige|conteste|"
        "en disputa|disputada|disputa|contestata|contestazione|in contestazione|em disputa|contestada|betwist|"
        "in geschil|dispuut"
    ),
    "kind": (
        "type|document type|doc type|transaction type|invoice type|kind|belegart|typ|art|dokumentart|"
        "dokumenttyp|vorgangsart|"
        "type de document|type de piece|nature|tipo|tipo de documento|tipo documento|tipo di documento|soort|"
        "type document|"
        "documentsoort|documenttype"
    ),
}  # fmt: skip
