"""From a template and the facts to the exact words of one message. Pure: no database, no clock."""

from __future__ import annotations

import functools
from dataclasses import dataclass

from dunwell.messaging.channels.email.mime import one_line
from dunwell.messaging.rendering.context import (
    AccountManagerFacts,
    ContactFacts,
    CustomerFacts,
    InvoiceFacts,
    NoticeContext,
    OrganizationFacts,
    PromiseFacts,
    SenderFacts,
)
from dunwell.messaging.rendering.language import Emit, compile_part
from dunwell.messaging.rendering.layout import html_frame, html_link, text_footer, text_link
from dunwell.messaging.rendering.paper import PaperScope, paragraphs
from dunwell.messaging.rendering.plain import derive_text
from dunwell.messaging.rendering.refusal import TemplateRefusedError
from dunwell.messaging.rendering.scope import MOST_OUTPUT, MissingValueError, Scope, TooLongError
from dunwell.rules import sms
from dunwell.rules.channels import SPOKEN, Channel
from dunwell.rules.mergetags import SPOKEN_ONLY, described

__all__ = [
    "MOST_OUTPUT",
    "AccountManagerFacts",
    "CompiledTemplate",
    "ContactFacts",
    "CustomerFacts",
    "InvoiceFacts",
    "MissingValueError",
    "NoticeContext",
    "OrganizationFacts",
    "PromiseFacts",
    "Rendered",
    "SenderFacts",
    "TemplateRefusedError",
    "TemplateSource",
    "TooLongError",
    "compile_template",
    "derive_text",
    "render",
]

_LONGEST_SUBJECT = 300
_TOO_LONG_FOR_SMS = ("invoice_table", "pay_instructions", "bank_details", "organization.address", "sender.signature")


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """A template as a person wrote it. Without HTML it is plain text; without text that is made from the HTML.

    An SMS is plain text alone, without a subject; so is the script of a call. A letter is plain text with one: its
    table and its way to pay are drawn where the text names them.
    """

    subject: str
    html: str = ""
    text: str = ""
    channel: str = "email"


