"""The filters a text may use: each takes a tag and makes the words that stand there."""

from __future__ import annotations

from collections.abc import Callable

from jinja2 import nodes

from dunwell.messaging.rendering.refusal import TemplateRefusedError
from dunwell.messaging.rendering.scope import Scope
from dunwell.messaging.rendering.tags import TagFinder, path_of
from dunwell.messaging.rendering.values import writer
from dunwell.rules.mergetags import Kind, MergeTag

_MOST_IN_A_ROW = 4
_DATE_STYLES = ("short", "medium", "long", "full")
_PLAIN: dict[str, Callable[[str], str]] = {
    "upper": str.upper,
    "lower": str.lower,
    "capitalize": str.capitalize,
    "title": str.title,
    "trim": str.strip,
}
NAMES = (*_PLAIN, "date", "default", "truncate")

Write = Callable[[Scope], str]


def filtered(node: nodes.Filter, finder: TagFinder) -> tuple[MergeTag, Write]:
    """Translate `tag|filter|filter`; the tag and a function that writes it."""
    chain: list[nodes.Filter] = []
    inner: nodes.Expr | None = node
    while isinstance(inner, nodes.Filter):
        chain.insert(0, inner)
        inner = inner.node
        if len(chain) > _MOST_IN_A_ROW:
            raise TemplateRefusedError(f"At most {_MOST_IN_A_ROW} filters in a row.", line=node.lineno)
    path = path_of(inner) if inner is not None else None
    if path is None:
        raise TemplateRefusedError("A filter follows a merge tag, as in {{ customer.name|upper }}.", line=node.lineno)
    tag = finder.by_path(path, node.lineno)
    if tag.kind in {Kind.BLOCK, Kind.LIST, Kind.FLAG}:
        raise TemplateRefusedError(f"`{path}` takes no filters.", line=node.lineno)
    write = writer(tag)
    for step in chain:
        if step.kwargs or step.dyn_args or step.dyn_kwargs:
            raise TemplateRefusedError(f"The filter `{step.name}` is not used that way.", line=step.lineno)
        write = _step(step, tag, write)
    return tag, write


def _step(step: nodes.Filter, tag: MergeTag, write: Write) -> Write:
    arguments = [argument.value if isinstance(argument, nodes.Const) else None for argument in step.args]
    match step.name, arguments:
        case name, [] if name in _PLAIN:
            change = _PLAIN[name]
            return lambda scope: change(write(scope))
        case "default", [str() as other]:
            return lambda scope: write(scope) or other
        case "truncate", [int() as length] if 0 < length <= 500:
            return lambda scope: _shortened(write(scope), length)
        case "date", [str() as style] if style in _DATE_STYLES and tag.kind is Kind.DATE:
            return writer(tag, style)
    if step.name in NAMES:
        usage = {
            "default": '|default("…")',
            "truncate": "|truncate(40), from 1 to 500",
            "date": f"|date({', '.join(_DATE_STYLES)}) after a date, the style in quotes",
        }.get(step.name, f"|{step.name}")
        raise TemplateRefusedError(f"The filter `{step.name}` is used as {usage}.", line=step.lineno)
    raise TemplateRefusedError(f"There is no filter `{step.name}`. There are: {', '.join(NAMES)}.", line=step.lineno)


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"
