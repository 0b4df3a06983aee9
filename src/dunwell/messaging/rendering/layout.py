"""The frame around a mail's content: one column that fits a telephone and knows dark mode."""

from __future__ import annotations

import functools

from markupsafe import Markup, escape

from dunwell.messaging.rendering.context import OrganizationFacts

_FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"

# Inline styles are the light appearance, for every program; these refine it where they are understood
_STYLE = """
:root { color-scheme: light dark; supported-color-schemes: light dark; }
.content p { margin: 0 0 16px; }
.content ul, .content ol { margin: 0 0 16px; padding-left: 22px; }
.content h1, .content h2, .content h3 { margin: 0 0 12px; font-size: 18px; line-height: 1.35; }
@media (max-width: 480px) {
  .page { padding: 0 !important; }
  .card { border-radius: 0 !important; border-left: 0 !important; border-right: 0 !important; }
  .pad { padding-left: 20px !important; padding-right: 20px !important; }
}
@media (prefers-color-scheme: dark) {
  .page { background: #14171c !important; }
  .card { background: #1d2127 !important; border-color: #343a43 !important; }
  .content, .content td, .content th, .name { color: #e8eaee !important; }
  .content .muted, .muted { color: #a3abb8 !important; }
  .content .late { color: #ff9b94 !important; }
  .content .link, .content p a { color: #8ab8ff !important; }
  .line { border-color: #3a414c !important; }
  .box { background: #272c34 !important; }
}
"""


@functools.lru_cache(maxsize=512)
def html_frame(organization: OrganizationFacts, language: str) -> tuple[str, str, str]:
    """What goes before the content, after it up to where a link may stand below the address, and after that."""
    name = escape(organization.name)
    shown = name
    if organization.logo_url:
        shown = Markup('<img src="{}" alt="{}" height="32" style="display:block;height:32px;border:0">').format(
            organization.logo_url, organization.name
        )
    address = "<br>".join(str(escape(line)) for line in _address(organization))
    head = (
        f'<!DOCTYPE html>\n<html lang="{escape(language.replace("_", "-"))}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n<meta name="supported-color-schemes" content="light dark">\n'
        f"<title>{name}</title>\n<style>{_STYLE}</style>\n</head>\n"
        '<body style="margin:0;padding:0">\n'
        '<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" '
        'style="background:#f3f5f8;padding:24px 12px"><tr><td align="center">\n'
        '<table role="presentation" class="card" width="100%" cellpadding="0" cellspacing="0" '
        'style="max-width:600px;background:#ffffff;border:1px solid #e1e5ea;border-radius:8px">\n'
        f'<tr><td class="pad name" style="padding:24px 32px 0;font-family:{_FONT};font-size:15px;font-weight:600;'
        f'color:#1c2430">{shown}</td></tr>\n'
        f'<tr><td class="pad content" style="padding:16px 32px 16px;font-family:{_FONT};font-size:16px;'
        'line-height:1.55;color:#1c2430">\n'
    )
    footer = f"<br>{address}" if address else ""
    foot = (
        "\n</td></tr>\n"
        f'<tr><td class="pad muted line" style="padding:16px 32px 24px;border-top:1px solid #e6e9ee;'
        f'font-family:{_FONT};font-size:13px;line-height:1.5;color:#5b6472">{name}{footer}'
    )
    return head, foot, "</td></tr>\n</table>\n</td></tr></table>\n</body>\n</html>\n"


def html_link(url: str, words: str) -> str:
    """A link below the address; nothing where there is none."""
    if not url:
        return ""
    return str(Markup('<br><a href="{}" style="color:#5b6472">{}</a>').format(url, words))


@functools.lru_cache(maxsize=512)
def text_footer(organization: OrganizationFacts) -> str:
    """Who wrote, after the usual mark for a signature."""
    return "\n".join(("", "-- ", organization.name, *_address(organization), ""))


def text_link(url: str, words: str) -> str:
    return f"{words}: {url}\n" if url else ""


def _address(organization: OrganizationFacts) -> list[str]:
    return address_lines(organization.name, organization.postal_address)


def address_lines(name: str, postal_address: str) -> list[str]:
    """The lines of an address that is set below a name."""
    lines = [line.strip() for line in postal_address.splitlines() if line.strip()]
    # The address often begins with the name, which stands there already
    return lines[1:] if lines and lines[0] == name else lines
