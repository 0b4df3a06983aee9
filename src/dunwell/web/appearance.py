"""Settings, Appearance: the color and the logo; and the addresses under which a browser or a mail finds them."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from dunwell.organizations.appearance import MOST_BYTES, change_appearance
from dunwell.organizations.models import OrganizationLogo
from dunwell.rules.colors import is_color, text_on
from dunwell.rules.permissions import Permission
from dunwell.web.access import access
from dunwell.web.middleware import HEADER

FOR_EVER = "public, max-age=31536000, immutable"


class AppearanceForm(forms.Form):
    own_color = forms.BooleanField(label="Use our own color", required=False)
    brand_color = forms.CharField(
        label="Color",
        required=False,
        max_length=7,
        widget=forms.TextInput(attrs={"type": "color"}),
        help_text="Of the button in mails and the line above the navigation. The text on it is chosen to be readable.",
    )
    logo = forms.FileField(
        label="Logo",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=f"PNG, JPEG or WebP, at most {MOST_BYTES // 1000} kB; shown 32 pixels high.",
    )
    remove_logo = forms.BooleanField(label="Without a logo", required=False)


def appearance(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_SETTINGS if request.method == "POST" else Permission.VIEW_SETTINGS)
    color = desk.settings.brand_color
    form = AppearanceForm(
        request.POST or None,
        request.FILES or None,
        initial={"own_color": bool(color), "brand_color": color or "#4f46e5"},
    )
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        upload = values["logo"]
        try:
            change_appearance(
                organization=desk.organization,
                brand_color=values["brand_color"].lower() if values["own_color"] else "",
                logo=upload.read(MOST_BYTES + 1) if upload else None,
                remove_logo=values["remove_logo"],
                actor=desk.actor,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "Kept. Mails written from now on look like this.")
            return redirect(desk.url("web:appearance"))
    context = {"place": "settings", "section": "appearance", "form": form}
    return desk.render("web/settings_appearance.html", context, status=422 if form.errors else 200)


@login_not_required
def logo(_request: HttpRequest, digest: str) -> HttpResponse:
    """A logo by what it holds; whoever reads a mail may see it."""
    found = OrganizationLogo.objects.filter(digest=digest).first()
    if found is None:
        raise Http404
    response = HttpResponse(bytes(found.content), content_type=found.media_type)
    response.headers["Cache-Control"] = FOR_EVER
    response.headers[HEADER] = "default-src 'none'"
    return response


@login_not_required
def brand(_request: HttpRequest, color: str) -> HttpResponse:
    """A stylesheet that names one color: pages write no styles of their own (Content-Security-Policy)."""
    if not is_color(f"#{color}"):
        raise Http404
    style = f":root {{ --brand: #{color}; --brand-text: {text_on(f'#{color}')}; }}\n"
    response = HttpResponse(style, content_type="text/css")
    response.headers["Cache-Control"] = FOR_EVER
    return response
