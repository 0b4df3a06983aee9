"""The library of texts, and the editor: what is typed is shown as a customer would read it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.html import format_html
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST

from dunwell.insights import policies as insights
from dunwell.ledger.models import Customer
from dunwell.messaging.channels.email import TestWords
from dunwell.messaging.channels.port import ServerUnavailableError
from dunwell.messaging.documents import NotPrintableError
from dunwell.messaging.models import MessageTemplate, TextKind
from dunwell.messaging.queries import texts as queries
from dunwell.messaging.rendering import MissingValueError, TemplateRefusedError, TemplateSource, TooLongError
from dunwell.messaging.services import templates as services
from dunwell.organizations.models import User
from dunwell.rules import mergetags
from dunwell.rules.channels import SPOKEN, Channel
from dunwell.rules.permissions import Permission
from dunwell.rules.sms import length_of
from dunwell.rules.wording import advice
from dunwell.web.access import Desk, access
from dunwell.web.middleware import HEADER, MAIL_POLICY
from dunwell.web.sent_files import handed_out
from dunwell.web.texts.forms import CopyForm, LanguageForm, TextForm, form_of, language_name, source_of, with_plain_text
from dunwell.workflows import previews
from dunwell.workflows.mail_test import send_test_mail

CANNOT_BE_WRITTEN = (TemplateRefusedError, MissingValueError, TooLongError)


def text_or_404(desk: Desk, text_id: int) -> MessageTemplate:
    found = queries.text(desk.organization, text_id)
    if found is None:
        raise Http404
    return found


def library(request: HttpRequest, slug: str) -> HttpResponse:
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    in_use = insights.TextsInUse(desk.organization)
    entries: list[dict[str, Any]] = [
        {
            "text": text,
            "uses": in_use.of(text.key, text.channel),
            "languages": [(row, language_name(row.language)) for row in text.languages],
        }
        for text in queries.library(desk.organization)
    ]
    # As a customer meets them: by the day of the first step, texts that no step uses last
    entries.sort(key=lambda entry: min((use.step.offset_days for use in entry["uses"]), default=10_000))
    by_channel = [
        (label, [entry for entry in entries if entry["text"].channel == value]) for value, label in TextKind.choices
    ]
    shelves = [(label, on_it) for label, on_it in by_channel if on_it]
    return desk.render("web/texts/library.html", {"place": "texts", "shelves": shelves})


def text(request: HttpRequest, slug: str, text_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_TEXTS if request.method == "POST" else Permission.VIEW_SETTINGS)
    found = text_or_404(desk, text_id)
    if request.POST.get("do") == "plain":
        return desk.render("web/texts/text.html", _context(desk, found, with_plain_text(request.POST.dict())))
    form = form_of(found.channel)(request.POST or None, initial=_initial(found))
    if not desk.may(Permission.EDIT_TEXTS):
        for field in form.fields.values():
            field.disabled = True
    if request.method == "POST" and form.is_valid() and (answer := _saved(desk, found, form)):
        return answer
    return desk.render("web/texts/text.html", _context(desk, found, form), status=422 if form.errors else 200)


def _initial(found: MessageTemplate) -> dict[str, Any]:
    return {
        "subject": found.subject,
        "body_html": found.body_html,
        "body_text": found.body_text,
        "version": found.version,
    }


def _saved(desk: Desk, found: MessageTemplate, form: TextForm) -> HttpResponseRedirect | None:
    values = form.cleaned_data
    try:
        services.save_template(
            organization_id=desk.organization.pk, template_id=found.pk, user_id=desk.user.pk, **values
        )
    except services.TemplateChangedError as error:
        form.add_error(None, f"{error} What you wrote is still here; theirs is under Versions.")
        return None
    messages.success(desk.request, "Saved. Notices that are not approved yet are written with it at the next pass.")
    return redirect(desk.url("web:text", found.pk))


def _refused(desk: Desk, found: MessageTemplate, **dialog: Form) -> HttpResponse:
    """The page of the text, with the dialog that was refused open on it."""
    form = form_of(found.channel)(initial=_initial(found))
    return desk.render("web/texts/text.html", {**_context(desk, found, form), **dialog}, status=422)


def _context(desk: Desk, found: MessageTemplate, form: TextForm) -> dict[str, Any]:
    languages = queries.languages_of(desk.organization, found)
    uses = _uses(desk, found)
    return {
        "place": "texts",
        "text": found,
        "language": language_name(found.language),
        "languages": [(row, language_name(row.language)) for row in languages],
        "uses": uses,
        "form": form,
        "readers": previews.readers(desk.scope),
        "tags": mergetags.palette(spoken=found.channel == SPOKEN),
        "versions": _versions(desk, found),
        "shipped": services.shipped_for(found) is not None,
        "language_form": LanguageForm(present={row.language for row in languages}),
        "copy_form": CopyForm(initial={"tone": found.tone}),
        **_checked(desk, found, _stored(found), uses),
    }


def _stored(found: MessageTemplate) -> TemplateSource:
    """What the text says as it is saved."""
    return TemplateSource(found.subject, found.body_html, found.body_text, found.channel)


def _uses(desk: Desk, found: MessageTemplate) -> list[insights.TextUse]:
    return insights.TextsInUse(desk.organization).of(found.key, found.channel)


def _is_always_approved(uses: list[insights.TextUse]) -> bool:
    """Whether a person reads whatever goes with a text. Of one that nothing uses yet nobody knows."""
    return bool(uses) and all(use.step.approval_required for use in uses)


def _versions(desk: Desk, found: MessageTemplate) -> list[dict[str, Any]]:
    """Each version with the name of whoever wrote it."""
    versions = queries.versions(desk.organization, found)
    ids = [int(version.by) for version in versions if version.by.isdigit()]
    people = {str(person.pk): str(person) for person in User.objects.filter(pk__in=ids)}
    return [{"version": version, "author": people.get(version.by, "Dunwell")} for version in versions]


def _reader(desk: Desk) -> Customer | None:
    """Whom the preview is for: who was chosen, else the one who owes most."""
    people = previews.readers(desk.scope)
    chosen = desk.request.POST.get("reader", "")
    return next((reader for reader in people if str(reader.pk) == chosen), people[0] if people else None)


def _checked(
    desk: Desk, found: MessageTemplate, source: TemplateSource, uses: list[insights.TextUse]
) -> dict[str, Any]:
    """What there is to say about the words: why they cannot go, else what to think about."""
    try:
        rendered = previews.preview(
            desk.organization, source, language=found.language, reader=_reader(desk), as_of=desk.today
        )
    except CANNOT_BE_WRITTEN as error:
        return {"refusal": str(error), "advice": [], "subject": "", "text": found}
    is_sms = found.channel == Channel.SMS
    return {
        "refusal": "",
        "text": found,
        "subject": rendered.subject,
        "length": length_of(rendered.text) if is_sms else None,
        "advice": advice(
            subject=source.subject,
            bodies=(source.html, source.text),
            language=found.language,
            somebody_approves=desk.settings.approval_required or _is_always_approved(uses),
            # None stands below an SMS
            postal_address="none" if is_sms else desk.settings.postal_address,
            is_said=found.channel == SPOKEN,
        ),
    }


@require_POST
def check(request: HttpRequest, slug: str, text_id: int) -> HttpResponse:
    """The advice on what is typed, as a piece of the page."""
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    found = text_or_404(desk, text_id)
    source = source_of(request.POST.dict(), found.channel)
    return desk.render("web/texts/advice.html", _checked(desk, found, source, _uses(desk, found)))


@xframe_options_sameorigin
def preview(request: HttpRequest, slug: str, text_id: int) -> HttpResponse:
    """The mail alone, for the frame beside the editor: what is stored, or (POST) what is typed."""
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    found = text_or_404(desk, text_id)
    stored = _stored(found)
    source = source_of(request.POST.dict(), found.channel) if request.method == "POST" else stored
    try:
        rendered = previews.preview(
            desk.organization, source, language=found.language, reader=_reader(desk), as_of=desk.today
        )
    except CANNOT_BE_WRITTEN as error:
        shown = format_html('<p style="font:15px sans-serif;padding:16px">{}</p>', str(error))
    else:
        plain = request.POST.get("part") == "text" or not rendered.html
        shown = format_html('<pre style="white-space:pre-wrap;padding:16px">{}</pre>', rendered.text)
        shown = shown if plain else rendered.html  # type: ignore[assignment]
    response = HttpResponse(shown)
    response.headers[HEADER] = MAIL_POLICY
    return response


def paper(request: HttpRequest, slug: str, text_id: int) -> HttpResponse:
    """The stored text of a letter as the PDF that whoever owes most would get."""
    desk = access(request, slug, Permission.VIEW_SETTINGS)
    found = text_or_404(desk, text_id)
    if found.channel != Channel.LETTER:
        raise Http404
    source = _stored(found)
    try:
        pdf = previews.on_paper(
            desk.organization, source, language=found.language, reader=_reader(desk), as_of=desk.today
        )
    except (*CANNOT_BE_WRITTEN, NotPrintableError) as error:
        messages.error(request, str(error))
        return redirect(desk.url("web:text", text_id))
    return handed_out(f"{found.key}-{found.language}.pdf", "application/pdf", pdf)


@require_POST
def test(request: HttpRequest, slug: str, text_id: int) -> HttpResponse:
    """Send the stored text, as the chosen reader would get it, to whoever asks."""
    desk = access(request, slug, Permission.EDIT_TEXTS)
    found = text_or_404(desk, text_id)
    source = _stored(found)
    try:
        rendered = previews.preview(
            desk.organization, source, language=found.language, reader=_reader(desk), as_of=desk.today
        )
        words = TestWords(f"[Test] {rendered.subject}", rendered.text, rendered.html)
        answer = send_test_mail(desk.organization, to=desk.user.email, now=desk.now, words=words)
    except (*CANNOT_BE_WRITTEN, ServerUnavailableError) as error:
        messages.error(request, f"The test mail did not go. {error}")
    else:
        if answer.accepted:
            messages.success(request, f"Sent to {desk.user.email}. The server’s words: {answer.words}")
        else:
            messages.error(request, f"The test mail did not go. The server’s words: {answer.words}")
    return redirect(desk.url("web:text", found.pk))


@require_POST
def restore(request: HttpRequest, slug: str, text_id: int) -> HttpResponse:
    """Back to what came with Dunwell, or to the words of an earlier version."""
    desk = access(request, slug, Permission.EDIT_TEXTS)
    found = text_or_404(desk, text_id)
    who = {"organization_id": desk.organization.pk, "template_id": found.pk, "user_id": desk.user.pk}
    number = request.POST.get("version", "")
    try:
        if not number:
            services.restore_shipped(**who)
            messages.success(request, "The text is again as it came with Dunwell.")
        else:
            earlier = next(
                (old for old in queries.versions(desk.organization, found) if str(old.number) == number), None
            )
            if earlier is None:
                raise Http404
            services.save_template(
                **who,
                version=found.version,
                subject=earlier.subject,
                body_html=earlier.body_html,
                body_text=earlier.body_text,
            )
            messages.success(request, f"The words of version {number} are in use again, as a new version.")
    except (services.NotShippedError, services.TemplateChangedError, TemplateRefusedError) as error:
        messages.error(request, str(error))
    return redirect(desk.url("web:text", found.pk))


@require_POST
def add_language(request: HttpRequest, slug: str, text_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_TEXTS)
    found = text_or_404(desk, text_id)
    present = {row.language for row in queries.languages_of(desk.organization, found)}
    form = LanguageForm(request.POST, present=present)
    if not form.is_valid():
        return _refused(desk, found, language_form=form)
    try:
        added = services.add_language(
            organization_id=desk.organization.pk,
            template_id=found.pk,
            language=form.cleaned_data["language"],
            user_id=desk.user.pk,
        )
    except services.TextExistsError as error:
        form.add_error("language", str(error))
        return _refused(desk, found, language_form=form)
    messages.success(request, f"Here is the text in {language_name(added.language)}. Translate what is not yet.")
    return redirect(desk.url("web:text", added.pk))


@require_POST
def copy(request: HttpRequest, slug: str, text_id: int) -> HttpResponse:
    desk = access(request, slug, Permission.EDIT_TEXTS)
    found = text_or_404(desk, text_id)
    form = CopyForm(request.POST)
    if not form.is_valid():
        return _refused(desk, found, copy_form=form)
    try:
        added = services.copy_text(
            organization_id=desk.organization.pk, template_id=found.pk, user_id=desk.user.pk, **form.cleaned_data
        )
    except services.TextExistsError as error:
        form.add_error("name", str(error))
        return _refused(desk, found, copy_form=form)
    messages.success(request, f"“{added.name}” is a text of its own now. A policy’s step can use it.")
    return redirect(desk.url("web:text", added.pk))
