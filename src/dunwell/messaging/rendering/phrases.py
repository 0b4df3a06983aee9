"""The words that blocks (invoice table, how to pay, frame) are made of, by language."""

from __future__ import annotations

from dataclasses import dataclass

from dunwell.messaging.rendering.formats import base_language


@dataclass(frozen=True, slots=True)
class Phrases:
    """Fields in braces are filled in by the block that uses the phrase."""

    invoice: str
    due: str
    amount: str
    issued: str
    due_today: str
    due_in_one: str
    due_in_many: str
    overdue_one: str
    overdue_many: str
    of_total: str
    more_invoices_one: str
    more_invoices_many: str
    total: str
    credit: str
    to_pay: str
    pay: str
    pay_amount: str
    pay_here: str
    pay_each: str
    pay_by_transfer: str
    pay_rest_by_transfer: str
    reference_one: str
    reference_many: str
    conjunction: str
    and_more: str
    questions: str
    reach: str

    def when(self, days_past_due: int) -> str:
        """How an invoice stands to its due date."""
        if days_past_due == 0:
            return self.due_today
        if days_past_due == -1:
            return self.due_in_one
        if days_past_due < 0:
            return self.due_in_many.format(days=-days_past_due)
        if days_past_due == 1:
            return self.overdue_one
        return self.overdue_many.format(days=days_past_due)


ENGLISH = Phrases(
    invoice="Invoice",
    due="Due",
    amount="Amount",
    issued="issued {date}",
    due_today="due today",
    due_in_one="due tomorrow",
    due_in_many="due in {days} days",
    overdue_one="1 day overdue",
    overdue_many="{days} days overdue",
    of_total="of {total}",
    more_invoices_one="1 more invoice",
    more_invoices_many="{count} more invoices",
    total="Total",
    credit="Your credit",
    to_pay="To pay",
    pay="Pay",
    pay_amount="Pay {amount}",
    pay_here="You can pay here:",
    pay_each="You can pay each invoice with the link next to it.",
    pay_by_transfer="Please transfer {amount} to:",
    pay_rest_by_transfer="Please pay the other invoices by transfer to:",
    reference_one="Reference: {numbers}",
    reference_many="References: {numbers}",
    conjunction="and",
    and_more="{count} more",
    questions="If anything is unclear, just reply to this e-mail.",
    reach="How we may reach you",
)

GERMAN = Phrases(
    invoice="Rechnung",
    due="Fällig",
    amount="Betrag",
    issued="vom {date}",
    due_today="heute fällig",
    due_in_one="morgen fällig",
    due_in_many="in {days} Tagen fällig",
    overdue_one="1 Tag überfällig",
    overdue_many="{days} Tage überfällig",
    of_total="von {total}",
    more_invoices_one="1 weitere Rechnung",
    more_invoices_many="{count} weitere Rechnungen",
    total="Summe",
    credit="Ihr Guthaben",
    to_pay="Zu zahlen",
    pay="Bezahlen",
    pay_amount="{amount} bezahlen",
    pay_here="Hier können Sie bezahlen:",
    pay_each="Jede Rechnung können Sie über den Link daneben bezahlen.",
    pay_by_transfer="Bitte überweisen Sie {amount} an:",
    pay_rest_by_transfer="Die übrigen Rechnungen überweisen Sie bitte an:",
    reference_one="Verwendungszweck: {numbers}",
    reference_many="Verwendungszweck: {numbers}",
    conjunction="und",
    and_more="{count} weitere",
    questions="Bei Fragen antworten Sie einfach auf diese E-Mail.",
    reach="Wie wir Sie erreichen dürfen",
)

FRENCH = Phrases(
    invoice="Facture",
    due="Échéance",
    amount="Montant",
    issued="du {date}",
    due_today="à régler aujourd’hui",
    due_in_one="à régler demain",
    due_in_many="à régler dans {days} jours",
    overdue_one="1 jour de retard",
    overdue_many="{days} jours de retard",
    of_total="sur {total}",
    more_invoices_one="1 autre facture",
    more_invoices_many="{count} autres factures",
    total="Total",
    credit="Votre avoir",
    to_pay="À régler",
    pay="Payer",
    pay_amount="Payer {amount}",
    pay_here="Vous pouvez payer ici\N{NO-BREAK SPACE}:",
    pay_each="Vous pouvez payer chaque facture avec le lien qui l’accompagne.",
    pay_by_transfer="Merci de virer {amount} à\N{NO-BREAK SPACE}:",
    pay_rest_by_transfer="Merci de régler les autres factures par virement à\N{NO-BREAK SPACE}:",
    reference_one="Référence\N{NO-BREAK SPACE}: {numbers}",
    reference_many="Références\N{NO-BREAK SPACE}: {numbers}",
    conjunction="et",
    and_more="{count} autres",
    questions="Pour toute question, répondez simplement à ce message.",
    reach="Comment nous pouvons vous joindre",
)

