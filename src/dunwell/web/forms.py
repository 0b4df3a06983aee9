"""Forms in Tabler's style: the widget gets its class here, so that no form repeats it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

_CLASSES: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "form-check-input",
    forms.CheckboxSelectMultiple: "form-check-input",
    forms.RadioSelect: "form-check-input",
    forms.Select: "form-select",
    forms.HiddenInput: "",
}


class Renderer(TemplatesSetting):
    """Fields are drawn by the component `field.html`, also in allauth's forms."""

    field_template_name = "web/components/field.html"


def widget_class(widget: forms.Widget) -> str:
    for kind, name in _CLASSES.items():
        if isinstance(widget, kind):
            return name
    return "form-control"


def styled(field: forms.BoundField) -> Any:
    """The field's widget with Tabler's class and the links to its hint and error that screen readers follow."""
    attributes: dict[str, Any] = {"class": widget_class(field.field.widget)}
    described = [f"{field.auto_id}_hint"] if field.help_text else []
    if field.errors:
        attributes["class"] += " is-invalid"
        attributes["aria-invalid"] = "true"
        described.append(f"{field.auto_id}_error")
    if described:
        attributes["aria-describedby"] = " ".join(described)
    return field.as_widget(attrs=attributes)
