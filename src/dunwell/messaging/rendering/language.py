"""The template language: Jinja's syntax, of which only what is listed here is accepted.

A text is parsed by Jinja and then translated, node by node, into small functions. Nothing of
Jinja runs when it is rendered: what is not translated here does not exist. There is no nesting
of loops and no recursion, so that every text ends; what it may write is counted as it goes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from jinja2 import Environment, TemplateSyntaxError, nodes
from markupsafe import escape

from dunwell.messaging.rendering.brackets import split_brackets
from dunwell.messaging.rendering.conditions import condition
from dunwell.messaging.rendering.filters import filtered
from dunwell.messaging.rendering.markup import MarkupState
from dunwell.messaging.rendering.refusal import TemplateRefusedError
from dunwell.messaging.rendering.scope import MissingValueError, Scope, TooLongError
from dunwell.messaging.rendering.tags import TagFinder, path_of
from dunwell.messaging.rendering.values import BLOCKS_HTML, BLOCKS_TEXT, writer
from dunwell.rules.mergetags import Kind, MergeTag

Emit: TypeAlias = Callable[[Scope, list[str]], None]

LONGEST_SOURCE = 64 * 1024
_MOST_NODES = 2_000
_DEEPEST_IF = 5

# Used only to parse
SYNTAX = Environment(keep_trailing_newline=True, autoescape=False)  # noqa: S701
_ALONE_ON_A_LINE = re.compile(r"^[ \t]*(\{%(?:[^%]|%(?!\}))*?)([-+]?%\})[ \t]*\n", re.MULTILINE)

_NOT_ACCEPTED: dict[type[nodes.Node], str] = {
    nodes.Call: "Calls are not possible in a text.",
    nodes.Getitem: "Square brackets after a tag are not possible in a text.",
    nodes.CondExpr: "Write {% if … %}…{% else %}…{% endif %} in place of an `if` inside {{ }}.",
    nodes.Assign: "A text cannot set values of its own.",
    nodes.Macro: "Macros are not possible in a text.",
    nodes.Include: "A text cannot include others.",
    nodes.Extends: "A text cannot extend others.",
    nodes.BinExpr: "A text cannot calculate: there are tags for sums, counts and days.",
    nodes.UnaryExpr: "A text cannot calculate: there are tags for sums, counts and days.",
    nodes.Concat: "Write the tags one after the other.",
    nodes.Test: "`is …` is not possible in a text: {% if tag %} asks whether there is a value.",
}


def compile_part(source: str, *, part: str, html: bool) -> tuple[Emit, frozenset[str]]:
    """Translate one body or subject, with the paths of its tags; TemplateRefusedError with the reason and the line."""
    translator = _Translator(html=html)
    try:
        return translator.translate(source), translator.tags
    except TemplateRefusedError as refusal:
        raise TemplateRefusedError(refusal.reason, line=refusal.line, part=part) from None


def parse(source: str) -> nodes.Template:
    """Jinja's syntax tree; TemplateRefusedError where there is none."""
    if len(source) > LONGEST_SOURCE:
        raise TemplateRefusedError(f"A text may have at most {LONGEST_SOURCE // 1024} kB.")
    try:
        # A {% … %} alone on its line leaves no blank line behind: the line break moves into the tag
        return SYNTAX.parse(_ALONE_ON_A_LINE.sub(r"\1\n\2", source))
    except TemplateSyntaxError as error:
        raise TemplateRefusedError(_in_our_words(error.message or ""), line=error.lineno) from None
    except (RecursionError, ValueError, OverflowError, MemoryError):
        raise TemplateRefusedError("This cannot be read as a text: it is nested too deeply.") from None


def _in_our_words(message: str) -> str:
    if message.startswith("Encountered unknown tag"):
        name = message.split("'")[1]
        return f"There is no `{{% {name} %}}`: a text can use `if` and `for`."
    return f"{message.rstrip('.')}."