SPANISH = Phrases(
    invoice="Factura",
    due="Vencimiento",
    amount="Importe",
    issued="del {date}",
    due_today="vence hoy",
    due_in_one="vence mañana",
    due_in_many="vence en {days} días",
    overdue_one="1 día de retraso",
    overdue_many="{days} días de retraso",
    of_total="de {total}",
    more_invoices_one="1 factura más",
    more_invoices_many="{count} facturas más",
    total="Total",
    credit="Su saldo a favor",
    to_pay="A pagar",
    pay="Pagar",
    pay_amount="Pagar {amount}",
    pay_here="Puede pagar aquí:",
    pay_each="Puede pagar cada factura con el enlace que la acompaña.",
    pay_by_transfer="Transfiera {amount} a:",
    pay_rest_by_transfer="Pague las demás facturas por transferencia a:",
    reference_one="Concepto: {numbers}",
    reference_many="Concepto: {numbers}",
    conjunction="y",
    and_more="{count} más",
    questions="Si algo no está claro, responda a este correo.",
    reach="Cómo podemos contactarle",
)

ITALIAN = Phrases(
    invoice="Fattura",
    due="Scadenza",
    amount="Importo",
    issued="emessa {date}",
    due_today="scade oggi",
    due_in_one="scade domani",
    due_in_many="scade tra {days} giorni",
    overdue_one="scaduta da 1 giorno",
    overdue_many="scaduta da {days} giorni",
    of_total="su {total}",
    more_invoices_one="1 altra fattura",
    more_invoices_many="{count} altre fatture",
    total="Totale",
    credit="Il Suo credito",
    to_pay="Da pagare",
    pay="Paga",
    pay_amount="Paga {amount}",
    pay_here="Può pagare qui:",
    pay_each="Può pagare ogni fattura con il link accanto.",
    pay_by_transfer="Può versare {amount} con bonifico a:",
    pay_rest_by_transfer="Le altre fatture si pagano con bonifico a:",
    reference_one="Causale: {numbers}",
    reference_many="Causale: {numbers}",
    conjunction="e",
    and_more="altre {count}",
    questions="Per qualsiasi domanda basta rispondere a questa e-mail.",
    reach="Come possiamo contattarla",
)

PORTUGUESE = Phrases(
    invoice="Fatura",
    due="Vencimento",
    amount="Valor",
    issued="de {date}",
    due_today="vence hoje",
    due_in_one="vence amanhã",
    due_in_many="vence em {days} dias",
    overdue_one="vencida há 1 dia",
    overdue_many="vencida há {days} dias",
    of_total="de {total}",
    more_invoices_one="mais 1 fatura",
    more_invoices_many="mais {count} faturas",
    total="Total",
    credit="O seu crédito",
    to_pay="A pagar",
    pay="Pagar",
    pay_amount="Pagar {amount}",
    pay_here="Pode pagar aqui:",
    pay_each="Pode pagar cada fatura com o link ao lado.",
    pay_by_transfer="Transfira {amount} para:",
    pay_rest_by_transfer="Pague as outras faturas por transferência para:",
    reference_one="Referência: {numbers}",
    reference_many="Referências: {numbers}",
    conjunction="e",
    and_more="mais {count}",
    questions="Se algo não estiver claro, responda a este e-mail.",
    reach="Como podemos contactar consigo",
)

DUTCH = Phrases(
    invoice="Factuur",
    due="Vervaldatum",
    amount="Bedrag",
    issued="van {date}",
    due_today="vervalt vandaag",
    due_in_one="vervalt morgen",
    due_in_many="vervalt over {days} dagen",
    overdue_one="1 dag te laat",
    overdue_many="{days} dagen te laat",
    of_total="van {total}",
    more_invoices_one="nog 1 factuur",
    more_invoices_many="nog {count} facturen",
    total="Totaal",
    credit="Uw tegoed",
    to_pay="Te betalen",
    pay="Betalen",
    pay_amount="{amount} betalen",
    pay_here="U kunt hier betalen:",
    pay_each="U kunt elke factuur betalen met de link ernaast.",
    pay_by_transfer="Maak {amount} over naar:",
    pay_rest_by_transfer="Maak de bedragen van de andere facturen over naar:",
    reference_one="Kenmerk: {numbers}",
    reference_many="Kenmerken: {numbers}",
    conjunction="en",
    and_more="nog {count}",
    questions="Is iets niet duidelijk, beantwoord dan gewoon deze e-mail.",
    reach="Hoe wij u mogen bereiken",
)

_BY_LANGUAGE = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
}


def phrases(language: str) -> Phrases:
    """The words of a language; English where there are none yet."""
    return _BY_LANGUAGE.get(base_language(language), ENGLISH)
