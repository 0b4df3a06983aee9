"""The shipped texts in Spanish: usted, warm and to the point."""

from __future__ import annotations

from dunwell.messaging.texts.shipped import PAY, TABLE, ShippedText

_HELLO = "{% if contact.name %}Hola, {{ contact.name }}:{% else %}Hola:{% endif %}"
_REGARDS = "Un cordial saludo,\n{{ sender.signature }}"
_CREDIT = "{% if credit %} Su saldo a favor de {{ credit }} ya está descontado.{% endif %}"
_DAYS = "{% if oldest_invoice.days_overdue == 1 %}1 día{% else %}{{ oldest_invoice.days_overdue }} días{% endif %}"
_DUE = "{{ oldest_invoice.due_on|date('long') }}"
_PROMISED = (
    "{% if promise.made_on %}"
    " El {{ promise.made_on|date('long') }} nos indicó que "
    "pagaría a más tardar el {{ promise.pay_on|date('long') }}."
    "{% endif %}"
)
_WE_WROTE = (
    "{% if earlier_notices and last_notice_on %}"
    " Le escribimos por última vez sobre este asunto el {{ last_notice_on|date('long') }}."
    "{% endif %}"
)
_STATE = (
    "{% if invoice_count == 1 %}"
    f"La factura {{{{ invoice_numbers }}}} lleva {_DAYS} de retraso."
    "{% elif overdue_count == invoice_count %}"
    f"{{{{ invoice_count }}}} facturas están vencidas; la más antigua lleva {_DAYS} de retraso."
    "{% else %}"
    "{{ invoice_count }} facturas están pendientes, {{ overdue_count }} de ellas ya vencidas; "
    f"la más antigua lleva {_DAYS} de retraso."
    f"{{% endif %}}{_WE_WROTE}{_PROMISED}"
)

HEADS_UP = ShippedText(
    key="before-due",
    language="es",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: la factura {{ invoice_numbers }} de {{ total_due }} "
        "vence el {{ oldest_invoice.due_on }}"
        "{% else %}"
        "{{ organization.name }}: {{ invoice_count }} facturas vencen pronto, {{ total_due }} en total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"Solo un breve aviso: la factura {{{{ invoice_numbers }}}} vence el {_DUE}."
            "{% else %}"
            f"Solo un breve aviso: {{{{ invoice_count }}}} facturas vencen próximamente, la primera el {_DUE}."
            f"{{% endif %}}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Si el pago ya está en camino, no tiene que hacer nada más. "
            "Y si algo no es correcto en {% if invoice_count == 1 %}la factura{% else %}las facturas{% endif %}, "
            "responda sin más a este correo."
        ),
        "Muchas gracias y un cordial saludo,\n{{ sender.signature }}",
    ),
)

DUE_TODAY = ShippedText(
    key="due-today",
    language="es",
    subject=(
        "{% if invoice_count > 1 %}"
        "{{ organization.name }}: {{ invoice_count }} facturas pendientes, {{ total_due }} en total"
        "{% elif oldest_invoice.days_overdue == 0 %}"
        "{{ organization.name }}: la factura {{ invoice_numbers }} de {{ total_due }} vence hoy"
        "{% else %}"
        "{{ organization.name }}: la factura {{ invoice_numbers }} de {{ total_due }} ya ha vencido"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count > 1 %}"
            "{{ invoice_count }} facturas están pendientes; "
            "{% if oldest_invoice.days_overdue == 0 %}la primera de ellas vence hoy."
            f"{{% else %}}la primera de ellas venció el {_DUE}.{{% endif %}}"
            "{% elif oldest_invoice.days_overdue == 0 %}"
            "La factura {{ invoice_numbers }} vence hoy."
            "{% else %}"
            f"La factura {{{{ invoice_numbers }}}} venció el {_DUE}."
            "{% endif %}"
            f" Le agradeceremos el pago de {{{{ total_due }}}}.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Si acaba de pagar, muchas gracias: no haga caso de este correo. "
            "Si tiene alguna pregunta sobre {% if invoice_count == 1 %}la factura{% else %}las facturas{% endif %}, "
            "basta con que responda."
        ),
        _REGARDS,
    ),
)

REMINDER = ShippedText(
    key="reminder",
    language="es",
    subject=(
        "{% if invoice_count == 1 %}"
        "{{ organization.name }}: recordatorio de la factura {{ invoice_numbers }}, {{ total_due }}"
        "{% else %}"
        "{{ organization.name }}: recordatorio de {{ invoice_count }} facturas pendientes, {{ total_due }} en total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        (
            "{% if invoice_count == 1 %}"
            f"La factura {{{{ invoice_numbers }}}} venció el {_DUE} y todavía no nos consta el pago completo. "
            "Quizá se le haya pasado. ¿Podría comprobarlo?"
            "{% elif overdue_count == invoice_count %}"
            "{{ invoice_count }} facturas han pasado su fecha de vencimiento y todavía no nos consta el pago completo. "
            "Quizá se le hayan pasado. ¿Podría comprobarlo?"
            "{% else %}"
            "{{ invoice_count }} facturas están pendientes, {{ overdue_count }} de ellas ya vencidas. "
            "Quizá se le haya pasado algo. ¿Podría comprobarlo?"
            f"{{% endif %}}{_PROMISED}{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Si ha pagado en los últimos días, muchas gracias: nuestros mensajes se han cruzado. "
            "Si algo no es correcto o necesita más tiempo, responda a este correo y buscaremos una solución."
        ),
        _REGARDS,
    ),
)

FIRM = ShippedText(
    key="firm-reminder",
    language="es",
    subject=(
        "{% if invoice_count == 1 %}"
        "Vencida: factura {{ invoice_numbers }} de {{ organization.name }}, {{ total_due }}"
        "{% else %}"
        "Pago atrasado: {{ invoice_count }} facturas pendientes de {{ organization.name }}, {{ total_due }} en total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Le rogamos que pague {{ total_due }} en los próximos días o que nos diga "
            f"para cuándo podemos esperar el pago.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Si hay algún motivo por el que {% if invoice_count == 1 %}esta factura sigue"
            "{% else %}estas facturas siguen{% endif %} sin pagar, díganoslo. Basta una respuesta breve "
            "y buscaremos juntos una solución. "
            "Si ha pagado en los últimos días, no haga caso de este correo."
        ),
        _REGARDS,
    ),
)

FINAL = ShippedText(
    key="final-reminder",
    language="es",
    subject=(
        "{% if invoice_count == 1 %}"
        "Necesitamos su respuesta: factura {{ invoice_numbers }} de {{ organization.name }}, "
        f"{{{{ total_due }}}}, {_DAYS} de retraso"
        "{% else %}"
        "Necesitamos su respuesta: {{ invoice_count }} facturas pendientes de {{ organization.name }}, "
        "{{ total_due }} en total"
        "{% endif %}"
    ),
    paragraphs=(
        _HELLO,
        _STATE,
        (
            "Este es el último recordatorio que enviamos de forma automática. Le rogamos que pague {{ total_due "
            "}} ahora "
            f"o que nos responda con la fecha en que lo hará.{_CREDIT}"
        ),
        TABLE,
        PAY,
        (
            "Qué ocurrirá después: si en los próximos días no recibimos ni su pago ni una respuesta, una persona de "
            "nuestro equipo se pondrá en contacto con usted para acordar cómo seguir. Si algo le impide pagar, "
            "díganoslo ahora; preferimos encontrar una solución con usted."
        ),
        _REGARDS,
    ),
)

SPANISH = (HEADS_UP, DUE_TODAY, REMINDER, FIRM, FINAL)