class _Translator:
    def __init__(self, *, html: bool) -> None:
        self._markup = MarkupState() if html else None
        self._nodes = 0
        self._finder = TagFinder()

    def translate(self, source: str) -> Emit:
        return self._body(parse(source).body, depth=0)

    @property
    def tags(self) -> frozenset[str]:
        """The paths of the tags that it names, in conditions too."""
        return frozenset(self._finder.found)

    def _body(self, body: list[nodes.Node], depth: int) -> Emit:
        emits: list[Emit] = []
        for node in body:
            self._count(node)
            match node:
                case nodes.Output():
                    for child in node.nodes:
                        emits += self._output(child)
                case nodes.If():
                    emits.append(self._if(node, depth))
                case nodes.For():
                    emits.append(self._for(node, depth))
                case _:
                    raise TemplateRefusedError(_why_not(node), line=node.lineno)
        return _sequence(emits)

    def _count(self, node: nodes.Node) -> None:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise TemplateRefusedError(f"A text may have at most {_MOST_NODES:,} tags and pieces.", line=node.lineno)

    def _output(self, node: nodes.Expr) -> list[Emit]:
        self._count(node)
        match node:
            case nodes.TemplateData(data=data):
                return self._literal(data, node.lineno)
            case nodes.Const(value=str() | int() as value) if not isinstance(value, bool):
                text = str(value)
                return [_text(str(escape(text)) if self._markup else text)]
            case nodes.Filter():
                tag, write = filtered(node, self._finder)
                return [self._value(tag, write, node.lineno)]
        path = path_of(node)
        if path is None:
            raise TemplateRefusedError(_why_not(node), line=node.lineno)
        return [self._tag(self._finder.by_path(path, node.lineno), node.lineno)]

    def _literal(self, data: str, line: int) -> list[Emit]:
        emits = []
        for kind, piece, at in split_brackets(data, line):
            if kind == "tag" and (self._markup is None or self._markup.is_prose):
                self._count_label()
                emits.append(self._tag(self._finder.by_label(piece, at), at))
                continue
            text = f"[{piece}]" if kind == "tag" else piece
            if self._markup is not None:
                self._markup.read(text, at)
            emits.append(_text(text))
        return emits

    def _count_label(self) -> None:
        self._nodes += 1
        if self._nodes > _MOST_NODES:
            raise TemplateRefusedError(f"A text may have at most {_MOST_NODES:,} tags and pieces.")

    def _tag(self, tag: MergeTag, line: int) -> Emit:
        if tag.kind is Kind.LIST:
            raise TemplateRefusedError(
                f"`{tag.path}` is a list: use {{% for invoice in invoices %}}, or `invoice_table`.", line=line
            )
        if tag.kind is Kind.FLAG:
            raise TemplateRefusedError(f"`{tag.path}` is yes or no: use it in {{% if %}}.", line=line)
        if tag.kind is Kind.BLOCK:
            return self._block(tag, line)
        return self._value(tag, writer(tag), line)

    def _block(self, tag: MergeTag, line: int) -> Emit:
        if self._finder.in_loop:
            raise TemplateRefusedError(f"`{tag.path}` shows all invoices: it cannot stand in a loop.", line=line)
        if self._markup is not None:
            self._markup.admit(tag, line)
        write = (BLOCKS_TEXT if self._markup is None else BLOCKS_HTML)[tag.path]
        return _written(write, tag.path, escaped=False)

    def _value(self, tag: MergeTag, write: Callable[[Scope], str], line: int) -> Emit:
        if self._markup is None:
            return _written(write, tag.path, escaped=False)
        self._markup.admit(tag, line)
        if tag.kind is Kind.LINES:
            return _written(lambda scope: write(scope).strip(), tag.path, escaped=True, lines=True)
        return _written(write, tag.path, escaped=True)

    def _if(self, node: nodes.If, depth: int) -> Emit:
        if depth >= _DEEPEST_IF:
            raise TemplateRefusedError(f"At most {_DEEPEST_IF} conditions inside one another.", line=node.lineno)
        branches = [
            (condition(_expression(branch.test), self._finder), self._body(branch.body, depth + 1))
            for branch in (node, *node.elif_)
        ]
        otherwise = self._body(node.else_, depth + 1)

        def emit(scope: Scope, out: list[str]) -> None:
            for test, body in branches:
                if test(scope):
                    body(scope, out)
                    return
            otherwise(scope, out)

        return emit

    def _for(self, node: nodes.For, depth: int) -> Emit:
        line = node.lineno
        if self._finder.in_loop:
            raise TemplateRefusedError("A loop cannot stand inside another loop.", line=line)
        if not isinstance(node.target, nodes.Name) or path_of(_expression(node.iter)) != "invoices":
            raise TemplateRefusedError("A loop is written {% for invoice in invoices %} … {% endfor %}.", line=line)
        if node.test is not None or node.recursive:
            raise TemplateRefusedError("Put the condition inside the loop, as {% if … %}.", line=line)
        outside = self._finder
        self._finder = TagFinder(row_name=node.target.name, found=outside.found)
        body = self._body(node.body, depth)
        self._finder = outside
        otherwise = self._body(node.else_, depth)

        def emit(scope: Scope, out: list[str]) -> None:
            invoices = scope.context.invoices
            for scope.index, scope.row in enumerate(invoices):
                body(scope, out)
            scope.row = None
            if not invoices:
                otherwise(scope, out)

        return emit


def _expression(node: nodes.Node) -> nodes.Expr:
    if not isinstance(node, nodes.Expr):
        raise TemplateRefusedError(_why_not(node), line=node.lineno)
    return node


def _why_not(node: nodes.Node) -> str:
    for kind, reason in _NOT_ACCEPTED.items():
        if isinstance(node, kind):
            return reason
    return "Only merge tags, `if` and `for` are possible in a text."


# What a text becomes


def _sequence(emits: list[Emit]) -> Emit:
    def emit(scope: Scope, out: list[str]) -> None:
        scope.steps -= len(emits) + 1
        if scope.steps < 0:
            raise TooLongError("The text has too many rows and tags.")
        for each in emits:
            each(scope, out)

    return emit


def _text(text: str) -> Emit:
    length = len(text)

    def emit(scope: Scope, out: list[str]) -> None:
        scope.room -= length
        if scope.room < 0:
            raise TooLongError("The text is longer than 256 kB.")
        out.append(text)

    return emit


def _written(write: Callable[[Scope], str], tag: str, *, escaped: bool, lines: bool = False) -> Emit:
    def emit(scope: Scope, out: list[str]) -> None:
        value = write(scope)
        if not value:
            raise MissingValueError(tag)
        if escaped:
            value = str(escape(value))
            if lines:
                value = "<br>".join(value.splitlines())
        scope.room -= len(value)
        if scope.room < 0:
            raise TooLongError("The text is longer than 256 kB.")
        out.append(value)

    return emit