@dataclass(frozen=True, slots=True)
class CompiledTemplate:
    """Ready to be rendered any number of times, by any thread. `tags` are the paths of the tags that it names."""

    subject: Emit | None
    html: Emit | None
    text: Emit
    tags: frozenset[str]
    channel: str = "email"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The exact words. An SMS and a call script have no subject: for lists there are their first words."""

    subject: str
    html: str
    text: str


@functools.lru_cache(maxsize=512)
def compile_template(source: TemplateSource) -> CompiledTemplate:
    """Translate a template; TemplateRefusedError says why and where when it cannot be accepted."""
    if source.channel == SPOKEN:
        return _compile_spoken(source)
    written = _compile_written(source)
    spoken = sorted(written.tags & SPOKEN_ONLY)
    if spoken:
        raise TemplateRefusedError(f"{described(spoken[0])} is known in call scripts only.", part="text")
    return written


def _compile_written(source: TemplateSource) -> CompiledTemplate:
    if source.channel == Channel.SMS:
        return _compile_sms(source)
    if source.channel == Channel.LETTER:
        return _compile_letter(source)
    if not source.subject.strip():
        raise TemplateRefusedError("A mail needs a subject.", part="subject")
    if not source.html.strip() and not source.text.strip():
        raise TemplateRefusedError("A mail needs a body.", part="HTML")
    subject, subject_tags = compile_part(source.subject, part="subject", html=False)
    html, html_tags = compile_part(source.html, part="HTML", html=True) if source.html.strip() else (None, frozenset())
    plain = source.text if source.text.strip() else derive_text(source.html)
    text, text_tags = compile_part(plain, part="text", html=False)
    return CompiledTemplate(subject, html, text, subject_tags | html_tags | text_tags)


def _compile_sms(source: TemplateSource) -> CompiledTemplate:
    if source.html.strip():
        raise TemplateRefusedError("An SMS is plain text: it has no HTML.", part="HTML")
    if not source.text.strip():
        raise TemplateRefusedError("An SMS needs a text.", part="text")
    text, tags = compile_part(source.text, part="text", html=False)
    too_long = [tag for tag in _TOO_LONG_FOR_SMS if tag in tags]
    if too_long:
        raise TemplateRefusedError(
            f"{described(too_long[0])} is too long for an SMS: name the invoice, and give the pay link.", part="text"
        )
    return CompiledTemplate(None, None, text, tags, Channel.SMS)


def _compile_letter(source: TemplateSource) -> CompiledTemplate:
    if source.html.strip():
        raise TemplateRefusedError("A letter is plain text: the paper gives it its form.", part="HTML")
    if not source.subject.strip():
        raise TemplateRefusedError("A letter needs a subject.", part="subject")
    if not source.text.strip():
        raise TemplateRefusedError("A letter needs a text.", part="text")
    subject, subject_tags = compile_part(source.subject, part="subject", html=False)
    text, text_tags = compile_part(source.text, part="text", html=False)
    return CompiledTemplate(subject, None, text, subject_tags | text_tags, Channel.LETTER)


def _compile_spoken(source: TemplateSource) -> CompiledTemplate:
    if source.html.strip():
        raise TemplateRefusedError("A call script is plain text: it is said, not shown.", part="HTML")
    if not source.text.strip():
        raise TemplateRefusedError("A call script needs a text.", part="text")
    text, tags = compile_part(source.text, part="text", html=False)
    if "invoice_table" in tags:
        raise TemplateRefusedError(
            "Nobody reads a table out: the invoices stand beside the script on the page of the call.", part="text"
        )
    return CompiledTemplate(None, None, text, tags, SPOKEN)


def render(template: CompiledTemplate, context: NoticeContext) -> Rendered:
    """The words of one message, with frame and footer.

    MissingValueError when a tag has no value for this customer or there is no invoice to write about,
    TooLongError when it exceeds 256 kB.
    """
    if not context.invoices:
        raise MissingValueError("invoices")
    if template.channel == Channel.SMS:
        return _rendered_sms(template, Scope(context))
    if template.channel == SPOKEN:
        return _rendered_spoken(template, Scope(context))
    scope = PaperScope(context) if template.channel == Channel.LETTER else Scope(context)
    assert template.subject is not None
    subject = one_line(_written(template.subject, scope))
    if len(subject) > _LONGEST_SUBJECT:
        raise TooLongError(f"The subject has {len(subject)} characters; at most {_LONGEST_SUBJECT} fit.")
    html, link = "", context.preferences_url
    if template.html is not None:
        head, foot, tail = html_frame(context.organization, context.language)
        html = f"{head}{_written(template.html, scope)}{foot}{html_link(link, scope.phrases.reach)}{tail}"
    text = _written(template.text, scope).strip("\n") + "\n"
    if template.channel == Channel.LETTER:
        text = "\n\n".join(paragraphs(text)) + "\n"
    else:
        text += text_footer(context.organization) + text_link(link, scope.phrases.reach)
    for body in (html, text):
        if len(body.encode()) > MOST_OUTPUT:
            raise TooLongError("The text is longer than 256 kB.")
    return Rendered(subject, html, text)


def _rendered_sms(template: CompiledTemplate, scope: Scope) -> Rendered:
    text = sms.plain(_written(template.text, scope)).strip()
    if len(text) > sms.LONGEST:
        raise TooLongError(f"The SMS has {len(text):,} characters; at most {sms.LONGEST:,} can be sent.")
    return Rendered(sms.gist(text), "", text)


def _rendered_spoken(template: CompiledTemplate, scope: Scope) -> Rendered:
    text = "\n\n".join(paragraphs(_written(template.text, scope)))
    if len(text.encode()) > MOST_OUTPUT:
        raise TooLongError("The text is longer than 256 kB.")
    return Rendered(sms.gist(text), "", text)


def _written(emit: Emit, scope: Scope) -> str:
    scope.start_body()
    out: list[str] = []
    emit(scope, out)
    return "".join(out)
