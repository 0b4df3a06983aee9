"""The shipped texts in Portuguese, in words that read naturally in Portugal and in Brazil."""

from __future__ import annotations

from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText

_HELLO = "Olá{% if contact.name %}, {{ contact.name }}{% endif %},"
_REGARDS = "Atenciosamente,\n{{ sender.signature }}"
_CREDIT = "{% if credit %} O seu crédito de {{ credit }} já foi descontado.{% endif %}"
_DAYS = "{% if oldest_invoice.days_overdue == 1 %}1 dia{% else %}{{ oldest_invoice.days_overdue }} dias{% endif %}"
_DUE = "{{ oldest_invoice.due_on|date('long') }}"
_PROMISED = (
    "{% if promise.made_on %}"
    " Em {{ promise.made_on|date('long') }} indicou-nos "
    "que pagaria até {{ promise.pay_on|date('long') }}."
    "{% endif %}"
)
_WE_WROTE = (
    "{% if earlier_notices and last_notice_on %}"
    " A nossa última mensagem sobre este assunto é de {{ last_notice_on|date('long') }}."
    "{% endif %}"
)
_STATE = (
    "{% if invoice_count == 1 %}"
    f"A fatura {{{{ invoice_numbers }}}} está vencida há {_DAYS}."
    "{% elif overdue_count == invoice_count %}"
    f"{{{{ invoice_count }}}} faturas estão vencidas, a mais antiga há {_DAYS}."
    "{% else %}"
    "{{ invoice_count }} faturas estão em aberto, {{ overdue_count }} das quais já fora do prazo; "
    f"a mais antiga venceu há {_DAYS}."
    f"{{% endif %}}{_WE_WROTE}{_PROMISED}"
)

HEADS_UP = ShippedText(
    key="before-due",
    language="pt",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: a fatura {{ invoice_numbers }} de {{ total_due }} "
        "vence em {{ oldest_invoice.due_on }}"
        "{% else %}"
        "{{ organization.name }}: {{ invoice_count }} faturas vencem em breve, {{ total_due }} no total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"Apenas um breve aviso: a fatura {{{{ invoice_numbers }}}} vence em {_DUE}."
            "{% else %}"
            f"Apenas um breve aviso: {{{{ invoice_count }}}} faturas vencem em breve, a primeira em {_DUE}."
            f"{{% endif %}}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Se o pagamento já foi feito, não é preciso fazer mais nada. "
            "E se algo não estiver certo {% if invoice_count == 1 %}na fatura{% else %}nas faturas{% endif %}, "
            "basta responder a este e-mail."
        ),
        "Agradecemos a atenção.\n{{ sender.signature }}",
    ),
)

DUE_TODAY = ShippedText(
    key="due-today",
    language="pt",
    subject=(
        "{% if invoice_count > 1 %}"
        "{{ organization.name }}: {{ invoice_count }} faturas em aberto, {{ total_due }} no total"
        "{% elif oldest_invoice.days_overdue == 0 %}"
        "{{ organization.name }}: a fatura {{ invoice_numbers }} de {{ total_due }} vence hoje"
        "{% else %}"
        "{{ organization.name }}: a fatura {{ invoice_numbers }} de {{ total_due }} já venceu"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count > 1 %}"
            "{{ invoice_count }} faturas estão em aberto; "
            "{% if oldest_invoice.days_overdue == 0 %}a primeira vence hoje."
            f"{{% else %}}a primeira venceu em {_DUE}.{{% endif %}}"
            "{% elif oldest_invoice.days_overdue == 0 %}"
            "A fatura {{ invoice_numbers }} vence hoje."
            "{% else %}"
            f"A fatura {{{{ invoice_numbers }}}} venceu em {_DUE}."
            "{% endif %}"
            f" Agradecemos o pagamento de {{{{ total_due }}}}.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Se acabou de pagar, muito obrigado: pode ignorar este e-mail. "
            "Se tiver alguma dúvida sobre {% if invoice_count == 1 %}a fatura{% else %}as faturas{% endif %}, "
            "basta responder."
        ),
        _REGARDS,
    ),
)

REMINDER = ShippedText(
    key="reminder",
    language="pt",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: lembrete da fatura {{ invoice_numbers }}, {{ total_due }}"
        "{% else %}"
        "{{ organization.name }}: lembrete de {{ invoice_count }} faturas em aberto, {{ total_due }} no total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"A fatura {{{{ invoice_numbers }}}} venceu em {_DUE} e ainda não identificamos o pagamento completo. "
            "Talvez tenha passado despercebida. Pode verificar, por favor?"
            "{% elif overdue_count == invoice_count %}"
            "{{ invoice_count }} faturas já passaram da data de vencimento e ainda não identificamos "
            "o pagamento completo. Talvez tenham passado despercebidas. Pode verificar, por favor?"
            "{% else %}"
            "{{ invoice_count }} faturas estão em aberto, {{ overdue_count }} das quais já fora do prazo. "
            "Talvez algo tenha passado despercebido. Pode verificar, por favor?"
            f"{{% endif %}}{_PROMISED}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Se pagou nos últimos dias, muito obrigado: as nossas mensagens cruzaram-se. "
            "Se algo não estiver certo ou se precisar de mais tempo, responda a este e-mail e encontraremos uma "
            "solução."
        ),
        _REGARDS,
    ),
)

FIRM = ShippedText(
    key="firm-reminder",
    language="pt",
    subject=(
        "{% if invoice_count == 1 %}"
        "Vencida: fatura {{ invoice_numbers }} de {{ organization.name }}, {{ total_due }}"
        "{% else %}"
        "Pagamento em atraso: {{ invoice_count }} faturas de {{ organization.name }}, {{ total_due }} no total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Pedimos que pague {{ total_due }} nos próximos dias, ou que nos diga "
            f"até quando podemos contar com o pagamento.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Se há um motivo para {% if invoice_count == 1 %}esta fatura ainda não ter sido paga"
            "{% else %}estas faturas ainda não terem sido pagas{% endif %}, conte-nos. Uma resposta curta basta, "
            "e procuraremos juntos uma solução. "
            "Se pagou nos últimos dias, ignore este e-mail."
        ),
        _REGARDS,
    ),
)

FINAL = ShippedText(
    key="final-reminder",
    language="pt",
    subject=(
        "{% if invoice_count == 1 %}"
        "Aguardamos a sua resposta: fatura {{ invoice_numbers }} de {{ organization.name }}, "
        f"{{{{ total_due }}}}, vencida há {_DAYS}"
        "{% else %}"
        "Aguardamos a sua resposta: {{ invoice_count }} faturas de {{ organization.name }}, {{ total_due }} no total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Este é o último lembrete que enviamos automaticamente. Pedimos que pague {{ total_due }} agora, "
            f"ou que nos responda com a data em que vai pagar.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "O que acontece a seguir: se nos próximos dias não recebermos nem o pagamento nem uma resposta, alguém "
            "da nossa empresa vai ligar ou escrever para combinar como avançar. Se algo impede o pagamento, "
            "diga-nos agora; preferimos encontrar uma solução em conjunto."
        ),
        _REGARDS,
    ),
)

PORTUGUESE = (HEADS_UP, DUE_TODAY, REMINDER, FIRM, FINAL)
