"""The letters in Portuguese."""

from __future__ import annotations

from dunwell.messaging.texts.letters import parts as p

_VOICE = p.Voice(
    language="pt",
    to_person="À atenção de {{ contact.name }},",
    to_nobody="Exmos. Senhores,",
    regards="Com os melhores cumprimentos,",
    credit=f"O seu crédito de {p.CREDIT} já está descontado.",
    earlier=f"A última vez que lhe escrevemos sobre isto foi em {p.LAST}.",
    promised=f"Em {p.PROMISED} indicou-nos que pagaria até {p.PAY_ON}.",
    write_to=f"Pode escrever-nos para {p.MAIL}.",
)
_LATE = p.late("1 dia", "dias")
_STATE = p.open_since(
    f"A fatura {p.NUMBER} está vencida há {_LATE}.",
    f"{p.COUNT} faturas estão vencidas, a mais antiga há {_LATE}.",
    f"Há {p.COUNT} faturas em aberto, {p.LATE_COUNT} delas vencidas, a mais antiga há {_LATE}.",
)

PORTUGUESE = (
    _VOICE.letter(
        "before-due",
        p.one_or_more(
            f"Fatura {p.NUMBER}, vence em {p.DUE}", f"{p.COUNT} faturas a vencer em breve, {p.TOTAL} no total"
        ),
        p.one_or_more(
            f"Uma breve nota antecipada: a fatura {p.NUMBER} vence em {p.DUE}.",
            f"Uma breve nota antecipada: {p.COUNT} faturas vencem em breve, a primeira em {p.DUE}.",
        )
        + f" O valor a pagar é de {p.TOTAL}."
        + _VOICE.if_credit,
        after="Se o pagamento já está a caminho, não precisa de fazer mais nada. "
        "Se alguma coisa não estiver certa, diga-nos.",
    ),
    _VOICE.letter(
        "due-today",
        p.one_or_more(f"Fatura {p.NUMBER} a pagamento", f"{p.COUNT} faturas em aberto, {p.TOTAL} no total"),
        p.one_or_more(
            p.due(f"A fatura {p.NUMBER} vence hoje.", f"A fatura {p.NUMBER} venceu em {p.DUE}."),
            f"Há {p.COUNT} faturas em aberto; " + p.due("a primeira vence hoje.", f"a primeira venceu em {p.DUE}."),
        )
        + f" Agradecemos o seu pagamento de {p.TOTAL}."
        + _VOICE.if_credit,
        after="Se acabou de pagar, obrigado: pode ignorar esta carta.",
    ),
    _VOICE.letter(
        "reminder",
        p.one_or_more(f"Lembrete: fatura {p.NUMBER}", f"Lembrete: {p.COUNT} faturas em aberto"),
        p.open_since(
            f"A fatura {p.NUMBER} venceu em {p.DUE} e ainda não recebemos o pagamento completo. "
            "Talvez tenha passado despercebida.",
            f"{p.COUNT} faturas já venceram e ainda não recebemos o pagamento completo. "
            "Talvez tenham passado despercebidas.",
            f"Há {p.COUNT} faturas em aberto, {p.LATE_COUNT} delas já vencidas. "
            "Talvez algo tenha passado despercebido.",
        )
        + _VOICE.if_promised
        + f" Pedimos o pagamento de {p.TOTAL}."
        + _VOICE.if_credit,
        after="Se pagou nos últimos dias, obrigado: o seu pagamento e esta carta cruzaram-se. Se alguma coisa não "
        "estiver certa ou se precisar de mais tempo, diga-nos; encontraremos uma solução.",
    ),
    _VOICE.letter(
        "firm-reminder",
        p.one_or_more(f"Vencida: fatura {p.NUMBER}", f"Vencidas: {p.COUNT} faturas em aberto"),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Pedimos que pague {p.TOTAL} nos próximos dias, ou que nos diga até quando podemos contar com o pagamento."
        + _VOICE.if_credit,
        after="Se há uma razão para o atraso, escreva-nos: basta uma resposta breve, e procuraremos juntos uma "
        "solução. Se entretanto já pagou, considere esta carta resolvida.",
    ),
    _VOICE.letter(
        "final-reminder",
        p.one_or_more(
            f"Pedimos que nos contacte: fatura {p.NUMBER}, vencida há {_LATE}",
            f"Pedimos que nos contacte: {p.COUNT} faturas em aberto",
        ),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Este é o último lembrete que enviamos por esta via. Pedimos que pague {p.TOTAL} agora, ou que nos indique o "
        f"dia em que vai pagar.{_VOICE.if_credit}",
        after="O que acontece a seguir: se nos próximos dias não recebermos nem o pagamento nem uma resposta, alguém "
        "da nossa equipa vai contactá-lo para combinar como continuar. Se neste momento não pode pagar, diga-nos já; "
        "preferimos encontrar uma solução em conjunto.",
    ),
)
