"""The letters in Spanish."""

from __future__ import annotations

from dunwell.messaging.texts.letters import parts as p

_VOICE = p.Voice(
    language="es",
    to_person="A la atención de {{ contact.name }}:",
    to_nobody="Estimados señores:",
    regards="Atentamente,",
    credit=f"Su saldo a favor de {p.CREDIT} ya está descontado.",
    earlier=f"La última vez que le escribimos sobre esto fue el {p.LAST}.",
    promised=f"El {p.PROMISED} nos indicó que pagaría a más tardar el {p.PAY_ON}.",
    write_to=f"Puede escribirnos a {p.MAIL}.",
)
_LATE = p.late("1 día", "días")
_STATE = p.open_since(
    f"La factura {p.NUMBER} lleva {_LATE} de retraso.",
    f"{p.COUNT} facturas están vencidas; la más antigua lleva {_LATE} de retraso.",
    f"Hay {p.COUNT} facturas pendientes, {p.LATE_COUNT} de ellas vencidas; la más antigua lleva {_LATE} de retraso.",
)

SPANISH = (
    _VOICE.letter(
        "before-due",
        p.one_or_more(
            f"Factura {p.NUMBER}, vence el {p.DUE}", f"{p.COUNT} facturas próximas a vencer, {p.TOTAL} en total"
        ),
        p.one_or_more(
            f"Un breve aviso por adelantado: la factura {p.NUMBER} vence el {p.DUE}.",
            f"Un breve aviso por adelantado: {p.COUNT} facturas vencen pronto, la primera el {p.DUE}.",
        )
        + f" El importe a pagar es de {p.TOTAL}."
        + _VOICE.if_credit,
        after="Si el pago ya está en camino, no tiene que hacer nada más. Si algo no es correcto, háganoslo saber.",
    ),
    _VOICE.letter(
        "due-today",
        p.one_or_more(f"Vence la factura {p.NUMBER}", f"{p.COUNT} facturas pendientes, {p.TOTAL} en total"),
        p.one_or_more(
            p.due(f"La factura {p.NUMBER} vence hoy.", f"La factura {p.NUMBER} venció el {p.DUE}."),
            f"Hay {p.COUNT} facturas pendientes; " + p.due("la primera vence hoy.", f"la primera venció el {p.DUE}."),
        )
        + f" Le agradeceríamos el pago de {p.TOTAL}."
        + _VOICE.if_credit,
        after="Si acaba de pagar, muchas gracias: no tenga en cuenta esta carta.",
    ),
    _VOICE.letter(
        "reminder",
        p.one_or_more(f"Recordatorio: factura {p.NUMBER}", f"Recordatorio: {p.COUNT} facturas pendientes"),
        p.open_since(
            f"La factura {p.NUMBER} venció el {p.DUE} y aún no hemos recibido el pago completo. "
            "Quizá se haya pasado por alto.",
            f"{p.COUNT} facturas han vencido y aún no hemos recibido el pago completo. Quizá se hayan pasado por alto.",
            f"Hay {p.COUNT} facturas pendientes, {p.LATE_COUNT} de ellas ya vencidas. "
            "Quizá algo se haya pasado por alto.",
        )
        + _VOICE.if_promised
        + f" Le rogamos que pague {p.TOTAL}."
        + _VOICE.if_credit,
        after="Si ha pagado en los últimos días, muchas gracias: su pago y esta carta se han cruzado. Si algo no es "
        "correcto o necesita más tiempo, díganoslo; encontraremos una solución.",
    ),
    _VOICE.letter(
        "firm-reminder",
        p.one_or_more(f"Vencida: factura {p.NUMBER}", f"Vencidas: {p.COUNT} facturas pendientes"),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Le rogamos que pague {p.TOTAL} en los próximos días, o que nos diga cuándo podemos contar con el pago."
        + _VOICE.if_credit,
        after="Si hay un motivo por el que sigue pendiente, escríbanos: basta una respuesta breve y buscaremos juntos "
        "una solución. Si entretanto ha pagado, dé esta carta por resuelta.",
    ),
    _VOICE.letter(
        "final-reminder",
        p.one_or_more(
            f"Póngase en contacto con nosotros: factura {p.NUMBER}, con {_LATE} de retraso",
            f"Póngase en contacto con nosotros: {p.COUNT} facturas pendientes",
        ),
        _STATE + _VOICE.if_earlier + _VOICE.if_promised,
        f"Este es el último recordatorio que enviamos por esta vía. Le rogamos que pague {p.TOTAL} ahora o que nos "
        f"indique el día en que pagará.{_VOICE.if_credit}",
        after="Qué pasará después: si en los próximos días no recibimos ni el pago ni una respuesta, alguien de "
        "nuestro equipo se pondrá en contacto con usted para acordar cómo seguir. Si ahora no puede pagar, díganoslo "
        "ya; preferimos encontrar juntos una solución.",
    ),
)
