"""The guide for users: the Markdown of docs/guide, which comes in the package, shown to who is signed in.

The text is ours, and still nothing in it could run: HTML in it is shown as text, and a page's policy allows no
script or style but the built ones.
"""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from markdown_it.token import Token

from dunwell.web.terms import TERMS

# In a wheel it lies beside this file (pyproject.toml), in a checkout where people read it
PLACES = (Path(__file__).parent / "guide_pages", Path(__file__).parents[3] / "docs" / "guide")
FOLDER = next((place for place in PLACES if place.is_dir()), PLACES[0])
PICTURES = {".png": "image/png", ".webp": "image/webp"}
LASTS = 60 * 60 * 24

# In the order in which somebody new would read them
PAGES = (
    "first-hour",
    "importing",
    "deciding",
    "notices",
    "letters",
    "worklist",
    "holds",
    "payments",
    "customers",
    "lists",
    "roles",
    "settings",
    "trouble",
)


@dataclass(frozen=True)
class Page:
    name: str
    title: str
    html: SafeString


@functools.cache
def pages() -> tuple[Page, ...]:
    """All pages, read once."""
    return tuple(_read(name) for name in PAGES)


def guide(_request: HttpRequest) -> HttpResponse:
    return redirect("web:guide_page", PAGES[0])


def page(request: HttpRequest, name: str) -> HttpResponse:
    """One page, or the words."""
    names = [*PAGES, "words"]
    if name not in names:
        raise Http404
    place = names.index(name)
    shown = pages()[place] if place < len(PAGES) else None
    titles = [(entry.name, entry.title) for entry in pages()] + [("words", "Words")]
    context = {
        "shown": shown,
        "terms": sorted(TERMS.values(), key=lambda term: term.word),
        "titles": titles,
        "name": name,
        "previous": titles[place - 1] if place else None,
        "next": titles[place + 1] if place + 1 < len(titles) else None,
    }
    return render(request, "web/guide.html", context)


def picture(_request: HttpRequest, name: str) -> HttpResponse:
    """A picture of a page; a name that is none of the folder's is not looked for."""
    found = _pictures().get(name)
    if found is None:
        raise Http404
    response = HttpResponse(found.read_bytes(), content_type=PICTURES[found.suffix])
    response["Cache-Control"] = f"private, max-age={LASTS}"
    return response


@functools.cache
def _pictures() -> dict[str, Path]:
    return {path.name: path for path in (FOLDER / "pictures").glob("*") if path.suffix in PICTURES}


def _read(name: str) -> Page:
    text = (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    title = text.splitlines()[0].removeprefix("#").strip()
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    _anchor(tokens)
    _lead_inside(tokens)
    return Page(name, title, SafeString(markdown.renderer.render(tokens, markdown.options, {})))


def _anchor(tokens: list[Token]) -> None:
    """Headings can be linked to by their words."""
    for heading, text in itertools.pairwise(tokens):
        if heading.type == "heading_open":
            heading.attrSet("id", re.sub(r"[^a-z0-9]+", "-", text.content.lower()).strip("-"))


def _lead_inside(tokens: list[Token]) -> None:
    """Links between the files, which work where people read them in the repository, lead to the same pages here."""
    for token in tokens:
        for child in token.children or []:
            if child.type == "link_open":
                target, _, part = str(child.attrGet("href") or "").partition("#")
                if target.endswith(".md") and "/" not in target:
                    child.attrSet("href", reverse("web:guide_page", args=[target[:-3]]) + (f"#{part}" if part else ""))
            elif child.type == "image":
                child.attrSet("src", reverse("web:guide_picture", args=[Path(str(child.attrGet("src"))).name]))
                child.attrSet("loading", "lazy")
